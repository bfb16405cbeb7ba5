//! Alerts: what the city should hear of without asking. Hotspots as they live, clocks of cases that ran out and who has to hear of it,
//! lanes that somebody should look at. What is told has an id and a revision; who has seen the two drops it.

mod alert;
mod board;
mod hotspots;
mod lanes;
mod memory;
mod overruns;
mod rounds;

pub use alert::{Alert, AlertKind};
pub use board::{AlertBoard, HookCounts};
pub use memory::Memory;
pub use rounds::Rounds;
