//! What is kept of the cases of a GROUP BY until their stories are told: when each was filed and with whom, and its changes as they
//! come.
//!
//! One list holds the changes of all cases, some 40 bytes each; it is put in order of cases when these are wanted. The rules are the
//! engine's (`tanggap_engine::case`): nothing is decided here.

use std::ops::Range;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayBuilder, ArrayRef, AsArray, Int64Array, ListArray, StringArray, StringBuilder};
use datafusion::arrow::buffer::{OffsetBuffer, ScalarBuffer};
use datafusion::arrow::datatypes::{ArrowNativeType, DataType, Field, FieldRef, Int64Type};
use datafusion::common::{Result, exec_datafusion_err};
use datafusion::logical_expr::EmitTo;
use tanggap_engine::case::{Change, Story, follow};
use tanggap_engine::event::Status;

use super::texts::Interner;

/// Filed at no known time, where the earliest is wanted.
const NOT_FILED: i64 = i64::MAX;

/// Asked about at no known time, where the latest is wanted.
pub(super) const NOT_ASKED: i64 = i64::MIN;

/// What is known of a case beside its changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) filed_us: i64,
    pub(super) first_holder: Option<u32>,
    pub(super) as_of_us: i64,
}

impl Default for Frame {
    fn default() -> Self {
        Self {
            filed_us: NOT_FILED,
            first_holder: None,
            as_of_us: NOT_ASKED,
        }
    }
}

impl Frame {
    /// Without a filing the case begins with its first change; without a moment asked about it is told up to its last.
    fn story(&self, changes: &[Change]) -> Story {
        let times = || changes.iter().map(|change| change.time_us);
        let filed = Some(self.filed_us).filter(|filed| *filed != NOT_FILED).or_else(|| times().min());
        let as_of = Some(self.as_of_us).filter(|as_of| *as_of != NOT_ASKED).or_else(|| times().max());
        match (filed, as_of) {
            (Some(filed), Some(as_of)) => follow(filed, self.first_holder, changes, as_of),
            _ => Story::default(),
        }
    }
}

/// The cases of a GROUP BY, by number. Holders are numbers that [`CaseStates::number`] gave.
#[derive(Default)]
pub(super) struct CaseStates {
    frames: Vec<Frame>,
    /// Case and change, in no order.
    log: Vec<(usize, Change)>,
    /// Every unit named so far; there are some hundreds in a city.
    names: Interner,
}

impl CaseStates {
    /// Makes room for so many cases.
    pub(super) fn grow(&mut self, cases: usize) {
        self.frames.resize(cases, Frame::default());
    }

    /// The number of a unit.
    pub(super) fn number(&mut self, unit: &str) -> u32 {
        // So many names do not fit into memory.
        u32::try_from(self.names.number(unit)).unwrap_or(u32::MAX)
    }

    /// Takes in when a case was filed. Told twice, the earlier filing counts, and of two at once the holder first in the alphabet, so
    /// that the order of rows does not matter.
    pub(super) fn file(&mut self, case: usize, told: Frame) {
        let names = &self.names;
        let frame = &mut self.frames[case];
        frame.as_of_us = frame.as_of_us.max(told.as_of_us);
        if (told.filed_us, told.first_holder) == (frame.filed_us, frame.first_holder) {
            return;
        }
        let rank = |frame: &Frame| {
            let name = frame.first_holder.map(|holder| names.text(holder as usize));
            (frame.filed_us, name.is_none(), name)
        };
        if rank(&told) < rank(&*frame) {
            frame.filed_us = told.filed_us;
            frame.first_holder = told.first_holder;
        }
    }

    /// Takes one change in.
    pub(super) fn observe(&mut self, case: usize, change: Change) {
        self.log.push((case, change));
    }

    /// Tells the story of each case that is wanted, in order, and forgets it. Holders of a story are places in the names beside it, which
    /// are in alphabetical order: of two named at once the one later in the alphabet holds the case.
    pub(super) fn tell(&mut self, emit_to: EmitTo, mut listen: impl FnMut(&Story, &[&str]) -> Result<()>) -> Result<()> {
        let (frames, log) = self.take(emit_to);
        let mut order: Vec<usize> = (0..self.names.len()).collect();
        order.sort_unstable_by_key(|number| self.names.text(*number));
        let mut ranks = vec![0_u32; order.len()];
        for (rank, number) in (0_u32..).zip(&order) {
            ranks[*number] = rank;
        }
        let names: Vec<&str> = order.iter().map(|number| self.names.text(*number)).collect();
        let rank = |holder: Option<u32>| holder.map(|number| ranks[number as usize]);
        let mut changes = Vec::new();
        for (frame, own) in parts(&frames, &log) {
            changes.clear();
            changes.extend(own.iter().map(|(_, change)| Change {
                holder: rank(change.holder),
                ..*change
            }));
            let frame = Frame {
                first_holder: rank(frame.first_holder),
                ..*frame
            };
            listen(&frame.story(&changes), &names)?;
        }
        Ok(())
    }

