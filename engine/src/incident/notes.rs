//! What operators say of incidents: that two reports tell of one, or that a report does not tell of the one it was put to. It rules over
//! every score, and the last word rules over earlier ones.
//!
//! - `linked(a, b)`: the incidents of `a` and `b` are one.
//! - `unlinked(a, b)` takes a `linked` of the two back. Where there is none to be taken back, `a` stands for itself from then on, whatever it
//!   was linked to before: no rule links anything to it; only a later `linked` does.

use std::collections::BTreeSet;

use super::ReportKey;

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

fn sorted(one: &ReportKey, other: &ReportKey) -> (ReportKey, ReportKey) {
    if one <= other {
        (one.clone(), other.clone())
    } else {
        (other.clone(), one.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::{Note, ReportKey, Standing, standing};

    fn key(id: &str) -> ReportKey {
        ReportKey::new("qlue", id)
    }

    /// (linked, report, other), one a minute.
    fn after(said: &[(bool, &str, &str)]) -> Standing {
        let note = |(offset, (linked, report, other)): (usize, &(bool, &str, &str))| Note {
            time_us: i64::try_from(offset).unwrap() * 60_000_000,
            offset: i64::try_from(offset).unwrap(),
            report: key(report),
            other: Some(key(other)),
            linked: *linked,
        };
        standing(&said.iter().enumerate().map(note).collect())
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
}
