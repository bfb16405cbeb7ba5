//! The board: the latest that was said of each officer, newest time first, at one time the later message. What is older than it is kept for goes, and
//! beyond a number of officers whoever was heard of longest ago.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::counts::{Fates, Reading};
use super::nearest::{Nearest, Sent, nearest};
use super::said::{Refused, Said, SaidAt};
use super::settings::OfficerSettings;
use super::spot::Spot;

/// What is known of an officer.
#[derive(Debug)]
struct Known {
    said: Said,
    /// Place of the message in its log.
    offset: i64,
}

/// Officers by their codes.
#[derive(Debug, Default)]
struct Held {
    officers: HashMap<Arc<str>, Known>,
    /// Their times, µs since epoch UTC, the oldest first.
    ages: BTreeSet<(i64, Arc<str>)>,
    fates: Fates,
}

/// Where officers are, in memory.
#[derive(Debug)]
pub struct Officers {
    settings: OfficerSettings,
    /// Held to look up or put in, never across an await.
    held: Mutex<Held>,
}

impl Officers {
    /// An empty board.
    #[must_use]
    pub fn new(settings: OfficerSettings) -> Self {
        let mut held = Held::default();
        if settings.topic.is_some() {
            held.fates.reading = Reading::Starting;
        }
        Self {
            settings,
            held: Mutex::new(held),
        }
    }

    /// What it was told.
    #[must_use]
    pub const fn settings(&self) -> &OfficerSettings {
        &self.settings
    }

    /// How messages are read at `now_us`, µs since epoch UTC.
    pub(crate) const fn at(&self, now_us: i64) -> SaidAt {
        SaidAt {
            now_us,
            keep_us: self.settings.keep_us,
            bounds: self.settings.bounds,
        }
    }

    /// Takes a message of the topic at `now_us` (µs since epoch UTC); `offset` is its place in its partition, `unit_of` gives the code of a unit by
    /// what it is called. What is wrong with it is counted, and the message is kept nowhere.
    pub fn hear(&self, bytes: &[u8], offset: i64, now_us: i64, unit_of: impl Fn(&str) -> Option<String>) {
        match Said::read(bytes, self.at(now_us), unit_of) {
            Ok(said) => drop(self.take(said, offset, now_us)),
            Err(reason) => self.refuse(reason),
        }
    }

    /// Counts a refusal.
    pub(crate) fn refuse(&self, reason: Refused) {
        let mut held = self.held();
        let place = Refused::ALL.iter().position(|other| *other == reason);
        if let Some(count) = place.and_then(|place| held.fates.refused.get_mut(place)) {
            *count += 1;
        }
    }

    /// Puts up what was said of an officer, if it is newer than what is known; whether it was.
    pub(crate) fn take(&self, said: Said, offset: i64, now_us: i64) -> bool {
        let mut held = self.held();
        held.forget(now_us, self.settings.keep_us);
        let known = held.officers.get_key_value(said.officer.as_str());
        let before = known.map(|(officer, known)| (Arc::clone(officer), known.said.time_us, known.offset));
        if before
            .as_ref()
            .is_some_and(|(_, time_us, place)| (*time_us, *place) >= (said.time_us, offset))
        {
            held.fates.overtaken += 1;
            return false;
        }
        let officer = match before {
            Some((officer, time_us, _)) => {
                held.ages.remove(&(time_us, Arc::clone(&officer)));
                officer
            }
            None => Arc::from(said.officer.as_str()),
        };
        held.fates.taken += 1;
        held.fates.newest_us = held.fates.newest_us.max(Some(said.time_us));
        held.ages.insert((said.time_us, Arc::clone(&officer)));
        held.officers.insert(officer, Known { said, offset });
        while held.officers.len() > self.settings.most {
            held.drop_oldest();
            held.fates.crowded_out += 1;
        }
        true
    }

    /// Lets go of what is too old at `now_us`.
    pub(crate) fn forget(&self, now_us: i64) {
        self.held().forget(now_us, self.settings.keep_us);
    }

    /// Says how it stands with the topic.
    pub(crate) fn say(&self, reading: Reading) {
        self.held().fates.reading = reading;
    }

    /// What became of positions, in numbers.
    pub(crate) fn fates(&self) -> Fates {
        let held = self.held();
        Fates {
            known: held.officers.len(),
            ..held.fates.clone()
        }
    }

