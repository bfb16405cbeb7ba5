-- What did verifiers say of the duty reports?
--
-- Parameters: $as_of (timestamp µs UTC), $trust_channel (whether the state a report's own channel shows, which names nobody, is a
-- verdict as well; otherwise only an entry of the log of transitions is).
-- Tables: duty_filed (see duty_filed.sql), transitions. One row a verdict, every one that was ever given:
--   key                        of the report
--   time_us                    µs since epoch UTC
--   "offset", tie              what orders verdicts of the same instant: the log's order, then a text
--   status                     verified, resolved; closed_no_action, duplicate, not_ours, withdrawn; reopened (the report waits again)
--   verdict                    'verified', 'rejected' or 'waiting'
--   actor_role, unit           who, as a role and as a unit, never a person; null = not said
--   close_reason               why it was rejected; null = not said
SELECT
    duty_filed.key,
    CAST(moves.time AS BIGINT) AS time_us,
    moves."offset",
    concat(CAST(moves.lane AS VARCHAR), ' ', CAST(moves.status AS VARCHAR), ' ', CAST(moves.snapshot AS VARCHAR)) AS tie,
    CAST(moves.status AS VARCHAR) AS status,
    CASE
        WHEN CAST(moves.status AS VARCHAR) IN ('verified', 'resolved') THEN 'verified'
        WHEN CAST(moves.status AS VARCHAR) = 'reopened' THEN 'waiting'
        ELSE 'rejected'
    END AS verdict,
    moves.actor_role, moves.unit, moves.close_reason
FROM duty_filed
INNER JOIN transitions AS moves ON duty_filed.id = moves.id
WHERE moves.time <= $as_of
    AND (NOT moves.snapshot OR CAST($trust_channel AS BOOLEAN))
    AND CAST(moves.status AS VARCHAR) IN ('verified', 'resolved', 'closed_no_action', 'duplicate', 'not_ours', 'withdrawn', 'reopened')
    AND CASE WHEN moves.report_channel IS NULL THEN duty_filed.listens ELSE CAST(moves.report_channel AS VARCHAR) = duty_filed.channel END
