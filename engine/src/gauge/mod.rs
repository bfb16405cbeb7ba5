//! Water levels at the gates: which Siaga a level is, how fast it rises, what the gates downstream have to expect, and when somebody is warned.
//!
//! Pure: readings and moments in, numbers out. No rain, no tide table and no model of a river; what is said of a gate follows from its own readings,
//! its published thresholds and published travel times.

mod error;
mod gauges;
mod siaga;
mod standing;
mod theil_sen;
mod warning;

pub use error::GaugesError;
pub use gauges::{Gauge, Gauges, Lag};
pub use siaga::{Siaga, Thresholds};
pub use standing::{Reading, SILENCE_US, Standing, TREND_US};
pub use theil_sen::theil_sen;
pub use warning::{Issued, Warning, warning};
