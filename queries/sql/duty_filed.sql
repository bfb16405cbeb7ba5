-- Which duty reports did the heads of RT and RW file?
--
-- Parameters: $start, $end (timestamps µs UTC, [start, end)), $as_of (timestamp µs UTC: nothing later exists), $kelurahan (integer
-- code; 0 = the whole city, -1 = those that lie in no kelurahan).
-- Table: reports. One row a duty report, each id of a channel once however often it was sent and wherever from: the first of the span by
-- event time, then one that was not late, then by the log's order.
--   key                        case_key(channel, id)
--   id, channel, category
--   kelurahan                  integer code, by the position; null = not located, or outside
--   post                       who filed it ('RT 003/RW 05' or 'RW 05'); null = nobody said
--   filed_us                   event time, µs since epoch UTC
--   day                        local day: days since 1970-01-01 in Asia/Jakarta, UTC+7 all year
--   longitude_deg, latitude_deg, cell    null = not located
--   late                       came past the allowed lateness; it stands on the day it was filed all the same
--   listens                    whether a transition that names no channel speaks of it (as in cases.sql: of QLUE's report with the id, or
--                              else of that of the first channel by name that knows it)
WITH sent AS (
    SELECT
        case_key(channel, id) AS key, id,
        CAST(channel AS VARCHAR) AS channel,
        CAST(category AS VARCHAR) AS category,
        kelurahan,
        duty_post AS post,
        CAST(event_time AS BIGINT) AS filed_us,
        longitude_deg, latitude_deg, cell, late, "offset",
        CAST(lane AS VARCHAR) AS lane
    FROM reports
    WHERE kind = 'duty'
        AND event_time >= $start AND event_time < $end AND event_time <= $as_of
),
here AS (
    SELECT sent.*
    FROM sent
    WHERE CAST($kelurahan AS BIGINT) = 0 OR coalesce(kelurahan, -1) = CAST($kelurahan AS BIGINT)
),
once AS (
    SELECT here.*
    FROM here
    LEFT ANTI JOIN sent AS other
        ON here.key = other.key
        AND (
            other.filed_us < here.filed_us
            OR (other.filed_us = here.filed_us AND other.late < here.late)
            OR (other.filed_us = here.filed_us AND other.late = here.late AND other."offset" < here."offset")
            OR (other.filed_us = here.filed_us AND other.late = here.late AND other."offset" = here."offset" AND other.lane < here.lane)
        )
),
overheard AS (
    SELECT DISTINCT elsewhere.key
    FROM (SELECT key, id, channel FROM once WHERE channel <> 'qlue') AS elsewhere
    INNER JOIN reports AS other ON elsewhere.id = other.id
    WHERE CAST(other.channel AS VARCHAR) = 'qlue' OR (other.kind IS NOT NULL AND CAST(other.channel AS VARCHAR) < elsewhere.channel)
)
SELECT
    once.key, id, channel, category, kelurahan, post, filed_us,
    (filed_us + 25200000000) / 86400000000 AS day,
    longitude_deg, latitude_deg, cell, late,
    overheard.key IS NULL AS listens
FROM once
LEFT JOIN overheard ON once.key = overheard.key