    /// What is known of each case that is wanted, for [`CaseStates::merge`] elsewhere: a list of numbers (filing, moment asked about,
    /// then time, offset and status of each change) and one of names (the first holder, then that of each change).
    pub(super) fn encode(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        let (frames, log) = self.take(emit_to);
        let mut numbers = Vec::with_capacity(2 * frames.len() + 3 * log.len());
        let mut names = StringBuilder::new();
        let (mut number_ends, mut name_ends) = (vec![0], vec![0]);
        let name = |holder: Option<u32>| holder.map(|number| self.names.text(number as usize));
        for (frame, own) in parts(&frames, &log) {
            numbers.extend([frame.filed_us, frame.as_of_us]);
            names.append_option(name(frame.first_holder));
            for (_, change) in own {
                let status = 2 * i64::from(change.status as u8) + i64::from(change.snapshot);
                numbers.extend([change.time_us, change.offset, status]);
                names.append_option(name(change.holder));
            }
            number_ends.push(list_end(numbers.len())?);
            name_ends.push(list_end(names.len())?);
        }
        Ok(vec![
            lists(number_field(), number_ends, Arc::new(Int64Array::from(numbers)))?,
            lists(name_field(), name_ends, Arc::new(names.finish()))?,
        ])
    }

    /// Takes in what another part of the same cases' changes gave; `cases` says whose each row is.
    pub(super) fn merge(&mut self, numbers: &ListArray, names: &ListArray, cases: &[usize]) -> Result<()> {
        let values = numbers.values().as_primitive::<Int64Type>();
        let texts = names.values().as_string::<i32>();
        for (row, &case) in cases.iter().enumerate() {
            if numbers.is_null(row) || names.is_null(row) {
                continue;
            }
            let own = &values.values()[range(numbers, row)];
            self.merge_one(case, own, texts, range(names, row))
                .ok_or_else(|| exec_datafusion_err!("a partial state of case_clocks is not one"))?;
        }
        Ok(())
    }

    fn merge_one(&mut self, case: usize, numbers: &[i64], texts: &StringArray, mut places: Range<usize>) -> Option<()> {
        let (&[filed_us, as_of_us], changes) = numbers.split_first_chunk::<2>()?;
        let frame = Frame {
            filed_us,
            first_holder: self.named(texts, places.next()?),
            as_of_us,
        };
        self.file(case, frame);
        for change in changes.chunks_exact(3) {
            let status = u8::try_from(change[2] / 2).ok()?;
            let change = Change {
                time_us: change[0],
                offset: change[1],
                status: Status::from_number(status)?,
                snapshot: change[2] % 2 == 1,
                holder: self.named(texts, places.next()?),
            };
            self.observe(case, change);
        }
        places.is_empty().then_some(())
    }

    fn named(&mut self, texts: &StringArray, place: usize) -> Option<u32> {
        texts.is_valid(place).then(|| self.number(texts.value(place)))
    }

    /// The cases that are wanted with their changes in order of cases; those that stay are numbered from 0 again.
    fn take(&mut self, emit_to: EmitTo) -> (Vec<Frame>, Vec<(usize, Change)>) {
        let frames = emit_to.take_needed(&mut self.frames);
        self.log.sort_unstable_by_key(|(case, _)| *case);
        let wanted = self.log.partition_point(|(case, _)| *case < frames.len());
        let mut rest = self.log.split_off(wanted);
        for (case, _) in &mut rest {
            *case -= frames.len();
        }
        (frames, std::mem::replace(&mut self.log, rest))
    }

    /// Bytes held beside the struct itself.
    pub(super) fn heap_bytes(&self) -> usize {
        self.frames.capacity() * size_of::<Frame>() + self.log.capacity() * size_of::<(usize, Change)>() + self.names.heap_bytes()
    }
}

/// The state as columns: what [`CaseStates::encode`] gives, by name and type.
pub(super) fn state_types() -> [(&'static str, DataType); 2] {
    [("case", DataType::List(number_field())), ("units", DataType::List(name_field()))]
}

/// Each case beside its changes; `log` is in order of cases.
fn parts<'a>(frames: &'a [Frame], log: &'a [(usize, Change)]) -> impl Iterator<Item = (&'a Frame, &'a [(usize, Change)])> {
    let mut rest = log;
    frames.iter().enumerate().map(move |(case, frame)| {
        let length = rest.iter().take_while(|(of, _)| *of == case).count();
        let (own, others) = rest.split_at(length);
        rest = others;
        (frame, own)
    })
}

fn number_field() -> FieldRef {
    Arc::new(Field::new_list_field(DataType::Int64, false))
}

fn name_field() -> FieldRef {
    Arc::new(Field::new_list_field(DataType::Utf8, true))
}

/// Where a list ends among the values of all lists.
pub(super) fn list_end(values: usize) -> Result<i32> {
    i32::try_from(values).map_err(|_| exec_datafusion_err!("too many transitions in one aggregate"))
}

