//! A segment as bytes: the tables of an epoch one after the other, each an Arrow IPC stream with a checksum of its own. Where a table
//! lies stands in the manifest, so the bytes need no directory. Tables that former versions wrote come out with the columns of now.

use std::ops::Range;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use arrow::ipc::reader::StreamReader;
use arrow::ipc::writer::StreamWriter;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use xxhash_rust::xxh3::xxh3_128;

use crate::event::{completed, schema};

/// Where a table lies in a segment, and what it must be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// Name of the table.
    pub table: String,
    /// First byte.
    pub at: u64,
    /// Number of bytes.
    pub bytes: u64,
    /// Number of rows.
    pub rows: u64,
    /// XXH3-128 of the bytes, 32 hexadecimal digits.
    pub checksum: String,
}

/// The bytes are not the table they should be.
#[derive(Debug, Error)]
pub enum CodecError {
    /// Fewer bytes than the manifest says.
    #[error("the table {table} ends before its {bytes} bytes: the file is torn")]
    Torn {
        /// The table.
        table: String,
        /// Bytes it should have.
        bytes: u64,
    },
    /// Other bytes than were written.
    #[error("the table {table} has another checksum than was written: the file is damaged")]
    Damaged {
        /// The table.
        table: String,
    },
    /// No Arrow of ours.
    #[error("the table {table} cannot be read")]
    Arrow {
        /// The table.
        table: String,
        /// Arrow's words.
        source: ArrowError,
    },
}

/// A segment in the making.
#[derive(Debug, Default)]
pub struct SegmentWriter {
    bytes: Vec<u8>,
    sections: Vec<Section>,
}

impl SegmentWriter {
    /// An empty one, with room for so many bytes.
    #[must_use]
    pub fn with_capacity(bytes: usize) -> Self {
        Self {
            bytes: Vec::with_capacity(bytes),
            sections: Vec::new(),
        }
    }

    /// Adds a table; one without batches is left out.
    ///
    /// # Errors
    /// The first error of the batches, or Arrow cannot encode them. The segment is of no use then.
    pub fn table<E: From<CodecError>>(&mut self, name: &str, batches: impl IntoIterator<Item = Result<RecordBatch, E>>) -> Result<(), E> {
        let mut batches = batches.into_iter();
        let Some(first) = batches.next().transpose()? else { return Ok(()) };
        let (at, mut rows) = (self.bytes.len(), 0);
        let arrow = |source| CodecError::Arrow {
            table: name.to_owned(),
            source,
        };
        let mut writer = StreamWriter::try_new(&mut self.bytes, first.schema_ref()).map_err(arrow)?;
        for batch in std::iter::once(Ok(first)).chain(batches) {
            let batch = batch?;
            rows += batch.num_rows() as u64;
            writer.write(&batch).map_err(arrow)?;
        }
        writer.finish().map_err(arrow)?;
        drop(writer);
        self.sections.push(Section {
            table: name.to_owned(),
            at: at as u64,
            bytes: (self.bytes.len() - at) as u64,
            rows,
            checksum: checksum(&self.bytes[at..]),
        });
        Ok(())
    }

    /// Its bytes, and where its tables lie in them.
    #[must_use]
    pub fn finish(self) -> (Vec<u8>, Vec<Section>) {
        (self.bytes, self.sections)
    }
}

/// Reads a table of a segment. Columns that it has got since it was written are null; rows that are none of its former ones are given
/// as they are, and whoever uses them refuses them.
///
/// # Errors
/// [`CodecError`] if the bytes are not exactly what was written.
pub fn decode_section(segment: &[u8], section: &Section) -> Result<Vec<RecordBatch>, CodecError> {
    let table = || section.table.clone();
    let bytes = range(section)
        .and_then(|range| segment.get(range))
        .ok_or_else(|| CodecError::Torn {
            table: table(),
            bytes: section.bytes,
        })?;
    if checksum(bytes) != section.checksum {
        return Err(CodecError::Damaged { table: table() });
    }
    let read = StreamReader::try_new(bytes, None).and_then(Iterator::collect);
    let mut batches: Vec<RecordBatch> = read.map_err(|source| CodecError::Arrow { table: table(), source })?;
    if let Some(now) = grown(&section.table) {
        for rows in batches.iter_mut().filter(|rows| rows.schema_ref() != now) {
            if let Some(whole) = completed(rows, now) {
                *rows = whole;
            }
        }
    }
    Ok(batches)
}

