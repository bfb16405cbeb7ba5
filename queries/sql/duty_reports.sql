-- Which duty reports stand, which were rejected and by whom, and which look like one sent twice?
--
-- Parameters: $near_m (metres), $near_us (µs).
-- Tables: duty_filed (see duty_filed.sql), duty_verdicts (see duty_verdicts.sql). One row a duty report:
--   id, channel, category, kelurahan, post, filed_us, day, late    as in duty_filed
--   verdict                    'verified', 'rejected' or 'waiting' (nobody has said, or the verdict was taken back)
--   status, decided_us, actor_role, unit, close_reason    of the verdict that stands, which is the latest; null = none
--   near_id, near_channel      the latest earlier report that it may repeat, null = none
--   near_m, near_s             metres and seconds between the two; metres null where only the cell is known
-- A report may repeat an earlier one of the same post, local day and category, filed at most $near_us before it, at most $near_m away on
-- a sphere, or in the same cell where one of them has no finer position. Of two of the same instant the earlier is the first by channel
-- and id. Any earlier one will do, also one that may itself be a repetition: so a report that comes late adds warnings and takes none
-- back. It is a warning to the verifier and changes no count of verified ones.
WITH standing AS (
    SELECT duty_verdicts.*
    FROM duty_verdicts
    LEFT ANTI JOIN duty_verdicts AS later
        ON duty_verdicts.key = later.key
        AND (
            later.time_us > duty_verdicts.time_us
            OR (later.time_us = duty_verdicts.time_us AND later."offset" > duty_verdicts."offset")
            OR (later.time_us = duty_verdicts.time_us AND later."offset" = duty_verdicts."offset" AND later.tie > duty_verdicts.tie)
        )
),
pairs AS (
    SELECT
        later.key,
        earlier.id AS near_id,
        earlier.channel AS near_channel,
        earlier.filed_us AS near_us,
        (later.filed_us - earlier.filed_us) / 1000000 AS near_s,
        111195.0797 * sqrt(
            power(later.latitude_deg - earlier.latitude_deg, 2)
            + power((later.longitude_deg - earlier.longitude_deg) * cos(radians(later.latitude_deg)), 2)
        ) AS near_m,
        later.cell = earlier.cell AS same_cell
    FROM duty_filed AS later
    INNER JOIN duty_filed AS earlier
        ON later.kelurahan = earlier.kelurahan AND later.post = earlier.post AND later.day = earlier.day AND later.category = earlier.category
    WHERE earlier.filed_us >= later.filed_us - CAST($near_us AS BIGINT)
        AND (
            earlier.filed_us < later.filed_us
            OR (earlier.filed_us = later.filed_us AND earlier.channel < later.channel)
            OR (earlier.filed_us = later.filed_us AND earlier.channel = later.channel AND earlier.id < later.id)
        )
),
numbered AS (
    SELECT
        pairs.*,
        row_number() OVER (PARTITION BY key ORDER BY near_us DESC, near_channel DESC, near_id DESC) AS place
    FROM pairs
    WHERE CASE WHEN near_m IS NULL THEN same_cell ELSE near_m <= CAST($near_m AS DOUBLE) END
)
SELECT
    duty_filed.id, duty_filed.channel, duty_filed.category, duty_filed.kelurahan, duty_filed.post, duty_filed.filed_us, duty_filed.day,
    duty_filed.late,
    coalesce(standing.verdict, 'waiting') AS verdict,
    standing.status,
    standing.time_us AS decided_us,
    standing.actor_role, standing.unit, standing.close_reason,
    near.near_id, near.near_channel, near.near_m, near.near_s
FROM duty_filed
LEFT JOIN standing ON duty_filed.key = standing.key
LEFT JOIN (SELECT * FROM numbered WHERE place = 1) AS near ON duty_filed.key = near.key
