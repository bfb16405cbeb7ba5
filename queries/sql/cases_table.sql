-- The complaints as `cases.csv` shows them.
--
-- No parameters. Tables: cases (see cases.sql), routes. By time of filing, then key (no text is sorted):
--   id, channel, category
--   kelurahan                  dotted code, null = not located
--   unit                       who holds it: named by a transition, else by the channel, else by the route
--   filed_ms, first_response_ms, resolution_ms, ended_ms    epoch milliseconds, null = not yet
--   first_response_s, resolution_s                          seconds from filing, null = not yet
--   waited_s                   seconds the case has been open, until its end or the moment asked about
--   status, reopened, transitions
--   coordinated_ms, dispatched_ms                           epoch milliseconds, null = not yet
--   end_kind                   how it ended, null = open
--   reopenings                 how often an end was taken back
--   paused_s                   seconds of `waited_s` spent waiting for the reporter while it was open
SELECT
    cases.id, cases.channel, cases.category,
    kelurahan_code(cases.kelurahan) AS kelurahan,
    coalesce(cases.unit, routes.unit) AS unit,
    CAST(cases.filed AS BIGINT) / 1000 AS filed_ms,
    CAST(cases.first_response AS BIGINT) / 1000 AS first_response_ms,
    CAST(cases.resolution AS BIGINT) / 1000 AS resolution_ms,
    CAST(cases.ended AS BIGINT) / 1000 AS ended_ms,
    CASE WHEN cases.responded THEN cases.first_response_s END AS first_response_s,
    CASE WHEN cases.resolved THEN cases.resolution_s END AS resolution_s,
    cases.resolution_s AS waited_s,
    cases.status, cases.reopened, cases.transitions,
    CAST(cases.coordinated AS BIGINT) / 1000 AS coordinated_ms,
    CAST(cases.dispatched AS BIGINT) / 1000 AS dispatched_ms,
    cases.end_kind, cases.reopenings, cases.paused_s
FROM cases
LEFT JOIN routes ON cases.key = case_key(routes.channel, routes.id)
ORDER BY cases.filed, cases.key
