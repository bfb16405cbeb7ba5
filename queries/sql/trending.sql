-- Where is something happening that does not usually happen there at this hour?
--
-- Parameters: $minimum_n, $minimum_reporters (below them a surprise is an anecdote), $limit (rows).
-- Table: heat (the rows of cells.sql with $split true).
-- Columns as in cells.sql, the most surprising first; ties by n, then area and category.
SELECT area, category, kelurahan, n, expected, told, z, reporters, since_us
FROM heat
WHERE n >= CAST($minimum_n AS BIGINT)
    AND reporters >= CAST($minimum_reporters AS BIGINT)
    AND CAST(n AS DOUBLE) > expected
ORDER BY z DESC, n DESC, area, category
LIMIT $limit
