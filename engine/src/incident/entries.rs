//! The reports that are known, by number. Numbers are given again, so nothing that is told may depend on them: reports stand in the order of
//! time, channel and id.

use std::cmp::Ordering;
use std::sync::Arc;

use hashbrown::{HashMap, HashSet};
use xxhash_rust::xxh3::Xxh3;

use super::ground::Spot;
use super::link::Link;
use super::rules::{Matter, matter};
use super::{ReportKey, Witness};
use crate::event::Category;

/// Another incident that a report would join to its own.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bridge {
    /// First report of the other one.
    pub(super) root: u32,
    pub(super) score: f64,
}

/// A report.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) key: u128,
    pub(super) time_us: i64,
    channel: u16,
    id: Arc<str>,
    pub(super) spot: Option<Spot>,
    pub(super) kelurahan: Option<i64>,
    pub(super) category: Category,
    pub(super) matter: Matter,
    pub(super) reporter: u64,
    /// First report of its incident, as the rules have it; itself where it is the first.
    pub(super) root: u32,
    /// Why it is there; none where it is the first.
    pub(super) link: Option<Link>,
    pub(super) bridges: Vec<Bridge>,
    /// Of a first report: the others.
    pub(super) members: Vec<u32>,
    /// An operator said that it stands for itself.
    pub(super) apart: bool,
    /// It came too late to be put where it belongs.
    pub(super) stale: bool,
    /// It was let go.
    pub(super) gone: bool,
}

impl Entry {
    /// Whether one person told of both: people of two channels are two.
    pub(super) fn same_reporter(&self, other: &Self) -> bool {
        (self.channel, self.reporter) == (other.channel, other.reporter)
    }
}

/// The reports.
#[derive(Clone, Debug, Default)]
pub(super) struct Entries {
    slots: Vec<Entry>,
    free: Vec<u32>,
    by_key: HashMap<u128, u32>,
    channels: Vec<Arc<str>>,
}

/// A report's place in the order of all, by which work is done.
pub(super) type Turn = (i64, Arc<str>, Arc<str>, u32);

/// What a report is known by: a hash of channel and id.
pub(super) fn key_of(channel: &str, id: &str) -> u128 {
    let mut hash = Xxh3::new();
    hash.update(channel.as_bytes());
    // No channel has it in its name, so no two reports run together.
    hash.update(&[0]);
    hash.update(id.as_bytes());
    hash.digest128()
}

impl Entries {
    /// A report by its number.
    pub(super) fn get(&self, at: u32) -> &Entry {
        &self.slots[at as usize]
    }

    /// A report by its number, to be changed.
    pub(super) fn get_mut(&mut self, at: u32) -> &mut Entry {
        &mut self.slots[at as usize]
    }

    /// The number of a report that is known.
    pub(super) fn find(&self, key: u128) -> Option<u32> {
        self.by_key.get(&key).copied()
    }

    /// How many are known.
    pub(super) fn len(&self) -> usize {
        self.by_key.len()
    }

    /// Numbers of all that are known, in no order that means anything.
    pub(super) fn numbers(&self) -> impl Iterator<Item = u32> {
        (0_u32..).zip(&self.slots).filter(|(_, entry)| !entry.gone).map(|(at, _)| at)
    }

    /// Takes a report that is not known, as an incident of its own.
    pub(super) fn insert(&mut self, key: u128, witness: &Witness<'_>) -> u32 {
        let reused = self.free.pop();
        let at = reused.unwrap_or_else(|| u32::try_from(self.slots.len()).expect("fewer than 4 billion reports fit in memory"));
        let entry = Entry {
            key,
            time_us: witness.time_us,
            channel: self.channel(witness.channel),
            id: Arc::from(witness.id),
            spot: witness.position.and_then(Spot::new),
            kelurahan: witness.kelurahan,
            category: witness.category,
            matter: matter(witness.category, witness.kind),
            reporter: witness.reporter,
            root: at,
            link: None,
            bridges: Vec::new(),
            members: Vec::new(),
            apart: false,
            stale: false,
            gone: false,
        };
        match reused {
            Some(at) => self.slots[at as usize] = entry,
            None => self.slots.push(entry),
        }
        self.by_key.insert(key, at);
        at
    }

    /// Lets a report go.
    pub(super) fn remove(&mut self, at: u32) {
        let entry = &mut self.slots[at as usize];
        if entry.gone {
            return;
        }
        entry.gone = true;
        entry.members = Vec::new();
        entry.bridges = Vec::new();
        self.by_key.remove(&entry.key);
        self.free.push(at);
    }

    /// No report joins its incident to one of these any more.
    pub(super) fn forget_bridges(&mut self, gone: &HashSet<u32>) {
        for entry in self.slots.iter_mut().filter(|entry| !entry.bridges.is_empty()) {
            entry.bridges.retain(|bridge| !gone.contains(&bridge.root));
        }
    }

    /// Which of two reports comes first.
    pub(super) fn order(&self, one: u32, other: u32) -> Ordering {
        let (first, second) = (self.get(one), self.get(other));
        let names = || (self.name(first), &*first.id).cmp(&(self.name(second), &*second.id));
        first.time_us.cmp(&second.time_us).then_with(names)
    }

    /// A report's place in the order.
    pub(super) fn turn(&self, at: u32) -> Turn {
        let entry = self.get(at);
        (
            entry.time_us,
            Arc::clone(&self.channels[usize::from(entry.channel)]),
            Arc::clone(&entry.id),
            at,
        )
    }

    /// Channel and id of a report.
    pub(super) fn report_key(&self, at: u32) -> ReportKey {
        let entry = self.get(at);
        ReportKey::new(self.name(entry), &entry.id)
    }

    /// Who told of it, as [`Entry::same_reporter`] has it.
    pub(super) fn witness(&self, at: u32) -> (u16, u64) {
        let entry = self.get(at);
        (entry.channel, entry.reporter)
    }

    /// Channel and id of a report, borrowed.
    pub(super) fn names(&self, at: u32) -> (&str, &str) {
        let entry = self.get(at);
        (self.name(entry), &entry.id)
    }

    fn name(&self, entry: &Entry) -> &str {
        &self.channels[usize::from(entry.channel)]
    }

    fn channel(&mut self, name: &str) -> u16 {
        let known = self.channels.iter().position(|channel| &**channel == name);
        let number = known.unwrap_or_else(|| {
            self.channels.push(Arc::from(name));
            self.channels.len() - 1
        });
        u16::try_from(number).expect("a city has fewer than 65,536 channels")
    }
}