    /// The free officers of a unit nearest to a point, by those who were sent somewhere, as of `now_us`.
    pub(crate) fn near(&self, unit: &str, from: Spot, sent: &HashMap<String, Sent>, limit: usize, now_us: i64) -> Nearest {
        let mut held = self.held();
        held.forget(now_us, self.settings.keep_us);
        let here = held.officers.values().filter(|known| known.said.unit == unit);
        nearest(here.map(|known| &known.said), from, sent, limit, now_us)
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    fn forget(&mut self, now_us: i64, keep_us: i64) {
        let until = now_us.saturating_sub(keep_us);
        while self.ages.first().is_some_and(|(time_us, _)| *time_us <= until) {
            self.drop_oldest();
            self.fates.forgotten += 1;
        }
    }

    fn drop_oldest(&mut self) {
        if let Some((_, officer)) = self.ages.pop_first() {
            self.officers.remove(&officer);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use rand::seq::SliceRandom;
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;
    use serde_json::json;

    use super::super::spot::Spot;
    use super::super::{OfficerSettings, Refused};
    use super::Officers;

    const NOW: i64 = 1_768_460_580_000_000;
    const SECOND: i64 = 1_000_000;
    const KEEP: i64 = 900 * SECOND;

    fn board(most: usize) -> Officers {
        Officers::new(OfficerSettings {
            topic: Some("officers.positions".to_owned()),
            most,
            ..OfficerSettings::default()
        })
    }

    /// An officer at a longitude, so many seconds ago.
    fn said(officer: &str, ago_s: i64, longitude: f64, state: &str) -> Vec<u8> {
        let time = (NOW - ago_s * SECOND) / 1_000;
        json!({"officer": officer, "unit": "dsda", "lat": -6.2, "lng": longitude, "time": time, "state": state})
            .to_string()
            .into_bytes()
    }

    fn hear(board: &Officers, message: &[u8], offset: i64) {
        board.hear(message, offset, NOW, |unit| Some(unit.to_owned()));
    }

    /// Free officers and how far from 106.8 they are, metres.
    fn free(board: &Officers, now_us: i64) -> Vec<(String, u64)> {
        let near = board.near("dsda", Spot::new(106.8, -6.2), &HashMap::new(), 50, now_us);
        near.items.into_iter().map(|one| (one.officer, one.distance_m)).collect()
    }

    #[test]
    fn the_newest_time_wins_and_at_one_time_the_later_message() {
        let messages = [
            (said("A", 60, 106.80, "free"), 0),
            (said("A", 30, 106.81, "free"), 1),
            (said("A", 30, 106.82, "free"), 2),
            (said("A", 90, 106.83, "free"), 3),
            (said("A", 30, 106.82, "free"), 2),
        ];
        let mut chance = ChaCha8Rng::seed_from_u64(3);
        let mut order: Vec<usize> = (0..messages.len()).collect();
        for _ in 0..50 {
            order.shuffle(&mut chance);
            let board = board(10);
            for place in &order {
                hear(&board, &messages[*place].0, messages[*place].1);
            }
            assert_eq!(free(&board, NOW), [("A".to_owned(), 2_200)], "{order:?}");
            let fates = board.fates();
            assert_eq!((fates.taken + fates.overtaken, fates.known), (5, 1));
        }
    }

    #[test]
    fn what_is_old_is_forgotten_by_itself_and_the_clock_says_when() {
        let board = board(10);
        hear(&board, &said("A", 60, 106.80, "free"), 0);
        hear(&board, &said("B", 0, 106.81, "free"), 1);
        assert_eq!(free(&board, NOW).len(), 2);
        board.forget(NOW - 60 * SECOND + KEEP - 1);
        assert_eq!(board.fates().known, 2);
        board.forget(NOW - 60 * SECOND + KEEP);
        assert_eq!((board.fates().known, board.fates().forgotten), (1, 1));
        assert!(free(&board, NOW + KEEP).is_empty(), "asking forgets too");
        assert_eq!(board.fates().newest_us, Some(NOW), "that somebody was heard of is no position");
        assert!(board.fates().stale(NOW + 301 * SECOND));
    }

    #[test]
    fn beyond_the_bound_whoever_was_heard_of_longest_ago_goes() {
        let board = board(3);
        for (offset, ago_s) in [(0, 40), (1, 10), (2, 30), (3, 20), (4, 50)] {
            hear(&board, &said(&format!("A{ago_s}"), ago_s, 106.8, "free"), offset);
        }
        let left: Vec<String> = free(&board, NOW).into_iter().map(|(officer, _)| officer).collect();
        assert_eq!(left, ["A10", "A20", "A30"]);
        assert_eq!(board.fates().crowded_out, 2);
    }

    #[test]
    fn who_is_busy_or_off_is_not_found_until_they_say_they_are_free() {
        let board = board(10);
        hear(&board, &said("A", 60, 106.8, "free"), 0);
        for (offset, state) in [(1, "busy"), (2, "off")] {
            hear(&board, &said("A", 60 - offset, 106.8, state), offset);
            assert!(free(&board, NOW).is_empty(), "{state}");
        }
        hear(&board, &said("A", 10, 106.8, "free"), 3);
        assert_eq!(free(&board, NOW).len(), 1);
    }

    #[test]
    fn refusals_are_counted_by_reason_and_nothing_of_them_is_kept() {
        let board = board(10);
        hear(&board, b"{", 0);
        hear(&board, &said("A", 901, 106.8, "free"), 1);
        hear(&board, &said("A", 0, 120.0, "free"), 2);
        hear(&board, &said("A", 0, 120.0, "free"), 2);
        let fates = board.fates();
        let by: Vec<(&str, u64)> = fates.refused_by().collect();
        assert_eq!(by, [("unreadable", 1), ("old", 1), ("outside", 2)]);
        assert_eq!((fates.refusals(), fates.known, fates.taken), (4, 0, 0));
        board.refuse(Refused::Officer);
        assert_eq!(board.fates().refusals(), 5);
        assert!(!format!("{board:?}").contains("120"), "it does not print either");
    }

    #[test]
    fn a_hostile_crowd_leaves_the_board_whole_and_within_its_bound() {
        let mut chance = ChaCha8Rng::seed_from_u64(5);
        let board = board(100);
        let mut now_us = NOW;
        for offset in 0..20_000 {
            let officer = format!("A{}", chance.random_range(0..400));
            let message = said(
                &officer,
                chance.random_range(-120..1_000),
                106.8,
                ["free", "busy", "off", "?"][chance.random_range(0..4)],
            );
            now_us += chance.random_range(-SECOND..=SECOND);
            board.hear(&message, offset, now_us, |unit| Some(unit.to_owned()));
            let held = board.held();
            assert!(held.officers.len() <= 100 && held.officers.len() == held.ages.len());
        }
        let fates = board.fates();
        assert_eq!(fates.taken + fates.overtaken + fates.refusals(), 20_000, "each has one fate");
        let newest = board.held();
        assert!(
            newest
                .ages
                .iter()
                .all(|(time_us, officer)| newest.officers[officer].said.time_us == *time_us)
        );
    }
}
