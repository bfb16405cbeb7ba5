-- On which cells do drivers stand now, and how badly?
--
-- Parameters: none.
-- Tables: traffic (of now: what has been seen in the last minutes; a lane lets go of the others).
-- One row a cell that the line of a jam or an irregularity crosses, by H3 index:
--   cell                       H3 index
--   jams                       how many of them
--   jam_level                  the worst, 1 to 5 (5 = blocked); null = none says
--   delay_s                    the longest delay, seconds; null = none says (a blocked road has none)
--   length_m                   the longest line, metres; null = none says
--   speed_kmh                  the slowest; null = none says
--   first_seen_us              since when the oldest is seen, µs since epoch UTC
--   last_seen_us               when the newest was seen last, µs since epoch UTC
-- Nothing is added up: the delay of a line is that of all its cells, and two lines of one jam would count twice.
WITH crossed AS (
    SELECT id, jam_level, delay_s, length_m, speed_kmh, first_seen, last_seen, unnest(cells) AS cell
    FROM traffic
)
SELECT
    CAST(cell AS BIGINT) AS cell,
    count(DISTINCT id) AS jams,
    max(jam_level) AS jam_level,
    max(delay_s) AS delay_s,
    max(length_m) AS length_m,
    min(speed_kmh) AS speed_kmh,
    min(CAST(first_seen AS BIGINT)) AS first_seen_us,
    max(CAST(last_seen AS BIGINT)) AS last_seen_us
FROM crossed
WHERE cell IS NOT NULL
GROUP BY cell
ORDER BY cell
