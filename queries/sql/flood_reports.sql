-- Who speaks of a flood now, and where?
--
-- Parameters: $since (timestamp µs UTC): only drivers' alerts from then on; complaints as long as they are open.
-- Tables: cases (see cases.sql), reports.
-- One row a located report, in no order:
--   complaint                  whether it is a complaint; else a driver's alert
--   cell                       H3 index
--   reporter                   hash of the reporter, as text
SELECT
    true AS complaint,
    CAST(min(reports.cell) AS BIGINT) AS cell,
    min(CAST(reports.reporter AS VARCHAR)) AS reporter
FROM cases
INNER JOIN reports ON cases.key = case_key(reports.channel, reports.id)
WHERE NOT cases.resolved
    AND NOT cases.ended_otherwise
    AND CAST(cases.category AS VARCHAR) = 'banjir'
    AND reports.kind = 'complaint'
    AND reports.cell IS NOT NULL
GROUP BY cases.key
UNION ALL
SELECT
    false AS complaint,
    CAST(cell AS BIGINT) AS cell,
    CAST(reporter AS VARCHAR) AS reporter
FROM reports
WHERE channel = 'waze'
    AND CAST(category AS VARCHAR) = 'banjir'
    AND event_time >= $since
    AND cell IS NOT NULL
