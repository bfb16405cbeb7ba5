-- How many reports fell on each area in a window, and how many were to be expected there at this hour of the week?
--
-- Parameters: $level ('cell' or 'kelurahan'), $split (true: one row a category; false: all together under ''), $category,
-- $channel ('' = all), $kelurahan (integer code, 0 = all), $start, $end (timestamps µs UTC, [start, end)), $since (timestamp, eight
-- weeks before $start), $start_us (= $start), $window_us, $history_us (µs of log before $start, at most eight weeks), $weeks (whole
-- weeks in it), $places (number of areas of the city), $base (1 = `told` is `expected`).
-- Tables: panes, reports.
-- One row an area (and category) with reports in the window:
--   area                       H3 index or integer code of the kelurahan
--   category                   id, or ''
--   kelurahan                  integer code, the largest where an area has several, null = outside
--   n                          reports
--   expected                   reports expected, see below
--   told                       the same of counts that are rounded down to multiples of $base: from the exact one those counts could be reckoned
--   z                          2 (√(n + 3/8) − √(expected + 3/8)): Anscombe's, about normal also for small counts
--   reporters                  different reporters among them
--   since_us                   the first of them, µs since epoch UTC
--
-- Expected, for an area with w = $window_us, H = $history_us, K = $weeks, h = one hour:
--   same  reports in the same hours of the K weeks before
--   past  reports in all of H
--   city  reports of the whole city (of the category) in H and the window, per area and µs
--   own   w (past + h · city) / (H + h)      the area's rate at all hours; the city's counts like one more hour of history, so that
--                                            an area without history is taken for an average one
--   expected = (same + own) / (K + 1)        own counts like one more week
WITH sliced AS (
    SELECT
        CASE WHEN CAST($level AS VARCHAR) = 'cell' THEN CAST(cell AS BIGINT) ELSE kelurahan END AS area,
        CASE WHEN CAST($split AS BOOLEAN) THEN CAST(category AS VARCHAR) ELSE '' END AS category,
        kelurahan,
        n,
        CAST($start_us AS BIGINT) - CAST(pane AS BIGINT) AS ago_us
    FROM panes
    WHERE pane >= $since
        AND pane < $end
        AND (CAST($category AS VARCHAR) = '' OR CAST(category AS VARCHAR) = CAST($category AS VARCHAR))
        AND (CAST($channel AS VARCHAR) = '' OR CAST(channel AS VARCHAR) = CAST($channel AS VARCHAR))
),
slotted AS (
    SELECT area, category, kelurahan, n, ago_us, (ago_us + 604799999999) / 604800000000 AS week
    FROM sliced
    WHERE area IS NOT NULL
),
counted AS (
    SELECT
        area,
        category,
        max(kelurahan) AS kelurahan,
        sum(CASE WHEN ago_us <= 0 THEN n ELSE 0 END) AS n,
        sum(CASE WHEN ago_us > 0 THEN n ELSE 0 END) AS past,
        sum(
            CASE
                WHEN ago_us > 0 AND week <= CAST($weeks AS BIGINT) AND week * 604800000000 - ago_us < CAST($window_us AS BIGINT) THEN n
                ELSE 0
            END
        ) AS same
    FROM slotted
    GROUP BY area, category
),
city AS (
    SELECT
        category,
        CAST(sum(n + past) AS DOUBLE)
            / (CAST($places AS DOUBLE) * (CAST($history_us AS DOUBLE) + CAST($window_us AS DOUBLE))) AS rate,
        CAST(sum(n + past) / CAST($base AS BIGINT) * CAST($base AS BIGINT) AS DOUBLE)
            / (CAST($places AS DOUBLE) * (CAST($history_us AS DOUBLE) + CAST($window_us AS DOUBLE))) AS told_rate
    FROM counted
    GROUP BY category
),
hoped AS (
    SELECT
        counted.area,
        counted.category,
        counted.kelurahan,
        counted.n,
        (
            counted.same
            + CAST($window_us AS DOUBLE) * (counted.past + 3600000000.0 * city.rate) / (CAST($history_us AS DOUBLE) + 3600000000.0)
        ) / (CAST($weeks AS DOUBLE) + 1.0) AS expected,
        (
            counted.same / CAST($base AS BIGINT) * CAST($base AS BIGINT)
            + CAST($window_us AS DOUBLE)
                * (counted.past / CAST($base AS BIGINT) * CAST($base AS BIGINT) + 3600000000.0 * city.told_rate)
                / (CAST($history_us AS DOUBLE) + 3600000000.0)
        ) / (CAST($weeks AS DOUBLE) + 1.0) AS told
    FROM counted
    INNER JOIN city ON counted.category = city.category
    WHERE counted.n > 0
        AND (CAST($kelurahan AS BIGINT) = 0 OR counted.kelurahan = CAST($kelurahan AS BIGINT))
),
spoken AS (
    SELECT
        CASE WHEN CAST($level AS VARCHAR) = 'cell' THEN CAST(cell AS BIGINT) ELSE kelurahan END AS area,
        CASE WHEN CAST($split AS BOOLEAN) THEN CAST(category AS VARCHAR) ELSE '' END AS category,
        reporter,
        event_time
    FROM reports
    WHERE event_time >= $start
        AND event_time < $end
        AND NOT late
        AND coalesce(CAST(kind AS VARCHAR), '') <> 'duty'
        AND (CAST($category AS VARCHAR) = '' OR CAST(category AS VARCHAR) = CAST($category AS VARCHAR))
        AND (CAST($channel AS VARCHAR) = '' OR CAST(channel AS VARCHAR) = CAST($channel AS VARCHAR))
),
witnessed AS (
    SELECT area, category, count(DISTINCT reporter) AS reporters, CAST(min(event_time) AS BIGINT) AS since_us
    FROM spoken
    WHERE area IS NOT NULL
    GROUP BY area, category
)
SELECT
    hoped.area,
    hoped.category,
    hoped.kelurahan,
    hoped.n,
    hoped.expected,
    hoped.told,
    2.0 * (sqrt(CAST(hoped.n AS DOUBLE) + 0.375) - sqrt(hoped.expected + 0.375)) AS z,
    coalesce(witnessed.reporters, 0) AS reporters,
    witnessed.since_us
FROM hoped
LEFT JOIN witnessed ON hoped.area = witnessed.area AND hoped.category = witnessed.category
ORDER BY hoped.area, hoped.category
