-- What did these reporters tell of in a window, and what became of it?
--
-- Parameters: $since, $until (timestamps µs UTC, half-open): complaints filed in between.
-- Tables: cases (as of one moment), reports, asked (channel, reporter: the reporters that are asked about, and nobody else's rows come out).
-- Complaints only: a duty report is paid for, and of what else people say nobody can say that it came true.
-- One row a complaint, by channel, reporter, time of filing and key:
--   channel, reporter          whose
--   id, category               of the complaint
--   day                        local day it was filed: days since 1970-01-01 in Asia/Jakarta, UTC+7 all year
--   occasion                   what it tells of: the key of the first complaint, whoever's, of its category, cell and local day (kelurahan
--                              where it has no position); so often as somebody tells of one thing in a day, so often is this the same
--   first_witness              whether it is that first complaint, has a position, and somebody else told of it too
--   outcome                    confirmed = done, or found true and not yet ended; dismissed = closed without action; duplicate = the same as
--                              another case; null = open, or ended otherwise
-- Incidents as the board links them are not asked: it lets go of those that are over, and a ranking looks back over a year.
WITH standing AS (
    SELECT
        key,
        min(CAST(channel AS VARCHAR)) AS channel,
        min(id) AS id,
        min(CAST(category AS VARCHAR)) AS category,
        min(CAST(filed AS BIGINT)) AS filed_us,
        bool_or(coalesce(resolved, false) OR (coalesce(status, '') = 'verified' AND end_kind IS NULL)) AS confirmed,
        bool_or(coalesce(end_kind, '') = 'closed_no_action') AS dismissed,
        bool_or(coalesce(end_kind, '') = 'duplicate') AS duplicate
    FROM cases
    WHERE filed >= $since AND filed < $until
    GROUP BY key
),
whose AS (
    SELECT
        case_key(channel, id) AS key,
        min(reporter) AS reporter,
        min(cell) AS cell,
        min(kelurahan) AS kelurahan
    FROM reports
    WHERE kind = 'complaint' AND event_time >= $since AND event_time < $until
    GROUP BY case_key(channel, id)
),
told AS (
    SELECT
        standing.key, standing.channel, standing.id, standing.category, standing.filed_us,
        standing.confirmed, standing.dismissed, standing.duplicate,
        (standing.filed_us + 25200000000) / 86400000000 AS day,
        whose.reporter,
        whose.cell,
        CASE WHEN whose.cell IS NULL THEN whose.kelurahan END AS area
    FROM standing
    INNER JOIN whose ON standing.key = whose.key
),
held AS (
    SELECT
        told.*,
        first_value(key) OVER (PARTITION BY category, cell, area, day ORDER BY filed_us, key) AS occasion,
        min(reporter) OVER (PARTITION BY category, cell, area, day) AS lowest_reporter,
        max(reporter) OVER (PARTITION BY category, cell, area, day) AS highest_reporter
    FROM told
)
SELECT
    held.channel, held.reporter, held.id, held.category, held.day, held.occasion,
    held.occasion = held.key AND held.cell IS NOT NULL AND held.lowest_reporter <> held.highest_reporter AS first_witness,
    CASE WHEN held.confirmed THEN 'confirmed' WHEN held.dismissed THEN 'dismissed' WHEN held.duplicate THEN 'duplicate' END AS outcome
FROM held
INNER JOIN asked ON held.channel = asked.channel AND held.reporter = asked.reporter
ORDER BY held.channel, held.reporter, held.filed_us, held.key
