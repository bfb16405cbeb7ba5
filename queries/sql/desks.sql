-- How many open complaints lie on each unit's desk?
--
-- No parameters. Tables: answerable (see answerable.sql), routes, units. One row a unit with at least one, the fullest desk first:
--   code, name                 of the unit; the text it was named by where nobody knows it
--   open                       complaints neither resolved nor ended that it holds (as in inbox.sql: units of the kind `emergency` have none)
WITH held AS (
    SELECT coalesce(cases.unit, routes.unit_code) AS unit
    FROM answerable AS cases
    LEFT JOIN routes ON cases.key = case_key(routes.channel, routes.id)
    WHERE NOT cases.resolved AND NOT cases.ended_otherwise
),
named AS (
    SELECT coalesce(units.code, held.unit) AS code, coalesce(units.name, held.unit) AS name
    FROM held
    LEFT JOIN units ON lower(held.unit) = units.alias
    WHERE held.unit <> '' AND units.kind IS DISTINCT FROM 'emergency'
)
SELECT code, min(name) AS name, count(*) AS open
FROM named
GROUP BY code
ORDER BY open DESC, code
