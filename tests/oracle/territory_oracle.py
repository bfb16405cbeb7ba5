#!/usr/bin/env python3
"""Says with shapely where points are, to be held against the engine: an outside check of `TerritoryIndex::locate`.

    pip install numpy shapely
    territory_oracle.py locate  BOUNDARIES POINTS.csv > EXPECTED.csv    # points: longitude_deg,latitude_deg
    territory_oracle.py points  BOUNDARIES N SEED    > POINTS.csv       # half anywhere, half within 200 m of a border
    territory_oracle.py compare EXPECTED.csv FOUND.csv                  # exit 1 and the first differences

The rule, in its own words: of the polygons that cover the point (border included) the one with the smallest code; if there is none, the
nearest one at most 100 m away, equally near ones by smaller code; else nothing. Distances are metres in the plane
x = R cos(latitude of the point) longitude, y = R latitude, R = 6371008.8 m. EXPECTED.csv has the column kelurahan more, an integer
or empty. No real data is kept: everything is computed when it is run. `--code NAME` is the property that holds the code (kode).
"""

import argparse
import csv
import json
import math
import sys

import numpy as np
import shapely
from shapely.geometry import shape

DEGREE_M = 6371008.8 * math.pi / 180
NEAR_M = 100.0
# Two distances closer than this are one: a nanometre.
TIE_M = 1e-9


def read_boundaries(path, code):
    """Codes as integers and shapes, sorted by code."""
    with open(path, encoding="utf-8") as file:
        features = json.load(file)["features"]
    pairs = sorted((int(str(f["properties"][code]).replace(".", "")), shape(f["geometry"])) for f in features)
    return np.array([one for one, _ in pairs]), np.array([one for _, one in pairs], dtype=object)


def locate(codes, shapes, x, y):
    """Integer codes, 0 outside."""
    points = shapely.points(x, y)
    tree = shapely.STRtree(shapes)
    found = np.zeros(len(x), dtype=np.int64)
    which, polygon = tree.query(points, predicate="intersects")
    for at, code in zip(which, codes[polygon]):
        found[at] = code if found[at] == 0 else min(found[at], code)
    lost = np.flatnonzero(found == 0)
    # 0.001 degrees are 110 m of latitude; of longitude they would be less than 100 m from 26 degrees on.
    boxes = shapely.box(x[lost] - 0.001, y[lost] - 0.001, x[lost] + 0.001, y[lost] + 0.001)
    near = [[] for _ in lost]
    for at, polygon in zip(*tree.query(boxes)):
        near[at].append(polygon)
    for at, candidates in zip(lost, near):
        scale = np.array([math.cos(math.radians(y[at])) * DEGREE_M, DEGREE_M])
        origin = shapely.Point(0, 0)
        best, code = math.inf, 0
        for polygon in sorted(candidates):
            plane = shapely.transform(shapes[polygon], lambda c: (c - [x[at], y[at]]) * scale)
            distance = plane.distance(origin)
            if distance <= NEAR_M and distance < best - TIE_M:
                best, code = distance, codes[polygon]
        found[at] = code
    return found


def random_points(shapes, count, seed):
    """Half of the points in the box and 300 m round it, half within 200 m of a border."""
    random = np.random.default_rng(seed)
    west, south, east, north = shapely.total_bounds(shapes)
    pad = 300 / DEGREE_M
    anywhere = random.uniform([west - pad, south - pad], [east + pad, north + pad], (count // 2, 2))
    rings = [shapely.get_coordinates(ring) for ring in shapely.get_rings(shapes)]
    starts, ends = np.concatenate([r[:-1] for r in rings]), np.concatenate([r[1:] for r in rings])
    pick = random.integers(len(starts), size=count - count // 2)
    on = starts[pick] + (ends[pick] - starts[pick]) * random.uniform(size=(len(pick), 1))
    turn, away = random.uniform(0, 2 * math.pi, len(pick)), random.uniform(0, 200 / DEGREE_M, len(pick))
    return np.concatenate([anywhere, on + np.column_stack([np.cos(turn), np.sin(turn)]) * away[:, None]])


def columns(path):
    with open(path, encoding="utf-8") as file:
        return list(csv.DictReader(file))


def compare(expected, found):
    """Number of differences; the first ones are printed."""
    if len(expected) != len(found):
        sys.exit(f"{len(expected)} rows expected, {len(found)} found")
    wrong = [(i, a, b) for i, (a, b) in enumerate(zip(expected, found), 2) if a["kelurahan"] != b["kelurahan"]]
    for line, a, b in wrong[:10]:
        print(f"line {line}: {a['longitude_deg']}, {a['latitude_deg']}: expected {a['kelurahan'] or 'outside'}, found {b['kelurahan'] or 'outside'}")
    print(f"{len(expected)} points, {len(wrong)} differ")
    return len(wrong)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--code", default="kode")
    parser.add_argument("verb", choices=["locate", "points", "compare"])
    parser.add_argument("arguments", nargs="+")
    options = parser.parse_args()
    if options.verb == "compare":
        expected, found = map(columns, options.arguments)
        sys.exit(1 if compare(expected, found) else 0)
    codes, shapes = read_boundaries(options.arguments[0], options.code)
    out = csv.writer(sys.stdout, lineterminator="\n")
    if options.verb == "points":
        out.writerow(["longitude_deg", "latitude_deg"])
        out.writerows((repr(float(x)), repr(float(y))) for x, y in random_points(shapes, int(options.arguments[1]), int(options.arguments[2])))
        return
    rows = columns(options.arguments[1])
    x, y = (np.array([float(row[name]) for row in rows]) for name in ("longitude_deg", "latitude_deg"))
    out.writerow(["longitude_deg", "latitude_deg", "kelurahan"])
    out.writerows((row["longitude_deg"], row["latitude_deg"], code or "") for row, code in zip(rows, locate(codes, shapes, x, y)))


if __name__ == "__main__":
    main()
