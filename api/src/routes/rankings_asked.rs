//! What the table of response times and the audit of a row are asked: which level, over which window, as of when, and by which rule.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tanggap_engine::case::{SLA, SlaRules};
use tanggap_engine::event::CategoryMap;
use tanggap_engine::time::{INDONESIA, JAKARTA_HOURS, WorkingTime};
use tanggap_queries::named::{Level, RankingRule};
use tanggap_queries::tables::CitySnapshot;

use crate::error::Problem;
use crate::extractors::Params;
use crate::state::{AppState, RankingKey};

const DAY: Duration = Duration::from_hours(24);

/// What was asked for, checked.
pub(super) struct Asked {
    pub(super) snapshot: Arc<CitySnapshot>,
    pub(super) key: RankingKey,
    /// The window, as asked for.
    pub(super) window: String,
    /// `plain` or `adjusted`.
    pub(super) quality: &'static str,
}

impl Asked {
    /// Reads what both want: the level of the path, and `window`, `as_of` and `quality`.
    pub(super) fn read(state: &AppState, level: &str, params: &Params) -> Result<Self, Problem> {
        let level = Level::from_id(level).ok_or_else(|| {
            let known = Level::ALL.map(Level::id).join(", ");
            Problem::not_found(format!("there is no such level; there is: {known}"))
        })?;
        let window = match params.get("window") {
            Some("all") => None,
            _ => Some(params.length("window", DAY / 24..=DAY * 3_660, DAY * 30)?),
        };
        let quality = params.one_of("quality", &["plain", "adjusted"])?.unwrap_or("plain");
        let snapshot = state.city.snapshot();
        let newest = snapshot.watermark();
        let past_us = params
            .moment("as_of")?
            .filter(|moment| newest.is_some_and(|newest| *moment < newest));
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
        })
    }

    /// The rule the rows are made with.
    pub(super) fn rule(&self) -> RankingRule {
        RankingRule {
            quality: self.key.quality,
            ..RankingRule::default()
        }
    }
}

/// Versions of what complaints are read with. Calendar and SLA are named because an appeal asks for them: the clocks of the table run
/// through nights and holidays, so neither changes a row.
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
