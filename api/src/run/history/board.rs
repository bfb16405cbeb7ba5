//! Where lanes put what waits for history, and read how far it is. Each puts the whole of it after each epoch, so nothing is lost when a
//! thread misses one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::{Through, Waiting};

/// The board.
#[derive(Debug)]
pub(in crate::run) struct Board {
    notes: Mutex<Notes>,
    due: Condvar,
    opened: Condvar,
}

#[derive(Debug, Default)]
struct Notes {
    /// Every lane that history has, once it was opened.
    known: Option<BTreeSet<String>>,
    waiting: BTreeMap<String, Waiting>,
    through: BTreeMap<String, Through>,
    /// A lane came that was another process's, or was asleep: history may have more of it than we know.
    look: bool,
    hurry: bool,
    closed: bool,
}

/// What the historian is to do next.
#[derive(Debug)]
pub(super) enum Due {
    /// To look what others have appended.
    Look,
    /// To append what waits.
    Append(Vec<Waiting>),
    /// To append what waits, and to go.
    Last(Vec<Waiting>),
}

/// A lane with so many rows does not wait for the next append.
const MANY: usize = 100_000;

/// How long a lane waits for history to be opened.
const OPENING: Duration = Duration::from_secs(10);

impl Board {
    /// A board; where no history is kept, nothing is known of any lane.
    pub(in crate::run) fn new(kept: bool) -> Self {
        Self {
            notes: Mutex::new(Notes {
                known: (!kept).then(BTreeSet::new),
                ..Notes::default()
            }),
            due: Condvar::new(),
            opened: Condvar::new(),
        }
    }

    /// History was opened, and has these lanes.
    pub(super) fn introduce(&self, known: BTreeSet<String>) {
        self.notes().known = Some(known);
        self.opened.notify_all();
    }

    /// Whether history has a lane; none if it cannot be opened for a while.
    pub(in crate::run) fn knows(&self, lane: &str) -> Option<bool> {
        let opened = self.opened.wait_timeout_while(self.notes(), OPENING, |notes| notes.known.is_none());
        let (notes, _) = opened.unwrap_or_else(PoisonError::into_inner);
        notes.known.as_ref().map(|known| known.contains(lane))
    }

    fn notes(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts down all that waits of a lane.
    pub(in crate::run) fn offer(&self, waiting: Waiting) {
        let rows: usize = waiting.log.iter().map(datafusion::arrow::array::RecordBatch::num_rows).sum();
        let mut notes = self.notes();
        let lane = &waiting.stand.lane;
        notes.look |= !notes.waiting.contains_key(lane) && !notes.through.contains_key(lane);
        notes.hurry |= rows >= MANY;
        let soon = notes.hurry || notes.look;
        notes.waiting.insert(waiting.stand.lane.clone(), waiting);
        drop(notes);
        if soon {
            self.due.notify_one();
        }
    }

    /// A lane is another process's from now on.
    pub(in crate::run) fn withdraw(&self, lane: &str) {
        let mut notes = self.notes();
        notes.waiting.remove(lane);
        notes.through.remove(lane);
    }

    /// How far history has a lane, once that is known.
    pub(in crate::run) fn through(&self, lane: &str) -> Option<Through> {
        self.notes().through.get(lane).copied()
    }

    /// No more will be put down.
    pub(in crate::run) fn close(&self) {
        self.notes().closed = true;
        self.due.notify_one();
    }

    /// Waits until there is something to look at, or it is time to append, or a lane has much, or the board is closed.
    pub(super) fn wait(&self, patience: Duration) -> Due {
        let due = self
            .due
            .wait_timeout_while(self.notes(), patience, |notes| !notes.look && !notes.hurry && !notes.closed);
        let (mut notes, _) = due.unwrap_or_else(PoisonError::into_inner);
        if notes.closed {
            return Due::Last(notes.waiting.values().cloned().collect());
        }
        if std::mem::take(&mut notes.look) && !notes.hurry {
            return Due::Look;
        }
        notes.hurry = false;
        Due::Append(notes.waiting.values().cloned().collect())
    }

    /// History has a lane up to here.
    pub(super) fn done(&self, lane: &str, through: Through) {
        let mut notes = self.notes();
        notes.through.insert(lane.to_owned(), through);
        if notes.waiting.get(lane).is_some_and(|waiting| waiting.stand.seq <= through.seq) {
            notes.waiting.remove(lane);
        }
    }
}
