-- Which reports did a text model leave to a person?
--
-- Parameters: $mark (the decoder's mark in source_category), $limit (rows).
-- Tables: reports, transitions. One row a report with the mark that nobody has acted on, the newest first:
--   id, channel
--   kind                       null = nobody has said
--   received_us                event time, µs since epoch UTC
--   cell, kelurahan            H3 index, integer code; null = not known
WITH acted AS (
    SELECT DISTINCT id, report_channel
    FROM transitions
    WHERE NOT snapshot
)
SELECT
    reports.id,
    CAST(reports.channel AS VARCHAR) AS channel,
    CAST(reports.kind AS VARCHAR) AS kind,
    CAST(reports.event_time AS BIGINT) AS received_us,
    CAST(reports.cell AS BIGINT) AS cell,
    reports.kelurahan
FROM reports
LEFT JOIN acted
    ON acted.id = reports.id
    AND coalesce(acted.report_channel, CAST(reports.channel AS VARCHAR)) = CAST(reports.channel AS VARCHAR)
WHERE reports.source_category = $mark
    AND acted.id IS NULL
ORDER BY reports.event_time DESC, CAST(reports.channel AS VARCHAR), reports.id
LIMIT $limit
