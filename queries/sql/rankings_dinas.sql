-- How long did, or do, complaints wait with each dinas?
--
-- No parameters.
-- Tables: ranked (answerable.sql, without what stands in no ranking), holders (see holders.sql), units (what sources call a unit: alias, code,
--   name, kind).
-- One row a complaint and dinas that held it, in no order: code and name of the dinas, and the columns of rankings.sql; end_kind may be
-- `handed_over` too. Beside them `shared`: whether it counts with the time this dinas held it.
-- A complaint counts for every unit that held it, with the time that one held it, pauses left out: who handed it over is told so far and
-- no further, and the first response counts for whoever had it when it came. One that was never handed over counts with its own clocks.
-- Offices of kelurahan are left out: they are ranked by territory. A unit nobody knows is its own row, under the text it was named by.
SELECT
    holders.unit AS code,
    coalesce(units.name, holders.unit) AS name,
    cases.key,
    cases.filed,
    CASE WHEN holders.shared THEN holders.waited_s ELSE cases.first_response_s END AS first_response_s,
    CASE WHEN holders.shared THEN holders.responded ELSE cases.responded END AS responded,
    CASE WHEN holders.shared THEN holders.held_s ELSE cases.resolution_s END AS resolution_s,
    holders.end_kind,
    cases.category,
    cases.channel,
    holders.shared
FROM holders
JOIN ranked AS cases ON holders.key = cases.key
LEFT JOIN units ON lower(holders.unit) = units.alias
WHERE (units.kind IS DISTINCT FROM 'kelurahan') AND holders.unit NOT LIKE '__.__.__.____'
