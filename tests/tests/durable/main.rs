//! Nothing lost, nothing twice: the whole program killed, its brokers killed, its log cut short, and held against one that lived on.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod admin;
mod bucket;
mod deeds;
mod embedded;
mod feeds;
mod golden;
mod group;
mod history;
mod leader;
mod officers;
mod real_kafka;
mod secured;
mod soak;
mod topics;
