"""Expected values for the numbers behind rankings, from packages that are not ours.

Writes ranking_expected.json beside this file; the tests of statistics/src read that table, so CI needs no Python.

    pip install lifelines==0.30.3 statsmodels==0.15.0 scipy==1.17.1 esda==2.9.0 libpysal==4.14.1 numpy
    python ranking_oracle.py          # writes the table
    python ranking_oracle.py --check  # fails if the committed table differs

Cumulative incidence and its standard error: statsmodels' CumIncidenceRight, which takes ties; held here against lifelines'
AalenJohansenFitter where nothing is tied, and against the infinitesimal jackknife, which never writes the formula down. Cumulative
hazard: lifelines' NelsonAalenFitter, ties together. Log-rank: lifelines. Case mix: a NelsonAalenFitter and a KaplanMeierFitter for
each stratum. Binomial, beta and Poisson: scipy, and statsmodels' proportion_confint. Winsorising: scipy. Rates: esda's
Empirical_Bayes. The slowest tenth: scipy's normal tail and brentq. Freireich's 6-MP trial (1963) and Efron & Morris' batting averages (1975) as printed in every text book; Auckland's
deaths of children under five 1977-1985 and children in 1981 after Marshall 1991, as in R's spData (CC0). The rest is drawn here, by seed.
"""

import json
import math
import sys
import warnings
from pathlib import Path

import numpy as np
from esda.smoothing import Empirical_Bayes
from lifelines import AalenJohansenFitter, KaplanMeierFitter, NelsonAalenFitter
from lifelines.statistics import multivariate_logrank_test
from lifelines.utils import restricted_mean_survival_time
from scipy import optimize, stats
from scipy.stats.mstats import winsorize
from statsmodels.duration.survfunc import CumIncidenceRight
from statsmodels.stats.proportion import proportion_confint
from survival_oracle import data_sets as survival_data_sets

TABLE = Path(__file__).with_name("ranking_expected.json")

AUCKLAND_DEATHS = """
8 2 5 8 1 2 2 1 6 2 15 6 6 3 2 5 3 1 5 4 3 8 20 13 4 3 2 0 3 1 2 4 2 5 4 10 8 7 3 7 15 9 8 14 12 10 5 6 5 3 4 9 4 4 10 6 8 3 4 7 3
8 6 8 24 15 1 8 5 1 5 15 11 4 1 5 2 13 14 3 11 26 5 4 1 4 5 8 5 4 11 4 1 5 2 6 4 9 16 4 2 12 5 7 12 12 14 12 7 3 3 5 9 9 4 3 11 10
2 10 17 5 9 17 10 18 10 17 9 6 29 12 8 11 11 3 8 24 4 7 7 4 1 3 15 34 27 26 8 13 11 31 7 17 14 38 4 27 10 10 6 18 2 5 28 18 3
"""
AUCKLAND_CHILDREN = """
252 45 360 366 54 36 72 27 708 234 522 183 165 225 93 225 144 120 336 369 534 429 858 756 354 72 63 45 75 114 180 282 144 402 168
699 423 408 165 195 273 522 372 369 429 447 222 264 432 201 189 327 198 279 306 306 162 189 315 429 141 522 570 435 981 858 138
204 39 6 90 486 324 165 189 438 153 375 234 219 435 933 99 81 93 234 183 393 303 339 450 258 135 168 153 177 288 516 318 201 66
309 261 516 285 495 255 444 465 261 225 414 471 459 282 150 225 228 21 288 366 204 216 378 309 480 384 348 351 450 543 423 399 345
339 288 306 1359 372 330 360 192 162 183 528 795 891 1209 357 618 528 1248 186 918 387 1290 255 1407 570 306 312 594 177 177 762
714 303
"""

HITS = [18, 17, 16, 15, 14, 14, 13, 12, 11, 11, 10, 10, 10, 10, 10, 9, 8, 7]
LATER = [.346, .298, .276, .222, .273, .270, .263, .210, .269, .230, .264, .256, .303, .264, .226, .285, .316, .200]


