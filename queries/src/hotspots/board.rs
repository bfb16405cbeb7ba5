//! The board of one family: its cases by time, those of each zone and window counted as time goes by, and what is usual learned from those
//! that have left the last window.
//!
//! ```text
//!   forgotten │ learned, in the study period │ learned when they leave │ not yet
//! ────────────┼──────────────────────────────┼─────────────────────────┼──────────
//!           study                     starts[longest]  starts[shortest] end
//! ```
//!
//! A reporter counts once a cell within the longest window: who posts thirty times is one witness.

use std::collections::HashMap;

use super::atlas::Atlas;
use super::settings::Rules;
use super::usual::Usual;
use crate::statistics::{ScanBound, ScanCounts, ScanFinding, ScanFloor};

/// A report of the family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Case {
    /// Event time, µs since epoch UTC.
    pub(super) time_us: i64,
    /// Number of its place.
    pub(super) place: u32,
    /// Number of its channel.
    pub(super) channel: u16,
    /// Number of its category.
    pub(super) category: u8,
    /// Whether it is the one that counts of its reporter; false as long as it lies in the future.
    pub(super) counted: bool,
    /// Hash of the reporter.
    pub(super) reporter: u64,
    /// Hash of its id.
    pub(super) report: u64,
}

/// Cases and counts of a family, as of a tick.
#[derive(Clone, Debug)]
pub(super) struct Board {
    /// By time and report.
    cases: Vec<Case>,
    /// Cases before it are before the tick.
    end: usize,
    /// Cases before it are too old for a window.
    starts: Vec<usize>,
    /// Cases before it are too old for the study period.
    study: usize,
    counts: ScanCounts,
    /// Counted cases of each place in the study period.
    at_place: Vec<u32>,
    usual: Usual,
    /// When a reporter was last counted in a cell.
    counted: HashMap<(u64, u64), i64>,
    /// Places that have got a case since they were last asked for.
    fresh: Vec<u32>,
}

impl Board {
    /// An empty one.
    pub(super) fn new(rules: &Rules) -> Self {
        let windows = rules.windows_us.len();
        Self {
            cases: Vec::new(),
            end: 0,
            starts: vec![0; windows],
            study: 0,
            counts: ScanCounts::new(windows),
            at_place: Vec::new(),
            usual: Usual::default(),
            counted: HashMap::new(),
            fresh: Vec::new(),
        }
    }

    /// The counts.
    pub(super) fn counts(&self) -> &ScanCounts {
        &self.counts
    }

    /// What is usual.
    pub(super) fn usual(&self) -> &Usual {
        &self.usual
    }

    /// Time of the first case that is not before the tick.
    pub(super) fn next_us(&self) -> Option<i64> {
        self.cases.get(self.end).map(|case| case.time_us)
    }

    /// The counted cases of a window, by time.
    pub(super) fn in_window(&self, window: usize) -> impl Iterator<Item = &Case> {
        self.cases[self.starts[window]..self.end].iter().filter(|case| case.counted)
    }

    /// The counted cases from a moment in the study period on, by time.
    pub(super) fn since(&self, from_us: i64) -> impl Iterator<Item = &Case> {
        let first = self
            .cases
            .partition_point(|case| case.time_us < from_us)
            .clamp(self.study, self.end);
        self.cases[first..self.end].iter().filter(|case| case.counted)
    }

    /// Cells with counted cases in the study period, ascending.
    pub(super) fn all_cells(&self, atlas: &Atlas) -> Vec<u64> {
        let places = (0_u32..).zip(&self.at_place).filter(|(_, cases)| **cases > 0);
        let mut cells: Vec<u64> = places.map(|(place, _)| atlas.place_at(place).cell).collect();
        cells.sort_unstable();
        cells.dedup();
        cells
    }

    /// The counted cases of the study period, by time.
    pub(super) fn in_study(&self) -> impl Iterator<Item = &Case> {
        self.cases[self.study..self.end].iter().filter(|case| case.counted)
    }

    /// Cases in the longest window.
    pub(super) fn recent(&self) -> u32 {
        self.starts.len().checked_sub(1).map_or(0, |longest| self.counts.in_window(longest))
    }

