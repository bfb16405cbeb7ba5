-- What are the areas of a level called?
--
-- Parameters: $level ('kelurahan', 'kecamatan' or 'kota'), $divisor (as in rankings.sql).
-- Table: territory. One row an area:
--   area                       integer code at the level
--   code, name                 dotted Kemendagri code, name
SELECT
    kelurahan / $divisor AS area,
    kelurahan_code(kelurahan / $divisor) AS code,
    min(CASE $level WHEN 'kelurahan' THEN name WHEN 'kecamatan' THEN kecamatan ELSE kota END) AS name
FROM territory
GROUP BY kelurahan / $divisor
