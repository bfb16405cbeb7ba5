"""The oracle against counts made by hand and by brute force: who checks must be checked."""

import json
import math
import pathlib
import random
import tempfile
import unittest

import numpy as np
import shapely

import compare
import feeds
import places
import replay_oracle
import response_times


def lane(topic, lines):
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory) / "lane.ndjson"
        path.write_bytes(b"".join(line if isinstance(line, bytes) else json.dumps(line).encode() + b"\n" for line in lines))
        return replay_oracle.Lane(topic, path)


def report(number, time, status="wait", updated=None, **more):
    return {"post_id": number, "post_date": time, "updated_at": updated or time, "status": status, "category": "Sampah"} | more


class Feeds(unittest.TestCase):
    def test_one_moment_is_read_from_every_way_to_write_it(self):
        moment = 1_767_571_953_000_000
        for text in (
            "2026-01-05 07:12:33", "2026-01-05 07:12:33+07", "2026-01-05T00:12:33Z", "2026-01-05T07:12:33+07:00",
            "2026-01-05T07:12:33+0700", "Mon Jan 05 00:12:33 +0000 2026", "2026-01-05T00:12:33.000Z", "1767571953", "1767571953000",
        ):
            self.assertEqual(feeds.parse_time(text), moment, text)
        self.assertEqual(feeds.parse_time(1_767_571_953_000), moment)
        self.assertEqual(feeds.parse_time("2026-01-05 00:12:33:000", feeds.timedelta(0)), moment)
        for text in ("", "yesterday", "0", "1999-12-31T23:59:59Z", "2026-02-30 00:00:00", "2026-01-05 25:00:00", None, True, {}):
            self.assertIsNone(feeds.parse_time(text), text)

    def test_the_shapes_of_a_report_say_the_same(self):
        shapes = [
            {"post_id": 7, "post_date": "2026-01-05 07:00:00", "loc_lat": -6.2, "loc_lng": 106.8, "category": "Macet"},
            {"post_id": "7", "created_at": "2026-01-05 07:00:00+07", "lat": "-6.2", "lng": "106.8", "category": "macet"},
            {"post_id": 7, "created_at": "2026-01-05T00:00:00Z", "location": {"lat": -6.2, "lng": 106.8}, "category": "MACET"},
        ]
        events = [feeds.read_qlue(json.dumps(shape).encode()) for shape in shapes]
        self.assertEqual(events[0], events[1])
        self.assertEqual(events[0], events[2])
        self.assertEqual(events[0][0][5:7], ((106.8, -6.2), "kemacetan"))

    def test_a_reporter_takes_a_report_back_or_is_asked(self):
        for word, status in (("Dicabut", "withdrawn"), ("withdrawn", "withdrawn"), ("asked", "asked"), ("waiting_reporter", "asked")):
            payload = {"report_id": 1, "status": word, "time": "2026-01-05 07:00:00", "photos": {"after": {"url": "u"}}}
            self.assertEqual(feeds.read_crm(json.dumps(payload).encode())[0][7], status, word)

    def test_a_database_point_is_read(self):
        longitude, latitude = feeds.ewkb_point("0101000020E6100000CDCCCCCCCCB45A400000000000001AC0")
        self.assertEqual((longitude, latitude), (106.825, -6.5))
        self.assertIsNone(feeds.ewkb_point("0101"))
        self.assertIsNone(feeds.ewkb_point(7))

    def test_what_is_no_json_object_is_refused(self):
        for payload in (b"", b"[]", b"null", b"{", b'{"post_id":NaN}', b"\xff{}", b"\xef\xbb\xbf{}", b'{"a":1} x'):
            self.assertEqual(feeds.read_qlue(payload), ["no_json_object"], payload)


class Fates(unittest.TestCase):
    def test_a_small_lane_counted_by_hand(self):
        lines = [
            report(1, "2026-01-05 10:00:00"),                                   # applied
            report(1, "2026-01-05 10:00:00"),                                   # duplicate
            report(1, "2026-01-05 10:00:00", "process", "2026-01-05 11:00:00"), # updated
            report(1, "2026-01-05 10:00:00"),                                   # duplicate: an older version
            report(2, "2026-01-06 12:00:00"),                                   # applied; watermark 11:59 of the 6th
            report(3, "2026-01-05 11:58:59"),                                   # late: pane end 11:59 + 24 h
            report(3, "2026-01-05 11:58:59", "done"),                           # updated: known though late
            report(4, "2026-01-05 11:59:00"),                                   # applied: its pane ends at 12:00
            {"post_id": 5}, {"post_date": "2026-01-05 10:00:00"}, b"\n", b"{\n",  # rejected
        ]
        counts = lane("qlue.reports", lines).counts
        expected = {"in": 12, "applied": 3, "updated": 2, "duplicate": 2, "late": 1, "rejected": 4, "gap": 0, "unlocated": 3}
        self.assertEqual(counts, expected)

    def test_objects_of_a_document_count_each_and_a_poll_is_a_version(self):
        alert = {"uuid": "a", "pubMillis": 1_767_571_953_000, "type": "JAM", "location": {"x": 106.8, "y": -6.2}}
        jam = {"uuid": 7, "pubMillis": 1_767_571_953_000, "line": [{"x": 106.8, "y": -6.2}], "level": 3}
        first = {"alerts": [alert, {}], "jams": [jam], "endTimeMillis": 1_767_572_000_000}
        lines = [first, first, first | {"endTimeMillis": 1_767_572_120_000}]
        counted = lane("waze.feed", lines)
        self.assertEqual((counted.counts["in"], counted.counts["applied"], counted.counts["duplicate"]), (9, 2, 2))
        self.assertEqual((counted.counts["updated"], counted.rejected_by), (2, {"no_id": 3}))
        self.assertEqual(len(counted.counted), 1, "a jam is traffic")


