//! The API as a client sees it: a tiny city of two kelurahan, one lane, and requests without a socket.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod audit;
mod duty;
mod duty_apart;
mod heat;
mod hotspots;
mod listening;
mod operation;
mod staff;
mod town;
