"""Expected values for rising terms (statistics/src/surge.rs), with scipy.

Writes terms_expected.json beside this file; the tests of statistics/src/surge.rs read that table, so CI needs no Python.

    pip install scipy==1.17.1 numpy==2.4.6
    python terms_oracle.py          # writes the table
    python terms_oracle.py --check  # fails if the committed table differs

Written from the formula at the top of surge.rs and not from its code: shares in numpy, tails by scipy.stats.nbinom, false discoveries by
scipy.stats.false_discovery_control. Counts are drawn here, by seed; one case is the first day, one has a word that is new.
"""

import json
import math
import sys
from pathlib import Path

import numpy as np
from scipy import stats

TABLE = Path(__file__).with_name("terms_expected.json")
MOST_PARENT = 50
MOST_SIZE = 10


def expected(case):
    slots = max(case["slots"], 1)
    area = np.array([term["area"] for term in case["terms"]], dtype=float)
    city = np.array([term["city"] for term in case["terms"]], dtype=float)
    area_people, city_people = np.array(case["people"]["area"], dtype=float), np.array(case["people"]["city"], dtype=float)
    weights = np.array([0, 1, 1 / slots])
    common = (city @ (weights + [1, 0, 0])).sum() / (len(city) * (city_people @ (weights + [1, 0, 0])))
    parent = min(max(city_people @ weights, 1), MOST_PARENT)
    share = (city @ weights + parent * common) / (city_people @ weights + parent)
    shape = area @ weights + parent * share
    mean = area_people[0] * shape / (area_people @ weights + parent)
    size = np.minimum(shape, MOST_SIZE)
    # P(X >= k) = P(X > k - 1); scipy counts failures before `size` successes.
    ln_p = np.where(area[:, 0] < case["minimum"], 0.0, stats.nbinom.logsf(area[:, 0] - 1, size, size / (size + mean)))
    q = stats.false_discovery_control(np.exp(ln_p), method="bh")
    return [{"expected": float(m), "ln_p": float(p), "q": float(fdr)} for m, p, fdr in zip(mean, ln_p, q)]


def drawn(name, seed, terms, now, same, past, slots, new=0):
    """A city of which the area is a third; a term's people follow Zipf."""
    dice = np.random.default_rng(seed)
    shares = 0.4 / np.arange(1, terms + 1)
    people = {"area": [now // 3, same // 3, past // 3], "city": [now, same, past]}
    rows = []
    for share in shares:
        area = [int(dice.binomial(n, share)) for n in people["area"]]
        rest = [int(dice.binomial(all_ - own, share)) for all_, own in zip(people["city"], people["area"])]
        rows.append({"area": area, "city": [own + other for own, other in zip(area, rest)]})
    if new:
        rows.append({"area": [new, 0, 0], "city": [new + 2, 0, 0]})
    case = {"name": name, "minimum": 3, "slots": slots, "people": people, "terms": rows}
    return {**case, "expected": expected(case)}


def table():
    return {
        "surges": [
            drawn("usual", 1, 60, 600, 2_400, 9_000, 24),
            drawn("new", 2, 60, 600, 2_400, 9_000, 24, new=14),
            drawn("first day", 3, 30, 300, 0, 0, 0, new=9),
            drawn("no weeks", 4, 40, 240, 0, 4_800, 24, new=6),
            drawn("quiet", 5, 25, 12, 40, 30, 4),
            drawn("long window", 6, 80, 9_000, 36_000, 0, 0, new=200),
        ]
    }


def close(a, b):
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(close(a[key], b[key]) for key in a)
    if isinstance(a, list):
        return len(a) == len(b) and all(close(x, y) for x, y in zip(a, b))
    if isinstance(a, float) or isinstance(b, float):
        return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-300)
    return a == b


if __name__ == "__main__":
    fresh = table()
    if "--check" in sys.argv:
        sys.exit(not close(fresh, json.loads(TABLE.read_text())))
    TABLE.write_text(json.dumps(fresh, allow_nan=False).replace('{"name"', '\n{"name"') + "\n")
