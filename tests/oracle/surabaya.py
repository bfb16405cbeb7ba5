"""The real complaints of Surabaya through `tanggap replay`, ranked by agency and by kelurahan: prints docs/surabaya.md.

    TANGGAP_DATA=../shared/data python tests/oracle/surabaya.py --tanggap target/release/tanggap > docs/surabaya.md

In: complaints/wargaku_surabaya_2022_2023.csv.gz of TANGGAP_DATA, which stays where it is. Of a row the id, the topic, the two times, the
agency and the kelurahan are read; the complaint's text never leaves `rows`. Out: Markdown on standard output, no row of the data. Exit code
1 if a median that was computed here differs from the program's.

A row becomes a report of the channel `wargaku` and, where it was answered, a `resolved` of `crm.status`. There are no polygons of Surabaya
here, so a kelurahan is ranked as a unit of its own name; every unit's name ends in `@`, so that none is taken for an office of Jakarta.
"""

import argparse
import collections
import csv
import datetime
import gzip
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import textwrap

DATA = "complaints/wargaku_surabaya_2022_2023.csv.gz"
UTC = datetime.timezone.utc
MARK = "@"
CHECKED = 3
SHOWN = 10
HORIZON_H = 168
COLUMNS = ("id", "filed", "answered", "topic", "agency", "kelurahan")
MAPPING = """\
description = "Wargaku Surabaya, made by tests/oracle/surabaya.py"
zone = "UTC"
category_map = "surabaya"

[fields]
id = "id"
time = "time"
category = "topic"
unit = "unit"

[constant]
kind = "complaint"
"""


def moment(text):
    """A time of the export. It carries no zone; its hour histogram shows UTC."""
    return datetime.datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None


def rows(path):
    """Rows of the export without their texts, and how many were left out for which reason."""
    kept, dropped = [], collections.Counter()
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            filed, answered = moment(row["tanggal_keluhan"]), moment(row["tanggal_ditanggapi"])
            # Two kelurahan of one name lie in different kecamatan.
            kelurahan = f"{row['kelurahan']}, {row['kecamatan']}"
            if filed is None:
                dropped["no time of filing"] += 1
            elif not row["instansi"] or not row["kelurahan"]:
                dropped["no agency or no kelurahan"] += 1
            elif answered and answered < filed:
                dropped["answered before it was filed"] += 1
            else:
                kept.append(dict(zip(COLUMNS, (row["id"], filed, answered, row["topik"], row["instansi"], kelurahan))))
    return kept, dropped


def feeds(kept, unit):
    """Lines of `reports.wargaku` and of `crm.status`, each in the order of its times; `unit` names the column that answers."""
    reports = [
        {"id": row["id"], "time": row["filed"].isoformat(), "topic": row["topic"], "unit": row[unit] + MARK}
        for row in sorted(kept, key=lambda row: (row["filed"], row["id"]))
    ]
    answers = [
        {"report_id": row["id"], "channel": "wargaku", "status": "resolved", "time": row["answered"].isoformat()}
        for row in sorted((row for row in kept if row["answered"]), key=lambda row: (row["answered"], row["id"]))
    ]
    return reports, answers


def replay(tanggap, kept, unit, as_of, work):
    """Rows of rankings.csv for the units of a column."""
    work.mkdir()
    (work / "wargaku.toml").write_text(MAPPING)
    (work / "tanggap.toml").write_text(f"[decode]\nmappings_dir = {json.dumps(str(work))}\n")
    topics = []
    for topic, lines in zip(("reports.wargaku", "crm.status"), feeds(kept, unit)):
        file = work / f"{topic}.ndjson"
        file.write_text("".join(json.dumps(line) + "\n" for line in lines))
        topics += ["--topic", f"{topic}={file}"]
    command = [tanggap, "replay", *topics, "--config", work / "tanggap.toml", "--as-of", as_of.isoformat(), "--out", work / "out"]
    subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL)
    with open(work / "out" / "rankings.csv", newline="") as file:
        ranked = [row for row in csv.DictReader(file) if row["level"] == "dinas"]
    for row in ranked:
        row["name"] = row["name"].removesuffix(MARK)
    return ranked


