"""Computes a published row of the response-time table anew from its audit file alone, and says where it differs.

    audit.py FILE                  0 equal, 1 different (the first differences shown), 2 the file is none

The file is what `/v1/rankings/{level}/{code}/audit` gives: `{"sha256":"…","audit":{…}}`. Checked in this order:

1. the hash, over the bytes of `audit` as they stand in the file;
2. every complaint's clocks: filed within the window, the seconds that count, from its times or (where several units held it) its spells;
3. every number of the row: Kaplan-Meier and restricted mean, shares with competing ends, exact intervals, funnel limits, case mix,
   shrinkage, tier, place, the interval of the place by the seeded draws, and the probability of the slowest tenth.

Taken as given, because the file cannot hold the whole city: the other units' restricted means with their errors and counts (`peers`),
the city's restricted mean of each kind of complaint (`strata`), and its cumulative hazard at each complaint's time (`hazard`).

Only Python's standard library; nothing of the program. The formulas are those of the papers named beside them.
"""

import bisect
import hashlib
import json
import math
import sys

PREFIX = b'{"sha256":"'
MIDDLE = b'","audit":'
FORMULA = "tanggap-rankings 3"
HOUR = 3600.0
SHOWN = 20


# Distributions ------------------------------------------------------------------------------------------------------------------------


def halved(low, high, below):
    """Smallest number at which `below` no longer holds, between two at which it does and does not."""
    for _ in range(200):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if below(middle):
            low = middle
        else:
            high = middle
    return high


def log_binomial(k, n, p):
    coefficient = math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
    return coefficient + k * math.log(p) + (n - k) * math.log1p(-p)


def binomial_cdf(k, n, p):
    """P(X <= k), by the smaller tail, term by term from the border outwards."""
    if k >= n or p <= 0.0:
        return 1.0
    if k < 0 or p >= 1.0:
        return 0.0
    if k < n * p:
        term = math.exp(log_binomial(k, n, p))
        total, x = term, k
        while x > 0 and term > total * 1e-18:
            term *= x / (n - x + 1) * (1 - p) / p
            total += term
            x -= 1
        return min(total, 1.0)
    term = math.exp(log_binomial(k + 1, n, p))
    total, x = term, k + 1
    while x < n and term > total * 1e-18:
        term *= (n - x) / (x + 1) * p / (1 - p)
        total += term
        x += 1
    return max(1.0 - total, 0.0)


def clopper_pearson(part, whole, level=0.95):
    """Exact interval of a share (Clopper & Pearson 1934)."""
    tail = (1 - level) / 2
    low = 0.0 if part == 0 else halved(0.0, 1.0, lambda p: 1.0 - binomial_cdf(part - 1, whole, p) < tail)
    high = 1.0 if part == whole else halved(0.0, 1.0, lambda p: binomial_cdf(part, whole, p) > tail)
    return low, high


def poisson_cdf(k, mean):
    if mean <= 0.0:
        return 1.0
    if k < mean:
        term = math.exp(k * math.log(mean) - mean - math.lgamma(k + 1))
        total, x = term, k
        while x > 0 and term > total * 1e-18:
            term *= x / mean
            total += term
            x -= 1
        return min(total, 1.0)
    term = math.exp((k + 1) * math.log(mean) - mean - math.lgamma(k + 2))
    total, x = term, k + 1
    while term > total * 1e-18:
        x += 1
        term *= mean / x
        total += term
    return max(1.0 - total, 0.0)


def poisson_interval(count, level=0.95):
    """Exact interval of a Poisson mean (Garwood 1936)."""
    tail = (1 - level) / 2
    far = 2.0 * count + 40.0
    low = 0.0 if count == 0 else halved(0.0, far, lambda mean: 1.0 - poisson_cdf(count - 1, mean) < tail)
    return low, halved(0.0, far, lambda mean: poisson_cdf(count, mean) > tail)


def control_limit(n, theta, p):
    """Limit of a funnel plot at probability p (Spiegelhalter 2005, A.1.1)."""
    low, high = 0, n
    while low < high:
        middle = (low + high) // 2
        if binomial_cdf(middle, n, theta) >= p:
            high = middle
        else:
            low = middle + 1
    reached = binomial_cdf(low, n, theta)
    before = binomial_cdf(low - 1, n, theta) if low else 0.0
    return min(max((low - (reached - p) / (reached - before)) / n, 0.0), 1.0)


def control_limits(n, theta, level):
    tail = (1 - level) / 2
    return {"low": control_limit(n, theta, tail), "high": control_limit(n, theta, 1 - tail)}


