//! What is kept of one case's transitions so that its clocks can be told, in whatever order they come.
//!
//! Rules (DESIGN section 3): the *first response* is the earliest transition other than received, verified or rated. The
//! *resolution* is the earliest `resolved` that no reopening follows; a reopening is a `reopened`, or a report shown as received or
//! in progress by its own channel (a snapshot) strictly later than some `resolved`: a green that went back to red. Closed without
//! action, duplicate and not-ours *end* a case otherwise, unless it is resolved or reopened after all.
//!
//! Transitions of the same microsecond are ordered by their position in the log.

use std::cmp::Ordering;

use tanggap_engine::event::Status;

/// When, and for equal times where in the log: (µs since epoch UTC, offset).
pub(super) type Moment = (i64, i64);

/// Numbers that [`CaseState::encode`] writes before the ends.
const FIXED: usize = 11;

/// No moment yet, where the latest is wanted.
const NEVER: Moment = (i64::MIN, i64::MIN);

/// One case's transitions, folded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CaseState {
    /// Time of the first response; `i64::MAX` = none.
    first_response: i64,
    /// Latest transition, ratings aside, and what it set.
    latest: (Moment, i64),
    /// Latest explicit reopening.
    reopened: Moment,
    /// Latest snapshot that shows the case open.
    shown_open: Moment,
    /// When somebody was last named as holding it.
    held: Moment,
    transitions: i64,
    /// Every (moment, resolved or not) that ends a case.
    ends: Vec<(Moment, bool)>,
}

/// One transition of a case.
#[derive(Clone, Copy, Debug)]
pub(super) struct Change {
    pub(super) moment: Moment,
    pub(super) status: Status,
    pub(super) snapshot: bool,
}

/// The clocks of one case, as times in µs since epoch UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Clocks {
    pub(super) first_response: Option<i64>,
    pub(super) resolution: Option<i64>,
    /// Ended without being resolved.
    pub(super) ended: Option<i64>,
    /// Status after the latest transition.
    pub(super) status: Option<Status>,
    /// Whether a resolution was taken back.
    pub(super) reopened: bool,
    pub(super) transitions: i64,
}

impl Default for CaseState {
    fn default() -> Self {
        Self {
            first_response: i64::MAX,
            latest: (NEVER, -1),
            reopened: NEVER,
            shown_open: NEVER,
            held: NEVER,
            transitions: 0,
            ends: Vec::new(),
        }
    }
}

impl CaseState {
    /// Takes one transition in.
    pub(super) fn observe(&mut self, change: Change) {
        let Change { moment, status, snapshot } = change;
        self.transitions += 1;
        if status == Status::Rated {
            return;
        }
        self.latest = self.latest.max((moment, i64::from(status as u8)));
        if !matches!(status, Status::Received | Status::Verified) {
            self.first_response = self.first_response.min(moment.0);
        }
        match status {
            Status::Resolved => self.ends.push((moment, true)),
            Status::ClosedNoAction | Status::Duplicate | Status::NotOurs => self.ends.push((moment, false)),
            Status::Reopened => self.reopened = self.reopened.max(moment),
            Status::Received | Status::InProgress if snapshot => self.shown_open = self.shown_open.max(moment),
            _ => {}
        }
    }

    /// Notes that a holder was named, and says how the naming stands to the latest so far.
    pub(super) fn hold(&mut self, moment: Moment) -> Ordering {
        let order = moment.cmp(&self.held);
        self.held = self.held.max(moment);
        order
    }

    /// When a holder was last named.
    pub(super) fn held(&self) -> Moment {
        self.held
    }

    /// Takes in what another part of the same case's transitions gave; holders aside.
    pub(super) fn merge(&mut self, other: &Self) {
        self.first_response = self.first_response.min(other.first_response);
        self.latest = self.latest.max(other.latest);
        self.reopened = self.reopened.max(other.reopened);
        self.shown_open = self.shown_open.max(other.shown_open);
        self.transitions += other.transitions;
        self.ends.extend_from_slice(&other.ends);
    }

    /// The clocks, from everything taken in so far.
    pub(super) fn clocks(&self) -> Clocks {
        let ends = |resolved| self.ends.iter().filter(move |end| end.1 == resolved).map(|end| end.0);
        let standing = |resolved| {
            let first = ends(resolved).min()?;
            let mut reopening = self.reopened;
            if self.shown_open.0 > first.0 {
                reopening = reopening.max(self.shown_open);
            }
            Some((first, ends(resolved).filter(|end| *end > reopening).min()))
        };
        let resolved = standing(true);
        let resolution = resolved.and_then(|(_, standing)| standing);
        let ended = if resolution.is_none() {
            standing(false).and_then(|(_, standing)| standing)
        } else {
            None
        };
        Clocks {
            first_response: (self.first_response != i64::MAX).then_some(self.first_response),
            resolution: resolution.map(|moment| moment.0),
            ended: ended.map(|moment| moment.0),
            status: u8::try_from(self.latest.1).ok().and_then(Status::from_number),
            reopened: resolved.is_some_and(|(first, standing)| standing != Some(first)),
            transitions: self.transitions,
        }
    }

