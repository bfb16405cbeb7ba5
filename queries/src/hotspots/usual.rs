//! What the hour of the week lets expect of a place and a family, learned from what is over and growing with it. A place that has little of
//! its own borrows from its district, a district from the city, an hour of the week from all hours:
//!
//! ```text
//! city      r₀ = all / (places · H)                          H: hours learned; places: those with cases
//! district  r₁ = (its cases + 24 h · its places · r₀) / (its places · (H + 24 h))
//! place     r₂ = (its cases + 24 h · r₁) / (H + 24 h)
//! profile   f  = (cases of the hour + mean) / ((hours like it + 1) · mean)      of the city; mean: cases an hour
//! expected  (its cases in the hour + 4 · r₂ · f) / (hours like it + 4)          an hour, at the place
//! ```
//!
//! With nothing learned nothing is expected. Hours are of the week in local time, and a holiday is a Sunday ([`super::week`]).

use std::collections::HashMap;

use tanggap_engine::time::HOUR_US;

use super::atlas::Atlas;
use super::week::{HOURS, hour_of, hours_like};

/// A parent's rate counts like so many hours of one's own.
const PARENT_HOURS: f64 = 24.0;
/// The rate of all hours counts like so many weeks of the hour.
const PARENT_WEEKS: f64 = 4.0;

/// What has been learned of a district.
#[derive(Clone, Copy, Debug, Default)]
struct District {
    cases: u32,
    /// Places with cases.
    places: u32,
}

/// What has been learned of one family.
#[derive(Clone, Debug, Default)]
pub(super) struct Usual {
    since_us: Option<i64>,
    until_us: i64,
    cases: u32,
    by_hour: Vec<u32>,
    by_place: Vec<u32>,
    by_district: HashMap<u32, District>,
    /// Places with cases.
    places: u32,
    by_place_and_hour: HashMap<(u32, u8), u32>,
}

impl Usual {
    /// Nothing is known before this moment (µs since epoch UTC). Only the first call counts.
    pub(super) fn begin(&mut self, since_us: i64) {
        self.since_us.get_or_insert(since_us);
    }

    /// Everything before this moment has been learned.
    pub(super) fn reach(&mut self, until_us: i64) {
        self.until_us = until_us;
    }

    /// Learns a case.
    pub(super) fn learn(&mut self, time_us: i64, place: u32, atlas: &Atlas) {
        self.change(time_us, place, atlas, true);
    }

    /// Takes a case back.
    pub(super) fn unlearn(&mut self, time_us: i64, place: u32, atlas: &Atlas) {
        self.change(time_us, place, atlas, false);
    }

    fn change(&mut self, time_us: i64, place: u32, atlas: &Atlas, more: bool) {
        let add = |count: &mut u32| *count = if more { *count + 1 } else { count.saturating_sub(1) };
        if self.by_place.len() <= place as usize {
            self.by_place.resize(place as usize + 1, 0);
        }
        if self.by_hour.is_empty() {
            self.by_hour.resize(HOURS, 0);
        }
        let hour = hour_of(time_us);
        add(&mut self.cases);
        add(&mut self.by_hour[usize::from(hour)]);
        let of_place = &mut self.by_place[place as usize];
        let district = self.by_district.entry(atlas.district(place)).or_default();
        // The first case makes it a place, and with the last it is none any more.
        if *of_place == u32::from(!more) {
            add(&mut self.places);
            add(&mut district.places);
        }
        add(of_place);
        add(&mut district.cases);
        add(self.by_place_and_hour.entry((place, hour)).or_default());
    }

    /// Cases to be expected at these places in `[from_us, to_us)`; none with nothing learned.
    pub(super) fn expected(&self, places: &[u32], from_us: i64, to_us: i64, atlas: &Atlas) -> Option<f64> {
        let mut expected = 0.0;
        let mut at = from_us;
        while at < to_us {
            let end = (at - at.rem_euclid(HOUR_US) + HOUR_US).min(to_us);
            let share = number(end - at) / number(HOUR_US);
            expected += share * self.in_hour(places, hour_of(at), atlas)?;
            at = end;
        }
        Some(expected)
    }

    /// Cases to be expected at these places in each hour of the week, Monday's first; none with nothing learned.
    pub(super) fn week(&self, places: &[u32], atlas: &Atlas) -> Option<Vec<f64>> {
        (0_u8..).take(HOURS).map(|hour| self.in_hour(places, hour, atlas)).collect()
    }

