//! One lane's epochs in a store. An epoch is a segment of new rows, then the manifest that names it: put if absent, it is the commit and
//! the fence. Segments of a tier are merged into the next; epochs beyond those kept are removed with the files only they name.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use arrow::array::RecordBatch;
use tanggap_engine::commit::{CodecError, FORMAT, Manifest, SegmentEntry, SegmentWriter, Writer};
use tanggap_engine::lane::LaneScalars;

use super::merge::{Merge, Unmerged, merge_segments};
use super::recover::{epoch_of, manifest_file, manifests, read_lane, segments};
use super::{CommitStore, Recovered, StoreError};

/// What an epoch adds to a lane, and what the lane is after it.
#[derive(Clone, Debug)]
pub struct Epoch {
    /// Next offset to read.
    pub next_offset: i64,
    /// Chained hash of every payload read.
    pub input_hash: String,
    /// Newest time the broker took an event at, µs UTC.
    pub newest_broker_time_us: Option<i64>,
    /// What the state depends on besides the log, by name.
    pub made_with: BTreeMap<String, String>,
    /// Scalars.
    pub state: LaneScalars,
    /// Messages sent so far by output topic, those of this epoch included.
    pub sent: BTreeMap<String, u64>,
    /// New rows by table.
    pub tables: Vec<(&'static str, RecordBatch)>,
}

/// An epoch that is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Committed {
    /// Its number.
    pub epoch: u64,
    /// Bytes of its own segment and of merged ones.
    pub segment_bytes: u64,
    /// Segments merged.
    pub merged: usize,
}

/// A lane's epochs.
#[derive(Debug)]
pub struct LaneLog {
    store: Box<dyn CommitStore>,
    lane: String,
    writer: Writer,
    /// Epochs kept at most, the last one included.
    keep: usize,
    epoch: u64,
    checksum: String,
    segments: Vec<SegmentEntry>,
    kept: VecDeque<(u64, BTreeSet<String>)>,
}

/// Segments of a tier that are merged into one of the next.
const FANOUT: usize = 8;

impl LaneLog {
    /// Takes a lane up where it was left. Manifests that cannot be used are moved to `damaged/`, so that their epochs can be written again.
    ///
    /// # Errors
    /// The store fails, a later version has written the lane, or nothing of it can be used.
    pub fn open(store: Box<dyn CommitStore>, lane: &str, writer: Writer, keep: usize) -> Result<(Self, Option<Recovered>), StoreError> {
        let recovered = read_lane(&*store, lane, None)?;
        // After reading: what was read is safe then, whoever named it and whenever.
        store.settle(&segments(lane))?;
        store.settle(&manifests(lane))?;
        for fault in recovered.iter().flat_map(|recovered| &recovered.faults) {
            set_aside(&*store, lane, &manifest_file(fault.epoch))?;
        }
        let mut log = Self {
            lane: lane.to_owned(),
            writer,
            keep: keep.max(1),
            epoch: 0,
            checksum: String::new(),
            segments: Vec::new(),
            kept: VecDeque::new(),
            store,
        };
        if let Some(recovered) = &recovered {
            log.epoch = recovered.manifest.epoch;
            log.checksum.clone_from(&recovered.checksum);
            log.segments.clone_from(&recovered.manifest.segments);
            log.look_back()?;
        }
        Ok((log, recovered))
    }

