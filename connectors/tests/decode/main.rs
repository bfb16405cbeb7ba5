//! Every format the decoders read: shape by shape, by mapping file, on real feeds, and on bytes that make no sense.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod evidence;
mod fuzz;
mod mapped;
mod reading;
mod real_data;
mod shapes;
mod support;
mod waze;
