//! Several segments as one, a table at a time and no more of it in memory than its merging needs.

use std::collections::{BTreeSet, HashMap, VecDeque};

use arrow::array::RecordBatch;
use tanggap_engine::commit::{CodecError, Section, SegmentEntry, SegmentWriter, decode_section};

use super::{CommitStore, StoreError};

/// How much of a table must be seen at once to merge it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// The newest segment that has the table: what it says is all there is to know.
    Newest,
    /// Some rows: each is kept or left out by itself.
    Rows,
    /// All segments' rows.
    Whole,
}

/// Makes one table of the rows of several segments, oldest first.
pub trait Merge {
    /// How much of this table [`Self::merge`] is to be given at once.
    fn extent(&self, table: &str) -> Extent;

    /// Merges; may leave out rows that nobody needs any more.
    ///
    /// # Errors
    /// Why it cannot be done; the lane stops then.
    fn merge(&mut self, table: &str, batches: Vec<RecordBatch>) -> Result<Vec<RecordBatch>, String>;
}

/// Why segments are not merged.
#[derive(Debug)]
pub(super) enum Unmerged {
    Store(StoreError),
    /// A file is not as it was written.
    Read {
        path: String,
        what: String,
    },
    /// The merge's own reason.
    Refused(String),
    Encode(CodecError),
}

impl From<CodecError> for Unmerged {
    fn from(error: CodecError) -> Self {
        Self::Encode(error)
    }
}

/// Rows that are merged at a time where each counts by itself.
const SOME: usize = 1 << 16;
/// Files up to this size are read whole, bytes; of others only what is needed next.
const WHOLE: u64 = 4 << 20;

/// One segment of these, oldest first, which are in this folder.
pub(super) fn merge_segments(
    store: &dyn CommitStore,
    folder: &str,
    entries: &[SegmentEntry],
    merge: &mut dyn Merge,
) -> Result<SegmentWriter, Unmerged> {
    let names: BTreeSet<&str> = entries
        .iter()
        .flat_map(|entry| &entry.sections)
        .map(|section| section.table.as_str())
        .collect();
    let tables: Vec<(&str, Extent, Vec<Part<'_>>)> = names
        .into_iter()
        .map(|name| (name, merge.extent(name), parts(entries, name, merge.extent(name))))
        .collect();
    // What is not needed of it takes no memory.
    let most: u64 = tables.iter().flat_map(|(_, _, parts)| parts).map(|part| part.section.bytes).sum();
    let mut whole = SegmentWriter::with_capacity(usize::try_from(most).unwrap_or_default());
    let mut files = Files {
        store,
        folder,
        whole: HashMap::new(),
    };
    for (name, extent, parts) in tables {
        let most = if extent == Extent::Rows { SOME } else { usize::MAX };
        whole.table(name, Merged::new(name, parts, most, &mut files, merge))?;
    }
    Ok(whole)
}

/// A table's rows in a segment.
#[derive(Clone, Copy)]
struct Part<'e> {
    entry: &'e SegmentEntry,
    section: &'e Section,
}

fn parts<'e>(entries: &'e [SegmentEntry], table: &str, extent: Extent) -> Vec<Part<'e>> {
    let all = entries
        .iter()
        .flat_map(|entry| entry.sections.iter().map(move |section| Part { entry, section }));
    let mut parts: Vec<Part<'_>> = all.filter(|part| part.section.table == table).collect();
    if extent == Extent::Newest {
        parts.drain(..parts.len() - 1);
    }
    parts
}

/// The segments that are merged.
struct Files<'a> {
    store: &'a dyn CommitStore,
    folder: &'a str,
    /// Those that were read whole.
    whole: HashMap<String, Vec<u8>>,
}

impl Files<'_> {
    fn read(&mut self, part: Part<'_>) -> Result<Vec<RecordBatch>, Unmerged> {
        let (entry, section) = (part.entry, part.section);
        let path = format!("{}/{}", self.folder, entry.file);
        let missing = || Unmerged::Read {
            path: path.clone(),
            what: "it is missing".to_owned(),
        };
        let damaged = |error: CodecError| Unmerged::Read {
            path: path.clone(),
            what: error.to_string(),
        };
        let size: u64 = entry.sections.iter().map(|section| section.bytes).sum();
        if size > WHOLE {
            let bytes = self.store.get_range(&path, section.at, section.bytes).map_err(Unmerged::Store)?;
            let alone = Section { at: 0, ..section.clone() };
            return decode_section(&bytes.ok_or_else(missing)?, &alone).map_err(damaged);
        }
        if !self.whole.contains_key(&entry.file) {
            let bytes = self.store.get(&path).map_err(Unmerged::Store)?.ok_or_else(missing)?;
            self.whole.insert(entry.file.clone(), bytes);
        }
        decode_section(&self.whole[&entry.file], section).map_err(damaged)
    }
}

/// The rows of a table as they are merged.
struct Merged<'a, 'f> {
    table: &'a str,
    parts: std::vec::IntoIter<Part<'a>>,
    /// Rows merged at a time.
    most: usize,
    files: &'a mut Files<'f>,
    merge: &'a mut dyn Merge,
    read: VecDeque<RecordBatch>,
    ready: VecDeque<RecordBatch>,
}

impl<'a, 'f> Merged<'a, 'f> {
    fn new(table: &'a str, parts: Vec<Part<'a>>, most: usize, files: &'a mut Files<'f>, merge: &'a mut dyn Merge) -> Self {
        Self {
            table,
            parts: parts.into_iter(),
            most,
            files,
            merge,
            read: VecDeque::new(),
            ready: VecDeque::new(),
        }
    }

    /// Some batches that were not merged yet; none when all were.
    fn some(&mut self) -> Result<Vec<RecordBatch>, Unmerged> {
        let (mut some, mut rows) = (Vec::new(), 0);
        while rows < self.most {
            let Some(batch) = self.read.pop_front() else {
                let Some(part) = self.parts.next() else { break };
                self.read.extend(self.files.read(part)?);
                continue;
            };
            rows += batch.num_rows();
            some.push(batch);
        }
        Ok(some)
    }

    fn step(&mut self) -> Result<Option<RecordBatch>, Unmerged> {
        loop {
            if let Some(batch) = self.ready.pop_front() {
                return Ok(Some(batch));
            }
            let some = self.some()?;
            if some.is_empty() {
                return Ok(None);
            }
            self.ready.extend(self.merge.merge(self.table, some).map_err(Unmerged::Refused)?);
        }
    }
}

impl Iterator for Merged<'_, '_> {
    type Item = Result<RecordBatch, Unmerged>;

    fn next(&mut self) -> Option<Self::Item> {
        self.step().transpose()
    }
}
