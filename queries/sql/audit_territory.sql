-- Which complaints stand behind the row of an area?
--
-- Parameters: $divisor (as in rankings.sql), $area (integer code at the level).
-- Table: ranked (answerable.sql, without what stands in no ranking). One row a complaint of the area, whenever it was filed, in no order:
--   key                        as in cases, as a signed number of the same bits
--   id, channel, category
--   kelurahan                  dotted code
--   filed_us, first_response_us, end_us    µs since epoch UTC, null = not yet; the end is the resolution, or the end without one
--   case_end                   how the complaint ended, null = open
--   counted_end                how it counts as having ended; here the same
--   response_s, responded      seconds until the first response, or for as long as there was none; whether there is one
--   seconds                    that count until it was resolved, or for as long as it was not
--   paused_s                   seconds of its life spent waiting for the reporter
--   reopenings                 how often an end was taken back
--   shared                     whether it counts with the time one unit held it; here never
SELECT
    signed_bits(key) AS key,
    id,
    CAST(channel AS VARCHAR) AS channel,
    CAST(category AS VARCHAR) AS category,
    kelurahan_code(kelurahan) AS kelurahan,
    CAST(filed AS BIGINT) AS filed_us,
    CAST(first_response AS BIGINT) AS first_response_us,
    CAST(coalesce(resolution, ended) AS BIGINT) AS end_us,
    end_kind AS case_end,
    end_kind AS counted_end,
    first_response_s AS response_s,
    responded,
    resolution_s AS seconds,
    paused_s,
    reopenings,
    false AS shared
FROM ranked AS cases
WHERE kelurahan IS NOT NULL AND kelurahan / CAST($divisor AS BIGINT) = CAST($area AS BIGINT)
