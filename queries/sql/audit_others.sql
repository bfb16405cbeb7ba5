-- Which complaints would our rules ask a unit about that it never held?
--
-- Parameter: $code (code of the unit).
-- Tables: ranked (answerable.sql, without what stands in no ranking), holders (see holders.sql), routes.
-- One row a complaint, in no order: id, channel, filed_us (µs since epoch UTC). Another was named for it before anybody looked at the
-- rules, so it counts for that one.
WITH held AS (
    SELECT key
    FROM holders
    WHERE unit = $code
),
asked AS (
    SELECT
        cases.key,
        cases.id,
        CAST(cases.channel AS VARCHAR) AS channel,
        CAST(cases.filed AS BIGINT) AS filed_us
    FROM ranked AS cases
    JOIN routes ON cases.key = case_key(routes.channel, routes.id)
    WHERE routes.unit_code = $code
)
SELECT asked.id, asked.channel, asked.filed_us
FROM asked
LEFT ANTI JOIN held ON asked.key = held.key
