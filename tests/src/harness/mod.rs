//! What the suites stand on.

mod absence;
pub mod clock;
pub mod disk;
mod java;
pub mod kafka;
pub mod program;
pub mod proxy;
pub mod s3;
pub mod served;
