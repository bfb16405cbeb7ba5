"""The recomputation of an audit file: against a file made by hand, against altered ones, and against the committed tables of others."""

import copy
import hashlib
import io
import json
import math
import pathlib
import tempfile
import unittest
from contextlib import redirect_stdout

import audit

HERE = pathlib.Path(__file__).parent
HOUR_US = 3_600_000_000
AS_OF_US = 100 * HOUR_US


def case(number, filed_h, answered_h, end_h, hazard):
    """A complaint with one holder; hours since the beginning, None = not yet."""
    micros = lambda hours: None if hours is None else hours * HOUR_US
    until = 100 if end_h is None else end_h
    answer = until if answered_h is None else answered_h
    return {
        "id": str(number), "channel": "qlue", "category": "sampah", "kelurahan": "31.71.01.1001", "stratum": "sampah/qlue/1",
        "filed_us": micros(filed_h), "first_response_us": micros(answered_h), "end_us": micros(end_h),
        "case_end": None if end_h is None else "resolved", "counted_end": None if end_h is None else "resolved",
        "shared": False, "doubted": False, "limit_s": 36_000.0, "seconds": (until - filed_h) * 3600.0, "response_s": (answer - filed_h) * 3600.0,
        "responded": answered_h is not None, "paused_s": 0.0, "reopenings": 0, "hazard": hazard,
        "spells": [{"named": None, "unit": "DLH", "from_us": micros(filed_h), "to_us": micros(end_h), "paused_s": 0.0}],
    }


def by_hand():
    """Three complaints: resolved after 2 h, open for 4 h, resolved after 6 h; answered after 1 h, not yet, after 3 h.

    S falls to 2/3 at 2 h and to 0 at 6 h, so the mean is 2 + 4 * 2/3 = 14/3 h with the variance (8/3)^2 / (3 * 2) = 32/27. The other
    unit: 9 h, variance 1/4. With w = 27/32 and 4: Q = (13/3)^2 / (32/27 + 1/4), between = (Q - 1) (w1 + w2) / (2 w1 w2) = 8.67129...
    The tenth of two is one, and two chances sum to one where both values lie equally many errors from the border: the difference of
    the shrunken values over the sum of their errors.
    """
    row = {
        "level": "kelurahan", "code": "31.71.01.1001", "name": "Satu", "n": 3, "open": 1,
        "ends": {"resolved": 2, "closed_no_action": 0, "duplicate": 0, "not_ours": 0, "withdrawn": 0, "handed_over": 0},
        "median_first_response_h": 3.0, "p90_first_response_h": None, "median_resolution_h": 6.0, "p90_resolution_h": 6.0,
        "rmst_resolution_h": 14 / 3, "rmst_standard_error_h": math.sqrt(32 / 27),
        "lower": 14 / 3 - 1.959963984540054 * math.sqrt(32 / 27), "upper": 14 / 3 + 1.959963984540054 * math.sqrt(32 / 27),
        "rank": 1, "rank_lo": 1, "rank_hi": 1, "tier": "same",
        "shrunken_resolution_h": SHRUNKEN, "reliability": BETWEEN / (BETWEEN + 32 / 27),
        "p_slowest_tenth": P_SLOWEST,
        "resolved_share": 1.0, "otherwise_share": 0.0,
        "in_time": {
            "part": 2, "whole": 2, "share": 1.0, "interval": [math.sqrt(0.025), 1.0],
            "limits_95": {"low": 0.0, "high": 0.95}, "limits_998": {"low": 0.0, "high": 0.998},
        },
        # Two of 1.6 expected; an exact interval of two is that of a printed table: 0.2422 to 7.2247.
        "mixed": {
            "observed": 2, "expected": 1.6, "ratio": 1.25, "interval": [0.24220927854396495 / 1.6, 7.224687667695385 / 1.6],
            "expected_rmst_h": 5.0, "adjusted_rmst_h": 6.0,
        },
        "closed_first_response_p50_s": 7_200.0, "closed_first_response_p90_s": 10_080.0,
        "closed_resolution_p50_s": 14_400.0, "closed_resolution_p90_s": 20_160.0, "closed_resolution_mean_s": 14_400.0,
    }
    return {
        "formula": audit.FORMULA, "level": "kelurahan", "code": "31.71.01.1001", "as_of_us": AS_OF_US, "since_us": 80 * HOUR_US,
        "rule": {
            "tau_h": 10.0, "minimum_n": 3, "minimum_reliability": 0.0, "borrowed_cases": 0, "draws": 40, "seed": 1, "quality": False,
            "z": 1.959963984540054,
        },
        "versions": {"territory": "x"},
        "row": row,
        "peers": [
            {"code": "31.71.01.1001", "n": 3, "rmst_h": 14 / 3, "standard_error_h": math.sqrt(32 / 27), "part": 2, "whole": 2},
            {"code": "31.71.01.1002", "n": 4, "rmst_h": 9.0, "standard_error_h": 0.5, "part": 0, "whole": 2},
            {"code": "31.71.01.1003", "n": 2, "rmst_h": 1.0, "standard_error_h": 0.5, "part": 0, "whole": 0},
        ],
        # (5 * 18,000 + 2 * 36,000) / 7 in the city against 18,000 for these: the mean grows by 9/7, from 14/3 to 6 h.
        "strata": [
            {"name": "banjir/qlue/0", "cases": 2, "restricted_mean_s": 36_000.0},
            {"name": "sampah/qlue/1", "cases": 5, "restricted_mean_s": 18_000.0},
        ],
        "cases": [case(1, 90, 91, 92, 0.2), case(2, 92, 95, 98, 0.9), case(3, 96, None, None, 0.5)],
        "excluded_counts": {"filed_before_window": 2},
        "excluded": [{"id": "0", "channel": "qlue", "filed_us": 80 * HOUR_US, "reason": "filed_before_window"}],
    }


