-- What is each RT and RW paid for the month?
--
-- Parameters: $first_day, $end_day (days since 1970-01-01, [first, end)), $paid_a_month (reports that are paid at most), $rupiah_rt and
-- $rupiah_rw (for one of an RT, of an RW).
-- Table: duty_days (see duty_days.sql). One row a kelurahan and post, in that order:
--   kelurahan, post            null = not known
--   submitted, near_duplicates, verified, rejected, waiting, late    sums of the days
--   days_reported, days_reached    days with at least one report; days on which what is asked was reached
--   counted_daily              paid ones after the daily cap
--   counted                    paid ones after the monthly cap too
--   rate_rupiah                for one of them; 0 where the post is neither an RT nor an RW
--   amount_rupiah              counted × rate_rupiah
SELECT
    kelurahan, post, submitted, near_duplicates, verified, rejected, waiting, late, days_reported, days_reached, counted_daily, counted,
    rate_rupiah,
    counted * rate_rupiah AS amount_rupiah
FROM (
    SELECT
        kelurahan, post,
        sum(submitted) AS submitted,
        sum(near_duplicates) AS near_duplicates,
        sum(verified) AS verified,
        sum(rejected) AS rejected,
        sum(waiting) AS waiting,
        sum(late) AS late,
        count(*) AS days_reported,
        count(*) FILTER (WHERE reached) AS days_reached,
        sum(counted) AS counted_daily,
        least(sum(counted), CAST($paid_a_month AS BIGINT)) AS counted,
        CASE
            WHEN post LIKE 'RT %' THEN CAST($rupiah_rt AS BIGINT)
            WHEN post LIKE 'RW %' THEN CAST($rupiah_rw AS BIGINT)
            ELSE 0
        END AS rate_rupiah
    FROM duty_days
    WHERE day >= CAST($first_day AS BIGINT) AND day < CAST($end_day AS BIGINT)
    GROUP BY kelurahan, post
) AS summed
ORDER BY kelurahan NULLS LAST, post NULLS LAST
