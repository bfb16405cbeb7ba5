//! One change of a case, as a transition tells it.

use super::End;
use crate::event::Status;

/// One transition of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// When it took effect, µs since epoch UTC.
    pub time_us: i64,
    /// Where in its log it stands: the order of what happened in the same microsecond.
    pub offset: i64,
    /// What the case became.
    pub status: Status,
    /// Whether it was seen in a record of the report, as its channel showed it, rather than told as a change.
    pub snapshot: bool,
    /// Who it names as holding the case, by a number of the caller's. Of two named at the same place of two logs the higher one holds it.
    pub holder: Option<u32>,
}

impl Change {
    /// What it says. Two changes that say the same are one, told twice.
    pub(super) fn content(&self) -> (i64, Status, bool, Option<u32>) {
        (self.time_us, self.status, self.snapshot, self.holder)
    }

    /// Its place among the changes of its case: by time, then position in the log. Of two at the same place of two logs, what ends
    /// a case comes before what may reopen it.
    pub(super) fn place(&self) -> (i64, i64, bool, Option<u32>, Status, bool) {
        let goes_on = End::of(self.status).is_none();
        (self.time_us, self.offset, goes_on, self.holder, self.status, self.snapshot)
    }

    /// Whether an end before it is taken back by it: a reopening, or a report that its own channel shows as received or in progress.
    pub(super) fn reopens(&self) -> bool {
        match self.status {
            Status::Reopened => true,
            Status::Received | Status::InProgress => self.snapshot,
            _ => false,
        }
    }
}
