//! A seeded Jakarta: every topic's payloads in the order they would be published, with the faults of the real feeds.
//!
//! The same configuration gives the same bytes. Nothing here reads a clock: the caller asks for the next message, or for those
//! due by a time of its own. Calibration (shares, hours, response times, faults) is cited where each number stands.

mod agenda;
mod calendar;
mod chance;
mod city;
mod complaint;
mod config;
mod flaw;
mod gauge;
mod ground;
mod lifecycle;
mod line;
mod ndjson;
mod places;
mod planted;
mod proof;
mod traffic;
mod tweet;
mod vocabulary;
mod volume;

#[cfg(test)]
mod tests;

pub use city::{City, Message};
pub use config::{Burst, CityConfig, ConfigError, DEFAULT_START, Faults, FloodWave, Place, Shares};
pub use ndjson::{Written, write_ndjson};
pub use places::places_of;
pub use planted::Planted;

/// Topics in the order of `accounting.json`.
pub const TOPICS: [&str; 5] = [QLUE, CRM, WAZE, TWITTER, GAUGE];
pub(crate) const QLUE: &str = "qlue.reports";
pub(crate) const CRM: &str = "crm.status";
pub(crate) const WAZE: &str = "waze.feed";
pub(crate) const TWITTER: &str = "twitter.tweets";
pub(crate) const GAUGE: &str = "gauge.levels";
