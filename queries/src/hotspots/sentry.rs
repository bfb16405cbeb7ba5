//! The sentry of one family: goes from tick to tick, looks where something is new or goes on, and goes back where a late report shows that it
//! said something else than it should have.
//!
//! Families have nothing to do with each other. A tick at which no report came and nothing goes on is passed over, and one at which no zone
//! of a new report stands out costs some hundred nanoseconds a report; only then are all zones looked at.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use tanggap_engine::time::{HOUR_US, pane_of};

use super::board::{Board, Case};
use super::cluster::Surroundings;
use super::family::Family;
use super::hotspot::{Alert, Change, Hotspot};
use super::label::Series;
use super::life::Life;
use super::settings::{Rules, TICK_US};
use super::why::{ChannelShare, shares, week};
use crate::statistics::{ScanCases, ScanFloor, ScanNull};

/// A null serves for so long, aligned to the epoch.
const NULL_US: i64 = 24 * HOUR_US;
/// Ticks between two places to go back to.
const CHECKPOINT_US: i64 = 15 * TICK_US;
/// Older history than this is not learned.
const LEARNED_US: i64 = 8 * 7 * 24 * HOUR_US;

/// What the greatest score of a null depends on, coarsely: how many cases it is made of, in doublings, those of the longest window and all. Within
/// a doubling of both it moves by some tenths, about as much as 499 repetitions leave open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Volume {
    day: i64,
    recent: u32,
    studied: u32,
}

/// What is known of a volume.
#[derive(Clone, Debug)]
struct Basis {
    /// No hotspot opens with a smaller score.
    bar: f64,
    /// Made when something may open.
    null: Option<Arc<ScanNull>>,
}

/// What was said after a moment, before the sentry went back to it.
#[derive(Debug)]
struct Former {
    since_us: i64,
    alerts: Vec<Alert>,
}

/// What the sentry knew after a tick, besides its board.
#[derive(Clone, Debug)]
struct Checkpoint {
    tick_us: i64,
    life: Life,
    bases: Arc<BTreeMap<Volume, Basis>>,
    null: Option<Arc<ScanNull>>,
}

/// The watch over one family.
#[derive(Debug)]
pub(super) struct Sentry {
    family: Family,
    board: Board,
    life: Life,
    /// Of this day and the one before.
    bases: Arc<BTreeMap<Volume, Basis>>,
    /// The null of the last look at all zones.
    null: Option<Arc<ScanNull>>,
    /// Cases not on the board yet.
    pending: Vec<Case>,
    /// None before it began.
    tick_us: Option<i64>,
    checkpoints: VecDeque<Checkpoint>,
    /// What was told as far back as it may be revised, by tick.
    told: Vec<Alert>,
    revisions: BTreeMap<String, u32>,
}

impl Sentry {
    /// One that has not begun.
    pub(super) fn new(family: Family, rules: &Rules) -> Self {
        Self {
            family,
            board: Board::new(rules),
            life: Life::default(),
            bases: Arc::default(),
            null: None,
            pending: Vec::new(),
            tick_us: None,
            checkpoints: VecDeque::new(),
            told: Vec::new(),
            revisions: BTreeMap::new(),
        }
    }

    /// Takes a case; it counts from the next [`Self::run`] on.
    pub(super) fn take(&mut self, case: Case) {
        self.pending.push(case);
    }

    /// Time of the first case that waits.
    pub(super) fn first_us(&self) -> Option<i64> {
        self.pending.iter().map(|case| case.time_us).min()
    }

    /// What each channel adds to a hotspot of the family that goes on.
    pub(super) fn shares(&self, hotspot: &Hotspot, surroundings: &Surroundings<'_>) -> Vec<ChannelShare> {
        self.null
            .as_ref()
            .map_or_else(Vec::new, |null| shares(surroundings, &self.board, null, hotspot))
    }