W = (27 / 32, 4.0)
BETWEEN = ((13 / 3) ** 2 / (32 / 27 + 1 / 4) - 1) * sum(W) / (2 * W[0] * W[1])
PULLED = (1 / (BETWEEN + 32 / 27), 1 / (BETWEEN + 1 / 4))
MEAN = (PULLED[0] * 14 / 3 + PULLED[1] * 9) / sum(PULLED)
SHRUNKEN = MEAN + BETWEEN / (BETWEEN + 32 / 27) * (14 / 3 - MEAN)
OTHER = MEAN + BETWEEN / (BETWEEN + 1 / 4) * (9 - MEAN)
ERRORS = [math.sqrt(BETWEEN * within / (BETWEEN + within) + (within / (BETWEEN + within)) ** 2 / sum(PULLED)) for within in (32 / 27, 1 / 4)]
P_SLOWEST = math.erfc((OTHER - SHRUNKEN) / sum(ERRORS) / math.sqrt(2)) / 2


def written(document):
    body = json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()
    return b'{"sha256":"' + hashlib.sha256(body).hexdigest().encode() + b'","audit":' + body + b"}"


def leaves(value, path=()):
    """Every place in a document that holds a number, a word or nothing."""
    if isinstance(value, dict):
        return [leaf for key in value for leaf in leaves(value[key], (*path, key))]
    if isinstance(value, list):
        return [leaf for position, one in enumerate(value) for leaf in leaves(one, (*path, position))]
    return [path]


def altered(document, path):
    """The document with another value in one place."""
    document = copy.deepcopy(document)
    place = document
    for step in path[:-1]:
        place = place[step]
    value = place[path[-1]]
    if value is None or isinstance(value, int):
        place[path[-1]] = 7 if value is None else value + 1
    else:
        place[path[-1]] = value + "x" if isinstance(value, str) else value * 1.00001 + 1e-4
    return document


