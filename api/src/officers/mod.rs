//! Where officers are, for the desk that sends one: the latest position of each, in memory, for some minutes, and nowhere else. No position is
//! written to a disk, a log, a topic or an answer; answers say how far off somebody is, and in which direction.

mod board;
mod counts;
mod nearest;
mod said;
mod settings;
mod spot;

pub use board::Officers;
pub(crate) use counts::{Fates, Reading};
pub(crate) use nearest::{Compass, Near, Sent};
pub(crate) use said::{AHEAD_US, Refused, Said, time_us};
pub use settings::OfficerSettings;
pub(crate) use spot::Spot;
