-- Table: jams and irregularities as episodes, one row each.
-- From: those on the road, those that are over in history, and those that are over and not yet there.
SELECT
    id,
    class,
    event_time,
    first_seen,
    last_seen,
    cells,
    speed_kmh,
    delay_s,
    length_m,
    arrow_cast(jam_level, 'Int32') AS jam_level,
    channel,
    lane,
    true AS on_the_road
FROM live_traffic
UNION ALL
SELECT
    id,
    class,
    event_time,
    first_seen,
    last_seen,
    arrow_cast(cells, 'List(UInt64)') AS cells,
    speed_kmh,
    delay_s,
    length_m,
    jam_level,
    channel,
    lane,
    false AS on_the_road
FROM history_traffic
UNION ALL
SELECT
    id,
    class,
    event_time,
    first_seen,
    last_seen,
    cells,
    speed_kmh,
    delay_s,
    length_m,
    arrow_cast(jam_level, 'Int32') AS jam_level,
    channel,
    over.lane,
    false AS on_the_road
FROM over
INNER JOIN lanes_now ON over.lane = lanes_now.lane
WHERE last_seen + INTERVAL '6 minutes' > traffic_through