class Audit(unittest.TestCase):
    def said(self, raw):
        with tempfile.TemporaryDirectory() as directory, redirect_stdout(io.StringIO()) as said:
            file = pathlib.Path(directory) / "audit.json"
            file.write_bytes(raw)
            return audit.main([str(file)]), said.getvalue()

    def test_the_row_counted_by_hand_is_the_one_it_computes(self):
        code, said = self.said(written(by_hand()))
        self.assertEqual((code, said), (0, "kelurahan 31.71.01.1001: 3 complaints give place 1 (1 to 1), same; as published\n"))

    def test_every_number_of_the_row_is_looked_at(self):
        document = by_hand()
        for path in leaves(document["row"]):
            with self.subTest(path):
                found = audit.checked(altered(document, ("row", *path)))
                # What a unit is called follows from nothing.
                self.assertEqual(bool(found), path != ("name",), found)

    def test_every_clock_is_looked_at(self):
        document = by_hand()
        for name in ("filed_us", "first_response_us", "end_us", "seconds", "response_s", "hazard"):
            for position in (0, 1):
                changed = copy.deepcopy(document)
                changed["cases"][position][name] += 60_000_000 if name.endswith("_us") else 60.0
                with self.subTest((name, position)):
                    self.assertTrue(audit.checked(changed))

    def test_in_time_is_by_the_limit_of_each_case(self):
        waits = [(5.0, "resolved", 10.0), (10.0, "resolved", 10.0), (11.0, "resolved", 10.0), (11.0, None, 10.0), (9.0, None, 10.0), (9.0, "resolved", None)]
        told = audit.in_time(waits, [{"part": 2, "whole": 4}])
        self.assertEqual((told["part"], told["whole"]), (2, 4))
        document = by_hand()
        document["cases"][0]["limit_s"] = 3_600.0
        self.assertTrue(any("in_time" in difference for difference in audit.checked(document)))

    def test_a_case_outside_the_window_or_left_out_is_found(self):
        document = by_hand()
        document["since_us"] = 90 * HOUR_US
        self.assertIn("case qlue 1: filed outside the window", audit.checked(document))
        fewer = by_hand()
        del fewer["cases"][1]
        self.assertTrue(any(difference.startswith("row.n:") for difference in audit.checked(fewer)))

    def test_a_file_that_was_touched_or_written_anew_is_no_longer_that_file(self):
        raw = written(by_hand())
        code, said = self.said(raw.replace(b'"Satu"', b'"Dua_"'))
        self.assertEqual((code, said.splitlines()[0]), (1, "sha256: the bytes of the audit have another hash"))
        self.assertEqual(self.said(json.dumps(json.loads(raw), indent=1).encode())[0], 2)
        self.assertEqual(self.said(raw[:-9])[0], 2)

    def test_a_shared_case_counts_with_the_time_its_unit_held_it(self):
        # DLH from 0 to 10 h, paused for 1; Dishub to 30 h; DLH again until it is resolved at 40 h. Answered at 20 h.
        spell = lambda unit, begin, end, paused_s: {"unit": unit, "from_us": begin * HOUR_US, "to_us": end * HOUR_US, "paused_s": paused_s}
        shared = case(1, 0, 20, 40, 0.0) | {
            "shared": True,
            "spells": [
                spell("DLH", 0, 10, 3600.0), spell(None, 10, 12, 0.0), spell("DISHUB", 12, 30, 0.0), spell("DLH", 30, 40, 0.0),
            ],
        }
        self.assertEqual(audit.clocks(shared, "DLH", AS_OF_US), (19 * 3600.0, 10 * 3600.0, False))
        self.assertEqual(audit.clocks(shared, "DISHUB", AS_OF_US), (18 * 3600.0, 8 * 3600.0, True))
        self.assertEqual((audit.counted_end(shared, "DLH"), audit.counted_end(shared, "DISHUB")), ("resolved", "handed_over"))
        late = shared | {"first_response_us": 5 * HOUR_US}
        self.assertEqual(audit.clocks(late, "DISHUB", AS_OF_US), (18 * 3600.0, None, False))
        doubted = shared | {"doubted": True}
        self.assertEqual(audit.clocks(doubted, "DLH", AS_OF_US)[0], 79 * 3600.0)


