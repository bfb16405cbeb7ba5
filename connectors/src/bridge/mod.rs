//! Bridges: what the city says elsewhere is fetched and written to Kafka. Each is one blocking loop with retries, a state file to resume
//! from and counters; where messages go, the time and the waiting are passed in, so that a test needs neither broker nor patience.
//!
//! No address and no token is ever printed: an address of a feed is its password.

mod backoff;
mod clock;
mod config;
mod counters;
mod csv_file;
mod error;
mod fetch;
mod mail;
mod neighbour;
mod outlet;
mod stream;
mod tweets;
mod waze_feed;

pub use clock::{Clock, Stop, SystemClock};
pub use config::{MailConfig, NeighbourConfig, Secret, WazeConfig, XConfig};
pub use counters::BridgeCounters;
pub use csv_file::{CsvConfig, CsvFile};
pub use error::BridgeError;
pub use fetch::Fault;
pub use mail::Mailbox;
pub use neighbour::Neighbour;
pub use outlet::{KafkaOutlet, Outlet, Parts};
pub use tweets::Tweets;
pub use waze_feed::{Polled, WazeFeed};
