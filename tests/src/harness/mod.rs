//! What the suites stand on.

pub mod kafka;
pub mod program;
pub mod served;
