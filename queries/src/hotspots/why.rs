//! Why a hotspot is one: what each channel adds to it, and what is usual there. All other numbers are the hotspot's evidence.

use std::collections::BTreeSet;

use super::board::Board;
use super::cluster::Surroundings;
use super::hotspot::Hotspot;
use super::settings::days_of_p;
use crate::statistics::{ScanNull, log_likelihood_ratio, scan_score};

/// What a hotspot would be without one channel, all its cases in the city left out.
#[derive(Clone, Debug, PartialEq)]
pub struct ChannelShare {
    /// Name of the channel.
    pub channel: String,
    /// Its different reporters in the hotspot.
    pub reporters: u32,
    /// Reporters of all other channels.
    pub observed_without: u32,
    /// What would be expected of them.
    pub expected_without: f64,
    /// Their log-likelihood ratio.
    pub statistic_without: f64,
    /// Its p, by the null of all channels.
    pub p_without: f64,
    /// Whether the hotspot would not have been opened without the channel at this tick.
    pub decisive: bool,
}

impl ChannelShare {
    /// Days between two such by chance as there would be without the channel.
    #[must_use]
    pub fn recurrence_days_without(&self) -> f64 {
        days_of_p(self.p_without)
    }
}

/// Why.
#[derive(Clone, Debug, PartialEq)]
pub struct Why {
    /// The hotspot.
    pub hotspot: Hotspot,
    /// By name of the channel; empty of a hotspot that has ended.
    pub channels: Vec<ChannelShare>,
    /// Reporters usual in its zone in each hour of the week, local time, Monday's first, a holiday being a Sunday; none with no history, or of a
    /// hotspot that has ended.
    pub week: Option<Vec<f64>>,
}

/// What is usual in a hotspot's zone, hour by hour.
pub(super) fn week(surroundings: &Surroundings<'_>, board: &Board, hotspot: &Hotspot) -> Option<Vec<f64>> {
    let zone = surroundings.atlas.zone_number(hotspot.evidence.zone)?;
    let places = board.places_of(zone, surroundings.atlas);
    board.usual().week(&places, surroundings.atlas)
}

/// What each channel adds to a hotspot that goes on. Costs one pass of the study period a channel.
pub(super) fn shares(surroundings: &Surroundings<'_>, board: &Board, null: &ScanNull, hotspot: &Hotspot) -> Vec<ChannelShare> {
    let evidence = &hotspot.evidence;
    let Some(zone) = surroundings.atlas.zone_number(evidence.zone) else {
        return Vec::new();
    };
    let rules = surroundings.rules;
    let window_from_us = hotspot.tick_us - evidence.window_us;
    let share = |(channel, reporters): &(String, u32)| {
        let (mut of_zone, mut of_window, mut of_city) = (0_u32, 0_u32, 0_u32);
        let mut others = BTreeSet::new();
        for case in board.in_study() {
            if surroundings.channels.get(usize::from(case.channel)) == Some(channel) {
                continue;
            }
            let (inside, recent) = (surroundings.holds(zone, case), case.time_us >= window_from_us);
            of_city += 1;
            of_zone += u32::from(inside);
            of_window += u32::from(recent);
            if inside && recent {
                others.insert(case.reporter);
            }
        }
        let observed = u32::try_from(others.len()).unwrap_or(u32::MAX);
        let expected = f64::from(of_zone) * f64::from(of_window) / f64::from(of_city.max(1));
        let statistic = log_likelihood_ratio(f64::from(observed), expected, f64::from(of_city));
        let p = null.p(scan_score(f64::from(observed), expected, f64::from(of_city)));
        ChannelShare {
            channel: channel.clone(),
            reporters: *reporters,
            observed_without: observed,
            expected_without: expected,
            statistic_without: statistic,
            p_without: p,
            decisive: p > rules.open_p || observed < rules.settings.minimum_reporters || statistic < rules.settings.least_statistic,
        }
    };
    evidence.channels.iter().map(share).collect()
}
