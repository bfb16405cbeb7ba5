//! The incidents of a city (`tanggap_engine::incident`), kept up with its snapshots: which report tells of what, who else does, and why.

mod board;
mod rows;

pub use board::{IncidentBoard, IncidentFilter};