    /// Moves to a later tick.
    pub(super) fn advance(&mut self, tick_us: i64, rules: &Rules, atlas: &Atlas) {
        self.counts.grow(atlas.zones());
        let longest_us = rules.longest_us();
        while let Some(case) = self.cases.get(self.end).copied().filter(|case| case.time_us < tick_us) {
            let witness = (case.reporter, atlas.place_at(case.place).cell);
            let before = self.counted.get(&witness);
            let counted = before.is_none_or(|before| case.time_us - before >= longest_us);
            self.cases[self.end].counted = counted;
            self.end += 1;
            if counted {
                self.counted.insert(witness, case.time_us);
                self.enter(case.place, atlas);
                self.fresh.push(case.place);
            }
        }
        for (window, length) in rules.windows_us.iter().enumerate() {
            self.age(window, tick_us - length, atlas);
        }
        while self.study < self.end && self.cases[self.study].time_us < tick_us - rules.study_us {
            let case = self.cases[self.study];
            if case.counted {
                self.counts.leave_study(atlas.zones_of(case.place));
                self.at_place[case.place as usize] -= 1;
            }
            self.study += 1;
        }
        self.usual.reach(tick_us - longest_us);
        if self.counted.len() > 2 * self.recent() as usize + 1_024 {
            self.counted.retain(|_, before| tick_us - *before < longest_us);
        }
    }

    /// Counts a case.
    fn enter(&mut self, place: u32, atlas: &Atlas) {
        self.counts.enter(atlas.zones_of(place));
        let place = place as usize;
        if self.at_place.len() <= place {
            self.at_place.resize(place + 1, 0);
        }
        self.at_place[place] += 1;
    }

    /// Places of a zone with cases in the study period, in the order of cell and kelurahan: what has come up besides depends on what else the
    /// watch was given, and how far ahead.
    pub(super) fn places_of(&self, zone: usize, atlas: &Atlas) -> Vec<u32> {
        let has_cases = |place: &u32| self.at_place.get(*place as usize).is_some_and(|cases| *cases > 0);
        let mut places: Vec<u32> = atlas.places_of(zone).iter().copied().filter(has_cases).collect();
        places.sort_by_key(|place| atlas.place_at(*place));
        places
    }

    /// Cells of a zone, ascending: all of a disc; of another those with cases in the study period.
    pub(super) fn cells(&self, zone: usize, atlas: &Atlas) -> Vec<u64> {
        atlas.disc(zone).unwrap_or_else(|| {
            let mut cells: Vec<u64> = self
                .places_of(zone, atlas)
                .iter()
                .map(|place| atlas.place_at(*place).cell)
                .collect();
            cells.dedup();
            cells
        })
    }

    /// Takes what is before `from_us` out of a window; what leaves the longest is learned.
    fn age(&mut self, window: usize, from_us: i64, atlas: &Atlas) {
        let longest = window + 1 == self.starts.len();
        while self.starts[window] < self.end && self.cases[self.starts[window]].time_us < from_us {
            let case = self.cases[self.starts[window]];
            if case.counted {
                self.counts.leave_window(window, atlas.zones_of(case.place));
                if longest {
                    self.usual.learn(case.time_us, case.place, atlas);
                }
            }
            self.starts[window] += 1;
        }
    }

    /// Takes cases of which none is before the tick.
    pub(super) fn append(&mut self, cases: &[Case]) {
        if let Some(first) = cases.iter().map(|case| case.time_us).min() {
            self.usual.begin(first);
        }
        self.put(cases);
    }

    /// Goes to an earlier tick, or stays, with cases that came too late for what has been counted.
    pub(super) fn readmit(&mut self, cases: &[Case], tick_us: i64, rules: &Rules, atlas: &Atlas) {
        let learned_us = tick_us - rules.longest_us();
        let longest = self.starts.len() - 1;
        let until = self.cases.partition_point(|case| case.time_us < learned_us);
        for case in &self.cases[until..self.starts[longest].max(until)] {
            if case.counted {
                self.usual.unlearn(case.time_us, case.place, atlas);
            }
        }
        self.put(cases);
        for case in cases.iter().filter(|case| case.time_us < tick_us) {
            let at = self
                .cases
                .partition_point(|other| (other.time_us, other.report) < (case.time_us, case.report));
            let counted = !self.said_elsewhen(at, tick_us, rules, atlas);
            self.cases[at].counted = counted;
            if counted && case.time_us < learned_us {
                self.usual.learn(case.time_us, case.place, atlas);
            }
        }
        self.recount(tick_us, rules, atlas);
    }

    /// Whether the reporter of a case is counted in the same cell within the longest window before or after it, up to the tick.
    fn said_elsewhen(&self, at: usize, tick_us: i64, rules: &Rules, atlas: &Atlas) -> bool {
        let case = self.cases[at];
        let cell = atlas.place_at(case.place).cell;
        let (from, to) = (case.time_us - rules.longest_us(), (case.time_us + rules.longest_us()).min(tick_us));
        let first = self.cases.partition_point(|other| other.time_us <= from);
        self.cases[first..]
            .iter()
            .take_while(|other| other.time_us < to)
            .any(|other| other.counted && other.reporter == case.reporter && atlas.place_at(other.place).cell == cell)
    }

