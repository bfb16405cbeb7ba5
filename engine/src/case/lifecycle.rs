//! The life of one case, told from the set of its transitions: in whatever order, how late and how often they come.
//!
//! Rules (DESIGN section 3):
//! - The *first response* is the earliest transition other than received, verified, rated or withdrawn: the last two are the
//!   reporter's own.
//! - *Coordinated* is the earliest `coordinated`, or dispatched, in progress or resolved: nobody sends an officer, works or finishes
//!   before the unit that can act has the case. *Dispatched* is the earliest `dispatched`; work may begin without an officer sent.
//! - The *resolution* is the earliest `resolved` that no reopening follows; a reopening is a `reopened`, or a report shown as received
//!   or in progress by its own channel (a snapshot) strictly later than some `resolved`: a green that went back to red. Closed without
//!   action, duplicate, not ours and withdrawn *end* a case otherwise, likewise, unless it is resolved or reopened after all.
//! - A reopening goes on with the first clocks.
//! - One holder at each moment: the last one named, the first holder before that. A holder named again goes on with its spell. The end
//!   stops the last spell. From an end to its reopening the case is *nobody's*; then it is whose it is by then.
//! - The clock is *paused* only while the reporter is waited for: from `asked` to the next transition other than rated or asked, while
//!   the case is open. It never waits for another office.
//!
//! Transitions are ordered by time, then position in the log; two that say the same are one. One before the report's own time counts
//! as at that time: clocks of two systems differ by minutes. What comes after the moment asked about does not exist; nor does what says of
//! which incident the report tells (linked, unlinked): that is about what happened in the city, not about the case.

use super::spell::Ledger;
use super::{Change, End, Pause, Spell};
use crate::event::Status;

/// What became of one case by one moment. Times in µs since epoch UTC, none = not yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Story {
    /// Time of the first response.
    pub first_response_us: Option<i64>,
    /// When the unit that can act had it.
    pub coordinated_us: Option<i64>,
    /// When an officer was sent.
    pub dispatched_us: Option<i64>,
    /// How it ended, and when; none = open.
    pub end: Option<(End, i64)>,
    /// Status after the latest transition, ratings aside.
    pub status: Option<Status>,
    /// Whether a resolution was taken back.
    pub reopened: bool,
    /// How often an end was taken back.
    pub reopenings: usize,
    /// How many transitions, each once.
    pub transitions: usize,
    /// Time spent waiting for the reporter while the case was open, µs: the sum over the spells.
    pub paused_us: i64,
    /// The last one named, after the end too; the first holder before anybody is.
    pub holder: Option<u32>,
    /// Who held it from filing to the end or the moment asked about, in order.
    pub spells: Vec<Spell>,
    /// When it waited for the reporter while it was open, in order; together `paused_us`.
    pub pauses: Vec<Pause>,
}

