//! What a watch may be told.

use statrs::function::erf::erfc_inv;
use tanggap_engine::time::{HOUR_US, PANE_US};

use crate::statistics::recurrence_days;

/// One tick: the city is looked at every minute.
pub(super) const TICK_US: i64 = PANE_US;
/// The same in days.
const TICK_DAYS: f64 = 1.0 / 1_440.0;

/// Settings of a watch. Windows and lengths are whole minutes.
#[derive(Clone, Debug, PartialEq)]
pub struct WatchSettings {
    /// H3 resolution of the cells that are counted; finer ones are coarsened.
    pub resolution: u8,
    /// Discs reach 0, 1, … up to so many rings of cells around their centre.
    pub reach: u8,
    /// Windows that end now, minutes, the shortest first.
    pub windows_min: Vec<u32>,
    /// Study period, days: what the zones are held against.
    pub study_days: u32,
    /// A report that comes later than this, minutes, changes what is counted from then on but not what was said before.
    pub revise_min: u32,
    /// A hotspot opens when chance would do as much in no less than so many days.
    pub open_days: f64,
    /// It goes on as long as chance would do as much in no less than so many days.
    pub close_days: f64,
    /// It closes after so many minutes below that.
    pub close_after_min: u32,
    /// Different reporters it needs, to open and to go on.
    pub minimum_reporters: u32,
    /// A zone with a smaller log-likelihood ratio is not looked at: chance does that all the time.
    pub least_statistic: f64,
    /// It opens only if so many reporters have at most this probability where the hour of the week lets expect what it does.
    pub usual_p: f64,
    /// Repetitions of the scan on cities in which nothing happens.
    pub replicas: u32,
    /// A null is made of at most about so many cases in the longest window; of more, every n-th one.
    pub null_cases: u32,
    /// Seed of these cities.
    pub seed: u64,
}

impl Default for WatchSettings {
    fn default() -> Self {
        Self {
            resolution: 8,
            reach: 2,
            windows_min: vec![15, 30, 60, 90, 120, 180, 240, 360],
            study_days: 7,
            revise_min: 360,
            open_days: 30.0,
            close_days: 1.0,
            close_after_min: 15,
            minimum_reporters: 3,
            least_statistic: 6.0,
            usual_p: 0.001,
            replicas: 499,
            null_cases: 1_000,
            seed: 2_014,
        }
    }
}

/// The settings as the watch uses them.
#[derive(Clone, Debug)]
pub(super) struct Rules {
    /// As told.
    pub(super) settings: WatchSettings,
    /// Windows, µs: rising, at least one.
    pub(super) windows_us: Vec<i64>,
    /// Study period, µs, no shorter than the longest window.
    pub(super) study_us: i64,
    /// How far back what was said is revised, µs.
    pub(super) revise_us: i64,
    /// A hotspot opens at no greater p.
    pub(super) open_p: f64,
    /// A ratio that would be enough for that if it were the only one looked at: half the square of the normal quantile. As the greatest of
    /// thousands it never is, so what has less needs no null.
    pub(super) least_opening: f64,
    /// A hotspot goes on at no greater p.
    pub(super) close_p: f64,
}

impl Rules {
    /// The rules of these settings; windows of no length are left out, and if none is left there is one of an hour.
    pub(super) fn of(settings: WatchSettings) -> Self {
        let mut windows_us: Vec<i64> = settings.windows_min.iter().map(|minutes| i64::from(*minutes) * PANE_US).collect();
        windows_us.retain(|window| *window > 0);
        windows_us.sort_unstable();
        windows_us.dedup();
        if windows_us.is_empty() {
            windows_us.push(HOUR_US);
        }
        let longest = windows_us.last().copied().unwrap_or(HOUR_US);
        let open_p = p_of_days(settings.open_days);
        Self {
            windows_us,
            study_us: (i64::from(settings.study_days) * 24 * HOUR_US).max(longest),
            revise_us: i64::from(settings.revise_min) * PANE_US,
            open_p,
            least_opening: erfc_inv(2.0 * open_p).max(0.0).powi(2),
            close_p: p_of_days(settings.close_days).max(open_p),
            settings,
        }
    }

    /// The longest window, µs.
    pub(super) fn longest_us(&self) -> i64 {
        self.windows_us.last().copied().unwrap_or(HOUR_US)
    }
}

/// The p that a recurrence interval of so many days stands for, one tick being one analysis.
fn p_of_days(days: f64) -> f64 {
    (TICK_DAYS / days.max(f64::MIN_POSITIVE)).min(1.0)
}

/// The recurrence interval of a p, days: how long chance takes on average to do as much, one tick being one analysis.
pub(super) fn days_of_p(p: f64) -> f64 {
    recurrence_days(p.max(f64::MIN_POSITIVE), TICK_DAYS)
}

#[cfg(test)]
mod tests {
    use super::{Rules, WatchSettings, days_of_p, p_of_days};

    #[test]
    fn a_recurrence_interval_and_its_p_are_each_others_inverse() {
        let p = p_of_days(365.0);
        assert!((p - 1.0 / (1_440.0 * 365.0)).abs() < 1e-18);
        assert!((days_of_p(p) - 365.0).abs() < 1e-9);
        assert!((p_of_days(0.0) - 1.0).abs() < f64::EPSILON);
    }

    #[test]
    fn windows_are_put_in_order_whatever_is_told() {
        let windows = |minutes: &[u32]| {
            let settings = WatchSettings {
                windows_min: minutes.to_vec(),
                ..WatchSettings::default()
            };
            Rules::of(settings).windows_us
        };
        assert_eq!(windows(&[30, 0, 15, 30]), [900_000_000, 1_800_000_000]);
        assert_eq!(windows(&[]), [3_600_000_000]);
    }
}
