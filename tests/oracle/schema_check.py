"""Holds a city that runs against its own `/openapi.json` by schemathesis, which reads the description and asks what it may and what it may not.

    schema_check.py --tanggap PROGRAM [--seconds N] [--examples N] [--seed N]

Asked as an operator, with all of schemathesis' checks but one: `positive_data_acceptance` expects that whatever is a string is taken where the
description says string, and most parameters are words of a list, moments or codes; random questions also without `negative_data_rejection`. The stream at /v1/live never ends and is not asked. Exit 1
if an answer is not as described: a status, a type or a shape nobody wrote down, a header that is missing, a 500.
"""

import argparse
import json
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

from open311 import answers, free_address

TOKEN = "schema-check-token-of-this-run"
EVENTS = 5_000
PATIENCE_S = 120


def wait_until(what, wanted):
    for _ in range(PATIENCE_S * 5):
        if wanted():
            return
        time.sleep(0.2)
    sys.exit(f"schema_check: {what}: not within {PATIENCE_S} s")


def events(address):
    with urllib.request.urlopen(f"http://{address}/v1/sources", timeout=10) as answer:
        return sum(lane["accounting"]["in"] for lane in json.load(answer)["items"])


def examine(address, arguments, work):
    schemathesis = pathlib.Path(sys.executable).with_name("schemathesis")
    asked = [schemathesis, "run", f"http://{address}/openapi.json", "--no-color", "--continue-on-failure"]
    asked += ["--header", f"Authorization: Bearer {TOKEN}", "--exclude-path", "/v1/live", "--checks", "all"]
    asked += ["--seed", str(arguments.seed), "--request-timeout", "20", "--warnings", "off"]
    systematic = ["--phases", "examples,coverage", "--exclude-checks", "positive_data_acceptance"]
    # GeoReport lets ids override whatever else is asked for, however wrong it is; a random question now and then has both.
    random = ["--phases", "fuzzing", "--exclude-checks", "positive_data_acceptance,negative_data_rejection"]
    random += ["--max-examples", str(arguments.examples), "--max-time", str(arguments.seconds)]
    # It writes what it found beside where it runs.
    return max(subprocess.run([*asked, *phase], check=False, cwd=work).returncode for phase in (systematic, random))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tanggap", required=True)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--examples", type=int, default=30)
    parser.add_argument("--seed", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        api, broker = free_address(), free_address()
        config = work / "tanggap.toml"
        config.write_text(f'[api]\nlisten = "{api}"\nstaff_token = "{TOKEN}"\nsql = true\n[open311]\nkeys = ["key-of-this-run"]\n')
        server = subprocess.Popen([arguments.tanggap, "serve", "--config", config, "--data-dir", work / "data", "--broker-listen", broker])
        try:
            wait_until("the city answers", lambda: answers(api))
            simulate = [arguments.tanggap, "simulate", "--seed", "5", "--duration", "2h", "--events", str(EVENTS), "--brokers", broker]
            subprocess.run(simulate, check=True)
            wait_until("all is read", lambda: events(api) >= EVENTS)
            found = examine(api, arguments, work)
            if server.poll() is not None:
                sys.exit("schema_check: the program ended while it was asked")
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(60)
    sys.exit(found)


if __name__ == "__main__":
    main()
