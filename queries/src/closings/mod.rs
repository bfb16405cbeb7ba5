//! What speaks against a closing: complaints that were said to be resolved, and what was shown for it, in; flags with their evidence out.
//! A flag is a reason to look, never a verdict. Pure: the rows come from `sql/closings.sql` and `sql/closing_moves.sql`.

mod album;
mod closing;
mod flag;
mod judge;
mod looks;
mod tally;

pub(crate) use closing::{Closing, Move, Photo};
pub use flag::{Evidence, Flag, FlagKind, FlagPhoto, FlagRule, PhotoSide, Shown};
pub(crate) use judge::{judge, seconds};
pub(crate) use tally::tally;
pub use tally::{Burst, ClosingShare, UnitFlags};
