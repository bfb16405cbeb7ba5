//! Where a report belongs, by the reports before it: the incident with the best score, if that is good enough, else none.

use super::entries::{Bridge, Entry};
use super::incidents::{Incidents, Near};
use super::link::{Likeness, Link};
use super::photos::Sameness;
use super::rules::{Matter, PairRule, UNREAD};

/// Where a report belongs.
#[derive(Clone, Debug)]
pub(super) struct Verdict {
    pub(super) root: u32,
    pub(super) link: Option<Link>,
    pub(super) bridges: Vec<Bridge>,
}

/// An incident that a report may belong to, by those of its reports that are near.
#[derive(Clone, Copy, Debug)]
struct Candidate<'a> {
    root: u32,
    rule: &'a PairRule,
    likeness: Likeness,
    weight: f64,
    members: u32,
    east_cm: i64,
    north_cm: i64,
    nearest_m2: f64,
    latest_us: i64,
    same_reporter: bool,
}

/// What photos say for an incident.
#[derive(Clone, Copy, Debug)]
struct Evidence {
    root: u32,
    sameness: Sameness,
    weight: f64,
    likeness: Likeness,
    likeness_weight: f64,
}

impl Incidents {
    /// Where a report belongs, given where those before it do.
    pub(super) fn decide(&self, at: u32) -> Verdict {
        let entry = self.entries.get(at);
        let mut verdict = Verdict {
            root: at,
            link: None,
            bridges: Vec::new(),
        };
        if entry.apart || entry.stale {
            return verdict;
        }
        let mut near = self.near(at, false);
        let photos = self.evidence(at);
        if near.is_empty() && photos.is_empty() {
            return verdict;
        }
        let root = |near: &Near| self.entries.get(near.at).root;
        near.sort_unstable_by_key(root);
        let groups: Vec<&[Near]> = near.chunk_by(|one, other| root(one) == root(other)).collect();
        let others = f64::from(u32::try_from(groups.len()).unwrap_or(u32::MAX)) - 1.0;
        let candidates: Vec<Candidate<'_>> = groups.iter().filter_map(|group| self.candidate(entry, group)).collect();
        let mut best: Option<(f64, u32, Link)> = None;
        let mut take = |link: Link, root: u32| {
            let better = best
                .as_ref()
                .is_none_or(|(score, first, _)| link.score > *score || (link.score >= *score && self.entries.order(root, *first).is_lt()));
            if better && link.score >= self.rules.threshold {
                best = Some((link.score, root, link));
            }
        };
        for candidate in candidates.iter().filter(|candidate| self.fits(entry, candidate)) {
            let shown = photos.iter().find(|photo| photo.root == candidate.root);
            take(self.link(entry, candidate, others, shown), candidate.root);
        }
        for photo in &photos {
            if !candidates
                .iter()
                .any(|candidate| candidate.root == photo.root && self.fits(entry, candidate))
            {
                take(photo_link(photo), photo.root);
            }
        }
        if let Some((_, root, link)) = best {
            verdict.root = root;
            verdict.link = Some(link);
        }
        verdict.bridges = self.bridges(entry, &candidates, verdict.root);
        verdict
    }

