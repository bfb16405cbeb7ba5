"""Expected values for the space-time scan, by brute force, and for its null, by numpy and scipy.

Writes scan_expected.json beside this file; the tests of statistics/src read that table, so CI needs no Python.

    pip install numpy scipy
    python scan_oracle.py          # writes the table (a minute)
    python scan_oracle.py --check  # fails if the committed table differs

A second, plain writing of Kulldorff's statistic: every zone and every window is counted anew from the list of cases, with math.log and
nothing remembered in between. Null maxima: numpy shuffles (permutation) or draws (Poisson), its own generator. Gumbel: scipy's
distribution with location and scale by moments. The toy of four days and three places is worked by hand in every text on the method; all
other cities are drawn here, by seed.
"""

import json
import math
import sys
from pathlib import Path

import numpy as np
from scipy.stats import gumbel_r

TABLE = Path(__file__).with_name("scan_expected.json")
REPLICAS = 4_999


def ratio(observed, expected, total):
    if not (0.0 < expected < observed and expected < total):
        return 0.0
    value = observed * math.log(observed / expected)
    if total > observed:
        value += (total - observed) * math.log((total - observed) / (total - expected))
    return max(0.0, value)


def score(value, expected):
    return max(0.0, value + math.log(expected))


def scan(cases, ends, zones, expected_of, total):
    """Every zone's best window: the greatest score, of equal ones the shortest window."""
    rows = []
    for zone, places in enumerate(zones):
        best = None
        for window, end in enumerate(ends):
            observed = sum(1 for place in cases[:end] if place in places)
            expected = expected_of(zone, window)
            value = ratio(observed, expected, total)
            if value > 0.0 and (best is None or score(value, expected) > best["score"]):
                best = {"zone": zone, "window": window, "observed": observed, "expected": expected, "statistic": value, "score": score(value, expected)}
        if best is not None:
            rows.append(best)
    return rows


def permutation(cases, ends, zones):
    total = len(cases)

    def expected_of(zone, window):
        return sum(1 for place in cases if place in zones[zone]) * min(ends[window], total) / total

    return scan(cases, ends, zones, expected_of, total)


def poisson(cases, ends, zones, told):
    recent = cases[: ends[-1]]
    total = len(recent)
    scale = total / sum(sum(row) for row in told)

    def expected_of(zone, window):
        return sum(told[place][part] * scale for place in zones[zone] for part in range(window + 1))

    return scan(recent, ends, zones, expected_of, total)


def membership(zones, places):
    table = np.zeros((places, len(zones)))
    for zone, members in enumerate(zones):
        table[list(members), zone] = 1.0
    return table


def maxima_of(draw, ends, zones, places, expected, total):
    """Greatest score of each drawn city; `draw` gives the place of each recent case, sorted by slice, and the ends of the windows."""
    table = membership(zones, places)
    maxima = []
    for _ in range(REPLICAS):
        drawn, drawn_ends = draw()
        counts = np.array([np.bincount(drawn[:end], minlength=places) for end in drawn_ends]) @ table
        with np.errstate(divide="ignore", invalid="ignore"):
            rest = np.where(total > counts, (total - counts) * np.log((total - counts) / (total - expected)), 0.0)
            value = np.where((counts > expected) & (expected > 0) & (expected < total), counts * np.log(counts / expected) + rest, 0.0)
            scores = np.where(value > 0.0, np.maximum(0.0, value + np.log(expected)), 0.0)
        maxima.append(float(scores.max()))
    return np.array(maxima)


def tail(maxima):
    statistics = [float(np.quantile(maxima, share)) + 0.003 for share in (0.5, 0.9, 0.98)]
    return [{"statistic": value, "p": float((maxima >= value).mean())} for value in statistics]


