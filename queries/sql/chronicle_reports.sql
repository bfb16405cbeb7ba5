-- Which complaints were filed by a given moment?
--
-- Parameter: $until (timestamp µs UTC).
-- Table: ranked (reports, without what stands in no ranking). One row a complaint, in no order; of one report in two lanes two rows with one key:
--   key                        case_key(channel, id)
--   channel, category, kelurahan, unit   as in reports
--   filed_us                   µs since epoch UTC
SELECT
    case_key(channel, id) AS key,
    channel, category, kelurahan, unit,
    CAST(event_time AS BIGINT) AS filed_us
FROM ranked
WHERE kind = 'complaint' AND event_time <= $until
