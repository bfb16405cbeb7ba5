//! What is still to be published, by time: a small heap for the minute at hand, and unsorted buckets for the minutes after it, so
//! that a million things to do tomorrow cost nothing today.

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BinaryHeap};

use super::calendar::MINUTE;

/// A queue by (time, order of entry).
#[derive(Debug)]
pub(super) struct Agenda<T> {
    bucket: i64,
    current: BinaryHeap<Reverse<Entry<T>>>,
    later: BTreeMap<i64, Vec<Reverse<Entry<T>>>>,
    entered: u64,
}

#[derive(Debug)]
struct Entry<T> {
    time: i64,
    entered: u64,
    task: T,
}

impl<T> Agenda<T> {
    pub(super) fn new() -> Self {
        Self {
            bucket: i64::MIN,
            current: BinaryHeap::new(),
            later: BTreeMap::new(),
            entered: 0,
        }
    }

    /// Notes a task for a time; a time already past is simply the next.
    pub(super) fn push(&mut self, time: i64, task: T) {
        let entry = Reverse(Entry {
            time,
            entered: self.entered,
            task,
        });
        self.entered += 1;
        let bucket = time.div_euclid(MINUTE);
        if bucket <= self.bucket {
            self.current.push(entry);
        } else {
            self.later.entry(bucket).or_default().push(entry);
        }
    }

    /// Time of the next task.
    pub(super) fn next_time(&mut self) -> Option<i64> {
        if self.current.is_empty() {
            let (bucket, entries) = self.later.pop_first()?;
            self.bucket = bucket;
            self.current = BinaryHeap::from(entries);
        }
        self.current.peek().map(|entry| entry.0.time)
    }

    /// The next task.
    pub(super) fn pop(&mut self) -> Option<(i64, T)> {
        self.next_time()?;
        self.current.pop().map(|Reverse(entry)| (entry.time, entry.task))
    }
}

impl<T> PartialEq for Entry<T> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl<T> Eq for Entry<T> {}

impl<T> PartialOrd for Entry<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Entry<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.time, self.entered).cmp(&(other.time, other.entered))
    }
}

#[cfg(test)]
mod tests {
    use super::Agenda;
    use crate::simulate::chance::Chance;

    #[test]
    fn tasks_come_out_by_time_then_by_entry_whenever_they_were_entered() {
        let mut agenda = Agenda::new();
        let mut chance = Chance::new(1, 0);
        let mut out = Vec::new();
        let mut clock = 0;
        for number in 0..20_000_u64 {
            let ahead = i64::try_from(chance.below(600_000_000) / 1_000_000).unwrap() * 1_000_000;
            agenda.push(clock + ahead, number);
            if number % 3 == 0
                && let Some((time, task)) = agenda.pop()
            {
                clock = time;
                out.push((time, task));
            }
        }
        while let Some(pair) = agenda.pop() {
            out.push(pair);
        }
        assert_eq!(out.len(), 20_000);
        assert!(out.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