    /// The state as numbers, for [`CaseState::decode`] elsewhere.
    pub(super) fn encode(&self, numbers: &mut Vec<i64>) {
        let (latest, status) = self.latest;
        numbers.extend([self.first_response, latest.0, latest.1, status]);
        for moment in [self.reopened, self.shown_open] {
            numbers.extend([moment.0, moment.1]);
        }
        numbers.extend([self.held.0, self.held.1]);
        numbers.push(self.transitions);
        for (moment, resolved) in &self.ends {
            numbers.extend([moment.0, moment.1, i64::from(*resolved)]);
        }
    }

    /// Reads what [`CaseState::encode`] wrote; none if it is something else.
    pub(super) fn decode(numbers: &[i64]) -> Option<Self> {
        let (fixed, ends) = numbers.split_at_checked(FIXED)?;
        let end = |end: &[i64]| ((end[0], end[1]), end[2] != 0);
        Some(Self {
            first_response: fixed[0],
            latest: ((fixed[1], fixed[2]), fixed[3]),
            reopened: (fixed[4], fixed[5]),
            shown_open: (fixed[6], fixed[7]),
            held: (fixed[8], fixed[9]),
            transitions: fixed[10],
            ends: ends.chunks_exact(3).map(end).collect(),
        })
    }

    /// Bytes held beside the struct itself.
    pub(super) fn heap_bytes(&self) -> usize {
        self.ends.capacity() * size_of::<(Moment, bool)>()
    }
}

#[cfg(test)]
mod tests {
    use tanggap_engine::event::Status::{
        self, Assigned, ClosedNoAction, InProgress, NotOurs, Rated, Received, Reopened, Resolved, Verified,
    };

    use super::{CaseState, Change, Clocks};

    /// (time, status, snapshot), in log order.
    fn clocks(changes: &[(i64, Status, bool)]) -> Clocks {
        let mut whole = CaseState::default();
        let mut halves = [CaseState::default(), CaseState::default()];
        for (offset, &(time, status, snapshot)) in changes.iter().enumerate().rev() {
            let change = Change {
                moment: (time, i64::try_from(offset).unwrap()),
                status,
                snapshot,
            };
            whole.observe(change);
            halves[offset % 2].observe(change);
        }
        let mut numbers = Vec::new();
        halves[1].encode(&mut numbers);
        halves[0].merge(&CaseState::decode(&numbers).unwrap());
        assert_eq!(halves[0].clocks(), whole.clocks(), "merged parts say the same");
        whole.clocks()
    }

    #[test]
    fn receiving_verifying_and_rating_are_no_response() {
        let clocks = clocks(&[(1, Received, true), (2, Verified, false), (3, Rated, false), (5, Assigned, false)]);
        assert_eq!(clocks.first_response, Some(5));
        assert_eq!((clocks.resolution, clocks.status), (None, Some(Assigned)));
        assert_eq!(clocks.transitions, 4);
    }

    #[test]
    fn a_reopening_takes_the_resolution_back() {
        let first = [(5, Resolved, false), (9, Reopened, false)];
        assert_eq!(clocks(&first).resolution, None);
        assert!(clocks(&first).reopened);
        let again = [
            (5, Resolved, false),
            (9, Reopened, false),
            (12, Resolved, false),
            (15, Resolved, false),
        ];
        assert_eq!(clocks(&again).resolution, Some(12));
        let same_instant = [(5, Resolved, false), (5, Reopened, false)];
        assert_eq!(clocks(&same_instant).resolution, None);
        let other_way = [(5, Reopened, false), (5, Resolved, false)];
        assert_eq!(clocks(&other_way).resolution, Some(5));
        assert!(!clocks(&other_way).reopened);
    }

    #[test]
    fn a_green_shown_red_again_is_a_reopening_but_only_if_strictly_later() {
        assert_eq!(clocks(&[(5, Resolved, true), (8, InProgress, true)]).resolution, None);
        assert_eq!(clocks(&[(5, Resolved, true), (5, InProgress, true)]).resolution, Some(5));
        assert_eq!(clocks(&[(5, Resolved, false), (8, InProgress, false)]).resolution, Some(5));
        assert_eq!(
            clocks(&[(5, Resolved, true), (8, Received, true), (9, Resolved, true)]).resolution,
            Some(9)
        );
        assert_eq!(clocks(&[(3, InProgress, true), (5, Resolved, true)]).resolution, Some(5));
    }

    #[test]
    fn another_end_counts_only_without_a_resolution() {
        let closed = clocks(&[(4, ClosedNoAction, false)]);
        assert_eq!((closed.first_response, closed.resolution, closed.ended), (Some(4), None, Some(4)));
        let resolved = clocks(&[(4, NotOurs, false), (9, Resolved, false)]);
        assert_eq!((resolved.resolution, resolved.ended), (Some(9), None));
        let reopened = clocks(&[(4, NotOurs, false), (6, Reopened, false)]);
        assert_eq!(reopened.ended, None);
        assert!(!reopened.reopened);
    }

    #[test]
    fn nothing_has_no_clocks() {
        let clocks = clocks(&[]);
        assert_eq!((clocks.first_response, clocks.resolution, clocks.status), (None, None, None));
        assert_eq!(CaseState::decode(&[1, 2, 3]), None);
    }
}