def median_h(waits):
    """Kaplan-Meier median of (hours, answered), by the definition: the first time the share still waiting is half or less."""
    waiting = 1.0
    for time in sorted({hours for hours, answered in waits if answered}):
        at_risk = sum(hours >= time for hours, _ in waits)
        closed = sum(hours == time and answered for hours, answered in waits)
        waiting *= 1 - closed / at_risk
        if waiting <= 0.5 + 1e-9:
            return time
    return None


def waits(kept, unit, name, as_of):
    """(hours, answered) of each complaint of a unit, as of a moment."""
    of_unit = [row for row in kept if row[unit] == name]
    return [(((row["answered"] or as_of) - row["filed"]).total_seconds() / 3600, row["answered"] is not None) for row in of_unit]


def paragraph(text):
    return textwrap.fill(text, 140, break_on_hyphens=False, subsequent_indent="  " if text.startswith("- ") else "")


def number(text, digits=1):
    return f"{float(text):.{digits}f}" if text else "–"


def table(ranked):
    lines = [
        "| place | 95 % | unit | complaints | no answer | median h | restricted mean h | 95 % | tier |",
        "|--:|:-:|---|--:|--:|--:|--:|:-:|---|",
    ]
    for row in ranked:
        lines.append(
            f"| {row['rank']} | {row['rank_lo']}–{row['rank_hi']} | {row['name']} | {int(row['n']):,} | {row['open']} "
            f"| {number(row['median_resolution_h'])} | {number(row['rmst_resolution_h'])} "
            f"| {number(row['lower'])}–{number(row['upper'])} | {row['tier']} |"
        )
    return lines


def placed(ranked):
    return sorted((row for row in ranked if row["rank"]), key=lambda row: (int(row["rank"]), row["name"]))


def apart(rows_by_place):
    """Pairs of units whose intervals of the place do not meet, and all pairs."""
    spans = [(int(row["rank_lo"]), int(row["rank_hi"])) for row in rows_by_place]
    pairs = [(one, other) for index, one in enumerate(spans) for other in spans[index + 1:]]
    return sum(one[1] < other[0] or other[1] < one[0] for one, other in pairs), len(pairs)


def silent(ranked):
    """Percent of the complaints of some units that have no answer."""
    return 100 * sum(int(row["open"]) for row in ranked) / max(sum(int(row["n"]) for row in ranked), 1)


def section(title, all_open, answered_only):
    ranked = placed(all_open)
    tiers = collections.Counter(row["tier"] for row in all_open)
    told, pairs = apart(ranked)
    widths = sorted(int(row["rank_hi"]) - int(row["rank_lo"]) + 1 for row in ranked)
    strict = {row["name"]: row for row in answered_only if row["rank"]}
    both = [(row, strict[row["name"]]) for row in ranked if row["name"] in strict]
    moved = sum(one["tier"] != other["tier"] for one, other in both)
    turned = sum({one["tier"], other["tier"]} == {"slow", "fast"} for one, other in both)
    first, last = ranked[:SHOWN], ranked[-SHOWN:]
    lines = [f"## {title}", "", paragraph(
        f"{len(all_open)} units; {len(ranked)} have 30 complaints or more and so a place, {tiers['not_enough_data']} have too few. Of "
        f"those with a place {tiers['fast']} are clearly faster than their common mean, {tiers['slow']} clearly slower, and "
        f"**{tiers['same']} cannot be told apart from it**. The 95 % interval of a place is {widths[len(widths) // 2]} places wide in the "
        f"median, {widths[-1]} at most. Of {pairs:,} pairs of units, {told:,} ({100 * told / max(pairs, 1):.0f} %) have intervals that do not "
        f"meet. Of the complaints of the first ten {silent(first):.0f} % have no answer, of those of the last ten {silent(last):.0f} %: "
        "the order leans on that column."
    ), ""]
    if len(ranked) <= 2 * SHOWN + 6:
        lines += table(ranked)
    else:
        lines += ["The first ten:", "", *table(first), "", "The last ten:", "", *table(last)]
    lines += ["", paragraph(
        f"With the rows without an answer left out instead, {moved} of the {len(both)} units that have a place both ways are in another "
        f"tier, {turned} of them from fast to slow or back."
    ), ""]
    return lines


