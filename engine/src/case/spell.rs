//! Who held a case, and from when to when: spells, one after the other.
//!
//! ```text
//! filed    handed on      end           reopened             as of
//!   |---- a ----|---- b ----|  nobody's     |------ b ------ …
//! ```

use super::Pause;

/// A run of time in which one holder had a case, µs since epoch UTC, `[from, to)`. Empty only for whoever is named in the very moment
/// of an end, or in the moment asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spell {
    /// Who, by the caller's number; none = nobody had been named.
    pub holder: Option<u32>,
    /// From when.
    pub from_us: i64,
    /// Until when; none = still.
    pub to_us: Option<i64>,
    /// How much of it passed waiting for the reporter, µs.
    pub paused_us: i64,
}

/// Writes spells down as time moves on. Time never moves back.
#[derive(Debug)]
pub(super) struct Ledger {
    spells: Vec<Spell>,
    pauses: Vec<Pause>,
    /// Last one named.
    holder: Option<u32>,
    /// Up to where time has moved, µs since epoch UTC.
    at_us: i64,
    /// Whether the reporter is being waited for.
    waiting: bool,
}

impl Ledger {
    /// A case that is open from `filed_us` on.
    pub(super) fn new(filed_us: i64, holder: Option<u32>) -> Self {
        let mut ledger = Self {
            spells: Vec::new(),
            pauses: Vec::new(),
            holder,
            at_us: filed_us,
            waiting: false,
        };
        ledger.begin();
        ledger
    }

    /// Moves to `at_us`; what passes until then counts as paused while the reporter is waited for.
    pub(super) fn advance(&mut self, at_us: i64) {
        let passed = at_us.saturating_sub(self.at_us);
        if let Some(spell) = self.spells.last_mut()
            && spell.to_us.is_none()
            && self.waiting
        {
            spell.paused_us = spell.paused_us.saturating_add(passed);
            Pause::note(&mut self.pauses, self.at_us, at_us);
        }
        self.at_us = at_us;
    }

    /// Names the holder. Where the case has ended, this says who has it if it is reopened.
    pub(super) fn name(&mut self, holder: u32) {
        self.holder = Some(holder);
        if self.open() {
            self.begin();
        }
    }

    /// Ends an open case, reopens one that has ended.
    pub(super) fn turn(&mut self) {
        if self.open() {
            self.close();
        } else {
            self.begin();
        }
    }

    /// Whether the reporter is waited for from here on.
    pub(super) fn wait(&mut self, waiting: bool) {
        self.waiting = waiting;
    }

    /// Last one named.
    pub(super) fn holder(&self) -> Option<u32> {
        self.holder
    }

    /// The spells and the pauses, after time has moved to `as_of_us`.
    pub(super) fn finish(mut self, as_of_us: i64) -> (Vec<Spell>, Vec<Pause>) {
        self.advance(as_of_us);
        (self.spells, self.pauses)
    }

    fn open(&self) -> bool {
        self.spells.last().is_none_or(|spell| spell.to_us.is_none())
    }

    fn close(&mut self) {
        if let Some(spell) = self.spells.last_mut() {
            spell.to_us = Some(self.at_us);
        }
    }

    /// Begins the holder's spell, or goes on with it where nothing lies between. An empty spell before it held nothing, and goes.
    fn begin(&mut self) {
        let (holder, at_us) = (self.holder, self.at_us);
        self.spells.pop_if(|spell| spell.from_us == at_us);
        if let Some(last) = self.spells.last_mut() {
            let touches = last.to_us.is_none_or(|to_us| to_us == at_us);
            if touches && last.holder == holder {
                last.to_us = None;
                return;
            }
            last.to_us = last.to_us.or(Some(at_us));
        }
        self.spells.push(Spell {
            holder,
            from_us: at_us,
            to_us: None,
            paused_us: 0,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::{Ledger, Spell};

    #[test]
    fn a_holder_named_again_goes_on_and_one_who_held_nothing_is_not_told() {
        let mut ledger = Ledger::new(0, Some(1));
        for (at_us, holder) in [(3, 1), (5, 2), (5, 1), (8, 3), (9, 3)] {
            ledger.advance(at_us);
            ledger.name(holder);
        }
        let spell = |holder, from_us, to_us| Spell {
            holder: Some(holder),
            from_us,
            to_us,
            paused_us: 0,
        };
        assert_eq!(ledger.finish(10).0, [spell(1, 0, Some(8)), spell(3, 8, None)]);
    }

    #[test]
    fn a_case_reopened_at_once_was_never_let_go() {
        let mut ledger = Ledger::new(0, Some(1));
        ledger.advance(4);
        ledger.turn();
        ledger.turn();
        ledger.advance(6);
        ledger.turn();
        ledger.advance(7);
        ledger.name(2);
        assert_eq!(ledger.holder(), Some(2));
        let (spells, _) = ledger.finish(9);
        assert_eq!(spells.len(), 1);
        assert_eq!((spells[0].from_us, spells[0].to_us), (0, Some(6)));
    }
}
