-- What was told of reports with these ids?
--
-- No parameters. Tables: asked (id: each once), transitions. One row a transition, in no order:
--   id, report_channel         report_channel null = whichever channel knows the id
--   time_us, "offset", status, snapshot, unit    as in transitions; time in µs since epoch UTC
SELECT
    moves.id,
    CAST(moves.report_channel AS VARCHAR) AS report_channel,
    CAST(moves.time AS BIGINT) AS time_us,
    moves."offset",
    CAST(moves.status AS VARCHAR) AS status,
    moves.snapshot,
    moves.unit
FROM transitions AS moves
INNER JOIN asked ON moves.id = asked.id
