//! Rows of one local date on their way to a file.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{Array, AsArray, BooleanArray, Int64Array, RecordBatch, TimestampMicrosecondArray, UInt32Array};
use arrow::compute::{concat_batches, filter_record_batch, take_record_batch};
use arrow::datatypes::{DataType, Int64Type, TimestampMicrosecondType};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use serde_json::{Map, Value, json};

use super::{HistoryError, HistoryTable};

/// Rows of a table that lie in one folder.
#[derive(Clone, Debug)]
pub struct Part {
    /// Local date, as in `2016-03-07`; none of a table that is not divided.
    pub date: Option<String>,
    /// Rows of [`HistoryTable::columns`].
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

/// Rows as a Parquet file.
pub(super) fn parquet_bytes(rows: &RecordBatch) -> Result<Vec<u8>, String> {
    let level = ZstdLevel::try_new(1).map_err(|error| error.to_string())?;
    let properties = WriterProperties::builder().set_compression(Compression::ZSTD(level)).build();
    let mut bytes = Vec::new();
    let written = (|| {
        let mut writer = ArrowWriter::try_new(&mut bytes, rows.schema(), Some(properties))?;
        writer.write(rows)?;
        writer.close().map(drop)
    })();
    written.map_err(|error| error.to_string())?;
    Ok(bytes)
}

/// Rows of several files as one, in the order of their table.
pub(super) fn joined(table: HistoryTable, batches: &[RecordBatch]) -> Result<RecordBatch, HistoryError> {
    let rows = concat_batches(&table.columns(), batches)?;
    let columns = table.order().iter().filter_map(|name| rows.column_by_name(name));
    let columns: Vec<_> = columns
        .map(|values| arrow::compute::SortColumn {
            values: Arc::clone(values),
            options: None,
        })
        .collect();
    let order = arrow::compute::lexsort_to_indices(&columns, None)?;
    Ok(take_record_batch(&rows, &order)?)
}

/// Rows of [`HistoryTable::Lanes`], in its order, that no later row of their lane replaces.
pub(super) fn newest_of_each_lane(rows: &RecordBatch) -> Result<RecordBatch, HistoryError> {
    let lanes = rows.column(0).as_string::<i32>();
    let last = |row: usize| row + 1 == rows.num_rows() || lanes.value(row + 1) != lanes.value(row);
    let keep: BooleanArray = (0..rows.num_rows()).map(|row| Some(last(row))).collect();
    Ok(filter_record_batch(rows, &keep)?)
}

/// What a file's entry in the log tells of its rows, as Delta writes it.
pub(super) fn statistics(table: HistoryTable, rows: &RecordBatch) -> String {
    let (mut least, mut most) = (Map::new(), Map::new());
    for name in table.told() {
        let Some(column) = rows.column_by_name(name) else { continue };
        let (Some(low), Some(high)) = (match column.data_type() {
            DataType::Timestamp(..) => {
                let times = column.as_primitive::<TimestampMicrosecondType>();
                // Written to the millisecond, so that the largest is never too small.
                let low = arrow::compute::min(times).map(|time| instant(time.div_euclid(1_000)));
                let high = arrow::compute::max(times).map(|time| instant(time.saturating_add(999).div_euclid(1_000)));
                (low.flatten(), high.flatten())
            }
            DataType::Int64 => {
                let numbers: &Int64Array = column.as_primitive::<Int64Type>();
                (
                    arrow::compute::min(numbers).map(Value::from),
                    arrow::compute::max(numbers).map(Value::from),
                )
            }
            _ => (None, None),
        }) else {
            continue;
        };
        least.insert((*name).to_owned(), low);
        most.insert((*name).to_owned(), high);
    }
    json!({ "numRecords": rows.num_rows(), "minValues": least, "maxValues": most }).to_string()
}

/// Milliseconds since 1970 as Delta writes an instant; none where no calendar has it.
fn instant(ms: i64) -> Option<Value> {
    let time = jiff::Timestamp::from_millisecond(ms).ok()?;
    Some(Value::from(format!("{time:.3}")))
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
