//! The incidents: reports in, one at a time and in any order; out comes for each the incident it tells of, and why.
//!
//! A report is put where the reports *before* it say: those of earlier time, of one time by channel and id. So what comes out is what would
//! have come out had all come in that order. One that comes late is put in its place, and the reports after it that lie near it are asked
//! again; where one of them is put to another incident, those near it are asked again in turn. Mostly nobody is.
//!
//! All are asked when it is settled, from the earliest to the latest: by then all before a report are where they belong, so none is asked
//! twice, in whatever order and however many came.
//!
//! ```text
//! reports by time    a   b       c   d          d came last: e and f lie near it and are asked again,
//!                          ^ new       e   f    a to c are not
//! ```
//!
//! Memory: an incident is let go with [`Incidents::sweep`] when none of its cases is open and no report can join it any more. Nothing is deleted
//! anywhere else by it.

use std::collections::BTreeSet;

use hashbrown::{HashMap, HashSet};

use super::bonds::Bonds;
use super::entries::{Bridge, Entries, Turn, key_of};
use super::grid::Grid;
use super::ground::squared_m2;
use super::notes::{Note, forget, standing};
use super::photos::{Photo, Photos};
use super::rules::UNREAD;
use super::weigh::Verdict;
use super::{IncidentRules, Linked, ReportKey, Shown, Witness};

/// A report near another one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Near {
    pub(super) at: u32,
    pub(super) rule: u16,
    pub(super) east_cm: i64,
    pub(super) north_cm: i64,
    pub(super) squared_m2: f64,
}

/// The incidents of a city.
///
/// ```
/// use tanggap_engine::event::{Category, Kind};
/// use tanggap_engine::incident::{IncidentRules, Incidents, Witness};
///
/// let mut incidents = Incidents::new(IncidentRules::builtin().clone());
/// let fire = |channel, id, minute: i64, east: f64, reporter| Witness {
///     channel,
///     id,
///     time_us: minute * 60_000_000,
///     position: Some((106.8 + east / 110_668.0, -6.2)),
///     kelurahan: None,
///     category: Category::Kebakaran,
///     kind: Some(Kind::Complaint),
///     reporter,
/// };
/// incidents.add(&fire("qlue", "1", 0, 0.0, 7));
/// let linked = incidents.add(&fire("jaki", "9", 6, 40.0, 8));
/// assert_eq!(linked.incident.to_string(), "qlue:1");
/// assert!(linked.score > Some(IncidentRules::builtin().threshold()));
/// ```
#[derive(Clone, Debug)]
pub struct Incidents {
    pub(super) rules: IncidentRules,
    pub(super) entries: Entries,
    pub(super) bonds: Bonds,
    pub(super) photos: Photos,
    grid: Grid,
    /// Photos of reports that are not known yet.
    waiting: HashMap<u128, Photo>,
    notes: BTreeSet<Note>,
    /// Reports an operator said stand for themselves.
    apart: HashSet<u128>,
    /// Notes have come, or gone, since they were followed.
    unread_notes: bool,
    /// Reports to be put where they belong, in their order.
    turns: BTreeSet<Turn>,
    /// Those of them that are new or changed: whoever comes after them is asked whether they move or not.
    seeds: HashSet<u32>,
    /// Reports from before it are not put where they belong any more, µs since epoch UTC.
    floor_us: i64,
}

impl Incidents {
    /// Before the first report.
    #[must_use]
    pub fn new(rules: IncidentRules) -> Self {
        Self {
            rules,
            entries: Entries::default(),
            bonds: Bonds::default(),
            photos: Photos::default(),
            grid: Grid::default(),
            waiting: HashMap::new(),
            notes: BTreeSet::new(),
            apart: HashSet::new(),
            unread_notes: false,
            turns: BTreeSet::new(),
            seeds: HashSet::new(),
            floor_us: i64::MIN,
        }
    }

    /// Takes a report and says where it belongs. One that is known changes nothing.
    pub fn add(&mut self, witness: &Witness<'_>) -> Linked {
        let (at, _) = self.admit(witness);
        self.settle();
        self.linked(at)
    }

    /// Takes a report; false if it is known. [`Self::settle`] before anything is asked.
    pub fn take(&mut self, witness: &Witness<'_>) -> bool {
        self.admit(witness).1
    }