/// Follows a case filed at `filed_us` through its changes, as of `as_of_us`, all µs since epoch UTC. `first_holder` has it until
/// somebody is named (none = nobody does).
///
/// Depends on the set of changes only. A case asked about before it was filed has no story yet: the default. Costs a sort.
///
/// ```
/// use tanggap_engine::case::{Change, End, follow};
/// use tanggap_engine::event::Status;
///
/// let change = |time_us, status, holder| Change { time_us, offset: 0, status, snapshot: false, holder };
/// let story = follow(0, Some(1), &[change(30, Status::Resolved, None), change(10, Status::Assigned, Some(2))], 100);
/// assert_eq!(story.end, Some((End::Resolved, 30)));
/// assert_eq!(story.first_response_us, Some(10));
/// let held: Vec<_> = story.spells.iter().map(|spell| (spell.holder, spell.from_us, spell.to_us)).collect();
/// assert_eq!(held, [(Some(1), 0, Some(10)), (Some(2), 10, Some(30))]);
/// ```
#[must_use]
pub fn follow(filed_us: i64, first_holder: Option<u32>, changes: &[Change], as_of_us: i64) -> Story {
    if as_of_us < filed_us {
        return Story::default();
    }
    let changes = known(changes, as_of_us);
    let ends = Ends::of(&changes);
    let mut turns = ends.turns.iter().copied().peekable();
    let mut ledger = Ledger::new(filed_us, first_holder);
    for (place, change) in changes.iter().enumerate() {
        ledger.advance(change.time_us.max(filed_us));
        // A unit named by the change that ends the case held it then, be it for no time.
        if let Some(holder) = change.holder {
            ledger.name(holder);
        }
        while turns.next_if_eq(&place).is_some() {
            ledger.turn();
        }
        if change.status != Status::Rated {
            ledger.wait(change.status == Status::Asked);
        }
    }
    let holder = ledger.holder();
    let (spells, pauses) = ledger.finish(as_of_us);
    let first = |wanted: fn(Status) -> bool| {
        let found = changes.iter().find(|change| wanted(change.status));
        found.map(|change| change.time_us.max(filed_us))
    };
    Story {
        first_response_us: first(responds),
        coordinated_us: first(coordinates),
        dispatched_us: first(|status| status == Status::Dispatched),
        end: ends.standing().map(|standing| (standing.end, standing.time_us.max(filed_us))),
        status: latest(&changes),
        reopened: ends.resolution_taken_back,
        reopenings: ends.turns.len() / 2,
        transitions: changes.len(),
        paused_us: spells.iter().fold(0, |sum, spell| sum.saturating_add(spell.paused_us)),
        holder,
        spells,
        pauses,
    }
}

/// The changes known at a moment, in order, each once: of those that say the same, the first in the log.
fn known(changes: &[Change], as_of_us: i64) -> Vec<Change> {
    let counts = |change: &&Change| change.time_us <= as_of_us && !matches!(change.status, Status::Linked | Status::Unlinked);
    let mut known: Vec<Change> = changes.iter().filter(counts).copied().collect();
    known.sort_unstable_by_key(|change| (change.content(), change.offset));
    known.dedup_by_key(|change| change.content());
    known.sort_unstable_by_key(Change::place);
    known
}

fn responds(status: Status) -> bool {
    !matches!(status, Status::Received | Status::Verified | Status::Rated | Status::Withdrawn)
}

fn coordinates(status: Status) -> bool {
    matches!(
        status,
        Status::Coordinated | Status::Dispatched | Status::InProgress | Status::Resolved
    )
}

fn latest(changes: &[Change]) -> Option<Status> {
    let set = changes.iter().filter(|change| change.status != Status::Rated);
    set.max_by_key(|change| (change.time_us, change.offset, change.status))
        .map(|change| change.status)
}

/// An end, and the place among the changes of the one that told it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Standing {
    end: End,
    time_us: i64,
    place: usize,
}

/// The ends of one sort: resolutions, or all others.
#[derive(Debug, Default)]
struct Candidates {
    /// When one of them first ended the case, whether or not that was taken back.
    first_us: Option<i64>,
    /// The earliest end that nothing has taken back so far.
    standing: Option<Standing>,
}

impl Candidates {
    fn add(&mut self, end: Standing) {
        self.first_us = self.first_us.or(Some(end.time_us));
        self.standing = self.standing.or(Some(end));
    }

    /// A channel that shows the report open in the very moment of the first end has only not caught up: that takes nothing back.
    fn take_back(&mut self, change: &Change) {
        let behind = change.status != Status::Reopened && self.first_us == Some(change.time_us);
        if !behind {
            self.standing = None;
        }
    }
}

/// How the ends of a case stand against its reopenings.
#[derive(Debug, Default)]
struct Ends {
    resolutions: Candidates,
    others: Candidates,
    resolution_taken_back: bool,
    /// Places of the changes where the case ended and was reopened, in turn: never falling, an end first. An end that was overtaken
    /// by a resolution without a reopening between them is none.
    turns: Vec<usize>,
}

