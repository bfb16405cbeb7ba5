//! Bridges against servers on this machine that behave like the real ones on a bad day: slow, broken off, confused, busy.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod csv_file;
mod letters;
mod mail;
mod mail_bench;
mod neighbour;
mod postbox;
mod server;
mod support;
mod tweets;
mod waze_feed;
