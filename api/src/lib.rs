//! The face of Tanggap: the command line, the loops that run lanes, the HTTP API and the dashboard.

pub mod access;
pub mod alerts;
mod analysts;
pub mod cli;
pub mod config;
pub mod dashboard;
mod dead_letters;
pub mod deeds;
mod disclosure;
pub mod error;
pub mod extractors;
mod fresh;
mod hex;
pub mod intake;
mod ledger;
pub mod live;
mod middleware;
pub mod officers;
pub mod open311;
mod openapi;
mod past;
pub mod pseudonyms;
pub mod router;
mod routes;
mod run;
pub mod state;
mod time;
