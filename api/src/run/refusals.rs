//! An alarm on the share of events that are refused: a source that changed its format says so within a minute.

use std::time::{Duration, Instant};

use tanggap_engine::lane::Accounting;

/// Watches a lane's counters, a minute at a time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Refusals {
    /// Share of a minute's events from which on it is an alarm.
    alarm_share: f64,
    begun: Instant,
    received: u64,
    rejected: u64,
    alarm: bool,
}

/// How long events are counted together.
const PERIOD: Duration = Duration::from_mins(1);
/// Fewer events than this say nothing of a share.
const LEAST: u64 = 20;

impl Refusals {
    /// Begins to count after these events.
    pub(super) fn new(alarm_share: f64, accounting: &Accounting, now: Instant) -> Self {
        Self {
            alarm_share,
            begun: now,
            received: accounting.received,
            rejected: accounting.rejected,
            alarm: false,
        }
    }

    /// Looks at the counters; gives whether too many were refused. Raised as soon as it is so, taken back by a minute without.
    pub(super) fn look(&mut self, accounting: &Accounting, now: Instant) -> bool {
        let (received, rejected) = (accounting.received - self.received, accounting.rejected - self.rejected);
        let too_many = received >= LEAST && share(rejected, received) >= self.alarm_share;
        if now.duration_since(self.begun) >= PERIOD {
            *self = Self::new(self.alarm_share, accounting, now);
            self.alarm = too_many;
        } else {
            self.alarm |= too_many;
        }
        self.alarm
    }
}

#[expect(clippy::cast_precision_loss, reason = "events of a minute are below 2^53")]
fn share(part: u64, whole: u64) -> f64 {
    part as f64 / whole as f64
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use tanggap_engine::lane::Accounting;

    use super::Refusals;

    fn counters(received: u64, rejected: u64) -> Accounting {
        Accounting {
            received,
            rejected,
            ..Accounting::default()
        }
    }

    #[test]
    fn an_alarm_is_raised_at_once_and_taken_back_by_a_good_minute() {
        let begun = Instant::now();
        let at = |seconds| begun + Duration::from_secs(seconds);
        // What was refused before is old news.
        let mut refusals = Refusals::new(0.2, &counters(1_000, 900), begun);
        assert!(!refusals.look(&counters(1_010, 910), at(1)), "ten events say nothing");
        assert!(!refusals.look(&counters(1_100, 919), at(2)), "19 of 100");
        assert!(refusals.look(&counters(1_101, 921), at(3)), "21 of 101");
        assert!(refusals.look(&counters(2_000, 921), at(30)), "it stays for the minute");
        assert!(!refusals.look(&counters(2_001, 921), at(61)), "in all, 21 of 1,001");
        assert!(!refusals.look(&counters(2_002, 922), at(62)));
    }
}
