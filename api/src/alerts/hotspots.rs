//! What is told of hotspots: every change of each, once, under an id and a revision that do not depend on when this process began.
//!
//! A revision is made of the minutes from the opening to the change, and of how often late reports have revised it: so it grows with the
//! hotspot, and whoever looks again counts the same. A watch that began anew may have opened a hotspot that goes on at another tick, under
//! another id: it is told on under the one it was told by before.

use std::collections::{BTreeMap, BTreeSet};

use h3o::CellIndex;
use serde_json::{Map, Value};
use tanggap_engine::territory::KelurahanCode;
use tanggap_engine::time::PANE_US;
use tanggap_queries::hotspots::{Change, Hotspot};

use super::{Alert, AlertKind, Memory};
use crate::time::rfc3339;

/// What changed longer ago than this is not told, µs: a day.
const TELL_US: i64 = 24 * 3_600_000_000;
/// A hotspot that goes on as far as was told, and that the watch has not seen for so long since it began, is over, µs.
const GONE_US: i64 = 10 * PANE_US;
/// Revisions of one minute.
const A_MINUTE: u64 = 1_000;

/// A hotspot as far as it is told.
#[derive(Clone, Debug)]
pub(super) struct Sight {
    id: String,
    family: &'static str,
    opened_us: i64,
    changed_us: i64,
    change: Change,
    /// How often late reports have changed what was said.
    revised: u32,
    merged_into: Option<String>,
    cells: Vec<String>,
    more: Map<String, Value>,
}

impl From<&Hotspot> for Sight {
    fn from(hotspot: &Hotspot) -> Self {
        let evidence = &hotspot.evidence;
        let cells = evidence.cells.iter().filter_map(|cell| CellIndex::try_from(*cell).ok());
        let kelurahan = evidence.kelurahan.iter().map(|code| KelurahanCode::from_integer(*code).to_string());
        let more = [
            ("category", Value::from(evidence.category.id())),
            ("kelurahan", kelurahan.collect()),
            ("window_min", Value::from(evidence.window_us / PANE_US)),
            ("observed", Value::from(evidence.observed)),
            ("expected", Value::from(evidence.expected)),
            ("p", Value::from(evidence.p)),
            ("recurrence_days", Value::from(evidence.recurrence_days)),
        ];
        Self {
            id: hotspot.id.clone(),
            family: hotspot.family.id(),
            opened_us: hotspot.opened_us,
            changed_us: hotspot.changed_us,
            change: hotspot.change,
            revised: hotspot.revision,
            merged_into: hotspot.merged_into.clone(),
            cells: cells.map(|cell| cell.to_string()).collect(),
            more: more.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        }
    }
}

/// What is known of the hotspots of this process beside what was told.
#[derive(Debug, Default)]
pub(super) struct HotspotNews {
    /// The tick this process first looked at.
    first_us: Option<i64>,
    /// Ids of this watch, and those they were told by before.
    former: BTreeMap<String, String>,
}

impl HotspotNews {
    /// What is to be told of the hotspots of a tick (µs since epoch UTC) that was not told yet, the oldest change first.
    pub(super) fn of(&mut self, tick_us: i64, mut sights: Vec<Sight>, memory: &Memory) -> Vec<Alert> {
        let first_us = *self.first_us.get_or_insert(tick_us);
        sights.sort_by(|one, other| (one.changed_us, &one.id).cmp(&(other.changed_us, &other.id)));
        self.recognise(first_us, &sights, memory);
        let mut alerts: Vec<Alert> = sights.iter().filter_map(|sight| self.tell(tick_us, sight, memory)).collect();
        if tick_us >= first_us.saturating_add(GONE_US) {
            let seen: BTreeSet<&str> = sights.iter().map(|sight| self.told_as(&sight.id)).collect();
            let gone = memory.lasting(AlertKind::Hotspot).filter(|alert| !seen.contains(alert.id()));
            alerts.extend(gone.map(|alert| gone_now(alert, tick_us)));
        }
        alerts
    }

    /// The id a hotspot of this watch is told by.
    fn told_as<'a>(&'a self, id: &'a str) -> &'a str {
        self.former.get(id).map_or(id, String::as_str)
    }

    /// Finds those that were told by another id before this process began: of the same family, with a cell in common, and gone otherwise.
    fn recognise(&mut self, first_us: i64, sights: &[Sight], memory: &Memory) {
        for sight in sights {
            let known = self.former.contains_key(&sight.id) || memory.last(&sight.id).is_some();
            if known || sight.opened_us > first_us {
                continue;
            }
            let free = |id: &str| sights.iter().all(|other| other.id != id) && self.former.values().all(|taken| taken != id);
            let mut before = memory.lasting(AlertKind::Hotspot);
            let found = before.find(|alert| alert.text("family") == Some(sight.family) && shares(alert, &sight.cells) && free(alert.id()));
            if let Some(found) = found {
                self.former.insert(sight.id.clone(), found.id().to_owned());
            }
        }
    }

