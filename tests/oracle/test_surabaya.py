"""How complaints of Surabaya become feeds: what is left out, and that no text of a person gets through. The real export only where
TANGGAP_DATA names it."""

import csv
import gzip
import json
import os
import pathlib
import tempfile
import unittest

import surabaya

EXPORT = pathlib.Path(os.environ.get("TANGGAP_DATA", "")) / surabaya.DATA
HEADER = (
    "id", "keluhan", "tanggal_keluhan", "tanggal_ditanggapi", "kelompok_hari_respon", "topik", "instansi", "kecamatan", "kelurahan",
)
REPORT = {"id", "time", "topic", "unit"}
ANSWER = {"report_id", "channel", "status", "time"}


def made(*rows):
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory) / "made.csv.gz"
        with gzip.open(path, "wt", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([HEADER, *rows])
        return surabaya.rows(path)


def row(number, filed, answered, agency="Dinas A", kelurahan="Desa"):
    return (number, "the private words", filed, answered, "", "Topik", agency, "Utara", kelurahan)


class Made(unittest.TestCase):
    def test_what_cannot_be_used_is_left_out_with_its_reason(self):
        kept, dropped = made(
            row("1", "2022-01-01 00:00:00", "2022-01-01 02:30:00"), row("2", "2022-01-01 00:00:00", ""), row("3", "", ""),
            row("4", "2022-01-02 00:00:00", "2022-01-01 00:00:00"), row("5", "2022-01-02 00:00:00", "", agency=""),
            row("6", "2022-01-02 00:00:00", "", kelurahan=""),
        )
        self.assertEqual([row["id"] for row in kept], ["1", "2"])
        self.assertEqual(dropped, {"no time of filing": 1, "answered before it was filed": 1, "no agency or no kelurahan": 2})

    def test_a_row_is_a_report_and_an_answered_one_a_transition_too(self):
        kept, _ = made(row("2", "2022-01-01 01:00:00", ""), row("1", "2022-01-01 00:00:00", "2022-01-01 02:30:00"))
        reports, answers = surabaya.feeds(kept, "kelurahan")
        self.assertEqual([report["id"] for report in reports], ["1", "2"])
        self.assertEqual(reports[0]["unit"], "Desa, Utara@")
        answer = {"report_id": "1", "channel": "wargaku", "status": "resolved", "time": "2022-01-01T02:30:00+00:00"}
        self.assertEqual(answers, [answer])

    def test_the_median_is_where_half_or_fewer_still_wait(self):
        self.assertEqual(surabaya.median_h([(1.0, True), (2.0, True), (3.0, True), (4.0, True)]), 2.0)
        # One who went on waiting at 1 is at risk only until then: 2 of 3 are left at 2, 1 of 3 at 3.
        self.assertEqual(surabaya.median_h([(1.0, False), (2.0, True), (3.0, True), (4.0, True)]), 3.0)
        self.assertIsNone(surabaya.median_h([(1.0, True), (9.0, False), (9.0, False)]))

    def test_places_whose_intervals_do_not_meet_are_told_apart(self):
        places = [{"rank_lo": low, "rank_hi": high} for low, high in ((1, 2), (2, 3), (4, 4))]
        self.assertEqual(surabaya.apart(places), (2, 3))


@unittest.skipUnless(EXPORT.is_file(), f"not run: TANGGAP_DATA names no directory with {surabaya.DATA}")
class Real(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.kept, cls.dropped = surabaya.rows(EXPORT)
        with gzip.open(EXPORT, "rt", encoding="utf-8", newline="") as file:
            cls.rows = list(csv.DictReader(file))

    def test_every_row_is_kept_or_left_out_with_a_reason(self):
        self.assertEqual(len(self.rows), 10_024)
        self.assertEqual(self.dropped, {"answered before it was filed": 4})
        self.assertEqual(len(self.kept), 10_020)
        self.assertEqual(sum(row["answered"] is None for row in self.kept), 794)

    def test_no_text_of_a_person_is_in_a_line(self):
        # One complaint says no more than the name of a topic; topics are a list of the city's.
        texts = {row["keluhan"].strip() for row in self.rows} - {row["topik"] for row in self.rows}
        for unit in ("agency", "kelurahan"):
            reports, answers = surabaya.feeds(self.kept, unit)
            self.assertEqual((len(reports), len(answers)), (10_020, 9_226))
            for lines, keys in ((reports, REPORT), (answers, ANSWER)):
                self.assertTrue(all(set(line) == keys for line in lines))
                self.assertTrue(all(texts.isdisjoint(str(value).removesuffix(surabaya.MARK) for value in line.values()) for line in lines))
        names = {row[column] for row in self.rows for column in ("topik", "instansi", "kecamatan", "kelurahan")}
        longest = max(map(len, names))
        self.assertTrue(all(len(json.dumps(line)) < 2 * longest + 200 for line in reports), "a line holds a topic, a unit, a time, an id")


if __name__ == "__main__":
    unittest.main()
