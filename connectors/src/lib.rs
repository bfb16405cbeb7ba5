//! The doors of Tanggap: bytes come in here and leave here.

pub mod bridge;
pub mod decode;
pub mod embedded;
pub mod history;
pub mod kafka;
pub mod simulate;
pub mod store;
