"""The duty oracle itself, against a month counted by hand, and against the table the Rust tests read."""

import io
import json
import pathlib
import tempfile
import unittest
from argparse import Namespace
from contextlib import redirect_stdout

import duty_oracle

HERE = pathlib.Path(__file__).parent
HEADER = ",".join(duty_oracle.COLUMNS) + "\n"


class Duty(unittest.TestCase):
    def test_the_committed_table_is_the_one_it_makes(self):
        committed = json.loads((HERE / "duty_expected.json").read_text())
        self.assertEqual(committed, json.loads(json.dumps(duty_oracle.table())))

    def test_the_committed_table_meets_every_oddity(self):
        case = json.loads((HERE / "duty_expected.json").read_text())["cases"][0]
        for place, least in (("submitted", 3), ("near", 4), ("verified", 5), ("rejected", 6), ("waiting", 7), ("late", 8)):
            with self.subTest(place):
                self.assertTrue(any(day[least] for day in case["days"]))
        self.assertTrue(any(day[0] is None for day in case["days"]) and any(day[1] is None for day in case["days"]))
        self.assertTrue(any(day[5] > day[11] > 0 for day in case["days"]), "the daily cap is felt")
        rows = [line.split(",") for line in json.loads((HERE / "duty_expected.json").read_text())["cases"][2]["csv"].splitlines()[1:]]
        self.assertTrue(any(int(row[10]) > int(row[11]) for row in rows), "the monthly cap is felt")

    def test_feeds_are_recounted_by_hand(self):
        square = [[106.8, -6.3], [106.9, -6.3], [106.9, -6.2], [106.8, -6.2], [106.8, -6.3]]
        properties = {"kode": "31.71.01.1001", "nama": "Satu", "kecamatan": "Utama", "kota": "Pusat"}
        territory = {"type": "FeatureCollection", "features": [
            {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [square]}}
        ]}
        report = {"kind": "duty", "lng": 106.85, "lat": -6.25, "category": "Sampah", "status": "done"}
        reports = [
            report | {"post_id": 1, "rt": 3, "rw": "05", "created_at": "2026-10-01T00:00:00+07:00"},
            report | {"post_id": 2, "rt": "RT 3", "rw": "RW 5", "created_at": "2026-09-30T23:59:59+07:00"},
            report | {"post_id": 3, "rw": 5, "created_at": "2026-10-31T23:59:59+07:00"},
            report | {"post_id": 4, "created_at": "2026-10-31T23:59:59+07:00"},
            report | {"post_id": 5, "rt": 3, "rw": 5, "created_at": "2026-10-02T08:00:00+07:00", "kind": "complaint"},
        ]
        moves = [
            {"report_id": str(report), "channel": "qlue", "status": status, "time": f"2026-11-0{day}T08:00:00+07:00"}
            for report, status, day in ((1, "verified", 1), (2, "verified", 1), (3, "verified", 1), (4, "verified", 1), (3, "reopened", 2))
        ]
        lines = [
            "2026-10,31.71.01.1001,RT 003/RW 05,1,1,0,0,0,1,0,1,1,10000,10000",
            "2026-10,31.71.01.1001,RW 05,1,0,0,1,0,1,0,0,0,12500,0",
            "2026-10,31.71.01.1001,,1,1,0,0,0,1,0,0,0,0,0",
        ]
        with tempfile.TemporaryDirectory() as directory:
            folder = pathlib.Path(directory)
            (folder / "q").write_text("".join(json.dumps(report) + "\n" for report in reports))
            (folder / "c").write_text("".join(json.dumps(move) + "\n" for move in moves))
            (folder / "t").write_text(json.dumps(territory))
            asked = Namespace(
                topic=[f"qlue.reports={folder / 'q'}", f"crm.status={folder / 'c'}"], territory=folder / "t", code="kode",
                kelurahan="31.71.01.1001", month="2026-10", as_of="2026-11-05T00:00:00+07:00", rule="{}", csv=folder / "x.csv",
            )
            for name, exported, expected in (
                ("as it was", HEADER + "\n".join(lines) + "\n", 0),
                ("one rupiah more", HEADER + "\n".join(lines).replace("1,10000,10000", "1,10000,10001") + "\n", 1),
                ("a line less", HEADER + "\n".join(lines[:2]) + "\n", 1),
            ):
                with self.subTest(name), redirect_stdout(io.StringIO()) as said:
                    (folder / "x.csv").write_text(exported)
                    self.assertEqual(duty_oracle.recount(asked), expected, said.getvalue())


if __name__ == "__main__":
    unittest.main()
