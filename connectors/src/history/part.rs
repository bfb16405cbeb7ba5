//! Rows of one local date on their way to a file.

use std::collections::BTreeMap;

use arrow::array::{AsArray, BooleanArray, RecordBatch, TimestampMicrosecondArray, UInt32Array};
use arrow::compute::{filter_record_batch, take_record_batch};

use super::HistoryError;

/// Rows of a table that lie in one folder.
#[derive(Clone, Debug)]
pub struct Part {
    /// Local date, as in `2016-03-07`; none of a table that is not divided.
    pub date: Option<String>,
    /// Rows of [`HistoryTable::columns`](super::HistoryTable::columns).
    pub rows: RecordBatch,
}

/// Rows by local date. `times`: one a row, µs UTC; rows without a time lie where the row before them lies. `offset_us`: local time less
/// UTC.
///
/// # Errors
/// Arrow fails.
pub fn by_date(rows: &RecordBatch, times: &TimestampMicrosecondArray, offset_us: i64) -> Result<Vec<Part>, HistoryError> {
    const DAY_US: i64 = 24 * 3_600_000_000;
    let mut by_day: BTreeMap<i64, Vec<u32>> = BTreeMap::new();
    let mut day = 0;
    for (row, time) in times.iter().enumerate() {
        day = time.map_or(day, |time| time.saturating_add(offset_us).div_euclid(DAY_US));
        by_day.entry(day).or_default().push(u32::try_from(row).unwrap_or(u32::MAX));
    }
    let one = by_day.len() == 1;
    let parts = by_day.into_iter().map(|(day, row)| {
        Ok(Part {
            date: Some(date_of(day)),
            rows: if one {
                rows.clone()
            } else {
                take_record_batch(rows, &UInt32Array::from(row))?
            },
        })
    });
    parts.collect()
}

/// A day since 1970 as a date; days no calendar has are the last ones it has.
fn date_of(day: i64) -> String {
    let days = jiff::Span::new().try_days(day.clamp(-4_000_000, 2_900_000)).unwrap_or_default();
    jiff::civil::date(1970, 1, 1).saturating_add(days).to_string()
}

/// Rows of [`Lanes`](super::HistoryTable::Lanes), in its order, that no later row of their lane replaces.
pub(super) fn newest_of_each_lane(rows: &RecordBatch) -> Result<RecordBatch, HistoryError> {
    let lanes = rows.column(0).as_string::<i32>();
    let last = |row: usize| row + 1 == rows.num_rows() || lanes.value(row + 1) != lanes.value(row);
    let keep: BooleanArray = (0..rows.num_rows()).map(|row| Some(last(row))).collect();
    Ok(filter_record_batch(rows, &keep)?)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{Int64Array, RecordBatch, TimestampMicrosecondArray};

    use super::by_date;

    #[test]
    fn rows_lie_in_the_folder_of_their_local_day() {
        const HOUR: i64 = 3_600_000_000;
        let rows = RecordBatch::try_from_iter([("n", Arc::new(Int64Array::from(vec![1, 2, 3, 4])) as _)]).unwrap();
        let times = TimestampMicrosecondArray::from(vec![Some(16 * HOUR), Some(17 * HOUR), None, Some(-8 * HOUR)]);
        let parts = by_date(&rows, &times, 7 * HOUR).unwrap();
        let dates: Vec<_> = parts
            .iter()
            .map(|part| (part.date.as_deref().unwrap(), part.rows.num_rows()))
            .collect();
        assert_eq!(dates, [("1969-12-31", 1), ("1970-01-01", 1), ("1970-01-02", 2)]);
        let nowhere = TimestampMicrosecondArray::from(vec![Some(i64::MAX), Some(i64::MIN), None, None]);
        assert_eq!(by_date(&rows, &nowhere, 7 * HOUR).unwrap().len(), 2, "no time breaks it");
    }
}
