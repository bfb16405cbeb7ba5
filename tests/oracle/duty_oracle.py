"""The duty ledger counted again, report by report, without the engine and without SQL.

    python duty_oracle.py table > duty_expected.json
    python duty_oracle.py recount --topic qlue.reports=q.ndjson --topic crm.status=c.ndjson --territory kelurahan.geojson \\
        --kelurahan 31.71.01.1001 --month 2026-10 --as-of 2026-11-02T00:00:00Z --csv exported.csv

`table` makes a seeded city with every oddity at once and writes it with its ledger; the Rust tests read that. `recount` reads what the
city sent and the CSV that `GET /v1/duty/{kelurahan}?format=csv` gave, and says whether the two have the same bytes: exit code 0, or 1
with the first line that differs. The hash is `sha256sum exported.csv`.

The rules, in words: a duty report stands on its local day (UTC+7). The latest entry of the log of transitions that says verified or
resolved; closed_no_action, duplicate, not_ours or withdrawn; or reopened, rules: it is verified, rejected, or waits again. Of the verified ones of a
post a day at most `paid_a_day` are counted, of those of a month at most `paid_a_month`, and each is paid by the rate of an RT or an RW.
A report without post, or in no kelurahan, is shown and never paid.
"""

import argparse
import csv
import hashlib
import io
import itertools
import json
import math
import random
import re
import sys
from datetime import datetime, timedelta, timezone

HOUR = 3_600_000_000
DAY = 24 * HOUR
JAKARTA = timezone(timedelta(hours=7))
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
VERDICTS = {
    "verified": "verified", "resolved": "verified", "closed_no_action": "rejected", "duplicate": "rejected", "not_ours": "rejected",
    "withdrawn": "rejected", "reopened": "waiting",
}
RULE = {
    "reports_a_day": 3, "paid_a_day": 3, "paid_a_month": 90, "rupiah_rt": 10_000, "rupiah_rw": 12_500, "near_m": 50.0,
    "near_minutes": 30, "trust_channel": False,
}
COLUMNS = (
    "month kelurahan post submitted verified rejected waiting late days_reported days_reached counted_daily counted rate_rupiah "
    "amount_rupiah"
).split()
METRES_A_DEGREE = 6_371_008.8 * math.pi / 180  # Of a great circle on a sphere with the Earth's mean radius.


def local(time_us):
    return (EPOCH + timedelta(microseconds=time_us)).astimezone(JAKARTA)


def micros(moment):
    return (moment - EPOCH) // timedelta(microseconds=1)


def dotted(code):
    text = str(code)
    return f"{text[:2]}.{text[2:4]}.{text[4:6]}.{text[6:]}"


def filed(reports, month, as_of):
    """The duty reports of the month, each id of a channel once."""
    found = {}
    order = lambda report: (report["time"], report["late"], report["offset"], report["lane"])
    for report in sorted((report for report in reports if report["kind"] == "duty"), key=order):
        if report["time"] <= as_of and local(report["time"]).strftime("%Y-%m") == month:
            found.setdefault((report["channel"], report["id"]), report)
    return found


def owner(identity, reports):
    """Channel of the report a transition without channel speaks of."""
    channels = {report["channel"] for report in reports if report["id"] == identity}
    if "qlue" in channels:
        return "qlue"
    named = sorted(report["channel"] for report in reports if report["id"] == identity and report["kind"] is not None)
    return named[0] if named else "qlue"


def courses(reports, moves, as_of, rule):
    """(channel, id) -> its verdicts, in the order in which they were given."""
    by_id = {}
    for report in reports:
        by_id.setdefault(report["id"], []).append(report)
    course = {}
    for move in moves:
        if move["status"] not in VERDICTS or move["time"] > as_of or (move["snapshot"] and not rule["trust_channel"]):
            continue
        channel = move["channel"] or owner(move["id"], by_id.get(move["id"], []))
        course.setdefault((channel, move["id"]), []).append(move)
    for given in course.values():
        given.sort(key=lambda move: (move["time"], move["offset"], move["lane"], move["status"], move["snapshot"]))
    return course


