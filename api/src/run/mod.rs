//! The loops: what the commands do. The only place with a clock.

mod demo;
mod differences;
mod dlq;
mod durable;
mod files;
mod follower;
mod geoparquet;
mod history;
mod input_hash;
mod lane;
mod letters;
mod log;
mod merging;
mod meter;
mod outbox;
mod outputs;
mod outside;
mod pile;
mod print;
mod rebuild;
mod refusals;
mod replay;
mod restore;
mod sending;
mod serve;
mod setting;
mod simulate;
#[cfg(test)]
mod simulation;
mod sql;
mod store_arguments;
mod territory;
mod told;
mod verify;
mod watcher;

pub(crate) use demo::{DemoArguments, demo};
pub(crate) use dlq::{DlqCommand, dlq};
pub(crate) use rebuild::{RebuildArguments, rebuild};
pub(crate) use replay::{ReplayArguments, replay};
pub(crate) use restore::{RestoreArguments, restore};
pub(crate) use serve::{ServeArguments, serve};
pub(crate) use simulate::{SimulateArguments, simulate};
pub(crate) use sql::{SqlArguments, sql};
pub(crate) use territory::{TerritoryCommand, territory};
pub(crate) use verify::{VerifyArguments, verify};
