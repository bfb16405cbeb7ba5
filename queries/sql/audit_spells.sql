-- Who held each of some complaints, and from when to when?
--
-- No parameters.
-- Tables: audited (key: the complaints, signed), cases (see cases.sql), routes (who our rules would ask), units (what sources call a
-- unit: alias, code, name, kind).
-- One row a spell, in no order:
--   key                        as in cases, as a signed number of the same bits
--   named                      the unit as the source named it; null = nobody was named yet
--   unit                       its code; the text it was named by where nobody knows it; of the one our rules ask where nobody was named;
--                              null = nobody's
--   from_us, to_us             µs since epoch UTC; to: null = still
--   paused_s                   seconds of it spent waiting for the reporter
WITH followed AS (
    SELECT cases.key, cases.spells
    FROM cases
    JOIN audited ON signed_bits(cases.key) = audited.key
),
listed AS (
    SELECT key, unnest(spells) AS spell
    FROM followed
),
told AS (
    SELECT
        key,
        spell['unit'] AS named,
        CAST(spell['from'] AS BIGINT) AS from_us,
        CAST(spell['to'] AS BIGINT) AS to_us,
        spell['paused_s'] AS paused_s
    FROM listed
),
held AS (
    SELECT told.*, coalesce(told.named, routes.unit_code) AS holder
    FROM told
    LEFT JOIN routes ON told.named IS NULL AND told.key = case_key(routes.channel, routes.id)
)
SELECT
    signed_bits(held.key) AS key,
    held.named,
    CASE WHEN held.holder <> '' THEN coalesce(units.code, held.holder) END AS unit,
    held.from_us,
    held.to_us,
    held.paused_s
FROM held
LEFT JOIN units ON lower(held.holder) = units.alias
