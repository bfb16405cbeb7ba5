-- Table: how many reports fell on each pane, cell, kelurahan and category; rows of one key add up.
-- From: what lanes keep, before that history, and what of before that history does not have yet.
SELECT
    pane,
    cell,
    kelurahan,
    category,
    n,
    channel,
    live_panes.lane
FROM live_panes
INNER JOIN lanes_now ON live_panes.lane = lanes_now.lane
WHERE pane >= panes_from
UNION ALL
SELECT
    pane,
    bits(cell) AS cell,
    kelurahan,
    category,
    n,
    channel,
    history_panes.lane
FROM history_panes
LEFT JOIN lanes_now ON history_panes.lane = lanes_now.lane
WHERE panes_from IS NULL OR pane < panes_from
UNION ALL
SELECT
    date_trunc('minute', event_time) AS pane,
    cell,
    kelurahan,
    coalesce(category, 'lainnya') AS category,
    n,
    channel,
    waiting.lane
FROM waiting
INNER JOIN lanes_now ON waiting.lane = lanes_now.lane
WHERE
    class = 'report'
    AND fate = 'applied'
    AND (kind IS DISTINCT FROM 'duty')
    AND seq > panes_through
    AND date_trunc('minute', event_time) < panes_from
