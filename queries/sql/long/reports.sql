-- Table: reports, one row an id, as first seen.
-- From: what lanes keep; before that (complaints are kept for years), or of lanes that others read, the events.
SELECT
    id,
    "offset",
    event_time,
    longitude_deg,
    latitude_deg,
    cell,
    kelurahan,
    category,
    source_category,
    kind,
    reporter,
    unit,
    late,
    duty_post,
    named_kota,
    terms,
    channel,
    lane
FROM live_reports
UNION ALL
SELECT
    id,
    "offset",
    event_time,
    CASE WHEN cell IS NOT NULL THEN longitude_deg END AS longitude_deg,
    CASE WHEN cell IS NOT NULL THEN latitude_deg END AS latitude_deg,
    cell,
    kelurahan,
    coalesce(category, 'lainnya') AS category,
    source_category,
    kind,
    coalesce(reporter, witness(id)) AS reporter,
    unit,
    fate = 'late' AS late,
    duty_post,
    named_kota,
    terms,
    channel,
    events.lane
FROM events
LEFT JOIN lanes_now ON events.lane = lanes_now.lane
WHERE
    class = 'report'
    AND fate IN ('applied', 'late')
    AND (signals_from IS NULL OR ((kind IS DISTINCT FROM 'complaint') AND event_time < signals_from))
