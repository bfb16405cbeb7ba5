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
    arrow_cast(rating, 'Int32') AS rating,
    close_reason,
    before_photo,
    before_look,
    after_photo,
    after_look,
    after_taken_at,
    other,
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
    rating,
    close_reason,
    bits(before_photo) AS before_photo,
    bits(before_look) AS before_look,
    bits(after_photo) AS after_photo,
    bits(after_look) AS after_look,
    after_taken_at,
    other,
    channel,
    history_transitions.lane
FROM history_transitions
LEFT JOIN lanes_now ON history_transitions.lane = lanes_now.lane
WHERE lanes_now.lane IS NULL
