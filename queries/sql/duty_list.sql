-- Which duty reports wait for a verifier, and which were rejected or carry a warning?
--
-- Parameters: $waiting (true: those that wait, the oldest first; false: those that were rejected or carry a warning).
-- Table: duty_reports (see duty_reports.sql). Columns as there, by time, channel and id, and `date`, the local day as 2026-10-01.
SELECT
    duty_reports.*,
    CAST(arrow_cast(arrow_cast(day, 'Int32'), 'Date32') AS VARCHAR) AS date
FROM duty_reports
WHERE CASE WHEN CAST($waiting AS BOOLEAN) THEN verdict = 'waiting' ELSE verdict = 'rejected' OR near_id IS NOT NULL END
ORDER BY filed_us, channel, id
