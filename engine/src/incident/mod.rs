//! What happened in the city, and who tells of it: reports of one incident are its witnesses, on whatever channel.
//!
//! Pure: no input or output, no clock. The text of a report is not kept by the engine, so no words are compared; place, time, category,
//! reporter and photo are.

mod bonds;
mod entries;
mod error;
mod grid;
mod ground;
mod incidents;
mod link;
mod notes;
mod photos;
mod rules;
mod settings;
#[cfg(test)]
mod tests;
mod told;
mod view;
mod weigh;
mod witness;

pub use error::IncidentRulesError;
pub use incidents::Incidents;
pub use link::{Feature, Reason};
pub use notes::Note;
pub use rules::IncidentRules;
pub use told::{Incident, Linked, Member, Outline, Tie};
pub use witness::{ReportKey, Shown, Witness};