/// Columns of those tables of a lane that have more of them than in format 1, by the table's name in segments.
fn grown(table: &str) -> Option<&'static SchemaRef> {
    match table {
        "cases" | "signals" => Some(&*schema::REPORTS),
        "transitions" => Some(&*schema::TRANSITIONS),
        "log" => Some(&*schema::LOG),
        _ => None,
    }
}

fn range(section: &Section) -> Option<Range<usize>> {
    let at = usize::try_from(section.at).ok()?;
    Some(at..at.checked_add(usize::try_from(section.bytes).ok()?)?)
}

/// XXH3-128 as 32 hexadecimal digits.
pub(super) fn checksum(bytes: &[u8]) -> String {
    format!("{:032x}", xxh3_128(bytes))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{Int64Array, StringArray};

    use super::*;

    fn tables() -> (RecordBatch, RecordBatch) {
        let numbers = RecordBatch::try_from_iter([("n", Arc::new(Int64Array::from(vec![1, 2, 3])) as _)]).unwrap();
        let words = RecordBatch::try_from_iter([("w", Arc::new(StringArray::from(vec![Some("satu"), None])) as _)]).unwrap();
        (numbers, words)
    }

    fn segment(tables: &[(&str, &[RecordBatch])]) -> (Vec<u8>, Vec<Section>) {
        let mut writer = SegmentWriter::default();
        for (name, batches) in tables {
            let written: Result<(), CodecError> = writer.table(name, batches.iter().cloned().map(Ok));
            written.unwrap();
        }
        writer.finish()
    }

    #[test]
    fn tables_come_back_as_they_were() {
        let (numbers, words) = tables();
        let twice = [words.clone(), words.clone()];
        let (bytes, sections) = segment(&[("numbers", std::slice::from_ref(&numbers)), ("none", &[]), ("words", &twice)]);
        let names: Vec<(&str, u64)> = sections.iter().map(|section| (section.table.as_str(), section.rows)).collect();
        assert_eq!(names, [("numbers", 3), ("words", 4)]);
        assert_eq!(decode_section(&bytes, &sections[0]).unwrap(), [numbers]);
        assert_eq!(decode_section(&bytes, &sections[1]).unwrap(), twice);
    }

    #[test]
    fn a_table_of_format_1_comes_out_with_the_columns_of_now() {
        let now = RecordBatch::new_empty(schema::TRANSITIONS.clone());
        let former = now.project(&[0, 1, 2, 3, 4, 5, 6, 7]).unwrap();
        let whole = std::slice::from_ref(&former);
        let (bytes, sections) = segment(&[("transitions", whole), ("others", whole), ("cases", whole)]);
        assert_eq!(decode_section(&bytes, &sections[0]).unwrap(), [now]);
        assert_eq!(decode_section(&bytes, &sections[1]).unwrap(), whole);
        assert_eq!(decode_section(&bytes, &sections[2]).unwrap(), whole, "none of its columns");
    }

    #[test]
    fn every_torn_or_flipped_byte_is_noticed() {
        let (numbers, words) = tables();
        let (bytes, sections) = segment(&[("numbers", &[numbers]), ("words", &[words])]);
        for length in 0..bytes.len() {
            assert!(matches!(
                decode_section(&bytes[..length], &sections[1]),
                Err(CodecError::Torn { .. })
            ));
        }
        for at in 0..bytes.len() {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1;
            let of = usize::from(at as u64 >= sections[1].at);
            assert!(matches!(decode_section(&flipped, &sections[of]), Err(CodecError::Damaged { .. })));
        }
        let beyond = Section {
            at: u64::MAX,
            ..sections[0].clone()
        };
        assert!(matches!(decode_section(&bytes, &beyond), Err(CodecError::Torn { .. })));
    }
}
