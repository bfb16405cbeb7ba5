//! Kulldorff's scan: of all zones and all windows that end now, which hold more cases than they should? Counts enter, zones with their
//! log-likelihood ratio leave; whether that is more than chance is [`super::ScanNull`]'s question.
//!
//! ```text
//!            study period (N of the zone, C of the city)
//! |────────────────────────────────────────────────────────|
//!                                  |── longest window ─────|
//!                                            |─ shortest ──|  now
//! ```
//!
//! Two forms. The *space-time permutation* needs only cases: a zone is to have μ = N(zone) · N(window) / C of them (Kulldorff et al.
//! 2005), so that neither a place that is always busy nor an hour at which the whole city is busy stands out. The
//! *Poisson* form is told what to expect of each zone and window and scales it to the cases of the longest window (Kulldorff 1997).
//!
//! Zones and windows of different size are compared by their [`scan_score`], not by the bare ratio.

use std::collections::HashMap;

/// Kulldorff's log-likelihood ratio of `observed` cases where `expected` were, of `total` in all:
/// c ln(c/μ) + (C − c) ln((C − c)/(C − μ)), and 0 where c ≤ μ. Never negative, never NaN; where nothing was expected (μ ≤ 0) there is no
/// ratio, and it is 0.
#[must_use]
pub fn log_likelihood_ratio(observed: f64, expected: f64, total: f64) -> f64 {
    let comparable = expected > 0.0 && observed > expected && total > expected && total >= observed;
    if !comparable {
        return 0.0;
    }
    let inside = observed * (observed / expected).ln();
    let rest = total - observed;
    let outside = if rest > 0.0 { rest * (rest / (total - expected)).ln() } else { 0.0 };
    (inside + outside).max(0.0)
}

/// What zones and windows of different size are compared by: the ratio + ln μ, and 0 where there is no ratio or that is negative.
///
/// A city has about C/μ zones and windows of μ expected cases that do not overlap, so of the small ones there are many and the greatest bare
/// ratio is mostly one of theirs: an outbreak on a large zone or over hours would have to outdo chance among thousands of corners. Subtracting
/// the logarithm of how many there are (the constant ln C left out) gives each size the same share of false alarms (Dümbgen & Spokoiny 2001,
/// Annals of Statistics 29:124; Walther 2010, Annals of Statistics 38:1010).
#[must_use]
pub fn scan_score(observed: f64, expected: f64, total: f64) -> f64 {
    let ratio = log_likelihood_ratio(observed, expected, total);
    if ratio > 0.0 { (ratio + expected.ln()).max(0.0) } else { 0.0 }
}

/// Whether [`log_likelihood_ratio`] can exceed `floor` at all, without a logarithm: from (1+u) ln(1+u) ≤ u + u²/2 and ln(1−x) ≤ −x, the
/// ratio is at most d²/2μ + d²/(C−μ) with d = c − μ.
fn may_exceed(floor: f64, observed: f64, expected: f64, total: f64) -> bool {
    let surplus = observed - expected;
    surplus > 0.0 && surplus * surplus * (total + expected) >= 2.0 * floor * expected * (total - expected)
}

/// One zone and window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScanFinding {
    /// Number of the zone.
    pub zone: usize,
    /// Number of the window, 0 = the shortest.
    pub window: usize,
    /// Cases in it.
    pub observed: u32,
    /// Cases to be expected.
    pub expected: f64,
    /// Log-likelihood ratio.
    pub statistic: f64,
    /// [`scan_score`].
    pub score: f64,
}

/// What a zone and window must have more of to be a finding.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScanFloor {
    /// Than this log-likelihood ratio.
    pub statistic: f64,
    /// Than this score.
    pub score: f64,
}

impl ScanFloor {
    /// Whatever has more cases than it should.
    pub const NONE: Self = Self {
        statistic: 0.0,
        score: f64::NEG_INFINITY,
    };
}

/// The cases of a study period, the zones of their places, and the windows.
#[derive(Clone, Copy, Debug)]
pub struct ScanCases<'a> {
    /// Place of each case, the newest case first.
    pub places: &'a [u32],
    /// How many of them lie in each window, the shortest window first; never falling.
    pub ends: &'a [usize],
    /// Zones of each place, by number, each below `zones` and named once. A place that is not in the list has none.
    pub zones_of: &'a [Vec<u32>],
    /// How many zones there are.
    pub zones: usize,
}

