//! What the table of response times and the audit of a row are asked: which level, over which window, as of when, and by which rule.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tanggap_engine::case::{SLA, SlaRules};
use tanggap_engine::event::CategoryMap;
use tanggap_engine::time::{HOUR_US, INDONESIA, JAKARTA_HOURS, WorkingTime};
use tanggap_queries::named::{Level, RankingRule};
use tanggap_queries::tables::CitySnapshot;

use crate::error::Problem;
use crate::extractors::{Params, Viewer};
use crate::state::{AppState, RankingKey};
use crate::time::LOCAL_US;

const DAY: Duration = Duration::from_hours(24);
/// Windows the public may ask for, beside `all`: units are counted exactly, and one window less the next would count an hour.
const WINDOWS: [Duration; 4] = [
    Duration::from_hours(7 * 24),
    Duration::from_hours(30 * 24),
    Duration::from_hours(90 * 24),
    Duration::from_hours(365 * 24),
];
/// What the public may ask for.
const WHOLE_DAY: &str = "the beginning of a day in Jakarta, as 2026-01-15T00:00:00+07:00; staff may ask for any moment";

/// What was asked for, checked.
pub(super) struct Asked {
    pub(super) snapshot: Arc<CitySnapshot>,
    pub(super) key: RankingKey,
    /// The window, as asked for.
    pub(super) window: String,
    /// `plain` or `adjusted`.
    pub(super) quality: &'static str,
    rule: RankingRule,
}

impl Asked {
    /// Reads what both want: the level of the path, and `window`, `as_of` and `quality`. A moment that has passed costs a look through all of
    /// history, so the public may ask for whole days only.
    pub(super) fn read(state: &AppState, viewer: &Viewer, level: &str, params: &Params) -> Result<Self, Problem> {
        let level = Level::from_id(level).ok_or_else(|| {
            let known = Level::ALL.map(Level::id).join(", ");
            Problem::not_found(format!("there is no such level; there is: {known}"))
        })?;
        let window = match params.get("window") {
            Some("all") => None,
            _ => Some(params.length("window", DAY / 24..=DAY * 3_660, DAY * 30)?),
        };
        if let Some(window) = window.filter(|_| !viewer.staff()) {
            params.rung("window", window, &WINDOWS)?;
        }
        let quality = params.one_of("quality", &["plain", "adjusted"])?.unwrap_or("plain");
        let snapshot = state.city.snapshot();
        let newest = snapshot.watermark();
        let past_us = params
            .moment("as_of")?
            .filter(|moment| newest.is_some_and(|newest| *moment < newest));
        if past_us.is_some_and(|moment| !viewer.staff() && !whole_day(moment)) {
            let text = params.get("as_of").unwrap_or_default();
            return Err(Problem::parameter("as_of", text, &[WHOLE_DAY]));
        }
        Ok(Self {
            snapshot,
            key: RankingKey {
                level,
                window,
                quality: quality == "adjusted",
                past_us,
            },
            window: params.get("window").unwrap_or("30d").to_owned(),
            quality,
            rule: RankingRule {
                quality: quality == "adjusted",
                ..state.settings.rankings
            },
        })
    }

    /// The rule the rows are made with.
    pub(super) const fn rule(&self) -> RankingRule {
        self.rule
    }
}

/// Whether a moment, µs since epoch UTC, is the beginning of a local day.
const fn whole_day(moment_us: i64) -> bool {
    moment_us.saturating_add(LOCAL_US).rem_euclid(24 * HOUR_US) == 0
}

/// Versions of what complaints are read with. The times of the table run through nights and holidays; calendar and service levels change
/// what is in time.
pub(super) fn versions(state: &AppState) -> BTreeMap<String, String> {
    let mut versions = BTreeMap::from([
        ("program".to_owned(), env!("CARGO_PKG_VERSION").to_owned()),
        ("territory".to_owned(), state.territory.version().to_owned()),
        ("categories".to_owned(), CategoryMap::builtin().version().to_string()),
        ("routes".to_owned(), state.router.version().to_owned()),
    ]);
    // What we ship can be read: it is tested.
    if let Ok(working) = WorkingTime::from_toml(INDONESIA, JAKARTA_HOURS) {
        versions.insert("calendar".to_owned(), working.version().to_owned());
    }
    if let Ok(rules) = SlaRules::from_toml(SLA) {
        versions.insert("sla".to_owned(), rules.version().to_owned());
    }
    versions
}

#[cfg(test)]
mod tests {
    use super::whole_day;

    #[test]
    fn a_day_begins_at_midnight_in_jakarta() {
        // 2026-01-14 17:00 UTC.
        let midnight = 1_768_410_000_000_000;
        assert!(whole_day(midnight));
        assert!(!whole_day(midnight + 1) && !whole_day(midnight - 1) && !whole_day(midnight + 7 * super::HOUR_US));
    }
}
