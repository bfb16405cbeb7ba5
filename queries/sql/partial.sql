-- Question: how many reports fall on each pane, cell, kelurahan and category?
-- Parameters: none; `panes` is the leaf that the micro-batch, the epoch's deltas or the segments are put into.
-- Columns: pane (start, µs UTC), cell (H3), kelurahan (integer code), category (number), n (reports, each id once).
-- The same sum serves counted reports, deltas and segments: it is associative and commutative.
SELECT
    pane,
    cell,
    kelurahan,
    category,
    SUM(n) AS n
FROM panes
GROUP BY
    pane,
    cell,
    kelurahan,
    category
