-- How long did, or do, complaints wait in each kelurahan, kecamatan or kota?
--
-- Parameter: $divisor (what makes the level's code of a kelurahan's: 1, 10000 or 1000000).
-- Table: ranked (answerable.sql, without what stands in no ranking). One row a located complaint, in no order:
--   area                       integer code at the level
--   key                        as in cases
--   filed                      timestamp µs UTC
--   first_response_s, responded, resolution_s    seconds; as in cases
--   end_kind                   null = open; else how it ended, as in cases
--   category, channel          as in cases
SELECT kelurahan / $divisor AS area, key, filed, first_response_s, responded, resolution_s, end_kind, category, channel
FROM ranked AS cases
WHERE kelurahan IS NOT NULL