def drawn_ends(seed, size, scales, end, digits):
    """Cases with one clock for each kind of end; the first to ring is how it ended, 0 if none did before the cut-off."""
    rng = np.random.default_rng(seed)
    clocks = np.stack([rng.exponential(scale, size) for scale in scales])
    cut = rng.uniform(0, end, size)
    first = clocks.min(axis=0)
    kinds = np.where(first <= cut, clocks.argmin(axis=0) + 1, 0)
    return np.round(np.minimum(first, cut), digits), kinds


def end_sets():
    yield "two ends, no ties", *drawn_ends(1, 60, [20, 60], 80, 6)
    yield "four ends, no ties", *drawn_ends(2, 120, [30, 90, 200, 400], 300, 6)
    yield "whole hours, many ties", *drawn_ends(3, 90, [6, 12, 30], 30, 0)
    yield "mostly open", *drawn_ends(4, 50, [400, 900], 60, 2)
    yield "one end only", *drawn_ends(5, 40, [15], 60, 2)
    yield "days in seconds", *[np.round(d * 86400, 3) if k == 0 else d for k, d in enumerate(drawn_ends(6, 200, [2, 9, 30], 14, 4))]


def weighted_incidence(durations, kinds, weights, kind, time):
    """Weighted cumulative incidence, straight from its definition."""
    share, waiting = 0.0, 1.0
    for now in sorted({d for d, k in zip(durations, kinds) if k and d <= time}):
        risk = sum(w for d, w in zip(durations, weights) if d >= now)
        ends = [sum(w for d, k, w in zip(durations, kinds, weights) if d == now and keep(k)) for keep in (lambda k: k == kind, bool)]
        share += waiting * ends[0] / risk
        waiting *= 1.0 - ends[1] / risk
    return share


def jackknife_incidence(durations, kinds, kind, time, step=1e-5):
    total = 0.0
    for case in range(len(durations)):
        values = []
        for sign in (1, -1):
            weights = [1.0] * len(durations)
            weights[case] += sign * step
            values.append(weighted_incidence(durations, kinds, weights, kind, time))
        total += ((values[0] - values[1]) / (2 * step)) ** 2
    return math.sqrt(total)


def competing_case(name, durations, kinds):
    fitted = CumIncidenceRight(durations, kinds)
    open_curve = KaplanMeierFitter().fit(durations, kinds > 0)
    ends = np.unique(durations[kinds > 0])
    # The last end may be of the last case, where the package divides by 0.
    times = [float(t) for t in np.quantile(ends[:-1], [0, 0.1, 0.3, 0.5, 0.7, 0.9, 1], method="lower")]
    rows = []
    for time in times:
        at = np.searchsorted(fitted.times, time, side="right") - 1
        shares = [[float(curve[at]), float(error[at])] for curve, error in zip(fitted.cinc, fitted.cinc_se)]
        rows.append({"time": time, "ended": shares, "open": float(open_curve.predict(time))})
        assert abs(sum(share for share, _ in shares) + rows[-1]["open"] - 1) < 1e-9
    middle = rows[3]
    for kind, (_, error) in enumerate(middle["ended"], 1):
        assert abs(jackknife_incidence(durations, kinds, kind, middle["time"]) - error) < 1e-7, name
        if "no ties" in name:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                other = AalenJohansenFitter(jitter_level=0.0).fit(durations, kinds, kind)
            assert abs(math.sqrt(other.variance_.loc[middle["time"]]) - error) < 1e-9, name
    return {"name": name, "durations": durations.tolist(), "kinds": kinds.tolist(), "rows": rows}


def hazard_case(name, durations, closed, tau):
    fitted = NelsonAalenFitter(nelson_aalen_smoothing=False).fit(durations, closed)
    times = sorted({float(d) for d, c in zip(durations, closed) if c})
    hazard = fitted.cumulative_hazard_["NA_estimate"]
    error = np.sqrt(fitted._cumulative_sq)
    rows = [[t, float(hazard.loc[t]), float(error.loc[t])] for t in times]
    return {"name": name, "durations": list(map(float, durations)), "closed": [bool(c) for c in closed], "steps": rows}


