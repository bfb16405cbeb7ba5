-- Which complaints stand behind the row of a channel?
--
-- Parameter: $code (the channel).
-- Table: ranked (answerable.sql, without what stands in no ranking). One row a complaint of the channel, whenever it was filed, in no order:
-- columns as in audit_territory.sql.
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
WHERE CAST(channel AS VARCHAR) = $code
