-- Who wrote of what, when and where, as far as a window, the same hours of some weeks before it and some slots before it hold it?
--
-- Parameters: $start_us (µs since epoch UTC), $window_us, $end (timestamp, start + window), $weeks (weeks before that are looked at), $recent_us (µs
-- before the start that are looked at whole), $since (timestamp, the earliest of all that).
-- Tables: reports. Late ones are left out, as in the heat; a retweet has no terms, and so has whatever was written while none were kept.
-- One row a report with terms, in no order:
--   reporter                   keyed hash of who wrote it
--   time_us                    when, µs since epoch UTC
--   kota                       integer code, by its kelurahan or else as the text names it; 0 = unknown
--   category                   id
--   terms                      joined by spaces; may be empty
SELECT
    reporter,
    CAST(event_time AS BIGINT) AS time_us,
    coalesce(kelurahan / 1000000, named_kota, 0) AS kota,
    CAST(category AS VARCHAR) AS category,
    terms
FROM reports
WHERE terms IS NOT NULL
    AND NOT late
    AND event_time >= $since
    AND event_time < $end
    AND (
        CAST(event_time AS BIGINT) >= CAST($start_us AS BIGINT) - CAST($recent_us AS BIGINT)
        OR (
            (CAST($start_us AS BIGINT) - CAST(event_time AS BIGINT) + 604799999999) / 604800000000 <= CAST($weeks AS BIGINT)
            AND (CAST($start_us AS BIGINT) - CAST(event_time AS BIGINT) + 604799999999) / 604800000000 * 604800000000
                - (CAST($start_us AS BIGINT) - CAST(event_time AS BIGINT)) < CAST($window_us AS BIGINT)
        )
    )