def log_rank_sets():
    survival = {name: (durations, closed) for name, durations, closed, _ in survival_data_sets()}
    yield "6-mp and placebo", [survival["freireich 6-mp"], survival["freireich placebo"]]
    for name, seed, size, scales, end, digits in [
        ("two alike", 11, 80, [20, 20], 60, 1),
        ("two apart, whole hours", 12, 60, [6, 12], 20, 0),
        ("three, many open", 13, 50, [60, 90, 200], 40, 2),
        ("six units", 14, 40, [10, 12, 14, 20, 11, 30], 60, 1),
        ("unlike sizes", 15, 0, [24, 30, 18], 100, 2),
    ]:
        rng = np.random.default_rng(seed)
        groups = []
        for number, scale in enumerate(scales):
            count = size or [41, 300, 120][number]
            waits, cut = np.round(rng.exponential(scale, count), digits), np.round(rng.uniform(0, end, count), digits)
            groups.append((np.minimum(waits, cut).tolist(), (waits <= cut).astype(int).tolist()))
        yield name, groups


def log_rank_case(name, groups):
    durations = np.concatenate([d for d, _ in groups])
    closed = np.concatenate([c for _, c in groups])
    labels = np.concatenate([[number] * len(d) for number, (d, _) in enumerate(groups)])
    test = multivariate_logrank_test(durations, labels, closed)
    listed = [{"durations": list(map(float, d)), "closed": [bool(c) for c in e]} for d, e in groups]
    return {"name": name, "groups": listed, "chi_squared": float(test.test_statistic), "freedom": len(groups) - 1, "p": float(test.p_value)}


def mix_case(name, seed, size, strata, units, tau, digits):
    rng = np.random.default_rng(seed)
    unit = rng.choice(units, size, p=rng.dirichlet(np.full(units, 3.0)))
    # Each unit has its own mix.
    mixes = rng.dirichlet(np.full(strata, 0.7), units)
    stratum = np.array([rng.choice(strata, p=mixes[u]) for u in unit])
    slow = np.exp(rng.normal(0, 0.4, units))
    waits = np.round(rng.exponential(10.0 * (1 + stratum) * slow[unit]), digits)
    cut = np.round(rng.uniform(0, 4 * tau, size), digits)
    durations, closed = np.minimum(waits, cut), waits <= cut
    expected, mean = np.zeros(size), np.zeros(size)
    for s in range(strata):
        mine = stratum == s
        if mine.any():
            hazard = NelsonAalenFitter(nelson_aalen_smoothing=False).fit(durations[mine], closed[mine])
            expected[mine] = hazard.cumulative_hazard_at_times(np.minimum(durations[mine], tau)).to_numpy()
            curve = KaplanMeierFitter().fit(durations[mine], closed[mine])
            mean[mine] = restricted_mean_survival_time(curve, t=tau)
    observed = closed & (durations <= tau)
    assert abs(expected.sum() - observed.sum()) < 1e-9
    rows = []
    for u in range(units):
        mine = unit == u
        count, sum_expected = int(observed[mine].sum()), float(expected[mine].sum())
        limits = [stats.chi2.ppf(0.025, 2 * count) / 2 if count else 0.0, stats.chi2.ppf(0.975, 2 * count + 2) / 2]
        rows.append({
            "cases": int(mine.sum()),
            "observed": count,
            "expected": sum_expected,
            "limits": [float(limit) / sum_expected for limit in limits],
            "restricted_mean": float(mean[mine].mean()),
        })
    cases = [[int(s), int(u), float(d), bool(c)] for s, u, d, c in zip(stratum, unit, durations, closed)]
    return {"name": name, "tau": tau, "cases": cases, "units": rows, "city_restricted_mean": float(mean.mean())}


