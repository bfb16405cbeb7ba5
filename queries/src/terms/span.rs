//! Which moments and places a question about terms looks at.

use crate::named::WEEK_US;

/// Weeks before a window whose same hours count.
const MOST_WEEKS: i64 = 4;
/// The time before a window that is looked at whole, in slots as long as it.
const DAY_US: i64 = 24 * 3_600_000_000;
/// Number of the first slot before the window; those of weeks are below.
const FIRST_SLOT: i64 = 16;

/// A place whose terms are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TermArea {
    /// All of it, with what names no place.
    City,
    /// A kota, by its integer code.
    Kota(i64),
    /// What has neither a position nor names one kota.
    Unknown,
}

impl TermArea {
    /// Whether a report of this kota (0 = unknown) is of it.
    pub(super) const fn holds(self, kota: i64) -> bool {
        match self {
            Self::City => true,
            Self::Kota(code) => code == kota,
            Self::Unknown => kota == 0,
        }
    }
}

/// A window `[start_us, end_us)`, µs since epoch UTC, and what lies before it that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TermSpan {
    /// First moment that counts.
    pub start_us: i64,
    /// First that does not any more.
    pub end_us: i64,
    /// Weeks before that are known.
    pub weeks: i64,
    /// Slots as long as the window that are known right before it, of a day at most.
    pub slots: i64,
}

impl TermSpan {
    /// The window, where `known_us` before it are known.
    #[must_use]
    pub fn of(start_us: i64, end_us: i64, known_us: i64) -> Self {
        let length = (end_us - start_us).max(1);
        Self {
            start_us,
            end_us,
            weeks: (known_us / WEEK_US).clamp(0, MOST_WEEKS),
            slots: (known_us / length).clamp(0, (DAY_US / length).max(1)),
        }
    }

    /// µs of the window.
    pub(crate) const fn length_us(&self) -> i64 {
        self.end_us - self.start_us
    }

    /// µs before the window that are looked at whole.
    pub(crate) const fn recent_us(&self) -> i64 {
        self.slots * self.length_us()
    }

    /// The earliest moment that is looked at.
    pub(crate) fn since_us(&self) -> i64 {
        self.start_us - self.recent_us().max(self.weeks * WEEK_US)
    }

    /// Which slot a moment is in: 0 the window, from 1 the same hours so many weeks before, from 16 what lies right before it. None of them is in
    /// another: a week is longer than two days.
    pub(super) fn slot(&self, time_us: i64) -> Option<u8> {
        if time_us >= self.end_us {
            return None;
        }
        if time_us >= self.start_us {
            return Some(0);
        }
        let ago = self.start_us - time_us;
        let slot = if ago <= self.recent_us() {
            FIRST_SLOT + (ago - 1) / self.length_us().max(1)
        } else {
            let week = (ago + WEEK_US - 1) / WEEK_US;
            if week > self.weeks || week * WEEK_US - ago >= self.length_us() {
                return None;
            }
            week
        };
        u8::try_from(slot).ok()
    }

    /// Whether a slot is right before the window, not in a week before.
    pub(super) const fn is_recent(slot: u8) -> bool {
        slot as i64 >= FIRST_SLOT
    }
}

#[cfg(test)]
mod tests {
    use super::{TermArea, TermSpan};

    const HOUR: i64 = 3_600_000_000;
    const WEEK: i64 = 168 * HOUR;

    #[test]
    fn a_moment_is_in_the_window_in_a_week_before_or_in_a_slot_or_in_none() {
        let start = 100 * WEEK;
        let span = TermSpan::of(start, start + HOUR, 9 * WEEK);
        assert_eq!((span.weeks, span.slots, span.since_us()), (4, 24, start - 4 * WEEK));
        for (time, slot) in [
            (start, Some(0)),
            (start + HOUR - 1, Some(0)),
            (start + HOUR, None),
            (start - 1, Some(16)),
            (start - HOUR, Some(16)),
            (start - HOUR - 1, Some(17)),
            (start - 24 * HOUR, Some(39)),
            (start - 24 * HOUR - 1, None),
            (start - WEEK, Some(1)),
            (start - WEEK + HOUR - 1, Some(1)),
            (start - WEEK + HOUR, None),
            (start - WEEK - 1, None),
            (start - 4 * WEEK, Some(4)),
            (start - 5 * WEEK, None),
        ] {
            assert_eq!(span.slot(time), slot, "{}", start - time);
        }
    }

    #[test]
    fn what_is_not_known_is_no_slot() {
        let span = TermSpan::of(0, 6 * HOUR, 13 * HOUR);
        assert_eq!((span.weeks, span.slots, span.recent_us()), (0, 2, 12 * HOUR));
        assert_eq!(TermSpan::of(0, 24 * HOUR, 2 * HOUR).slots, 0);
        assert_eq!(TermSpan::of(0, 24 * HOUR, 900 * HOUR).slots, 1);
        assert_eq!(TermSpan::of(5, 5, -1).slots, 0, "an empty window breaks nothing");
    }

    #[test]
    fn a_place_holds_its_own() {
        assert!(TermArea::City.holds(0) && TermArea::City.holds(3_174));
        assert!(TermArea::Kota(3_174).holds(3_174) && !TermArea::Kota(3_174).holds(0));
        assert!(TermArea::Unknown.holds(0) && !TermArea::Unknown.holds(3_174));
    }
}
