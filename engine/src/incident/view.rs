//! What is asked of the incidents. All of it is of the time of the last [`Incidents::settle`].

use std::collections::BTreeMap;

use super::entries::key_of;
use super::{Incident, Incidents, Linked, Member, Outline, Tie};
use crate::event::Category;

impl Incidents {
    /// The incident a report tells of, in short; none if the report is not known, or was let go.
    #[must_use]
    pub fn outline(&self, channel: &str, id: &str) -> Option<Outline> {
        let at = self.entries.find(key_of(channel, id))?;
        Some(self.outlined(self.bonds.head(self.entries.get(at).root)))
    }

    /// The incident a report tells of, with all its reports; none if the report is not known, or was let go.
    #[must_use]
    pub fn incident(&self, channel: &str, id: &str) -> Option<Incident> {
        let at = self.entries.find(key_of(channel, id))?;
        let head = self.bonds.head(self.entries.get(at).root);
        let members = self.members(head);
        Some(Incident {
            first: self.entries.report_key(head),
            category: self.category_of(&members),
            witnesses: self.witnesses(&members),
            members: members.iter().map(|at| self.member(*at, head)).collect(),
        })
    }

    /// Every incident with so many different reporters at least, in short, in no order. Costs a look at every report.
    pub fn outlines(&self, least: usize) -> impl Iterator<Item = Outline> {
        let heads = self.entries.numbers().filter(move |at| {
            let root = self.entries.get(*at).root;
            root == *at && self.bonds.head(root) == *at
        });
        // Most are of one report.
        let large =
            heads.filter(move |head| least <= 1 || self.bonds.parts(*head).is_some() || !self.entries.get(*head).members.is_empty());
        large
            .map(move |head| self.outlined(head))
            .filter(move |outline| outline.witnesses >= least)
    }

    /// Where a report belongs.
    pub(super) fn linked(&self, at: u32) -> Linked {
        let head = self.bonds.head(self.entries.get(at).root);
        let member = self.member(at, head);
        Linked {
            incident: self.entries.report_key(head),
            reasons: member.reasons,
            score: member.score,
        }
    }

    fn outlined(&self, head: u32) -> Outline {
        let members = self.members(head);
        let times = members.iter().map(|at| self.entries.get(*at).time_us);
        let from_us = self.entries.get(head).time_us;
        Outline {
            first: self.entries.report_key(head),
            category: self.category_of(&members),
            categories: members.iter().map(|at| self.entries.get(*at).category).collect(),
            witnesses: self.witnesses(&members),
            reports: members.len(),
            from_us,
            to_us: times.max().unwrap_or(from_us),
        }
    }

    /// All reports of a whole incident, in order.
    fn members(&self, head: u32) -> Vec<u32> {
        let own = [head];
        let roots = self.bonds.parts(head).unwrap_or(&own);
        let mut members = Vec::new();
        for root in roots {
            members.push(*root);
            members.extend_from_slice(&self.entries.get(*root).members);
        }
        members.sort_unstable_by(|one, other| self.entries.order(*one, *other));
        members
    }

    fn witnesses(&self, members: &[u32]) -> usize {
        let mut people: Vec<(u16, u64)> = members.iter().map(|at| self.entries.witness(*at)).collect();
        people.sort_unstable();
        people.dedup();
        people.len()
    }

    fn category_of(&self, members: &[u32]) -> Category {
        let mut counts: BTreeMap<Category, usize> = BTreeMap::new();
        for at in members {
            *counts.entry(self.entries.get(*at).category).or_default() += 1;
        }
        let named = counts.iter().filter(|(category, _)| **category != Category::Lainnya);
        // Of equal counts the last is taken, so they are gone through from the largest number.
        named
            .rev()
            .max_by_key(|(_, n)| **n)
            .map_or(Category::Lainnya, |(category, _)| *category)
    }

    fn member(&self, at: u32, head: u32) -> Member {
        let entry = self.entries.get(at);
        let (tie, score) = if self.bonds.linked(entry.key) && at != head {
            (Tie::Operator, None)
        } else if let Some(link) = &entry.link {
            (Tie::Rules, Some(link.score))
        } else if at == head {
            (Tie::First, None)
        } else {
            match self.bridged(at, head) {
                Some(score) => (Tie::Chain, Some(score)),
                None => (Tie::Operator, None),
            }
        };
        let reasons = match (tie, &entry.link) {
            (Tie::Rules, Some(link)) => link.reasons(),
            _ => Vec::new(),
        };
        Member {
            key: self.entries.report_key(at),
            time_us: entry.time_us,
            position: entry.spot.map(|spot| (spot.longitude_deg, spot.latitude_deg)),
            cell: entry.spot.map(|spot| spot.cell),
            kelurahan: entry.kelurahan,
            category: entry.category,
            reporter: entry.reporter,
            tie,
            score,
            reasons,
            photo: self.photos.of(at).and_then(|photo| photo.file),
        }
    }

    /// The best score of a report that joins one part of a whole to another.
    fn bridged(&self, part: u32, head: u32) -> Option<f64> {
        let scores = self.members(head).into_iter().flat_map(|at| {
            let entry = self.entries.get(at);
            let joins = move |other: u32| (entry.root == part) != (other == part) && self.bonds.head(other) == head;
            entry
                .bridges
                .iter()
                .filter(move |bridge| joins(bridge.root))
                .map(|bridge| bridge.score)
        });
        scores.max_by(f64::total_cmp)
    }
}
