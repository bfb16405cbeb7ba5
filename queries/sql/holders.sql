-- Who held each complaint, for how long, and what became of it with them?
--
-- Parameter: $as_of (timestamp µs UTC): the moment `cases` was asked about.
-- Tables: answerable (see answerable.sql), routes (who our rules would ask), units (what sources call a unit: alias, code, name, kind).
-- One row a complaint and unit that held it:
--   key                        as in cases
--   unit                       code of the unit; the text it was named by where nobody knows it
--   held_s                     seconds it held the complaint until its end or $as_of, pauses left out; all its spells together
--   resolved                   whether it held it when it was resolved
--   end_kind                   null = still holds it; `handed_over` = another does, or did at the end; else how it ended, as in cases
--   from, to                   first and last moment it held it; to: null = still
--   hand_overs                 how often it handed it to another
--   waited_s                   seconds it held it without a first response yet; null = it only held it after that
--   responded                  whether the first response came with it, be it by handing the complaint on
--   shared                     whether another held it too, ever
-- A complaint is held by the last unit a transition named; before that by the one its channel named, else by the one our rules ask. What
-- is nobody's then, or lies between an end and its reopening, is nobody's row. Two names of the same unit are no hand-over.
WITH listed AS (
    SELECT key, first_response, end_kind, unnest(spells) AS spell
    FROM answerable AS cases
),
spells AS (
    SELECT
        key, end_kind,
        spell['unit'] AS named,
        spell['from'] AS began,
        spell['to'] AS ended,
        spell['paused_s'] AS paused_s,
        CAST(first_response AS BIGINT) AS answered_us
    FROM listed
),
held AS (
    SELECT
        spells.*,
        CAST(began AS BIGINT) AS from_us,
        CAST(coalesce(ended, $as_of) AS BIGINT) AS to_us,
        coalesce(spells.named, routes.unit_code) AS unit
    FROM spells
    LEFT JOIN routes ON spells.named IS NULL AND spells.key = case_key(routes.channel, routes.id)
),
coded AS (
    SELECT held.*, coalesce(units.code, held.unit) AS code
    FROM held
    LEFT JOIN units ON lower(held.unit) = units.alias
    WHERE held.unit <> ''
),
beside AS (
    SELECT
        coded.*,
        lag(code) OVER (PARTITION BY key ORDER BY from_us) AS before,
        lead(code) OVER (PARTITION BY key ORDER BY from_us) AS after,
        min(code) OVER (PARTITION BY key) <> max(code) OVER (PARTITION BY key) AS shared
    FROM coded
),
told AS (
    SELECT
        beside.*,
        answered_us IS NULL OR answered_us > from_us OR before IS NULL AS waits,
        after IS NULL AS last
    FROM beside
)
SELECT
    key,
    code AS unit,
    sum(CAST(to_us - from_us AS DOUBLE) / 1e6 - paused_s) AS held_s,
    bool_or(last AND end_kind IS NOT DISTINCT FROM 'resolved') AS resolved,
    CASE WHEN bool_or(last) THEN min(end_kind) ELSE 'handed_over' END AS end_kind,
    min(began) AS "from",
    CASE WHEN bool_or(ended IS NULL) THEN NULL ELSE max(ended) END AS "to",
    count(*) FILTER (WHERE after <> code) AS hand_overs,
    sum(CASE WHEN waits THEN greatest(0.0, CAST(least(to_us, coalesce(answered_us, to_us)) - from_us AS DOUBLE) / 1e6) END) AS waited_s,
    bool_or(waits AND answered_us IS NOT NULL AND answered_us <= to_us) AS responded,
    bool_or(shared) AS shared
FROM told
GROUP BY key, code
