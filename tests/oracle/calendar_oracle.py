"""Expected values for free days and working time, from packages that are not ours.

Writes calendar_expected.json beside this file; the tests of engine/tests/calendar.rs read that table, so CI needs no Python.

    pip install holidays==0.109 numpy==2.4.6
    python calendar_oracle.py          # writes the table
    python calendar_oracle.py --check  # fails if the committed table, or engine/data/calendar/indonesia.toml, differs

Free days: the package `holidays` (public holidays, and its category `government`, which is the decreed joint leave). Working days:
numpy.busday_count and numpy.busday_offset with those days. Working time: minute by minute (short intervals: second by second), every
one of them open or shut by a plain look at its date, weekday and clock, and counted. Nothing here sums by days.
"""

import datetime as dt
import json
import sys
import tomllib
from pathlib import Path

import holidays
import numpy as np

TABLE = Path(__file__).with_name("calendar_expected.json")
DATA = Path(__file__).resolve().parents[2] / "engine" / "data" / "calendar"
YEARS = range(2014, 2028)
# Presidential decree 10/2017, for Jakarta only; the package knows national days.
LOCAL = dt.date(2017, 4, 19)
ZONE_S = 7 * 3600
EPOCH = dt.date(1970, 1, 1)

# Minutes since midnight, by weekday, Monday first; then whether the set works on free days. The last two are for the tests alone.
SETS = {
    "office": ([[(450, 960)]] * 4 + [[(450, 990)]] + [[]] * 2, False),
    "round_the_clock": ([[(0, 1440)]] * 7, True),
    "with_pause": ([[(480, 720), (780, 1020)]] * 4 + [[(480, 690), (780, 1020)]] + [[]] * 2, False),
    "odd": ([[(0, 30), (1410, 1440)], [], [(600, 601)], [(480, 1440)], [(0, 480)], [(540, 720)], []], True),
}
FIRST, LAST = dt.date(2009, 1, 1), dt.date(2032, 1, 1)


def free_days():
    """date -> (reason, name)"""
    days = {}
    for reason, category in (("holiday", "public"), ("joint_leave", "government")):
        for date, name in holidays.country_holidays("ID", years=YEARS, categories=(category,), language="id").items():
            days[date] = (reason, "; ".join(cleaned(part) for part in name.split("; ")))
    return days


def cleaned(name):
    """The package marks forecasts and moved days in the name; we say the first by the year, the second behind the name."""
    name = name.removesuffix(" (perkiraan)")
    return name.removeprefix("Pegangti ") + " (pengganti)" if name.startswith("Pegangti ") else name


def check_data(days):
    """Compares indonesia.toml with the package, both ways."""
    data = tomllib.loads((DATA / "indonesia.toml").read_text())
    written = {}
    for year, tables in data["years"].items():
        for reason, table in (("holiday", "holidays"), ("joint_leave", "joint_leave")):
            for date, name in tables.get(table, {}).items():
                assert date.startswith(year), date
                written[dt.date.fromisoformat(date)] = (reason, name)
    differ = sorted(date for date in days.keys() | written.keys() if days.get(date) != written.get(date))
    for date in differ:
        print(f"{date}: package {days.get(date)}, indonesia.toml {written.get(date)}", file=sys.stderr)
    return not differ


def open_minutes(name, free):
    """One flag per local minute from FIRST to LAST."""
    week, works_on_free_days = SETS[name]
    flags = []
    for number in range((LAST - FIRST).days):
        date = FIRST + dt.timedelta(days=number)
        day = np.zeros(1440, dtype=bool)
        shut = date.weekday() >= 5 or date in free
        if works_on_free_days or not shut:
            for start, end in week[date.weekday()]:
                day[start:end] = True
        flags.append(day)
    return np.concatenate(flags)


def minute_us(minute):
    """µs UTC of a local minute since FIRST."""
    return (((FIRST - EPOCH).days * 1440 + int(minute)) * 60 - ZONE_S) * 1_000_000


def minute_of(text):
    moment = dt.datetime.fromisoformat(text)
    return (moment.date() - FIRST).days * 1440 + moment.hour * 60 + moment.minute


EDGES = [
    "2016-01-08T16:00", "2016-01-08T16:30", "2016-01-09T00:00", "2016-01-09T10:00", "2016-01-10T23:59", "2016-01-11T00:00",
    "2016-01-11T07:29", "2016-01-11T07:30", "2016-02-05T16:00", "2016-02-08T00:00", "2016-02-09T00:00", "2013-12-31T23:59",
    "2014-01-01T00:00", "2013-12-25T10:00", "2010-03-03T12:00", "2017-04-19T09:00", "2018-06-08T16:29", "2018-06-21T07:31",
    "2027-12-31T16:30", "2028-01-01T00:00", "2028-01-03T07:30", "2030-12-25T10:00", "2020-12-31T10:00", "2021-05-12T15:00",
]