    /// The number of a report, and whether it is new.
    fn admit(&mut self, witness: &Witness<'_>) -> (u32, bool) {
        let key = key_of(witness.channel, witness.id);
        if let Some(known) = self.entries.find(key) {
            return (known, false);
        }
        let at = self.entries.insert(key, witness);
        let entry = self.entries.get_mut(at);
        entry.apart = self.apart.contains(&key);
        entry.stale = witness.time_us < self.floor_us;
        let (stale, matter) = (entry.stale, entry.matter);
        if let Some(spot) = entry.spot
            && !stale
        {
            let entries = &self.entries;
            self.grid
                .insert(&spot, matter, (witness.time_us, at), |other| entries.order(other, at));
        }
        if let Some(photo) = self.waiting.remove(&key)
            && !stale
        {
            self.show(at, photo);
        }
        self.bonds.moved(key, at, at);
        self.seed(at);
        (at, true)
    }

    /// Takes a photo that a transition of a report shows, before or after the report itself. [`Self::settle`] before anything is asked.
    pub fn shows(&mut self, shown: &Shown<'_>) {
        let photo = Photo {
            time_us: shown.time_us,
            file: shown.file,
            look: shown.look,
        };
        if photo.file.is_none() && photo.look.is_none() {
            return;
        }
        let key = key_of(shown.channel, shown.id);
        let Some(at) = self.entries.find(key) else {
            let waiting = self.waiting.entry(key).or_insert(photo);
            if photo.before(waiting) {
                *waiting = photo;
            }
            return;
        };
        let counts = self.photos.of(at).is_none_or(|known| photo.before(&known));
        if !counts || self.entries.get(at).stale {
            return;
        }
        // Who was next to it by the former photo is so no more.
        let former = self.photos.next_to(at, true, |other| self.entries.order(other, at));
        self.turns.extend(former.into_iter().map(|(other, _)| self.entries.turn(other)));
        self.show(at, photo);
        self.seed(at);
    }

    /// Takes what an operator said, before or after the reports it is about; false if it is known. [`Self::settle`] before anything is asked.
    pub fn note(&mut self, note: Note) -> bool {
        let new = self.notes.insert(note);
        self.unread_notes |= new;
        new
    }

    /// Follows what was said since the last time, puts what came since then where it belongs, and asks again whoever may depend on it, each
    /// once; then joins what is one. Costs nothing where nothing came.
    pub fn settle(&mut self) {
        if std::mem::take(&mut self.unread_notes) {
            self.follow_notes();
        }
        while let Some((.., at)) = self.turns.pop_first() {
            let moved = self.place(at);
            if self.seeds.remove(&at) || moved {
                self.call(at);
            }
        }
        self.bonds.settle(&self.entries, &self.rules);
    }

    /// Takes what stands of all that was said instead of what stood before.
    fn follow_notes(&mut self) {
        let standing = standing(&self.notes);
        let key = |report: &ReportKey| key_of(&report.channel, &report.id);
        let apart: HashSet<u128> = standing.apart.iter().map(key).collect();
        let links = standing.links.iter().map(|(one, other)| (key(one), key(other))).collect();
        self.bonds.set_links(links);
        let former = std::mem::replace(&mut self.apart, apart);
        let changed: Vec<u32> = former
            .symmetric_difference(&self.apart)
            .filter_map(|key| self.entries.find(*key))
            .collect();
        for at in changed {
            let entry = self.entries.get_mut(at);
            entry.apart = self.apart.contains(&entry.key);
            self.seed(at);
        }
    }

    /// Lets go of incidents that are over at `now_us` (µs since epoch UTC, as far as the city's time has come): no report can join them even if
    /// it comes as late as may be, and `open` says of none of their reports, by channel and id, that its case goes on. Reports that come later
    /// than that stand for themselves, and what was said before that of reports that are not known is let go too. How many reports were let
    /// go. Costs a look at every report, photo and note.
    pub fn sweep(&mut self, now_us: i64, open: impl Fn(&str, &str) -> bool) -> usize {
        self.settle();
        self.floor_us = self.floor_us.max(now_us.saturating_sub(self.rules.late_us));
        let mut kept: HashSet<u32> = HashSet::new();
        for at in self.entries.numbers() {
            let head = self.bonds.head(self.entries.get(at).root);
            let (channel, id) = self.entries.names(at);
            if !kept.contains(&head) && (self.needed(at) || open(channel, id)) {
                kept.insert(head);
            }
        }
        let over = |at: &u32| !kept.contains(&self.bonds.head(self.entries.get(*at).root));
        let gone: HashSet<u32> = self.entries.numbers().filter(over).collect();
        self.grid.retain(|at| !gone.contains(&at));
        self.photos.forget(&gone);
        for at in &gone {
            self.entries.remove(*at);
        }
        self.bonds.forget(&gone);
        self.entries.forget_bridges(&gone);
        let floor_us = self.floor_us;
        self.waiting.retain(|_, photo| photo.time_us >= floor_us);
        self.unread_notes |= forget(&mut self.notes, floor_us, |report| self.entries.find(report).is_some());
        self.settle();
        gone.len()
    }