    /// Cases to be expected at these places in one hour of the week.
    fn in_hour(&self, places: &[u32], hour: u8, atlas: &Atlas) -> Option<f64> {
        let since_us = self.since_us.filter(|since| self.cases > 0 && *since < self.until_us)?;
        let hours = number(self.until_us - since_us) / number(HOUR_US);
        let cases = f64::from(self.cases);
        let city = cases / (f64::from(self.places.max(1)) * hours);
        let mean = cases / hours;
        let seen = hours_like(hour, since_us, self.until_us);
        let profile = (f64::from(self.by_hour[usize::from(hour)]) + mean) / ((seen + 1.0) * mean);
        let of_place = |place: &u32| {
            let rate = self.rate(*place, hours, city, atlas);
            let own = f64::from(self.by_place_and_hour.get(&(*place, hour)).copied().unwrap_or(0));
            (own + PARENT_WEEKS * rate * profile) / (seen + PARENT_WEEKS)
        };
        Some(places.iter().map(of_place).sum())
    }

    /// Cases an hour at a place, all hours together.
    fn rate(&self, place: u32, hours: f64, city: f64, atlas: &Atlas) -> f64 {
        let district = self.by_district.get(&atlas.district(place)).copied().unwrap_or_default();
        let size = f64::from(district.places.max(1));
        let district = (f64::from(district.cases) + PARENT_HOURS * size * city) / (size * (hours + PARENT_HOURS));
        let of_place = f64::from(self.by_place.get(place as usize).copied().unwrap_or(0));
        (of_place + PARENT_HOURS * district) / (hours + PARENT_HOURS)
    }
}

#[expect(clippy::cast_precision_loss, reason = "µs of at most some decades: below 2^53")]
fn number(whole: i64) -> f64 {
    whole as f64
}

#[cfg(test)]
mod tests {
    use tanggap_engine::time::HOUR_US;

    use super::super::atlas::Atlas;
    use super::Usual;

    const WEEK_US: i64 = 168 * HOUR_US;
    const FINE: u64 = 0x0898_c107_836f_ffff;

    #[test]
    fn with_nothing_learned_nothing_is_expected_and_a_steady_place_keeps_its_rate() {
        let mut atlas = Atlas::new(8, 0);
        let place = atlas.place(FINE, None).unwrap();
        let mut usual = Usual::default();
        usual.begin(0);
        usual.reach(3 * WEEK_US);
        assert_eq!(usual.expected(&[place], 3 * WEEK_US, 3 * WEEK_US + HOUR_US, &atlas), None);
        // Two cases each hour of three weeks.
        for hour in 0..3 * 168 {
            usual.learn(hour * HOUR_US, place, &atlas);
            usual.learn(hour * HOUR_US + 1, place, &atlas);
        }
        for hour in [0, 5, 100] {
            let from = 3 * WEEK_US + hour * HOUR_US;
            let expected = usual.expected(&[place], from, from + HOUR_US, &atlas).unwrap();
            assert!((expected - 2.0).abs() < 1e-9, "{expected}");
            let half = usual.expected(&[place], from, from + HOUR_US / 2, &atlas).unwrap();
            assert!((half - 1.0).abs() < 1e-9, "{half}");
        }
    }

    #[test]
    fn a_busy_hour_is_expected_to_be_busy_and_learning_can_be_taken_back() {
        let mut atlas = Atlas::new(8, 0);
        let place = atlas.place(FINE, None).unwrap();
        let mut usual = Usual::default();
        usual.begin(0);
        usual.reach(4 * WEEK_US);
        for week in 0..4 {
            for minute in 0..40 {
                usual.learn(week * WEEK_US + 7 * HOUR_US + minute, place, &atlas);
            }
        }
        let at = |hour: i64, usual: &Usual| {
            let from = 4 * WEEK_US + hour * HOUR_US;
            usual.expected(&[place], from, from + HOUR_US, &atlas).unwrap()
        };
        let (busy, quiet) = (at(7, &usual), at(20, &usual));
        assert!(busy > 30.0 && quiet < 0.2, "{busy} {quiet}");
        usual.learn(4 * WEEK_US + 20 * HOUR_US, place, &atlas);
        usual.unlearn(4 * WEEK_US + 20 * HOUR_US, place, &atlas);
        assert!((at(20, &usual) - quiet).abs() < 1e-12);
    }
}
