-- What lies on a unit's desk?
--
-- Parameters: $unit (code of the unit), $as_of (timestamp µs UTC), $limit (rows).
-- Tables: cases (see cases.sql), routes, units.
-- One row an open complaint the unit holds (named by a transition, else by the channel, else by the route), the most urgent first:
--   id, channel, category, kelurahan, status
--   filed_us, age_s            µs since epoch UTC; seconds it has been open
--   respond_by_us, finish_by_us    when the published clocks run out, µs since epoch UTC, null = none
--   due_us                     the one of the two that counts now: respond_by until there is a response, then finish_by
--   state                      overdue, at_risk (less than a quarter of the time left), new (no response yet), open
--   confidence, reason_id, reason_en, second_unit, boundary_m (metres)    of the route; null where the rules were not asked
WITH open AS (
    SELECT
        cases.id, cases.channel, cases.category, cases.kelurahan, cases.status, cases.filed, cases.responded,
        coalesce(cases.unit, routes.unit_code) AS unit,
        routes.respond_s, routes.finish_s, routes.confidence, routes.reason_id, routes.reason_en, routes.second_unit,
        routes.boundary_m
    FROM cases
    LEFT JOIN routes ON cases.key = case_key(routes.channel, routes.id)
    WHERE NOT cases.resolved AND NOT cases.ended_otherwise
),
clocked AS (
    SELECT
        open.*,
        CAST(open.filed AS BIGINT) AS filed_us,
        (CAST($as_of AS BIGINT) - CAST(open.filed AS BIGINT)) / 1000000 AS age_s,
        CASE WHEN open.responded THEN open.finish_s ELSE open.respond_s END AS allowed_s
    FROM open
    LEFT JOIN units ON lower(open.unit) = units.alias
    WHERE coalesce(units.code, open.unit) = $unit
)
SELECT
    id, channel, category, kelurahan_code(kelurahan) AS kelurahan, status, filed_us, age_s,
    filed_us + respond_s * 1000000 AS respond_by_us,
    filed_us + finish_s * 1000000 AS finish_by_us,
    filed_us + allowed_s * 1000000 AS due_us,
    CASE
        WHEN age_s > allowed_s THEN 'overdue'
        WHEN age_s > 0.75 * allowed_s THEN 'at_risk'
        WHEN NOT responded THEN 'new'
        ELSE 'open'
    END AS state,
    confidence, reason_id, reason_en, second_unit, boundary_m
FROM clocked
ORDER BY due_us ASC NULLS LAST, filed_us, id
LIMIT $limit
