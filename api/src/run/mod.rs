//! The loops: what the commands do. The only place with a clock.

mod demo;
mod files;
mod geoparquet;
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

pub(crate) use demo::{DemoArguments, demo};
pub(crate) use replay::{ReplayArguments, replay};
pub(crate) use serve::{ServeArguments, serve};
pub(crate) use simulate::{SimulateArguments, simulate};
pub(crate) use sql::{SqlArguments, sql};
pub(crate) use territory::{TerritoryCommand, territory};
