"""Response times of complaints per kelurahan, kecamatan and kota: Kaplan-Meier quantiles, restricted mean, closed-only percentiles.

The clocks (DESIGN section 3): first response = the earliest transition other than received, verified or rated; resolution = the
earliest `resolved` no reopening follows. A reopening is a `reopened`, or a report its own channel shows as received or in progress
strictly after some `resolved`. A case closed without action, as duplicate, as not ours or withdrawn is censored there; an open one at `as_of`.
Only the columns of rankings.csv that follow from these are written; ranks, intervals and tiers are not, nor are the dinas (who
holds a case that names no unit is a question of routes).
"""

import numpy as np

HOUR_S = 3600.0
TAU_S = 168 * HOUR_S
LEVELS = (("kelurahan", 13, 0), ("kecamatan", 8, 1), ("kota", 5, 2))
HEADER = (
    "level", "code", "name", "n", "open", "median_first_response_h", "p90_first_response_h", "median_resolution_h",
    "p90_resolution_h", "rmst_resolution_h", "closed_first_response_p50_s", "closed_first_response_p90_s",
    "closed_resolution_p50_s", "closed_resolution_p90_s",
)
NO_RESPONSE = {"received", "verified", "rated", "withdrawn"}
ENDS = {"closed_no_action", "duplicate", "not_ours", "withdrawn"}


def clocks(moves):
    """(first response, resolution, ended otherwise), each a time or None, from (time, offset, status, snapshot)."""
    answers = [time for time, _, status, _ in moves if status not in NO_RESPONSE]
    reopened = [(time, offset) for time, offset, status, _ in moves if status == "reopened"]
    shown_open = [(time, offset) for time, offset, status, snapshot in moves if snapshot and status in ("received", "in_progress")]

    def standing(statuses):
        found = sorted((time, offset) for time, offset, status, _ in moves if status in statuses)
        if not found:
            return None
        taken_back = list(reopened)
        if shown_open and max(shown_open)[0] > found[0][0]:
            taken_back.append(max(shown_open))
        left = [moment for moment in found if not taken_back or moment > max(taken_back)]
        return left[0][0] if left else None

    resolution = standing({"resolved"})
    return min(answers, default=None), resolution, standing(ENDS) if resolution is None else None


def curve(durations, closed):
    """Times at which something closed, and the Kaplan-Meier survival just after each."""
    order = np.argsort(durations, kind="stable")
    durations, closed = durations[order], closed[order]
    times, start = np.unique(durations, return_index=True)
    at_risk = len(durations) - start
    deaths = np.add.reduceat(closed.astype(np.float64), start)
    happened = deaths > 0
    return times[happened], np.cumprod(1.0 - deaths[happened] / at_risk[happened])


def fall_to(times, survival, share):
    """Smallest t with S(t) <= share, or None. A product that should be the share exactly may miss it in its last bits."""
    below = np.flatnonzero(survival <= share + 1e-12)
    return times[below[0]] if len(below) else None


def restricted_mean(times, survival, tau):
    """Area under the curve up to tau."""
    inside = times < tau
    edges = np.concatenate([[0.0], times[inside], [tau]])
    heights = np.concatenate([[1.0], survival[inside]])
    return float(np.sum(np.diff(edges) * heights))


def figures(cases):
    """The columns of one unit after its name."""
    first = np.array([case[0] for case in cases])
    responded = np.array([case[1] for case in cases])
    resolution = np.array([case[2] for case in cases])
    resolved = np.array([case[3] for case in cases])
    still_open = sum(1 for case in cases if not case[3] and not case[4])
    first_curve, resolution_curve = curve(first, responded), curve(resolution, resolved)
    quantiles = [fall_to(*first_curve, 0.5), fall_to(*first_curve, 0.1), fall_to(*resolution_curve, 0.5), fall_to(*resolution_curve, 0.1)]
    closed = []
    for durations, done in ((first, responded), (resolution, resolved)):
        for share in (0.5, 0.9):
            closed.append(float(np.quantile(durations[done], share)) if done.any() else None)
    hours = [None if quantile is None else float(quantile) / HOUR_S for quantile in quantiles]
    return [len(cases), still_open, *hours, restricted_mean(*resolution_curve, TAU_S) / HOUR_S, *closed]


def table(lanes, territory, as_of):
    """Header and rows of the table, by level and code."""
    reports, moves = {}, {}
    for lane in lanes:
        reports |= lane.reports
    for lane in lanes:
        for channel, identity, time, status, snapshot, offset in lane.transitions:
            key = (channel or "qlue", identity)
            if time <= as_of and key in reports:
                moves.setdefault(key, []).append((time, offset, status, snapshot))
    located = [(key, report) for key, report in reports.items() if report[1] is not None and report[0] <= as_of]
    if territory is None or not located:
        return HEADER, []
    spots = territory.locate(np.array([report[1][0] for _, report in located]), np.array([report[1][1] for _, report in located]))
    units = {}
    for (key, (filed, _, _)), spot in zip(located, spots.tolist()):
        if spot < 0:
            continue
        answered, resolved, ended = clocks(moves.get(key, ()))
        closed_at = resolved if resolved is not None else ended if ended is not None else as_of
        case = (
            max(0, (closed_at if answered is None else answered) - filed) / 1e6, answered is not None,
            max(0, closed_at - filed) / 1e6, resolved is not None, ended is not None,
        )
        for level, (_, width, name) in enumerate(LEVELS):
            code = territory.codes[spot][:width]
            units.setdefault((level, code, territory.names[spot][name]), []).append(case)
    rows = []
    for (level, code, name), cases in sorted(units.items()):
        values = ["" if value is None else f"{value:.6f}" if isinstance(value, float) else value for value in figures(cases)]
        rows.append([LEVELS[level][0], code, name, *values])
    return HEADER, rows
