//! What is wrong with boundaries, all at once: said before they are used, with the place and the remedy. Enters: a file as it
//! stands, usable or not, or a territory; leaves: findings, the gravest first.

mod file;
mod finding;
mod ground;
mod ring;

pub use file::{check, check_geojson};
pub use finding::{Finding, FindingKind, Severity};
