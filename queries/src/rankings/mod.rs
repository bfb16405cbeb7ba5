//! The table of response times: the waits of a level, sorted, and what is said of each unit beside the others.

mod book;
mod growing;
mod limits;
mod lives;
mod mixed;
mod outcome;
mod past;
#[cfg(test)]
mod plain;
mod row;
mod table;

pub(crate) use book::Book;
pub(crate) use limits::{Limits, NO_CLOCK, UNSAID};
pub(crate) use lives::Lives;
pub(crate) use mixed::stratum_name;
pub(crate) use past::Past;
pub use row::{CaseMixed, EndCounts, FORMULA, InTime, Ranking, RankingRule, rankings_table};
