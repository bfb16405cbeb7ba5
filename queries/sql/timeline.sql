-- What happened to one report?
--
-- Parameters: $id, $channel. Table: transitions. One row a transition that names this channel or none, oldest first:
--   time_us                    µs since epoch UTC
--   status, unit, actor_role   who as a role, never a person
--   snapshot                   seen in a record of the report, not told as a change
--   before_photo, after_photo  hashes of the files it shows, as signed numbers of the same bits; null = none
SELECT
    CAST(time AS BIGINT) AS time_us,
    CAST(status AS VARCHAR) AS status,
    unit,
    actor_role,
    snapshot,
    signed_bits(before_photo) AS before_photo,
    signed_bits(after_photo) AS after_photo
FROM transitions
WHERE id = $id AND coalesce(report_channel, CAST($channel AS VARCHAR)) = CAST($channel AS VARCHAR)
ORDER BY time, "offset"
