"""Asks a city everything the public may ask, and looks for people in the answers.

    leaks.py --tanggap PROGRAM [--queries N] [--seed N]

The city is told some thousands of reports in which everything personal bears a mark: names, handles, phone numbers, texts, addresses,
pictures. Then every GET operation of `/openapi.json` is asked, with good parameters and bad ones, as somebody without a token. Exit 1 if

- a mark is in any answer, in whatever form, unless the question held it;
- an answer says how many reporters there are where there are one to four;
- a term of tweets that is told was used by fewer than five people, counted here, or its numbers are not rounded;
- a cell that is shown has, counted here from what was sent, fewer than five reporters, or its numbers are not rounded;
- a count of fewer than five reporters can be learned by taking answers from each other: cells and categories, windows and shorter ones,
  an hour and its quarters, a kelurahan and its cells, the list of GeoReport (`subtract.py`, which first checks itself on invented answers).

Complaints by kelurahan, category and day can be counted in the list of single complaints, which is what it is for; areas must tell the same
counts. Cells are Uber's h3, counts are this script's own.
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
from subtract import LEAST, Attack, check_itself, rfc3339, seconds, truth_of

# In everything personal, and in nothing else.
MARK = "zqxj"
PHONE = "0899771"
KEY = "leak-key-of-this-run"
PATIENCE_S = 180
CATEGORIES = [("Banjir", "banjir"), ("Sampah", "sampah"), ("Jalan Rusak", "jalan_rusak"), ("Macet", "kemacetan")]
# Names of keys under which a person would stand.
PERSONAL = {"user_id", "author_id", "author", "profile_name", "username", "screen_name", "phone", "email", "device_id", "account_id"}


def reports(chance, now, n):
    """Reports as the city is told them, and what is true of them: cell, category, reporter, minute."""
    lines, truth = [], []
    places = [(-6.15 - chance.random() * 0.15, 106.78 + chance.random() * 0.12) for _ in range(60)]
    for number in range(n + 1):
        # Few places have many reports, many have few.
        place = places[min(int(chance.expovariate(0.08)), len(places) - 1)]
        lat, lng = place[0] + chance.uniform(-4e-4, 4e-4), place[1] + chance.uniform(-4e-4, 4e-4)
        name, category = chance.choice(CATEGORIES)
        reporter = chance.randrange(1, 3000)
        # The last moves the watermark past all others, so that the list has them.
        filed = now - chance.randrange(2 * 60, 110 * 60) if number < n else now
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


def tweets(chance, now):
    """Tweets as the city is told them, and who used which word when. Words of few people bear the mark; so does everything personal."""
    lines, said = [], []

    def tweet(author, word, before_s):
        filed = now - before_s
        moment = datetime.datetime.fromtimestamp(filed, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        text = (f"ramai {word} di Jakarta Selatan kata Ibu {MARK.capitalize()}ani @{MARK}_{author} hubungi {PHONE}{author:05d} bit.ly/{MARK}{author} "
                f"{MARK}{author}@mail.example {MARK}_{author}")
        lines.append((filed, json.dumps({"data": {"id": str(9_000_000 + len(lines)), "author_id": f"{MARK}{author}", "created_at": moment, "text": text}})))
        said.append((f"ramai {word}", author, filed))

    # For two hours some speak of the usual, then many of something new, and one to four people again and again of what nobody else does.
    for _ in range(600):
        tweet(chance.randrange(200), "angkot", chance.randrange(60, 7_000))
    for author in range(300, 340):
        tweet(author, "#lampumati listrik", chance.randrange(60, 1_200))
    for few in range(1, LEAST):
        for repeat in range(30):
            tweet(400 + 10 * few + repeat % few, f"{MARK}rahasia" + "abcd"[few - 1], 60 + 20 * repeat)
    return [line for _, line in sorted(lines)], said


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
        "area": ["31.74", "31.71", "unknown"],
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


def learn(city, truth):
    """What somebody learns of few who takes answers from each other (`subtract.py`); all of it is a leak."""

    def ask(path):
        status, _, body = city.ask(path)
        if status == 400:
            return None
        if status != 200:
            sys.exit(f"leaks: {path} answers {status}: {body[:300]}")
        return json.loads(body)

    somebody = Attack(ask)
    somebody.look()
    somebody.reckon()
    right, wrong = somebody.learned(truth)
    for (cell, category, start, end), n in right:
        city.leak("subtraction", f"{cell}, {category or 'all categories'}, {rfc3339(start)} to {rfc3339(end)}: {n} of fewer than {LEAST} reporters")
    for words in somebody.odd:
        city.leak("subtraction", words)
    groups = sum(group[0] in somebody.kelurahan for group in somebody.bounds)
    print(f"leaks: of {groups} groups in {len(somebody.windows)} windows {len(right)} of fewer than {LEAST} reporters are learned, {wrong} guesses are wrong")
    if not somebody.windows or not somebody.kelurahan or not somebody.listed:
        sys.exit("leaks: nothing was told that could be subtracted")
    shown(city, truth)
    areas(city, somebody.listed)
    hotspots(city)


def shown(city, truth):
    """That every cell that is shown is of enough people, and rounded down from what was sent."""
    for path in ("/v1/cells?window=60m", "/v1/cells?window=24h&split=category"):
        answer = city.json(path)
        step = answer["rounded_to"]
        people, reports = truth_of(truth, seconds(answer["window_start"]), seconds(answer["window_end"]))
        for item in answer["items"]:
            key = (item["h3"], item.get("category"))
            if len(people[key]) < LEAST:
                city.leak(path, f"shows a cell of {len(people[key])} reporters: {item}")
            if item["n"] % LEAST or item["reporters"] % LEAST or step != LEAST:
                city.leak(path, f"is not rounded: {item}")
            if item["n"] > reports[key] or item["reporters"] > len(people[key]):
                print(f"leaks: {key} holds {reports[key]} reports by {len(people[key])} and is shown with {item}")
    trending = city.json("/v1/trending")
    for item in trending["items"]:
        if item["n"] % LEAST or item["reporters"] % LEAST:
            city.leak("/v1/trending", f"is not rounded: {item}")


def terms(city, said):
    """That a term is told of enough people only, rounded down from who used it."""
    told = 0
    for area in ("", "&area=31.74"):
        for window in ("1h", "6h", "24h"):
            path = f"/v1/terms?window={window}&limit=100{area}"
            answer = city.json(path)
            start, end = seconds(answer["window_start"]), seconds(answer["window_end"])
            for item in answer["items"]:
                people = {author for words, author, filed in said if item["term"] in words.split() and start <= filed < end}
                told += 1
                if len(people) < LEAST or item["observed"] > len(people):
                    city.leak(path, f"tells a term of {len(people)} people: {item}")
                counts = [item["observed"]] + [one["reporters"] for one in item["categories"]]
                if any(count < LEAST or count % LEAST for count in counts):
                    city.leak(path, f"is not rounded: {item}")
            if any(answer[name] % LEAST for name in ("sample", "learned", "tested")):
                city.leak(path, "is not rounded")
    print(f"leaks: {told} terms are told")
    if told == 0:
        sys.exit("leaks: no term was told, so nothing is shown by it")


def areas(city, listed):
    """That an area tells of its complaints what can be counted in the list of single ones, and nothing else."""
    counts = collections.Counter((kelurahan, category) for kelurahan, category, *_ in listed)
    told = collections.Counter()
    for area in city.json("/v1/areas")["items"]:
        answer = city.json(f"/v1/areas/{area['code']}")
        told.update({(area["code"], one["category"]): one["n"] for one in answer["categories"]})
        if answer["n"] != sum(one["n"] for one in answer["categories"]):
            city.leak(f"/v1/areas/{area['code']}", f"counts more than it lists: {answer}")
    for what in sorted(told.keys() | {key for key in counts if key[0]}):
        if told[what] != counts[what]:
            city.leak(f"/v1/areas/{what[0]}", f"counts {told[what]} of {what[1]}, of which {counts[what]} are listed one by one")
    print(f"leaks: {len(told)} counts of complaints by kelurahan and category are those of the list")
    by_kelurahan = collections.Counter(kelurahan for kelurahan, *_ in listed)
    for row in city.json("/v1/rankings/kelurahan?window=all")["items"]:
        if row["n"] != by_kelurahan[row["code"]]:
            city.leak("/v1/rankings/kelurahan", f"counts {row['n']} of {row['code']}, of which {by_kelurahan[row['code']]} are listed one by one")


def hotspots(city):
    for item in city.json("/v1/hotspots?ended=true")["items"]:
        why = city.json(f"/v1/hotspots/{item['id']}")
        products = why["of_zone"] * why["of_window"] / max(1, why["of_city"])
        exact = [name for name in ("observed", "of_zone", "of_window", "of_city") if why[name] % LEAST]
        if exact or why["statistic"] is not None or why["usual"] is not None or why["week"] is not None or abs(why["expected"] - products) > 1e-6:
            city.leak(f"/v1/hotspots/{item['id']}", f"tells exact numbers: {exact or why}")


def examine(city, truth, said, arguments, now):
    chance = random.Random(arguments.seed)
    document = city.json("/openapi.json")
    asked = [(path, item["get"]) for path, item in document["paths"].items() if "get" in item and path != "/v1/live"]
    known, moment = pools(city, now)
    learn(city, truth)
    terms(city, said)
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
    parser.add_argument("--queries", type=int, default=10_000)
    parser.add_argument("--reports", type=int, default=4_000)
    parser.add_argument("--seed", type=int, default=17)
    arguments = parser.parse_args()
    print(f"leaks: the check finds what it should in invented answers: {check_itself()}")
    now = int(time.time())
    lines, truth = reports(random.Random(arguments.seed), now, arguments.reports)
    tweeted, said = tweets(random.Random(arguments.seed + 1), now)
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        api, broker = free_address(), free_address()
        config = work / "tanggap.toml"
        config.write_text(f'[api]\nlisten = "{api}"\nrequests_per_s = 0\n[open311]\nkeys = ["{KEY}"]\n[text]\nchannels = ["twitter"]\nterms = true\n')
        server = subprocess.Popen([arguments.tanggap, "serve", "--config", config, "--data-dir", work / "data", "--broker-listen", broker])
        try:
            city = City(api)
            wait_until("the city answers", lambda: answers(api))
            for topic, payloads in (("twitter.tweets", tweeted), ("qlue.reports", lines)):
                produce = [arguments.tanggap, "simulate", "--stdin", topic, "--brokers", broker]
                subprocess.run(produce, input="\n".join(payloads) + "\n", text=True, check=True)

            def read():
                return sum(lane["accounting"]["applied"] for lane in city.json("/v1/sources")["items"]) >= len(lines) + len(tweeted)

            wait_until("all reports are read", read)
            wait_until("complaints are listed", lambda: city.json("/open311/v2/requests.json?page_size=1"))
            examine(city, truth, said, arguments, now)
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(60)
    if city.leaks:
        sys.exit(f"leaks: {len(city.leaks)} leaks")
    print("leaks: nothing personal in any answer, and no count of few")


def wait_until(what, wanted):
    for _ in range(PATIENCE_S * 5):
        if wanted():
            return
        time.sleep(0.2)
    sys.exit(f"leaks: {what}: not within {PATIENCE_S} s")


if __name__ == "__main__":
    main()
