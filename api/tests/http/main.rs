//! The API as a client sees it: a tiny city of two kelurahan, one lane, and requests without a socket.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod access;
mod alerts;
mod audit;
mod dead_letters;
mod deeds;
mod described;
mod duty;
mod duty_apart;
mod gauges;
mod heat;
mod hotspots;
mod identity;
mod incidents;
mod listening;
mod officers;
mod open311;
mod operation;
mod photos;
mod privacy;
mod ranking_trend;
mod reporters;
mod staff;
mod terms;
mod town;
mod traffic;
mod unread;
