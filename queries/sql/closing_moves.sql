-- What was said, and shown, of each complaint that was ever resolved?
--
-- Parameter: $as_of (timestamp µs UTC): the moment `cases` was asked about.
-- Tables: cases (see cases.sql), reports, transitions, units (what sources call a unit: alias, code, name, kind).
-- One row a transition, in no order:
--   key                        as in closings.sql
--   time_us                    µs since epoch UTC
--   "offset"                   in its lane: the order of what happened in the same microsecond
--   status, snapshot           as in transitions
--   unit                       code of the unit it names; the text it is named by where nobody knows it; null = none
--   rating                     the reporter's mark, 1 (worst) to 5
--   before_photo, after_photo  hashes of the files, as signed numbers of the same bits; equal where the files are
--   before_look, after_look    perceptual hashes, likewise; two that differ in few bits look alike
--   taken_us                   when the photo from after the work was taken, as its source says, µs since epoch UTC
-- A transition belongs to the report that cases.sql gives it to.
WITH elsewhere AS (
    SELECT other.id, min(other.channel) AS channel
    FROM (
        SELECT id, CAST(channel AS VARCHAR) AS channel
        FROM reports
        WHERE channel <> 'qlue' AND kind IS NOT NULL
    ) AS other
    LEFT ANTI JOIN (SELECT id FROM reports WHERE channel = 'qlue') AS qlue ON other.id = qlue.id
    GROUP BY other.id
),
addressed AS (
    SELECT
        case_key(coalesce(moves.report_channel, elsewhere.channel, 'qlue'), moves.id) AS key,
        moves.time, moves."offset", moves.status, moves.snapshot, moves.unit, moves.rating,
        moves.before_photo, moves.before_look, moves.after_photo, moves.after_look, moves.after_taken_at
    FROM transitions AS moves
    LEFT JOIN elsewhere ON moves.id = elsewhere.id AND moves.report_channel IS NULL
    WHERE moves.time <= $as_of
)
SELECT
    signed_bits(addressed.key) AS key,
    CAST(addressed.time AS BIGINT) AS time_us,
    addressed."offset",
    CAST(addressed.status AS VARCHAR) AS status,
    addressed.snapshot,
    coalesce(units.code, addressed.unit) AS unit,
    addressed.rating,
    signed_bits(addressed.before_photo) AS before_photo,
    signed_bits(addressed.before_look) AS before_look,
    signed_bits(addressed.after_photo) AS after_photo,
    signed_bits(addressed.after_look) AS after_look,
    CAST(addressed.after_taken_at AS BIGINT) AS taken_us
FROM addressed
INNER JOIN (
    SELECT key
    FROM cases
    WHERE resolved OR reopened
) AS closed ON addressed.key = closed.key
LEFT JOIN units ON lower(addressed.unit) = units.alias
