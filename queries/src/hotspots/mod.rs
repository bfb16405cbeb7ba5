//! Trending hotspots: where, lately, more people report something than chance explains. Located reports enter in any order, tick by tick;
//! alerts with a life leave. Pure and seeded: the same reports and settings give the same bytes. No `DataFusion`, no clock.
//!
//! ```text
//! report ──▶ family ──▶ atlas (place, zones) ──▶ board (counts, usual) ──▶ scan ──▶ clusters ──▶ life ──▶ alerts
//! ```

mod atlas;
mod board;
mod cluster;
mod family;
mod hotspot;
mod label;
mod life;
mod sentry;
mod settings;
mod usual;
mod watch;
mod week;
mod why;

pub use family::Family;
pub use hotspot::{Alert, Change, Evidence, Hotspot};
pub use settings::WatchSettings;
pub use watch::{Sighting, Watch};
pub use why::{ChannelShare, Why};
