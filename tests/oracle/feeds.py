"""Reads the payloads of the city's topics, one at a time, by the rules of DESIGN sections 2.5, 2.7 and 3 and nothing else.

`reader(topic)` gives a function from the bytes of a payload to a list of events. An event is a tuple
(class, id, version, event_time, own_time, position, category, status, unit, channel, kind); a refused one is its reason, a text.
Times are whole microseconds since the epoch, UTC; a position is (longitude, latitude) in degrees or None.
Written apart from the Rust decoders, which it is held against; json and re do the reading.
"""

import json
import re
import struct
from datetime import datetime, timedelta, timezone

REPORT, TRANSITION, JAM, IRREGULARITY, LEVEL = "report", "transition", "jam", "irregularity", "level"
JAKARTA = timedelta(hours=7)
EPOCH = datetime(1970, 1, 1)
EARLIEST = 946_684_800_000_000  # 2000-01-01: what is older is a zero or a broken clock, not an event time.

QLUE_CATEGORIES = {
    "sampah": "sampah", "parkir liar": "parkir_liar", "jalan rusak": "jalan_rusak", "macet": "kemacetan", "banjir": "banjir",
    "pkl liar": "pkl_liar", "fasilitas umum": "fasilitas_umum", "pelanggaran": "pelanggaran", "iklan liar": "pelanggaran",
    "pohon tumbang": "pohon_tumbang", "lampu jalan mati": "penerangan_jalan", "kebakaran": "kebakaran", "flood": "banjir",
}
CANONICAL = (
    "kemacetan banjir sampah parkir_liar jalan_rusak pengemis joki_3in1 kriminal kebakaran kebersihan bencana pelanggaran pkl_liar "
    "pohon_tumbang fasilitas_umum penerangan_jalan layanan_administrasi kecelakaan penutupan_jalan bahaya_jalan lainnya"
).split()
QLUE_CATEGORIES |= {name: name for name in CANONICAL} | {name.replace("_", " "): name for name in CANONICAL}

STATUSES = {
    "wait": "received", "process": "in_progress", "done": "resolved", "menunggu": "received", "proses": "in_progress",
    "selesai": "resolved", "disposisi": "assigned", "koordinasi": "coordinated",
    "withdraw": "withdrawn", "dicabut": "withdrawn", "ditarik": "withdrawn", "dibatalkan": "withdrawn", "cancelled": "withdrawn",
    "canceled": "withdrawn", "menunggu_pelapor": "asked", "menunggu_jawaban_pelapor": "asked", "waiting_reporter": "asked",
    "waiting_for_reporter": "asked",
} | {
    name: name
    for name in (
        "received verified assigned coordinated dispatched in_progress resolved closed_no_action duplicate not_ours reopened rated "
        "withdrawn asked"
    ).split()
}


def refuse_constant(name):
    raise ValueError(name)  # NaN and Infinity are Python's, not JSON's.


DECODER = json.JSONDecoder(parse_constant=refuse_constant)


def parse_object(payload):
    """The JSON object a payload is, or None."""
    try:
        value = DECODER.decode(payload.decode("utf-8"))
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def text(value):
    """An id or a name: a non-empty string, or a number as written."""
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, bool) or value is None or isinstance(value, (dict, list)):
        return None
    return str(value)


def number(value):
    """A number, or a string that is one."""
    if isinstance(value, bool) or value is None or isinstance(value, (dict, list)):
        return None
    try:
        value = float(value)
    except (ValueError, OverflowError):
        return None
    return value if value - value == 0.0 else None


def first(values, names, read):
    """The first field of several that can be read."""
    for name in names:
        if name in values and (found := read(values[name])) is not None:
            return found
    return None


ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,:](\d{1,9}))?)?\s?(Z|[+-]\d\d(?::?\d\d)?)?$")
CTIME = "%a %b %d %H:%M:%S %z %Y"
DAYS = {}


def parse_time(value, zone=JAKARTA):
    """A time in microseconds, or None; a text without an offset is in `zone`."""
    if isinstance(value, str):
        micros = parse_time_text(value.strip(), zone)
    else:
        micros = parse_epoch(value)
    return micros if micros is not None and micros >= EARLIEST else None


