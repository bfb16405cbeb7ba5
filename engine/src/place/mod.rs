//! Where a text speaks of: names of kelurahan, kecamatan and kota, roads, stations, markets and gates, found as words and made sense of
//! together. Enters a text, leaves a [`Whereabouts`]: how precisely a place is known, and every place that could be meant.
//!
//! ```text
//! text ─▶ words ─▶ mention (longest name first) ─▶ resolve (titles, co-mention, containment) ─▶ Whereabouts
//! ```
//!
//! The names come from the territory and from `engine/data/text/places.toml`. A name that could be several places is answered by the
//! smallest unit that holds them all; nothing is ever moved to the middle of a kecamatan.

mod area;
mod gazetteer;
mod mention;
mod neighbours;
mod resolve;
#[cfg(test)]
mod tests;
mod whereabouts;

pub use gazetteer::Gazetteer;
pub use whereabouts::{Candidate, PlaceLevel, Whereabouts};
