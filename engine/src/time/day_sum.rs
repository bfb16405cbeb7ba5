//! A whole number per day, summed: how much lies before a day, and which day reaches an amount. A table inside a run of days, the
//! weekly pattern outside of it.
//!
//! ```text
//! … week week │ first …… table of sums …… end │ week week …
//! ```
//!
//! A sum costs one look-up or one division; the way back one binary search (14 years: 13 steps) or one division. Sums saturate
//! some 290,000 years from now.

use super::date::weekday_number;

/// Sums of a day's amount, from `first` on (negative before it).
#[derive(Clone, Debug)]
pub(super) struct DaySum {
    first: i64,
    /// Sum before each day of the run and before the day after it.
    table: Vec<i64>,
    /// Sum before each weekday of a usual week, Monday first, and of the whole week, which must be positive.
    week: [i64; 8],
}

impl DaySum {
    /// Sums `days` from day `first` on, and `week` (a usual week, Monday first) outside of them. No amount may be negative, and some
    /// weekday's must be positive.
    pub(super) fn new(first: i64, days: impl Iterator<Item = i64>, week: [i64; 7]) -> Self {
        let mut table = vec![0];
        let mut sum = 0;
        for amount in days {
            sum += amount;
            table.push(sum);
        }
        let mut week_sums = [0; 8];
        for (weekday, amount) in week.into_iter().enumerate() {
            week_sums[weekday + 1] = week_sums[weekday] + amount;
        }
        Self {
            first,
            table,
            week: week_sums,
        }
    }

    /// Sum of all days from `first` up to `day`, which is not in it; negative before `first`.
    pub(super) fn before(&self, day: i64) -> i64 {
        match usize::try_from(day.saturating_sub(self.first)) {
            Err(_) => self.usual(day).saturating_sub(self.usual(self.first)),
            Ok(position) if position < self.table.len() => self.table[position],
            Ok(_) => self.last().saturating_add(self.usual(day).saturating_sub(self.usual(self.end()))),
        }
    }

    /// Amount of one day.
    pub(super) fn on(&self, day: i64) -> i64 {
        self.before(day.saturating_add(1)).saturating_sub(self.before(day))
    }

    /// The last day before which the sum is less than `target`: the day on which it is reached.
    pub(super) fn reaching(&self, target: i64) -> i64 {
        if target <= 0 {
            return self.usual_reaching(target.saturating_add(self.usual(self.first)));
        }
        if target > self.last() {
            let beyond = target.saturating_sub(self.last());
            return self.usual_reaching(beyond.saturating_add(self.usual(self.end())));
        }
        // The table begins with 0, which is less than the target.
        let position = self.table.partition_point(|sum| *sum < target) - 1;
        self.first.saturating_add(count(position))
    }

    /// Sum of usual weeks from the Monday before 1970-01-01 up to a day.
    fn usual(&self, day: i64) -> i64 {
        let weekday = weekday_number(day);
        let weeks = day.saturating_add(3).div_euclid(7);
        weeks.saturating_mul(self.week[7]).saturating_add(self.week[weekday])
    }

    /// The day on which usual weeks reach an amount.
    fn usual_reaching(&self, target: i64) -> i64 {
        let weeks = target.saturating_sub(1).div_euclid(self.week[7]);
        let rest = target.saturating_sub(weeks.saturating_mul(self.week[7]));
        let weekday = self.week.partition_point(|sum| *sum < rest).saturating_sub(1);
        weeks.saturating_mul(7).saturating_add(count(weekday) - 3)
    }

    /// First day after the run.
    fn end(&self) -> i64 {
        self.first.saturating_add(count(self.table.len() - 1))
    }

    /// Sum of the whole run.
    fn last(&self) -> i64 {
        self.table.last().copied().unwrap_or(0)
    }
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::DaySum;

    /// Ten days from Wednesday 1970-01-07 on, the third, fourth and last of them empty; usual weeks have five days.
    fn sum() -> DaySum {
        DaySum::new(6, [5, 5, 0, 0, 5, 5, 5, 5, 5, 0].into_iter(), [5, 5, 5, 5, 5, 0, 0])
    }

    #[test]
    fn sums_go_on_by_the_week_on_both_sides() {
        let sum = sum();
        let expected = [
            (-2, -30),
            (-1, -25),
            (3, -10),
            (5, -5),
            (6, 0),
            (7, 5),
            (8, 10),
            (9, 10),
            (10, 10),
            (11, 15),
            (16, 35),
            (17, 35),
            (18, 35),
        ];
        for (day, before) in expected {
            assert_eq!(sum.before(day), before, "before day {day}");
        }
    }

    #[test]
    fn every_amount_is_reached_on_the_day_that_adds_it() {
        let sum = sum();
        for target in -200..200 {
            let day = sum.reaching(target);
            assert!(sum.before(day) < target && target <= sum.before(day + 1), "{target} on day {day}");
            assert!(sum.on(day) > 0);
        }
    }

    #[test]
    fn the_ends_of_time_do_not_overflow() {
        let sum = sum();
        for extreme in [i64::MIN, i64::MIN + 1, i64::MAX - 1, i64::MAX] {
            sum.before(extreme);
            sum.on(extreme);
            sum.reaching(extreme);
        }
    }
}
