//! Incidents that are one after all: chained ones that a report joins, as far as they may go, and those an operator linked.
//!
//! A chained incident is first cut into puddles, each no wider than its family's radius allows; here puddles run together. What comes out
//! follows from the puddles and their bridges alone, so it does not matter in which order they were found. What an operator linked is joined
//! after that, whole with whole and however far apart: it takes nobody out of the incident the rules put it to.

use std::cmp::Ordering;

use hashbrown::{HashMap, HashSet};

use super::entries::{Bridge, Entries};
use super::rules::IncidentRules;

/// What holds incidents together.
#[derive(Clone, Debug, Default)]
pub(super) struct Bonds {
    /// How many reports join two incidents, by the first report of the one, then of the other; from both sides.
    bridges: HashMap<u32, HashMap<u32, u32>>,
    /// Reports an operator linked.
    links: Vec<(u128, u128)>,
    ends: HashSet<u128>,
    wholes: Union,
    /// Incidents whose bonds have changed since the wholes were made.
    touched: HashSet<u32>,
    /// All of them have.
    all_touched: bool,
}

impl Bonds {
    /// First report of the whole incident.
    pub(super) fn head(&self, root: u32) -> u32 {
        self.wholes.head(root)
    }

    /// First reports of the parts of a whole incident, in order; none where it is only one.
    pub(super) fn parts(&self, head: u32) -> Option<&[u32]> {
        self.wholes.wholes.get(&head).map(Vec::as_slice)
    }

    /// Whether an operator linked this report with another.
    pub(super) fn linked(&self, key: u128) -> bool {
        self.ends.contains(&key)
    }

    /// Operators' links as they stand.
    pub(super) fn set_links(&mut self, links: Vec<(u128, u128)>) {
        self.ends = links.iter().flat_map(|(one, other)| [*one, *other]).collect();
        self.links = links;
        self.all_touched = true;
    }

    /// This report is of another incident than it was.
    pub(super) fn moved(&mut self, key: u128, from: u32, to: u32) {
        if self.linked(key) {
            self.touched.extend([from, to]);
        }
    }

    /// A report of the incident `root` joins it to others.
    pub(super) fn add(&mut self, root: u32, bridges: &[Bridge]) {
        for bridge in bridges {
            for (one, other) in [(root, bridge.root), (bridge.root, root)] {
                *self.bridges.entry(one).or_default().entry(other).or_default() += 1;
                self.touched.insert(one);
            }
        }
    }

    /// It does so no more.
    pub(super) fn remove(&mut self, root: u32, bridges: &[Bridge]) {
        for bridge in bridges {
            for (one, other) in [(root, bridge.root), (bridge.root, root)] {
                self.unbridge(one, other);
                self.touched.insert(one);
            }
        }
    }

    fn unbridge(&mut self, one: u32, other: u32) {
        let Some(others) = self.bridges.get_mut(&one) else { return };
        if let Some(count) = others.get_mut(&other) {
            *count -= 1;
            if *count == 0 {
                others.remove(&other);
            }
        }
        if others.is_empty() {
            self.bridges.remove(&one);
        }
    }

    /// Lets go of incidents by their first reports, whole ones only.
    pub(super) fn forget(&mut self, gone: &HashSet<u32>) {
        for root in gone {
            for other in self.bridges.remove(root).into_iter().flatten().map(|(other, _)| other) {
                if let Some(others) = self.bridges.get_mut(&other) {
                    others.remove(root);
                }
                self.touched.insert(other);
            }
            self.wholes.heads.remove(root);
            self.wholes.wholes.remove(root);
        }
        self.bridges.retain(|_, others| !others.is_empty());
        self.touched.retain(|root| !gone.contains(root));
    }