def control_limit(n, theta, p):
    """Spiegelhalter 2005, appendix A.1.1."""
    first = stats.binom.ppf(p, n, theta)
    past = (stats.binom.cdf(first, n, theta) - p) / stats.binom.pmf(first, n, theta)
    return float(min(max((first - past) / n, 0.0), 1.0))


def funnel_rows():
    rows = []
    for theta in (0.8, 34_957 / 60_398, 0.03, 0.5, 0.995):
        for n in (1, 3, 10, 20, 41, 50, 100, 115, 128, 145, 500, 1_442, 3_346, 60_398, 1_000_000):
            for level in (0.95, 0.998):
                tail = (1 - level) / 2
                rows.append([n, theta, level, control_limit(n, theta, tail), control_limit(n, theta, 1 - tail)])
    return rows


def share_rows():
    rows = []
    for part, whole in [
        (0, 1), (1, 1), (0, 30), (30, 30), (1, 41), (29, 30), (126, 128), (135, 145), (99, 115), (428, 1_442), (1_438, 2_516), (1_419, 2_664),
        (4_973, 6_248), (1_116, 1_169), (4_267, 6_246), (2_740, 4_392), (34_957, 60_398), (90_000, 100_000), (1, 100_000),
        (300_001, 1_000_000), (4_999_000, 5_000_000), (2_500_000, 5_000_000),
    ]:
        for level in (0.95, 0.998):
            low, high = stats.binomtest(part, whole).proportion_ci(level, "exact")
            other = proportion_confint(part, whole, 1 - level, "beta")
            assert np.allclose([low, high], np.nan_to_num(other, nan=0.0 if part == 0 else 1.0), atol=1e-12) or part in (0, whole)
            rows.append([part, whole, level, float(low), float(high)])
    return rows


def count_rows():
    rows = []
    for count in (0, 1, 2, 7, 22, 133, 4_000, 185_852, 1_000_000):
        for level in (0.95, 0.998):
            tail = (1 - level) / 2
            low = float(stats.gamma.ppf(tail, count)) if count else 0.0
            rows.append([count, level, low, float(stats.gamma.ppf(1 - tail, count + 1))])
    return rows


def dispersion_case(name, seed, units, spread):
    rng = np.random.default_rng(seed)
    theta = 0.6
    whole = np.maximum(5, np.round(80 * np.exp(rng.normal(0, 1, units)))).astype(int)
    odds = math.log(theta / (1 - theta)) + rng.normal(0, spread, units)
    part = rng.binomial(whole, 1 / (1 + np.exp(-odds)))
    scores = (part / whole - theta) * np.sqrt(whole / (theta * (1 - theta)))
    factor = float(np.mean(np.asarray(winsorize(scores, limits=(0.1, 0.1))) ** 2))
    return {"name": name, "theta": theta, "units": [[int(p), int(w)] for p, w in zip(part, whole)], "factor": factor}


def rate_case(name, counts, exposures):
    rates = Empirical_Bayes(np.array(counts), np.array(exposures)).r.ravel()
    return {"name": name, "counts": list(map(int, counts)), "exposures": list(map(float, exposures)), "rates": rates.tolist()}


def rate_cases():
    deaths, children = (list(map(int, text.split())) for text in (AUCKLAND_DEATHS, AUCKLAND_CHILDREN))
    yield rate_case("auckland", deaths, [9 * count for count in children])
    for name, seed, units, spread in [("267 kelurahan", 21, 267, 0.5), ("44 kecamatan", 22, 44, 0.3), ("six", 23, 6, 1.0)]:
        rng = np.random.default_rng(seed)
        residents = np.round(30_000 * np.exp(rng.normal(0, 0.8, units)))
        yield rate_case(name, rng.poisson(residents * 0.002 * np.exp(rng.normal(0, spread, units))), residents)


