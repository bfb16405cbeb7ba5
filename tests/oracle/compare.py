"""Holds two output directories against each other, row by row; exits 1 with the first differences, 2 if a file is missing.

    python compare.py ORACLE_DIR REPLAY_DIR [--only windows.csv,kelurahan.csv]

windows.csv and kelurahan.csv must be equal row by row; of accounting.json the counters of each lane; of rankings.csv the columns
both have, numbers to 1e-6 of their size.
"""

import argparse
import csv
import itertools
import json
import pathlib
import sys

FILES = ("windows.csv", "kelurahan.csv", "accounting.json", "rankings.csv")
SHOWN = 10


def rows_of(path):
    with open(path, newline="", encoding="utf-8") as file:
        yield from csv.reader(file)


def exact(left, right):
    """Differences of two tables that must be the same."""
    for number, (one, other) in enumerate(itertools.zip_longest(rows_of(left), rows_of(right)), 1):
        if one != other:
            yield f"line {number}: {one} != {other}"


def close(one, other):
    try:
        one, other = float(one), float(other)
    except ValueError:
        return one == other
    return abs(one - other) <= 1e-6 * max(1.0, abs(one), abs(other))


def rankings(left, right):
    """Differences of the columns both tables have, by level and code; levels only one has are left out."""
    with open(left, newline="", encoding="utf-8") as one, open(right, newline="", encoding="utf-8") as other:
        ours = {(row["level"], row["code"]): row for row in csv.DictReader(one)}
        theirs = {(row["level"], row["code"]): row for row in csv.DictReader(other)}
    levels = {level for level, _ in ours} & {level for level, _ in theirs} or {level for level, _ in ours}
    for key in sorted(key for key in ours.keys() | theirs.keys() if key[0] in levels):
        if key not in ours or key not in theirs:
            yield f"{key} is only in the {'second' if key in theirs else 'first'}"
            continue
        for column in ours[key].keys() & theirs[key].keys():
            if not close(ours[key][column], theirs[key][column]):
                yield f"{key} {column}: {ours[key][column]} != {theirs[key][column]}"


def accounting(left, right):
    """Differences of the counters of each lane."""
    ours, theirs = (json.loads(pathlib.Path(path).read_text())["lanes"] for path in (left, right))
    if ours.keys() != theirs.keys():
        yield f"lanes {sorted(ours)} != {sorted(theirs)}"
    for lane in ours.keys() & theirs.keys():
        for counter, value in ours[lane].items():
            if theirs[lane].get(counter) != value:
                yield f"{lane} {counter}: {value} != {theirs[lane].get(counter)}"
        of = theirs[lane]
        if of["in"] != sum(of[part] for part in ("applied", "updated", "duplicate", "late", "rejected", "gap")):
            yield f"{lane}: the second does not add up: {of}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("oracle", type=pathlib.Path)
    parser.add_argument("replay", type=pathlib.Path)
    parser.add_argument("--only", default=",".join(FILES))
    arguments = parser.parse_args()
    worst = 0
    for name in arguments.only.split(","):
        left, right = arguments.oracle / name, arguments.replay / name
        missing = [str(path) for path in (left, right) if not path.is_file()]
        if missing:
            print(f"{name}: missing {', '.join(missing)}")
            worst = max(worst, 2)
            continue
        check = {"accounting.json": accounting, "rankings.csv": rankings}.get(name, exact)
        differences = list(itertools.islice(check(left, right), SHOWN + 1))
        print(f"{name}: {'equal' if not differences else 'DIFFERENT'}")
        for difference in differences[:SHOWN]:
            print(f"  {difference}")
        if len(differences) > SHOWN:
            print("  …")
        worst = max(worst, 1 if differences else 0)
    sys.exit(worst)


if __name__ == "__main__":
    main()
