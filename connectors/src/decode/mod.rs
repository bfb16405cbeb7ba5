//! Bytes of one payload to rows of events, one format a file. Nothing here fails whole: what cannot be read is rejected.

mod config;
mod crm;
mod csv_row;
mod decoder;
mod duty_post;
mod error;
mod feed_parts;
mod gauge;
mod mapped;
mod mapping;
mod photo;
mod qlue;
mod reading;
mod report;
mod scalar;
mod scanner;
mod sink;
mod time;
mod twitter;
mod version;
mod waze;
mod words;

pub use config::{DecodeConfig, ReporterKey, ZoneOffset};
pub use csv_row::csv_row_to_json;
pub use decoder::{Decoder, Payload};
pub use error::DecodeError;
pub(crate) use feed_parts::{FeedWindow, StreamLine, feed_messages, stream_line};
pub use reading::{NO_REPORT, RETWEET, TextReader, UNREAD};
