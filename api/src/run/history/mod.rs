//! History's side of the loop: lanes put down what became of their events, and one thread appends it to the tables of history, some
//! time after it was written down and never before.

mod backlog;
mod board;
mod historian;
mod rows;
mod view;

pub(super) use backlog::{Backlog, Stand, Through, Waiting, after, over_after};
pub(super) use board::Board;
pub(super) use historian::Historian;
pub(super) use view::{no_history, view_of};
