//! The questions.

pub mod statistics;
