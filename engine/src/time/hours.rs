//! Working time of one set of office hours: how much of it lies between two instants, and the instant at which an amount is reached.
//!
//! Instants are µs UTC, intervals `[from, to)`. Made once per set from a calendar; a question costs a look-up or, on the way back, one
//! binary search over the calendar's days. Outside the calendar's years only the weekend is free; ask [`Calendar::covers`] there.

use super::calendar::Calendar;
use super::date::{DAY_US, Date, Weekday};
use super::day_sum::DaySum;

/// When an office is open on a day: µs since local midnight, `[start, end)`, in order, apart from each other.
pub(super) type Spans = Vec<(i64, i64)>;

/// One set of office hours on one calendar.
#[derive(Clone, Debug)]
pub struct Hours {
    name: String,
    offset_us: i64,
    week: [Spans; 7],
    /// Open µs of each day.
    open: DaySum,
    /// Working days: 1 for each day with open hours.
    days: DaySum,
}

impl Hours {
    /// Lays a week over a calendar. Some day of the week must be open; one that keeps free days must be open on a day that is no weekend.
    pub(super) fn new(name: &str, week: [Spans; 7], works_on_free_days: bool, calendar: &Calendar) -> Self {
        let mut usual = [0_i64; 7];
        for (amount, (spans, weekday)) in usual.iter_mut().zip(week.iter().zip(Weekday::ALL)) {
            if works_on_free_days || !calendar.weekend(weekday) {
                *amount = spans.iter().map(|(start, end)| end - start).sum();
            }
        }
        let (first, end) = run(calendar);
        let amount = |day: i64| {
            let date = Date::from_days(day);
            if !works_on_free_days && calendar.free(date) {
                return 0;
            }
            usual[date.weekday() as usize]
        };
        Self {
            name: name.to_owned(),
            offset_us: calendar.offset_us(),
            week,
            open: DaySum::new(first, (first..end).map(amount), usual),
            days: DaySum::new(first, (first..end).map(|day| amount(day).min(1)), usual.map(|amount| amount.min(1))),
        }
    }

    /// Name of the set.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether the office is open at an instant.
    #[must_use]
    pub fn open(&self, instant: i64) -> bool {
        let (day, clock) = self.wall(instant);
        self.days.on(day) > 0 && self.spans(day).iter().any(|(start, end)| (*start..*end).contains(&clock))
    }

    /// Whether the office is open at all on a date.
    #[must_use]
    pub fn working_day(&self, date: Date) -> bool {
        self.days.on(date.days()) > 0
    }

    /// Working days from one date up to another, which is not counted; negative if `to` lies before `from`.
    #[must_use]
    pub fn working_days(&self, from: Date, to: Date) -> i64 {
        self.days.before(to.days()).saturating_sub(self.days.before(from.days()))
    }

    /// Working µs in `[from, to)`; negative if `to` lies before `from`, so that neighbouring intervals always add up.
    #[must_use]
    pub fn working_us(&self, from: i64, to: i64) -> i64 {
        self.passed(to).saturating_sub(self.passed(from))
    }

    /// Whole working seconds in `[from, to)`, cut towards zero; see [`Hours::working_us`].
    #[must_use]
    pub fn working_seconds(&self, from: i64, to: i64) -> i64 {
        self.working_us(from, to) / 1_000_000
    }

    /// The first instant, `from` or later, by which `length_us` of working time has passed: 8.5 hours after Friday's opening are over at
    /// Friday's closing, not on Monday. A length that is not positive is over at once; beyond the end of time it saturates.
    #[must_use]
    pub fn after(&self, from: i64, length_us: i64) -> i64 {
        if length_us <= 0 {
            return from;
        }
        let target = self.passed(from).saturating_add(length_us);
        let day = self.open.reaching(target);
        let mut rest = target.saturating_sub(self.open.before(day));
        for (start, end) in self.spans(day) {
            if rest <= end - start {
                return self.instant(day, start + rest);
            }
            rest -= end - start;
        }
        i64::MAX
    }

    /// The instant `days` working days after `from`: the same time on the wall, that many working days later. What begins on a day
    /// without hours first moves to 00:00 of the next working day (the arithmetic of Amsterdam's Signalen, with holidays).
    ///
    /// ```text
    /// Fri 16:00 + 1 = Mon 16:00      Sat 10:00 + 1 = Tue 00:00      Sat 10:00 + 0 = Mon 00:00
    /// ```
    #[must_use]
    pub fn after_days(&self, from: i64, days: u32) -> i64 {
        let (day, clock) = self.wall(from);
        let clock = if self.days.on(day) > 0 { clock } else { 0 };
        let target = self.days.before(day).saturating_add(1 + i64::from(days));
        self.instant(self.days.reaching(target), clock)
    }

    /// Open µs from the calendar's first day to an instant; negative before it.
    fn passed(&self, instant: i64) -> i64 {
        let (day, clock) = self.wall(instant);
        let before = self.open.before(day);
        if self.days.on(day) == 0 {
            return before;
        }
        let today: i64 = self.spans(day).iter().map(|(start, end)| clock.clamp(*start, *end) - start).sum();
        before.saturating_add(today)
    }

    /// Hours of a day, if it is a working day.
    fn spans(&self, day: i64) -> &[(i64, i64)] {
        &self.week[Date::from_days(day).weekday() as usize]
    }

    /// Day and µs since its midnight, on the wall.
    fn wall(&self, instant: i64) -> (i64, i64) {
        let local = instant.saturating_add(self.offset_us);
        (local.div_euclid(DAY_US), local.rem_euclid(DAY_US))
    }

    fn instant(&self, day: i64, clock: i64) -> i64 {
        day.saturating_mul(DAY_US).saturating_add(clock).saturating_sub(self.offset_us)
    }
}

/// First day of the calendar's first year, and of the year after its last.
fn run(calendar: &Calendar) -> (i64, i64) {
    let (first, last) = calendar.year_range();
    let new_year = |year| Date::new(year, 1, 1).map_or(0, Date::days);
    (new_year(first), new_year(last + 1))
}
