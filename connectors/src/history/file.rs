//! A Parquet file of a table in the making, and what its entry in the log tells of its rows.

use std::collections::BTreeMap;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::compute::{max, min};
use arrow::datatypes::{DataType, Int64Type, SchemaRef, TimestampMicrosecondType};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use serde_json::{Map, Value, json};

use super::HistoryTable;

/// A file that rows are written to, some at a time.
pub(super) struct File {
    table: HistoryTable,
    writer: ArrowWriter<Vec<u8>>,
    rows: usize,
    /// Least and largest value of the columns that are told.
    range: BTreeMap<&'static str, (i64, i64)>,
}

impl File {
    /// One without rows. `columns`: all of the table's, or fewer.
    ///
    /// # Errors
    /// Parquet does not know the columns.
    pub(super) fn new(table: HistoryTable, columns: SchemaRef) -> Result<Self, ParquetError> {
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
            .build();
        Ok(Self {
            table,
            writer: ArrowWriter::try_new(Vec::new(), columns, Some(properties))?,
            rows: 0,
            range: BTreeMap::new(),
        })
    }

    /// Adds rows of the file's columns.
    ///
    /// # Errors
    /// They have other columns.
    pub(super) fn write(&mut self, rows: &RecordBatch) -> Result<(), ParquetError> {
        self.writer.write(rows)?;
        self.rows += rows.num_rows();
        for name in self.table.told() {
            let Some((low, high)) = rows.column_by_name(name).and_then(range_of) else {
                continue;
            };
            let range = self.range.entry(name).or_insert((low, high));
            *range = (range.0.min(low), range.1.max(high));
        }
        Ok(())
    }

    /// Its bytes, and what is told of its rows, as Delta writes it.
    ///
    /// # Errors
    /// Parquet fails.
    pub(super) fn finish(self) -> Result<(Vec<u8>, String), ParquetError> {
        let columns = self.table.columns();
        let (mut least, mut most) = (Map::new(), Map::new());
        for (name, (low, high)) in self.range {
            let timed = matches!(columns.field_with_name(name)?.data_type(), DataType::Timestamp(..));
            // Times are written to the millisecond, so that the largest is never too small.
            let (low, high) = if timed {
                (instant(low.div_euclid(1_000)), instant(high.saturating_add(999).div_euclid(1_000)))
            } else {
                (Some(low.into()), Some(high.into()))
            };
            if let (Some(low), Some(high)) = (low, high) {
                least.insert(name.to_owned(), low);
                most.insert(name.to_owned(), high);
            }
        }
        let told = json!({ "numRecords": self.rows, "minValues": least, "maxValues": most }).to_string();
        Ok((self.writer.into_inner()?, told))
    }
}

/// Least and largest of a column of times, µs, or of numbers.
fn range_of(column: &ArrayRef) -> Option<(i64, i64)> {
    match column.data_type() {
        DataType::Timestamp(..) => {
            let times = column.as_primitive::<TimestampMicrosecondType>();
            min(times).zip(max(times))
        }
        DataType::Int64 => {
            let numbers = column.as_primitive::<Int64Type>();
            min(numbers).zip(max(numbers))
        }
        _ => None,
    }
}

/// Milliseconds since 1970 as Delta writes an instant; none where no calendar has it.
fn instant(ms: i64) -> Option<Value> {
    let time = jiff::Timestamp::from_millisecond(ms).ok()?;
    Some(Value::from(format!("{time:.3}")))
}
