-- Who must answer each report, and why?
--
-- No parameters. Table: routes. One row a routed report, in the order of routing:
--   id, unit (name in Indonesian, empty = not routed on purpose), confidence (0 to 1), reason (Indonesian), second_unit,
--   boundary_m (metres to the nearest kelurahan border, null = not known)
SELECT id, unit, confidence, reason_id AS reason, second_unit, boundary_m
FROM routes