class Windows(unittest.TestCase):
    def test_windows_equal_a_count_by_brute_force(self):
        chance = random.Random(5)
        rows = [(chance.randrange(60), chance.choice([11, 12, 13, 14]) << 40, chance.choice("abcdefg")) for _ in range(400)]
        minutes, cells, categories = (list(column) for column in zip(*rows))
        given = list(replay_oracle.top_rows(np.array(minutes), np.array(cells, dtype=np.uint64), categories))
        expected = []
        for end in sorted({minute + ahead for minute in minutes for ahead in range(1, 16)}):
            counts = {}
            for minute, cell, category in rows:
                if end - 15 <= minute < end:
                    counts[(cell, category)] = counts.get((cell, category), 0) + 1
            best = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:20]
            expected += [(end, rank, f"{cell:x}", category, n) for rank, ((cell, category), n) in enumerate(best, 1)]
        self.assertEqual(given, expected)


class Places(unittest.TestCase):
    def test_two_polygons_the_gap_between_and_the_border(self):
        def square(code, west, east):
            ring = [[west, -6.3], [east, -6.3], [east, -6.2], [west, -6.2], [west, -6.3]]
            return {"type": "Feature", "properties": {"kode": code}, "geometry": {"type": "Polygon", "coordinates": [ring]}}

        metre = 1 / (places.METRES_PER_DEGREE * math.cos(math.radians(6.25)))
        squares = [square("31.2", 106.80, 106.90), square("31.1", 106.89, 107.0), square("31.3", 107.0 + 150 * metre, 107.1)]
        with tempfile.TemporaryDirectory() as directory:
            path = pathlib.Path(directory) / "t.geojson"
            path.write_text(json.dumps({"type": "FeatureCollection", "features": squares}))
            territory = places.Territory(path)
        cases = [
            (106.85, "31.2"), (106.895, "31.1"), (106.80, "31.2"), (107.0 + 60 * metre, "31.1"), (107.0 + 90 * metre, "31.3"),
            (106.80 - 99.5 * metre, "31.2"), (106.80 - 100.5 * metre, None),
        ]
        found = territory.locate(np.array([case[0] for case in cases]), np.full(len(cases), -6.25))
        self.assertEqual([territory.codes[at] if at >= 0 else None for at in found], [code for _, code in cases])
        self.assertEqual(shapely.get_type_id(territory.polygons[0]), 3)


class ResponseTimes(unittest.TestCase):
    def test_kaplan_meier_of_the_leukaemia_trial(self):
        # Freireich and others 1963, the 6-MP arm: S(6) = .857, S(22) = .538, S(23) = .448; median 23.
        durations = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
        closed = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
        times, survival = response_times.curve(np.array(durations, dtype=float), np.array(closed, dtype=bool))
        found = dict(zip(times.tolist(), survival.round(3).tolist()))
        self.assertEqual((found[6], found[7], found[22], found[23]), (0.857, 0.807, 0.538, 0.448))
        self.assertEqual(response_times.fall_to(times, survival, 0.5), 23)
        self.assertIsNone(response_times.fall_to(times, survival, 0.1))
        self.assertAlmostEqual(response_times.restricted_mean(times, survival, 35.0), 23.287395, 6)

    def test_clocks_and_reopenings(self):
        def moves(*steps):
            return [(time, offset, status, snapshot) for offset, (time, status, snapshot) in enumerate(steps)]

        self.assertEqual(response_times.clocks(()), (None, None, None))
        plain = moves((1, "received", False), (2, "verified", False), (5, "assigned", False), (9, "resolved", False), (11, "rated", False))
        self.assertEqual(response_times.clocks(plain), (5, 9, None))
        again = moves((5, "assigned", False), (9, "resolved", False), (12, "reopened", False), (20, "resolved", False))
        self.assertEqual(response_times.clocks(again), (5, 20, None))
        self.assertEqual(response_times.clocks(again[:3]), (5, None, None))
        red = moves((5, "in_progress", True), (9, "resolved", True), (12, "in_progress", True))
        self.assertEqual(response_times.clocks(red), (5, None, None))
        self.assertEqual(response_times.clocks(moves((5, "not_ours", False))), (5, None, 5))


class Compare(unittest.TestCase):
    def test_numbers_are_close_and_texts_equal(self):
        self.assertTrue(compare.close("1.0", "1.0000000001") and compare.close("", "") and compare.close("a", "a"))
        self.assertFalse(compare.close("1.0", "1.001") or compare.close("", "0") or compare.close("a", "b"))


if __name__ == "__main__":
    unittest.main()
