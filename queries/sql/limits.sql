-- What do the clocks of each complaint hang on?
--
-- No parameters. Tables: cases (see cases.sql), routes. One row a complaint, in no order:
--   key                        as in cases
--   channel
--   filed_us                   µs since epoch UTC
--   pauses                     as in cases
--   unit                       who holds it, as named; where nobody is, who the rules ask
--   rule, finish_s             of its route; null where the rules were not asked
SELECT
    cases.key,
    cases.channel,
    CAST(cases.filed AS BIGINT) AS filed_us,
    cases.pauses,
    coalesce(cases.unit, routes.unit_code) AS unit,
    routes.rule,
    routes.finish_s
FROM cases
LEFT JOIN routes ON cases.key = case_key(routes.channel, routes.id)