def apart(one, other):
    """Metres between two reports, or None."""
    if None in (one["longitude"], one["latitude"], other["longitude"], other["latitude"]):
        return None
    east = (one["longitude"] - other["longitude"]) * math.cos(math.radians(one["latitude"]))
    return METRES_A_DEGREE * math.hypot(one["latitude"] - other["latitude"], east)


def repeats(found, rule):
    """(channel, id) -> (channel, id) of the latest earlier report that it may repeat."""
    same = {}
    for key, report in found.items():
        if report["post"] is not None and report["kelurahan"] is not None:
            where = (report["kelurahan"], report["post"], local(report["time"]).date(), report["category"])
            same.setdefault(where, []).append((report["time"], *key, report))
    near = {}
    for group in same.values():
        group.sort(key=lambda entry: entry[:3])
        for place, (time, channel, identity, report) in enumerate(group):
            for earlier_time, earlier_channel, earlier_identity, earlier in reversed(group[:place]):
                if time - earlier_time > rule["near_minutes"] * 60_000_000:
                    break
                metres = apart(report, earlier)
                close = report["cell"] is not None and report["cell"] == earlier["cell"] if metres is None else metres <= rule["near_m"]
                if close:
                    near[(channel, identity)] = (earlier_channel, earlier_identity)
                    break
    return near


def ledger(reports, moves, month, as_of, rule, kelurahan=None):
    """Days, payments and the canonical CSV of the month; of one kelurahan, or of all that is known of."""
    found = {key: report for key, report in filed(reports, month, as_of).items() if kelurahan in (None, report["kelurahan"])}
    course, near = courses(reports, moves, as_of, rule), repeats(found, rule)
    days = {}
    for key, report in found.items():
        given = course.get(key, [])
        verdict = VERDICTS[given[-1]["status"]] if given else "waiting"
        where = (report["kelurahan"], report["post"], local(report["time"]).date().isoformat())
        names = ("submitted", "near_duplicates", "verified", "rejected", "waiting", "late")
        day = days.setdefault(where, dict.fromkeys(names, 0))
        day["submitted"] += 1
        day[verdict] += 1
        day["near_duplicates"] += key in near
        day["late"] += report["late"]
    pays = {}
    for (place, post, _), day in sorted(days.items(), key=lambda entry: order(entry[0])):
        day["reached"] = day["verified"] >= rule["reports_a_day"]
        day["shortfall"] = max(0, rule["reports_a_day"] - day["verified"] - day["waiting"])
        day["counted"] = 0 if None in (place, post) else min(day["verified"], rule["paid_a_day"])
        pay = pays.setdefault((place, post), dict.fromkeys(COLUMNS[3:], 0) | {"near_duplicates": 0})
        for name in ("submitted", "verified", "rejected", "waiting", "late", "near_duplicates"):
            pay[name] += day[name]
        pay["days_reported"] += 1
        pay["days_reached"] += day["reached"]
        pay["counted_daily"] += day["counted"]
    for (_, post), pay in pays.items():
        pay["counted"] = min(pay["counted_daily"], rule["paid_a_month"])
        pay["rate_rupiah"] = rule["rupiah_rt"] if (post or "").startswith("RT ") else rule["rupiah_rw"] if (post or "").startswith("RW ") else 0
        pay["amount_rupiah"] = pay["counted"] * pay["rate_rupiah"]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for (place, post), pay in pays.items():
        code = "" if place is None else dotted(place)
        writer.writerow([month, code, post or "", *(pay[name] for name in COLUMNS[3:])])
    changes = []
    for key in found:
        before = "received"
        given = course.get(key, [])
        if len({move["status"] for move in given}) > 1:
            for move in given:
                if move["status"] != before:
                    changes.append([*key, move["time"], before, move["status"], move["role"], move["unit"], move["reason"]])
                before = move["status"]
    data = text.getvalue().encode()
    return {
        "days": [[*where, *day.values()] for where, day in sorted(days.items(), key=lambda entry: order(entry[0]))],
        "near": sorted([*key, *other] for key, other in near.items()),
        "changes": sorted(changes, key=lambda change: json.dumps(change)),
        "csv": data.decode(),
        "total_rupiah": sum(pay["amount_rupiah"] for pay in pays.values()),
        "hash": hashlib.sha256(data).hexdigest(),
    }