# Curves -------------------------------------------------------------------------------------------------------------------------------


def falls(waits):
    """Kaplan-Meier (1958): (time, at risk, closed, share still waiting just after) of each fall, of (seconds, closed)."""
    by_time = {}
    for seconds, closed in waits:
        count = by_time.setdefault(seconds, [0, 0])
        count[0] += 1
        count[1] += closed
    at_risk, survival, found = len(waits), 1.0, []
    for seconds in sorted(by_time):
        gone, closed = by_time[seconds]
        if closed:
            survival *= (at_risk - closed) / at_risk
            found.append((seconds, at_risk, closed, survival))
        at_risk -= gone
    return found


def curve_quantile(steps, q):
    return next((time for time, _, _, survival in steps if survival <= 1 - q + 1e-9), None)


def restricted_mean(steps, tau):
    """Area under the curve up to tau, and its standard error after Greenwood."""
    area, variance, until = 0.0, 0.0, tau
    for time, at_risk, closed, survival in reversed(steps):
        if time >= tau:
            continue
        area += survival * (until - time)
        until = time
        if at_risk > closed:
            variance += area * area * closed / at_risk / (at_risk - closed)
    return area + until, math.sqrt(variance)


def ended_shares(ends, tau):
    """Aalen & Johansen (1978): shares resolved and ended otherwise by tau, of (seconds, None, 'resolved' or another end)."""
    by_time = {}
    for seconds, end in ends:
        # Shares are told by the microsecond.
        count = by_time.setdefault(round(seconds * 1e6), [0, 0, 0])
        count[0 if end is None else 1 if end == "resolved" else 2] += 1
    at_risk, waiting, shares = len(ends), 1.0, [0.0, 0.0]
    for micros in sorted(by_time):
        if micros / 1e6 > tau:
            break
        still, resolved, otherwise = by_time[micros]
        shares[0] += waiting * resolved / at_risk
        shares[1] += waiting * otherwise / at_risk
        waiting *= (at_risk - resolved - otherwise) / at_risk
        at_risk -= still + resolved + otherwise
    return shares


def plain_quantile(values, p):
    """Of values that are all known, by linear interpolation (R type 7)."""
    if not values:
        return None
    values = sorted(values)
    position = (len(values) - 1) * p
    below = math.floor(position)
    above = min(below + 1, len(values) - 1)
    return values[below] + (values[above] - values[below]) * (position - below)


# Places -------------------------------------------------------------------------------------------------------------------------------


def with_doubt(peer, tau_h):
    """A standard error of 0 is no certainty: what one more case at the far end would do to the mean stands for it."""
    value, error = peer["rmst_h"], peer["standard_error_h"]
    if value is None:
        return None
    return (value, error) if error > 0 else (value, max(value, tau_h - value) / max(peer["n"], 1))


def steadied(units, borrowed):
    """(value, standard error) with each variance per case mixed with so many cases of the units' pooled one; of (value, error, n)."""
    pooled = sum((error * n) ** 2 for _, error, n in units) / sum(n for _, _, n in units)
    return [(value, math.sqrt(((error * n) ** 2 + pooled * borrowed) / (n + borrowed) / n)) for value, error, n in units]


def weighted(units, between):
    weights = [1 / (between + error * error) for _, error in units]
    return sum(weight * value for weight, (value, _) in zip(weights, units)) / sum(weights), sum(weights)


def shrink(units):
    """DerSimonian & Laird (1986): the common mean and (shrunken value, its standard error, reliability) of each (value, error)."""
    if len(units) == 1:
        return units[0][0], [(units[0][0], units[0][1], 1.0)]
    mean, weight = weighted(units, 0.0)
    heterogeneity = sum((value - mean) ** 2 / error**2 for value, error in units)
    squares = sum(error**-4 for _, error in units)
    between = max((heterogeneity - (len(units) - 1)) / (weight - squares / weight), 0.0)
    mean, weight = weighted(units, between)
    shrunken = []
    for value, error in units:
        kept = between / (between + error * error)
        shrunken.append((mean + kept * (value - mean), math.sqrt(kept * error * error + (1 - kept) ** 2 / weight), kept))
    return mean, shrunken


class Normal:
    """Standard normal numbers: SplitMix64 (Steele, Lea & Flood 2014) through the polar method (Marsaglia & Bray 1964)."""

    def __init__(self, seed):
        self.state, self.spare = seed, None

    def uniform(self):
        self.state = self.state + 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF
        mixed = self.state
        mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9 & 0xFFFFFFFFFFFFFFFF
        mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB & 0xFFFFFFFFFFFFFFFF
        return float((mixed ^ mixed >> 31) >> 11) * 2.0**-52 - 1.0

    def draw(self):
        if self.spare is not None:
            spare, self.spare = self.spare, None
            return spare
        while True:
            x, y = self.uniform(), self.uniform()
            square = x * x + y * y
            if 0.0 < square < 1.0:
                scale = math.sqrt(-2.0 * math.log(square) / square)
                self.spare = y * scale
                return x * scale


