-- Which open complaints lie on a desk, and what do their clocks hang on?
--
-- Parameter: $unit (code of the unit; '' = every desk).
-- Tables: answerable (see answerable.sql), routes, units.
-- One row an open complaint the unit holds (named by a transition, else by the channel, else by the route), in no order:
--   id, channel, category, kelurahan, status
--   transitions                how many, each once
--   unit                       code of who holds it; the text it was named by where nobody knows it
--   filed_us, answered_us      µs since epoch UTC; first response, null = not yet
--   pauses                     as in cases
--   rule, respond_s, finish_s  of the route: which clocks run (engine/src/case/sla), and the seconds they were written with
--   confidence, reason_id, reason_en, second_unit, boundary_m (metres)    of the route; null where the rules were not asked
-- A unit of the kind `emergency` has no desk: what is for it was passed on at once, and never waits in a queue.
WITH open AS (
    SELECT
        cases.id, cases.channel, cases.category, cases.kelurahan, cases.status, cases.transitions, cases.filed, cases.first_response,
        cases.pauses,
        coalesce(cases.unit, routes.unit_code) AS named,
        routes.rule, routes.respond_s, routes.finish_s, routes.confidence, routes.reason_id, routes.reason_en, routes.second_unit,
        routes.boundary_m
    FROM answerable AS cases
    LEFT JOIN routes ON cases.key = case_key(routes.channel, routes.id)
    WHERE NOT cases.resolved AND NOT cases.ended_otherwise
)
SELECT
    open.id, open.channel, open.category, kelurahan_code(open.kelurahan) AS kelurahan, open.status, open.transitions,
    coalesce(units.code, open.named) AS unit,
    CAST(open.filed AS BIGINT) AS filed_us,
    CAST(open.first_response AS BIGINT) AS answered_us,
    open.pauses, open.rule, open.respond_s, open.finish_s,
    open.confidence, open.reason_id, open.reason_en, open.second_unit, open.boundary_m
FROM open
LEFT JOIN units ON lower(open.named) = units.alias
WHERE (CAST($unit AS VARCHAR) = '' OR coalesce(units.code, open.named) = CAST($unit AS VARCHAR))
    AND open.named <> ''
    AND units.kind IS DISTINCT FROM 'emergency'