    /// The reports of one incident near another report; none if none of them may be one with it.
    fn candidate(&self, entry: &Entry, group: &[Near]) -> Option<Candidate<'_>> {
        let weight = |near: &Near| self.rules.pair(near.rule).weight;
        let best = group.iter().filter(|near| weight(near).is_some()).max_by(|one, other| {
            let weights = weight(one).unwrap_or(0.0).total_cmp(&weight(other).unwrap_or(0.0));
            weights.then_with(|| other.rule.cmp(&one.rule))
        })?;
        let first = self.entries.get(best.at);
        let mut candidate = Candidate {
            root: first.root,
            rule: self.rules.pair(best.rule),
            likeness: likeness(entry.matter, first.matter),
            weight: weight(best)?,
            members: 0,
            east_cm: 0,
            north_cm: 0,
            nearest_m2: f64::INFINITY,
            latest_us: i64::MIN,
            same_reporter: false,
        };
        for near in group {
            let other = self.entries.get(near.at);
            candidate.same_reporter |= entry.same_reporter(other);
            if near.rule == best.rule {
                candidate.members += 1;
                candidate.east_cm += near.east_cm;
                candidate.north_cm += near.north_cm;
                candidate.nearest_m2 = candidate.nearest_m2.min(near.squared_m2);
                candidate.latest_us = candidate.latest_us.max(other.time_us);
            }
        }
        Some(candidate)
    }

    /// Whether an incident is not too old for a report, nor its first report too far away or of something else.
    fn fits(&self, entry: &Entry, candidate: &Candidate<'_>) -> bool {
        let root = self.entries.get(candidate.root);
        let near = match (&entry.spot, &root.spot) {
            (Some(own), Some(first)) => own.metres(first) <= candidate.rule.radius_m,
            _ => true,
        };
        near && entry.time_us.saturating_sub(root.time_us) <= candidate.rule.lasting_us && self.rules.joins(entry.matter, root.matter)
    }

    #[expect(clippy::cast_possible_truncation, reason = "what is told of a weight needs no more digits")]
    fn link(&self, entry: &Entry, candidate: &Candidate<'_>, others: f64, photo: Option<&Evidence>) -> Link {
        let (place, metres) = candidate.place();
        let gap_us = entry.time_us.saturating_sub(candidate.latest_us);
        let time = candidate.rule.time(gap_us);
        let crowd = candidate.rule.crowd(self.rules.growth, f64::from(candidate.members), others);
        // Who shows the photo again repeats the report; without it the same person mostly tells of another thing.
        let reporter = if candidate.same_reporter && photo.is_none() {
            self.rules.same_reporter
        } else {
            0.0
        };
        let shown = photo.map_or(0.0, |photo| photo.weight);
        Link {
            score: place + time + crowd + candidate.weight + reporter + shown,
            nearness: Some([
                (place as f32, metres as f32),
                (time as f32, seconds(gap_us)),
                (crowd as f32, others as f32),
            ]),
            likeness: (candidate.likeness, candidate.weight as f32),
            reporter: reporter as f32,
            photo: photo.map(|photo| (photo.sameness, photo.weight as f32)),
        }
    }

    /// The incidents, besides its own, that a report joins to its own: those of chained families that it is near enough to.
    fn bridges(&self, entry: &Entry, candidates: &[Candidate<'_>], own: u32) -> Vec<Bridge> {
        let chained = candidates
            .iter()
            .filter(|candidate| candidate.rule.extent_m.is_some() && candidate.root != own);
        let bridge = |candidate: &Candidate<'_>| {
            let rule = candidate.rule;
            let time = rule.time(entry.time_us.saturating_sub(candidate.latest_us));
            Bridge {
                root: candidate.root,
                score: candidate.place().0 + time + rule.crowd(self.rules.growth, 1.0, 0.0),
            }
        };
        chained.map(bridge).filter(|bridge| bridge.score >= self.rules.threshold).collect()
    }

    /// What the photos shown before a report's own say, at most once an incident. One that shows the photo somewhere else too says nothing:
    /// a thing is in one place, and a photo is sent on.
    fn evidence(&self, at: u32) -> Vec<Evidence> {
        let entry = self.entries.get(at);
        let rule = &self.rules.photo;
        let far = |other: u32| match (&entry.spot, &self.entries.get(other).spot) {
            (Some(own), Some(there)) => own.metres(there) > rule.radius_m,
            _ => false,
        };
        let (mut evidence, mut elsewhere): (Vec<Evidence>, Vec<u32>) = (Vec::new(), Vec::new());
        for (other, sameness) in self.photos.next_to(at, false, |other| self.entries.order(other, at)) {
            let holder = self.entries.get(other);
            if holder.apart || entry.time_us.abs_diff(holder.time_us) > rule.horizon_us.unsigned_abs() {
                continue;
            }
            if far(other) || far(holder.root) {
                elsewhere.push(holder.root);
            }
            let weight = match sameness {
                Sameness::File => self.rules.photo.same_file,
                Sameness::Look => self.rules.photo.same_look,
            };
            let (likeness, likeness_weight) = self.category(entry.matter, holder.matter);
            let new = Evidence {
                root: holder.root,
                sameness,
                weight,
                likeness,
                likeness_weight,
            };
            match evidence.iter_mut().find(|known| known.root == new.root) {
                Some(known) if new.weight + new.likeness_weight > known.weight + known.likeness_weight => *known = new,
                Some(_) => {}
                None => evidence.push(new),
            }
        }
        evidence.retain(|known| !elsewhere.contains(&known.root));
        evidence
    }

    /// How two matters stand to each other where only a photo links them.
    fn category(&self, own: Matter, other: Matter) -> (Likeness, f64) {
        if own == other && own != UNREAD {
            return (Likeness::Same, 0.0);
        }
        let ruled = self.rules.compatible(own).find(|(matter, ..)| *matter == other);
        match ruled.and_then(|(.., rule)| rule.weight) {
            Some(weight) => (likeness(own, other), weight),
            None => (Likeness::Other, self.rules.photo.other_category),
        }
    }
}

impl Candidate<'_> {
    /// Log of the odds of the place, and metres from where the incident is told to be: its nearest report where it is chained, else the
    /// middle of its reports.
    fn place(&self) -> (f64, f64) {
        let (squared_m2, variance_m2) = if self.rule.extent_m.is_some() {
            (self.nearest_m2, 2.0 * self.rule.scatter_m2)
        } else {
            let members = f64::from(self.members);
            (self.middle_m2(members), self.rule.scatter_m2 * (1.0 + 1.0 / members))
        };
        (self.rule.place(squared_m2, variance_m2), squared_m2.sqrt())
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "sums of centimetres within some kilometres are far below 2^53"
    )]
    fn middle_m2(&self, members: f64) -> f64 {
        let (east, north) = (self.east_cm as f64 / members, self.north_cm as f64 / members);
        (east * east + north * north) / 1e4
    }
}

fn likeness(own: Matter, other: Matter) -> Likeness {
    if own == UNREAD || other == UNREAD {
        Likeness::Unread
    } else if own == other {
        Likeness::Same
    } else {
        Likeness::Related
    }
}

/// A link by nothing but a photo.
#[expect(clippy::cast_possible_truncation, reason = "what is told of a weight needs no more digits")]
fn photo_link(photo: &Evidence) -> Link {
    Link {
        score: photo.weight + photo.likeness_weight,
        nearness: None,
        likeness: (photo.likeness, photo.likeness_weight as f32),
        reporter: 0.0,
        photo: Some((photo.sameness, photo.weight as f32)),
    }
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "what is told of a time needs no more digits"
)]
fn seconds(micros: i64) -> f32 {
    (micros as f64 / 1e6) as f32
}
