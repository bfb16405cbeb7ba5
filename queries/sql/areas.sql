-- What is reported in an area, and in what state is it?
--
-- Parameters: $divisor (what makes the level's code of a kelurahan's: 1, 10000, 1000000 or 100000000), $area (integer code at that
-- level), $since (timestamp µs UTC).
-- Table: cases (see cases.sql). One row a category and status:
--   category, status           ids
--   n, open                    complaints; neither resolved nor ended
--   inflow, outflow            filed, and resolved or ended, at $since or later
SELECT
    CAST(category AS VARCHAR) AS category,
    CAST(status AS VARCHAR) AS status,
    count(*) AS n,
    count(*) FILTER (WHERE NOT resolved AND NOT ended_otherwise) AS open,
    count(*) FILTER (WHERE filed >= $since) AS inflow,
    count(*) FILTER (WHERE coalesce(resolution, ended) >= $since) AS outflow
FROM cases
WHERE kelurahan / CAST($divisor AS BIGINT) = CAST($area AS BIGINT)
GROUP BY CAST(category AS VARCHAR), CAST(status AS VARCHAR)
ORDER BY category, status
