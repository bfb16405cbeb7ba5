//! Who must answer a report, and why: ordered rules as data, decided by the first that fits, said in words.
//!
//! In come the facts of one report (category, kind, kelurahan and position, the unit its channel named, the distance to the nearest
//! border); out goes a [`Decision`] that a person can defend. Whose road, river or park a position is on is said by the territory's
//! layers; which region's rules hold, by the kelurahan.

mod asked;
mod check;
mod complaint;
mod decision;
mod error;
mod regions;
mod router;
mod rows;
mod rule;
mod situation;
mod unit;

pub use asked::asked;
pub use check::{Conflict, RuleCheck, RuleLine};
pub use complaint::Complaint;
pub use decision::{Addressee, Deadline, Decision, without_border};
pub use error::RouteError;
pub use regions::NO_PARTNER;
pub use router::{JAKARTA, Router};
pub use rows::{ROUTES, route};
pub use unit::{Unit, UnitKind};
