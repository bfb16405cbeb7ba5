//! Rows as the world sees them, and back: numbers of small sets as their words, unsigned numbers as signed ones of the same bits (Delta
//! knows no others), lane and channel beside them.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Int64Array, ListArray, RecordBatch, StringArray, UInt8Array, UInt64Array};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Int64Type, SchemaRef, UInt8Type, UInt64Type};
use tanggap_engine::event::{Category, Class, Fate, Kind, Status, schema};

use super::{HistoryError, HistoryTable};

/// The words of a column of numbers.
fn words(column: &str) -> Option<Vec<&'static str>> {
    Some(match column {
        schema::CATEGORY => Category::ALL.iter().map(|value| value.id()).collect(),
        schema::KIND => Kind::ALL.iter().map(|value| value.id()).collect(),
        schema::STATUS => Status::ALL.iter().map(|value| value.id()).collect(),
        schema::CLASS => Class::ALL.iter().map(|value| value.id()).collect(),
        schema::FATE => Fate::ALL.iter().map(|value| value.id()).collect(),
        _ => return None,
    })
}

fn list_of(item: DataType) -> DataType {
    DataType::List(Arc::new(Field::new_list_field(item, true)))
}

/// Type of an engine's column in history.
pub(super) fn outward_type(field: &Field) -> DataType {
    match field.data_type() {
        DataType::UInt8 if words(field.name()).is_some() => DataType::Utf8,
        DataType::UInt8 => DataType::Int32,
        DataType::UInt64 => DataType::Int64,
        DataType::List(item) if item.data_type() == &DataType::UInt64 => list_of(DataType::Int64),
        other => other.clone(),
    }
}

/// Rows of a lane as rows of a table of history.
///
/// # Errors
/// [`HistoryError::Rows`] if they are not of the schema the table is made of.
pub fn outward(table: HistoryTable, rows: &RecordBatch, channel: &str, lane: &str) -> Result<RecordBatch, HistoryError> {
    let mut columns = Vec::with_capacity(rows.num_columns() + 2);
    for (field, column) in rows.schema_ref().fields().iter().zip(rows.columns()) {
        columns.push(match (field.data_type(), words(field.name())) {
            (DataType::UInt8, Some(words)) => {
                let numbers = column.as_primitive::<UInt8Type>();
                let word = |number: Option<u8>| words.get(usize::from(number?)).copied();
                Arc::new(numbers.iter().map(word).collect::<StringArray>())
            }
            (DataType::UInt8, None) => cast(column, &DataType::Int32)?,
            (DataType::UInt64, _) => signed(column),
            (DataType::List(item), _) if item.data_type() == &DataType::UInt64 => {
                let list = column.as_list::<i32>();
                let item = Arc::new(Field::new_list_field(DataType::Int64, true));
                Arc::new(ListArray::try_new(
                    item,
                    list.offsets().clone(),
                    signed(list.values()),
                    list.nulls().cloned(),
                )?) as ArrayRef
            }
            _ => Arc::clone(column),
        });
    }
    for word in [channel, lane] {
        columns.push(Arc::new(StringArray::from_iter_values(std::iter::repeat_n(word, rows.num_rows()))) as ArrayRef);
    }
    RecordBatch::try_new(table.columns(), columns).map_err(|error| wrong(table, error.to_string()))
}

/// Rows of a table of history as the rows of the engine's schema they were made of.
///
/// # Errors
/// [`HistoryError::Rows`] if a column is missing or says what no lane wrote.
pub fn inward(table: HistoryTable, rows: &RecordBatch, engine: &SchemaRef) -> Result<RecordBatch, HistoryError> {
    let mut columns = Vec::with_capacity(engine.fields().len());
    for field in engine.fields() {
        let column = rows
            .column_by_name(field.name())
            .ok_or_else(|| wrong(table, format!("no column {}", field.name())))?;
        columns.push(match (field.data_type(), words(field.name())) {
            (DataType::UInt8, Some(words)) => {
                let texts = cast(column, &DataType::Utf8)?;
                let texts = texts.as_string::<i32>();
                let mut numbers = Vec::with_capacity(texts.len());
                for text in texts {
                    numbers.push(match text {
                        Some(text) => Some(number(&words, text).ok_or_else(|| wrong(table, format!("{}: unknown word", field.name())))?),
                        None => None,
                    });
                }
                Arc::new(UInt8Array::from(numbers)) as ArrayRef
            }
            (DataType::UInt64, _) => unsigned(column),
            (DataType::List(item), _) if item.data_type() == &DataType::UInt64 => {
                let list = column.as_list::<i32>();
                let item = Arc::new(Field::new_list_field(DataType::UInt64, true));
                Arc::new(ListArray::try_new(
                    item,
                    list.offsets().clone(),
                    unsigned(list.values()),
                    list.nulls().cloned(),
                )?)
            }
            (other, _) => cast(column, other)?,
        });
    }
    RecordBatch::try_new(Arc::clone(engine), columns).map_err(|error| wrong(table, error.to_string()))
}

fn number(words: &[&str], text: &str) -> Option<u8> {
    let place = words.iter().position(|word| *word == text)?;
    u8::try_from(place).ok()
}

fn signed(column: &ArrayRef) -> ArrayRef {
    let numbers: &UInt64Array = column.as_primitive::<UInt64Type>();
    Arc::new(numbers.unary::<_, Int64Type>(u64::cast_signed))
}

fn unsigned(column: &ArrayRef) -> ArrayRef {
    let numbers: &Int64Array = column.as_primitive::<Int64Type>();
    Arc::new(numbers.unary::<_, UInt64Type>(i64::cast_unsigned))
}

fn wrong(table: HistoryTable, reason: String) -> HistoryError {
    HistoryError::Rows {
        table: table.name(),
        reason,
    }
}