    /// Number of the last epoch; 0 of a lane that has none.
    #[must_use]
    pub const fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Lets a lane that has no epochs begin with the one after this: a lane made anew goes on counting where it was.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] if it has epochs.
    pub fn begin_after(&mut self, epoch: u64) -> Result<(), StoreError> {
        if self.epoch > 0 {
            return Err(self.fenced(self.epoch));
        }
        self.epoch = epoch;
        Ok(())
    }

    /// Writes an epoch down. When it returns, the epoch survives a power cut.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] if another process has taken the epoch; else what failed. The lane is then as it was before.
    pub fn commit(&mut self, epoch: Epoch, merge: &mut dyn Merge) -> Result<Committed, StoreError> {
        let number = self.epoch + 1;
        let mut entries = self.segments.clone();
        let mut segment_bytes = 0;
        if !epoch.tables.is_empty() {
            let bytes = epoch.tables.iter().map(|(_, rows)| rows.get_array_memory_size()).sum();
            let mut own = SegmentWriter::with_capacity(bytes);
            for (table, rows) in epoch.tables {
                own.table(table, [Ok(rows)]).map_err(|source| self.not_encoded(source))?;
            }
            entries.push(self.write(number, 0, own, &mut segment_bytes)?);
        }
        let merged = self.merge_tiers(number, &mut entries, merge, &mut segment_bytes)?;
        let manifest = Manifest {
            format: FORMAT,
            lane: self.lane.clone(),
            epoch: number,
            previous: self.checksum.clone(),
            writer: self.writer.clone(),
            made_with: epoch.made_with,
            next_offset: epoch.next_offset,
            input_hash: epoch.input_hash,
            newest_broker_time_us: epoch.newest_broker_time_us,
            state: epoch.state,
            sent: epoch.sent,
            segments: entries,
        };
        self.put(manifest)?;
        Ok(Committed {
            epoch: number,
            segment_bytes,
            merged,
        })
    }

    /// Makes an earlier epoch of this lane the newest again, under the next number: whoever opens the lane goes on from there and reads the
    /// log again. Gives the number.
    ///
    /// # Errors
    /// As [`Self::commit`].
    pub fn restore(&mut self, earlier: Manifest) -> Result<u64, StoreError> {
        let number = self.epoch + 1;
        self.put(Manifest {
            epoch: number,
            previous: self.checksum.clone(),
            writer: self.writer.clone(),
            ..earlier
        })?;
        Ok(number)
    }

    /// Puts the next manifest, which is the commit.
    fn put(&mut self, manifest: Manifest) -> Result<(), StoreError> {
        let number = manifest.epoch;
        let encode = |source| StoreError::EncodeManifest {
            lane: self.lane.clone(),
            source,
        };
        let bytes = manifest.encode().map_err(encode)?;
        let path = format!("{}/{}", manifests(&self.lane), manifest_file(number));
        // Whoever puts it owns the lane. The same bytes are our own, put by a call whose answer was lost.
        if !self.store.put_if_absent(&path, &bytes)? && self.store.get(&path)?.as_deref() != Some(&bytes) {
            return Err(self.fenced(number));
        }
        // An epoch that is taken may be forgotten already, and its name free again: then there are later ones.
        if self.overtaken(number)? {
            self.store.delete(&path)?;
            return Err(self.fenced(number));
        }
        let (_, checksum) = Manifest::decode(&bytes).map_err(|source| StoreError::EncodeManifest {
            lane: self.lane.clone(),
            source,
        })?;
        self.epoch = number;
        self.checksum = checksum;
        self.segments = manifest.segments;
        self.kept.push_back((number, files(&self.segments)));
        self.forget();
        Ok(())
    }

    /// Whether there is a later epoch than this one: another process owns the lane.
    fn overtaken(&self, epoch: u64) -> Result<bool, StoreError> {
        let files = self.store.list(&manifests(&self.lane))?;
        let last = files.iter().rev().find_map(|file| epoch_of(file));
        Ok(last > Some(epoch))
    }

    fn fenced(&self, epoch: u64) -> StoreError {
        StoreError::Fenced {
            lane: self.lane.clone(),
            epoch,
        }
    }

    /// Writes a segment of this tier.
    fn write(&self, epoch: u64, tier: u32, segment: SegmentWriter, written: &mut u64) -> Result<SegmentEntry, StoreError> {
        let (bytes, sections) = segment.finish();
        // The session keeps a stale owner from writing over our file.
        let file = format!("{epoch:020}-{tier}-{}.arrow", self.writer.session);
        self.store.put(&format!("{}/{file}", segments(&self.lane)), &bytes)?;
        *written += bytes.len() as u64;
        Ok(SegmentEntry { file, tier, sections })
    }

    fn not_encoded(&self, source: CodecError) -> StoreError {
        StoreError::Encode {
            lane: self.lane.clone(),
            source,
        }
    }

    /// Merges full tiers, youngest first.
    fn merge_tiers(
        &self,
        epoch: u64,
        entries: &mut Vec<SegmentEntry>,
        merge: &mut dyn Merge,
        written: &mut u64,
    ) -> Result<usize, StoreError> {
        let mut merged = 0;
        while let Some(tier) = entries.last().map(|entry| entry.tier) {
            let first = entries
                .iter()
                .rposition(|entry| entry.tier != tier)
                .map_or(0, |last_other| last_other + 1);
            if entries.len() - first < FANOUT {
                break;
            }
            let failed = |reason| StoreError::Merge {
                lane: self.lane.clone(),
                reason,
            };
            let whole = match merge_segments(&*self.store, &segments(&self.lane), &entries[first..], merge) {
                Ok(whole) => whole,
                // Who overtook us has merged and removed what we still name; or has this very epoch, and took our segment of it for one
                // that nobody will ever name.
                Err(Unmerged::Read { .. }) if self.overtaken(self.epoch)? => return Err(self.fenced(epoch)),
                Err(Unmerged::Read { path, what }) => return Err(failed(format!("{path}: {what}"))),
                Err(Unmerged::Refused(reason)) => return Err(failed(reason)),
                Err(Unmerged::Store(error)) => return Err(error),
                Err(Unmerged::Encode(source)) => return Err(self.not_encoded(source)),
            };
            merged += entries.len() - first;
            entries.truncate(first);
            entries.push(self.write(epoch, tier + 1, whole, written)?);
        }
        Ok(merged)
    }

    /// Learns which epochs are kept, and removes files that no manifest names: their epochs were never committed.
    fn look_back(&mut self) -> Result<(), StoreError> {
        // Segments first: one that is there now is named by the manifests listed after it, or by none ever.
        let (folder, of_manifests) = (segments(&self.lane), manifests(&self.lane));
        let found = self.store.list(&folder)?;
        let mut alone = true;
        for file in self.store.list(&of_manifests)? {
            let Some(epoch) = epoch_of(&file) else { continue };
            let Some(bytes) = self.store.get(&format!("{of_manifests}/{file}"))? else {
                alone = false;
                continue;
            };
            match Manifest::decode(&bytes) {
                Ok(_) if epoch > self.epoch => alone = false,
                Ok((manifest, _)) => self.kept.push_back((epoch, files(&manifest.segments))),
                Err(_) => set_aside(&*self.store, &self.lane, &file)?,
            }
        }
        // Where another process has gone on meanwhile, what is named is not ours to say.
        if alone {
            let named: BTreeSet<&String> = self.kept.iter().flat_map(|(_, files)| files).collect();
            for file in found {
                if !named.contains(&file) && epoch_of(&file).is_some_and(|epoch| epoch <= self.epoch) {
                    self.store.delete(&format!("{folder}/{file}"))?;
                }
            }
        }
        self.forget();
        Ok(())
    }

    /// Removes epochs beyond those kept. What the store does not remove now is removed with the next epoch: this one stands already.
    fn forget(&mut self) {
        while self.kept.len() > self.keep {
            let Some((epoch, gone)) = self.kept.pop_front() else { break };
            if let Err(error) = self.remove(epoch, &gone) {
                tracing::warn!(
                    lane = self.lane,
                    epoch,
                    error = error.to_string(),
                    "an old epoch is not removed yet"
                );
                self.kept.push_front((epoch, gone));
                break;
            }
        }
    }

    /// Removes an epoch: its manifest first, so that none ever names a file that is gone.
    fn remove(&self, epoch: u64, gone: &BTreeSet<String>) -> Result<(), StoreError> {
        self.store.delete(&format!("{}/{}", manifests(&self.lane), manifest_file(epoch)))?;
        for file in gone {
            if !self.kept.iter().any(|(_, kept)| kept.contains(file)) {
                self.store.delete(&format!("{}/{file}", segments(&self.lane)))?;
            }
        }
        Ok(())
    }
}

fn files(entries: &[SegmentEntry]) -> BTreeSet<String> {
    entries.iter().map(|entry| entry.file.clone()).collect()
}

/// Moves a manifest that cannot be used out of the way, where a person can look at it.
fn set_aside(store: &dyn CommitStore, lane: &str, file: &str) -> Result<(), StoreError> {
    let path = format!("{}/{file}", manifests(lane));
    if let Some(bytes) = store.get(&path)? {
        store.put(&format!("damaged/{lane}/{file}"), &bytes)?;
        store.delete(&path)?;
    }
    Ok(())
}