impl Ends {
    /// `changes` are in order.
    fn of(changes: &[Change]) -> Self {
        let mut ends = Self::default();
        for (place, change) in changes.iter().enumerate() {
            if let Some(end) = End::of(change.status) {
                let candidates = if end == End::Resolved {
                    &mut ends.resolutions
                } else {
                    &mut ends.others
                };
                candidates.add(Standing {
                    end,
                    time_us: change.time_us,
                    place,
                });
            } else if change.reopens() {
                ends.reopen(place, change);
            }
        }
        if let Some(last) = ends.standing() {
            ends.push(last.place);
        }
        ends
    }

    /// The end as it stands: a resolution before any other.
    fn standing(&self) -> Option<Standing> {
        self.resolutions.standing.or(self.others.standing)
    }

    fn reopen(&mut self, place: usize, change: &Change) {
        let resolved = self.resolutions.standing.is_some();
        let before = self.standing();
        self.resolutions.take_back(change);
        self.others.take_back(change);
        self.resolution_taken_back |= resolved && self.resolutions.standing.is_none();
        if let Some(end) = before
            && self.standing() != before
        {
            self.push(end.place);
            self.push(place);
        }
    }

    /// Another end of the moment of a reopening may have come before it in the log: it follows it here.
    fn push(&mut self, place: usize) {
        let last = self.turns.last().copied().unwrap_or(0);
        self.turns.push(place.max(last));
    }
}

#[cfg(test)]
mod tests {
    use super::{Change, End, Story, follow};
    use crate::event::Status::{
        self, Asked, Assigned, ClosedNoAction, Coordinated, Dispatched, Duplicate, InProgress, Linked, NotOurs, Rated, Received, Reopened,
        Resolved, Unlinked, Verified, Withdrawn,
    };

    /// (time, status, snapshot), in log order; filed at 0, asked about at 100.
    fn story(changes: &[(i64, Status, bool)]) -> Story {
        let change = |(offset, &(time_us, status, snapshot)): (usize, &(i64, Status, bool))| Change {
            time_us,
            offset: i64::try_from(offset).unwrap(),
            status,
            snapshot,
            holder: None,
        };
        let changes: Vec<Change> = changes.iter().enumerate().map(change).collect();
        follow(0, None, &changes, 100)
    }

    fn resolution(changes: &[(i64, Status, bool)]) -> Option<i64> {
        let (end, time) = story(changes).end?;
        (end == End::Resolved).then_some(time)
    }

    #[test]
    fn receiving_verifying_rating_and_withdrawing_are_no_response() {
        let story = story(&[
            (1, Received, true),
            (2, Verified, false),
            (3, Rated, false),
            (5, Assigned, false),
            (7, Withdrawn, false),
        ]);
        assert_eq!(story.first_response_us, Some(5));
        assert_eq!((story.end, story.status), (Some((End::Withdrawn, 7)), Some(Withdrawn)));
        assert_eq!(story.transitions, 5);
    }

    #[test]
    fn coordination_is_reached_by_what_cannot_come_before_it_and_dispatch_only_by_itself() {
        let worked = story(&[
            (2, Assigned, false),
            (4, InProgress, true),
            (6, Coordinated, false),
            (8, Dispatched, false),
        ]);
        assert_eq!((worked.coordinated_us, worked.dispatched_us), (Some(4), Some(8)));
        let closed = story(&[(2, Assigned, false), (4, NotOurs, false)]);
        assert_eq!((closed.coordinated_us, closed.dispatched_us), (None, None));
    }

    #[test]
    fn saying_which_incident_it_tells_of_changes_nothing() {
        let plain = [(2, Assigned, false), (4, Asked, false), (9, Resolved, false)];
        let linked = [
            (1, Linked, false),
            (2, Assigned, false),
            (4, Asked, false),
            (6, Unlinked, false),
            (9, Resolved, false),
            (12, Linked, false),
        ];
        assert_eq!(story(&linked), story(&plain));
    }

    #[test]
    fn a_reopening_takes_the_resolution_back() {
        let first = [(5, Resolved, false), (9, Reopened, false)];
        assert_eq!(resolution(&first), None);
        assert!(story(&first).reopened);
        let again = [
            (5, Resolved, false),
            (9, Reopened, false),
            (12, Resolved, false),
            (15, Resolved, false),
        ];
        assert_eq!(resolution(&again), Some(12));
        assert_eq!(story(&again).reopenings, 1);
        assert_eq!(resolution(&[(5, Resolved, false), (5, Reopened, false)]), None);
        let other_way = [(5, Reopened, false), (5, Resolved, false)];
        assert_eq!(resolution(&other_way), Some(5));
        assert!(!story(&other_way).reopened);
    }

