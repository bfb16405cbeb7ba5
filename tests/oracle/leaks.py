"""Asks a city everything the public may ask, and looks for people in the answers.

    leaks.py --tanggap PROGRAM [--queries N] [--seed N]

The city is told some thousands of reports in which everything personal bears a mark: names, handles, phone numbers, texts, addresses,
pictures. Then every GET operation of `/openapi.json` is asked, with good parameters and bad ones, as somebody without a token. Exit 1 if

- a mark is in any answer, in whatever form, unless the question held it;
- an answer says how many reporters there are where there are one to four, or anything of a cell it calls suppressed;
- a cell that is not suppressed has, counted here from what was sent, fewer than five reporters.

Last it subtracts answers from each other, as somebody would who wants to know what is suppressed, and holds what comes out against the
truth. What can be learned so is counted and printed, and does not fail: answers that are exact can be subtracted.
Cells are Uber's h3, counts are this script's own.
"""

import argparse
import collections
import csv
import datetime
import io
import json
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

import h3

from open311 import answers, free_address

# In everything personal, and in nothing else.
MARK = "zqxj"
PHONE = "0899771"
KEY = "leak-key-of-this-run"
LEAST = 5
PATIENCE_S = 180
CATEGORIES = [("Banjir", "banjir"), ("Sampah", "sampah"), ("Jalan Rusak", "jalan_rusak"), ("Macet", "macet")]
# Names of keys under which a person would stand.
PERSONAL = {"user_id", "author_id", "author", "profile_name", "username", "screen_name", "phone", "email", "device_id", "account_id"}


