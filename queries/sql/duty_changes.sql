-- Which verdicts on duty reports were changed, by whom, when, from what to what?
--
-- No parameters. Tables: duty_filed (see duty_filed.sql), duty_verdicts (see duty_verdicts.sql).
-- One row a step of a report on which a first verdict did not stay the only one, by report and time; a verdict that repeats the status
-- before it is no step:
--   id, channel, kelurahan, post, day    of the report
--   time_us                    µs since epoch UTC
--   before, after              status of the verdict before ('received' before the first), and of this one
--   actor_role, unit, close_reason    as in duty_verdicts
WITH more AS (
    SELECT key
    FROM duty_verdicts
    GROUP BY key
    HAVING count(DISTINCT status) > 1
),
steps AS (
    SELECT
        duty_verdicts.*,
        coalesce(lag(status) OVER (PARTITION BY duty_verdicts.key ORDER BY time_us, "offset", tie), 'received') AS before
    FROM duty_verdicts
    INNER JOIN more ON duty_verdicts.key = more.key
)
SELECT
    duty_filed.id, duty_filed.channel, duty_filed.kelurahan, duty_filed.post, duty_filed.day,
    steps.time_us, steps.before, steps.status AS after, steps.actor_role, steps.unit, steps.close_reason
FROM steps
INNER JOIN duty_filed ON steps.key = duty_filed.key
WHERE steps.before <> steps.status
ORDER BY kelurahan NULLS LAST, post NULLS LAST, day, duty_filed.filed_us, duty_filed.channel, duty_filed.id, steps.time_us, steps."offset", steps.tie
