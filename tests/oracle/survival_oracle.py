"""Expected values for the survival and shrinkage numbers, from packages that are not ours.

Writes survival_expected.json beside this file; the tests of statistics/src read that table, so CI needs no Python.

    pip install lifelines==0.30.3 statsmodels==0.15.0 numpy
    python survival_oracle.py          # writes the table
    python survival_oracle.py --check  # fails if the committed table differs

Curves, quantiles and restricted means: lifelines. Standard error of the restricted mean: infinitesimal jackknife, that is the
root of the sum of squared derivatives of the restricted mean in each case's weight, by central differences; for Kaplan-Meier it
equals Greenwood's formula, and it never writes that formula down. Closed-only quantiles: numpy. Shrinkage: statsmodels' chi2
(DerSimonian-Laird) random-effects mean and variance. Freireich's 6-MP trial (1963) as printed in every text book; all other data
are drawn here, by seed.
"""

import json
import math
import sys
from pathlib import Path

import numpy as np
from lifelines import KaplanMeierFitter
from lifelines.utils import restricted_mean_survival_time
from statsmodels.stats.meta_analysis import combine_effects

TABLE = Path(__file__).with_name("survival_expected.json")


def data_sets():
    yield "five cases", [2, 3, 5, 24, 48], [1, 1, 1, 0, 0], 48.0
    sixmp = [6, 6, 6, 7, 10, 13, 16, 22, 23, 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    yield "freireich 6-mp", sixmp, [1] * 9 + [0] * 12, 35.0
    placebo = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
    yield "freireich placebo", placebo, [1] * 21, 35.0
    rng = np.random.default_rng(2026)
    for name, size, scale, end, digits in [
        ("long waits, many open", 60, 80.0, 100.0, 3),
        ("whole hours, many ties", 80, 6.0, 30.0, 0),
        ("short horizon", 40, 30.0, 200.0, 2),
        ("almost nothing closed", 45, 2000.0, 168.0, 2),
        ("everything closed", 50, 12.0, 1e6, 2),
    ]:
        waits = np.round(rng.exponential(scale, size), digits)
        cut = np.round(rng.uniform(0, end, size), digits)
        tau = 10.0 if name == "short horizon" else 168.0
        yield name, np.minimum(waits, cut).tolist(), (waits <= cut).astype(int).tolist(), tau
    yield "nothing closed", [3.0, 10.0, 200.0], [0, 0, 0], 168.0
    yield "closed at once", [0.0, 0.0, 0.0, 4.0], [1, 1, 1, 0], 168.0


def weighted_restricted_mean(durations, closed, weights, tau):
    """Area under the weighted product-limit curve, straight from its definition."""
    area, survival, before = 0.0, 1.0, 0.0
    for time in sorted({d for d, c in zip(durations, closed) if c and d < tau}):
        area += survival * (time - before)
        before = time
        risk = sum(w for d, w in zip(durations, weights) if d >= time)
        died = sum(w for d, c, w in zip(durations, closed, weights) if c and d == time)
        survival *= 1.0 - died / risk
        if survival < 1e-12:
            survival = 0.0
    return area + survival * (tau - before)


def jackknife_error(durations, closed, tau, step=1e-5):
    total = 0.0
    for case in range(len(durations)):
        values = []
        for sign in (1, -1):
            weights = [1.0] * len(durations)
            weights[case] += sign * step
            values.append(weighted_restricted_mean(durations, closed, weights, tau))
        total += ((values[0] - values[1]) / (2 * step)) ** 2
    return math.sqrt(total)


def first_reaching(curve, share):
    reached = [float(time) for time, survival in curve if survival <= share + 1e-9]
    return reached[0] if reached else None


def survival_case(name, durations, closed, tau):
    fitted = KaplanMeierFitter().fit(durations, closed)
    curve = [(float(t), float(s)) for t, s in fitted.survival_function_["KM_estimate"].items()]
    done = sorted(d for d, c in zip(durations, closed) if c)
    times = sorted({float(d) for d, c in zip(durations, closed) if c})
    survival = dict(curve)
    return {
        "name": name,
        "durations": [float(d) for d in durations],
        "closed": [bool(c) for c in closed],
        "tau": tau,
        "survival": [[t, survival[t]] for t in times],
        "median": first_reaching([c for c in curve if c[0] in times], 0.5),
        "p90": first_reaching([c for c in curve if c[0] in times], 0.1),
        "restricted_mean": float(restricted_mean_survival_time(fitted, t=tau)),
        "standard_error": jackknife_error(durations, closed, tau),
        "closed_p50": float(np.quantile(done, 0.5)) if done else None,
        "closed_p90": float(np.quantile(done, 0.9)) if done else None,
    }


def shrink_case(name, values, errors):
    variances = np.square(errors)
    combined = combine_effects(np.array(values), variances, method_re="chi2", use_t=False)
    frame = combined.summary_frame()
    return {
        "name": name,
        "values": list(map(float, values)),
        "errors": list(map(float, errors)),
        "between": float(combined.tau2),  # Not cut at 0 there, so no data set here may be below it.
        "mean": float(frame.loc["random effect", "eff"]),
        "mean_error": float(frame.loc["random effect", "sd_eff"]),
    }


def table():
    rng = np.random.default_rng(168)
    n = np.maximum(30, np.round(57 * np.exp(rng.normal(0, 1, 40))))
    errors = np.round(1.5 / np.sqrt(n), 6)
    values = np.round(rng.normal(0, 0.3, 40) + rng.normal(0, errors), 6)
    return {
        "survival": [survival_case(*case) for case in data_sets()],
        "shrink": [
            shrink_case("forty units", values, errors),
            shrink_case("hardly apart", [1.0, 3.6, 0.9], [1.0, 1.0, 2.0]),
            shrink_case("far apart", [1.0, 8.0, 20.0, 21.0], [0.5, 0.6, 1.5, 0.1]),
        ],
    }


if __name__ == "__main__":
    fresh = json.dumps(table(), indent=1) + "\n"
    if "--check" in sys.argv:
        close = lambda a, b: (
            a == b
            if not isinstance(a, (float, list, dict)) or type(a) is not type(b)
            else math.isclose(a, b, rel_tol=1e-7, abs_tol=1e-9)
            if isinstance(a, float)
            else len(a) == len(b) and all(close(x, y) for x, y in zip(a, b))
            if isinstance(a, list)
            else a.keys() == b.keys() and all(close(a[k], b[k]) for k in a)
        )
        sys.exit(not close(json.loads(fresh), json.loads(TABLE.read_text())))
    TABLE.write_text(fresh)
