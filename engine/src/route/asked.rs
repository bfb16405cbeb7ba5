//! Which reports of a step somebody must answer: complaints, which open cases, and emergencies, which do not.

use arrow::array::{Array, AsArray, BooleanArray, RecordBatch, UInt32Array};
use arrow::compute::{concat_batches, filter_record_batch, take_record_batch};
use arrow::datatypes::{Int64Type, UInt8Type};
use arrow::error::ArrowError;

use crate::event::{Kind, schema};
use crate::lane::Step;

/// Complaints, and emergencies among the other reports, in the order of the log ([`schema::REPORTS`]). That order, and so whatever is
/// numbered by it, does not depend on how the log was cut into steps.
///
/// # Errors
/// Never in practice: both tables have the columns of reports.
pub fn asked(step: &Step) -> Result<RecordBatch, ArrowError> {
    let emergencies = emergencies(&step.signals)?;
    if emergencies.num_rows() == 0 {
        return Ok(step.cases.clone());
    }
    let both = concat_batches(&schema::REPORTS, [&step.cases, &emergencies])?;
    let Some(offset) = both.column_by_name(schema::OFFSET) else {
        return Ok(both);
    };
    let offset = offset.as_primitive::<Int64Type>();
    let mut order: Vec<u32> = (0..u32::try_from(both.num_rows()).unwrap_or(u32::MAX)).collect();
    order.sort_by_key(|row| offset.value(*row as usize));
    take_record_batch(&both, &UInt32Array::from(order))
}

/// The emergencies among some reports, in their order.
fn emergencies(reports: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let Some(kind) = reports.column_by_name(schema::KIND) else {
        return Ok(reports.slice(0, 0));
    };
    let kind = kind.as_primitive::<UInt8Type>();
    let emergencies: BooleanArray = (0..kind.len())
        .map(|row| Some(kind.is_valid(row) && kind.value(row) == Kind::Emergency as u8))
        .collect();
    filter_record_batch(reports, &emergencies)
}
