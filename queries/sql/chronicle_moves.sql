-- What was told of each report by a given moment?
--
-- Parameter: $until (timestamp µs UTC).
-- Tables: reports, transitions. One row a transition, in no order:
--   key                        that of the report it is about
--   time_us                    µs since epoch UTC
--   status, snapshot, "offset", unit     as in transitions
-- Which report a transition is about is said as in cases.sql.
WITH elsewhere AS (
    SELECT other.id, min(other.channel) AS channel
    FROM (
        SELECT id, CAST(channel AS VARCHAR) AS channel
        FROM reports
        WHERE channel <> 'qlue' AND kind IS NOT NULL
    ) AS other
    LEFT ANTI JOIN (SELECT id FROM reports WHERE channel = 'qlue') AS qlue ON other.id = qlue.id
    GROUP BY other.id
)
SELECT
    case_key(coalesce(moves.report_channel, elsewhere.channel, 'qlue'), moves.id) AS key,
    CAST(moves.time AS BIGINT) AS time_us,
    moves.status, moves.snapshot, moves."offset", moves.unit
FROM transitions AS moves
LEFT JOIN elsewhere ON moves.id = elsewhere.id AND moves.report_channel IS NULL
WHERE moves.time <= $until
