-- Which complaints were ever resolved, and by whom?
--
-- No parameters.
-- Tables: cases (see cases.sql), holders (see holders.sql), units (what sources call a unit: alias, code, name, kind).
-- One row a complaint that is resolved, or was until that was taken back, in no order:
--   key                        as in cases, as a signed number of the same bits
--   id, channel                as in cases
--   kelurahan                  integer code, null = not located
--   unit                       code of the unit that resolved it; where that was taken back, of the one named last; the text it was
--                              named by where nobody knows it; null = nobody was named and no rule asks anybody
--   filed_us                   µs since epoch UTC
--   resolution_us              µs since epoch UTC; null = taken back
SELECT
    signed_bits(cases.key) AS key,
    cases.id,
    CAST(cases.channel AS VARCHAR) AS channel,
    cases.kelurahan,
    coalesce(resolvers.unit, units.code, cases.unit) AS unit,
    CAST(cases.filed AS BIGINT) AS filed_us,
    CAST(cases.resolution AS BIGINT) AS resolution_us
FROM cases
LEFT JOIN (
    SELECT key, min(unit) AS unit
    FROM holders
    WHERE resolved
    GROUP BY key
) AS resolvers ON cases.key = resolvers.key
LEFT JOIN units ON lower(cases.unit) = units.alias
WHERE cases.resolved OR cases.reopened
