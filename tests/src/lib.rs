//! The harness of the end-to-end suites: real programs, started and stopped by the tests themselves.

pub mod harness;
