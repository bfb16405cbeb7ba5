-- What is known of these reports, and of others with the same ids?
--
-- No parameters. Tables: asked (id: each once), reports, routes. One row a report of an id that is asked about, on whichever channel:
--   id, channel, kind, category    kind null = nobody has said
--   kelurahan                  integer code, null = not located
--   filed_us                   event time, µs since epoch UTC
--   unit                       the one its channel named, null = none
--   routed                     code of the unit our rules ask; empty = nobody, on purpose; null = not asked
SELECT
    reports.id,
    CAST(reports.channel AS VARCHAR) AS channel,
    CAST(reports.kind AS VARCHAR) AS kind,
    CAST(reports.category AS VARCHAR) AS category,
    reports.kelurahan,
    CAST(reports.event_time AS BIGINT) AS filed_us,
    reports.unit,
    routes.unit_code AS routed
FROM reports
INNER JOIN asked ON reports.id = asked.id
LEFT JOIN routes ON routes.id = reports.id AND CAST(routes.channel AS VARCHAR) = CAST(reports.channel AS VARCHAR)
