-- Which complaints does some region answer for?
--
-- No parameters. Tables: cases (see cases.sql), routes. The rows of cases but those that lie in no region (rule `received_no_partner`): they
-- were received and went to nobody, so they are on no desk and in no ranking, whatever unit their channel named. Asked only where there
-- are several regions; with one all cases are its own.
SELECT cases.*
FROM cases
LEFT ANTI JOIN (
    SELECT case_key(channel, id) AS key
    FROM routes
    WHERE rule = 'received_no_partner'
) AS elsewhere ON cases.key = elsewhere.key
