//! What the live tables look like in SQL, and how the engine's numbers become the words people query by.
//!
//! Categories, kinds and statuses are numbers in segments; in SQL they are dictionaries over the same numbers, which costs
//! nothing per row.

use std::sync::{Arc, LazyLock};

use datafusion::arrow::array::{ArrayRef, DictionaryArray, RecordBatch, StringArray, UInt8Array};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef, UInt8Type};
use datafusion::common::Result;
use tanggap_engine::event::{Category, Class, Fate, Kind, Status, schema};

use super::LaneSnapshot;

fn words() -> DataType {
    DataType::Dictionary(Box::new(DataType::UInt8), Box::new(DataType::Utf8))
}

static CATEGORIES: LazyLock<ArrayRef> =
    LazyLock::new(|| Arc::new(Category::ALL.iter().map(|value| Some(value.id())).collect::<StringArray>()));
static KINDS: LazyLock<ArrayRef> = LazyLock::new(|| Arc::new(Kind::ALL.iter().map(|value| Some(value.id())).collect::<StringArray>()));
static STATUSES: LazyLock<ArrayRef> = LazyLock::new(|| Arc::new(Status::ALL.iter().map(|value| Some(value.id())).collect::<StringArray>()));
static CLASSES: LazyLock<ArrayRef> = LazyLock::new(|| Arc::new(Class::ALL.iter().map(|value| Some(value.id())).collect::<StringArray>()));
static FATES: LazyLock<ArrayRef> = LazyLock::new(|| Arc::new(Fate::ALL.iter().map(|value| Some(value.id())).collect::<StringArray>()));

/// The words of a column of numbers, by the column's name.
fn vocabulary(column: &str) -> Option<&'static ArrayRef> {
    match column {
        schema::CATEGORY => Some(&CATEGORIES),
        schema::KIND => Some(&KINDS),
        schema::STATUS => Some(&STATUSES),
        schema::CLASS => Some(&CLASSES),
        schema::FATE => Some(&FATES),
        _ => None,
    }
}

/// Name of the column that says which lane a row is of.
pub(super) const LANE: &str = "lane";

/// The engine's schema as SQL sees it: numbers as words, then `channel` and `lane`.
#[must_use]
pub fn labelled(engine: &SchemaRef) -> SchemaRef {
    let mut fields: Vec<Field> = engine
        .fields()
        .iter()
        .map(|field| {
            let kind = if vocabulary(field.name()).is_some() {
                words()
            } else {
                field.data_type().clone()
            };
            Field::new(field.name(), kind, field.is_nullable())
        })
        .collect();
    fields.push(Field::new(schema::CHANNEL, words(), false));
    fields.push(Field::new(LANE, words(), false));
    Arc::new(Schema::new(fields))
}

/// Rows of a lane as SQL sees them.
///
/// # Errors
/// If the rows are not of the engine's schema that `labelled` was made of.
pub(super) fn label(rows: &RecordBatch, lane: &LaneSnapshot, labelled: &SchemaRef) -> Result<RecordBatch> {
    let mut columns = Vec::with_capacity(rows.num_columns() + 2);
    for (field, column) in rows.schema_ref().fields().iter().zip(rows.columns()) {
        match (vocabulary(field.name()), column.as_any().downcast_ref::<UInt8Array>()) {
            (Some(values), Some(keys)) => {
                columns.push(Arc::new(DictionaryArray::<UInt8Type>::try_new(keys.clone(), Arc::clone(values))?) as ArrayRef);
            }
            _ => columns.push(Arc::clone(column)),
        }
    }
    columns.push(constant(&lane.channel, rows.num_rows())?);
    columns.push(constant(&lane.lane, rows.num_rows())?);
    Ok(RecordBatch::try_new(Arc::clone(labelled), columns)?)
}

fn constant(word: &str, rows: usize) -> Result<ArrayRef> {
    let keys = UInt8Array::from(vec![0_u8; rows]);
    Ok(Arc::new(DictionaryArray::<UInt8Type>::try_new(
        keys,
        Arc::new(StringArray::from(vec![word])),
    )?))
}

/// Names of the live tables.
#[must_use]
pub const fn table_names() -> &'static [&'static str] {
    &["panes", "reports", "transitions", "routes", "traffic", "levels"]
}
