-- How long do complaints wait with each dinas?
--
-- Parameters: $since (timestamp µs UTC; complaints filed later than this count), $tau_s (horizon of the mean, seconds).
-- Tables: cases (see cases.sql), routes (who our rules would ask), units (what sources call a unit: alias, code, name, kind).
-- A complaint counts for the unit that holds it: the last one named by a transition, else by its channel, else by the route. Offices
-- of kelurahan are left out: they are ranked by territory. A unit nobody knows is its own row, under the text it was named by.
-- Columns as in rankings.sql.
WITH named AS (
    SELECT
        coalesce(cases.unit, routes.unit_code) AS unit,
        cases.first_response_s, cases.responded, cases.resolution_s, cases.resolved, cases.ended_otherwise
    FROM cases
    LEFT JOIN routes ON cases.unit IS NULL AND cases.key = case_key(routes.channel, routes.id)
    WHERE cases.filed > $since
),
held AS (
    SELECT
        coalesce(units.code, named.unit) AS code,
        coalesce(units.name, named.unit) AS name,
        named.first_response_s, named.responded, named.resolution_s, named.resolved, named.ended_otherwise
    FROM named
    LEFT JOIN units ON lower(named.unit) = units.alias
    WHERE (units.kind IS DISTINCT FROM 'kelurahan') AND named.unit <> '' AND named.unit NOT LIKE '__.__.__.____'
)
SELECT
    code,
    min(name) AS name,
    count(*) AS n,
    count(*) FILTER (WHERE NOT resolved AND NOT ended_otherwise) AS open,
    count(*) FILTER (WHERE ended_otherwise) AS ended_otherwise,
    survival(first_response_s, responded, $tau_s) AS first_response,
    survival(resolution_s, resolved, $tau_s) AS resolution
FROM held
GROUP BY code
ORDER BY code