def place_interval(units, wanted, draws, seed):
    """Goldstein & Spiegelhalter (1996): where the place of one of the (value, error) lies in the middle 95 % of the draws."""
    if draws == 0:
        return 1, len(units)
    normal, places = Normal(seed), []
    for _ in range(draws):
        drawn = [value + error * normal.draw() for value, error in units]
        own = drawn[wanted]
        places.append(1 + sum(value < own for value in drawn))
    places.sort()
    outside = draws // 40
    return places[outside], places[draws - 1 - outside]


def in_slowest_tenth(units, wanted):
    """Lin, Louis, Paddock & Ridgeway (2006), P*: the chance of one of the (value, error) to lie above the border above which a tenth
    of all, rounded up, is expected."""
    if len(units) < 2:
        return None
    above = lambda border, value, error: math.erfc((border - value) / error / math.sqrt(2)) / 2
    low, high = min(value - 40 * error for value, error in units), max(value + 40 * error for value, error in units)
    tenth = -(-len(units) // 10)
    border = halved(low, high, lambda border: math.fsum(above(border, *unit) for unit in units) > tenth)
    return above(border, *units[wanted])


def standing(peers, code, rule):
    """What the row says of the unit's place: `lower`, `upper`, `rank`, `rank_lo`, `rank_hi`, `tier` and so on."""
    tau_h, z = rule["tau_h"], rule["z"]
    told = dict.fromkeys(("lower", "upper", "rank", "rank_lo", "rank_hi", "shrunken_resolution_h", "reliability", "p_slowest_tenth"))
    told["tier"] = "not_enough_data"
    own = next(with_doubt(peer, tau_h) for peer in peers if peer["code"] == code)
    if own:
        told["lower"], told["upper"] = max(own[0] - z * own[1], 0.0), min(own[0] + z * own[1], tau_h)
    known = [peer for peer in peers if peer["n"] >= rule["minimum_n"] and with_doubt(peer, tau_h)]
    codes = [peer["code"] for peer in known]
    if code not in codes:
        return told
    mean, shrunken = shrink(steadied([(*with_doubt(peer, tau_h), max(peer["n"], 1)) for peer in known], rule["borrowed_cases"]))
    value, error, told["reliability"] = shrunken[codes.index(code)]
    ranked = [position for position in range(len(known)) if shrunken[position][2] >= rule["minimum_reliability"]]
    if codes.index(code) not in ranked:
        return told
    told["shrunken_resolution_h"] = value
    if len(known) > 1 and value - z * error > mean:
        told["tier"] = "slow"
    elif len(known) > 1 and value + z * error < mean:
        told["tier"] = "fast"
    else:
        told["tier"] = "same"
    told["rank"] = 1 + sum(known[position]["rmst_h"] < own[0] for position in ranked)
    wanted = ranked.index(codes.index(code))
    drawn = [shrunken[position][:2] for position in ranked]
    low, high = place_interval(drawn, wanted, rule["draws"], rule["seed"])
    told["p_slowest_tenth"] = in_slowest_tenth(drawn, wanted)
    told["rank_lo"], told["rank_hi"] = min(low, told["rank"]), max(high, told["rank"])
    return told


# The file -----------------------------------------------------------------------------------------------------------------------------


def clocks(case, code, as_of):
    """Seconds that count until the case was resolved, until it was answered, and whether it was; from its times or its spells."""
    filed, answered, end = case["filed_us"], case["first_response_us"], case["end_us"]
    if not case["shared"]:
        until = end if end is not None else as_of
        seconds = max(until - filed, 0) / 1e6
        if case["doubted"]:
            seconds = max(end - filed, 0) / 1e6 + max(as_of - end, 0) / 1e6
        return seconds, max((until if answered is None else answered) - filed, 0) / 1e6, answered is not None
    spells = [spell for spell in case["spells"] if spell["unit"] is not None]
    held = waited = 0.0
    waits_at_all = responded = False
    for position, spell in enumerate(spells):
        if spell["unit"] != code:
            continue
        begin, until = spell["from_us"], spell["to_us"] if spell["to_us"] is not None else as_of
        held += (until - begin) / 1e6 - spell["paused_s"]
        if answered is None or answered > begin or position == 0:
            waits_at_all = True
            waited += max(min(until, until if answered is None else answered) - begin, 0) / 1e6
            responded = responded or (answered is not None and answered <= until)
    if case["doubted"]:
        held += max(as_of - end, 0) / 1e6
    return max(held, 0.0), waited if waits_at_all else None, responded


def counted_end(case, code):
    """How a case counts as having ended: for a unit that another followed, handed over."""
    if case["doubted"]:
        return None
    spells = [spell["unit"] for spell in case["spells"] if spell["unit"] is not None]
    return "handed_over" if case["shared"] and spells[-1] != code else case["case_end"]


def checked_cases(audit, differences):
    """The cases with their clocks computed anew; what does not agree is noted."""
    for case in audit["cases"]:
        name = f"case {case['channel']} {case['id']}"
        if case["filed_us"] > audit["as_of_us"] or (audit["since_us"] is not None and case["filed_us"] <= audit["since_us"]):
            differences.append(f"{name}: filed outside the window")
        if case["doubted"] and not audit["rule"]["quality"]:
            differences.append(f"{name}: doubted in a table that doubts nothing")
        if audit["level"] == "dinas" and audit["code"] not in {spell["unit"] for spell in case["spells"]}:
            differences.append(f"{name}: the unit never held it")
        seconds, response_s, responded = clocks(case, audit["code"], audit["as_of_us"])
        differ(f"{name} seconds", case["seconds"], seconds, differences, 1e-6)
        differ(f"{name} response_s", case["response_s"], response_s, differences, 1e-6)
        differ(f"{name} responded", case["responded"], responded, differences)
        differ(f"{name} counted_end", case["counted_end"], counted_end(case, audit["code"]), differences)


def row_of(audit):
    """The row the file's cases, peers and strata give."""
    tau_h = audit["rule"]["tau_h"]
    tau, cases = tau_h * HOUR, audit["cases"]
    hours = lambda seconds: None if seconds is None else seconds / HOUR
    waits = [(case["seconds"], case["counted_end"]) for case in cases]
    curve = falls([(seconds, end == "resolved") for seconds, end in waits])
    answers = [(case["response_s"], case["responded"]) for case in cases if case["response_s"] is not None]
    answer_curve = falls(answers)
    mean, error = restricted_mean(curve, tau)
    closed = sorted(seconds for seconds, end in waits if end == "resolved")
    answered = [seconds for seconds, came in answers if came]
    ends = {kind: 0 for kind in ("resolved", "closed_no_action", "duplicate", "not_ours", "withdrawn", "handed_over")}
    for _, end in waits:
        if end is not None:
            ends[end] += 1
    resolved_share, otherwise_share = ended_shares(waits, tau)
    row = {
        "level": audit["level"],
        "code": audit["code"],
        "n": len(cases),
        "open": len(cases) - sum(ends.values()),
        "ends": ends,
        "median_first_response_h": hours(curve_quantile(answer_curve, 0.5)),
        "p90_first_response_h": hours(curve_quantile(answer_curve, 0.9)),
        "median_resolution_h": hours(curve_quantile(curve, 0.5)),
        "p90_resolution_h": hours(curve_quantile(curve, 0.9)),
        "rmst_resolution_h": mean / HOUR,
        "rmst_standard_error_h": error / HOUR,
        "resolved_share": resolved_share,
        "otherwise_share": otherwise_share,
        "in_time": in_time([(*wait, case["limit_s"]) for wait, case in zip(waits, cases)], audit["peers"]),
        "mixed": mixed(cases, closed, mean, tau, audit["strata"]),
        "closed_first_response_p50_s": plain_quantile(answered, 0.5),
        "closed_first_response_p90_s": plain_quantile(answered, 0.9),
        "closed_resolution_p50_s": plain_quantile(closed, 0.5),
        "closed_resolution_p90_s": plain_quantile(closed, 0.9),
        "closed_resolution_mean_s": math.fsum(closed) / len(closed) if closed else None,
    }
    return row | standing(audit["peers"], audit["code"], audit["rule"])


def in_time(waits, peers):
    """Of (seconds, end, limit): resolved within the limit, of those of which that is known; without a limit it never is."""
    limited = [wait for wait in waits if wait[2] is not None]
    part = sum(end == "resolved" and seconds <= limit for seconds, end, limit in limited)
    whole = part + sum(seconds > limit for seconds, _, limit in limited)
    if whole == 0:
        return None
    theta = sum(peer["part"] for peer in peers) / sum(peer["whole"] for peer in peers)
    return {
        "part": part,
        "whole": whole,
        "share": part / whole,
        "interval": list(clopper_pearson(part, whole)),
        "limits_95": control_limits(whole, theta, 0.95),
        "limits_998": control_limits(whole, theta, 0.998),
    }


def mixed(cases, closed, mean, tau, strata):
    """Observed and expected by indirect standardisation: the expectation of a case is its stratum's hazard in the city."""
    of_city = {stratum["name"]: stratum["restricted_mean_s"] for stratum in strata}
    observed = bisect.bisect_right(closed, tau)
    expected = math.fsum(case["hazard"] for case in cases)
    own = math.fsum(of_city[case["stratum"]] for case in cases) / len(cases)
    city = math.fsum(stratum["cases"] * stratum["restricted_mean_s"] for stratum in strata) / sum(stratum["cases"] for stratum in strata)
    return {
        "observed": observed,
        "expected": expected,
        "ratio": observed / expected if expected > 0 else None,
        "interval": [limit / expected for limit in poisson_interval(observed)] if expected > 0 else None,
        "expected_rmst_h": own / HOUR,
        "adjusted_rmst_h": mean * city / own / HOUR if own > 0 else None,
    }


def differ(name, published, computed, differences, least=1e-9):
    """Notes where two values differ: counts and words exactly, numbers by more than 1e-7 of themselves."""
    if isinstance(published, dict) and isinstance(computed, dict):
        for key in sorted(published.keys() | computed.keys()):
            differ(f"{name}.{key}", published.get(key), computed.get(key), differences, least)
    elif isinstance(published, list) and isinstance(computed, list) and len(published) == len(computed):
        for position, pair in enumerate(zip(published, computed)):
            differ(f"{name}[{position}]", *pair, differences, least)
    elif isinstance(published, float) and isinstance(computed, (int, float)) and not isinstance(computed, bool):
        if not math.isclose(published, computed, rel_tol=1e-7, abs_tol=least):
            differences.append(f"{name}: published {published}, computed {computed}")
    elif published != computed:
        differences.append(f"{name}: published {published}, computed {computed}")


def checked(audit):
    """Where the audit does not agree with itself."""
    differences = []
    if audit["formula"] != FORMULA:
        differences.append(f"formula: this computes `{FORMULA}`, the file was made by `{audit['formula']}`")
    checked_cases(audit, differences)
    if not audit["cases"]:
        return [*differences, "cases: none, but a row needs one"]
    row = row_of(audit)
    row["name"] = audit["row"]["name"]
    differ("row", audit["row"], row, differences)
    own = next((peer for peer in audit["peers"] if peer["code"] == audit["code"]), {})
    told = row["in_time"] or {"part": 0, "whole": 0}
    mine = {"code": audit["code"], "n": row["n"], "rmst_h": row["rmst_resolution_h"], "standard_error_h": row["rmst_standard_error_h"]}
    differ("own peer", own, mine | {"part": told["part"], "whole": told["whole"]}, differences)
    listed = {}
    for one in audit["excluded"]:
        listed[one["reason"]] = listed.get(one["reason"], 0) + 1
    for reason, count in listed.items():
        if count > audit["excluded_counts"].get(reason, 0):
            differences.append(f"excluded: {count} listed as {reason}, fewer counted")
    return differences


def opened(raw):
    """The audit in the bytes of a file, and whether its hash is that of its bytes."""
    body_from = len(PREFIX) + 64 + len(MIDDLE)
    framed = raw.startswith(PREFIX) and raw[body_from - len(MIDDLE) : body_from] == MIDDLE and raw.endswith(b"}")
    if not framed:
        raise ValueError("it does not begin as an audit file does; was it written anew?")
    told, body = raw[len(PREFIX) : len(PREFIX) + 64].decode(), raw[body_from:-1]
    return json.loads(body), hashlib.sha256(body).hexdigest() == told


def main(arguments):
    if len(arguments) != 1:
        print(__doc__)
        return 2
    try:
        with open(arguments[0], "rb") as file:
            audit, whole = opened(file.read())
    except (OSError, ValueError) as error:
        print(f"{arguments[0]}: {error}")
        return 2
    differences = ([] if whole else ["sha256: the bytes of the audit have another hash"]) + checked(audit)
    for difference in differences[:SHOWN]:
        print(difference)
    name = f"{audit['level']} {audit['code']}"
    if differences:
        print(f"{name}: {len(differences)} differences")
        return 1
    row = audit["row"]
    print(f"{name}: {row['n']} complaints give place {row['rank']} ({row['rank_lo']} to {row['rank_hi']}), {row['tier']}; as published")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