def order(where):
    """Unknown last."""
    return tuple((part is None, part or "") if not isinstance(part, int) else (False, part) for part in where)


def city(seed):
    """A seeded month: few posts, many ties, every kind of verdict, ids on several channels, copies, positions that are missing."""
    dice = random.Random(seed)
    start = micros(datetime(2026, 10, 1, tzinfo=JAKARTA))
    posts = ["RT 001/RW 05", "RT 002/RW 05", "RT 010/RW 05", "RW 05", "RW 06", None]
    reports = []
    for offset in range(360):
        day = dice.choice([-1, 0, 0, 0, 0, 1, 1, 2, 29, 30, 31])
        # Half-minutes around midnight and noon: near-duplicates, ties, and both sides of the day's end.
        time = start + day * DAY + dice.choice([0, 12 * HOUR, 24 * HOUR - 30_000_000]) + dice.randrange(0, 120) * 30_000_000
        located = dice.random() < 0.9
        east, north = 106.8 + dice.randrange(6) * 0.0002, -6.2 + dice.randrange(6) * 0.0002
        reports.append({
            "id": str(dice.randrange(300)), "channel": dice.choice(["qlue", "qlue", "qlue", "lapor", "jaki"]),
            "kind": dice.choice(["duty"] * 8 + ["complaint", None]), "time": time, "offset": offset, "lane": f"lane-{offset % 2}",
            "kelurahan": dice.choice([3171011001, 3171011001, 3171011002]) if located else None, "post": dice.choice(posts),
            "category": dice.choice(["sampah", "kebersihan"]), "longitude": east if located and dice.random() < 0.9 else None,
            "latitude": north if located else None, "cell": dice.choice([617700169958293503, 617700169958555647]) if located else None,
            "late": dice.random() < 0.1,
        })
    statuses = [*VERDICTS, *["verified"] * 9, "received", "assigned", "rated"]
    moves = []
    for offset in range(640):
        moves.append({
            "id": str(dice.randrange(310)), "channel": dice.choice([None, "qlue", "qlue", "lapor", "jaki"]), "offset": offset // 2,
            "lane": f"log-{offset % 2}", "time": start + dice.randrange(0, 40) * DAY, "status": dice.choice(statuses),
            "snapshot": dice.random() < 0.15, "role": dice.choice(["sekretaris_kelurahan", "kasi_pemerintahan", None]),
            "unit": dice.choice(["Kelurahan Satu", None]), "reason": dice.choice(["blurred_photo", None]),
        })
    return reports, moves


def table():
    """Cities and what their ledgers must say."""
    reports, moves = city(16)
    as_of = micros(datetime(2026, 11, 8, tzinfo=JAKARTA))
    rules = [RULE, RULE | {"reports_a_day": 2, "paid_a_day": 2, "paid_a_month": 5, "near_m": 40.0, "near_minutes": 20, "trust_channel": True}]
    asked = [(rule, kelurahan) for rule in rules for kelurahan in (None, 3171011001)]
    cases = [
        {"month": "2026-10", "as_of_us": as_of, "kelurahan": kelurahan, "rule": rule}
        | ledger(reports, moves, "2026-10", as_of, rule, kelurahan)
        for rule, kelurahan in asked
    ]
    return {"reports": reports, "moves": moves, "cases": cases}


def post_of(report):
    """`RT 003/RW 05` or `RW 05` of the fields `rt` and `rw`, where each holds one number, with or without its letters."""
    numbers = []
    for name in ("rt", "rw"):
        said = re.fullmatch(rf"\s*(?:{name}\W*)?(\d+)\s*", str(report.get(name, "")), re.IGNORECASE)
        numbers.append(int(said[1]) if said else 0)
    rt, rw = numbers
    return None if rw == 0 else f"RT {rt:03}/RW {rw:02}" if rt else f"RW {rw:02}"