    fn put(&mut self, cases: &[Case]) {
        self.cases.extend_from_slice(cases);
        self.cases.sort_by_key(|case| (case.time_us, case.report));
    }

    /// Counts anew what is before a tick. Which of these cases are counted is known.
    fn recount(&mut self, tick_us: i64, rules: &Rules, atlas: &Atlas) {
        let before = |cases: &[Case], time_us: i64| cases.partition_point(|case| case.time_us < time_us);
        self.end = before(&self.cases, tick_us);
        self.study = before(&self.cases, tick_us - rules.study_us);
        for (start, length) in self.starts.iter_mut().zip(&rules.windows_us) {
            *start = before(&self.cases, tick_us - length);
        }
        self.counts.clear();
        self.counts.grow(atlas.zones());
        self.at_place.clear();
        self.counted.clear();
        self.fresh.clear();
        let longest = self.starts.len() - 1;
        for at in self.study..self.end {
            let case = self.cases[at];
            if !case.counted {
                continue;
            }
            let zones = atlas.zones_of(case.place);
            self.enter(case.place, atlas);
            for (window, start) in self.starts.iter().enumerate() {
                if at < *start {
                    self.counts.leave_window(window, zones);
                }
            }
            if at >= self.starts[longest] {
                self.counted.insert((case.reporter, atlas.place_at(case.place).cell), case.time_us);
            }
        }
        for case in &mut self.cases[self.end..] {
            case.counted = false;
        }
        self.usual.reach(tick_us - rules.longest_us());
    }

    /// No place is fresh any more.
    pub(super) fn look_away(&mut self) {
        self.fresh.clear();
    }

    /// The greatest score of the zones of places that got a case since this was last asked, if one is above `floor`.
    pub(super) fn rises(&mut self, floor: ScanFloor, atlas: &Atlas) -> Option<f64> {
        let mut fresh = std::mem::take(&mut self.fresh);
        fresh.sort_unstable();
        fresh.dedup();
        let mut zones: Vec<u32> = fresh.iter().flat_map(|place| atlas.zones_of(*place)).copied().collect();
        zones.sort_unstable();
        zones.dedup();
        let score = |zone: u32| self.counts.best_window(zone as usize, floor).map(|finding| finding.score);
        zones.into_iter().filter_map(score).max_by(f64::total_cmp)
    }

    /// What no p can fall below now.
    pub(super) fn bound(&self, atlas: &Atlas) -> ScanBound {
        ScanBound::of(&self.counts, atlas.single_cells())
    }

    /// The best window of each zone above `floor`, as [`ScanCounts::findings`]; no place is fresh after it.
    pub(super) fn findings(&mut self, floor: ScanFloor) -> Vec<ScanFinding> {
        self.fresh.clear();
        self.counts.findings(floor)
    }

    /// A null is made of every n-th case only, so that the longest window has no more than about `most`: this n.
    pub(super) fn thinning(&self, most: u32) -> u32 {
        self.recent().div_ceil(most.max(1)).max(1)
    }

    /// The counted cases of the study period for a null, the newest first, and how many lie in each window; every n-th one where the longest
    /// window has more than about `most`.
    pub(super) fn thinned(&self, most: u32) -> (Vec<u32>, Vec<usize>) {
        let step = self.thinning(most) as usize;
        let mut places = Vec::new();
        let mut ends = vec![0; self.starts.len()];
        let counted = (self.study..self.end).rev().filter(|at| self.cases[*at].counted);
        for at in counted.step_by(step) {
            places.push(self.cases[at].place);
            for (end, start) in ends.iter_mut().zip(&self.starts) {
                if at >= *start {
                    *end = places.len();
                }
            }
        }
        (places, ends)
    }

    /// Forgets cases before a time that is before the study period; their reports leave.
    pub(super) fn forget(&mut self, before_us: i64) -> Vec<u64> {
        let gone = self.cases.partition_point(|case| case.time_us < before_us).min(self.study);
        // Moving the rest is worth it only for many.
        if gone < 1_024 {
            return Vec::new();
        }
        self.end -= gone;
        self.study -= gone;
        for start in &mut self.starts {
            *start -= gone;
        }
        self.cases.drain(..gone).map(|case| case.report).collect()
    }
}