impl<'a> ScanCases<'a> {
    /// Zones of a place.
    pub(super) fn zones_of(&self, place: u32) -> &'a [u32] {
        self.zones_of.get(place as usize).map_or(&[], Vec::as_slice)
    }

    /// Cases in the longest window.
    pub(super) fn recent(&self) -> usize {
        self.ends.last().copied().unwrap_or(0).min(self.places.len())
    }
}

/// What is expected, and of how many cases in all.
#[derive(Clone, Debug, PartialEq)]
enum Model {
    /// From the cases themselves.
    Permutation,
    /// As told, zone by zone, all windows of a zone together; already scaled.
    Poisson(Vec<f64>),
}

/// Cases by zone and window. Zones may overlap and a window holds all shorter ones, so a case counts in many.
#[derive(Clone, Debug, PartialEq)]
pub struct ScanCounts {
    windows: usize,
    /// Zone by zone, all windows of a zone together.
    observed: Vec<u32>,
    /// Cases of each zone in the whole study period.
    studied: Vec<u32>,
    /// Cases of the city in each window.
    in_window: Vec<u32>,
    /// Cases of the city in the whole study period.
    total: u32,
    model: Model,
}

impl ScanCounts {
    /// No cases, for so many windows, in the permutation form. Zones come with [`Self::grow`].
    #[must_use]
    pub fn new(windows: usize) -> Self {
        Self {
            windows,
            observed: Vec::new(),
            studied: Vec::new(),
            in_window: vec![0; windows],
            total: 0,
            model: Model::Permutation,
        }
    }

    /// The permutation form of these cases.
    #[must_use]
    pub fn of(cases: &ScanCases<'_>) -> Self {
        let mut counts = Self::new(cases.ends.len());
        counts.grow(cases.zones);
        for (age, &place) in cases.places.iter().enumerate() {
            let zones = cases.zones_of(place);
            counts.enter(zones);
            for (window, &end) in cases.ends.iter().enumerate() {
                if age >= end {
                    counts.leave_window(window, zones);
                }
            }
        }
        counts
    }

    /// The Poisson form: `expected` for each place and slice of time, place by place, slice 0 being the shortest window and slice `w` what
    /// window `w` has and `w − 1` has not, in any unit. It is scaled to the cases of the longest window; older ones are left out.
    #[must_use]
    pub fn poisson(cases: &ScanCases<'_>, expected: &[f64]) -> Self {
        let recent = cases.recent();
        let mut counts = Self::of(&ScanCases {
            places: &cases.places[..recent],
            ..*cases
        });
        let windows = cases.ends.len();
        let sum: f64 = expected.iter().sum();
        let scale = if sum > 0.0 { f64::from(counts.total) / sum } else { 0.0 };
        let mut of_zone = vec![0.0; cases.zones * windows];
        for (zones, slices) in cases.zones_of.iter().zip(expected.chunks_exact(windows.max(1))) {
            for &zone in zones {
                let mut so_far = 0.0;
                for (window, slice) in slices.iter().enumerate() {
                    so_far += slice * scale;
                    of_zone[zone as usize * windows + window] += so_far;
                }
            }
        }
        counts.model = Model::Poisson(of_zone);
        counts
    }

    /// Makes room for so many zones; those there were keep their counts.
    pub fn grow(&mut self, zones: usize) {
        if zones > self.studied.len() {
            self.studied.resize(zones, 0);
            self.observed.resize(zones * self.windows, 0);
        }
    }

    /// Takes everything out; zones stay.
    pub fn clear(&mut self) {
        self.observed.fill(0);
        self.studied.fill(0);
        self.in_window.fill(0);
        self.total = 0;
    }

    /// A case of a place with these zones comes in: it is in the study period and in every window.
    pub fn enter(&mut self, zones: &[u32]) {
        for &zone in zones {
            let zone = zone as usize;
            self.studied[zone] += 1;
            for count in &mut self.observed[zone * self.windows..(zone + 1) * self.windows] {
                *count += 1;
            }
        }
        for count in &mut self.in_window {
            *count += 1;
        }
        self.total += 1;
    }

    /// A case that was in this window has become too old for it.
    pub fn leave_window(&mut self, window: usize, zones: &[u32]) {
        for &zone in zones {
            let count = &mut self.observed[zone as usize * self.windows + window];
            *count = count.saturating_sub(1);
        }
        self.in_window[window] = self.in_window[window].saturating_sub(1);
    }

    /// A case that has left all windows has become too old for the study period.
    pub fn leave_study(&mut self, zones: &[u32]) {
        for &zone in zones {
            let count = &mut self.studied[zone as usize];
            *count = count.saturating_sub(1);
        }
        self.total = self.total.saturating_sub(1);
    }

