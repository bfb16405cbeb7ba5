"""A real minute of Waze, a real spring of water levels and the floods of 2024, held against what the program makes of them: prints
docs/plausibility.md.

    pip install shapely
    TANGGAP_DATA=../shared/data python tests/oracle/plausibility.py --tanggap target/release/tanggap > docs/plausibility.md

In, of TANGGAP_DATA: feeds/waze_ccp_jakarta_2017-05-03.json, hydrology/tma_manggarai_istiqlal_2024_perjam.csv,
complaints/kejadian_banjir_bpbd_2024.csv, boundaries/kelurahan_dki_267.geojson; engine/data/gauges.toml of this repository. Out: Markdown on
standard output, counts only. Exit code 1 if a number that was counted here differs from the program's.
"""

import argparse
import collections
import csv
import datetime
import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile
import textwrap
import tomllib

from shapely import STRtree
from shapely.geometry import Point, shape

WAZE = "feeds/waze_ccp_jakarta_2017-05-03.json"
LEVELS = "hydrology/tma_manggarai_istiqlal_2024_perjam.csv"
FLOODS = "complaints/kejadian_banjir_bpbd_2024.csv"
KELURAHAN = "boundaries/kelurahan_dki_267.geojson"
GAUGES = pathlib.Path(__file__).parents[2] / "engine/data/gauges.toml"
MINUTE_MS = 60_000
DAY_MS = 24 * 60 * MINUTE_MS
WINDOW_MIN = 15
# A point in none is of the nearest kelurahan if that is so near, metres.
GAP_M = 100
# A flood is of the basin of the nearest gauge if that is so near, metres.
REACH_M = 10_000
DEGREE_M = 111_195


class Ground:
    """Which kelurahan a point lies in, by shapely."""

    def __init__(self, path):
        features = json.loads(path.read_text())["features"]
        self.rows = [feature["properties"] for feature in features]
        self.shapes = [shape(feature["geometry"]) for feature in features]
        self.tree = STRtree(self.shapes)

    def at(self, lon, lat):
        """The code, and whether it is only near."""
        point = Point(lon, lat)
        held = [at for at in self.tree.query(point) if self.shapes[at].covers(point)]
        if held:
            return min(self.rows[at]["kode"] for at in held), False
        nearest = self.tree.nearest(point)
        near = metres(point, self.shapes[nearest]) <= GAP_M
        return (self.rows[nearest]["kode"], True) if near else (None, False)


def metres(point, outline):
    """About how far a point is from an outline: on a plane that is true to scale at the point."""
    from shapely.affinity import scale
    from shapely.ops import nearest_points

    narrow = math.cos(math.radians(point.y))
    onto = nearest_points(outline, point)[0]
    return scale(Point(onto.x - point.x, onto.y - point.y), narrow, 1, origin=(0, 0)).distance(Point(0, 0)) * DEGREE_M


def replay(tanggap, topic, lines, ground, out):
    """The program's answers over one lane."""
    log = out / f"{topic}.ndjson"
    log.write_text("".join(json.dumps(line) + "\n" for line in lines))
    command = [tanggap, "replay", "--topic", f"{topic}={log}", "--territory", ground, "--out", out / topic, "--log", "error"]
    subprocess.run([str(part) for part in command], check=True)
    return json.loads((out / topic / "accounting.json").read_text())["lanes"][topic]


