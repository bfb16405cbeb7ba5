//! What the suites stand on.

pub mod kafka;