    /// What is usual where a hotspot of the family is, hour by hour of the week.
    pub(super) fn week(&self, hotspot: &Hotspot, surroundings: &Surroundings<'_>) -> Option<Vec<f64>> {
        week(surroundings, &self.board, hotspot)
    }

    /// How the cells of the family came to be hot, as of the last tick.
    pub(super) fn series(&self, surroundings: &Surroundings<'_>) -> Option<Series> {
        Series::of(&self.board, surroundings.atlas, self.tick_us?)
    }

    /// The hotspots that go on, by age.
    pub(super) fn hotspots(&self) -> impl Iterator<Item = &Hotspot> {
        self.life.hotspots()
    }

    /// What was told as far back as it may be revised, by tick.
    pub(super) fn told(&self) -> &[Alert] {
        &self.told
    }

    /// Begins at a tick: what is older is history.
    pub(super) fn begin(&mut self, tick_us: i64, surroundings: &Surroundings<'_>) {
        let mut history = std::mem::take(&mut self.pending);
        history.retain(|case| case.time_us >= tick_us - LEARNED_US);
        self.board.append(&history);
        self.board.advance(tick_us, surroundings.rules, surroundings.atlas);
        self.board.look_away();
        self.tick_us = Some(tick_us);
        self.remember(tick_us);
    }

    /// Goes on to a tick; what changed, by tick. Where a late report revises what was said before, the revised alerts are among them.
    pub(super) fn run(&mut self, to_us: i64, surroundings: &Surroundings<'_>) -> Vec<Alert> {
        let Some(before_us) = self.tick_us else { return Vec::new() };
        let former = self.admit(before_us, surroundings);
        let mut alerts = Vec::new();
        while let Some(tick_us) = self.tick_us.filter(|tick_us| *tick_us < to_us) {
            let next_us = self.next_tick(tick_us, to_us);
            self.tick_us = Some(next_us);
            self.board.advance(next_us, surroundings.rules, surroundings.atlas);
            alerts.extend(self.look(next_us, surroundings));
            self.remember(next_us);
        }
        self.told.extend(alerts.iter().cloned());
        if let Some(former) = former {
            alerts = self.revise(&former, before_us);
        }
        let oldest_us = to_us - surroundings.rules.revise_us;
        self.told.retain(|alert| alert.tick_us > oldest_us);
        while self.checkpoints.get(1).is_some_and(|second| second.tick_us <= oldest_us) {
            self.checkpoints.pop_front();
        }
        alerts
    }

    /// Reports of the cases that are too old for everything.
    pub(super) fn forget(&mut self, rules: &Rules) -> Vec<u64> {
        let Some(tick_us) = self.tick_us else { return Vec::new() };
        // Going back needs them, and so does who was counted before.
        self.board.forget(tick_us - rules.study_us - rules.revise_us - rules.longest_us())
    }

    /// The next tick at which something can change.
    fn next_tick(&self, tick_us: i64, to_us: i64) -> i64 {
        let next_us = tick_us + TICK_US;
        if !self.life.is_empty() {
            return next_us.min(to_us);
        }
        let news_us = self.board.next_us().map_or(to_us, |time_us| pane_of(time_us) + TICK_US);
        news_us.clamp(next_us.min(to_us), to_us)
    }