    /// How many zones there are.
    #[must_use]
    pub fn zones(&self) -> usize {
        self.studied.len()
    }

    /// Cases of the city in the study period.
    #[must_use]
    pub const fn total(&self) -> u32 {
        self.total
    }

    /// Cases of the city in a window.
    #[must_use]
    pub fn in_window(&self, window: usize) -> u32 {
        self.in_window[window]
    }

    /// Cases of a zone in the study period.
    #[must_use]
    pub fn studied(&self, zone: usize) -> u32 {
        self.studied[zone]
    }

    /// Cases to be expected in a zone and window.
    #[must_use]
    pub fn expected(&self, zone: usize, window: usize) -> f64 {
        match &self.model {
            Model::Permutation => {
                // Whole numbers first: equal products give equal bits, whatever their factors.
                let product = u64::from(self.studied[zone]) * u64::from(self.in_window[window]);
                #[expect(clippy::cast_precision_loss, reason = "a product of counts of reports stays far below 2^53")]
                let product = product as f64;
                if self.total == 0 { 0.0 } else { product / f64::from(self.total) }
            }
            Model::Poisson(expected) => expected[zone * self.windows + window],
        }
    }

    /// A zone and window as they are.
    #[must_use]
    pub fn finding(&self, zone: usize, window: usize) -> ScanFinding {
        let observed = self.observed[zone * self.windows + window];
        let expected = self.expected(zone, window);
        ScanFinding {
            zone,
            window,
            observed,
            expected,
            statistic: log_likelihood_ratio(f64::from(observed), expected, f64::from(self.total)),
            score: scan_score(f64::from(observed), expected, f64::from(self.total)),
        }
    }

    /// The window of a zone with the greatest score among those above `floor`; of equal ones the shortest.
    #[must_use]
    pub fn best_window(&self, zone: usize, floor: ScanFloor) -> Option<ScanFinding> {
        let mut best: Option<ScanFinding> = None;
        // What the longest window has not, none has.
        let longest = (zone + 1) * self.windows;
        if longest == 0 || self.observed[longest - 1] == 0 {
            return None;
        }
        for window in 0..self.windows {
            let observed = f64::from(self.observed[zone * self.windows + window]);
            let expected = self.expected(zone, window);
            if observed <= expected || !may_exceed(floor.statistic, observed, expected, f64::from(self.total)) {
                continue;
            }
            let finding = self.finding(zone, window);
            let bar = best.as_ref().map_or(floor.score, |best| best.score);
            if finding.statistic > floor.statistic && finding.score > bar {
                best = Some(finding);
            }
        }
        best
    }

    /// The best window of each zone above `floor`, the greatest score first; of equal ones the smaller number of the zone. Costs a few
    /// nanoseconds a zone and window, and two logarithms where the ratio can be that large.
    #[must_use]
    pub fn findings(&self, floor: ScanFloor) -> Vec<ScanFinding> {
        let mut findings: Vec<ScanFinding> = (0..self.zones()).filter_map(|zone| self.best_window(zone, floor)).collect();
        findings.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.zone.cmp(&b.zone)));
        findings
    }

    /// The greatest score of all zones and windows; 0 if none has more than it should.
    #[must_use]
    pub fn maximum(&self) -> f64 {
        let mut floor = ScanFloor {
            score: 0.0,
            ..ScanFloor::NONE
        };
        for zone in 0..self.zones() {
            if let Some(finding) = self.best_window(zone, floor) {
                floor.score = finding.score;
            }
        }
        floor.score
    }

    /// Zones of which the same is expected share a row: the row of each zone, and one zone of each row.
    pub(super) fn alike(&self) -> (Vec<u32>, Vec<usize>) {
        let mut examples = Vec::new();
        let mut known: HashMap<u32, u32> = HashMap::new();
        let rows = (0..self.zones()).map(|zone| {
            // What a zone is told to expect is its own.
            let next = u32::try_from(examples.len()).unwrap_or(u32::MAX);
            let row = match self.model {
                Model::Permutation => *known.entry(self.studied[zone]).or_insert(next),
                Model::Poisson(_) => next,
            };
            if row == next {
                examples.push(zone);
            }
            row
        });
        let rows = rows.collect();
        (rows, examples)
    }

    /// How many windows there are.
    pub(super) const fn windows(&self) -> usize {
        self.windows
    }
}

#[cfg(test)]
#[path = "scan_tests.rs"]
mod tests;
