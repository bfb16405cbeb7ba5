-- How long did, or do, complaints take with whoever holds them?
--
-- Parameter: $since (timestamp µs UTC): only complaints filed after it.
-- Tables: cases (see cases.sql), routes, units. One row a complaint, in no order:
--   unit                       code of who holds it, or held it last; the text it was named by where nobody knows it
--   category                   id
--   resolution_s, resolved     as in cases
WITH held AS (
    SELECT coalesce(cases.unit, routes.unit_code) AS named, cases.category, cases.resolution_s, cases.resolved
    FROM cases
    LEFT JOIN routes ON cases.key = case_key(routes.channel, routes.id)
    WHERE cases.filed > $since
)
SELECT coalesce(units.code, held.named) AS unit, held.category, held.resolution_s, held.resolved
FROM held
LEFT JOIN units ON lower(held.named) = units.alias
