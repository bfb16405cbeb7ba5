//! A lane from its store: the highest manifest whose segments are all there and whole. What is wrong with a higher one is named.

use std::collections::BTreeMap;
use std::io;

use arrow::array::RecordBatch;
use tanggap_engine::commit::{Manifest, ManifestError, SegmentEntry, decode_section};

use super::{CommitStore, StoreError};

/// A file that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The epoch that cannot be used for it.
    pub epoch: u64,
    /// The file.
    pub path: String,
    /// What is wrong with it.
    pub what: String,
}

/// A lane as it was written down.
#[derive(Clone, Debug)]
pub struct Recovered {
    /// Its manifest.
    pub manifest: Manifest,
    /// Checksum of the manifest.
    pub checksum: String,
    /// Its tables by name, oldest rows first.
    pub tables: BTreeMap<String, Vec<RecordBatch>>,
    /// Later epochs that could not be used. What they held is read again from the log.
    pub faults: Vec<Fault>,
}

/// Where the lanes' manifests are.
const MANIFESTS: &str = "manifests";

/// Where a lane's manifests are.
pub(super) fn manifests(lane: &str) -> String {
    format!("{MANIFESTS}/{lane}")
}

/// Where a lane's segments are.
pub(super) fn segments(lane: &str) -> String {
    format!("segments/{lane}")
}

/// File of an epoch's manifest: names sort as epochs do.
pub(super) fn manifest_file(epoch: u64) -> String {
    format!("{epoch:020}.json")
}

/// The epoch in a file's name.
pub(super) fn epoch_of(file: &str) -> Option<u64> {
    file.get(..20)?.parse().ok()
}

/// Names of the lanes in a store, sorted.
///
/// # Errors
/// The store fails.
pub fn lanes(store: &dyn CommitStore) -> Result<Vec<String>, StoreError> {
    store.folders(MANIFESTS)
}

/// Manifests of a lane that can be read, oldest first.
///
/// # Errors
/// The store fails.
pub fn epochs(store: &dyn CommitStore, lane: &str) -> Result<Vec<Manifest>, StoreError> {
    let folder = manifests(lane);
    let mut found = Vec::new();
    for file in store.list(&folder)? {
        if let Some(bytes) = store.get(&format!("{folder}/{file}"))?
            && let Ok((manifest, _)) = Manifest::decode(&bytes)
        {
            found.push(manifest);
        }
    }
    Ok(found)
}

/// How often a lane is looked at again when its owner removes what is read.
const LOOKS: usize = 5;

/// Reads the lane at its highest usable epoch, or at the highest one up to `at_most`; `None` of a lane nobody has written down. Nothing is
/// changed, so it may be asked beside the process that owns the lane.
///
/// # Errors
/// The store fails, a later version has written the lane, or nothing of it can be used.
pub fn read_lane(store: &dyn CommitStore, lane: &str, at_most: Option<u64>) -> Result<Option<Recovered>, StoreError> {
    for _ in 0..LOOKS {
        match look(store, lane, at_most)? {
            Look::Found(recovered) => return Ok(Some(*recovered)),
            Look::Nothing => return Ok(None),
            Look::MovedOn => {}
        }
    }
    Err(StoreError::Io {
        path: manifests(lane),
        source: io::Error::other("its owner removes epochs faster than they can be read"),
    })
}

enum Look {
    Found(Box<Recovered>),
    Nothing,
    /// A manifest was removed while it was read: there are later ones.
    MovedOn,
}

fn look(store: &dyn CommitStore, lane: &str, at_most: Option<u64>) -> Result<Look, StoreError> {
    let folder = manifests(lane);
    let mut files = store.list(&folder)?;
    files.retain(|file| epoch_of(file).is_some_and(|epoch| at_most.is_none_or(|most| epoch <= most)));
    let mut faults = Vec::new();
    for file in files.iter().rev() {
        let path = format!("{folder}/{file}");
        let Some(bytes) = store.get(&path)? else {
            return Ok(Look::MovedOn);
        };
        let read = match Manifest::decode(&bytes) {
            Ok((manifest, _)) if manifest.lane != lane => Err((path, format!("it is of the lane {}", manifest.lane))),
            Ok((manifest, checksum)) => tables(store, lane, &manifest.segments)?.map(|tables| (manifest, checksum, tables)),
            Err(source @ ManifestError::Later(_)) => return Err(StoreError::Later { path, source }),
            Err(error) => Err((path, error.to_string())),
        };
        match read {
            Ok((manifest, checksum, tables)) => {
                return Ok(Look::Found(Box::new(Recovered {
                    manifest,
                    checksum,
                    tables,
                    faults,
                })));
            }
            Err(_) if store.get(&format!("{folder}/{file}"))?.is_none() => return Ok(Look::MovedOn),
            Err((path, what)) => faults.push(Fault {
                epoch: epoch_of(file).unwrap_or_default(),
                path,
                what,
            }),
        }
    }
    match faults.first() {
        None => Ok(Look::Nothing),
        Some(first) => Err(StoreError::NothingLeft {
            lane: lane.to_owned(),
            manifests: faults.len(),
            first_fault: format!("{}: {}", first.path, first.what),
            folder,
        }),
    }
}

/// Tables by name.
type Tables = BTreeMap<String, Vec<RecordBatch>>;

/// Reads all tables of these segments, in order; gives the path of a file that is not as it was written, and what is wrong with it.
fn tables(store: &dyn CommitStore, lane: &str, entries: &[SegmentEntry]) -> Result<Result<Tables, (String, String)>, StoreError> {
    let mut tables = Tables::new();
    for entry in entries {
        let path = format!("{}/{}", segments(lane), entry.file);
        let Some(bytes) = store.get(&path)? else {
            return Ok(Err((path, "it is missing".to_owned())));
        };
        for section in &entry.sections {
            match decode_section(&bytes, section) {
                Ok(batches) => tables.entry(section.table.clone()).or_default().extend(batches),
                Err(error) => return Ok(Err((path, error.to_string()))),
            }
        }
    }
    Ok(Ok(tables))
}