    fn tell(&self, tick_us: i64, sight: &Sight, memory: &Memory) -> Option<Alert> {
        if sight.changed_us <= tick_us.saturating_sub(TELL_US) {
            return None;
        }
        let id = self.told_as(&sight.id);
        let last = memory.last(id);
        let opened = last.and_then(|alert| alert.text("opened")).map(str::to_owned);
        let opened_us = opened.as_deref().and_then(moment).unwrap_or(sight.opened_us);
        let revision = revision(opened_us, sight, last)?;
        let state = match sight.change {
            // Nobody is told of a sixth state: what never was is over.
            Change::Withdrawn => Change::Closed.id(),
            change => change.id(),
        };
        let mut more = sight.more.clone();
        let own = [
            ("family", Value::from(sight.family)),
            ("opened", Value::from(opened.unwrap_or_else(|| rfc3339(sight.opened_us)))),
            ("revised", Value::from(sight.revised)),
            ("cells", Value::from(sight.cells.clone())),
            ("withdrawn", Value::from(sight.change == Change::Withdrawn)),
            ("merged_into", Value::from(sight.merged_into.as_deref().map(|id| self.told_as(id)))),
        ];
        more.extend(own.map(|(name, value)| (name.to_owned(), value)));
        Some(Alert::new(
            AlertKind::Hotspot,
            id.to_owned(),
            revision,
            sight.changed_us,
            state,
            more,
        ))
    }
}

/// The revision of a change, if it was not told.
fn revision(opened_us: i64, sight: &Sight, last: Option<&Alert>) -> Option<u64> {
    let minutes = sight.changed_us.saturating_sub(opened_us).max(0).unsigned_abs() / PANE_US.unsigned_abs();
    let own = minutes * A_MINUTE + u64::from(sight.revised).min(A_MINUTE - 1);
    let Some(last) = last else { return Some(own) };
    let revised = last.body().get("revised").and_then(Value::as_u64).unwrap_or_default();
    if own > last.revision() {
        Some(own)
    } else if u64::from(sight.revised) > revised {
        // A late report has put the last change at an earlier minute.
        Some(last.revision() + 1)
    } else {
        None
    }
}

/// The end of a hotspot that nobody sees any more.
fn gone_now(alert: &Alert, tick_us: i64) -> Alert {
    let kept = alert
        .body()
        .iter()
        .filter(|(name, _)| !["id", "kind", "revision", "time", "state"].contains(&name.as_str()));
    let more: Map<String, Value> = kept.map(|(name, value)| (name.clone(), value.clone())).collect();
    Alert::new(
        AlertKind::Hotspot,
        alert.id().to_owned(),
        alert.revision() + 1,
        tick_us,
        Change::Closed.id(),
        more,
    )
}

fn shares(alert: &Alert, cells: &[String]) -> bool {
    let told = alert.body().get("cells").and_then(Value::as_array);
    told.is_some_and(|told| {
        told.iter()
            .filter_map(Value::as_str)
            .any(|cell| cells.iter().any(|own| own == cell))
    })
}

