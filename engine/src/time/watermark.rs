//! The watermark of one lane: a function of the lane's log and nothing else.
//!
//! ```text
//! own time     12:00   12:01   11:30   12:05
//! watermark  –∞      11:59   12:00   12:00   12:04      (delay 60 s; it never goes back)
//! ```
//!
//! A row is late iff its pane's end + allowed lateness ≤ the watermark *before* that row, so how the log was cut into
//! batches cannot change who is late.

use serde::{Deserialize, Serialize};

use super::{PANE_US, pane_of};

/// How long a lane waits for stragglers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TimeSettings {
    /// The watermark runs this many seconds behind the newest own time.
    pub delay_s: u32,
    /// A row this many seconds behind the watermark is late.
    pub allowed_lateness_s: u32,
    /// An event time more than this many seconds beyond the broker's time is refused.
    pub future_skew_s: u32,
    /// A lane that has read everything and was quiet for this many seconds no longer holds the city's watermark back.
    pub idle_after_s: u32,
}

impl Default for TimeSettings {
    fn default() -> Self {
        Self {
            delay_s: 60,
            allowed_lateness_s: 86_400,
            future_skew_s: 600,
            idle_after_s: 30,
        }
    }
}

/// Watermark of a lane, µs UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watermark {
    time: Option<i64>,
    delay_us: i64,
    lateness_us: i64,
}

impl Watermark {
    /// A watermark that has seen nothing.
    #[must_use]
    pub fn new(settings: &TimeSettings) -> Self {
        Self::at(settings, None)
    }

    /// A watermark where another one stood.
    #[must_use]
    pub fn at(settings: &TimeSettings, time: Option<i64>) -> Self {
        Self {
            time,
            delay_us: i64::from(settings.delay_s) * 1_000_000,
            lateness_us: i64::from(settings.allowed_lateness_s) * 1_000_000,
        }
    }

    /// The watermark, once a row has been seen.
    #[must_use]
    pub const fn time(&self) -> Option<i64> {
        self.time
    }

    /// Whether a row of this event time comes too late for its pane.
    #[must_use]
    pub fn late(&self, event_time: i64) -> bool {
        self.time
            .is_some_and(|watermark| pane_of(event_time).saturating_add(PANE_US).saturating_add(self.lateness_us) <= watermark)
    }

    /// Moves on to a row's own time; never back.
    pub fn observe(&mut self, own_time: i64) {
        let candidate = own_time.saturating_sub(self.delay_us);
        if self.time.is_none_or(|watermark| candidate > watermark) {
            self.time = Some(candidate);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{TimeSettings, Watermark};

    const MINUTE: i64 = 60_000_000;

    #[test]
    fn it_runs_behind_by_the_delay_and_never_goes_back() {
        let mut watermark = Watermark::new(&TimeSettings::default());
        assert_eq!(watermark.time(), None);
        watermark.observe(10 * MINUTE);
        assert_eq!(watermark.time(), Some(9 * MINUTE));
        watermark.observe(2 * MINUTE);
        assert_eq!(watermark.time(), Some(9 * MINUTE));
    }

    #[test]
    fn a_row_is_late_from_the_moment_the_watermark_reaches_pane_end_plus_lateness() {
        let settings = TimeSettings {
            delay_s: 0,
            allowed_lateness_s: 600,
            ..TimeSettings::default()
        };
        let mut watermark = Watermark::new(&settings);
        assert!(!watermark.late(i64::MIN / 2), "nothing is late before the first row");
        // Pane [0, 1 min): its end + 10 min is minute 11.
        watermark.observe(11 * MINUTE - 1);
        assert!(!watermark.late(0));
        assert!(!watermark.late(MINUTE - 1));
        watermark.observe(11 * MINUTE);
        assert!(watermark.late(0));
        assert!(watermark.late(MINUTE - 1));
        assert!(!watermark.late(MINUTE));
    }
}
