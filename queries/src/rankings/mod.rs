//! The table of response times: the waits of a level on shelves, and what is said of each unit beside the others.

mod book;
mod limits;
mod mixed;
mod row;
mod shelf;
mod table;

pub(crate) use book::Book;
pub(crate) use limits::{Limits, NO_CLOCK, UNSAID};
pub(crate) use mixed::stratum_name;
pub use row::{CaseMixed, EndCounts, FORMULA, InTime, Ranking, RankingRule, rankings_table};
