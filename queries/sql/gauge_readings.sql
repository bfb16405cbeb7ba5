-- What did the gauges read?
--
-- Parameters: $since (timestamp µs UTC): only readings from then on.
-- Tables: levels.
-- One row a gauge and moment, by gauge and time. Of two readings of one moment (a correction, or two lanes) the higher one: who is warned of less
-- water than there is is worse off.
--   gauge                      id as the stream names it
--   time_us                    µs since epoch UTC
--   level_cm                   centimetres above the gauge's zero
SELECT
    id AS gauge,
    CAST(levels.time AS BIGINT) AS time_us,
    CAST(max(level_cm) AS BIGINT) AS level_cm
FROM levels
WHERE levels.time >= $since
GROUP BY id, levels.time
ORDER BY gauge, time_us
