//! A complaint that was ever resolved, with everything that was said and shown of it.

use tanggap_engine::event::Status;

/// A photo, as far as it is kept: hashes only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Photo {
    /// Hash of the file.
    pub(crate) file: Option<u64>,
    /// Perceptual hash.
    pub(crate) look: Option<u64>,
}

impl Photo {
    /// Whether there is anything of it.
    pub(super) const fn is_there(self) -> bool {
        self.file.is_some() || self.look.is_some()
    }

    /// Its look, where that says something: a picture of one colour looks like every other one.
    pub(super) fn telling_look(self) -> Option<u64> {
        self.look.filter(|look| *look != 0 && *look != u64::MAX)
    }
}

/// One transition. Ordered by time, then place in its log.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Move {
    /// When, µs since epoch UTC.
    pub(crate) time_us: i64,
    /// Its place in its log.
    pub(crate) offset: i64,
    /// What the case became.
    pub(crate) status: Status,
    /// Whether it is the report's state as its channel showed it.
    pub(crate) snapshot: bool,
    /// Code of the unit it names.
    pub(crate) unit: Option<String>,
    /// The reporter's mark, 1 to 5.
    pub(crate) rating: Option<u8>,
    /// From before the work.
    pub(crate) before: Photo,
    /// From after it.
    pub(crate) after: Photo,
    /// When the latter was taken, µs since epoch UTC.
    pub(crate) taken_us: Option<i64>,
}

impl Move {
    /// Whether an officer was sent, or worked.
    pub(super) const fn of_officer(&self) -> bool {
        matches!(self.status, Status::Dispatched | Status::InProgress)
    }

    /// Whether somebody took the case on.
    pub(super) const fn takes_on(&self) -> bool {
        matches!(self.status, Status::Assigned | Status::Coordinated) || self.of_officer()
    }
}

/// A complaint that is resolved, or was until that was taken back. Times are µs since epoch UTC.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Closing {
    pub(crate) key: u64,
    pub(crate) id: String,
    pub(crate) channel: String,
    /// Code of the unit that resolved it.
    pub(crate) unit: Option<String>,
    pub(crate) kelurahan: Option<i64>,
    pub(crate) filed_us: i64,
    /// None = taken back.
    pub(crate) resolution_us: Option<i64>,
    /// In order.
    pub(crate) moves: Vec<Move>,
}

impl Closing {
    /// Each closing that was taken back with when that was. As in the story of a case, a channel that shows the report open takes back
    /// only what was closed before that moment, and of several closings in a row the first one counts.
    pub(super) fn reopenings(&self) -> Vec<(i64, i64)> {
        let mut closed_us: Option<i64> = None;
        let mut reopenings = Vec::new();
        for step in &self.moves {
            let behind = match step.status {
                Status::Resolved => {
                    closed_us = closed_us.or(Some(step.time_us));
                    continue;
                }
                Status::Reopened => false,
                Status::Received | Status::InProgress if step.snapshot => closed_us == Some(step.time_us),
                _ => continue,
            };
            if let Some(closed) = closed_us
                && !behind
            {
                reopenings.push((closed, step.time_us));
                closed_us = None;
            }
        }
        reopenings
    }

    /// The transition that shows what the resolution stands on: the first one to `resolved` from then on that shows a photo from after the
    /// work.
    pub(super) fn proof(&self) -> Option<&Move> {
        let resolution_us = self.resolution_us?;
        let mut steps = self.moves.iter();
        steps.find(|step| step.status == Status::Resolved && step.after.is_there() && step.time_us.max(self.filed_us) >= resolution_us)
    }

    /// When it was first closed; none = nothing says so.
    pub(super) fn first_closed_us(&self) -> Option<i64> {
        let first = self.moves.iter().find(|step| step.status == Status::Resolved);
        first.map(|step| step.time_us).or(self.resolution_us)
    }
}

#[cfg(test)]
mod tests {
    use tanggap_engine::event::Status;

    use super::{Closing, Move, Photo};

    fn closing(moves: &[(i64, Status, bool)]) -> Closing {
        let moves = moves.iter().map(|&(time_us, status, snapshot)| Move {
            time_us,
            offset: 0,
            status,
            snapshot,
            unit: None,
            rating: None,
            before: Photo::default(),
            after: Photo::default(),
            taken_us: None,
        });
        Closing {
            key: 1,
            id: String::new(),
            channel: String::new(),
            unit: None,
            kelurahan: None,
            filed_us: 0,
            resolution_us: None,
            moves: moves.collect(),
        }
    }

    #[test]
    fn a_channel_that_has_not_caught_up_reopens_nothing() {
        let behind = closing(&[(5, Status::Resolved, false), (5, Status::InProgress, true)]);
        assert!(behind.reopenings().is_empty());
        let later = closing(&[(5, Status::Resolved, false), (6, Status::InProgress, true)]);
        assert_eq!(later.reopenings(), [(5, 6)]);
        let worked = closing(&[(5, Status::Resolved, false), (6, Status::InProgress, false)]);
        assert!(worked.reopenings().is_empty(), "only what the channel shows takes back");
    }

    #[test]
    fn every_closing_that_was_taken_back_is_told_from_its_first_moment() {
        let twice = closing(&[
            (1, Status::Reopened, false),
            (5, Status::Resolved, false),
            (7, Status::Resolved, false),
            (9, Status::Reopened, false),
            (10, Status::Reopened, false),
            (12, Status::Resolved, false),
            (12, Status::Reopened, false),
        ]);
        assert_eq!(twice.reopenings(), [(5, 9), (12, 12)]);
        assert_eq!(twice.first_closed_us(), Some(5));
    }
}
