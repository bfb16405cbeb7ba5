//! The water: what gauges read (`sql/gauge_readings.sql`) and who speaks of a flood (`sql/flood_reports.sql`).

use std::collections::BTreeMap;

use datafusion::prelude::SessionContext;
use tanggap_engine::gauge::Reading;

use super::Cases;
use super::cases::{ask, moment};
use super::reading::{Flags, Texts, Wholes};
use crate::QueryError;

const GAUGE_READINGS: &str = include_str!("../../sql/gauge_readings.sql");
const FLOOD_REPORTS: &str = include_str!("../../sql/flood_reports.sql");

/// A located report of a flood: an open complaint, or a driver's alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FloodReport {
    /// Whether it is a complaint.
    pub complaint: bool,
    /// H3 index.
    pub cell: i64,
    /// Hash of the reporter, as text.
    pub reporter: String,
}

/// The readings of every gauge from a moment on (µs since epoch UTC), by the name its stream has for it: by time, one a moment.
///
/// # Errors
/// If `levels` is not there, or cannot be read.
pub async fn gauge_readings(context: &SessionContext, since_us: i64) -> Result<BTreeMap<String, Vec<Reading>>, QueryError> {
    let mut found: BTreeMap<String, Vec<Reading>> = BTreeMap::new();
    let frame = ask(context, GAUGE_READINGS, vec![("since", moment(since_us))]).await?;
    for batch in frame.collect().await? {
        let (gauges, times, levels) = (
            Texts::of(&batch, "gauge")?,
            Wholes::of(&batch, "time_us")?,
            Wholes::of(&batch, "level_cm")?,
        );
        for row in 0..batch.num_rows() {
            let level_cm = levels.get(row).and_then(|level| i32::try_from(level).ok());
            let (Some(gauge), Some(time_us), Some(level_cm)) = (gauges.get(row), times.get(row), level_cm) else {
                continue;
            };
            found.entry(gauge).or_default().push(Reading { time_us, level_cm });
        }
    }
    Ok(found)
}

impl Cases {
    /// Located flood complaints that are open, and drivers' flood alerts from a moment on (µs since epoch UTC), in no order.
    ///
    /// # Errors
    /// If the query engine fails.
    pub async fn flood_reports(&self, since_us: i64) -> Result<Vec<FloodReport>, QueryError> {
        let mut found = Vec::new();
        let frame = ask(self.session(), FLOOD_REPORTS, vec![("since", moment(since_us))]).await?;
        for batch in frame.collect().await? {
            let (complaints, cells, reporters) = (
                Flags::of(&batch, "complaint")?,
                Wholes::of(&batch, "cell")?,
                Texts::of(&batch, "reporter")?,
            );
            for row in 0..batch.num_rows() {
                let Some(cell) = cells.get(row) else { continue };
                found.push(FloodReport {
                    complaint: complaints.get(row),
                    cell,
                    reporter: reporters.get(row).unwrap_or_default(),
                });
            }
        }
        Ok(found)
    }
}
