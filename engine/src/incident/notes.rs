//! What operators say of incidents: that two reports tell of one, or that a report does not tell of the one it was put to. It rules over
//! every score, and the last word rules over earlier ones.
//!
//! - `linked(a, b)`: the incidents of `a` and `b` are one.
//! - `unlinked(a, b)` takes a `linked` of the two back. Where there is none to be taken back, `a` stands for itself from then on, whatever it
//!   was linked to before: no rule links anything to it; only a later `linked` does.

use std::collections::BTreeSet;

use hashbrown::{HashMap, HashSet};

use super::ReportKey;
use super::entries::key_of;

/// One word of an operator, as a transition of a report.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Note {
    /// When, µs since epoch UTC.
    pub time_us: i64,
    /// Its place in its log: the order of what was said in one microsecond.
    pub offset: i64,
    /// The report it is about.
    pub report: ReportKey,
    /// The other report.
    pub other: Option<ReportKey>,
    /// Whether they are one incident; else they are not.
    pub linked: bool,
}

/// What stands of all that was said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Standing {
    /// Reports that are one incident, the smaller key first.
    pub(super) links: BTreeSet<(ReportKey, ReportKey)>,
    /// Reports no rule links.
    pub(super) apart: BTreeSet<ReportKey>,
}

/// Follows what was said, in its order.
pub(super) fn standing(notes: &BTreeSet<Note>) -> Standing {
    let mut standing = Standing::default();
    for note in notes {
        let pair = note.other.as_ref().map(|other| sorted(&note.report, other));
        match (note.linked, pair) {
            (true, Some(pair)) if pair.0 != pair.1 => {
                standing.links.insert(pair);
            }
            // A link with nothing, or with itself, says nothing.
            (true, _) => {}
            (false, Some(pair)) if standing.links.remove(&pair) => {}
            (false, _) => {
                standing.links.retain(|(one, other)| *one != note.report && *other != note.report);
                standing.apart.insert(note.report.clone());
            }
        }
    }
    standing
}

/// Lets go of what was said before `floor_us` (µs since epoch UTC) of reports of which neither is `known`; whether anything was.
///
/// Words hang together by the reports they are about, and go together or not at all: a split of a report that is not known may be what
/// takes back its link with one that is.
pub(super) fn forget(notes: &mut BTreeSet<Note>, floor_us: i64, known: impl Fn(u128) -> bool) -> bool {
    let mut beside: HashMap<u128, Vec<u128>> = HashMap::new();
    let mut waiting: Vec<u128> = Vec::new();
    for note in notes.iter() {
        let (one, other) = reports(note);
        beside.entry(one).or_default().push(other);
        beside.entry(other).or_default().push(one);
        if note.time_us >= floor_us || known(one) || known(other) {
            waiting.push(one);
        }
    }
    let mut needed: HashSet<u128> = HashSet::new();
    while let Some(report) = waiting.pop() {
        if needed.insert(report) {
            waiting.extend(beside.get(&report).into_iter().flatten());
        }
    }
    let before = notes.len();
    notes.retain(|note| needed.contains(&reports(note).0));
    notes.len() < before
}

/// What the two reports of a note are known by; twice the same where there is only one.
fn reports(note: &Note) -> (u128, u128) {
    let own = key_of(&note.report.channel, &note.report.id);
    let other = note.other.as_ref().map_or(own, |other| key_of(&other.channel, &other.id));
    (own, other)
}

fn sorted(one: &ReportKey, other: &ReportKey) -> (ReportKey, ReportKey) {
    if one <= other {
        (one.clone(), other.clone())
    } else {
        (other.clone(), one.clone())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Note, ReportKey, Standing, forget, key_of, standing};

    fn key(id: &str) -> ReportKey {
        ReportKey::new("qlue", id)
    }

    /// (linked, report, other), one a minute.
    fn notes(said: &[(bool, &str, &str)]) -> BTreeSet<Note> {
        let note = |(offset, (linked, report, other)): (usize, &(bool, &str, &str))| Note {
            time_us: i64::try_from(offset).unwrap() * 60_000_000,
            offset: i64::try_from(offset).unwrap(),
            report: key(report),
            other: Some(key(other)),
            linked: *linked,
        };
        said.iter().enumerate().map(note).collect()
    }

    fn after(said: &[(bool, &str, &str)]) -> Standing {
        standing(&notes(said))
    }

    fn ids(standing: &Standing) -> (Vec<(&str, &str)>, Vec<&str>) {
        let links = standing.links.iter().map(|(one, other)| (one.id.as_str(), other.id.as_str()));
        (links.collect(), standing.apart.iter().map(|key| key.id.as_str()).collect())
    }

    #[test]
    fn taking_a_link_back_leaves_no_trace() {
        assert_eq!(ids(&after(&[(true, "b", "a")])), (vec![("a", "b")], vec![]));
        assert_eq!(after(&[(true, "b", "a"), (false, "a", "b")]), Standing::default());
        assert_eq!(
            ids(&after(&[(true, "b", "a"), (false, "a", "b"), (true, "a", "b")])).0,
            [("a", "b")]
        );
    }

    #[test]
    fn who_is_split_off_stands_alone_whatever_was_said_before() {
        let split = after(&[(true, "c", "a"), (true, "d", "e"), (false, "c", "x")]);
        assert_eq!(ids(&split), (vec![("d", "e")], vec!["c"]));
        let again = after(&[(false, "c", "x"), (true, "c", "a")]);
        assert_eq!(ids(&again), (vec![("a", "c")], vec!["c"]), "a later word may still link it");
    }

    #[test]
    fn a_report_linked_with_itself_is_not() {
        assert_eq!(after(&[(true, "a", "a")]), Standing::default());
    }

    #[test]
    fn what_is_old_goes_unless_it_hangs_together_with_what_is_known_or_young() {
        let mut said = notes(&[
            (true, "a", "b"),
            (true, "c", "d"),
            (false, "d", "e"),
            (true, "f", "g"),
            (true, "h", "i"),
            (false, "h", "h"),
        ]);
        // Of `a` and `b` nobody knows; `c` is known; `h` was split off after the floor.
        let known = |report: u128| report == key_of("qlue", "c");
        let floor_us = 5 * 60_000_000;
        assert!(forget(&mut said, floor_us, known));
        let left: Vec<&str> = said.iter().map(|note| note.report.id.as_str()).collect();
        assert_eq!(left, ["c", "d", "h", "h"]);
        assert!(!forget(&mut said, floor_us, known), "the rest stays");
        assert!(forget(&mut said, i64::MAX, |_| false) && said.is_empty());
    }
}
