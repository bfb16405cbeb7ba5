//! A unit's desk (`sql/inbox.sql`): its open complaints, the most urgent first.

use datafusion::arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Float64Type, Int64Type};
use datafusion::common::{ScalarValue, exec_datafusion_err};
use serde::Serialize;

use super::Cases;
use super::cases::{ask, moment};
use crate::QueryError;

const INBOX: &str = include_str!("../../sql/inbox.sql");

/// One open complaint on a desk. Times are µs since epoch UTC.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct InboxItem {
    /// Id on its channel.
    pub id: String,
    /// Channel.
    pub channel: String,
    /// Category id.
    pub category: Option<String>,
    /// Dotted code; none = not located.
    pub kelurahan: Option<String>,
    /// Status id.
    pub status: String,
    /// When it was filed.
    pub filed: i64,
    /// Seconds it has been open.
    pub age_s: i64,
    /// Until when a first response is due; none = no such clock.
    pub respond_by: Option<i64>,
    /// Until when it is to be finished; none = no such clock.
    pub finish_by: Option<i64>,
    /// The one of the two that counts now.
    pub due: Option<i64>,
    /// `overdue`, `at_risk`, `new` or `open`.
    pub state: String,
    /// How sure the route is, 0 to 1; none where the rules were not asked.
    pub confidence: Option<f64>,
    /// Why it came here, in Indonesian.
    pub reason_id: Option<String>,
    /// Why it came here, in English.
    pub reason_en: Option<String>,
    /// Who would be asked next.
    pub second_unit: Option<String>,
    /// Metres to the nearest kelurahan border; none = not located.
    pub boundary_m: Option<f64>,
}

impl Cases {
    /// The first `limit` open complaints on the desk of the unit with this code.
    ///
    /// # Errors
    /// If `routes` or `units` are not there, or cannot be read.
    pub async fn inbox(&self, unit_code: &str, limit: usize) -> Result<Vec<InboxItem>, QueryError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let parameters = vec![
            ("unit", ScalarValue::from(unit_code)),
            ("as_of", moment(self.as_of_us())),
            ("limit", ScalarValue::from(limit)),
        ];
        let batches = ask(self.session(), INBOX, parameters).await?.collect().await?;
        let mut items = Vec::new();
        for batch in &batches {
            read(batch, &mut items)?;
        }
        Ok(items)
    }
}

fn read(batch: &RecordBatch, items: &mut Vec<InboxItem>) -> Result<(), QueryError> {
    let column = |name: &str, kind: &DataType| -> Result<ArrayRef, QueryError> {
        let found = batch.column_by_name(name);
        let found = found.ok_or_else(|| exec_datafusion_err!("the inbox has no column `{name}`"))?;
        Ok(cast(found, kind)?)
    };
    let text = |name: &str| -> Result<_, QueryError> {
        let texts = column(name, &DataType::Utf8)?.as_string::<i32>().clone();
        Ok(move |row: usize| texts.is_valid(row).then(|| texts.value(row).to_owned()))
    };
    let whole = |name: &str| -> Result<_, QueryError> {
        let numbers = column(name, &DataType::Int64)?.as_primitive::<Int64Type>().clone();
        Ok(move |row: usize| numbers.is_valid(row).then(|| numbers.value(row)))
    };
    let confidence = column("confidence", &DataType::Float64)?.as_primitive::<Float64Type>().clone();
    let boundary_m = column("boundary_m", &DataType::Float64)?.as_primitive::<Float64Type>().clone();
    let (id, channel, category, kelurahan) = (text("id")?, text("channel")?, text("category")?, text("kelurahan")?);
    let (status, state, second_unit) = (text("status")?, text("state")?, text("second_unit")?);
    let (reason_id, reason_en) = (text("reason_id")?, text("reason_en")?);
    let (filed, age_s, due) = (whole("filed_us")?, whole("age_s")?, whole("due_us")?);
    let (respond_by, finish_by) = (whole("respond_by_us")?, whole("finish_by_us")?);
    for row in 0..batch.num_rows() {
        items.push(InboxItem {
            id: id(row).unwrap_or_default(),
            channel: channel(row).unwrap_or_default(),
            category: category(row),
            kelurahan: kelurahan(row),
            status: status(row).unwrap_or_default(),
            filed: filed(row).unwrap_or_default(),
            age_s: age_s(row).unwrap_or_default(),
            respond_by: respond_by(row),
            finish_by: finish_by(row),
            due: due(row),
            state: state(row).unwrap_or_default(),
            confidence: confidence.is_valid(row).then(|| confidence.value(row)),
            reason_id: reason_id(row),
            reason_en: reason_en(row),
            boundary_m: boundary_m.is_valid(row).then(|| boundary_m.value(row)),
            second_unit: second_unit(row).filter(|name| !name.is_empty()),
        });
    }
    Ok(())
}
