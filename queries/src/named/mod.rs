//! The typed twins of the files in `sql/`: a question as a function, its parameters as arguments, its rows as structs.

mod areas;
mod cases;
mod cells;
mod expectation;
mod inbox;
mod levels;
mod rankings;
mod reading;
mod report;
mod routes;
mod trending;

pub use areas::{AreaCount, DeskLoad};
pub use cases::{Cases, latest};
pub use cells::{Heat, HeatLevel, HeatQuestion, HeatRow};
pub use expectation::{Expectation, History, KEPT_WEEKS, WEEK_US, surprise};
pub use inbox::InboxItem;
pub use levels::Level;
pub use rankings::{Ranking, RankingRule, rankings, rankings_table};
pub use report::{Report, ReportRoute, Step, report};
pub use routes::routes;
pub use trending::{MINIMUM_N, MINIMUM_REPORTERS};