fn moment(text: &str) -> Option<i64> {
    text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_microsecond)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::Map;
    use tanggap_engine::time::PANE_US;
    use tanggap_queries::hotspots::Change;

    use super::{GONE_US, HotspotNews, Sight, TELL_US};
    use crate::alerts::{Alert, AlertKind, Memory};

    const NOON: i64 = 1_768_453_200_000_000;

    fn minute(number: i64) -> i64 {
        NOON + number * PANE_US
    }

    fn sight(id: &str, opened: i64, changed: i64, change: Change, cells: &[&str]) -> Sight {
        Sight {
            id: id.to_owned(),
            family: "flood",
            opened_us: minute(opened),
            changed_us: minute(changed),
            change,
            revised: 0,
            merged_into: None,
            cells: cells.iter().map(|cell| (*cell).to_owned()).collect(),
            more: Map::new(),
        }
    }

    /// Tells what is new at a minute; (id, revision, state) of each.
    fn told(news: &mut HotspotNews, memory: &mut Memory, at: i64, sights: &[Sight]) -> Vec<(String, u64, String)> {
        let alerts: Vec<Arc<Alert>> = news.of(minute(at), sights.to_vec(), memory).into_iter().map(Arc::new).collect();
        memory.add(&alerts, 0).unwrap();
        let said = |alert: &Arc<Alert>| (alert.id().to_owned(), alert.revision(), alert.state().to_owned());
        alerts.iter().map(said).collect()
    }

    fn one(id: &str, revision: u64, state: &str) -> [(String, u64, String); 1] {
        [(id.to_owned(), revision, state.to_owned())]
    }

    #[test]
    fn every_change_is_told_once_and_a_new_process_counts_the_same() {
        let (mut news, mut memory) = (HotspotNews::default(), Memory::open(None, 0).unwrap());
        let opened = [sight("a", 0, 0, Change::Opened, &["x"])];
        assert_eq!(told(&mut news, &mut memory, 1, &opened), one("a", 0, "opened"));
        assert!(told(&mut news, &mut memory, 2, &opened).is_empty());
        let grown = [sight("a", 0, 7, Change::Grew, &["x", "y"])];
        assert_eq!(told(&mut news, &mut memory, 8, &grown), one("a", 7_000, "grew"));
        let mut anew = HotspotNews::default();
        assert!(told(&mut anew, &mut memory, 9, &grown).is_empty(), "what was told is remembered");
        let mut forgetful = Memory::open(None, 0).unwrap();
        assert_eq!(
            told(&mut HotspotNews::default(), &mut forgetful, 9, &grown),
            one("a", 7_000, "grew"),
            "and without a memory it has the same number"
        );
        let closed = [sight("a", 0, 30, Change::Closed, &["x", "y"])];
        assert_eq!(told(&mut anew, &mut memory, 31, &closed), one("a", 30_000, "closed"));
        assert!(told(&mut anew, &mut memory, 60, &[]).is_empty(), "it is over");
    }

    #[test]
    fn what_a_late_report_revises_is_told_again_even_if_it_changed_earlier_than_was_said() {
        let (mut news, mut memory) = (HotspotNews::default(), Memory::open(None, 0).unwrap());
        let mut grown = sight("a", 0, 7, Change::Grew, &["x"]);
        told(&mut news, &mut memory, 8, std::slice::from_ref(&grown));
        (grown.changed_us, grown.revised) = (minute(5), 1);
        assert_eq!(
            told(&mut news, &mut memory, 9, std::slice::from_ref(&grown)),
            one("a", 7_001, "grew")
        );
        assert!(told(&mut news, &mut memory, 10, std::slice::from_ref(&grown)).is_empty());
        let mut withdrawn = sight("a", 0, 11, Change::Withdrawn, &["x"]);
        withdrawn.revised = 2;
        assert_eq!(told(&mut news, &mut memory, 12, &[withdrawn]), one("a", 11_002, "closed"));
        assert_eq!(memory.last("a").unwrap().body()["withdrawn"], true);
    }

    #[test]
    fn a_hotspot_that_a_new_watch_calls_otherwise_keeps_its_name() {
        let (mut news, mut memory) = (HotspotNews::default(), Memory::open(None, 0).unwrap());
        told(&mut news, &mut memory, 1, &[sight("a", 0, 0, Change::Opened, &["x", "y"])]);
        let mut anew = HotspotNews::default();
        let other = |changed, change| [sight("b", 100, changed, change, &["y", "z"])];
        assert!(
            told(&mut anew, &mut memory, 400, &[sight("b", 100, -2_000, Change::Moved, &["y"])]).is_empty(),
            "long ago"
        );
        assert_eq!(
            told(&mut anew, &mut memory, 401, &other(401, Change::Moved)),
            one("a", 401_000, "moved")
        );
        let later = [sight("c", 402, 402, Change::Opened, &["y"]), other(401, Change::Moved)[0].clone()];
        assert_eq!(
            told(&mut anew, &mut memory, 402, &later),
            one("c", 0, "opened"),
            "what opens now is another one"
        );
        assert_eq!(memory.last("a").unwrap().text("opened"), Some("2026-01-15T05:00:00Z"));
    }

    #[test]
    fn one_that_nobody_sees_any_more_is_closed_after_a_while() {
        let (mut news, mut memory) = (HotspotNews::default(), Memory::open(None, 0).unwrap());
        told(&mut news, &mut memory, 1, &[sight("a", 0, 0, Change::Opened, &["x"])]);
        let mut anew = HotspotNews::default();
        assert!(told(&mut anew, &mut memory, 600, &[]).is_empty(), "lanes may not all be there yet");
        let patience = GONE_US / PANE_US;
        assert_eq!(told(&mut anew, &mut memory, 600 + patience, &[]), one("a", 1, "closed"));
        assert_eq!(memory.lasting(AlertKind::Hotspot).count(), 0);
        assert!(told(&mut anew, &mut memory, 601 + patience, &[]).is_empty());
    }

    #[test]
    fn what_changed_a_day_ago_is_no_news() {
        let (mut news, mut memory) = (HotspotNews::default(), Memory::open(None, 0).unwrap());
        let old = [sight("a", 0, 0, Change::Opened, &["x"])];
        assert!(told(&mut news, &mut memory, TELL_US / PANE_US, &old).is_empty());
    }
}
