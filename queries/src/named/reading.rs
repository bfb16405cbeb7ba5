//! Reading answers: columns by name, as the Rust types the twins are made of.

use datafusion::arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray, UInt64Array};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Float64Type, Int64Type, UInt64Type};
use datafusion::common::exec_datafusion_err;

use crate::QueryError;

/// A column of texts.
pub(super) struct Texts(StringArray);
/// A column of whole numbers.
pub(super) struct Wholes(Int64Array);
/// A column of hashes.
pub(super) struct Hashes(UInt64Array);
/// A column of numbers.
pub(super) struct Numbers(Float64Array);
/// A column of yes and no.
pub(super) struct Flags(BooleanArray);

fn column(batch: &RecordBatch, name: &str, kind: &DataType) -> Result<ArrayRef, QueryError> {
    let found = batch
        .column_by_name(name)
        .ok_or_else(|| exec_datafusion_err!("the answer has no column `{name}`"))?;
    Ok(cast(found, kind)?)
}

impl Texts {
    pub(super) fn of(batch: &RecordBatch, name: &str) -> Result<Self, QueryError> {
        Ok(Self(column(batch, name, &DataType::Utf8)?.as_string::<i32>().clone()))
    }

    pub(super) fn get(&self, row: usize) -> Option<String> {
        self.0.is_valid(row).then(|| self.0.value(row).to_owned())
    }
}

impl Wholes {
    pub(super) fn of(batch: &RecordBatch, name: &str) -> Result<Self, QueryError> {
        Ok(Self(column(batch, name, &DataType::Int64)?.as_primitive::<Int64Type>().clone()))
    }

    pub(super) fn get(&self, row: usize) -> Option<i64> {
        self.0.is_valid(row).then(|| self.0.value(row))
    }
}

impl Hashes {
    pub(super) fn of(batch: &RecordBatch, name: &str) -> Result<Self, QueryError> {
        Ok(Self(column(batch, name, &DataType::UInt64)?.as_primitive::<UInt64Type>().clone()))
    }

    pub(super) fn get(&self, row: usize) -> Option<u64> {
        self.0.is_valid(row).then(|| self.0.value(row))
    }
}

impl Numbers {
    pub(super) fn of(batch: &RecordBatch, name: &str) -> Result<Self, QueryError> {
        Ok(Self(column(batch, name, &DataType::Float64)?.as_primitive::<Float64Type>().clone()))
    }

    pub(super) fn get(&self, row: usize) -> Option<f64> {
        self.0.is_valid(row).then(|| self.0.value(row))
    }
}

impl Flags {
    pub(super) fn of(batch: &RecordBatch, name: &str) -> Result<Self, QueryError> {
        Ok(Self(column(batch, name, &DataType::Boolean)?.as_boolean().clone()))
    }

    pub(super) fn get(&self, row: usize) -> bool {
        self.0.is_valid(row) && self.0.value(row)
    }
}
