"""Expected values for the statistics behind hotspots, from packages that are not ours.

Writes hotspot_expected.json beside this file; the tests of statistics/src read that table, so CI needs neither Python nor R.

    pip install scipy==1.17.1 statsmodels==0.15.0 esda==2.9.0 libpysal==4.14.1 pymannkendall==1.4.3 mpmath==1.3.0
    apt-get install r-base-core r-cran-surveillance r-cran-mass     # R 4.2.2, surveillance 1.20.3, MASS 7.3
    python hotspot_oracle.py          # writes the table
    python hotspot_oracle.py --check  # fails if the committed table differs

Gi*: esda. Mann-Kendall and Sen's slope: pymannkendall. EARS C1 and C2, Farrington: R surveillance, with R's GLM iterated to 1e-14
(its default of 1e-8 leaves 1e-5 in the limits). EARS C3: the formula of surveillance's manual over the C2 baselines surveillance
gives; its own C3 limit (1.20.3) is made with the day's count in the place of the baseline's mean and so cannot be met. Tails and
quantiles of counts: scipy, and mpmath where scipy runs out of digits. Size by likelihood: MASS theta.ml. Adjusted p: statsmodels.
Gumbel: scipy. Exact Poisson interval: statsmodels. All series are printed examples or drawn here, by seed.
"""

import json
import math
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import mpmath
import numpy as np
import pymannkendall
from esda.getisord import G_Local
from libpysal.weights import W
from scipy import stats
from statsmodels.stats.multitest import fdrcorrection
from statsmodels.stats.rates import confint_poisson

TABLE = Path(__file__).with_name("hotspot_expected.json")


def r(script, *series):
    """Runs R; `series[i]` is there as `x1`, `x2`, ...; what it prints as lines of numbers comes back as rows."""
    with tempfile.TemporaryDirectory() as folder:
        lines = ["options(digits = 17, scipen = -99, warn = -1)"]
        for position, values in enumerate(series, 1):
            file = Path(folder, f"x{position}")
            file.write_text("\n".join(repr(float(value)) for value in values))
            lines.append(f'x{position} <- scan("{file}", quiet = TRUE)')
        code = Path(folder, "script.R")
        code.write_text("\n".join([*lines, script]))
        printed = subprocess.run(["Rscript", "--vanilla", code], check=True, capture_output=True, text=True).stdout
    number = lambda word: None if word in ("NA", "NaN") else float(word)
    return [[number(word) for word in line.split()] for line in printed.splitlines()]


def grid(width, height):
    """Rook neighbours of a grid, as ascending lists."""
    for cell in range(width * height):
        column, row = cell % width, cell // width
        near = [(column + dx, row + dy) for dx, dy in ((0, -1), (-1, 0), (1, 0), (0, 1))]
        yield [y * width + x for x, y in near if 0 <= x < width and 0 <= y < height]


def uneven(rng, cells):
    """A symmetric graph of uneven degrees; the last two cells have no neighbour at all."""
    linked = [set() for _ in range(cells)]
    for _ in range(2 * cells):
        left, right = (int(cell) for cell in (rng.random(2) ** 2 * (cells - 2)))
        if left != right:
            linked[left].add(right)
            linked[right].add(left)
    return [sorted(near) for near in linked]


def gi_case(name, values, neighbours):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        weights = W(dict(enumerate(neighbours)), silence_warnings=True)
        z = G_Local(np.array(values, float), weights, transform="B", star=True, permutations=0).Zs
    return {
        "name": name,
        "values": [float(value) for value in values],
        "neighbours": neighbours,
        "z": z.tolist(),
        "p_hot": stats.norm.sf(z).tolist(),
        "p_two_sided": (2 * stats.norm.sf(abs(z))).tolist(),
    }


def gi_star():
    rng = np.random.default_rng(9)
    counts = rng.poisson(2.0, 144)
    counts[[40, 41, 52, 53]] += 9
    return [
        gi_case("five on a line", [1, 2, 8, 9, 1], [[1], [0, 2], [1, 3], [2, 4], [3]]),
        gi_case("a grid with a cluster", counts.tolist(), list(grid(12, 12))),
        gi_case("uneven, two islands", rng.gamma(0.7, 3.0, 40).round(3).tolist(), uneven(rng, 40)),
    ]


