//! Writes a simulated stretch of the city to files: one NDJSON file a topic, a payload a line.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::TOPICS;
use super::city::Message;

/// What was written to a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Topic.
    pub topic: &'static str,
    /// `<dir>/<topic>.ndjson`.
    pub path: PathBuf,
    /// Lines, empty ones included.
    pub lines: u64,
    /// Bytes.
    pub bytes: u64,
}

/// Writes `<topic>.ndjson` for every topic of [`TOPICS`] into `dir`, made if missing; a file that exists is replaced. A payload
/// never holds a line feed, so a line is a payload and an empty line an empty payload.
///
/// # Errors
/// The first error of the file system.
pub fn write_ndjson(dir: &Path, messages: impl IntoIterator<Item = Message>) -> io::Result<Vec<Written>> {
    fs::create_dir_all(dir)?;
    let mut files = Vec::with_capacity(TOPICS.len());
    for topic in TOPICS {
        let path = dir.join(format!("{topic}.ndjson"));
        let file = BufWriter::with_capacity(1 << 18, File::create(&path)?);
        let written = Written {
            topic,
            path,
            lines: 0,
            bytes: 0,
        };
        files.push((file, written));
    }
    for message in messages {
        let Some((file, written)) = files.iter_mut().find(|(_, written)| written.topic == message.topic) else {
            continue;
        };
        file.write_all(&message.payload)?;
        file.write_all(b"\n")?;
        written.lines += 1;
        written.bytes += message.payload.len() as u64 + 1;
    }
    files
        .into_iter()
        .map(|(mut file, written)| {
            file.flush()?;
            Ok(written)
        })
        .collect()
}