def lanes(topics, territory):
    """What these files say: reports as first seen, and transitions."""
    import h3.api.basic_int as h3

    from feeds import REPORT, parse_object, payloads, reader
    from replay_oracle import EAST, NORTH, SOUTH, WEST, Lane

    class Kept(Lane):
        """A lane that keeps every report, not complaints alone."""

        def __init__(self, topic, path):
            super().__init__(topic, "/dev/null")
            self.found = []
            read = reader(topic)
            for offset, (payload, stored) in enumerate(payloads(path)):
                self.raw = parse_object(payload)
                for event in read(payload):
                    self.take(event, offset, stored)

        def keep(self, event, fate, offset):
            super().keep(event, fate, offset)
            kind, identity, _, time, _, position, category, _, _, channel, manner = event
            if kind != REPORT or fate == "updated":
                return
            if position is not None and not (WEST <= position[0] <= EAST and SOUTH <= position[1] <= NORTH and position != (0.0, 0.0)):
                position = None
            longitude, latitude = position or (None, None)
            self.found.append({
                "id": identity, "channel": channel, "kind": manner, "time": time, "offset": offset, "lane": f"{self.topic}-0",
                "kelurahan": None, "post": post_of(self.raw), "category": category, "longitude": longitude, "latitude": latitude,
                "cell": None if position is None else h3.latlng_to_cell(latitude, longitude, 9), "late": fate == "late",
            })

    reports, moves = [], []
    for topic, path in topics:
        lane = Kept(topic, path)
        reports += lane.found
        moves += [
            {"id": identity, "channel": channel, "offset": offset, "lane": f"{topic}-0", "time": time, "status": status,
             "snapshot": snapshot, "role": None, "unit": None, "reason": None}
            for channel, identity, time, status, snapshot, offset in lane.transitions
        ]
    placed = [report for report in reports if report["longitude"] is not None]
    positions = territory.locate([report["longitude"] for report in placed], [report["latitude"] for report in placed])
    for report, position in zip(placed, positions):
        report["kelurahan"] = None if position < 0 else int(territory.codes[position].replace(".", ""))
    return reports, moves


def recount(arguments):
    """Counts again what was exported; 0 = the same bytes."""
    from feeds import parse_time
    from places import Territory

    topics = [topic.partition("=")[::2] for topic in arguments.topic]
    reports, moves = lanes(topics, Territory(arguments.territory, arguments.code))
    rule = RULE | json.loads(arguments.rule)
    kelurahan = int(arguments.kelurahan.replace(".", ""))
    counted = ledger(reports, moves, arguments.month, parse_time(arguments.as_of), rule, kelurahan)
    with open(arguments.csv, encoding="utf-8", newline="") as file:
        exported = file.read()
    print(f"recounted: {counted['total_rupiah']} rupiah, SHA-256 {counted['hash']}")
    print(f"exported:  SHA-256 {hashlib.sha256(exported.encode()).hexdigest()}")
    for ours, theirs in itertools.zip_longest(counted["csv"].splitlines(), exported.splitlines()):
        if ours != theirs:
            print(f"recounted: {ours}\nexported:  {theirs}")
            return 1
    return 0 if counted["csv"] == exported else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("table", help="write the seeded city and its ledger, as JSON")
    again = verbs.add_parser("recount", help="hold an exported CSV against what was sent")
    again.add_argument("--topic", action="append", required=True, metavar="NAME=FILE")
    again.add_argument("--territory", required=True, metavar="GEOJSON")
    again.add_argument("--code", default="kode", help="property with the code")
    again.add_argument("--kelurahan", required=True)
    again.add_argument("--month", required=True)
    again.add_argument("--as-of", required=True, help="RFC 3339")
    again.add_argument("--rule", default="{}", help="JSON of what [duty] sets otherwise")
    again.add_argument("--csv", required=True)
    arguments = parser.parse_args()
    if arguments.verb == "table":
        whole = table()
        for name, rows in whole.items():
            start = "{" if name == "reports" else ","
            print(f'{start}"{name}":[')
            print(",\n".join(json.dumps(row, separators=(",", ":")) for row in rows) + "]")
        print("}")
        return 0
    return recount(arguments)


if __name__ == "__main__":
    sys.exit(main())