def check(kept, ranked, as_of):
    """Medians of the largest agencies, computed here beside the program's; and whether all agree."""
    lines = ["| agency | complaints | median here, h | median of the program, h |", "|---|--:|--:|--:|"]
    equal = True
    for row in sorted(ranked, key=lambda row: -int(row["n"]))[:CHECKED]:
        own = waits(kept, "agency", row["name"], as_of)
        median = median_h(own)
        theirs = row["median_resolution_h"]
        near = median == (theirs or None) or (median and theirs and abs(median - float(theirs)) < 1e-6)
        equal &= len(own) == int(row["n"]) and bool(near)
        lines.append(f"| {row['name']} | {len(own):,} | {number(median, 6)} | {number(theirs, 6)} |")
    return lines, equal


def report(tanggap, path, date):
    kept, dropped = rows(path)
    answered = [row for row in kept if row["answered"]]
    as_of = max(row["answered"] for row in answered)
    unanswered = collections.Counter(row["filed"].year for row in kept if not row["answered"])
    by_year = ", ".join(f"{unanswered[year] or 'none'} were filed in {year}" for year in sorted({row["filed"].year for row in kept}))
    with tempfile.TemporaryDirectory() as scratch:
        tables = {
            (unit, name): replay(tanggap, some, unit, as_of, pathlib.Path(scratch) / f"{unit}-{name}")
            for unit in ("agency", "kelurahan") for name, some in (("open", kept), ("answered", answered))
        }
    lost = sum(dropped.values())
    checked, equal = check(kept, tables["agency", "open"], as_of)
    print("\n".join([
        "# Surabaya: real complaints, ranked", "",
        "<!-- Printed by tests/oracle/surabaya.py; change it there. -->", "",
        paragraph(
            "Complaints that people of Surabaya sent to Wargaku from January 2022 to February 2023, through `tanggap replay`. The data set "
            "is public, states no licence, and is not part of this repository; no row and no text of it is here."
        ), "",
        f"Printed on {date} by", "", "```sh",
        "TANGGAP_DATA=../shared/data python tests/oracle/surabaya.py --tanggap target/release/tanggap > docs/surabaya.md", "```", "",
        "## What went in", "",
        "| rows | |", "|--:|---|", f"| {len(kept) + lost:,} | in the export |",
        *[f"| {count} | left out: {reason} |" for reason, count in sorted(dropped.items())],
        f"| {len(answered):,} | with a time of answer |", f"| {len(kept) - len(answered):,} | without one |", "",
        paragraph(
            "- **An answer is the only end the data has.** Whether the work was done, and when, is not in it. The times below say how soon "
            "an agency *answered*; the program is told `resolved` at that time."
        ),
        paragraph(
            f"- Cases are judged at {as_of:%Y-%m-%d %H:%M} UTC, the last answer in the export. A row without an answer counts as waiting "
            f"until then. That may be unjust: of those, {by_year}. With the year either the practice changed or the export; the data do "
            "not say which. So each table says what changes if those rows are left out."
        ),
        paragraph(
            "- The export says no zone; that its times are UTC is read off its hour histogram. Its own groups of days until the answer "
            "(`kelompok_hari_respon`) do not follow from its two times; the times are what is used."
        ),
        paragraph(
            f"- Times are wall time, nights and weekends included. The restricted mean is over {HORIZON_H} h: whoever waited longer counts "
            f"as {HORIZON_H} h. Case mix is not taken out: agencies are asked different things."
        ), "",
        *section("By agency", tables["agency", "open"], tables["agency", "answered"]),
        *section("By kelurahan", tables["kelurahan", "open"], tables["kelurahan", "answered"]),
        paragraph(
            "A kelurahan is where a complaint is from, not who answered it: most were answered by an agency of the city. They are ranked "
            "by name, as there are no polygons of Surabaya here."
        ), "",
        "## Checked", "",
        paragraph(
            f"The Kaplan-Meier medians of the {CHECKED} agencies with most complaints, by the definition, in a few lines of Python "
            "straight from the export:"
        ), "", *checked,
    ]))
    return equal


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tanggap", required=True)
    parser.add_argument("--date", default=datetime.date.today().isoformat(), help="date to print")
    arguments = parser.parse_args()
    path = pathlib.Path(os.environ.get("TANGGAP_DATA", "../shared/data")) / DATA
    if not path.is_file():
        sys.exit(f"surabaya: not run: {DATA} is not in TANGGAP_DATA")
    if not report(arguments.tanggap, path, arguments.date):
        sys.exit("surabaya: a median differs")


if __name__ == "__main__":
    main()