def parse_epoch(value):
    """Seconds, milliseconds or microseconds, told apart by their size."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < 1e17:
        return None
    return int(value * (1_000_000 if value < 1e11 else 1_000 if value < 1e14 else 1))


def parse_time_text(value, zone):
    if value.isdigit():
        return parse_epoch(int(value))
    match = ISO.match(value)
    if match is None:
        try:
            moment = datetime.strptime(value, CTIME)
        except ValueError:
            return None
        return micros_of(moment.astimezone(timezone.utc).replace(tzinfo=None))
    year, month, day, hour, minute, second, fraction, offset = match.groups()
    date = value[:10]
    midnight = DAYS.get(date)
    if midnight is None:
        try:
            midnight = micros_of(datetime(int(year), int(month), int(day)))
        except ValueError:
            return None
        DAYS[date] = midnight
    hour, minute, second = int(hour), int(minute), int(second or 0)
    if hour > 23 or minute > 59 or second > 59:
        return None
    if offset is None:
        ahead = int(zone.total_seconds())
    elif offset == "Z":
        ahead = 0
    else:
        digits = offset[1:].replace(":", "")
        ahead = int(digits[:2]) * 3600 + int(digits[2:] or 0) * 60
        ahead = -ahead if offset[0] == "-" else ahead
    micros = int((fraction or "0").ljust(6, "0")[:6])
    return midnight + (hour * 3600 + minute * 60 + second - ahead) * 1_000_000 + micros


def micros_of(moment):
    return (moment - EPOCH) // timedelta(microseconds=1)


def pair(longitude, latitude):
    return (longitude, latitude) if longitude is not None and latitude is not None else None


def ewkb_point(value):
    """A WGS 84 point as a PostGIS column prints it: little-endian EWKB with SRID 4326, in hexadecimal."""
    try:
        order, kind, srid, longitude, latitude = struct.unpack("<BIIdd", bytes.fromhex(value))
    except (TypeError, ValueError, struct.error):
        return None
    return pair(number(longitude), number(latitude)) if (order, kind, srid) == (1, 0x20000001, 4326) else None


def read_qlue(payload):
    """One report, in any of its three shapes."""
    report = parse_object(payload)
    if report is None:
        return ["no_json_object"]
    identity = first(report, ("post_id", "id"), text)
    if identity is None:
        return ["no_id"]
    event_time = first(report, ("created_at", "post_date"), parse_time)
    if event_time is None:
        return ["no_event_time"]
    updated = parse_time(report["updated_at"]) if "updated_at" in report else None
    status = text(report.get("status"))
    status = STATUSES.get(status.lower(), status) if status else None
    position = pair(first(report, ("loc_lng", "lng"), number), first(report, ("loc_lat", "lat"), number))
    if position is None and isinstance(report.get("location"), dict):
        position = pair(number(report["location"].get("lng")), number(report["location"].get("lat")))
    if position is None:
        position = first(report, ("the_geom_hex_ewkb",), ewkb_point)
    name = first(report, ("category", "disaster_type"), text)
    category = QLUE_CATEGORIES.get(name.lower(), "lainnya") if name else "lainnya"
    kind = (text(report.get("kind")) or "complaint").lower()
    own_time = event_time if updated is None else updated
    version = (status, updated if updated is not None else text(report.get("updated_at")))
    return [(REPORT, identity, version, event_time, own_time, position, category, status, text(report.get("unit")), "qlue", kind)]


def read_crm(payload):
    """One transition: its id is (report, status, time), so it has no versions."""
    transition = parse_object(payload)
    if transition is None:
        return ["no_json_object"]
    identity = first(transition, ("report_id", "id"), text)
    if identity is None:
        return ["no_id"]
    status = STATUSES.get((text(transition.get("status")) or "").lower())
    if status is None:
        return ["no_status"]
    time = first(transition, ("time", "created_at"), parse_time)
    if time is None:
        return ["no_event_time"]
    channel = text(transition.get("channel"))
    key = (identity, status, time)
    return [(TRANSITION, key, None, time, time, None, None, status, text(transition.get("unit")), channel, identity)]


def waze_category(alert):
    kind, subtype = alert.get("type"), alert.get("subtype")
    if kind in ("JAM", "ACCIDENT"):
        return "kemacetan" if kind == "JAM" else "kecelakaan"
    if subtype == "HAZARD_WEATHER_FLOOD":
        return "banjir"
    if subtype == "HAZARD_ON_ROAD_POT_HOLE":
        return "jalan_rusak"
    if subtype == "HAZARD_ON_ROAD_TRAFFIC_LIGHT_FAULT":
        return "fasilitas_umum"
    if kind == "ROAD_CLOSED" or subtype == "HAZARD_ON_ROAD_CONSTRUCTION":
        return "penutupan_jalan"
    return "bahaya_jalan" if kind in ("HAZARD", "WEATHERHAZARD") else "lainnya"


def read_waze_object(found, kind, window_end, raw):
    if not isinstance(found, dict):
        return "no_json_object"
    irregular = kind == IRREGULARITY
    identity = first(found, ("id", "uuid") if irregular else ("uuid", "id"), text)
    if identity is None:
        return "no_id"
    utc = timedelta(0)
    times = ("detectionDateMillis", "detectionDate", "pubMillis") if irregular else ("pubMillis",)
    event_time = first(found, times, lambda value: parse_time(value, utc))
    if event_time is None:
        return "no_event_time"
    own_time = event_time
    category = None
    if irregular:
        updated = first(found, ("updateDateMillis", "updateDate"), lambda value: parse_time(value, utc))
        own_time = event_time if updated is None else updated
    if kind == REPORT:
        place = found.get("location")
        category = waze_category(found)
    else:
        line = found.get("line")
        place = line[0] if isinstance(line, list) and line else None
    position = pair(number(place.get("x")), number(place.get("y"))) if isinstance(place, dict) else None
    version = window_end if window_end is not None else raw or json.dumps(found, sort_keys=True)
    return (kind, identity, version, event_time, own_time, position, category, None, None, "waze", "alert")


def read_waze(payload):
    """One object with its feed window beside its fields or around it, or a whole feed document."""
    feed = parse_object(payload)
    if feed is None:
        return ["no_json_object"]
    utc = timedelta(0)
    window_end = first(feed, ("endTimeMillis", "endTime"), lambda value: parse_time(value, utc))
    for name, kind in (("alert", REPORT), ("jam", JAM), ("irregularity", IRREGULARITY)):
        if isinstance(feed.get(name), dict):
            return [read_waze_object(feed[name], kind, window_end, None)]
    lists = (("alerts", REPORT), ("jams", JAM), ("irregularities", IRREGULARITY))
    fields = ("uuid", "pubMillis", "location", "line", "detectionDateMillis", "type")
    if any(name in feed for name in fields):
        irregular = any(name in feed for name in ("detectionDateMillis", "driversCount", "regularSpeed"))
        kind = IRREGULARITY if irregular else JAM if "line" in feed else REPORT
        return [read_waze_object(feed, kind, window_end, payload)]
    if any(name in feed for name, _ in lists):
        return [
            read_waze_object(found, kind, window_end, None)
            for name, kind in lists
            for found in (feed.get(name) if isinstance(feed.get(name), list) else [])
        ]
    return [] if window_end is not None or "startTimeMillis" in feed else ["no_id"]


def read_tweet(tweet):
    if not isinstance(tweet, dict):
        return "no_json_object"
    identity = first(tweet, ("id_str", "id"), text)
    if identity is None:
        return "no_id"
    time = first(tweet, ("created_at", "timestamp_ms"), parse_time)
    if time is None:
        return "no_event_time"
    edits = tweet.get("edit_history_tweet_ids")
    original = (text(edits[0]) if isinstance(edits, list) and edits else None) or identity
    position = None
    geo = tweet.get("geo")
    for point in (geo.get("coordinates") if isinstance(geo, dict) else None, tweet.get("coordinates")):
        # The `geo` of v1.1 has a bare list, latitude first: not this one.
        if isinstance(point, dict) and isinstance(point.get("coordinates"), list) and len(point["coordinates"]) >= 2:
            position = pair(number(point["coordinates"][0]), number(point["coordinates"][1]))
    return (REPORT, original, identity, time, time, position, "lainnya", None, None, "twitter", "tweet")


def read_twitter(payload):
    """A filtered-stream line, a page, a bare v2 tweet, or v1.1. The text is not read: the category is `lainnya`."""
    line = parse_object(payload)
    if line is None:
        return ["no_json_object"]
    data = line.get("data")
    if isinstance(data, dict):
        return [read_tweet(data)]
    if isinstance(data, list):
        return [read_tweet(tweet) for tweet in data]
    return [] if "meta" in line and "id" not in line else [read_tweet(line)]


def read_gauge(payload):
    """One reading: its id is (gauge, time), its version the level."""
    reading = parse_object(payload)
    if reading is None:
        return ["no_json_object"]
    identity = first(reading, ("gauge_id", "id"), text)
    if identity is None:
        return ["no_id"]
    level = first(reading, ("level_cm", "level"), number)
    if level is None:
        return ["no_level"]
    time = first(reading, ("time", "timestamp"), parse_time)
    if time is None:
        return ["no_event_time"]
    return [(LEVEL, (identity, time), round(level), time, time, None, None, None, None, "gauge", None)]


READERS = {
    "qlue.reports": read_qlue,
    "crm.status": read_crm,
    "waze.feed": read_waze,
    "twitter.tweets": read_twitter,
    "gauge.levels": read_gauge,
}


def reader(topic):
    """The reader of a topic."""
    if topic not in READERS:
        raise SystemExit(f"no reader for topic {topic}; known: {', '.join(READERS)}")
    return READERS[topic]


def payloads(path):
    """(payload, broker time in microseconds or None) of each line; an empty line is an empty payload. `kcat -J` is unwrapped."""
    with open(path, "rb") as file:
        head = parse_object(file.readline())
        enveloped = head is not None and {"topic", "partition", "offset", "payload"} <= head.keys()
        file.seek(0)
        for line in file:
            line = line.removesuffix(b"\n")
            if not enveloped:
                yield line, None
                continue
            envelope = parse_object(line)
            if envelope is None:
                yield line, None
                continue
            payload = envelope.get("payload")
            stamp = envelope.get("ts")
            yield payload.encode() if isinstance(payload, str) else b"", stamp * 1000 if isinstance(stamp, int) else None
