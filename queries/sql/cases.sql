-- Which clock does each complaint show at a given moment?
--
-- Parameter: $as_of (timestamp µs UTC): nothing later exists.
-- Tables: reports, transitions.
-- One row a complaint filed by $as_of:
--   id, channel, category      as in reports
--   key                        case_key(channel, id), for joins
--   kelurahan                  integer code, null = not located
--   unit                       last one named by a transition, else the one the channel named
--   filed                      event time of the report
--   first_response, resolution, ended    times, null = not yet; `ended` = closed, duplicate, not ours or withdrawn without being resolved
--   first_response_s           seconds from filed to the first response; where there is none, to `ended` or $as_of
--   responded                  whether there is one
--   resolution_s               seconds from filed to the resolution, or to `ended`, or to $as_of
--   resolved                   whether there is one
--   ended_otherwise            whether it ended without one (`end_kind` says how)
--   reopened, status, transitions        reopened = a resolution was taken back; transitions = how many, each once
--   coordinated, dispatched    times, null = not yet
--   coordination_s, dispatch_s           seconds from filed to it; where there is none, to the end or $as_of
--   coordinated_known, dispatched_known  whether there is one
--   end_kind                   resolved, closed_no_action, duplicate, not_ours, withdrawn; null = open
--   reopenings                 how often an end was taken back; the clocks go on from `filed`
--   paused_s                   seconds of it spent waiting for the reporter while it was open; in no clock above left out
--   spells                     who held it, oldest first: structs of unit (null = nobody was named yet), "from", "to" (null = still),
--                              paused_s; from an end to its reopening nobody does
--   pauses                     when the reporter was waited for, oldest first: structs of "from" and "to"; one that lasts ends at $as_of
-- The rules are those of `case_clocks` (engine/src/case). A transition before the report's own time counts as at that time (0 seconds):
-- clocks of two systems differ by minutes. Of one report in two lanes the earlier time counts, and no clock runs backwards.
-- A transition belongs to the report with its id on the channel it names; if it names none, on QLUE, or else on whichever
-- channel knows the id (the first by name). Ids are hashed once, into a key; everything after works on integers.
WITH complaints AS (
    SELECT
        id, channel, category, kelurahan, unit, event_time AS filed,
        case_key(channel, id) AS key
    FROM reports
    WHERE kind = 'complaint' AND event_time <= $as_of
),
elsewhere AS (
    SELECT other.id, min(other.channel) AS channel
    FROM (
        SELECT id, CAST(channel AS VARCHAR) AS channel
        FROM reports
        WHERE channel <> 'qlue' AND kind IS NOT NULL
    ) AS other
    LEFT ANTI JOIN (SELECT id FROM reports WHERE channel = 'qlue') AS qlue ON other.id = qlue.id
    GROUP BY other.id
),
addressed AS (
    SELECT
        case_key(coalesce(moves.report_channel, elsewhere.channel, 'qlue'), moves.id) AS key,
        moves.time, moves.status, moves.snapshot, moves."offset", moves.unit
    FROM transitions AS moves
    LEFT JOIN elsewhere ON moves.id = elsewhere.id AND moves.report_channel IS NULL
    WHERE moves.time <= $as_of
),
followed AS (
    SELECT
        complaints.key,
        case_clocks(
            addressed.time, addressed.status, addressed.snapshot, addressed."offset", addressed.unit,
            complaints.filed, complaints.unit, $as_of
        ) AS clocks
    FROM complaints
    LEFT JOIN addressed ON complaints.key = addressed.key
    GROUP BY complaints.key
),
timed AS (
    SELECT
        complaints.id, complaints.channel, complaints.key, complaints.category, complaints.kelurahan, complaints.filed,
        clocks['unit'] AS unit,
        clocks['first_response'] AS first_response,
        clocks['resolution'] AS resolution,
        clocks['ended'] AS ended,
        clocks['reopened'] AS reopened,
        coalesce(clocks['status'], 'received') AS status,
        clocks['transitions'] AS transitions,
        clocks['coordinated'] AS coordinated,
        clocks['dispatched'] AS dispatched,
        clocks['end_kind'] AS end_kind,
        clocks['reopenings'] AS reopenings,
        clocks['paused_s'] AS paused_s,
        clocks['spells'] AS spells,
        clocks['pauses'] AS pauses
    FROM complaints
    JOIN followed ON complaints.key = followed.key
),
measured AS (
    SELECT
        timed.*,
        CAST(filed AS BIGINT) AS filed_us,
        CAST(coalesce(resolution, ended, $as_of) AS BIGINT) AS until_us
    FROM timed
)
SELECT
    id, channel, key, category, kelurahan, unit, filed, first_response, resolution, ended,
    greatest(0.0, CAST(coalesce(CAST(first_response AS BIGINT), until_us) - filed_us AS DOUBLE) / 1e6) AS first_response_s,
    first_response IS NOT NULL AS responded,
    greatest(0.0, CAST(until_us - filed_us AS DOUBLE) / 1e6) AS resolution_s,
    resolution IS NOT NULL AS resolved,
    ended IS NOT NULL AS ended_otherwise,
    reopened, status, transitions,
    coordinated, dispatched,
    greatest(0.0, CAST(coalesce(CAST(coordinated AS BIGINT), until_us) - filed_us AS DOUBLE) / 1e6) AS coordination_s,
    coordinated IS NOT NULL AS coordinated_known,
    greatest(0.0, CAST(coalesce(CAST(dispatched AS BIGINT), until_us) - filed_us AS DOUBLE) / 1e6) AS dispatch_s,
    dispatched IS NOT NULL AS dispatched_known,
    end_kind, reopenings, paused_s, spells, pauses
FROM measured