    /// Puts the waiting cases on the board. If one of them changes what was said, goes back before it and returns what was said since.
    fn admit(&mut self, tick_us: i64, surroundings: &Surroundings<'_>) -> Option<Former> {
        let mut cases = std::mem::take(&mut self.pending);
        cases.retain(|case| case.time_us >= tick_us - LEARNED_US);
        cases.sort_by_key(|case| (case.time_us, case.report));
        if cases.first().is_none_or(|first| first.time_us >= tick_us) {
            self.board.append(&cases);
            return None;
        }
        let oldest_us = tick_us - surroundings.rules.revise_us;
        let late_us = cases.iter().map(|case| case.time_us).find(|time_us| *time_us >= oldest_us);
        let late_us = late_us.filter(|late_us| *late_us < tick_us);
        let back = late_us.and_then(|late_us| self.checkpoints.iter().rposition(|checkpoint| checkpoint.tick_us <= late_us));
        let Some(checkpoint) = back.and_then(|back| self.checkpoints.get(back).cloned()) else {
            self.board.readmit(&cases, tick_us, surroundings.rules, surroundings.atlas);
            return None;
        };
        self.board
            .readmit(&cases, checkpoint.tick_us, surroundings.rules, surroundings.atlas);
        self.checkpoints.retain(|other| other.tick_us <= checkpoint.tick_us);
        self.tick_us = Some(checkpoint.tick_us);
        self.life = checkpoint.life;
        self.bases = checkpoint.bases;
        self.null = checkpoint.null;
        let kept = self.told.partition_point(|alert| alert.tick_us <= checkpoint.tick_us);
        // What was withdrawn stays so.
        let since = self.told.split_off(kept);
        let (withdrawn, alerts): (Vec<Alert>, Vec<Alert>) = since.into_iter().partition(|alert| alert.change == Change::Withdrawn);
        self.told.extend(withdrawn);
        Some(Former {
            // What was told before that is not kept, so it cannot be compared.
            since_us: checkpoint.tick_us.max(oldest_us),
            alerts,
        })
    }

    fn remember(&mut self, tick_us: i64) {
        let due = self.checkpoints.back().is_none_or(|last| tick_us - last.tick_us >= CHECKPOINT_US);
        if due {
            self.checkpoints.push_back(Checkpoint {
                tick_us,
                life: self.life.clone(),
                bases: Arc::clone(&self.bases),
                null: self.null.clone(),
            });
        }
    }

    /// Looks at the city at a tick.
    fn look(&mut self, tick_us: i64, surroundings: &Surroundings<'_>) -> Vec<Alert> {
        let rules = surroundings.rules;
        let volume = self.volume(tick_us, rules);
        let known = self.bases.get(&volume).cloned();
        if self.life.is_empty() {
            // What cannot open a hotspot is not looked at further.
            let floor = ScanFloor {
                statistic: rules.least_opening.max(rules.settings.least_statistic),
                score: known.as_ref().map_or(f64::NEG_INFINITY, |basis| basis.bar),
            };
            let Some(greatest) = self.board.rises(floor, surroundings.atlas) else {
                return Vec::new();
            };
            let untried = known.as_ref().is_none_or(|basis| basis.null.is_none());
            if untried && self.board.bound(surroundings.atlas).least_p(greatest) > rules.open_p {
                self.learn(volume, Basis { bar: greatest, null: None });
                return Vec::new();
            }
        }
        let made = known.and_then(|basis| basis.null);
        let Some(null) = made.or_else(|| self.made(volume, tick_us, surroundings)) else {
            return Vec::new();
        };
        let clusters = surroundings.clusters(&mut self.board, &null, tick_us, &self.life.zones());
        self.null = Some(null);
        let mut alerts = self.life.settle(self.family, tick_us, clusters, rules.settings.close_after_min);
        self.label(&mut alerts, surroundings);
        alerts
    }

    /// Says of the hotspots of these alerts how they came to be.
    fn label(&mut self, alerts: &mut [Alert], surroundings: &Surroundings<'_>) {
        if !alerts.iter().any(|alert| alert.hotspot.alive()) {
            return;
        }
        let Some(series) = self.series(surroundings) else { return };
        let told = alerts.iter_mut().map(|alert| &mut alert.hotspot);
        for hotspot in self.life.hotspots_mut().chain(told).filter(|hotspot| hotspot.alive()) {
            hotspot.label = series.label(&hotspot.evidence.cells);
        }
    }

    fn volume(&self, tick_us: i64, rules: &Rules) -> Volume {
        let thinning = self.board.thinning(rules.settings.null_cases);
        let doublings = |cases: u32| u32::BITS - (cases / thinning).leading_zeros();
        Volume {
            day: tick_us.div_euclid(NULL_US),
            recent: doublings(self.board.recent()),
            studied: doublings(self.board.counts().total()),
        }
    }

