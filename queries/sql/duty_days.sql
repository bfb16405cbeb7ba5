-- How many duty reports did each RT and RW file on each day, and did it reach what is asked of it?
--
-- Parameters: $reports_a_day (asked of a post), $paid_a_day (verified ones that are paid at most).
-- Table: duty_reports (see duty_reports.sql). One row a kelurahan, post and local day with at least one report, in that order:
--   kelurahan, post            integer code and name; null = the reports do not say, and nobody can be paid for them
--   day, date                  days since 1970-01-01 in Asia/Jakarta; the same as 2026-10-01
--   submitted                  reports filed on the day, late ones too; = verified + rejected + waiting
--   near_duplicates            of them with a warning
--   verified, rejected, waiting
--   late                       of them that came past the allowed lateness
--   reached                    whether at least $reports_a_day are verified
--   shortfall                  how many are missing even if every waiting one is verified
--   counted                    verified ones that are paid, before the month's cap; 0 where the post or its kelurahan is not known
SELECT
    kelurahan, post, day,
    CAST(arrow_cast(arrow_cast(day, 'Int32'), 'Date32') AS VARCHAR) AS date,
    submitted, near_duplicates, verified, rejected, waiting, late,
    verified >= CAST($reports_a_day AS BIGINT) AS reached,
    greatest(0, CAST($reports_a_day AS BIGINT) - verified - waiting) AS shortfall,
    CASE WHEN kelurahan IS NULL OR post IS NULL THEN 0 ELSE least(verified, CAST($paid_a_day AS BIGINT)) END AS counted
FROM (
    SELECT
        kelurahan, post, day,
        count(*) AS submitted,
        count(near_id) AS near_duplicates,
        count(*) FILTER (WHERE verdict = 'verified') AS verified,
        count(*) FILTER (WHERE verdict = 'rejected') AS rejected,
        count(*) FILTER (WHERE verdict = 'waiting') AS waiting,
        count(*) FILTER (WHERE late) AS late
    FROM duty_reports
    GROUP BY kelurahan, post, day
) AS summed
ORDER BY kelurahan NULLS LAST, post NULLS LAST, day
