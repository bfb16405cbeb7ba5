//! The manifest of an epoch: everything a lane is after it. Whoever has the highest manifest of a lane and its segments has the lane.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::Section;
use super::codec::checksum;
use crate::lane::LaneScalars;

/// Version of what is written here. A reader refuses a later one, and must go on reading earlier ones.
///
/// 1: the first. 2: reports, transitions and the log have [`crate::event::schema::ADDED`] but for its last three. 3: transitions and the log have
/// that one too. 4: reports and the log have the kota that a text names, and what it is about: the last two of all.
pub const FORMAT: u32 = 4;

/// Who wrote a manifest: tells a retry of our own from another process on the same lane.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Writer {
    /// Name of the program and its version.
    pub program: String,
    /// Drawn anew by every process for every lane it takes up.
    pub session: String,
}

/// An immutable file of tables.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SegmentEntry {
    /// Its name.
    pub file: String,
    /// How often its rows have been merged: files of a tier are merged into one of the next.
    pub tier: u32,
    /// Its tables.
    pub sections: Vec<Section>,
}

/// State of a lane after an epoch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// [`FORMAT`] of the writer.
    pub format: u32,
    /// The lane.
    pub lane: String,
    /// Number of the epoch, from 1.
    pub epoch: u64,
    /// Checksum of the manifest before; empty for the first.
    pub previous: String,
    /// Who wrote it.
    pub writer: Writer,
    /// What the state depends on besides the log (territory, settings, code), by name.
    pub made_with: BTreeMap<String, String>,
    /// Next offset to read.
    pub next_offset: i64,
    /// Chained XXH3-128 of every payload read, 32 hexadecimal digits.
    pub input_hash: String,
    /// Newest time the broker took an event at, µs UTC.
    pub newest_broker_time_us: Option<i64>,
    /// The lane's scalars.
    pub state: LaneScalars,
    /// Messages sent so far by output topic, those of this epoch included.
    pub sent: BTreeMap<String, u64>,
    /// Segments that hold its tables, oldest first.
    pub segments: Vec<SegmentEntry>,
}

/// The bytes are no manifest to go on from.
#[derive(Debug, Error)]
pub enum ManifestError {
    /// It does not end as a manifest ends.
    #[error("it is cut short")]
    Torn,
    /// Other bytes than were written.
    #[error("its checksum is wrong: the file is damaged")]
    Damaged,
    /// Written by a later version.
    #[error("it is of format {0}, this version reads up to {FORMAT}: use the version of Tanggap that wrote it, or a later one")]
    Later(u32),
    /// No manifest by its fields.
    #[error("it cannot be understood")]
    Fields(#[source] serde_json::Error),
}

#[derive(Deserialize)]
struct Versioned {
    format: u32,
}

impl Manifest {
    /// The manifest as a file: a JSON document on one line, its checksum on the next.
    ///
    /// # Errors
    /// It cannot be written as JSON.
    pub fn encode(&self) -> Result<Vec<u8>, ManifestError> {
        let mut bytes = serde_json::to_vec(self).map_err(ManifestError::Fields)?;
        let checksum = checksum(&bytes);
        bytes.push(b'\n');
        bytes.extend_from_slice(checksum.as_bytes());
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// Reads a file of [`Self::encode`]. Gives its checksum too, which the next manifest names.
    ///
    /// # Errors
    /// [`ManifestError`] says what is wrong with it.
    pub fn decode(bytes: &[u8]) -> Result<(Self, String), ManifestError> {
        let text = std::str::from_utf8(bytes).map_err(|_| ManifestError::Damaged)?;
        let (document, checked) = text
            .strip_suffix('\n')
            .and_then(|text| text.split_once('\n'))
            .ok_or(ManifestError::Torn)?;
        if checksum(document.as_bytes()) != checked {
            return Err(ManifestError::Damaged);
        }
        let Versioned { format } = serde_json::from_str(document).map_err(ManifestError::Fields)?;
        if format > FORMAT {
            return Err(ManifestError::Later(format));
        }
        let manifest = serde_json::from_str(document).map_err(ManifestError::Fields)?;
        Ok((manifest, checked.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> Manifest {
        Manifest {
            format: FORMAT,
            lane: "qlue.reports-0".to_owned(),
            epoch: 7,
            previous: checksum(b"6"),
            writer: Writer::default(),
            made_with: BTreeMap::from([("territory".to_owned(), "abc".to_owned())]),
            next_offset: 42,
            input_hash: checksum(b""),
            newest_broker_time_us: Some(5),
            state: LaneScalars::default(),
            sent: BTreeMap::from([("tanggap.routed".to_owned(), 3)]),
            segments: Vec::new(),
        }
    }

    #[test]
    fn it_comes_back_as_it_was() {
        let bytes = manifest().encode().unwrap();
        let (read, checked) = Manifest::decode(&bytes).unwrap();
        assert_eq!(read, manifest());
        assert_eq!(checked.len(), 32);
    }

    #[test]
    fn no_prefix_and_no_flipped_bit_of_it_is_taken_for_one() {
        let bytes = manifest().encode().unwrap();
        for length in 0..bytes.len() {
            assert!(Manifest::decode(&bytes[..length]).is_err(), "{length} bytes");
        }
        for at in 0..bytes.len() {
            let mut flipped = bytes.clone();
            flipped[at] ^= 4;
            assert!(Manifest::decode(&flipped).is_err(), "byte {at}");
        }
    }

    #[test]
    fn a_later_format_is_refused_by_its_number() {
        let later = Manifest {
            format: FORMAT + 1,
            ..manifest()
        };
        let error = Manifest::decode(&later.encode().unwrap()).unwrap_err();
        assert!(error.to_string().contains(&format!("format {}", FORMAT + 1)), "{error}");
    }
}
