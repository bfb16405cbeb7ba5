//! Which terms more people use than their own past lets expect. A term that has little past in an area borrows from the city, and one that is new in
//! the city from the mean of all terms:
//!
//! ```text
//! learned   people in the same hours of earlier weeks + people of the slots of the day before / their number    (the day is one week more)
//! w         people learned in the city, at least 1 and at most 50                                              what a parent counts like
//! common    Σ all terms' people, now and learned / (terms · people at all, now and learned)                     of the city: a term like any other
//! city      (the term's learned + w · common) / (people learned + w)                                            a share
//! shape     the term's learned in the area + w · city           rate = people learned in the area + w
//! expected  people now in the area · shape / rate
//! p         P(X ≥ people who use it now), X negative binomial with this mean and size = min(shape, 10); 1 of fewer than a minimum
//! q         p after Benjamini and Hochberg over all terms of the area, those nobody uses now among them
//! ```
//!
//! The share of a term is gamma with this shape and rate, so what is to come is negative binomial with size = shape (Gelman et al. 2013, 2.6): with
//! nothing learned anything is possible, and nothing is called out. The size is never above 10, since what people speak of changes from week to week
//! by more than chance: by a third of its share at least. People are counted, never what they write.

use crate::fdr::benjamini_hochberg;
use crate::negative_binomial::CountLaw;

/// A parent's share counts like so many people of one's own at most; like fewer where the parent itself has seen fewer, and at least like one.
const PARENT_PEOPLE: f64 = 50.0;
/// The largest size of a count's law.
const MOST_SIZE: f64 = 10.0;

/// Different people: who used a term, or any.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TermPeople {
    /// In the window.
    pub now: u64,
    /// In the same hours of earlier weeks, each week's added up.
    pub same: u64,
    /// In the slots before the window, each as long as it, each slot's added up.
    pub past: u64,
}

impl TermPeople {
    /// Each count rounded down to a multiple of `base`.
    #[must_use]
    pub const fn rounded(self, base: u64) -> Self {
        let base = if base == 0 { 1 } else { base };
        Self {
            now: self.now - self.now % base,
            same: self.same - self.same % base,
            past: self.past - self.past % base,
        }
    }

    /// Whether there is nobody.
    #[must_use]
    pub const fn nobody(self) -> bool {
        self.now == 0 && self.same == 0 && self.past == 0
    }

    /// People before, the slots together like one week more.
    #[must_use]
    pub fn learned(self, slots: u32) -> f64 {
        number(self.same) + number(self.past) / f64::from(slots.max(1))
    }
}

/// People of an area, and of the city that it lies in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TermUse {
    /// Of the area.
    pub area: TermPeople,
    /// Of the city, the area's among them.
    pub city: TermPeople,
}

/// What one term was expected to be, and how surprising it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Surge {
    /// People expected to use it in the window.
    pub expected: f64,
    /// ln of the chance of so many or more.
    pub ln_p: f64,
    /// The share of false ones among all that are as surprising, at most; 0 to 1.
    pub q: f64,
}

/// Every term of an area, in the order given. `people`: those who used any term; `slots`: into how many the time before is cut.
/// What fewer than `minimum` use now is no surprise, and one of the tests all the same.
#[must_use]
pub fn surges(terms: &[TermUse], people: TermUse, slots: u32, minimum: u64) -> Vec<Surge> {
    let all = |people: TermPeople| number(people.now) + people.learned(slots);
    let uses: f64 = terms.iter().map(|term| all(term.city)).sum();
    let common = uses / (number(terms.len() as u64) * all(people.city).max(f64::MIN_POSITIVE));
    let parent = people.city.learned(slots).clamp(1.0, PARENT_PEOPLE);
    let mut surges: Vec<Surge> = terms
        .iter()
        .map(|term| {
            let city = (term.city.learned(slots) + parent * common) / (people.city.learned(slots) + parent);
            let shape = term.area.learned(slots) + parent * city;
            let expected = number(people.area.now) * shape / (people.area.learned(slots) + parent);
            // No law only where nobody was ever counted: then nothing is surprising.
            let law = CountLaw::negative_binomial(expected, shape.min(MOST_SIZE)).filter(|_| term.area.now >= minimum);
            Surge {
                expected,
                ln_p: law.map_or(0.0, |law| law.ln_upper_tail(term.area.now)),
                q: 1.0,
            }
        })
        .collect();
    let p: Vec<f64> = surges.iter().map(|surge| surge.ln_p.exp()).collect();
    for (surge, q) in surges.iter_mut().zip(benjamini_hochberg(&p)) {
        surge.q = q;
    }
    surges
}