    #[test]
    fn a_green_shown_red_again_is_a_reopening_but_only_if_strictly_later() {
        assert_eq!(resolution(&[(5, Resolved, true), (8, InProgress, true)]), None);
        assert_eq!(resolution(&[(5, Resolved, true), (5, InProgress, true)]), Some(5));
        assert_eq!(resolution(&[(5, Resolved, false), (8, InProgress, false)]), Some(5));
        assert_eq!(
            resolution(&[(5, Resolved, true), (8, Received, true), (9, Resolved, true)]),
            Some(9)
        );
        assert_eq!(resolution(&[(3, InProgress, true), (5, Resolved, true)]), Some(5));
    }

    #[test]
    fn another_end_counts_only_without_a_resolution() {
        let closed = story(&[(4, ClosedNoAction, false), (6, Duplicate, false)]);
        assert_eq!((closed.first_response_us, closed.end), (Some(4), Some((End::ClosedNoAction, 4))));
        let resolved = story(&[(4, NotOurs, false), (9, Resolved, false)]);
        assert_eq!(resolved.end, Some((End::Resolved, 9)));
        assert_eq!(resolved.spells.len(), 1, "it was never let go");
        let reopened = story(&[(4, NotOurs, false), (6, Reopened, false)]);
        assert_eq!((reopened.end, reopened.reopened, reopened.reopenings), (None, false, 1));
    }

    #[test]
    fn the_clock_waits_for_the_reporter_and_for_nobody_else() {
        let asked = story(&[
            (10, Assigned, false),
            (20, Asked, false),
            (25, Rated, false),
            (30, Asked, false),
            (45, InProgress, false),
            (60, Asked, false),
            (80, Resolved, false),
            (90, Rated, false),
        ]);
        assert_eq!(asked.paused_us, 45);
        let pauses: Vec<_> = asked.pauses.iter().map(|pause| (pause.from_us, pause.to_us)).collect();
        assert_eq!(pauses, [(20, 45), (60, 80)]);
        assert_eq!(story(&[(60, Asked, false)]).paused_us, 40, "until the moment asked about");
        assert_eq!(
            story(&[(5, Resolved, false), (10, Asked, false), (30, Reopened, false)]).paused_us,
            0,
            "not while it has ended"
        );
    }

    #[test]
    fn from_an_end_to_its_reopening_a_case_is_nobodys() {
        let change = |time_us, status, holder| Change {
            time_us,
            offset: time_us,
            status,
            snapshot: false,
            holder,
        };
        let changes = [
            change(-5, Assigned, Some(1)),
            change(10, Assigned, Some(2)),
            change(20, Resolved, Some(3)),
            change(25, Rated, Some(4)),
            change(40, Reopened, None),
            change(70, Withdrawn, None),
        ];
        let story = follow(0, Some(9), &changes, 100);
        let spells: Vec<_> = story
            .spells
            .iter()
            .map(|spell| (spell.holder, spell.from_us, spell.to_us))
            .collect();
        let expected = [
            (Some(1), 0, Some(10)),
            (Some(2), 10, Some(20)),
            (Some(3), 20, Some(20)),
            (Some(4), 40, Some(70)),
        ];
        assert_eq!(spells, expected);
        assert_eq!(
            story.first_response_us,
            Some(0),
            "what came before the report counts as at its time"
        );
        assert_eq!((story.holder, story.reopenings), (Some(4), 1));
    }

    #[test]
    fn nothing_has_no_clocks_and_what_is_not_filed_has_no_story() {
        let story = story(&[]);
        assert_eq!((story.first_response_us, story.end, story.status), (None, None, None));
        assert_eq!(story.spells.len(), 1);
        assert_eq!(follow(5, Some(1), &[], 4), Story::default());
    }
}
