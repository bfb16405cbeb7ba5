//! Where drivers stand now (`sql/jams.sql`).

use datafusion::prelude::SessionContext;

use super::cases::ask;
use super::reading::{Numbers, Wholes};
use crate::QueryError;

const JAMS: &str = include_str!("../../sql/jams.sql");

/// A cell that jams cross.
#[derive(Clone, Debug, PartialEq)]
pub struct JamCell {
    /// H3 index.
    pub cell: i64,
    /// Jams and irregularities that cross it.
    pub jams: i64,
    /// The worst level, 1 to 5 (5 = blocked); none = nobody says.
    pub jam_level: Option<i64>,
    /// The longest delay, seconds.
    pub delay_s: Option<i64>,
    /// The longest line, metres.
    pub length_m: Option<i64>,
    /// The slowest speed, km/h.
    pub speed_kmh: Option<f64>,
    /// Since when the oldest is seen, µs since epoch UTC.
    pub first_seen_us: i64,
    /// When the newest was seen last, µs since epoch UTC.
    pub last_seen_us: i64,
}

/// The cells that jams cross now, by H3 index.
///
/// # Errors
/// If `traffic` is not there, or cannot be read.
pub async fn jams(context: &SessionContext) -> Result<Vec<JamCell>, QueryError> {
    let mut found = Vec::new();
    for batch in &ask(context, JAMS, vec![]).await?.collect().await? {
        let whole = |name: &str| Wholes::of(batch, name);
        let (cells, jams, levels) = (whole("cell")?, whole("jams")?, whole("jam_level")?);
        let (delays, lengths, speeds) = (whole("delay_s")?, whole("length_m")?, Numbers::of(batch, "speed_kmh")?);
        let (first, last) = (whole("first_seen_us")?, whole("last_seen_us")?);
        for row in 0..batch.num_rows() {
            let Some(cell) = cells.get(row) else { continue };
            found.push(JamCell {
                cell,
                jams: jams.get(row).unwrap_or_default(),
                jam_level: levels.get(row),
                delay_s: delays.get(row),
                length_m: lengths.get(row),
                speed_kmh: speeds.get(row),
                first_seen_us: first.get(row).unwrap_or_default(),
                last_seen_us: last.get(row).unwrap_or_default(),
            });
        }
    }
    Ok(found)
}