#[expect(clippy::cast_precision_loss, reason = "counts of people stay far below 2^52")]
fn number(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::{Surge, TermPeople, TermUse, surges};

    fn people(counts: &Value) -> TermPeople {
        let count = |place: usize| counts[place].as_u64().unwrap();
        TermPeople {
            now: count(0),
            same: count(1),
            past: count(2),
        }
    }

    fn term_use(counts: &Value) -> TermUse {
        TermUse {
            area: people(&counts["area"]),
            city: people(&counts["city"]),
        }
    }

    fn flat(now: u64, same: u64) -> TermUse {
        let people = TermPeople { now, same, past: 0 };
        TermUse {
            area: people,
            city: people,
        }
    }

    #[test]
    fn every_expectation_tail_and_q_equals_scipy() {
        let table: Value = serde_json::from_str(include_str!("../../tests/oracle/terms_expected.json")).unwrap();
        let cases = table["surges"].as_array().unwrap();
        assert!(!cases.is_empty());
        for case in cases {
            let terms: Vec<TermUse> = case["terms"].as_array().unwrap().iter().map(term_use).collect();
            let slots = u32::try_from(case["slots"].as_u64().unwrap()).unwrap();
            let given = surges(&terms, term_use(&case["people"]), slots, case["minimum"].as_u64().unwrap());
            for (surge, expected) in given.iter().zip(case["expected"].as_array().unwrap()) {
                let close = |given: f64, name: &str, least: f64| {
                    let expected = expected[name].as_f64().unwrap();
                    assert!(
                        (given - expected).abs() <= 1e-9 * expected.abs().max(least),
                        "{} {name}: {given}, not {expected}",
                        case["name"]
                    );
                };
                close(surge.expected, "expected", 1e-9);
                close(surge.ln_p, "ln_p", 1e-3);
                close(surge.q, "q", 1e-300);
            }
        }
    }

    #[test]
    fn on_the_first_day_nothing_is_called_out() {
        let terms: Vec<TermUse> = [120, 60, 8, 1, 1].into_iter().map(|now| flat(now, 0)).collect();
        let found = surges(&terms, flat(200, 0), 0, 3);
        assert!(found.iter().all(|surge| surge.q > 0.05), "{found:?}");
    }

    #[test]
    fn a_usual_word_is_expected_and_a_new_one_stands_out() {
        let mut terms = vec![flat(60, 230), flat(12, 0)];
        terms.extend((0..500).map(|_| flat(1, 4)));
        let found = surges(&terms, flat(200, 800), 1, 3);
        assert!((found[0].expected - 58.0).abs() < 3.0 && found[0].q > 0.5, "{:?}", found[0]);
        assert!(found[1].expected < 0.1 && found[1].q < 0.01, "{:?}", found[1]);
        assert!(found[2..].iter().all(|surge| surge.ln_p.abs() < f64::EPSILON), "too few people");
    }

    #[test]
    fn when_all_speak_more_nothing_rises() {
        let mut terms = vec![flat(300, 120)];
        terms.extend((0..50).map(|_| flat(30, 12)));
        let found = surges(&terms, flat(1_000, 400), 1, 3);
        assert!(found.iter().all(|surge| surge.q > 0.05), "{:?}", found[0]);
    }

    #[test]
    fn nothing_said_is_no_surprise_and_rounding_is_down() {
        assert!(surges(&[], TermUse::default(), 0, 3).is_empty());
        let none = surges(&[TermUse::default()], TermUse::default(), 0, 0);
        assert!(
            matches!(none[..], [Surge { ln_p, q, .. }] if ln_p.abs() < f64::EPSILON && (q - 1.0).abs() < f64::EPSILON),
            "{none:?}"
        );
        let counts = TermPeople { now: 9, same: 5, past: 4 };
        assert_eq!(
            (counts.rounded(5), counts.rounded(0)),
            (TermPeople { now: 5, same: 5, past: 0 }, counts)
        );
        assert!(counts.rounded(10).nobody() && !counts.rounded(5).nobody());
    }
}
