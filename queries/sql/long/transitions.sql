-- Table: transitions of cases.
-- From: what lanes keep, which is all of them; of lanes that others read, history.
SELECT
    id,
    report_channel,
    "offset",
    time,
    status,
    unit,
    actor_role,
    snapshot,
    channel,
    lane
FROM live_transitions
UNION ALL
SELECT
    id,
    report_channel,
    "offset",
    time,
    status,
    unit,
    actor_role,
    snapshot,
    channel,
    history_transitions.lane
FROM history_transitions
LEFT JOIN lanes_now ON history_transitions.lane = lanes_now.lane
WHERE lanes_now.lane IS NULL
