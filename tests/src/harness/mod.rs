//! What the suites stand on.

mod java;
pub mod kafka;
pub mod program;
pub mod s3;
pub mod served;