    fn learn(&mut self, volume: Volume, basis: Basis) {
        let bases = Arc::make_mut(&mut self.bases);
        bases.retain(|other, _| other.day >= volume.day - 1);
        bases.insert(volume, basis);
    }

    /// Makes the null of a volume, from the cases at a tick.
    fn made(&mut self, volume: Volume, tick_us: i64, surroundings: &Surroundings<'_>) -> Option<Arc<ScanNull>> {
        let rules = surroundings.rules;
        let settings = &rules.settings;
        let (places, ends) = self.board.thinned(settings.null_cases);
        let cases = ScanCases {
            places: &places,
            ends: &ends,
            zones_of: surroundings.atlas.all_zones_of(),
            zones: surroundings.atlas.zones(),
        };
        // Other chance at every tick and in every family, and the same again for the same.
        let ticks = tick_us.div_euclid(TICK_US).unsigned_abs();
        let seed = settings
            .seed
            .wrapping_add(ticks.wrapping_mul(Family::ALL.len() as u64))
            .wrapping_add(self.family as u64);
        let null = Arc::new(ScanNull::permutation(&cases, settings.replicas as usize, seed)?);
        let bar = null.score_at(rules.open_p);
        self.learn(
            volume,
            Basis {
                bar,
                null: Some(Arc::clone(&null)),
            },
        );
        Some(null)
    }

    /// Compares what was said up to `before_us` with what is said now; marks what differs with one more revision. Returns it, with what is
    /// new, by tick.
    fn revise(&mut self, former: &Former, before_us: i64) -> Vec<Alert> {
        let once_more = |alert: &&Alert| alert.tick_us > former.since_us && alert.tick_us <= before_us && alert.change != Change::Withdrawn;
        let again: Vec<Alert> = self.told.iter().filter(once_more).cloned().collect();
        let former = &former.alerts;
        let mut ids: Vec<&str> = former.iter().chain(&again).map(|alert| alert.hotspot.id.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        let mut withdrawn = Vec::new();
        let mut revised = Vec::new();
        for id in ids {
            let (was, is) = (said(former, id), said(&again, id));
            if was == is {
                continue;
            }
            *self.revisions.entry(id.to_owned()).or_default() += 1;
            revised.push(id.to_owned());
            let opened = was.iter().any(|said| said.1 == Change::Opened);
            let last = former.iter().rev().find(|alert| alert.hotspot.id == id);
            if let (true, true, Some(last)) = (opened, is.is_empty(), last) {
                withdrawn.push(withdraw(last, before_us));
            }
        }
        self.told.extend(withdrawn);
        self.told.sort_by_key(|alert| alert.tick_us);
        for hotspot in self.life.hotspots_mut().chain(self.told.iter_mut().map(|alert| &mut alert.hotspot)) {
            hotspot.revision = self.revisions.get(&hotspot.id).copied().unwrap_or(0);
        }
        let news = |alert: &&Alert| alert.tick_us > before_us || revised.contains(&alert.hotspot.id);
        self.told.iter().filter(news).cloned().collect()
    }
}

/// What alerts say of a hotspot, without how often it was revised.
fn said<'a>(alerts: &'a [Alert], id: &str) -> Vec<(i64, Change, &'a super::Evidence)> {
    alerts
        .iter()
        .filter(|alert| alert.hotspot.id == id)
        .map(|alert| (alert.tick_us, alert.change, &alert.hotspot.evidence))
        .collect()
}

fn withdraw(last: &Alert, tick_us: i64) -> Alert {
    let mut hotspot = last.hotspot.clone();
    hotspot.change = Change::Withdrawn;
    hotspot.changed_us = tick_us;
    hotspot.tick_us = tick_us;
    Alert {
        tick_us,
        change: Change::Withdrawn,
        hotspot,
    }
}
