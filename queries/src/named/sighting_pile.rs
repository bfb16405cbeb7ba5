//! Sightings gathered while a lane runs: of each located report the few bytes a watch for hotspots wants, so that a replay need not keep the
//! reports themselves.

use std::collections::HashMap;

use datafusion::arrow::array::{Array, AsArray, RecordBatch};
use datafusion::arrow::datatypes::{Int64Type, TimestampMicrosecondType, UInt8Type, UInt64Type};
use tanggap_engine::event::{Category, Kind, schema};

use super::sightings::number;
use crate::hotspots::{Sighting, Watch};

/// A located report: 32 bytes.
#[derive(Clone, Copy, Debug)]
struct Row {
    time_us: i64,
    reporter: u64,
    report: u64,
    place: u32,
    category: Category,
}

/// The sightings of one channel.
#[derive(Debug)]
pub struct SightingPile {
    channel: String,
    /// Cell and kelurahan.
    places: Vec<(u64, Option<i64>)>,
    numbers: HashMap<(u64, Option<i64>), u32>,
    rows: Vec<Row>,
}

impl SightingPile {
    /// An empty one.
    #[must_use]
    pub fn new(channel: &str) -> Self {
        Self {
            channel: channel.to_owned(),
            places: Vec::new(),
            numbers: HashMap::new(),
            rows: Vec::new(),
        }
    }

    /// Adds reports as a lane tells them ([`schema::REPORTS`]), by the rule of `sql/sightings.sql`: located ones that came in time and are no
    /// duty. A table with other columns has none.
    pub fn add(&mut self, reports: &RecordBatch) {
        let column = |name: &str| reports.column_by_name(name);
        let (Some(ids), Some(times), Some(cells)) = (column(schema::ID), column(schema::EVENT_TIME), column(schema::CELL)) else {
            return;
        };
        let (Some(kelurahan), Some(categories), Some(kinds)) = (column(schema::KELURAHAN), column(schema::CATEGORY), column(schema::KIND))
        else {
            return;
        };
        let (Some(reporters), Some(late)) = (column(schema::REPORTER), column(schema::LATE)) else {
            return;
        };
        let (ids, late) = (ids.as_string::<i32>(), late.as_boolean());
        let times = times.as_primitive::<TimestampMicrosecondType>();
        let (cells, reporters) = (cells.as_primitive::<UInt64Type>(), reporters.as_primitive::<UInt64Type>());
        let kelurahan = kelurahan.as_primitive::<Int64Type>();
        let (categories, kinds) = (categories.as_primitive::<UInt8Type>(), kinds.as_primitive::<UInt8Type>());
        for row in 0..reports.num_rows() {
            let duty = kinds.is_valid(row) && kinds.value(row) == Kind::Duty as u8;
            if cells.is_null(row) || late.value(row) || duty {
                continue;
            }
            let place = self.place((cells.value(row), kelurahan.is_valid(row).then(|| kelurahan.value(row))));
            self.rows.push(Row {
                time_us: times.value(row),
                reporter: reporters.value(row),
                report: number(&self.channel, ids.value(row)),
                place,
                category: Category::from_number(categories.value(row)).unwrap_or(Category::Lainnya),
            });
        }
    }

    fn place(&mut self, place: (u64, Option<i64>)) -> u32 {
        // A city has some thousand places.
        let next = u32::try_from(self.places.len()).unwrap_or(u32::MAX);
        let number = *self.numbers.entry(place).or_insert(next);
        if number == next {
            self.places.push(place);
        }
        number
    }

    /// Gives them to a watch, which passes over those it knows; how many were new to it.
    pub fn give(self, watch: &mut Watch) -> usize {
        let mut new = 0;
        for row in self.rows {
            let (cell, kelurahan) = self.places[row.place as usize];
            new += usize::from(watch.take(&Sighting {
                time_us: row.time_us,
                cell,
                kelurahan,
                category: row.category,
                channel: &self.channel,
                reporter: row.reporter,
                report: row.report,
            }));
        }
        new
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use datafusion::arrow::array::{
        ArrayRef, BooleanArray, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray, UInt8Array, UInt64Array,
    };
    use tanggap_engine::event::{Category, Kind, schema};

    use super::SightingPile;
    use crate::hotspots::{Watch, WatchSettings};

    const CELL: u64 = 0x0898_c107_836f_ffff;

    fn reports() -> RecordBatch {
        let complaint = Some(Kind::Complaint as u8);
        RecordBatch::try_from_iter_with_nullable([
            (
                schema::ID,
                Arc::new(StringArray::from(vec!["a", "b", "c", "d", "e"])) as ArrayRef,
                false,
            ),
            (
                schema::EVENT_TIME,
                Arc::new(TimestampMicrosecondArray::from(vec![1, 2, 3, 4, 5]).with_timezone("UTC")),
                false,
            ),
            (
                schema::CELL,
                Arc::new(UInt64Array::from(vec![Some(CELL), None, Some(CELL), Some(CELL), Some(CELL)])),
                true,
            ),
            (
                schema::KELURAHAN,
                Arc::new(Int64Array::from(vec![Some(3_171_011_001), None, None, None, None])),
                true,
            ),
            (schema::CATEGORY, Arc::new(UInt8Array::from(vec![Category::Banjir as u8; 5])), false),
            (
                schema::KIND,
                Arc::new(UInt8Array::from(vec![
                    complaint,
                    complaint,
                    None,
                    Some(Kind::Duty as u8),
                    complaint,
                ])),
                true,
            ),
            (schema::REPORTER, Arc::new(UInt64Array::from(vec![1, 2, 3, 4, 5])), false),
            (
                schema::LATE,
                Arc::new(BooleanArray::from(vec![false, false, false, false, true])),
                false,
            ),
        ])
        .unwrap()
    }

    #[test]
    fn what_is_unlocated_late_or_duty_is_no_sighting() {
        let mut pile = SightingPile::new("qlue");
        pile.add(&reports());
        assert_eq!(pile.rows.iter().map(|row| row.reporter).collect::<Vec<_>>(), [1, 3]);
        assert_eq!(pile.places, [(CELL, Some(3_171_011_001)), (CELL, None)]);
    }

    #[test]
    fn a_report_of_another_channel_is_another_and_one_given_twice_is_one() {
        let mut watch = Watch::new(WatchSettings::default());
        let new = ["qlue", "twitter", "qlue"].map(|channel| {
            let mut pile = SightingPile::new(channel);
            pile.add(&reports());
            pile.give(&mut watch)
        });
        assert_eq!(new, [2, 2, 0]);
    }
}
