//! The clusters of one tick: the zones that hold more reporters than chance explains, the strongest first, none sharing a cell with a stronger
//! one.

use std::collections::{BTreeMap, BTreeSet};

use statrs::distribution::{DiscreteCDF, Poisson};
use tanggap_engine::event::Category;

use super::atlas::{Atlas, Zone};
use super::board::{Board, Case};
use super::hotspot::Evidence;
use super::settings::{Rules, days_of_p};
use crate::statistics::{ScanFinding, ScanFloor, ScanNull, log_likelihood_ratio, scan_score};

/// A zone whose hotspot goes on is preferred to others that are a tenth stronger: hotspots that jump to and fro help nobody.
const LOYALTY: f64 = 1.1;

/// One of them.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Cluster {
    /// Its numbers.
    pub(super) evidence: Evidence,
    /// The cell it would be named by.
    pub(super) first_cell: u64,
    /// Whether it is strong and unusual enough to open a hotspot; the others may carry one on.
    pub(super) opens: bool,
}

/// What clusters are made with.
#[derive(Clone, Copy)]
pub(super) struct Surroundings<'a> {
    pub(super) rules: &'a Rules,
    pub(super) atlas: &'a Atlas,
    pub(super) channels: &'a [String],
}

impl Surroundings<'_> {
    /// The clusters at a tick. `kept` are the zones of the hotspots that go on.
    ///
    /// The zones are ordered by the score of their counts of cases; what is told of one is by its different reporters, which may be fewer.
    pub(super) fn clusters(&self, board: &mut Board, null: &ScanNull, tick_us: i64, kept: &[Zone]) -> Vec<Cluster> {
        let floor = ScanFloor {
            score: null.score_at(self.rules.close_p),
            statistic: self.rules.settings.least_statistic,
        };
        let mut findings: Vec<(f64, Zone, ScanFinding)> = board
            .findings(floor)
            .into_iter()
            .map(|finding| {
                let zone = self.atlas.zone_at(finding.zone);
                let order = if kept.contains(&zone) {
                    finding.score * LOYALTY
                } else {
                    finding.score
                };
                (order, zone, finding)
            })
            .collect();
        findings.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        let mut taken = BTreeSet::new();
        let mut clusters = Vec::new();
        for (_, _, finding) in findings {
            let cells = board.cells(finding.zone, self.atlas);
            if cells.iter().any(|cell| taken.contains(cell)) {
                continue;
            }
            if let Some(cluster) = self.cluster(board, null, tick_us, finding, cells) {
                taken.extend(cluster.evidence.cells.iter().copied());
                clusters.push(cluster);
            }
        }
        clusters
    }

    fn cluster(&self, board: &Board, null: &ScanNull, tick_us: i64, finding: ScanFinding, cells: Vec<u64>) -> Option<Cluster> {
        let mut members: Vec<&Case> = Vec::new();
        for case in board.in_window(finding.window) {
            if self.holds(finding.zone, case) {
                members.push(case);
            }
        }
        let reporters: BTreeSet<u64> = members.iter().map(|case| case.reporter).collect();
        let observed = u32::try_from(reporters.len()).unwrap_or(u32::MAX);
        let counts = board.counts();
        let statistic = log_likelihood_ratio(f64::from(observed), finding.expected, f64::from(counts.total()));
        let score = scan_score(f64::from(observed), finding.expected, f64::from(counts.total()));
        let p = null.p(score);
        let settings = &self.rules.settings;
        if observed < settings.minimum_reporters || statistic < settings.least_statistic || p > self.rules.close_p {
            return None;
        }
        let window_us = self.rules.windows_us[finding.window];
        let places = board.places_of(finding.zone, self.atlas);
        let usual = board.usual().expected(&places, tick_us - window_us, tick_us, self.atlas);
        let unusual = usual.is_none_or(|usual| at_least(observed, usual) <= settings.usual_p);
        let zone = self.atlas.zone_at(finding.zone);
        let first_cell = match zone {
            Zone::Disc { centre, .. } => centre,
            Zone::Kelurahan(_) | Zone::Kecamatan(_) => cells.first().copied().unwrap_or(0),
        };
        let evidence = Evidence {
            zone,
            category: leading(&members),
            cells,
            kelurahan: self.kelurahan(&members),
            window_us,
            observed,
            expected: finding.expected,
            of_zone: counts.studied(finding.zone),
            of_window: counts.in_window(finding.window),
            of_city: counts.total(),
            statistic,
            p,
            recurrence_days: days_of_p(p),
            usual,
            channels: self.channels(&members),
            members: members.iter().map(|case| case.report).collect(),
        };
        Some(Cluster {
            evidence,
            first_cell,
            opens: p <= self.rules.open_p && unusual,
        })
    }

    /// Whether a case lies in a zone.
    pub(super) fn holds(&self, zone: usize, case: &Case) -> bool {
        self.atlas.zones_of(case.place).iter().any(|own| *own as usize == zone)
    }

    fn kelurahan(&self, members: &[&Case]) -> Vec<i64> {
        let codes: BTreeSet<i64> = members
            .iter()
            .filter_map(|case| self.atlas.place_at(case.place).kelurahan)
            .collect();
        codes.into_iter().collect()
    }

    /// Different reporters of each channel, by name.
    fn channels(&self, members: &[&Case]) -> Vec<(String, u32)> {
        let mut reporters: BTreeMap<&str, BTreeSet<u64>> = BTreeMap::new();
        for case in members {
            let channel = self.channels.get(usize::from(case.channel)).map_or("", String::as_str);
            reporters.entry(channel).or_default().insert(case.reporter);
        }
        let count = |reporters: BTreeSet<u64>| u32::try_from(reporters.len()).unwrap_or(u32::MAX);
        reporters
            .into_iter()
            .map(|(channel, reporters)| (channel.to_owned(), count(reporters)))
            .collect()
    }
}

/// The category of most cases, of equal ones the smaller number.
fn leading(members: &[&Case]) -> Category {
    let mut counts: BTreeMap<u8, u32> = BTreeMap::new();
    for case in members {
        *counts.entry(case.category).or_default() += 1;
    }
    let most = counts.values().copied().max().unwrap_or(0);
    let first = counts.iter().find(|(_, count)| **count == most).map(|(category, _)| *category);
    first.and_then(Category::from_number).unwrap_or(Category::Lainnya)
}

/// Probability of at least so many where `expected` are.
fn at_least(observed: u32, expected: f64) -> f64 {
    match (observed.checked_sub(1), Poisson::new(expected)) {
        (Some(fewer), Ok(poisson)) => poisson.sf(u64::from(fewer)),
        (None, _) => 1.0,
        // Nothing was expected at all.
        (Some(_), Err(_)) => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::at_least;

    #[test]
    fn the_poisson_tail_is_scipys() {
        // scipy.stats.poisson.sf(k - 1, mu)
        for (observed, expected, tail) in [(3, 0.17, 0.000_721_208), (5, 0.5, 0.000_172_116), (12, 2.486_9, 1.197_03e-5)] {
            assert!((at_least(observed, expected) / tail - 1.0_f64).abs() < 1e-5, "{observed}");
        }
        assert!((at_least(0, 3.0) - 1.0).abs() < f64::EPSILON);
        assert!(at_least(1, 0.0).abs() < f64::EPSILON);
    }
}
