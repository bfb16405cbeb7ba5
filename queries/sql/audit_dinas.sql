-- Which complaints stand behind the row of a dinas?
--
-- Parameter: $code (code of the unit, or the text it was named by where nobody knows it).
-- Tables: ranked (answerable.sql, without what stands in no ranking), holders (see holders.sql).
-- One row a complaint the unit ever held, whenever it was filed, in no order: columns as in audit_territory.sql, and counted as in
-- rankings_dinas.sql: one that another held too counts with the time this one held it, and `counted_end` may be `handed_over`.
SELECT
    signed_bits(cases.key) AS key,
    cases.id,
    CAST(cases.channel AS VARCHAR) AS channel,
    CAST(cases.category AS VARCHAR) AS category,
    kelurahan_code(cases.kelurahan) AS kelurahan,
    CAST(cases.filed AS BIGINT) AS filed_us,
    CAST(cases.first_response AS BIGINT) AS first_response_us,
    CAST(coalesce(cases.resolution, cases.ended) AS BIGINT) AS end_us,
    cases.end_kind AS case_end,
    holders.end_kind AS counted_end,
    CASE WHEN holders.shared THEN holders.waited_s ELSE cases.first_response_s END AS response_s,
    CASE WHEN holders.shared THEN holders.responded ELSE cases.responded END AS responded,
    CASE WHEN holders.shared THEN holders.held_s ELSE cases.resolution_s END AS seconds,
    cases.paused_s,
    cases.reopenings,
    holders.shared
FROM holders
JOIN ranked AS cases ON holders.key = cases.key
WHERE holders.unit = $code
