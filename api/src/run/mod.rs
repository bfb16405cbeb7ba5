//! The loops: what the commands do. The only place with a clock.

mod demo;
mod files;
mod lane;
mod meter;
mod outputs;
mod pile;
mod replay;
mod serve;
mod setting;
mod simulate;
mod sql;
mod territory;

pub use demo::{DemoArguments, demo};
pub use replay::{ReplayArguments, replay};
pub use serve::{ServeArguments, serve};
pub use simulate::{SimulateArguments, simulate};
pub use sql::{SqlArguments, sql};
pub use territory::{TerritoryCommand, territory};