/// Lists from their ends, the first of which is 0.
pub(super) fn lists(field: FieldRef, ends: Vec<i32>, values: ArrayRef) -> Result<ArrayRef> {
    let offsets = OffsetBuffer::new(ScalarBuffer::from(ends));
    Ok(Arc::new(ListArray::try_new(field, offsets, values, None)?))
}

fn range(lists: &ListArray, row: usize) -> Range<usize> {
    let offsets = lists.value_offsets();
    offsets[row].as_usize()..offsets[row + 1].as_usize()
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::array::AsArray;
    use datafusion::logical_expr::EmitTo;
    use tanggap_engine::case::{Change, Story};
    use tanggap_engine::event::Status;

    use super::{CaseStates, Frame};

    /// (case, filed or not, time, unit): each assigned.
    fn states(told: &[(usize, bool, i64, &str)]) -> CaseStates {
        let mut states = CaseStates::default();
        states.grow(3);
        for &(case, filed, time_us, unit) in told {
            let holder = Some(states.number(unit));
            if filed {
                let frame = Frame {
                    filed_us: time_us,
                    first_holder: holder,
                    as_of_us: 100,
                };
                states.file(case, frame);
            } else {
                let change = Change {
                    time_us,
                    offset: 0,
                    status: Status::Assigned,
                    snapshot: false,
                    holder,
                };
                states.observe(case, change);
            }
        }
        states
    }

    fn told(states: &mut CaseStates, emit_to: EmitTo) -> Vec<(Story, Option<String>)> {
        let mut stories = Vec::new();
        let listen = |story: &Story, names: &[&str]| {
            let holder = story.holder.map(|rank| names[rank as usize].to_owned());
            stories.push((story.clone(), holder));
            Ok(())
        };
        states.tell(emit_to, listen).unwrap();
        stories
    }

    const TOLD: [(usize, bool, i64, &str); 8] = [
        (1, true, 10, "b"),
        (1, true, 10, "a"),
        (0, true, 5, "z"),
        (1, false, 30, "y"),
        (0, false, 20, "c"),
        (1, false, 30, "x"),
        (2, false, 7, "m"),
        (0, false, 20, "c"),
    ];

    #[test]
    fn cases_are_told_apart_and_the_alphabet_decides_between_equals() {
        let stories = told(&mut states(&TOLD), EmitTo::All);
        let holders: Vec<_> = stories.iter().map(|(_, holder)| holder.as_deref()).collect();
        assert_eq!(holders, [Some("c"), Some("y"), Some("m")]);
        assert_eq!(stories.iter().map(|(story, _)| story.transitions).collect::<Vec<_>>(), [1, 2, 1]);
        let froms: Vec<_> = stories[1].0.spells.iter().map(|spell| (spell.from_us, spell.to_us)).collect();
        assert_eq!(froms, [(10, Some(30)), (30, None)]);
        assert_eq!(
            stories[2].0.spells[0].from_us, 7,
            "without a filing it begins with its first change"
        );
    }

    #[test]
    fn parts_that_travelled_tell_the_same_in_any_order() {
        // Numbers of holders are each state's own.
        let known = |(mut story, holder): (Story, Option<String>)| {
            story.holder = None;
            for spell in &mut story.spells {
                spell.holder = None;
            }
            (story, holder)
        };
        let all = |states: &mut CaseStates| told(states, EmitTo::All).into_iter().map(known).collect::<Vec<_>>();
        let whole = all(&mut states(&TOLD));
        for cut in 0..=TOLD.len() {
            for (first, second) in [TOLD.split_at(cut), (&TOLD[cut..], &TOLD[..cut])] {
                let mut here = states(first);
                let travelled = states(second).encode(EmitTo::All).unwrap();
                here.merge(travelled[0].as_list(), travelled[1].as_list(), &[0, 1, 2]).unwrap();
                assert_eq!(all(&mut here), whole);
            }
        }
    }

    #[test]
    fn cases_told_early_leave_the_others_in_place() {
        let whole = told(&mut states(&TOLD), EmitTo::All);
        let mut some = states(&TOLD);
        let mut stories = told(&mut some, EmitTo::First(1));
        assert_eq!(stories.len(), 1);
        stories.extend(told(&mut some, EmitTo::All));
        let holders = |stories: &[(Story, Option<String>)]| stories.iter().map(|story| story.1.clone()).collect::<Vec<_>>();
        assert_eq!(holders(&stories), holders(&whole));
        assert!(some.frames.is_empty() && some.log.is_empty());
    }

    #[test]
    fn what_is_no_state_is_refused() {
        let mut states = states(&TOLD);
        let mut travelled = states.encode(EmitTo::All).unwrap();
        travelled[0] = travelled[0].slice(0, 2);
        travelled[1] = travelled[1].slice(1, 2);
        states.grow(3);
        let refused = states.merge(travelled[0].as_list(), travelled[1].as_list(), &[0, 1]);
        assert!(refused.is_err(), "numbers and names of different cases");
    }
}
