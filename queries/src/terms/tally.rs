//! Who used which term in which slot: people, each once, however often they write.
//!
//! Memory is bounded: of more than [`MOST`] entries only those of people stay whose hash ends in a zero bit, then in two, and so on. Which people
//! these are depends on nothing but the reports, so the same reports give the same counts in any order and any cut; shares stay true, as all counts
//! are of the same people. The answer says one of how many was counted.

use std::collections::{BTreeMap, HashMap};

use tanggap_engine::event::Category;
use tanggap_statistics::{TermPeople, TermUse};

use super::span::{TermArea, TermSpan};

/// Entries that are held at most; twice as many before they are put in order. Some 50 MB.
const MOST: usize = 1 << 20;

/// A person used a term in a slot; whether in the area.
type Use = (u32, u8, u64, bool);
/// A person wrote something in a slot; whether in the area.
type Person = (u8, u64, bool);
/// A person used a term in the area and window, for a category, at this moment (µs since epoch UTC).
type Label = (u32, u64, u8, i64);

/// The count.
#[derive(Debug)]
pub(crate) struct Tally {
    span: TermSpan,
    area: TermArea,
    most: usize,
    /// Zero bits at the end of the hash of whoever is counted.
    zeros: u32,
    terms: HashMap<Box<str>, u32>,
    next: u32,
    uses: Vec<Use>,
    people: Vec<Person>,
    labels: Vec<Label>,
}

/// A term that was counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Counted {
    pub(super) people: TermUse,
    /// The first use in the area and window, µs since epoch UTC.
    pub(super) first_us: Option<i64>,
    /// People by category, in the area and window.
    pub(super) categories: BTreeMap<u8, u64>,
}

/// All that was counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    /// Who wrote anything.
    pub(super) people: TermUse,
    pub(super) terms: BTreeMap<Box<str>, Counted>,
    /// One of so many people was counted.
    pub(super) one_of: u64,
}

impl Tally {
    pub(crate) fn new(span: TermSpan, area: TermArea) -> Self {
        Self::holding(span, area, MOST)
    }

    fn holding(span: TermSpan, area: TermArea, most: usize) -> Self {
        Self {
            span,
            area,
            most,
            zeros: 0,
            terms: HashMap::new(),
            next: 0,
            uses: Vec::new(),
            people: Vec::new(),
            labels: Vec::new(),
        }
    }

    pub(super) const fn span(&self) -> TermSpan {
        self.span
    }

    /// Takes a report. `kota`: 0 = unknown; `terms`: joined by spaces.
    pub(crate) fn add(&mut self, reporter: u64, time_us: i64, kota: i64, category: Option<Category>, terms: &str) {
        let Some(slot) = self.span.slot(time_us).filter(|_| reporter.trailing_zeros() >= self.zeros) else {
            return;
        };
        let here = self.area.holds(kota);
        self.people.push((slot, reporter, here));
        for term in terms.split(' ').filter(|term| !term.is_empty()) {
            let id = self.id(term);
            self.uses.push((id, slot, reporter, here));
            if here && slot == 0 {
                let category = category.unwrap_or(Category::Lainnya) as u8;
                self.labels.push((id, reporter, category, time_us));
            }
        }
        if self.held() > 2 * self.most {
            self.settle();
        }
    }

    fn id(&mut self, term: &str) -> u32 {
        if let Some(id) = self.terms.get(term) {
            return *id;
        }
        let id = self.next;
        self.next += 1;
        self.terms.insert(term.into(), id);
        id
    }

    fn held(&self) -> usize {
        self.uses.len() + self.people.len() + self.labels.len()
    }

    /// Puts everything in order, each entry once, and leaves people out until there is room.
    fn settle(&mut self) {
        self.uses.sort_unstable();
        self.uses.dedup();
        self.people.sort_unstable();
        self.people.dedup();
        self.labels.sort_unstable();
        // The first moment stays.
        self.labels.dedup_by_key(|label| (label.0, label.1, label.2));
        let before = self.zeros;
        while self.held() > self.most && self.zeros < u64::BITS {
            self.zeros += 1;
            let zeros = self.zeros;
            let counts = |reporter: u64| reporter.trailing_zeros() >= zeros;
            self.uses.retain(|(_, _, reporter, _)| counts(*reporter));
            self.people.retain(|(_, reporter, _)| counts(*reporter));
            self.labels.retain(|(_, reporter, _, _)| counts(*reporter));
        }
        if self.zeros > before {
            // What nobody of those used who are left is no term of theirs.
            let mut used = vec![false; self.next as usize];
            for (term, ..) in &self.uses {
                used[*term as usize] = true;
            }
            self.terms.retain(|_, id| used[*id as usize]);
        }
    }

    /// What was counted.
    pub(super) fn finish(mut self) -> Counts {
        self.settle();
        let mut by_id: Vec<Counted> = Vec::new();
        by_id.resize(self.next as usize, Counted::default());
        for alike in self.uses.chunk_by(|a, b| (a.0, a.1, a.2) == (b.0, b.1, b.2)) {
            let (term, slot, ..) = alike[0];
            count(&mut by_id[term as usize].people, slot, alike.iter().any(|one| one.3));
        }
        let mut people = TermUse::default();
        for alike in self.people.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
            count(&mut people, alike[0].0, alike.iter().any(|one| one.2));
        }
        for (term, _, category, time_us) in &self.labels {
            let counted = &mut by_id[*term as usize];
            *counted.categories.entry(*category).or_default() += 1;
            counted.first_us = Some(counted.first_us.map_or(*time_us, |first| first.min(*time_us)));
        }
        let terms = self.terms.into_iter();
        let terms = terms.map(|(term, id)| (term, std::mem::take(&mut by_id[id as usize])));
        Counts {
            people,
            terms: terms.filter(|(_, counted)| !counted.people.city.nobody()).collect(),
            one_of: 1_u64.checked_shl(self.zeros).unwrap_or(u64::MAX),
        }
    }
}

