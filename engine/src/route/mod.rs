//! Who must answer a report, and why: ordered rules as data, decided by the first that fits, said in words.
//!
//! In come the facts of one report (category, kind, kelurahan, the unit its channel named, the distance to the nearest
//! border); out goes a [`Decision`] that a person can defend. What is not here yet: road authorities, regions, and what `text`
//! reads.

mod complaint;
mod decision;
mod error;
mod router;
mod rows;
mod rule;
mod unit;

pub use complaint::Complaint;
pub use decision::{Addressee, Deadline, Decision};
pub use error::RouteError;
pub use router::{JAKARTA, Router};
pub use rows::{ROUTES, route};
pub use unit::{Unit, UnitKind};
