//! The face of Tanggap: the command line, the loops that run lanes, the HTTP API and the dashboard.

mod analysts;
pub mod cli;
pub mod config;
pub mod dashboard;
pub mod error;
pub mod extractors;
mod fresh;
pub mod live;
mod middleware;
mod openapi;
pub mod router;
mod routes;
mod run;
pub mod state;
mod time;