class Formulas(unittest.TestCase):
    """Against the committed tables, which scipy, lifelines, statsmodels and R made."""

    def close(self, given, expected, name):
        self.assertTrue(math.isclose(given, expected, rel_tol=1e-8, abs_tol=1e-9), f"{name}: {given}, not {expected}")

    def setUp(self):
        self.rankings = json.loads((HERE / "ranking_expected.json").read_text())
        self.survival = json.loads((HERE / "survival_expected.json").read_text())

    def test_exact_intervals_and_funnel_limits(self):
        for part, whole, level, low, high in self.rankings["shares"]:
            if whole <= 20_000:
                for given, expected in zip(audit.clopper_pearson(part, whole, level), (low, high)):
                    self.close(given, expected, (part, whole, level))
        for count, level, low, high in self.rankings["counts"]:
            for given, expected in zip(audit.poisson_interval(count, level), (low, high)):
                self.close(given, expected, (count, level))
        for n, theta, level, low, high in self.rankings["funnel"]:
            limits = audit.control_limits(n, theta, level)
            self.close(limits["low"], low, (n, theta, level))
            self.close(limits["high"], high, (n, theta, level))

    def test_curves_and_their_restricted_means(self):
        for one in self.survival["survival"]:
            steps = audit.falls(list(zip(one["durations"], one["closed"])))
            mean, error = audit.restricted_mean(steps, one["tau"])
            self.close(mean, one["restricted_mean"], one["name"])
            self.close(error, one["standard_error"], one["name"])
            for q, expected in ((0.5, one["median"]), (0.9, one["p90"])):
                self.assertEqual(audit.curve_quantile(steps, q), expected, one["name"])
            closed = [seconds for seconds, closed in zip(one["durations"], one["closed"]) if closed]
            if closed:
                self.close(audit.plain_quantile(closed, 0.5), one["closed_p50"], one["name"])
                self.close(audit.plain_quantile(closed, 0.9), one["closed_p90"], one["name"])

    def test_shares_with_competing_ends(self):
        for one in self.rankings["competing"]:
            ends = [(seconds, {0: None, 1: "resolved"}.get(kind, "other")) for seconds, kind in zip(one["durations"], one["kinds"])]
            for row in one["rows"]:
                resolved, otherwise = audit.ended_shares(ends, row["time"])
                self.close(resolved, row["ended"][0][0], one["name"])
                self.close(otherwise, sum(share for share, _ in row["ended"][1:]), one["name"])

    def test_the_common_mean_of_shrinkage(self):
        for one in self.survival["shrink"]:
            mean, shrunken = audit.shrink(list(zip(one["values"], one["errors"])))
            self.close(mean, one["mean"], one["name"])
            for error, (_, _, reliability) in zip(one["errors"], shrunken):
                self.close(reliability, one["between"] / (one["between"] + error**2), one["name"])

    def test_the_slowest_tenth(self):
        for one in self.rankings["slowest_tenth"]:
            units = list(zip(one["values"], one["errors"]))
            for wanted, probability in enumerate(one["probabilities"]):
                self.close(audit.in_slowest_tenth(units, wanted), probability, one["name"])
        self.assertIsNone(audit.in_slowest_tenth([(1.0, 1.0)], 0))

    def test_the_generator_is_the_published_one(self):
        # SplitMix64 seeded with 1234567: the first two numbers of the reference implementation.
        normal = audit.Normal(1_234_567)
        for number in (6_457_827_717_110_365_317, 3_203_168_211_198_807_973):
            self.assertEqual(normal.uniform(), (number >> 11) * 2.0**-52 - 1.0)
        drawn = [audit.Normal(seed).draw() for seed in range(4_000)]
        self.assertLess(abs(sum(drawn)) / 4_000, 0.05)


if __name__ == "__main__":
    unittest.main()
