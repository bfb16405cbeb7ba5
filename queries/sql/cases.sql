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
--   first_response, resolution, ended    times, null = not yet; `ended` = closed, duplicate or not ours without being resolved
--   first_response_s           seconds from filed to the first response, or to $as_of where there is none
--   responded                  whether there is one
--   resolution_s               seconds from filed to the resolution, or to `ended`, or to $as_of
--   resolved                   whether there is one
--   ended_otherwise            whether it ended without one (censored there until competing ends are told apart)
--   reopened, status, transitions
-- A transition before the report's own time counts as at that time (0 seconds): clocks of two systems differ by minutes.
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
moved AS (
    SELECT key, case_clocks(time, status, snapshot, "offset", unit) AS clocks
    FROM addressed
    GROUP BY key
),
timed AS (
    SELECT
        complaints.id, complaints.channel, complaints.key, complaints.category, complaints.kelurahan, complaints.filed,
        coalesce(clocks['unit'], complaints.unit) AS unit,
        clocks['first_response'] AS first_response,
        clocks['resolution'] AS resolution,
        clocks['ended'] AS ended,
        coalesce(clocks['reopened'], false) AS reopened,
        coalesce(clocks['status'], 'received') AS status,
        coalesce(clocks['transitions'], 0) AS transitions
    FROM complaints
    LEFT JOIN moved ON complaints.key = moved.key
)
SELECT
    id, channel, key, category, kelurahan, unit, filed, first_response, resolution, ended,
    greatest(0.0, CAST(CAST(coalesce(first_response, $as_of) AS BIGINT) - CAST(filed AS BIGINT) AS DOUBLE) / 1e6) AS first_response_s,
    first_response IS NOT NULL AS responded,
    greatest(0.0, CAST(CAST(coalesce(resolution, ended, $as_of) AS BIGINT) - CAST(filed AS BIGINT) AS DOUBLE) / 1e6) AS resolution_s,
    resolution IS NOT NULL AS resolved,
    ended IS NOT NULL AS ended_otherwise,
    reopened, status, transitions
FROM timed
