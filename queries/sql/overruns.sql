-- What do the clocks hang on of each complaint whose clocks may have run out lately?
--
-- Parameter: $since (timestamp µs UTC): what ended before it is left out.
-- Tables: cases (see cases.sql), routes, units. One row a complaint that is open, or ended after $since, in no order:
--   id, channel, category, kelurahan (dotted code)
--   unit                       code of who holds it, or held it last; the text it was named by where nobody knows it
--   filed_us, answered_us, ended_us    µs since epoch UTC; first response and end of whatever kind, null = not yet
--   coordinated_us, dispatched_us
--   pauses                     as in cases
--   rule, respond_s, finish_s  of the route, as in inbox.sql
-- A unit of the kind `emergency` has no desk, as in inbox.sql.
WITH recent AS (
    SELECT
        cases.id, cases.channel, cases.category, cases.kelurahan, cases.filed, cases.first_response, cases.coordinated, cases.dispatched,
        coalesce(cases.resolution, cases.ended) AS finished,
        cases.pauses,
        coalesce(cases.unit, routes.unit_code) AS named,
        routes.rule, routes.respond_s, routes.finish_s
    FROM cases
    LEFT JOIN routes ON cases.key = case_key(routes.channel, routes.id)
    WHERE coalesce(cases.resolution, cases.ended) IS NULL OR coalesce(cases.resolution, cases.ended) > $since
)
SELECT
    recent.id, recent.channel, recent.category, kelurahan_code(recent.kelurahan) AS kelurahan,
    coalesce(units.code, recent.named) AS unit,
    CAST(recent.filed AS BIGINT) AS filed_us,
    CAST(recent.first_response AS BIGINT) AS answered_us,
    CAST(recent.finished AS BIGINT) AS ended_us,
    CAST(recent.coordinated AS BIGINT) AS coordinated_us,
    CAST(recent.dispatched AS BIGINT) AS dispatched_us,
    recent.pauses, recent.rule, recent.respond_s, recent.finish_s
FROM recent
LEFT JOIN units ON lower(recent.named) = units.alias
WHERE recent.named <> '' AND units.kind IS DISTINCT FROM 'emergency'
