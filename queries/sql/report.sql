-- What is known of one report, who was asked, and why?
--
-- Parameters: $id, $channel ('' = whichever knows the id: QLUE first, then by name).
-- Tables: reports, routes. No or one row:
--   id, channel, category, kind
--   received_us                event time, µs since epoch UTC
--   longitude_deg, latitude_deg, cell, kelurahan    WGS 84, H3 index, integer code; null = not located
--   unit                       the one its channel named
--   unit_code, routed_unit, rule, confidence, reason_id, reason_en, second_unit, boundary_m    of the route, null = not routed
--   respond_s, finish_s        the published clocks, seconds from received
SELECT
    reports.id,
    CAST(reports.channel AS VARCHAR) AS channel,
    CAST(reports.category AS VARCHAR) AS category,
    CAST(reports.kind AS VARCHAR) AS kind,
    CAST(reports.event_time AS BIGINT) AS received_us,
    CASE WHEN reports.cell IS NOT NULL THEN reports.longitude_deg END AS longitude_deg,
    CASE WHEN reports.cell IS NOT NULL THEN reports.latitude_deg END AS latitude_deg,
    CAST(reports.cell AS BIGINT) AS cell,
    reports.kelurahan,
    reports.unit,
    routes.unit_code,
    routes.unit AS routed_unit,
    routes.rule,
    routes.confidence,
    routes.reason_id,
    routes.reason_en,
    routes.second_unit,
    routes.boundary_m,
    routes.respond_s,
    routes.finish_s
FROM reports
LEFT JOIN routes ON routes.id = reports.id AND CAST(routes.channel AS VARCHAR) = CAST(reports.channel AS VARCHAR)
WHERE reports.id = $id
    AND (CAST($channel AS VARCHAR) = '' OR CAST(reports.channel AS VARCHAR) = CAST($channel AS VARCHAR))
ORDER BY CASE WHEN CAST(reports.channel AS VARCHAR) = 'qlue' THEN 0 ELSE 1 END, CAST(reports.channel AS VARCHAR), reports."offset"
LIMIT 1
