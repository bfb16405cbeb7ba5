"""Expected values for the time that is left of open cases, from lifelines.

Writes sla_expected.json beside this file; statistics/src/kaplan_meier_tests.rs reads it, so CI needs no Python.

    pip install lifelines==0.30.3 numpy
    python sla_oracle.py          # writes the table
    python sla_oracle.py --check  # fails if the committed table differs

A case that has been open for so long is done within t more with probability 1 - S(open + t) / S(open). The median is lifelines'
conditional_time_to_event_ where it has it (at the falls of the curve); every quantile is qth_survival_time of the survival function
divided by S(open). Both are compared here, so a mistake of ours in the second shows.
"""

import json
import math
import sys
from pathlib import Path

import numpy as np
from lifelines import KaplanMeierFitter
from lifelines.utils import qth_survival_time

TABLE = Path(__file__).with_name("sla_expected.json")


def data_sets():
    sixmp = [6, 6, 6, 7, 10, 13, 16, 22, 23, 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    yield "freireich 6-mp", sixmp, [1] * 9 + [0] * 12
    placebo = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
    yield "freireich placebo", placebo, [1] * 21
    rng = np.random.default_rng(24)
    for name, size, scale, end, digits in [
        ("long waits, many open", 60, 80.0, 100.0, 3),
        ("whole hours, many ties", 90, 6.0, 40.0, 0),
        ("almost nothing closed", 45, 2000.0, 168.0, 2),
        ("everything closed", 70, 30.0, 1e6, 2),
    ]:
        waits = np.round(rng.exponential(scale, size), digits)
        cut = np.round(rng.uniform(0, end, size), digits)
        yield name, np.minimum(waits, cut).tolist(), (waits <= cut).astype(int).tolist()


def left(fitted, age, share):
    """Time left until `share` of those open at `age` are done; None where the curve never falls that far, or nobody is open."""
    at_age = float(fitted.survival_function_at_times(age).iloc[0])
    if at_age <= 0:
        return None
    conditional = fitted.survival_function_["KM_estimate"] / at_age
    # As close above the share as rounding is from the product.
    after = conditional[conditional.index >= age]
    if after.empty:
        return None
    time = qth_survival_time(1 - share + 1e-12, after)
    return None if math.isinf(time) else float(time) - age


def ages(durations):
    longest = max(durations)
    return [0.0, *(round(longest * part, 3) for part in (0.05, 0.21, 0.4, 0.63, 0.9)), longest, longest * 2]


def case(name, durations, closed):
    fitted = KaplanMeierFitter().fit(durations, closed)
    published = fitted.conditional_time_to_event_
    for age in published.index:
        median = float(published.loc[age].iloc[0])
        own = left(fitted, float(age), 0.5)
        at_age = float(fitted.survival_function_.loc[age].iloc[0])
        if at_age > 0 and not (math.isinf(median) and own is None) and not math.isclose(median, own, abs_tol=1e-9):
            # Lifelines steps past an exact half that rounding has put a hair above it; we do not.
            reached = float(fitted.survival_function_at_times(age + own).iloc[0]) / at_age
            assert math.isclose(reached, 0.5, abs_tol=1e-9), (name, age, median, own)
    return {
        "name": name,
        "durations": [float(duration) for duration in durations],
        "closed": [bool(one) for one in closed],
        "left": [[age, left(fitted, age, 0.5), left(fitted, age, 0.8)] for age in ages(durations)],
    }


if __name__ == "__main__":
    fresh = json.dumps([case(*one) for one in data_sets()], indent=1) + "\n"
    if "--check" in sys.argv:
        sys.exit(fresh != TABLE.read_text())
    TABLE.write_text(fresh)