def working(rng, minutes):
    """(set, from, to, seconds): edges against edges, then random intervals of all lengths."""
    edges = [minute_of(text) for text in EDGES]
    pairs = [(name, a, b) for name in SETS for a, b in zip(edges, edges[1:] + edges[:1])]
    for _ in range(240):
        name = list(SETS)[rng.integers(len(SETS))]
        start = int(rng.integers(len(minutes[name]) - 1))
        length = int(10 ** rng.uniform(0, 6.5))
        pairs.append((name, start, min(start + length, len(minutes[name]))))
    for name, start, end in pairs:
        sign = 1 if start <= end else -1
        seconds = sign * 60 * int(minutes[name][min(start, end) : max(start, end)].sum())
        yield {"set": name, "from": minute_us(start), "to": minute_us(end), "seconds": seconds}


def working_by_second(rng, minutes):
    """The same with odd seconds at both ends: intervals of up to five days, one flag a second."""
    for _ in range(60):
        name = list(SETS)[rng.integers(len(SETS))]
        start = int(rng.integers(len(minutes[name]) - 6 * 1440))
        seconds = np.repeat(minutes[name][start : start + 6 * 1440], 60)
        first = int(rng.integers(86_400))
        last = first + int(rng.integers(5 * 86_400))
        at = minute_us(start)
        yield {
            "set": name,
            "from": at + first * 1_000_000,
            "to": at + last * 1_000_000,
            "seconds": int(seconds[first:last].sum()),
        }


def reached(rng, minutes):
    """(set, from, minutes of working time, the first instant they have passed): the end of the so-manieth open minute."""
    for _ in range(120):
        name = list(SETS)[rng.integers(len(SETS))]
        start = int(rng.integers(len(minutes[name]) // 2))
        length = int(10 ** rng.uniform(0, 5))
        nth = np.flatnonzero(minutes[name][start:])[length - 1]
        yield {"set": name, "from": minute_us(start), "minutes": length, "at": minute_us(start + nth + 1)}


def working_days(rng, free):
    """(from, days, at) of the set `office`: numpy's business days, the clock kept; a start on a free day begins at midnight."""
    blocked = sorted(free)
    starts = [minute_of(text) for text in EDGES]
    starts += [int(start) for start in rng.integers((LAST - FIRST).days * 1440 // 2, size=200)]
    for start in starts:
        date = FIRST + dt.timedelta(days=start // 1440)
        days = int(rng.integers(0, 400)) if rng.random() < 0.3 else int(rng.integers(0, 12))
        at = np.busday_offset(date, days, roll="forward", holidays=blocked).astype(object)
        clock = start % 1440 if np.is_busday(date, holidays=blocked) else 0
        yield {"from": minute_us(start), "days": days, "at": minute_us((at - FIRST).days * 1440 + clock)}


def day_counts(rng, free):
    """(from, to, working days): numpy.busday_count, both ways round."""
    blocked = sorted(free)
    for _ in range(80):
        first, last = (FIRST + dt.timedelta(days=int(day)) for day in rng.integers((LAST - FIRST).days, size=2))
        if first > last and rng.random() < 0.5:
            first, last = last, first
        # Backwards numpy counts (last, first]; ours is minus the count of [last, first).
        count = int(np.busday_count(min(first, last), max(first, last), holidays=blocked))
        yield {"from": first.isoformat(), "to": last.isoformat(), "days": count if first <= last else -count}


def table(days):
    rng = np.random.default_rng(2026)
    free = set(days) | {LOCAL}
    minutes = {name: open_minutes(name, free) for name in SETS}
    return {
        "made_with": f"holidays {holidays.__version__}, numpy {np.__version__}, seed 2026",
        "free_days": [[date.isoformat(), reason, name] for date, (reason, name) in sorted(days.items())],
        "working": list(working(rng, minutes)) + list(working_by_second(rng, minutes)),
        "reached": list(reached(rng, minutes)),
        "working_days": list(working_days(rng, free)),
        "day_counts": list(day_counts(rng, free)),
    }


def text_of(tables):
    """JSON, one row a line."""
    parts = []
    for name, value in tables.items():
        if isinstance(value, list):
            rows = ",\n".join("    " + json.dumps(row, ensure_ascii=False) for row in value)
            parts.append(f'  "{name}": [\n{rows}\n  ]')
        else:
            parts.append(f'  "{name}": {json.dumps(value)}')
    return "{\n" + ",\n".join(parts) + "\n}\n"


def main():
    days = free_days()
    text = text_of(table(days))
    if "--check" not in sys.argv[1:]:
        TABLE.write_text(text)
        return
    same_data = check_data(days)
    if text != TABLE.read_text():
        sys.exit("calendar_expected.json differs from what the packages say; run without --check and look at the difference")
    if not same_data:
        sys.exit("indonesia.toml differs from the package")


if __name__ == "__main__":
    main()