def on_time(feed):
    """Alerts of a feed that are no more than a day behind what came before them, and how many of all it says are later."""
    newest, kept, late = 0, [], 0
    for name, time in (("alerts", "pubMillis"), ("jams", "pubMillis"), ("irregularities", "detectionDateMillis")):
        for item in feed[name]:
            # The watermark is a minute behind the newest; a pane is a minute and waits a day.
            if (item[time] // MINUTE_MS + 1) * MINUTE_MS + DAY_MS <= newest - MINUTE_MS:
                late += 1
            elif name == "alerts":
                kept.append(item)
            newest = max(newest, item[time])
    return kept, late


def windows(alerts, ground, ends):
    """Alerts of each kelurahan in each window that ends at one of `ends`, how many lie outside, and how many in a gap of the map."""
    panes, outside, gaps = collections.Counter(), 0, 0
    for alert in alerts:
        code, near = ground.at(alert["location"]["x"], alert["location"]["y"])
        gaps += near
        if code is None:
            outside += 1
        else:
            panes[alert["pubMillis"] // MINUTE_MS, code] += 1
    counted = collections.Counter()
    for end in ends:
        for (minute, code), n in panes.items():
            if 0 < end // MINUTE_MS - minute <= WINDOW_MIN:
                counted[end, code] += n
    return counted, outside, gaps


def waze(tanggap, data, ground, scratch):
    feed = json.loads((data / WAZE).read_text())
    told = replay(tanggap, "waze.feed", [feed], data / KELURAHAN, scratch)
    alerts, late = on_time(feed)
    with open(scratch / "waze.feed/kelurahan.csv") as file:
        theirs = {(int(row["window_end_ms"]), row["kelurahan"]): int(row["n"]) for row in csv.DictReader(file)}
    ours, outside, gaps = windows(alerts, ground, {end for end, _ in theirs})
    with open(scratch / "waze.feed/hotspots.csv") as file:
        hotspots = sum(1 for _ in csv.DictReader(file))
    size = {name: len(feed[name]) for name in ("alerts", "jams", "irregularities")}
    kinds = collections.Counter(alert["type"] for alert in feed["alerts"])
    last = feed["endTimeMillis"]
    busiest = sorted(((n, code) for (end, code), n in theirs.items() if end == last), key=lambda row: (-row[0], row[1]))[:5]
    names = {row["kode"]: f"{row['nama']}, {row['kecamatan']}" for row in ground.rows}
    equal = (told["in"], told["late"], told["outside"], theirs) == (sum(size.values()), late, outside, dict(ours))
    clock = datetime.datetime.fromtimestamp(last / 1000, datetime.timezone(datetime.timedelta(hours=7)))
    return equal, [
        "## A minute of Waze", "",
        paragraph(
            f"What Waze for Cities said of Jabodetabek on 3 May 2017 from 12:25 to 12:26 WIB: {size['alerts']} alerts "
            f"({', '.join(f'{n} {kind}' for kind, n in kinds.most_common())}), {size['jams']} jams and {size['irregularities']} irregularities."
        ), "",
        "| | by the program | counted in Python |", "|---|--:|--:|",
        f"| in | {told['in']:,} | {sum(size.values()):,} |",
        f"| applied | {told['applied']:,} | {sum(size.values()) - late:,} |",
        f"| late: more than a day behind what came before | {told['late']} | {late} |",
        f"| alerts outside Jakarta | {told['outside']} | {outside} |",
        f"| rows of kelurahan and window of {WINDOW_MIN} min | {len(theirs):,} | {len(ours):,} |",
        f"| rows that differ | | {sum(theirs.get(key) != ours.get(key) for key in theirs.keys() | ours.keys())} |", "",
        paragraph(
            f"- {gaps} of the alerts lie in gaps between polygons that were simplified each alone, metres wide; the nearest kelurahan has "
            "them, here and there."
        ),
        paragraph(
            "- The late ones are no fault of the feed: an alert or a jam that still stands is told with the time it was first told. A lane "
            "that reads such a feed from the beginning has seen them in time."
        ),
        paragraph(
            f"- {hotspots or 'No'} hotspot: the program has never seen another hour of this city, and says nothing of one that it cannot "
            "hold against any."
        ), "",
        f"Most alerts told first in the quarter of an hour before {clock:%H:%M} WIB:", "",
        "| alerts | kelurahan |", "|--:|---|", *[f"| {n} | {names[code]} |" for n, code in busiest], "",
    ]


def siaga(level, gauge):
    """What a level is called by the thresholds of this repository."""
    return next((grade for grade in (1, 2, 3) if level >= gauge.get(f"siaga{grade}_cm", math.inf)), 4)


def water(tanggap, data, gauges, scratch):
    with open(data / LEVELS) as file:
        rows = list(csv.DictReader(file))
    lines = [
        {"gauge_id": name, "time": row["waktu_wib"].replace(" ", "T") + ":00+07:00", "level_cm": int(row[f"{name}_cm"])}
        for row in rows for name in ("manggarai", "istiqlal")
    ]
    told = replay(tanggap, "gauge.levels", lines, data / KELURAHAN, scratch)
    agree, missing, months = collections.Counter(), collections.Counter(), collections.defaultdict(collections.Counter)
    for row in rows:
        level, status = int(row["manggarai_cm"]), int(row["manggarai_siaga"])
        if level == 0:
            missing[status] += 1
            continue
        ours = siaga(level, gauges["manggarai"])
        agree[ours == status] += 1
        months[row["waktu_wib"][:7]][ours] += 1
    high = {month: sum(n for grade, n in counts.items() if grade < 4) for month, counts in months.items()}
    equal = told["in"] == len(lines) and agree[False] == 0
    return equal, high, [
        "## A spring of water levels", "",
        paragraph(
            f"Levels of PA Manggarai and PA Istiqlal each hour from {rows[0]['waktu_wib'][:10]} to {rows[-1]['waktu_wib'][:10]}, with the "
            "status their owner gave them."
        ), "",
        paragraph(
            f"- The program read {told['in']:,} readings: {told['applied']:,} applied, {told['rejected']} refused, {told['late']} late, "
            f"{told['duplicate']} duplicate."
        ),
        paragraph(
            f"- By the thresholds of `engine/data/gauges.toml` {agree[True]:,} of {agree.total():,} levels of Manggarai have the Siaga their "
            "owner gave them."
        ),
        paragraph(
            f"- {missing.total()} readings are 0, which this gauge never is: it is its owner's word for *missing*, with statuses up to "
            f"Siaga {min(missing)} beside it ({missing.total() - missing[4]} of them above normal). Taken for a level it would be calm water; "
            "`missing_cm` of the gauge says what it is, and the program shows the last level that was read, with its age."
        ), "",
    ]


def floods(data, ground, gauges, high):
    with open(data / FLOODS) as file:
        rows = list(csv.DictReader(file))
    by_name = collections.defaultdict(list)
    for row in ground.rows:
        by_name[plain(row["nama"])].append(row)
    months, basins, far, lost = collections.Counter(), collections.Counter(), 0, collections.Counter()
    for row in rows:
        n = int(row["jumlah_kejadian"])
        months[int(row["bulan"])] += n
        found = by_name[plain(row["kelurahan"])]
        found = [one for one in found if plain(one["kecamatan"]) == plain(row["kecamatan"])] or found
        if not found:
            lost[row["kelurahan"].title()] += n
            continue
        lon, lat = found[0]["titik_lon"], found[0]["titik_lat"]
        away, basin = min((distance(lon, lat, *gauge["position"]), gauge["basin"]) for gauge in gauges.values())
        if away > REACH_M:
            far += n
        else:
            basins[basin] += n
    total = sum(months.values())
    of = ["", "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]
    return [
        "## The floods of 2024", "",
        paragraph(
            f"BPBD counted {total} floods in {len(rows)} rows of kelurahan and month. A month is not a minute: whether a hotspot would have "
            "been told in time cannot be read off this, and no hour was invented to make it so. What can be read off it:"
        ), "",
        paragraph(
            f"- **Places.** {total - lost.total()} of {total} floods name a kelurahan of the map"
            + (f"; not found: {', '.join(sorted(lost))}." if lost else ".")
        ),
        paragraph(
            f"- **Basins.** {basins.total()} lie at most {REACH_M // 1000} km from a gauge and so in a basin of the flood view; {far} do not, "
            "and the view would show them as of no basin."
        ), "",
        "| basin | floods |", "|---|--:|", *[f"| {basin} | {n} |" for basin, n in basins.most_common()], "",
        "| month | floods | hours of Manggarai at Siaga 3 or above |", "|---|--:|--:|",
        *[f"| {of[month]} | {months[month]} | {high.get(f'2024-{month:02}', 'not known')} |" for month in range(1, 13)], "",
        paragraph(
            "Hours are known from 15 February to 27 May. Manggarai is one gate of one river, and many floods of the city are rain that does "
            "not run off: the two columns need not rise together."
        ),
    ]


def plain(name):
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def distance(lon, lat, other_lon, other_lat):
    narrow = math.cos(math.radians((lat + other_lat) / 2))
    return math.hypot((lon - other_lon) * narrow, lat - other_lat) * DEGREE_M


def paragraph(text):
    return "\n".join(textwrap.wrap(text, 140, subsequent_indent="  " if text.startswith("- ") else "", break_on_hyphens=False))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tanggap", required=True)
    parser.add_argument("--date", default=datetime.date.today().isoformat(), help="date to print")
    arguments = parser.parse_args()
    data = pathlib.Path(os.environ.get("TANGGAP_DATA", "../shared/data"))
    for name in (WAZE, LEVELS, FLOODS, KELURAHAN):
        if not (data / name).is_file():
            sys.exit(f"plausibility: not run: {name} is not in TANGGAP_DATA")
    ground = Ground(data / KELURAHAN)
    gauges = {gauge["id"]: gauge for gauge in tomllib.loads(GAUGES.read_text())["gauge"]}
    with tempfile.TemporaryDirectory() as scratch:
        same_feed, of_waze = waze(arguments.tanggap, data, ground, pathlib.Path(scratch))
        same_levels, high, of_water = water(arguments.tanggap, data, gauges, pathlib.Path(scratch))
    print("\n".join([
        "# Plausibility: a minute, a spring and a year of Jakarta", "",
        "<!-- Printed by tests/oracle/plausibility.py; change it there. -->", "",
        paragraph(
            "Real data of the city through `tanggap replay`, and the same counted by other means. The data sets are public, state no "
            "licence, and are not part of this repository; no row of them is here."
        ), "",
        f"Printed on {arguments.date} by", "", "```sh",
        "TANGGAP_DATA=../shared/data python tests/oracle/plausibility.py --tanggap target/release/tanggap > docs/plausibility.md", "```", "",
        *of_waze, *of_water, *floods(data, ground, gauges, high),
    ]))
    if not (same_feed and same_levels):
        sys.exit("plausibility: a number differs")


if __name__ == "__main__":
    main()