def city(name, seed, side, count, window_shares, reach, hot):
    """A grid of places; zones are squares around each, some rows whole; cases by a skewed rate, some more in one corner lately."""
    rng = np.random.default_rng(seed)
    places = side * side
    rates = rng.lognormal(0, 0.8, places)
    cases = rng.choice(places, count, p=rates / rates.sum())
    ends = sorted({max(1, round(count * share)) for share in window_shares})
    corner = [0, 1, side, side + 1]
    lately = rng.choice(ends[min(1, len(ends) - 1)], hot, replace=False)
    cases[lately] = rng.choice(corner, hot)
    zones = []
    for r in range(reach + 1):
        for centre in range(places):
            x, y = centre % side, centre // side
            zones.append([a + b * side for b in range(max(0, y - r), min(side, y + r + 1)) for a in range(max(0, x - r), min(side, x + r + 1))])
    for row in range(0, side, 2):
        zones.append([row * side + x for x in range(side)])
    told = np.round(rates[:, None] * rng.uniform(0.5, 2.0, (places, len(ends))) * np.diff([0, *ends])[None, :], 4)
    total, recent = len(cases), ends[-1]

    table = membership(zones, places)
    of_zone = np.bincount(cases, minlength=places) @ table
    by_product = of_zone[None, :] * np.array(ends)[:, None] / total
    shuffled = maxima_of(lambda: (rng.choice(cases, recent, replace=False), ends), ends, zones, places, by_product, total)

    scaled = told * recent / told.sum()
    by_told = np.cumsum(scaled, axis=1).T @ table
    chances = scaled.ravel() / scaled.sum()

    def draw():
        drawn = rng.choice(chances.size, recent, p=chances)
        slices = drawn % len(ends)
        order = np.argsort(slices, kind="stable")
        return (drawn // len(ends))[order], np.cumsum(np.bincount(slices, minlength=len(ends)))

    dealt = maxima_of(draw, ends, zones, places, by_told, recent)
    cases = cases.tolist()
    return {
        "name": name,
        "places": places,
        "cases": cases,
        "ends": ends,
        "zones": zones,
        "told": told.tolist(),
        "permutation": permutation(cases, ends, zones),
        "poisson": poisson(cases, ends, zones, told.tolist()),
        "permutation_tail": tail(shuffled),
        "poisson_tail": tail(dealt),
    }


def gumbel():
    rng = np.random.default_rng(9)
    maxima = np.round(rng.gumbel(6.0, 0.9, 200), 4)
    scale = float(maxima.std(ddof=1) * math.sqrt(6) / math.pi)
    location = float(maxima.mean() - np.euler_gamma * scale)
    points = [5.0, 6.5, 9.0, 14.0, 20.0]
    return {
        "maxima": maxima.tolist(),
        "location": location,
        "scale": scale,
        "tail": [{"statistic": x, "p": float(gumbel_r.sf(x, location, scale))} for x in points],
    }


def toy():
    """Four days, the newest first, of three places."""
    days = [[1, 2, 9], [1, 1, 2], [2, 1, 1], [1, 2, 1]]
    cases = [place for day in days for place, count in enumerate(day) for _ in range(count)]
    ends = np.cumsum([sum(day) for day in days]).tolist()
    return {"cases": cases, "ends": ends, "zones": [[0], [1], [2], [1, 2]]}


def table():
    return {
        "toy": toy(),
        "gumbel": gumbel(),
        "cities": [
            city("quiet", 1, 5, 240, (0.05, 0.1, 0.2), 1, 0),
            city("a corner", 2, 6, 300, (0.04, 0.08, 0.16, 0.3), 2, 12),
            city("few cases", 3, 4, 40, (0.1, 0.25), 1, 3),
            city("one window", 4, 5, 150, (0.2,), 1, 6),
        ],
    }


def close(a, b):
    if isinstance(a, float) and isinstance(b, (int, float)):
        return math.isclose(a, b, rel_tol=1e-7, abs_tol=1e-9)
    if isinstance(a, list):
        return isinstance(b, list) and len(a) == len(b) and all(map(close, a, b))
    if isinstance(a, dict):
        return isinstance(b, dict) and a.keys() == b.keys() and all(close(a[key], b[key]) for key in a)
    return a == b


if __name__ == "__main__":
    fresh = json.dumps(table(), separators=(",", ":")).replace('{"name"', '\n{"name"') + "\n"
    if "--check" in sys.argv:
        sys.exit(not close(json.loads(fresh), json.loads(TABLE.read_text())))
    TABLE.write_text(fresh)