def mann_kendall():
    rng = np.random.default_rng(10)
    series = [
        ("printed", [1, 3, 2, 4, 6, 5, 7, 9, 8, 10]),
        ("two values", [2, 5]),
        ("three falling", [9.5, 3.25, 1.0]),
        ("ties", rng.poisson(3, 24).tolist()),
        ("many ties, falling", (6 - np.arange(30) // 5 + rng.integers(0, 2, 30)).tolist()),
        ("noise", rng.normal(0, 1, 41).round(6).tolist()),
        ("slow rise", (0.03 * np.arange(60) + rng.normal(0, 1, 60)).round(6).tolist()),
        ("all equal", [4.0] * 8),
    ]
    for name, values in series:
        given = pymannkendall.original_test(values)
        yield {
            "name": name,
            "values": [float(value) for value in values],
            "s": float(given.s),
            "variance": float(given.var_s),
            "tau": float(given.Tau),
            "z": float(given.z),
            "p": float(given.p),
            "slope": float(given.slope),
        }


EARS = """
suppressMessages(library(surveillance))
for (minimum in c(0, 1)) for (method in c("C1", "C2")) {
  at <- function(alpha) {
    made <- earsC(sts(observed = matrix(x1, ncol = 1)), control = list(method = method, alpha = alpha, minSigma = minimum))
    list(upperbound(made)[, 1], as.integer(alarms(made)[, 1]))
  }
  limit <- at(0.001)
  cat(minimum, limit[[1]], "\n"); cat(limit[[2]], "\n"); cat(at(0.5)[[1]], "\n")
}
"""


def ears():
    rng = np.random.default_rng(11)
    burst = rng.negative_binomial(2.0, 0.3, 70)
    burst[40:43] += [9, 14, 11]
    sparse = rng.poisson(0.25, 60)
    for name, counts in [
        ("printed", [3, 5, 2, 6, 4, 3, 5, 12, 4, 9]),
        ("flat", [2, 2, 2, 2, 2, 2, 2, 2, 5, 2, 2, 2, 6, 1, 3, 9, 9, 4, 4, 4, 12]),
        ("a burst of three days", burst.tolist()),
        ("sparse", sparse.tolist()),
    ]:
        rows = r(EARS, counts)
        for part in range(4):
            (minimum, *limits), alarms, means = rows[3 * part : 3 * part + 3]
            method = "C1" if part % 2 == 0 else "C2"
            yield ears_case(name, counts, method, 0.001, minimum, limits, [alarm == 1 for alarm in alarms])
            if method == "C2":
                c3 = ears_c3(counts, means, limits)
                yield ears_case(name, counts, "C3", 0.025, minimum, c3, [None if u is None else bool(y > u) for u, y in zip(c3, counts[11:])])


def ears_c3(counts, means, limits):
    """U3 = mean + sd (z - sum of the two days' max(0, C2 - 1)), from the C2 baselines (first day 10) that R gave."""
    deviations = [(limit - mean) / stats.norm.isf(0.001) for limit, mean in zip(limits, means)]
    found = []
    for day in range(2, len(means)):
        excess = 0.0
        for before in (day - 1, day - 2):
            if deviations[before] < 1e-9:
                excess = None
                break
            excess += max(0.0, (counts[9 + before] - means[before]) / deviations[before] - 1.0)
        found.append(None if excess is None else float(means[day] + deviations[day] * (stats.norm.isf(0.025) - excess)))
    return found


def ears_case(name, counts, method, alpha, minimum, limits, alarms):
    # Days before the first limit have none.
    pad = [None] * (len(counts) - len(limits))
    return {
        "name": f"{name} {method} {minimum:g}",
        "counts": counts,
        "method": method,
        "alpha": alpha,
        "minimum_deviation": minimum,
        "limits": pad + limits,
        "alarms": pad + alarms,
    }


FARRINGTON = """
tight <- stats::glm.control
formals(tight)$epsilon <- 1e-14
formals(tight)$maxit <- 100
environment(tight) <- asNamespace("stats")
assignInNamespace("glm.control", tight, ns = "stats")
suppressMessages(library(surveillance))
y <- x1; b <- x2[1]; w <- x2[2]; alpha <- x2[3]; reweight <- x2[4] == 1; trend <- x2[5] == 1
first <- b * 52 + w + 1
watched <- first:length(y)
series <- create.disProg(week = seq_along(y), observed = y, state = 0 * y, start = c(2001, 1), freq = 52)
made <- algo.farrington(series, control = list(range = watched, b = b, w = w, reweight = reweight, verbose = FALSE, alpha = alpha,
  trend = trend, fitFun = "algo.farrington.fitGLM"))
for (row in seq_along(watched)) {
  week <- watched[row]
  past <- unlist(lapply(b:1, function(year) (week - 52 * year - w):(week - 52 * year + w)))
  fit <- algo.farrington.fitGLM(y[past], past, timeTrend = made$trend[row] == 1, reweight = reweight)
  mean <- unname(predict(fit, data.frame(wtime = week), type = "response"))
  phi <- max(fit$phi, 1)
  plug_in <- if (phi > 1) qnbinom(1 - alpha, mu = mean, size = mean / (phi - 1)) else qpois(1 - alpha, mean)
  cat(week - 1, mean, phi, made$trend[row], made$upperbound[row], made$alarm[row], plug_in, "\n")
}
"""


def farrington():
    rng = np.random.default_rng(12)
    weeks = np.arange(320)
    season = np.exp(1.2 + 0.6 * np.sin(2 * np.pi * weeks / 52))
    seasonal = rng.negative_binomial(3.0, 3.0 / (3.0 + season))
    seasonal[[120, 121, 122, 290]] += [15, 22, 12, 19]
    rising = rng.poisson(np.exp(0.4 + 0.009 * weeks))
    rare = rng.poisson(0.5, 320)
    short = rng.negative_binomial(1.5, 1.5 / 6.0, 200)
    for name, counts, years, window, alpha, reweight, trend in [
        ("seasonal with outbreaks", seasonal, 4, 3, 0.01, True, True),
        ("seasonal, plain weights", seasonal, 5, 3, 0.05, False, True),
        ("rising", rising, 5, 3, 0.01, True, True),
        ("rising, no trend wanted", rising, 5, 2, 0.01, True, False),
        ("rare", rare, 5, 3, 0.01, True, True),
        ("two years only", short, 2, 4, 0.01, True, True),
    ]:
        counts = [int(count) for count in counts]
        rows = r(FARRINGTON, counts, [years, window, alpha, reweight, trend])
        columns = {
            "week": int,
            "expected": float,
            "dispersion": float,
            "trend": bool,
            "upper": float,
            "alarm": bool,
            "plug_in": int,
        }
        yield {
            "name": name,
            "counts": counts,
            "years": years,
            "half_window_weeks": window,
            "alpha": alpha,
            "reweight": reweight,
            "trend_allowed": trend,
            **{column: [kind(row[position]) for row in rows] for position, (column, kind) in enumerate(columns.items())},
        }


def ln_tail(mean, size, k):
    """ln P(X >= k), to fifty digits where scipy has no digits left; size None is Poisson."""
    law = stats.poisson(mean) if size is None else stats.nbinom(size, size / (size + mean))
    tail = law.sf(k - 1)
    if 1e-12 < tail < 0.999:
        return float(np.log(tail))
    with mpmath.workdps(60):
        if k == 0:
            return 0.0
        if size is None:
            exact = mpmath.gammainc(k, 0, mpmath.mpf(mean), regularized=True)
        else:
            exact = mpmath.betainc(k, size, 0, mpmath.mpf(mean) / (mpmath.mpf(mean) + mpmath.mpf(size)), regularized=True)
        return float(mpmath.log(exact))


def tails():
    asked = [(0.17, None, 3), (0.5, None, 5), (2.4869, None, 12), (2.4869, 1.5, 12)]
    for mean in (0.003, 0.8, 7.0, 96.5, 1250.0):
        for size in (None, 0.02, 0.7, 4.0, 150.0, 2e4):
            for k in sorted({0, 1, 2, math.ceil(mean), math.ceil(1.3 * mean) + 2, math.ceil(2.5 * mean) + 6, math.ceil(5 * mean) + 60}):
                asked.append((mean, size, k))
    return [{"mean": mean, "size": size, "k": k, "ln_tail": ln_tail(mean, size, k)} for mean, size, k in asked]


def quantiles():
    for mean in (0.17, 2.4869, 31.0, 820.0):
        for size in (None, 0.3, 1.5, 40.0):
            law = stats.poisson(mean) if size is None else stats.nbinom(size, size / (size + mean))
            for p in (0.001, 0.25, 0.5, 0.95, 0.999):
                yield {"mean": mean, "size": size, "p": p, "k": int(law.ppf(p)), "tail": 1e-7, "limit": int(law.isf(1e-7))}


THETA = """
suppressMessages(library(MASS))
cat(as.numeric(theta.ml(x1, x2, limit = 200, eps = 1e-12)), "\n")
"""


def sizes():
    rng = np.random.default_rng(13)
    slope = np.exp(rng.normal(0.5, 0.8, 120))
    for name, counts, means in [
        ("size 1.5", rng.negative_binomial(1.5, 1.5 / 4.0, 200), None),
        ("size 0.2", rng.negative_binomial(0.2, 0.2 / 1.2, 300), None),
        ("size 12", rng.negative_binomial(12.0, 12.0 / 32.0, 150), None),
        ("large counts", rng.negative_binomial(3.0, 3.0 / 903.0, 80), None),
        ("a mean for each", rng.negative_binomial(2.0, 2.0 / (2.0 + slope)), slope.round(6)),
    ]:
        common = means is None
        means = np.full(len(counts), counts.mean()) if common else means
        mean, variance = counts.mean(), counts.var(ddof=1)
        yield {
            "name": name,
            "counts": counts.tolist(),
            "means": means.tolist(),
            "moments": float(mean**2 / (variance - mean)) if common else None,
            "likelihood": r(THETA, counts, means)[0][0],
        }


def fdr():
    rng = np.random.default_rng(14)
    many = np.concatenate([rng.uniform(0, 1, 60), rng.beta(0.2, 20, 15)])
    for name, p in [
        ("printed", [0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.205, 0.212, 0.216]),
        ("seventy-five", rng.permutation(many).round(12).tolist()),
        ("ties", [0.02, 0.5, 0.02, 0.0, 1.0, 0.02, 0.5, 0.03, 0.0]),
        ("one", [0.03]),
    ]:
        rejected, adjusted = fdrcorrection(p, alpha=0.05)
        yield {"name": name, "p": p, "adjusted": adjusted.tolist(), "rejected": rejected.tolist()}


def gumbel():
    rng = np.random.default_rng(15)
    mean, variance = stats.gumbel_r.stats(moments="mv")
    for name, maxima in [
        ("999 maxima", rng.gumbel(6.2, 1.3, 999)),
        ("twenty", rng.gumbel(-3.0, 40.0, 20)),
        ("of normals, not Gumbel", rng.normal(0, 1, (200, 50)).max(axis=1)),
        ("two", np.array([1.0, 2.5])),
    ]:
        maxima = maxima.round(9)
        location, scale = stats.gumbel_r.fit(maxima)
        by_moments = math.sqrt(maxima.var(ddof=1) / variance)
        asked = [float(x) for x in (maxima.mean(), maxima.max(), maxima.max() + 12 * scale, maxima.min() - 2 * scale)]
        yield {
            "name": name,
            "maxima": maxima.tolist(),
            "location": float(location),
            "scale": float(scale),
            "moments_location": float(maxima.mean() - by_moments * mean),
            "moments_scale": float(by_moments),
            "asked": asked,
            "ln_tail": stats.gumbel_r.logsf(asked, location, scale).tolist(),
        }


def rates():
    for reports, hours, confidence in [
        ([2, 0, 1, 3], [10.0, 24.0, 6.0, 20.0], 0.95),
        ([0, 0], [5.0, 7.5], 0.95),
        ([400, 380, 12], [100.0, 80.0, 3.0], 0.99),
        ([1], [0.25], 0.8),
    ]:
        count, time = sum(reports), sum(hours)
        low, high = confint_poisson(count, time, method="exact-c", alpha=1 - confidence)
        yield {
            "reports": reports,
            "open_h": hours,
            "confidence": confidence,
            "per_hour": count / time,
            "low": float(low) if count else 0.0,
            "high": float(high),
        }


def table():
    return {
        "gi_star": gi_star(),
        "mann_kendall": list(mann_kendall()),
        "ears": list(ears()),
        "farrington": list(farrington()),
        "tails": tails(),
        "quantiles": list(quantiles()),
        "sizes": list(sizes()),
        "fdr": list(fdr()),
        "gumbel": list(gumbel()),
        "rates": list(rates()),
    }


def written(value, depth=0):
    """JSON with a line for each short thing: lists of numbers stay on one line."""
    if isinstance(value, dict):
        inner = ",\n".join(" " * (depth + 1) + json.dumps(key) + ": " + written(item, depth + 1) for key, item in value.items())
        return "{\n" + inner + "\n" + " " * depth + "}"
    if isinstance(value, list) and any(isinstance(item, dict) for item in value):
        return "[\n" + ",\n".join(" " * (depth + 1) + written(item, depth + 1) for item in value) + "\n" + " " * depth + "]"
    return json.dumps(value, allow_nan=False)


def close(a, b):
    if isinstance(a, dict):
        return isinstance(b, dict) and a.keys() == b.keys() and all(close(a[key], b[key]) for key in a)
    if isinstance(a, list):
        return isinstance(b, list) and len(a) == len(b) and all(close(x, y) for x, y in zip(a, b))
    if isinstance(a, float) and isinstance(b, float):
        return math.isclose(a, b, rel_tol=1e-7, abs_tol=1e-9)
    return a == b


if __name__ == "__main__":
    fresh = written(table()) + "\n"
    if "--check" in sys.argv:
        sys.exit(not close(json.loads(fresh), json.loads(TABLE.read_text())))
    TABLE.write_text(fresh)
