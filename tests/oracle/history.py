"""Lets a city live for a while, and holds what Polars reads in its history against what the city says.

    history.py --tanggap PROGRAM [--seed N] [--events N]

Exit 1 with the first difference. Nothing of ours reads the tables here: the log by the `deltalake` package, the files by Polars.
"""

import argparse
import json
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

import polars

FATES = ["applied", "updated", "duplicate", "late", "rejected", "gap"]
PATIENCE_S = 180


def free_address():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return "127.0.0.1:%d" % taken.getsockname()[1]


def lanes(address):
    try:
        with urllib.request.urlopen(f"http://{address}/v1/sources", timeout=5) as answer:
            return json.load(answer)["items"]
    except OSError:
        return []


def answers(address):
    try:
        with urllib.request.urlopen(f"http://{address}/healthz", timeout=5):
            return True
    except OSError:
        return False


def wait_until(what, wanted, look):
    """What `look` gives once `wanted` holds of it."""
    for _ in range(PATIENCE_S * 10):
        seen = look()
        if wanted(seen):
            return seen
        time.sleep(0.1)
    sys.exit(f"{what}: not within {PATIENCE_S} s: {seen}")


def same(what, one, other):
    if one != other:
        sys.exit(f"{what} differ: history {one}, the city {other}")
    print(f"history: {what} are the same")


def written(lane):
    """Messages of a lane that are read and written down."""
    behind = lane["unwritten_messages"]
    return 0 if behind is None else lane["next_offset"] - behind


def live(arguments, work):
    """A city that has read its feeds and was stopped; its lanes as it last told them, and what it answers from then on."""
    api, broker, data = free_address(), free_address(), work / "data"
    config = work / "tanggap.toml"
    config.write_text(f'[history]\nappend_s = 1\n[store]\nepoch_ms = 100\n[api]\nlisten = "{api}"\n')
    server = subprocess.Popen(
        [arguments.tanggap, "serve", "--config", config, "--data-dir", data, "--broker-listen", broker],
    )
    try:
        wait_until("the city", bool, lambda: answers(api))
        simulate = [arguments.tanggap, "simulate", "--seed", arguments.seed, "--duration", "20h", "--events", arguments.events]
        subprocess.run([*simulate, "--brokers", broker], check=True)
        read = wait_until(
            "all is read and written down",
            lambda items: sum(written(lane) for lane in items) == int(arguments.events),
            lambda: lanes(api),
        )
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(60)

    def ask(question):
        asked = [arguments.tanggap, "sql", question, "--data-dir", data, "--config", config, "--format", "json"]
        return json.loads(subprocess.run(asked, check=True, capture_output=True, text=True).stdout)

    return read, ask, data / "history"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tanggap", required=True)
    parser.add_argument("--seed", default="13")
    parser.add_argument("--events", default="20000")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        read, ask, history = live(arguments, pathlib.Path(work))

        events = polars.scan_delta(str(history / "events"))
        found = events.group_by("lane", "fate").agg(polars.col("n").sum()).collect().iter_rows()
        told = {(lane["lane"], fate): lane["accounting"][fate] for lane in read for fate in FATES}
        same("counters", {(lane, fate): n for lane, fate, n in found}, {key: n for key, n in told.items() if n > 0})
        numbers = events.group_by("lane").agg(polars.col("seq").max(), polars.col("seq").n_unique().alias("n")).collect()
        same("running numbers", sorted(numbers.iter_rows()), sorted((lane["lane"], lane["accounting"]["in"], lane["accounting"]["in"]) for lane in read))

        panes = polars.scan_delta(str(history / "panes")).group_by("category", "kelurahan").agg(polars.col("n").sum()).collect()
        sql = "SELECT category, kelurahan, sum(n) AS n FROM panes GROUP BY 1, 2"
        same(
            "panes",
            {(row["category"], row["kelurahan"]): row["n"] for row in panes.iter_rows(named=True)},
            {(row["category"], row.get("kelurahan")): row["n"] for row in ask(sql)},
        )
        counted = events.filter(
            (polars.col("class") == "report") & (polars.col("fate") == "applied") & (polars.col("kind").fill_null("") != "duty")
        )
        same("panes counted again from events", counted.select(polars.len()).collect().item(), panes["n"].sum())

        moves = polars.scan_delta(str(history / "transitions")).group_by("status").agg(polars.len().alias("n")).collect()
        sql = "SELECT status, count(*) AS n FROM transitions GROUP BY 1"
        same("transitions", dict(moves.iter_rows()), {row["status"]: row["n"] for row in ask(sql)})

        roads = polars.scan_delta(str(history / "traffic")).select(polars.len(), polars.col("length_m").sum()).collect().row(0)
        sql = "SELECT count(*) AS n, sum(length_m) AS m FROM traffic WHERE NOT on_the_road"
        row = ask(sql)[0]
        same("roads that are free again", roads, (row["n"], row["m"]))


main()
