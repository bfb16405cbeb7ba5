-- Which reports were sent on to another unit, and why?
--
-- Parameter: $limit (rows).
-- Tables: reports, transitions, routes, units (what sources call a unit: alias, code). One row a transition to `assigned` that gives a
-- reason and names another unit than the one before, the newest first: what a router can learn from.
--   id, channel, category
--   kelurahan                  dotted code, null = not located
--   from_unit, to_unit         codes; the text it was named by where nobody knows it. from_unit null = nobody had it
--   reason                     the code given
--   time_us                    µs since epoch UTC
-- Before any transition names a unit it is the one the channel named, else the one our rules ask. A transition that names no channel
-- belongs to a report as in cases.sql.
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
named AS (
    SELECT
        case_key(coalesce(moves.report_channel, elsewhere.channel, 'qlue'), moves.id) AS key,
        CAST(moves.time AS BIGINT) AS time_us,
        moves."offset",
        CAST(moves.status AS VARCHAR) AS status,
        moves.close_reason AS reason,
        coalesce(units.code, moves.unit) AS unit
    FROM transitions AS moves
    LEFT JOIN elsewhere ON moves.id = elsewhere.id AND moves.report_channel IS NULL
    LEFT JOIN units ON lower(moves.unit) = units.alias
    WHERE moves.unit IS NOT NULL
),
steps AS (
    SELECT
        named.*,
        lag(unit) OVER (PARTITION BY key ORDER BY time_us, "offset") AS before
    FROM named
),
filed AS (
    SELECT
        case_key(CAST(reports.channel AS VARCHAR), reports.id) AS key,
        min(reports.id) AS id,
        min(CAST(reports.channel AS VARCHAR)) AS channel,
        min(CAST(reports.category AS VARCHAR)) AS category,
        min(reports.kelurahan) AS kelurahan,
        min(coalesce(units.code, reports.unit, routes.unit_code)) AS unit
    FROM reports
    LEFT JOIN routes ON routes.id = reports.id AND CAST(routes.channel AS VARCHAR) = CAST(reports.channel AS VARCHAR)
    LEFT JOIN units ON lower(reports.unit) = units.alias
    GROUP BY 1
)
SELECT
    filed.id,
    filed.channel,
    filed.category,
    kelurahan_code(filed.kelurahan) AS kelurahan,
    nullif(coalesce(steps.before, filed.unit), '') AS from_unit,
    steps.unit AS to_unit,
    steps.reason,
    steps.time_us
FROM steps
INNER JOIN filed ON steps.key = filed.key
WHERE steps.status = 'assigned' AND steps.reason IS NOT NULL AND steps.unit <> coalesce(steps.before, filed.unit, '')
ORDER BY steps.time_us DESC, filed.channel, filed.id
LIMIT $limit
