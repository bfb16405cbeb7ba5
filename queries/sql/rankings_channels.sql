-- How long did, or do, complaints of each channel wait?
--
-- No parameters. Table: ranked (answerable.sql, without what stands in no ranking). One row a complaint, in no order: code and name (the channel),
-- and the columns of rankings.sql.
SELECT
    channel AS code, channel AS name,
    key, filed, first_response_s, responded, resolution_s, end_kind, category, channel
FROM ranked AS cases
