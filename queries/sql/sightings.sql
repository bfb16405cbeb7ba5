-- Which reports can make a hotspot? Located ones that came in time and are no duty.
--
-- Parameters: $since (timestamp µs UTC): only events from then on.
-- Tables: reports.
-- One row a report (a driver's alert that was seen in many polls is one):
--   time_us                    event time, µs since epoch UTC
--   cell                       H3 index
--   kelurahan                  integer code, null = outside
--   category, channel, id      ids
--   reporter                   hash of the reporter
SELECT
    CAST(event_time AS BIGINT) AS time_us,
    cell,
    kelurahan,
    CAST(category AS VARCHAR) AS category,
    CAST(channel AS VARCHAR) AS channel,
    id,
    reporter
FROM reports
WHERE event_time >= $since
    AND cell IS NOT NULL
    AND NOT late
    AND coalesce(CAST(kind AS VARCHAR), '') <> 'duty'
