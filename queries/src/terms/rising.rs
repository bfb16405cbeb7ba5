//! The list: which terms more people use than was to be expected, the most surprising first.

use tanggap_engine::event::Category;
use tanggap_statistics::{TermPeople, TermUse, surges};

use super::tally::{Counted, Tally};

/// A term that more people use than was to be expected.
#[derive(Clone, Debug, PartialEq)]
pub struct RisingTerm {
    /// The word, or the hashtag with its `#`.
    pub term: String,
    /// Different people who used it in the window.
    pub observed: u64,
    /// How many were to be expected.
    pub expected: f64,
    /// The chance of so many or more, had nothing changed.
    pub p: f64,
    /// The share of false ones among all that are as surprising, at most.
    pub q: f64,
    /// When it was first used in the window, µs since epoch UTC.
    pub first_us: Option<i64>,
    /// People by category (id), the most first.
    pub categories: Vec<(&'static str, u64)>,
}

/// What rises, and what it rests on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RisingTerms {
    /// Different people who wrote anything in the window: the sample.
    pub sample: u64,
    /// People the expectation was learned from: those of each week and each slot added up.
    pub learned: u64,
    /// Weeks whose same hours are among them.
    pub weeks: i64,
    /// Slots right before the window, each as long, that are among them.
    pub slots: i64,
    /// Terms that were looked at.
    pub tested: u64,
    /// One of so many people was counted; 1 = all.
    pub one_of: u64,
    /// The most surprising first.
    pub items: Vec<RisingTerm>,
}

impl Tally {
    /// What rises of what was counted. Every count is rounded down to a multiple of `base` before anything follows from it, so that nothing can be
    /// taken from anything; a term of fewer than `minimum` people is not named.
    pub(crate) fn rising(self, base: u64, minimum: u64) -> RisingTerms {
        let span = self.span();
        let counts = self.finish();
        let rounded = |people: TermUse| TermUse {
            area: people.area.rounded(base),
            city: people.city.rounded(base),
        };
        let told = |(term, counted): (Box<str>, Counted)| {
            let people = rounded(counted.people);
            (!people.city.nobody()).then_some((term, counted, people))
        };
        let terms: Vec<(Box<str>, Counted, TermUse)> = counts.terms.into_iter().filter_map(told).collect();
        let uses: Vec<TermUse> = terms.iter().map(|(_, _, people)| *people).collect();
        let people = rounded(counts.people);
        let minimum = minimum.max(base).max(1);
        let surges = surges(&uses, people, u32::try_from(span.slots).unwrap_or(0), minimum);
        let mut ranked: Vec<(f64, RisingTerm)> = Vec::new();
        for ((term, counted, people), surge) in terms.into_iter().zip(surges) {
            if people.area.now < minimum || people_of(people.area) <= surge.expected {
                continue;
            }
            ranked.push((
                surge.ln_p,
                RisingTerm {
                    term: term.into(),
                    observed: people.area.now,
                    expected: surge.expected,
                    p: surge.ln_p.exp(),
                    q: surge.q,
                    first_us: counted.first_us,
                    categories: categories(&counted, base),
                },
            ));
        }
        // Stable: of equally surprising ones the order of the alphabet.
        ranked.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.observed.cmp(&a.1.observed)));
        RisingTerms {
            sample: people.area.now,
            learned: people.area.same + people.area.past,
            weeks: span.weeks,
            slots: span.slots,
            tested: uses.len() as u64,
            one_of: counts.one_of,
            items: ranked.into_iter().map(|(_, item)| item).collect(),
        }
    }
}

fn categories(counted: &Counted, base: u64) -> Vec<(&'static str, u64)> {
    let base = base.max(1);
    let told = |(number, people): (&u8, &u64)| {
        let id = Category::ALL.get(usize::from(*number)).map(|category| category.id())?;
        let people = people - people % base;
        (people > 0).then_some((id, people))
    };
    let mut categories: Vec<(&'static str, u64)> = counted.categories.iter().filter_map(told).collect();
    // Stable: of as many people the order of the categories.
    categories.sort_by_key(|(_, people)| std::cmp::Reverse(*people));
    categories
}

#[expect(clippy::cast_precision_loss, reason = "counts of people stay far below 2^52")]
fn people_of(people: TermPeople) -> f64 {
    people.now as f64
}

#[cfg(test)]
mod tests {
    use tanggap_engine::event::Category;

    use crate::terms::{RisingTerms, Tally, TermArea, TermSpan};

    const HOUR: i64 = 3_600_000_000;
    const START: i64 = 10_000 * HOUR;

    /// Every hour of a week and a day 40 people speak of rubbish; now `now` people speak of gas too.
    fn city(now: u64, base: u64, minimum: u64) -> RisingTerms {
        let mut tally = Tally::new(TermSpan::of(START, START + HOUR, 169 * HOUR), TermArea::Kota(3_174));
        let mut say = |reporter: u64, time: i64, terms: &str| tally.add(reporter << 20, time, 3_174, Some(Category::Sampah), terms);
        for hour in 0..=168 {
            for reporter in 1..=40 {
                say(reporter, START - hour * HOUR, "sampah");
            }
        }
        for reporter in 1..=now {
            say(reporter, START + 60_000_000, "gas sampah");
        }
        for _ in 0..30 {
            say(77, START + 1, "promo");
        }
        tally.rising(base, minimum)
    }

    #[test]
    fn a_new_term_of_many_people_rises_and_a_usual_one_does_not() {
        let found = city(12, 1, 3);
        assert_eq!(
            (found.sample, found.weeks, found.slots, found.tested, found.one_of),
            (41, 1, 24, 3, 1)
        );
        assert_eq!(found.items[0].term, "gas");
        assert_eq!((found.items[0].observed, found.items[0].first_us), (12, Some(START + 60_000_000)));
        assert!(found.items[0].q < 0.01 && found.items[0].expected < 3.0, "{found:?}");
        assert_eq!(found.items[0].categories, [("sampah", 12)]);
        assert!(found.items[1..].iter().all(|item| item.q > 0.05), "{found:?}");
    }

    #[test]
    fn thirty_posts_of_one_person_are_one_person() {
        for (base, minimum) in [(1, 3), (5, 5)] {
            let found = city(12, base, minimum);
            assert!(found.items.iter().all(|item| item.term != "promo"), "{found:?}");
        }
    }

    #[test]
    fn the_public_is_told_nothing_of_fewer_than_five_and_multiples_of_five() {
        assert!(city(4, 5, 5).items.iter().all(|item| item.term != "gas"));
        let found = city(14, 5, 5);
        let gas = found.items.iter().find(|item| item.term == "gas").unwrap();
        assert_eq!((gas.observed, &gas.categories[..]), (10, &[("sampah", 10)][..]));
        assert_eq!((found.sample % 5, found.learned % 5), (0, 0));
        assert_eq!(found.tested, 2, "a term of one person is no test either");
        // Ten to fourteen are told alike, with all that follows from them.
        assert_eq!(city(10, 5, 5).items[0], RisingTerms::clone(&found).items[0].clone());
    }

    #[test]
    fn nothing_written_is_an_empty_list() {
        let found = Tally::new(TermSpan::of(0, HOUR, 0), TermArea::City).rising(5, 5);
        assert_eq!((found.sample, found.tested, found.items.len(), found.one_of), (0, 0, 0, 1));
    }
}
