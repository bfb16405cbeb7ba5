"""An independent `tanggap replay`: the same NDJSON files in, windows.csv, kelurahan.csv, rankings.csv and accounting.json out.

    python replay_oracle.py --topic qlue.reports=q.ndjson --topic waze.feed=w.ndjson --territory kelurahan.geojson --out D

Follows DESIGN 2.5, 2.7, 3 and 4.2 row by row, with h3, shapely and numpy; it shares no line with the Rust code it judges. See
README.md for how the open points of the contract are read.
"""

import argparse
import csv
import json
import pathlib
import sys
import time

import h3.api.basic_int as h3
import numpy as np

import response_times
from feeds import LEVEL, REPORT, TRANSITION, parse_time, payloads, reader
from places import Territory

MINUTE = 60_000_000
DELAY = 60 * 1_000_000
LATENESS = 24 * 60 * MINUTE
FUTURE_SKEW = 600 * 1_000_000
WEST, SOUTH, EAST, NORTH = 106.3, -6.8, 107.3, -5.1
WINDOW_MINUTES = 15
TOP = 20


class Lane:
    """One file: its counters, and the rows the answers are made of."""

    def __init__(self, topic, path):
        self.topic = topic
        self.counts = dict.fromkeys(("in", "applied", "updated", "duplicate", "late", "rejected", "gap", "unlocated"), 0)
        self.rejected_by = {}
        self.watermark = None
        self.newest = None  # Largest event time.
        self.counted = []  # (minute, longitude, latitude, category) of reports that move windows.
        self.reports = {}  # Complaints: (channel, id) -> (event time, position, unit).
        self.transitions = []  # (channel, id, time, status, snapshot, offset).
        self.known = {}
        read = reader(topic)
        for offset, (payload, stored) in enumerate(payloads(path)):
            for event in read(payload):
                self.take(event, offset, stored)

    def take(self, event, offset, stored):
        counts = self.counts
        counts["in"] += 1
        if not isinstance(event, str) and stored is not None and max(event[3], event[4]) > stored + FUTURE_SKEW:
            event = "future"
        if isinstance(event, str):
            counts["rejected"] += 1
            self.rejected_by[event] = self.rejected_by.get(event, 0) + 1
            return
        kind, identity, version, event_time, own_time = event[:5]
        fate = self.fate(kind, identity, version, event_time)
        counts[fate] += 1
        moved = own_time - DELAY
        if self.watermark is None or moved > self.watermark:
            self.watermark = moved
        if self.newest is None or event_time > self.newest:
            self.newest = event_time
        if fate != "duplicate":
            self.keep(event, fate, offset)

    def fate(self, kind, identity, version, event_time):
        """Decided before the row moves the watermark. Versions are kept one by one: an older one seen again is a duplicate."""
        key = (kind, identity)
        versions = self.known.get(key)
        if versions is None:
            self.known[key] = {version}
            pane_end = event_time // MINUTE * MINUTE + MINUTE
            late = self.watermark is not None and pane_end + LATENESS <= self.watermark
            return "late" if late else "applied"
        if version in versions:
            return "duplicate"
        versions.add(version)
        return "updated"

    def keep(self, event, fate, offset):
        kind, identity, _, event_time, own_time, position, category, status, unit, channel, manner = event
        if kind == TRANSITION:
            self.transitions.append((channel, manner, event_time, status, False, offset))
            return
        if kind == LEVEL:
            return
        if position is not None:
            longitude, latitude = position
            inside = WEST <= longitude <= EAST and SOUTH <= latitude <= NORTH
            if not inside or (longitude == 0.0 and latitude == 0.0):
                position = None
        if fate == "applied":
            if position is None:
                self.counts["unlocated"] += 1
            elif kind == REPORT and manner != "duty":
                self.counted.append((event_time // MINUTE, position[0], position[1], category))
        if kind == REPORT and channel not in ("waze", "twitter"):
            if status is not None:
                self.transitions.append((channel, identity, own_time, status, True, offset))
            if fate != "updated" and manner == "complaint":
                self.reports[(channel, identity)] = (event_time, position, unit)

    def accounting(self):
        """As in accounting.json."""
        watermark = None if self.watermark is None else self.watermark // 1000
        return self.counts | {"rejected_by": self.rejected_by, "watermark_ms": watermark}


def top_rows(minutes, cells, categories):
    """(window end in minutes, rank, cell, category, n) of every window that holds a row."""
    names, category = np.unique(np.array(categories, dtype=object).astype(str), return_inverse=True)
    distinct, counts = np.unique(np.stack([minutes, cells.astype(np.int64), category]), axis=1, return_counts=True)
    ends = np.concatenate([distinct[0] + ahead for ahead in range(1, WINDOW_MINUTES + 1)])
    key_cells = np.tile(distinct[1], WINDOW_MINUTES)
    key_categories = np.tile(distinct[2], WINDOW_MINUTES)
    weights = np.tile(counts, WINDOW_MINUTES)
    order = np.lexsort((key_categories, key_cells, ends))
    ends, key_cells, key_categories, weights = ends[order], key_cells[order], key_categories[order], weights[order]
    fresh = np.r_[True, (np.diff(ends) != 0) | (np.diff(key_cells) != 0) | (np.diff(key_categories) != 0)]
    starts = np.flatnonzero(fresh)
    n = np.add.reduceat(weights, starts)
    ends, key_cells, key_categories = ends[starts], key_cells[starts], key_categories[starts]
    order = np.lexsort((key_categories, key_cells, -n, ends))
    ends, key_cells, key_categories, n = ends[order], key_cells[order], key_categories[order], n[order]
    starts = np.flatnonzero(np.r_[True, np.diff(ends) != 0])
    rank = np.arange(len(ends)) - np.repeat(starts, np.diff(np.r_[starts, len(ends)])) + 1
    keep = rank <= TOP
    for end, place, cell, name, count in zip(ends[keep], rank[keep], key_cells[keep], key_categories[keep], n[keep]):
        yield int(end), int(place), h3.int_to_str(int(cell)), names[name], int(count)


def kelurahan_rows(minutes, kelurahan):
    """(window end in minutes, position of the kelurahan, n); rows in no kelurahan are left out."""
    inside = kelurahan >= 0
    distinct, counts = np.unique(np.stack([minutes[inside], kelurahan[inside]]), axis=1, return_counts=True)
    total = {}
    for (minute, place), count in zip(distinct.T.tolist(), counts.tolist()):
        for end in range(minute + 1, minute + WINDOW_MINUTES + 1):
            total[(end, place)] = total.get((end, place), 0) + count
    for (end, place), n in sorted(total.items()):
        yield end, place, n


def write_csv(path, header, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def say(started, what):
    print(f"{time.monotonic() - started:7.1f} s  {what}", file=sys.stderr)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--topic", action="append", required=True, metavar="NAME=FILE", help="a lane; may be repeated")
    parser.add_argument("--territory", metavar="GEOJSON", help="kelurahan polygons; without it nothing is in any")
    parser.add_argument("--code", default="kode", help="property with the code")
    parser.add_argument("--out", required=True, type=pathlib.Path)
    parser.add_argument("--as-of", help="RFC 3339; default: the largest event time")
    parser.add_argument("--resolution", type=int, default=9)
    arguments = parser.parse_args()
    started = time.monotonic()
    arguments.out.mkdir(parents=True, exist_ok=True)

    lanes = []
    for topic in arguments.topic:
        name, _, path = topic.partition("=")
        lanes.append(Lane(name, path))
        say(started, f"{name}: {lanes[-1].counts}")
    accounting = {"lanes": {lane.topic: lane.accounting() for lane in lanes}}
    (arguments.out / "accounting.json").write_text(json.dumps(accounting, indent=2) + "\n")

    counted = [row for lane in lanes for row in lane.counted]
    minutes = np.array([row[0] for row in counted], dtype=np.int64)
    longitudes = np.array([row[1] for row in counted], dtype=np.float64)
    latitudes = np.array([row[2] for row in counted], dtype=np.float64)
    cells = np.array([h3.latlng_to_cell(row[2], row[1], arguments.resolution) for row in counted], dtype=np.uint64)
    say(started, f"{len(counted)} located rows in cells")
    windows = top_rows(minutes, cells, [row[3] for row in counted]) if counted else ()
    header = ("window_end_ms", "rank", "h3", "category", "n")
    write_csv(arguments.out / "windows.csv", header, ((end * 60_000, rank, cell, name, n) for end, rank, cell, name, n in windows))
    say(started, "windows.csv")

    territory = Territory(arguments.territory, arguments.code) if arguments.territory else None
    rows = ()
    if territory and counted:
        rows = kelurahan_rows(minutes, territory.locate(longitudes, latitudes))
    header = ("window_end_ms", "kelurahan", "n")
    write_csv(arguments.out / "kelurahan.csv", header, ((end * 60_000, territory.codes[place], n) for end, place, n in rows))
    say(started, "kelurahan.csv")

    newest = [lane.newest for lane in lanes if lane.newest is not None]
    as_of = parse_time(arguments.as_of) if arguments.as_of else max(newest, default=0)
    header, rows = response_times.table(lanes, territory, as_of)
    write_csv(arguments.out / "rankings.csv", header, rows)
    say(started, "rankings.csv")


if __name__ == "__main__":
    main()
