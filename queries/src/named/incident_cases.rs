//! What the cases say of the reports of incidents: which are open, on whose desk (`sql/incident_desk.sql`), and how each stands.

use std::collections::{BTreeMap, BTreeSet};

use datafusion::arrow::array::RecordBatch;
use datafusion::common::ScalarValue;
use tanggap_engine::incident::ReportKey;

use super::Cases;
use super::cases::ask;
use super::reading::{Flags, Texts};
use crate::QueryError;

const DESK: &str = include_str!("../../sql/incident_desk.sql");

/// How the case of a report stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseStanding {
    /// Status id.
    pub status: String,
    /// Whether somebody must still act.
    pub open: bool,
}

impl Cases {
    /// Every complaint whose case is open. Costs a look at each.
    ///
    /// # Errors
    /// Never in practice: `cases` has these columns.
    pub fn open_reports(&self) -> Result<BTreeSet<ReportKey>, QueryError> {
        let mut open = BTreeSet::new();
        for batch in self.batches() {
            each(batch, |key, standing| {
                if standing.open {
                    open.insert(key);
                }
            })?;
        }
        Ok(open)
    }

    /// How the cases of these reports stand; what is no complaint has none. Costs a look at each complaint.
    ///
    /// # Errors
    /// As [`Self::open_reports`].
    pub fn standings(&self, reports: &BTreeSet<ReportKey>) -> Result<BTreeMap<ReportKey, CaseStanding>, QueryError> {
        let mut found = BTreeMap::new();
        for batch in self.batches() {
            each(batch, |key, standing| {
                if reports.contains(&key) {
                    found.insert(key, standing);
                }
            })?;
        }
        Ok(found)
    }

    /// The open complaints on the desk of the unit with this code.
    ///
    /// # Errors
    /// If `routes` or `units` are not there, or cannot be read.
    pub async fn desk_reports(&self, unit_code: &str) -> Result<BTreeSet<ReportKey>, QueryError> {
        let frame = ask(self.session(), DESK, vec![("unit", ScalarValue::from(unit_code))]).await?;
        let mut reports = BTreeSet::new();
        for batch in &frame.collect().await? {
            let (channels, ids) = (Texts::of(batch, "channel")?, Texts::of(batch, "id")?);
            let rows = 0..batch.num_rows();
            let keys = rows.filter_map(|row| Some(ReportKey::new(&channels.get(row)?, &ids.get(row)?)));
            reports.extend(keys);
        }
        Ok(reports)
    }
}

fn each(batch: &RecordBatch, mut take: impl FnMut(ReportKey, CaseStanding)) -> Result<(), QueryError> {
    let (channels, ids, statuses) = (Texts::of(batch, "channel")?, Texts::of(batch, "id")?, Texts::of(batch, "status")?);
    let (resolved, ended) = (Flags::of(batch, "resolved")?, Flags::of(batch, "ended_otherwise")?);
    for row in 0..batch.num_rows() {
        let (Some(channel), Some(id)) = (channels.get(row), ids.get(row)) else {
            continue;
        };
        let standing = CaseStanding {
            status: statuses.get(row).unwrap_or_default(),
            open: !resolved.get(row) && !ended.get(row),
        };
        take(ReportKey { channel, id }, standing);
    }
    Ok(())
}
