"""Simulates feeds, replays them with `tanggap`, computes the same with the oracle, and compares.

    python check.py --tanggap target/release/tanggap --territory kelurahan.geojson --events 200000 --seed 1 [--config F ...]

Each `--config` is one more replay of the same feeds (another batch size, say); all must give what the oracle gives. Exits 1 on the
first difference. The feeds and results stay in `--dir`, if given.
"""

import argparse
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
TOPICS = ("qlue.reports", "crm.status", "waze.feed", "twitter.tweets", "gauge.levels")


def run(*command):
    print("+", *command, flush=True)
    subprocess.run([str(part) for part in command], check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tanggap", required=True)
    parser.add_argument("--territory", required=True)
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--duration", default="24h")
    parser.add_argument("--config", action="append", default=[])
    parser.add_argument("--only", default="windows.csv,kelurahan.csv,accounting.json,rankings.csv")
    parser.add_argument("--dir", type=pathlib.Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        directory = arguments.dir or pathlib.Path(scratch)
        feeds, oracle = directory / "feeds", directory / "oracle"
        run(
            arguments.tanggap, "simulate", "--seed", arguments.seed, "--duration", arguments.duration, "--events", arguments.events,
            "--out", feeds,
        )
        inputs = [part for topic in TOPICS for part in ("--topic", f"{topic}={feeds / topic}.ndjson")]
        inputs += ["--territory", arguments.territory]
        run(sys.executable, HERE / "replay_oracle.py", *inputs, "--out", oracle)
        for number, config in enumerate([None, *arguments.config]):
            replay = directory / f"replay-{number}"
            run(arguments.tanggap, "replay", *inputs, *(["--config", config] if config else []), "--out", replay)
            compared = subprocess.run([sys.executable, HERE / "compare.py", oracle, replay, "--only", arguments.only])
            if compared.returncode != 0:
                sys.exit(1)


if __name__ == "__main__":
    main()
