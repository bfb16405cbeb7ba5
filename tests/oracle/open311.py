"""Talks to `/open311/v2` as other cities' programs do: with `three`, Code for America's client, in JSON, and with an XML parser.

    open311.py --tanggap PROGRAM                      starts a city of its own, with an embedded broker
    open311.py --address HOST:PORT --key KEY          asks one that runs (`tanggap demo` has the key `demo`)

Exit 1 with the first thing that is not as GeoReport has it. Where a position must lie says Uber's h3, not ours. `three` was written for
Python 2; the one name of it that Python 3 lacks is given back to it below, and it is told not to convert XML.
"""

import argparse
import itertools
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
import xml.etree.ElementTree as xml

import h3

itertools.ifilter = filter
import three  # noqa: E402

KEY = "oracle-key-of-this-run"
# Medan Merdeka: latitude, longitude.
PLACE = (-6.17539, 106.82715)
PATIENCE_S = 120


def free_address():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return "127.0.0.1:%d" % taken.getsockname()[1]


def answers(address):
    try:
        with urllib.request.urlopen(f"http://{address}/healthz", timeout=5):
            return True
    except OSError:
        return False


def wait_until(what, wanted, look):
    """What `look` gives once `wanted` holds of it."""
    for _ in range(PATIENCE_S * 5):
        seen = look()
        if wanted(seen):
            return seen
        time.sleep(0.2)
    sys.exit(f"open311: {what}: not within {PATIENCE_S} s: {seen}")


def check(what, holds, seen):
    if not holds:
        sys.exit(f"open311: {what}: {seen}")
    print(f"open311: {what}")


def refused(what, answer, code):
    first = answer[0] if isinstance(answer, list) and answer else {}
    check(what, first.get("code") == code and first.get("description"), answer)


def examine(address, key, staff=False):
    endpoint = f"http://{address}/open311/v2/"
    client = three.Three(endpoint, api_key=key)
    discovered = client.discovery()["endpoints"][0]
    check("discovery names the endpoint and both forms", discovered["url"] + "/" == endpoint and len(discovered["formats"]) == 2, discovered)
    services = client.services()
    codes = {service["service_code"] for service in services}
    check("services are listed, each once", "banjir" in codes and len(codes) == len(services), services)
    check("every service is filed at once", {service["type"] for service in services} == {"realtime"}, services)
    check("a service has a definition", client.services("banjir")["service_code"] == "banjir", client.services("banjir"))
    refused("a service nobody has is refused", client.services("ufo"), 404)

    filed = {"address": "Jl. Medan Merdeka & Gambir <1>", "lat": PLACE[0], "long": PLACE[1], "description": "Setinggi lutut, \"dalam\" é"}
    device = uuid.uuid4().hex
    posted = client.post("banjir", device_id=device, name="Siti Aminah", **filed)
    check("a request is filed and has its id at once", client.post_response.status_code == 201, posted)
    number = posted[0]["service_request_id"]
    again = client.post("banjir", device_id=device, name="Siti Aminah", **filed)
    check("the same again is the same request", again[0]["service_request_id"] == number, again)
    refused("a key nobody gave out is refused", three.Three(endpoint, api_key="guess").post("banjir", **filed), 403)
    refused("a request for a service nobody has is refused", client.post("ufo", **filed), 404)
    refused("a request without a place is refused", client.post("banjir", description="di mana-mana"), 400)

    shown = wait_until("the request is shown", lambda found: "service_request_id" in found[0], lambda: client.request(number))
    request = shown[0]
    check("it is the one that was filed", (request["service_request_id"], request["service_code"]) == (number, "banjir"), request)
    check("it is open", request["status"] == "open", request)
    centre = h3.cell_to_latlng(h3.latlng_to_cell(*PLACE, 9))
    near = abs(request["lat"] - centre[0]) < 0.03 and abs(request["long"] - centre[1]) < 0.03
    exact = abs(request["lat"] - centre[0]) < 1e-5 and abs(request["long"] - centre[1]) < 1e-5
    check("it lies in its kelurahan, and its cell is not told", near and (exact if staff else not exact), (request["lat"], request["long"], centre))
    midnight = request["requested_datetime"].endswith("T17:00:00Z")
    check("and the day it was filed", midnight or staff, request["requested_datetime"])
    check("neither text nor reporter is shown", not any(word in str(request) for word in ("lutut", device, "Siti", "Merdeka")), request)
    check("a token leads to its id", client.token(number)[0]["service_request_id"] == number, client.token(number))
    refused("a request nobody filed is not found", client.request("none"), 404)

    today = time.strftime("%m-%d-%Y", time.gmtime())
    tomorrow = time.strftime("%m-%d-%Y", time.gmtime(time.time() + 86_400))
    listed = client.requests("banjir", between=[today, tomorrow], status="open")
    check("it is among today's", number in {one["service_request_id"] for one in listed}, listed)
    check("a page is as long as it is asked to be", len(client.requests(count=1)) == 1, client.requests(count=1))
    check("nothing of it is closed", number not in {one.get("service_request_id") for one in client.requests(status="closed")}, "closed")
    refused("a status nobody has is refused", client.requests(status="done"), 400)

    plain = three.Three(endpoint, api_key=key, format="xml")

    def tree(content, root):
        element = xml.fromstring(content)
        check(f"<{root}> is well-formed XML", element.tag == root, content)
        return element

    listed = tree(plain.services(convert=False), "services")
    check("XML lists the same services", {one.findtext("service_code") for one in listed} == codes, codes)
    tree(plain.discovery(url=endpoint + "discovery.xml"), "discovery")
    one = tree(plain.request(number, convert=False), "service_requests").find("request")
    check("XML shows the same request", float(one.findtext("lat")) == request["lat"], one.findtext("lat"))
    errors = tree(plain.request("none", convert=False), "errors")
    check("refusals are XML too", errors.find("error").findtext("code") == "404", errors)


def city(program, work):
    """A city of its own, as long as it is examined."""
    api, broker = free_address(), free_address()
    config = work / "tanggap.toml"
    # What is filed shows without waiting for what comes after it.
    config.write_text(f'[time]\ndelay_s = 0\n[api]\nlisten = "{api}"\n[open311]\nkeys = ["{KEY}"]\n')
    server = subprocess.Popen([program, "serve", "--config", config, "--data-dir", work / "data", "--broker-listen", broker])
    try:
        wait_until("the city", bool, lambda: answers(api))
        examine(api, KEY)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(PATIENCE_S)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tanggap")
    parser.add_argument("--address")
    parser.add_argument("--key", default="demo")
    arguments = parser.parse_args()
    if arguments.address:
        # Whoever asks a demo from its own machine is staff there.
        return examine(arguments.address, arguments.key, staff=True)
    if not arguments.tanggap:
        parser.error("say which program to start, or which address to ask")
    with tempfile.TemporaryDirectory() as work:
        city(arguments.tanggap, pathlib.Path(work))


if __name__ == "__main__":
    main()
