-- Table: water levels.
-- From: what lanes keep, and before that the events.
SELECT
    id,
    time,
    level_cm,
    channel,
    lane
FROM live_levels
UNION ALL
SELECT
    id,
    event_time AS time,
    level_cm,
    channel,
    events.lane
FROM events
LEFT JOIN lanes_now ON events.lane = lanes_now.lane
WHERE
    class = 'level'
    AND fate IN ('applied', 'updated', 'late')
    AND (signals_from IS NULL OR event_time < signals_from)
