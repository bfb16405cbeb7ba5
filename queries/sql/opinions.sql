-- What do people wish, ask and praise, and where?
--
-- Parameters: $since, $until (timestamps µs UTC, half-open), $divisor (what makes the level's code of a kelurahan's: 10000 or 1000000).
-- Tables: reports. Complaints, duty reports and emergencies are no opinions, and no opinion is in a ranking or a hotspot's expectation of cases.
-- One row an area, kind and category, and one an area whose kind and category are null: its sample. By area, kind, category; the sample first.
--   area                       integer code at the level
--   kind, category             ids; null = all opinions of the area
--   n                          reports
--   reporters                  different reporters
WITH opinions AS (
    SELECT
        kelurahan / CAST($divisor AS BIGINT) AS area,
        CAST(kind AS VARCHAR) AS kind,
        CAST(category AS VARCHAR) AS category,
        reporter
    FROM reports
    WHERE CAST(kind AS VARCHAR) IN ('suggestion', 'question', 'praise')
        AND kelurahan IS NOT NULL
        AND event_time >= $since
        AND event_time < $until
)
SELECT area, kind, category, count(*) AS n, count(DISTINCT reporter) AS reporters
FROM opinions
GROUP BY area, kind, category
UNION ALL
SELECT area, CAST(NULL AS VARCHAR) AS kind, CAST(NULL AS VARCHAR) AS category, count(*) AS n, count(DISTINCT reporter) AS reporters
FROM opinions
GROUP BY area
ORDER BY area, kind NULLS FIRST, category NULLS FIRST