    /// Makes those wholes anew whose bonds have changed. Costs a look at them and at all operators' links.
    pub(super) fn settle(&mut self, entries: &Entries, rules: &IncidentRules) {
        if self.touched.is_empty() && !self.all_touched {
            return;
        }
        let mut links = Vec::new();
        for (one, other) in &self.links {
            if let (Some(one), Some(other)) = (entries.find(*one), entries.find(*other)) {
                links.push((entries.get(one).root, entries.get(other).root));
            }
        }
        let reached = self.reached(&links);
        self.touched.clear();
        self.all_touched = false;
        for root in &reached {
            self.wholes.heads.remove(root);
            self.wholes.wholes.remove(root);
        }
        let bridged = reached.iter().filter_map(|root| Some((*root, self.bridges.get(root)?)));
        let pairs = bridged.flat_map(|(root, others)| others.keys().map(move |other| (root, *other)));
        // Each is there from both sides.
        let mut pairs: Vec<(u32, u32)> = pairs.filter(|(one, other)| entries.order(*one, *other).is_lt()).collect();
        pairs.sort_unstable_by(|one, other| {
            let later = entries.order(one.1, other.1);
            later.then_with(|| entries.order(one.0, other.0))
        });
        for (first, second) in pairs {
            if self.wholes.may_join(first, second, entries, rules) {
                self.wholes.join(first, second, entries);
            }
        }
        // Last: a far report that is linked would else take from a chain the length it needs, and a merge would split it.
        for (one, other) in links.into_iter().filter(|(one, _)| reached.contains(one)) {
            self.wholes.join(one, other, entries);
        }
    }

    /// The incidents that hang together with those that have changed, as they did or as they do now.
    fn reached(&self, links: &[(u32, u32)]) -> HashSet<u32> {
        let mut linked: HashMap<u32, Vec<u32>> = HashMap::new();
        for (one, other) in links {
            linked.entry(*one).or_default().push(*other);
            linked.entry(*other).or_default().push(*one);
        }
        let mut waiting: Vec<u32> = self.touched.iter().copied().collect();
        if self.all_touched {
            waiting.extend(self.bridges.keys().chain(self.wholes.heads.keys()).chain(linked.keys()));
        }
        let mut reached = HashSet::new();
        while let Some(root) = waiting.pop() {
            if !reached.insert(root) {
                continue;
            }
            waiting.extend(self.bridges.get(&root).into_iter().flat_map(HashMap::keys));
            waiting.extend(linked.get(&root).into_iter().flatten());
            waiting.extend(self.parts(self.head(root)).into_iter().flatten());
        }
        reached
    }
}

/// What is one.
#[derive(Clone, Debug, Default)]
struct Union {
    /// First report of the whole, by first report of a part; only of incidents that are bound.
    heads: HashMap<u32, u32>,
    /// First reports of the parts, in order, by that of the whole.
    wholes: HashMap<u32, Vec<u32>>,
}

impl Union {
    fn head(&self, root: u32) -> u32 {
        self.heads.get(&root).copied().unwrap_or(root)
    }

    fn parts(&self, head: u32) -> Vec<u32> {
        self.wholes.get(&head).cloned().unwrap_or_else(|| vec![head])
    }

    fn join(&mut self, one: u32, other: u32, entries: &Entries) {
        let (one, other) = (self.head(one), self.head(other));
        if one == other {
            return;
        }
        let (head, second) = ordered((one, other), entries);
        let mut parts = self.parts(head);
        parts.extend(self.parts(second));
        parts.sort_unstable_by(|one, other| entries.order(*one, *other));
        self.wholes.remove(&second);
        for part in &parts {
            self.heads.insert(*part, head);
        }
        self.wholes.insert(head, parts);
    }

    /// Whether two chained wholes are together not larger, nor longer, than their family allows.
    fn may_join(&self, one: u32, other: u32, entries: &Entries, rules: &IncidentRules) -> bool {
        let chain = |root: u32| rules.chain(entries.get(root).matter);
        let (Some((extent_m, lasting_us)), Some(_)) = (chain(one), chain(other)) else {
            return false;
        };
        let (head, second) = ordered((self.head(one), self.head(other)), entries);
        let first = entries.get(head);
        let mut parts = self.parts(head);
        parts.extend(self.parts(second));
        parts.iter().all(|part| {
            let part = entries.get(*part);
            let near = match (&first.spot, &part.spot) {
                (Some(first), Some(part)) => first.metres(part) <= extent_m,
                _ => true,
            };
            near && part.time_us.saturating_sub(first.time_us) <= lasting_us
        })
    }
}

/// Two reports, the earlier first.
fn ordered((one, other): (u32, u32), entries: &Entries) -> (u32, u32) {
    if entries.order(one, other) == Ordering::Greater {
        (other, one)
    } else {
        (one, other)
    }
}
