//! The watch: reports in, alerts out.

use std::collections::HashSet;

use tanggap_engine::event::Category;
use tanggap_engine::time::pane_of;

use super::atlas::Atlas;
use super::board::Case;
use super::cluster::Surroundings;
use super::family::Family;
use super::hotspot::{Alert, Hotspot};
use super::sentry::Sentry;
use super::settings::{Rules, WatchSettings};
use super::why::Why;

/// A located report. Duty reports, reports without a cell and repeats of an id (a driver's alert seen in many polls is one report) are the
/// caller's to leave out; a report given twice counts once.
#[derive(Clone, Copy, Debug)]
pub struct Sighting<'a> {
    /// When it happened, µs since epoch UTC.
    pub time_us: i64,
    /// H3 index, of the watch's resolution or finer.
    pub cell: u64,
    /// Integer code of its kelurahan; none = outside.
    pub kelurahan: Option<i64>,
    /// Its category.
    pub category: Category,
    /// Its channel.
    pub channel: &'a str,
    /// Who said it, as a number.
    pub reporter: u64,
    /// Which report it is: a number of the caller's own, another for each, and not by order of arrival.
    pub report: u64,
}

/// The watch over a city.
///
/// Time moves in ticks of a minute; at a tick the reports before it count. Reports may come in any order: one that is older than the last tick
/// revises what was said, up to [`WatchSettings::revise_min`]; what is said in the end is what would have been said had all come in time.
///
/// ```
/// use tanggap_engine::event::Category;
/// use tanggap_queries::hotspots::{Sighting, Watch, WatchSettings};
///
/// let mut watch = Watch::new(WatchSettings::default());
/// watch.take(&Sighting {
///     time_us: 1_768_460_580_000_000,
///     cell: 0x0898_c107_836f_ffff,
///     kelurahan: Some(3_171_011_001),
///     category: Category::Banjir,
///     channel: "qlue",
///     reporter: 7,
///     report: 1,
/// });
/// assert!(watch.advance(1_768_460_640_000_000).is_empty(), "one report is no hotspot");
/// ```
#[derive(Debug)]
pub struct Watch {
    rules: Rules,
    atlas: Atlas,
    channels: Vec<String>,
    known: HashSet<u64>,
    /// By number of the family.
    sentries: Vec<Sentry>,
    tick_us: Option<i64>,
}

impl Watch {
    /// A watch that has seen nothing.
    #[must_use]
    pub fn new(settings: WatchSettings) -> Self {
        let rules = Rules::of(settings);
        Self {
            atlas: Atlas::new(rules.settings.resolution, rules.settings.reach),
            channels: Vec::new(),
            known: HashSet::new(),
            sentries: Family::ALL.into_iter().map(|family| Sentry::new(family, &rules)).collect(),
            tick_us: None,
            rules,
        }
    }

    /// The settings.
    #[must_use]
    pub const fn settings(&self) -> &WatchSettings {
        &self.rules.settings
    }

    /// The last tick, µs since epoch UTC; none before the first.
    #[must_use]
    pub const fn tick_us(&self) -> Option<i64> {
        self.tick_us
    }

    /// Takes a report; it counts from the next [`Self::advance`] on. False if it was known, or its cell is no cell.
    pub fn take(&mut self, sighting: &Sighting<'_>) -> bool {
        let Some(place) = self.atlas.place(sighting.cell, sighting.kelurahan) else {
            return false;
        };
        if !self.known.insert(sighting.report) {
            return false;
        }
        let channel = self
            .channels
            .iter()
            .position(|channel| channel == sighting.channel)
            .unwrap_or_else(|| {
                self.channels.push(sighting.channel.to_owned());
                self.channels.len() - 1
            });
        self.sentries[Family::of(sighting.category) as usize].take(Case {
            time_us: sighting.time_us,
            place,
            channel: u16::try_from(channel).unwrap_or(u16::MAX),
            category: sighting.category as u8,
            counted: false,
            reporter: sighting.reporter,
            report: sighting.report,
        });
        true
    }

    /// Begins at a tick (µs since epoch UTC, taken down to the minute): reports before it are history, in which no hotspots are looked for.
    /// Without it the watch begins with the first report. Does nothing once the watch has begun.
    pub fn begin(&mut self, tick_us: i64) {
        if self.tick_us.is_some() {
            return;
        }
        let tick_us = pane_of(tick_us);
        self.tick_us = Some(tick_us);
        let surroundings = Surroundings {
            rules: &self.rules,
            atlas: &self.atlas,
            channels: &self.channels,
        };
        for sentry in &mut self.sentries {
            sentry.begin(tick_us, &surroundings);
        }
    }

    /// Goes on to a tick (µs since epoch UTC, taken down to the minute; an earlier one than the last is the last): what changed, by tick,
    /// family and age. Where late reports revise what was said before, all of a revised hotspot that may still be revised is among it, with
    /// its new number of revision.
    pub fn advance(&mut self, tick_us: i64) -> Vec<Alert> {
        if self.tick_us.is_none() {
            let Some(first_us) = self.sentries.iter().filter_map(Sentry::first_us).min() else {
                return Vec::new();
            };
            self.begin(first_us.min(tick_us));
        }
        let to_us = pane_of(tick_us).max(self.tick_us.unwrap_or(i64::MIN));
        self.tick_us = Some(to_us);
        let surroundings = Surroundings {
            rules: &self.rules,
            atlas: &self.atlas,
            channels: &self.channels,
        };
        let mut alerts = Vec::new();
        for sentry in &mut self.sentries {
            alerts.extend(sentry.run(to_us, &surroundings));
            for report in sentry.forget(&self.rules) {
                self.known.remove(&report);
            }
        }
        // Stable: what a family told in one tick stays in its order.
        alerts.sort_by_key(|alert| (alert.tick_us, alert.hotspot.family));
        alerts
    }

    /// The hotspots that go on, by family and age.
    pub fn hotspots(&self) -> impl Iterator<Item = &Hotspot> {
        self.sentries.iter().flat_map(Sentry::hotspots)
    }

    /// The hotspots that have ended as far back as may be revised, each as it was told last, by family and time.
    pub fn ended(&self) -> impl Iterator<Item = &Hotspot> {
        let told = self.sentries.iter().flat_map(Sentry::told);
        told.filter(|alert| alert.change.ends()).map(|alert| &alert.hotspot)
    }

    /// Why a hotspot is one; none if it is not known, or has ended too long ago.
    #[must_use]
    pub fn why(&self, id: &str) -> Option<Why> {
        if let Some(hotspot) = self.hotspots().find(|hotspot| hotspot.id == id) {
            let surroundings = Surroundings {
                rules: &self.rules,
                atlas: &self.atlas,
                channels: &self.channels,
            };
            let sentry = &self.sentries[hotspot.family as usize];
            let label = sentry
                .series(&surroundings)
                .and_then(|series| series.label(&hotspot.evidence.cells));
            return Some(Why {
                hotspot: Hotspot { label, ..hotspot.clone() },
                channels: sentry.shares(hotspot, &surroundings),
                week: sentry.week(hotspot, &surroundings),
            });
        }
        let ended = self.ended().filter(|hotspot| hotspot.id == id).last()?;
        Some(Why {
            hotspot: ended.clone(),
            channels: Vec::new(),
            week: None,
        })
    }
}

#[cfg(test)]
#[path = "watch_tests.rs"]
mod tests;