/// Counts one person of a slot.
fn count(people: &mut TermUse, slot: u8, here: bool) {
    let add = |people: &mut TermPeople| match slot {
        0 => people.now += 1,
        slot if TermSpan::is_recent(slot) => people.past += 1,
        _ => people.same += 1,
    };
    add(&mut people.city);
    if here {
        add(&mut people.area);
    }
}

#[cfg(test)]
mod tests {
    use tanggap_engine::event::Category;
    use tanggap_statistics::{TermPeople, TermUse};

    use super::{Counts, Tally};
    use crate::terms::{TermArea, TermSpan};

    const HOUR: i64 = 3_600_000_000;
    const START: i64 = 10_000 * HOUR;
    const AREA: TermArea = TermArea::Kota(3_174);

    fn span() -> TermSpan {
        TermSpan::of(START, START + HOUR, 5 * 168 * HOUR)
    }

    /// Reporter, time, kota, terms.
    type Row = (u64, i64, i64, &'static str);

    fn counts(rows: &[Row], most: usize) -> Counts {
        let mut tally = Tally::holding(span(), AREA, most);
        for (reporter, time, kota, terms) in rows {
            tally.add(*reporter, *time, *kota, Some(Category::Banjir), terms);
        }
        tally.finish()
    }

    fn many() -> Vec<Row> {
        const WORDS: [&str; 4] = ["banjir macet", "macet", "#macetlagi macet sampah", ""];
        (0..3_000_u64)
            .map(|row| {
                let reporter = (row % 700).wrapping_mul(0x9e37_79b9_7f4a_7c15);
                let time = START + HOUR - 1 - i64::try_from(row % 50).unwrap() * HOUR / 2;
                let kota = if row % 3 == 0 { 3_174 } else { 0 };
                (reporter, time, kota, WORDS[usize::try_from(row % 4).unwrap()])
            })
            .collect()
    }

    #[test]
    fn people_are_counted_once_a_slot_however_often_they_write() {
        let week = START - 168 * HOUR;
        let rows = [
            (1, START, 3_174, "banjir"),
            (1, START + 1, 3_174, "banjir sampah"),
            (1, START + 2, 0, "banjir"),
            (2, START + 3, 0, "banjir"),
            (2, START + 4, 3_171, ""),
            (3, week, 3_174, "banjir"),
            (3, week + 1, 3_174, "banjir"),
            (3, START - 1, 3_174, "banjir"),
            (3, START - HOUR - 1, 3_174, "banjir"),
            (4, START - 90 * HOUR, 3_174, "banjir"),
        ];
        let found = counts(&rows, 1_000);
        let people = |now, same, past| TermPeople { now, same, past };
        let banjir = &found.terms["banjir"];
        assert_eq!(
            banjir.people,
            TermUse {
                area: people(1, 1, 2),
                city: people(2, 1, 2)
            }
        );
        assert_eq!((banjir.first_us, banjir.categories.len()), (Some(START), 1));
        assert_eq!((found.people.area, found.people.city), (people(1, 1, 2), people(2, 1, 2)));
        assert_eq!((found.terms.len(), found.one_of), (2, 1));
    }

    #[test]
    fn order_and_repetition_of_reports_change_nothing_also_where_people_are_left_out() {
        for most in [100, 1_000, 1_000_000] {
            let rows = many();
            let forward = counts(&rows, most);
            let backward: Vec<Row> = rows.iter().rev().copied().collect();
            assert_eq!(counts(&backward, most), forward, "{most}");
            let twice: Vec<Row> = rows.iter().flat_map(|row| [*row, *row]).collect();
            assert_eq!(counts(&twice, most), forward, "{most}");
            let shuffled: Vec<Row> = (0..rows.len()).map(|place| rows[place * 1_117 % rows.len()]).collect();
            assert_eq!(counts(&shuffled, most), forward, "{most}");
        }
    }

    #[test]
    fn who_is_left_out_is_left_out_of_everything_and_memory_is_bounded() {
        let (all, some) = (counts(&many(), 1_000_000), counts(&many(), 400));
        assert_eq!(all.one_of, 1);
        assert!(some.one_of > 1 && some.one_of.is_power_of_two());
        for (term, counted) in &some.terms {
            let whole = &all.terms[term].people.city;
            let part = counted.people.city;
            assert!(
                part.now <= whole.now && part.same <= whole.same && part.past <= whole.past,
                "{term}"
            );
        }
        assert!(some.people.city.past > 0 && some.people.city.past < all.people.city.past / 2);
        let mut tally = Tally::holding(span(), AREA, 400);
        for (reporter, time, kota, terms) in many() {
            tally.add(reporter, time, kota, None, terms);
            assert!(tally.held() <= 2 * 400 + 8);
        }
    }
}
