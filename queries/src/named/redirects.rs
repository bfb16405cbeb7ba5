//! Reports that were sent on to another unit, and why (`sql/redirects.sql`): what a router can learn from. No text of anybody's.

use datafusion::common::ScalarValue;
use datafusion::prelude::SessionContext;

use super::cases::ask;
use super::reading::{Texts, Wholes};
use crate::QueryError;

const REDIRECTS: &str = include_str!("../../sql/redirects.sql");

/// One report sent on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirect {
    /// Id on its channel.
    pub id: String,
    /// Channel.
    pub channel: String,
    /// Category id.
    pub category: Option<String>,
    /// Dotted code; none = not located.
    pub kelurahan: Option<String>,
    /// Code of the unit that had it; none = nobody.
    pub from_unit: Option<String>,
    /// Code of the unit it went to.
    pub to_unit: String,
    /// Why, as a code.
    pub reason: String,
    /// When, µs since epoch UTC.
    pub time_us: i64,
}

/// The newest `limit` of them, the newest first.
///
/// # Errors
/// If `reports`, `transitions`, `routes` or `units` are not there, or cannot be read.
pub async fn redirects(context: &SessionContext, limit: usize) -> Result<Vec<Redirect>, QueryError> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let parameters = vec![("limit", ScalarValue::from(limit))];
    let mut found = Vec::new();
    for batch in &ask(context, REDIRECTS, parameters).await?.collect().await? {
        let text = |name: &str| Texts::of(batch, name);
        let (ids, channels, categories, kelurahan) = (text("id")?, text("channel")?, text("category")?, text("kelurahan")?);
        let (from, to, reasons) = (text("from_unit")?, text("to_unit")?, text("reason")?);
        let times = Wholes::of(batch, "time_us")?;
        for row in 0..batch.num_rows() {
            found.push(Redirect {
                id: ids.get(row).unwrap_or_default(),
                channel: channels.get(row).unwrap_or_default(),
                category: categories.get(row),
                kelurahan: kelurahan.get(row),
                from_unit: from.get(row),
                to_unit: to.get(row).unwrap_or_default(),
                reason: reasons.get(row).unwrap_or_default(),
                time_us: times.get(row).unwrap_or_default(),
            });
        }
    }
    Ok(found)
}
