//! How much of everything gives the wanted number of lines.

use super::calendar::{DAY, SECOND, complaint_pulse, mean_pulse, traffic_pulse};
use super::chance::{Chance, Weighted, seconds, whole};
use super::config::{CityConfig, Shares};
use super::gauge;
use super::lifecycle::plan;
use super::planted::more_witnesses;
use super::traffic::POLL;
use super::vocabulary::{KELURAHAN_OFFICE, SUBJECTS, UNITS};

/// How much of each source gives the wanted number of lines.
pub(super) struct Volume {
    /// New reports a second, before the pulse of the day.
    pub(super) reports_per_s: f64,
    /// Tweets a second, likewise.
    pub(super) tweets_per_s: f64,
    /// Waze objects at a poll, likewise.
    pub(super) objects: f64,
}

impl Volume {
    #[expect(clippy::cast_precision_loss, reason = "numbers of lines are far below 2^53")]
    /// The volumes of a run of `length` µs.
    pub(super) fn of(config: &CityConfig, subjects: &Weighted, length: i64) -> Self {
        let run_s = seconds(length);
        let wanted = config.events.map_or(config.rate * run_s, |events| events as f64);
        let polls = run_s / seconds(POLL);
        let Shares {
            complaints,
            traffic,
            tweets,
        } = config.shares;
        let levels = gauge::readings_per_day() * run_s / seconds(DAY);
        let mut lines = (wanted / (1.0 + config.faults.duplicate) - levels).max(0.0);
        let mut of_all = complaints + traffic + tweets;
        let objects = lines * traffic / of_all / polls;
        if config.whole_documents && traffic < of_all {
            // The documents are few lines; the others share what is left.
            lines = (lines - polls).max(0.0);
            of_all -= traffic;
        }
        // An endless city is measured over a typical week, a bounded one over its own days and hours.
        let (start, span) = if config.endless {
            (config.start, 7 * DAY)
        } else {
            (config.start, length)
        };
        // Whoever tells of it too is one more report.
        let a_report = lines_per_report(config, subjects, start, span) * (1.0 + config.witnessed * more_witnesses());
        Self {
            reports_per_s: lines * complaints / of_all / a_report / run_s / mean_pulse(complaint_pulse, start, span),
            tweets_per_s: lines * tweets / of_all / run_s / mean_pulse(traffic_pulse, start, span),
            objects: objects / mean_pulse(traffic_pulse, start, span),
        }
    }
}

/// Lines a new report gives before the end, by trial: late in the run most of its life is yet to come.
fn lines_per_report(config: &CityConfig, subjects: &Weighted, start: i64, span: i64) -> f64 {
    const TRIALS: u32 = 4_000;
    let mut chance = Chance::new(config.seed, 6);
    let mut steps = Vec::new();
    let (mut lines, mut weight) = (0.0, 0.0);
    for _ in 0..TRIALS {
        let at = whole(seconds(span) * chance.unit()) * SECOND;
        let pulse = complaint_pulse(start + at);
        weight += pulse;
        if chance.happens(config.duty) {
            lines += pulse;
            continue;
        }
        let subject = &SUBJECTS[subjects.draw(&mut chance)];
        let unit = if chance.happens(subject.local_share) {
            KELURAHAN_OFFICE
        } else {
            subject.unit
        };
        let followed = chance.happens(config.followed);
        plan(&mut chance, &UNITS[unit], at, followed, &mut steps);
        let seen = steps.iter().filter(|(time, _)| config.endless || *time < span).count();
        lines += pulse * seconds(i64::try_from(seen).unwrap_or(0) * SECOND);
    }
    (lines / weight).max(1.0)
}
