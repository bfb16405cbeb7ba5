-- Which open complaints lie on a unit's desk?
--
-- Parameter: $unit (code of the unit).
-- Tables: cases (see cases.sql), routes, units.
-- One row an open complaint the unit holds (named by a transition, else by the channel, else by the route), in no order:
--   channel, id
WITH open AS (
    SELECT cases.channel, cases.id, coalesce(cases.unit, routes.unit_code) AS named
    FROM cases
    LEFT JOIN routes ON cases.key = case_key(routes.channel, routes.id)
    WHERE NOT cases.resolved AND NOT cases.ended_otherwise
)
SELECT CAST(open.channel AS VARCHAR) AS channel, open.id
FROM open
LEFT JOIN units ON lower(open.named) = units.alias
WHERE coalesce(units.code, open.named) = $unit