def slowest_case(name, values, errors):
    """P* of Lin, Louis, Paddock & Ridgeway 2006: the chance to lie above the border above which a tenth of all is expected."""
    values, errors = np.round(values, 6), np.round(errors, 6)
    tenth = math.ceil(len(values) / 10)
    far = 40 * errors.max()
    expected = lambda border: stats.norm.sf(border, values, errors).sum() - tenth
    border = optimize.brentq(expected, values.min() - far, values.max() + far, xtol=1e-13, rtol=1e-14)
    return {"name": name, "values": values.tolist(), "errors": errors.tolist(), "probabilities": stats.norm.sf(border, values, errors).tolist()}


def slowest_cases():
    yield slowest_case("two alike", np.array([5.0, 5.0]), np.array([1.0, 1.0]))
    yield slowest_case("five of unlike errors", np.array([20.0, 30.0, 30.0, 25.0, 31.0]), np.array([1.0, 0.5, 6.0, 3.0, 9.0]))
    for units, seed in ((10, 51), (11, 52), (44, 53), (267, 54)):
        rng = np.random.default_rng(seed)
        errors = 54 / np.sqrt(np.maximum(3, np.round(57 * np.exp(rng.normal(-0.5, 1, units)))))
        kept = 100 / (100 + errors**2)
        values = 47 + kept * (rng.normal(0, 10, units) + errors * rng.normal(size=units))
        yield slowest_case(f"{units} units", values, errors * np.sqrt(kept))


def batting():
    """Efron & Morris 1975: the root-arcsine scores of 45 times at bat shrunk to their mean by 1 - (k - 3) / S."""
    hits = np.array(HITS)
    scores = np.arcsin(np.sqrt(hits / 45))
    squares = float(np.sum((scores - scores.mean()) ** 2) * 4 * 45)
    kept = 1 - (len(hits) - 3) / squares
    shrunken = np.sin(scores.mean() + kept * (scores - scores.mean())) ** 2
    later = np.array(LATER)
    return {
        "hits": HITS,
        "later": LATER,
        "kept": kept,
        "shrunken": shrunken.tolist(),
        "error_plain": float(np.sum((hits / 45 - later) ** 2)),
        "error_shrunken": float(np.sum((shrunken - later) ** 2)),
    }


def table():
    return {
        "competing": [competing_case(*case) for case in end_sets()],
        "hazard": [hazard_case(*case) for case in survival_data_sets() if sum(case[2])],
        "log_rank": [log_rank_case(*case) for case in log_rank_sets()],
        "mix": [
            mix_case("five units, three strata", 31, 240, 3, 5, 48.0, 3),
            mix_case("whole hours, many ties", 32, 300, 4, 6, 24.0, 0),
            mix_case("many strata, few cases", 33, 200, 20, 4, 72.0, 2),
            mix_case("one stratum", 34, 150, 1, 5, 30.0, 2),
            mix_case("short horizon", 35, 180, 5, 8, 2.0, 2),
        ],
        "funnel": funnel_rows(),
        "shares": share_rows(),
        "counts": count_rows(),
        "dispersion": [dispersion_case(f"spread {spread}", 40 + n, n, spread) for n, spread in ((7, 0.0), (44, 0.2), (267, 0.3), (100, 1.0), (10, 0.5))],
        "rates": list(rate_cases()),
        "slowest_tenth": list(slowest_cases()),
        "batting": [batting()],
    }


def lines(whole):
    """One row of a section a line."""
    sections = [f'"{name}": [\n' + ",\n".join(json.dumps(row) for row in rows) + "\n]" for name, rows in whole.items()]
    return "{\n" + ",\n".join(sections) + "\n}\n"


def close(a, b):
    if isinstance(a, float) and isinstance(b, float):
        return math.isclose(a, b, rel_tol=1e-7, abs_tol=1e-9)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(close, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(close(a[key], b[key]) for key in a)
    return a == b


if __name__ == "__main__":
    fresh = lines(table())
    if "--check" in sys.argv:
        sys.exit(not close(json.loads(fresh), json.loads(TABLE.read_text())))
    TABLE.write_text(fresh)