def reports(chance, now, n):
    """Reports as the city is told them, and what is true of them: cell, category, reporter, minute."""
    lines, truth = [], []
    places = [(-6.15 - chance.random() * 0.15, 106.78 + chance.random() * 0.12) for _ in range(60)]
    for number in range(n):
        # Few places have many reports, many have few.
        place = places[min(int(chance.expovariate(0.08)), len(places) - 1)]
        lat, lng = place[0] + chance.uniform(-4e-4, 4e-4), place[1] + chance.uniform(-4e-4, 4e-4)
        name, category = chance.choice(CATEGORIES)
        reporter = chance.randrange(1, 3000)
        filed = now - chance.randrange(2 * 60, 110 * 60)
        moment = datetime.datetime.fromtimestamp(filed, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        phone = PHONE + "%05d" % reporter
        lines.append(json.dumps({
            "post_id": 5_000_000 + number,
            "created_at": moment,
            "updated_at": moment,
            "title": f"{name} {MARK}-title",
            "text": f"{MARK}-text hubungi {phone} @{MARK}_{reporter} di rumah Ibu {MARK}-name",
            "lat": lat,
            "lng": lng,
            "category": name,
            "status": "wait",
            "address": f"Jl. {MARK}-street 7",
            "user_id": f"{MARK}{reporter}",
            "profile_name": f"{MARK}_{reporter}",
            "image_url": f"https://img.example/{MARK}/{number}.jpg",
        }))
        truth.append((h3.latlng_to_cell(lat, lng, 9), category, reporter, filed))
    return lines, truth


class City:
    def __init__(self, address):
        self.address = address
        self.leaks = []

    def ask(self, path, accept="*/*"):
        request = urllib.request.Request(f"http://{self.address}{path}", headers={"Accept": accept})
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.headers.get_content_type(), answer.read()
        except urllib.error.HTTPError as refusal:
            return refusal.code, refusal.headers.get_content_type(), refusal.read()

    def json(self, path):
        status, _, body = self.ask(path)
        if status != 200:
            sys.exit(f"leaks: {path} answers {status}: {body[:300]}")
        return json.loads(body)

    def leak(self, path, what):
        if len(self.leaks) < 50:
            print(f"leaks: {path}: {what}")
        self.leaks.append((path, what))

    def examine(self, path, accept="*/*"):
        status, kind, body = self.ask(path, accept)
        if status >= 500 and status != 503:
            self.leak(path, f"answers {status}")
        asked = urllib.parse.unquote_plus(path)
        for mark in (MARK, PHONE):
            if mark.encode() in body and mark not in asked:
                at = body.index(mark.encode())
                self.leak(path, f"holds something personal: …{body[max(0, at - 60):at + 40]!r}…")
        if kind.endswith("json"):
            self.walk(path, json.loads(body))
        elif kind == "text/csv" and status == 200:
            for row in csv.DictReader(io.StringIO(body.decode())):
                self.row(path, {name: value if value else None for name, value in row.items() if name})
        return status

    def walk(self, path, value):
        if isinstance(value, list):
            for one in value:
                self.walk(path, one)
        elif isinstance(value, dict):
            self.row(path, value)
            for one in value.values():
                self.walk(path, one)

    def row(self, path, row):
        for name in PERSONAL & row.keys():
            if row[name] is not None and not isinstance(row[name], dict):
                self.leak(path, f"says the {name} {row[name]}")
        if str(row.get("suppressed")).lower() == "true":
            said = [name for name in ("n", "expected", "z", "reporters") if row.get(name) is not None]
            if said:
                self.leak(path, f"is suppressed and yet says {said}: {row}")
        reporters = row.get("reporters")
        if isinstance(reporters, (int, str)) and str(reporters).isdigit() and 1 <= int(reporters) < LEAST:
            self.leak(path, f"counts {reporters} reporters: {row}")


def pools(city, now):
    """What parameters may be, by name; whatever is not listed gets nonsense."""
    areas = city.json("/v1/areas")["items"]
    codes = [area["code"] for area in areas]
    upper = [code.rsplit(".", 1)[0] for code in codes] + ["31"]
    listed = [request["service_request_id"] for request in city.json("/open311/v2/requests.json?page_size=200")]
    hotspots = [hotspot["id"] for hotspot in city.json("/v1/hotspots")["items"]]
    units = [unit["code"] for unit in city.json("/v1/units")["items"]]
    moment = lambda chance: datetime.datetime.fromtimestamp(now - chance.randrange(0, 7200), datetime.timezone.utc).isoformat()
    known = {
        "window": ["1m", "2m", "5m", "15m", "60m", "61m", "6h", "24h", "7d", "30d"],
        "category": [category for _, category in CATEGORIES] + ["kriminal"],
        "channel": ["qlue", "open311", "twitter"],
        "kelurahan": codes,
        "code": codes + upper + units,
        "level": ["cell", "kelurahan", "kecamatan", "kota", "region", "dinas", "channel"],
        "split": ["category"],
        "format": ["json", "geojson", "csv", "arrow"],
        "id": listed + [one.split(":")[-1] for one in listed] + hotspots,
        "unit": units,
        "limit": ["1", "5", "50", "200"],
        "quality": ["plain", "adjusted"],
        "layer": ["cells", "kelurahan", "cells.json", "kelurahan.json"],
        "z": ["9", "10", "11"],
        "x": ["407", "408", "815", "816", "1630", "1631", "1632"],
        "y": ["264", "265", "529", "530", "1058", "1059"],
        "document": ["services.json", "discovery.json", "requests.json", "requests.xml"]
        + [f"{urllib.parse.quote(one)}.{form}" for one in listed[:50] for form in ("json", "xml")],
        "status": ["open", "closed"],
        "service_request_id": listed,
        "service_code": [category for _, category in CATEGORIES],
        "extensions": ["true"],
        "page_size": ["1", "50", "1000"],
        "page": ["1", "2"],
        "ended": ["true", "false"],
        "family": ["flood", "traffic", "waste", "other"],
    }
    return known, moment


def random_path(chance, path, operation, known, moment):
    """An operation with parameters, some of them wrong."""

    def value(name):
        if chance.random() < 0.05:
            return chance.choice(["", "0", "-1", "%00", "'", "null", "9" * 30, "../../etc/passwd", "é"])
        if name in ("at", "as_of", "start_date", "end_date", "since", "until"):
            return moment(chance)
        return chance.choice(known.get(name, ["1", "x", "true"]))

    parameters = operation.get("parameters", [])
    query = {}
    for parameter in parameters:
        name = parameter["name"]
        if parameter["in"] == "path":
            said = value(name) or "x"
            path = path.replace("{%s}" % name, urllib.parse.quote(said, safe="%" if "%" in said else ""))
        elif parameter["in"] == "query" and (parameter.get("required") or chance.random() < 0.4):
            query[name] = value(name)
    return path + ("?" + urllib.parse.urlencode(query) if query else "")


def truth_of(truth, start, end):
    """Reporters and reports by cell, and by cell and category, of a window."""
    people, reports = collections.defaultdict(set), collections.Counter()
    for cell, category, reporter, filed in truth:
        if start <= filed < end:
            for key in (cell, (cell, category)):
                people[key].add(reporter)
                reports[key] += 1
    return people, reports


def seconds(moment):
    return datetime.datetime.fromisoformat(moment.replace("Z", "+00:00")).timestamp()


def small(what, learned, wrong):
    print(f"leaks: by {what}: {learned} counts of fewer than {LEAST} reporters can be learned exactly" + (f", {wrong} guesses are wrong" if wrong else ""))


def subtract(city, truth):
    """What is learned of suppressed counts by taking one answer from another."""
    whole, parts = city.json("/v1/cells?window=60m"), city.json("/v1/cells?window=60m&split=category")
    if whole["window_end"] != parts["window_end"]:
        sys.exit("leaks: the city moves while it is examined")
    people, reports = truth_of(truth, seconds(whole["window_start"]), seconds(whole["window_end"]))
    for item in whole["items"]:
        told = None if item["suppressed"] else item["n"]
        if told is not None and len(people[item["h3"]]) < LEAST:
            city.leak("/v1/cells", f"shows a cell of {len(people[item['h3']])} reporters: {item}")
        if told is not None and told != reports[item["h3"]]:
            print(f"leaks: {item['h3']} holds {reports[item['h3']]} reports and is shown with {told}")

    by_cell = collections.defaultdict(list)
    for item in parts["items"]:
        by_cell[item["h3"]].append(item)
    learned = wrong = 0
    for item in whole["items"]:
        hidden = [part for part in by_cell[item["h3"]] if part["suppressed"]]
        if item["suppressed"] or len(hidden) != 1:
            continue
        rest = item["n"] - sum(part["n"] for part in by_cell[item["h3"]] if not part["suppressed"])
        right = rest == reports[(item["h3"], hidden[0]["category"])]
        learned, wrong = learned + right, wrong + (not right)
    small("a cell less its categories", learned, wrong)

    learned = wrong = 0
    end = seconds(whole["window_end"])
    for minutes in (10, 20, 30, 40, 50):
        shorter = {item["h3"]: item for item in city.json(f"/v1/cells?window={minutes}m")["items"]}
        longer = {item["h3"]: item for item in city.json(f"/v1/cells?window={minutes + 1}m")["items"]}
        people, reports = truth_of(truth, end - (minutes + 1) * 60, end - minutes * 60)
        for cell, item in longer.items():
            before = shorter.get(cell)
            if item["suppressed"] or before is None or before["suppressed"] or not 0 < len(people[cell]) < LEAST:
                continue
            right = item["n"] - before["n"] == reports[cell]
            learned, wrong = learned + right, wrong + (not right)
    small("a window less one that is a minute shorter", learned, wrong)

    people, reports = truth_of(truth, seconds(whole["window_start"]), seconds(whole["window_end"]))
    listed = collections.Counter()
    for page in range(1, 50):
        found = city.json(f"/open311/v2/requests.json?extensions=true&page={page}")
        for request in found:
            if seconds(whole["window_start"]) <= seconds(request["requested_datetime"]) < seconds(whole["window_end"]):
                listed[(request.get("extended_attributes") or {}).get("h3")] += 1
        if len(found) < 1000:
            break
    hidden = [item["h3"] for item in whole["items"] if item["suppressed"]]
    learned = sum(listed[cell] == reports[cell] for cell in hidden)
    small("the list of GeoReport, report by report", learned, len(hidden) - learned)

    learned = 0
    for area in city.json("/v1/areas")["items"]:
        for category in city.json(f"/v1/areas/{area['code']}")["categories"]:
            learned += 1 <= category["n"] < LEAST
    small("areas, whose complaints are counted whoever filed them", learned, 0)


def examine(city, truth, arguments, now):
    chance = random.Random(arguments.seed)
    document = city.json("/openapi.json")
    asked = [(path, item["get"]) for path, item in document["paths"].items() if "get" in item and path != "/v1/live"]
    known, moment = pools(city, now)
    subtract(city, truth)
    statuses = collections.Counter()
    forms = ["*/*", "application/json", "application/geo+json", "text/csv", "application/vnd.apache.arrow.stream", "text/xml"]
    reached = collections.Counter()
    for number in range(arguments.queries):
        # Each operation in turn: none is left out by chance.
        path, operation = asked[number % len(asked)]
        status = city.examine(random_path(chance, path, operation, known, moment), chance.choice(forms))
        statuses[status] += 1
        reached[path] += status == 200
    print(f"leaks: {arguments.queries} questions of {len(asked)} operations, answered with {dict(sorted(statuses.items()))}")
    never = sorted(path for path, _ in asked if not reached[path])
    print(f"leaks: the public was never given anything at {', '.join(never) or '(all answered)'}")
    if sum(reached.values()) < arguments.queries // 5:
        sys.exit("leaks: so few questions were answered that nothing is shown by it")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tanggap", required=True)
    parser.add_argument("--queries", type=int, default=4_000)
    parser.add_argument("--reports", type=int, default=4_000)
    parser.add_argument("--seed", type=int, default=17)
    arguments = parser.parse_args()
    now = int(time.time())
    lines, truth = reports(random.Random(arguments.seed), now, arguments.reports)
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        api, broker = free_address(), free_address()
        config = work / "tanggap.toml"
        config.write_text(f'[api]\nlisten = "{api}"\n[open311]\nkeys = ["{KEY}"]\n')
        server = subprocess.Popen([arguments.tanggap, "serve", "--config", config, "--data-dir", work / "data", "--broker-listen", broker])
        try:
            city = City(api)
            wait_until("the city answers", lambda: answers(api))
            produce = [arguments.tanggap, "simulate", "--stdin", "qlue.reports", "--brokers", broker]
            subprocess.run(produce, input="\n".join(lines) + "\n", text=True, check=True)

            def read():
                return sum(lane["accounting"]["applied"] for lane in city.json("/v1/sources")["items"]) >= arguments.reports

            wait_until("all reports are read", read)
            examine(city, truth, arguments, now)
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(60)
    if city.leaks:
        sys.exit(f"leaks: {len(city.leaks)} leaks")
    print("leaks: nothing personal in any answer")


def wait_until(what, wanted):
    for _ in range(PATIENCE_S * 5):
        if wanted():
            return
        time.sleep(0.2)
    sys.exit(f"leaks: {what}: not within {PATIENCE_S} s")


if __name__ == "__main__":
    main()