    /// Reports that are known.
    #[must_use]
    pub fn reports(&self) -> usize {
        self.entries.len()
    }

    /// The rules.
    #[must_use]
    pub const fn rules(&self) -> &IncidentRules {
        &self.rules
    }

    /// The reports near one that come before it (or after it) and may be one with it, or crowd it. Who stands apart is near nobody.
    pub(super) fn near(&self, at: u32, after: bool) -> Vec<Near> {
        let mut found = Vec::new();
        let entry = self.entries.get(at);
        let Some(spot) = entry.spot.filter(|_| !entry.stale) else {
            return found;
        };
        let steps = self.rules.compatible(entry.matter).map(|(.., rule)| rule.steps).max();
        let Some(steps) = steps else { return found };
        let around = spot.around(steps);
        for (matter, number, rule) in self.rules.compatible(entry.matter) {
            // Who has said nothing may follow others, but nobody follows it: else it would join what cannot be one.
            let (leader, follower) = if after { (entry.matter, matter) } else { (matter, entry.matter) };
            if leader == UNREAD && follower != UNREAD {
                continue;
            }
            let (from_us, to_us) = if after {
                (entry.time_us, entry.time_us.saturating_add(rule.horizon_us))
            } else {
                (entry.time_us.saturating_sub(rule.horizon_us), entry.time_us)
            };
            for (cell, _) in around.iter().filter(|(_, steps)| *steps <= rule.steps) {
                for other in self.grid.between((*cell).into(), matter, from_us, to_us) {
                    let known = self.entries.get(other);
                    let Some(there) = known.spot.filter(|there| !known.apart && spot.may_reach(there, rule.radius_m)) else {
                        continue;
                    };
                    if other == at || self.entries.order(at, other).is_lt() != after {
                        continue;
                    }
                    let (east_cm, north_cm) = spot.offset_cm(&there);
                    let squared_m2 = squared_m2(east_cm, north_cm);
                    if squared_m2 <= rule.radius_m * rule.radius_m {
                        found.push(Near {
                            at: other,
                            rule: number,
                            east_cm,
                            north_cm,
                            squared_m2,
                        });
                    }
                }
            }
        }
        found
    }

    fn show(&mut self, at: u32, photo: Photo) {
        let entries = &self.entries;
        self.photos.insert(at, photo, |other| entries.order(other, at));
    }

    /// A report that is new or changed gets its turn.
    fn seed(&mut self, at: u32) {
        self.turns.insert(self.entries.turn(at));
        self.seeds.insert(at);
    }

    /// Gives the reports after one their turns that may depend on it.
    fn call(&mut self, at: u32) {
        let near = self.near(at, true).into_iter().map(|near| near.at);
        // Near or not: of a list only the next few are looked at, and it may have taken the place of one that is near.
        let next = self.photos.next_to(at, true, |other| self.entries.order(other, at));
        let after = near.chain(next.into_iter().map(|(other, _)| other));
        // A seed after it has its turn already, and where many come at once most are seeds.
        let asked = after.filter(|other| !self.seeds.contains(other));
        self.turns.extend(asked.map(|other| self.entries.turn(other)));
    }

    /// Puts a report where it belongs; whether that is another incident than before.
    fn place(&mut self, at: u32) -> bool {
        let Verdict { root, link, bridges } = self.decide(at);
        let entry = self.entries.get_mut(at);
        let former = std::mem::replace(&mut entry.root, root);
        entry.link = link;
        let former_bridges = std::mem::replace(&mut entry.bridges, bridges);
        let (moved, key) = (former != root, entry.key);
        let entry = self.entries.get(at);
        let roots = |bridges: &[Bridge]| bridges.iter().map(|bridge| bridge.root).collect::<Vec<_>>();
        if moved || roots(&former_bridges) != roots(&entry.bridges) {
            self.bonds.remove(former, &former_bridges);
            self.bonds.add(root, &entry.bridges);
        }
        if moved {
            self.bonds.moved(key, former, root);
            if former != at {
                self.entries.get_mut(former).members.retain(|member| *member != at);
            }
            if root != at {
                self.entries.get_mut(root).members.push(at);
            }
        }
        moved
    }

    /// Whether a report may still be the one before another.
    fn needed(&self, at: u32) -> bool {
        let entry = self.entries.get(at);
        let by_photo = if self.photos.of(at).is_some() {
            self.rules.photo.horizon_us
        } else {
            0
        };
        let needed_us = self.rules.needed_us(entry.matter).max(by_photo);
        entry.time_us.saturating_add(needed_us) >= self.floor_us
    }
}
