-- How long do complaints wait in each kelurahan, kecamatan or kota?
--
-- Parameters: $level ('kelurahan', 'kecamatan' or 'kota'), $divisor (what makes the level's code of a kelurahan's: 1, 10000 or
-- 1000000), $since (timestamp µs UTC; complaints filed later than this count), $tau_s (horizon of the mean, seconds).
-- Tables: cases (see cases.sql), territory.
-- One row an area with at least one located complaint, by code:
--   code, name                 dotted Kemendagri code; the code again where the area has no name
--   n, open, ended_otherwise   complaints; not resolved nor ended; ended without being resolved
--   first_response, resolution structs of `survival`: n, closed, median, p90, rmst, rmst_se, closed_p50, closed_p90, in seconds
WITH measured AS (
    SELECT
        kelurahan / $divisor AS area,
        count(*) AS n,
        count(*) FILTER (WHERE NOT resolved AND NOT ended_otherwise) AS open,
        count(*) FILTER (WHERE ended_otherwise) AS ended_otherwise,
        survival(first_response_s, responded, $tau_s) AS first_response,
        survival(resolution_s, resolved, $tau_s) AS resolution
    FROM cases
    WHERE kelurahan IS NOT NULL AND filed > $since
    GROUP BY kelurahan / $divisor
),
named AS (
    SELECT
        kelurahan / $divisor AS area,
        min(CASE $level WHEN 'kelurahan' THEN name WHEN 'kecamatan' THEN kecamatan ELSE kota END) AS name
    FROM territory
    GROUP BY kelurahan / $divisor
)
SELECT
    kelurahan_code(measured.area) AS code,
    coalesce(named.name, kelurahan_code(measured.area)) AS name,
    n, open, ended_otherwise, first_response, resolution
FROM measured
LEFT JOIN named ON measured.area = named.area
ORDER BY measured.area
