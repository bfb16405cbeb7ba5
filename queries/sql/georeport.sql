-- Which complaints may be shown one by one, as Open311's GeoReport lists them?
--
-- Parameters: $ids ('' = any; else `channel:id` texts, each between two of the character 31), $categories ('' = any; else ids between two
--   of the same), $state ('' = any, 'open', 'closed'), $since, $until (timestamps µs UTC: filed in [since, until)), $skip, $limit (rows).
-- Tables: cases (see cases.sql), reports, routes, units. The newest first, then by channel and id; one row a complaint:
--   id, channel, category
--   status                     as in cases
--   closed                     whether it was resolved or ended otherwise
--   filed_us                   µs since epoch UTC
--   changed_us                 the latest of the times its clocks know, µs since epoch UTC
--   expected_us                when it is to be finished by the route's published clock, µs since epoch UTC; null = no such clock
--   agency                     name of the unit that holds it, as it is written where nobody knows it; null = nobody
--   cell, kelurahan            H3 index, integer code; null = not located
-- Neither what was said nor by whom is read here.
WITH known AS (
    SELECT
        cases.key, cases.id, cases.status, cases.unit, cases.kelurahan, cases.filed,
        CAST(cases.channel AS VARCHAR) AS channel,
        CAST(cases.category AS VARCHAR) AS category,
        cases.resolved OR cases.ended_otherwise AS closed,
        greatest(
            cases.filed,
            coalesce(cases.first_response, cases.filed),
            coalesce(cases.coordinated, cases.filed),
            coalesce(cases.dispatched, cases.filed),
            coalesce(cases.resolution, cases.filed),
            coalesce(cases.ended, cases.filed)
        ) AS changed
    FROM cases
    WHERE cases.filed >= $since AND cases.filed < $until
),
chosen AS (
    SELECT *
    FROM known
    WHERE (CAST($state AS VARCHAR) = '' OR (CAST($state AS VARCHAR) = 'closed') = closed)
        AND (
            CAST($categories AS VARCHAR) = ''
            OR strpos(CAST($categories AS VARCHAR), concat(chr(31), category, chr(31))) > 0
        )
        AND (
            CAST($ids AS VARCHAR) = ''
            OR strpos(CAST($ids AS VARCHAR), concat(chr(31), channel, ':', id, chr(31))) > 0
        )
    ORDER BY filed DESC, channel, id
    LIMIT $limit OFFSET $skip
),
placed AS (
    SELECT case_key(channel, id) AS key, min(cell) AS cell
    FROM reports
    WHERE event_time >= $since AND event_time < $until AND id IN (SELECT id FROM chosen)
    GROUP BY case_key(channel, id)
)
SELECT
    chosen.id, chosen.channel, chosen.category, chosen.status, chosen.closed,
    CAST(chosen.filed AS BIGINT) AS filed_us,
    CAST(chosen.changed AS BIGINT) AS changed_us,
    CAST(chosen.filed AS BIGINT) + routes.finish_s * 1000000 AS expected_us,
    nullif(coalesce(units.name, chosen.unit, routes.unit), '') AS agency,
    CAST(placed.cell AS BIGINT) AS cell,
    chosen.kelurahan
FROM chosen
LEFT JOIN placed ON chosen.key = placed.key
LEFT JOIN routes ON chosen.key = case_key(routes.channel, routes.id)
LEFT JOIN units ON lower(chosen.unit) = units.alias
ORDER BY chosen.filed DESC, chosen.channel, chosen.id
