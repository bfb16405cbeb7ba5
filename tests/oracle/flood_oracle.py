"""Slopes of water levels and intervals of shares, by packages that are not ours.

Writes flood_expected.json beside this file; engine/src/gauge/theil_sen.rs and statistics/src/wilson.rs are held against it.

    pip install numpy scipy statsmodels
    python flood_oracle.py          # writes the table
    python flood_oracle.py --check  # fails if the committed table differs

Slopes are scipy.stats.theilslopes', intervals statsmodels' proportion_confint with method "wilson" at 95 %.
"""

import json
import sys
from pathlib import Path

import numpy
from scipy.stats import theilslopes
from statsmodels.stats.proportion import proportion_confint

TABLE = Path(__file__).with_name("flood_expected.json")


def slopes():
    dice = numpy.random.default_rng(5)
    cases = [
        ([0, 1], [0, 1]),
        ([0, 0, 1], [5, 7, 9]),
        ([0, 0.25, 0.5, 0.75], [100, 100, 100, 100]),
        ([-2, -1.75, -1.5, -1, 0], [60, 0, 75, 90, 110]),
    ]
    for n in [3, 4, 5, 8, 9, 13, 24, 48]:
        for noise in [0.0, 3.0, 40.0]:
            # As gauges are read: every 2.5 to 11.5 minutes, whole centimetres, one reading missing (0).
            hours = numpy.cumsum(dice.uniform(2.5, 11.5, n)) / 60
            levels = numpy.round(80 + dice.uniform(-30, 60) * hours + dice.normal(0, noise, n) if noise else 80 + 25 * hours)
            levels[dice.integers(n)] = 0
            cases.append((hours.round(6).tolist(), levels.tolist()))
    rows = []
    for x, y in cases:
        rows.append({"x": [float(one) for one in x], "y": [float(one) for one in y], "slope": float(theilslopes(y, x)[0])})
    return rows


def intervals():
    rows = []
    for whole in [1, 2, 5, 12, 40, 333, 10_000]:
        for part in sorted({0, 1, whole // 3, whole // 2, whole - 1, whole}):
            low, high = proportion_confint(part, whole, alpha=0.05, method="wilson")
            rows.append({"part": part, "whole": whole, "low": float(low), "high": float(high)})
    return rows


def main():
    text = json.dumps({"theil_sen": slopes(), "wilson": intervals()}, indent=1) + "\n"
    if "--check" in sys.argv:
        sys.exit(0 if TABLE.read_text() == text else "flood_expected.json differs")
    TABLE.write_text(text)


if __name__ == "__main__":
    main()
