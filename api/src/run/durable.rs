//! A lane's rows on their way to the disk: gathered step by step, written down once an epoch, merged when there are many files.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, bail};
use datafusion::arrow::array::{AsArray, BooleanArray, RecordBatch};
use datafusion::arrow::compute::{concat_batches, filter_record_batch};
use datafusion::arrow::datatypes::Int64Type;
use datafusion::arrow::json::ArrayWriter;
use serde_json::{Map, Value};
use tanggap_connectors::decode::Payload;
use tanggap_connectors::store::{DurableLocal, Epoch, LaneLog, Merge, Recovered};
use tanggap_engine::commit::Writer;
use tanggap_engine::event::schema;
use tanggap_engine::lane::LaneState;
use tanggap_engine::pane::Kernel;
use tanggap_queries::measures::PaneKernel;
use tanggap_queries::tables::Written;
use xxhash_rust::xxh3::Xxh3;

use super::lane::DeadLetter;
use super::letters;
use super::outbox::{DEAD_LETTERS, LATE, Message, Outbox, ROUTED, messages};
use super::outputs::letter_json;
use super::pile::since;
use super::setting::Setting;
use crate::time::now_us;

/// Tables of a lane, by the names they have on disk.
pub(super) mod table {
    pub(crate) const PANES: &str = "panes";
    pub(crate) const CASES: &str = "cases";
    pub(crate) const SIGNALS: &str = "signals";
    pub(crate) const TRANSITIONS: &str = "transitions";
    pub(crate) const ROUTES: &str = "routes";
    pub(crate) const LEVELS: &str = "levels";
    pub(crate) const SEEN: &str = "seen";
    pub(crate) const TRAFFIC: &str = "traffic";
    pub(crate) const OUTBOX: &str = "outbox";
    pub(crate) const DEAD_LETTERS: &str = "dead_letters";
}

/// A lane that is written down.
#[derive(Debug)]
pub(super) struct Durable {
    lane: String,
    log: LaneLog,
    made_with: BTreeMap<String, String>,
    pending: BTreeMap<&'static str, Vec<RecordBatch>>,
    outbox: Outbox,
    letters: Vec<DeadLetter>,
    input: InputHash,
    changed: bool,
    has_traffic: bool,
    merging: Merging,
    written: Option<Written>,
}

impl Durable {
    /// Opens a lane's log in a data directory, and gives what stands in it.
    ///
    /// # Errors
    /// It cannot be read, or was written with other settings, which no state survives.
    pub(super) fn open(data_dir: &Path, lane: &str, setting: &Setting, keep_epochs: usize) -> anyhow::Result<(Self, Option<Recovered>)> {
        let writer = writer();
        let store = Box::new(DurableLocal::new(data_dir));
        let (log, recovered) = LaneLog::open(store, lane, writer, keep_epochs)?;
        let made_with = made_with(setting)?;
        let sent = recovered
            .as_ref()
            .map(|recovered| recovered.manifest.sent.clone())
            .unwrap_or_default();
        let mut durable = Self {
            lane: lane.to_owned(),
            log,
            made_with,
            pending: BTreeMap::new(),
            outbox: Outbox::new(lane, sent),
            letters: Vec::new(),
            input: InputHash::default(),
            changed: false,
            has_traffic: false,
            merging: Merging {
                kernel: PaneKernel::new()?,
                swept_us: i64::MIN,
                kept_from: i64::MIN,
                epoch: 0,
                keep_letters: setting.config.store.dead_letters,
            },
            written: recovered.as_ref().map(|recovered| Written {
                epoch: recovered.manifest.epoch,
                next_offset: recovered.manifest.next_offset,
                at: None,
                took_us: 0,
            }),
        };
        if let Some(recovered) = &recovered {
            same_settings(lane, &recovered.manifest.made_with, &durable.made_with)?;
            durable.input = InputHash::from_hex(&recovered.manifest.input_hash)?;
            durable.has_traffic = recovered.tables.contains_key(table::TRAFFIC);
        }
        Ok((durable, recovered))
    }

    /// What survives a crash.
    pub(super) const fn written(&self) -> Option<Written> {
        self.written
    }

    /// Takes note of a payload that was read.
    pub(super) fn read(&mut self, payload: &Payload<'_>) {
        self.input.add(payload);
        self.changed = true;
    }

    /// Takes note of a change that no payload made.
    pub(super) const fn changed(&mut self) {
        self.changed = true;
    }

    /// Gathers new rows of a table.
    pub(super) fn add(&mut self, table: &'static str, rows: &RecordBatch) {
        if rows.num_rows() > 0 {
            self.pending.entry(table).or_default().push(rows.clone());
        }
    }

    /// Gathers refused events.
    pub(super) fn refuse(&mut self, letters: &[DeadLetter]) {
        for letter in letters {
            let key = format!("{}/{}", self.lane, letter.reject.offset);
            self.outbox.add(DEAD_LETTERS, key, letter_json(letter));
        }
        self.letters.extend_from_slice(letters);
    }

    /// Gathers what others are told of complaints and who must answer them. Reasons are ours; no word of a reporter is in them.
    ///
    /// # Errors
    /// The rows cannot be written as JSON.
    pub(super) fn route(&mut self, channel: &str, routes: &RecordBatch) -> anyhow::Result<()> {
        let mut writer = ArrayWriter::new(Vec::new());
        writer.write(routes)?;
        writer.finish()?;
        let rows: Vec<Map<String, Value>> = serde_json::from_slice(&writer.into_inner())?;
        for mut row in rows {
            let key = row.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
            row.insert("channel".to_owned(), channel.into());
            self.outbox.add(ROUTED, key, row);
        }
        Ok(())
    }

    /// Gathers where late events stand.
    pub(super) fn late(&mut self, offsets: &[i64]) {
        for offset in offsets {
            let value = Map::from_iter([("offset".to_owned(), Value::from(*offset))]);
            self.outbox.add(LATE, format!("{}/{offset}", self.lane), value);
        }
    }

    /// Writes an epoch down, if anything was read since the last one, and gives what must be sent now that it stands.
    ///
    /// # Errors
    /// The store fails, or another process owns the lane. What was gathered stays for the next try.
    pub(super) fn commit(
        &mut self,
        state: &mut LaneState,
        next_offset: i64,
        newest_broker_time_us: Option<i64>,
        kept_from: i64,
    ) -> anyhow::Result<Vec<Message>> {
        if !self.changed {
            return Ok(Vec::new());
        }
        let begun = Instant::now();
        let number = self.log.epoch() + 1;
        let checkpoint = state.checkpoint();
        self.add(table::SEEN, &checkpoint.seen);
        let mut tables = Vec::with_capacity(self.pending.len() + 1);
        for (name, batches) in &self.pending {
            tables.push((*name, concat_batches(batches[0].schema_ref(), batches)?));
        }
        // All of it each time: what is no longer on the road has no row. Lanes without traffic never write the table.
        self.has_traffic |= checkpoint.traffic.num_rows() > 0;
        if self.has_traffic {
            tables.push((table::TRAFFIC, checkpoint.traffic));
        }
        let first_seq = i64::try_from(self.outbox.sent(DEAD_LETTERS))? + 1;
        if !self.letters.is_empty() {
            tables.push((table::DEAD_LETTERS, letters::rows(&self.letters, first_seq)?));
        }
        let (outbox, sent) = self.outbox.of_epoch(number)?;
        let told = outbox
            .as_ref()
            .map(|rows| messages(std::slice::from_ref(rows), number))
            .unwrap_or_default();
        tables.extend(outbox.map(|rows| (table::OUTBOX, rows)));
        self.merging.epoch = number;
        self.merging.kept_from = kept_from;
        self.merging.swept_us = checkpoint.scalars.swept_us.unwrap_or(i64::MIN);
        let epoch = Epoch {
            next_offset,
            input_hash: self.input.to_hex(),
            newest_broker_time_us,
            made_with: self.made_with.clone(),
            state: checkpoint.scalars,
            sent: sent.clone(),
            tables,
        };
        self.log.commit(epoch, &mut self.merging)?;
        self.written = Some(Written {
            epoch: number,
            next_offset,
            at: Some(now_us()),
            took_us: i64::try_from(begun.elapsed().as_micros())?,
        });
        self.pending.clear();
        self.letters.clear();
        self.outbox.written(sent);
        self.changed = false;
        Ok(told)
    }
}

/// This process, for one lane.
pub(super) fn writer() -> Writer {
    Writer {
        program: concat!("tanggap ", env!("CARGO_PKG_VERSION")).to_owned(),
        session: uuid::Uuid::new_v4().simple().to_string()[..12].to_owned(),
    }
}

/// Chained hash of every payload a lane has read, with its offset.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct InputHash(u128);

impl InputHash {
    fn from_hex(digits: &str) -> anyhow::Result<Self> {
        Ok(Self(u128::from_str_radix(digits, 16).context("the input hash of the manifest")?))
    }

    /// 32 hexadecimal digits.
    pub(super) fn to_hex(self) -> String {
        format!("{:032x}", self.0)
    }

    /// Goes on with a payload.
    pub(super) fn add(&mut self, payload: &Payload<'_>) {
        let mut hash = Xxh3::new();
        hash.update(&self.0.to_le_bytes());
        hash.update(&payload.offset.to_le_bytes());
        hash.update(payload.bytes.unwrap_or_default());
        self.0 = hash.digest128();
    }
}

/// What a lane's state depends on besides its log.
pub(super) fn made_with(setting: &Setting) -> anyhow::Result<BTreeMap<String, String>> {
    Ok(BTreeMap::from([
        ("territory".to_owned(), setting.territory.version().to_owned()),
        ("settings of lanes".to_owned(), serde_json::to_string(&setting.config.lane(true))?),
    ]))
}

/// No state survives other settings.
pub(super) fn same_settings(lane: &str, then: &BTreeMap<String, String>, now: &BTreeMap<String, String>) -> anyhow::Result<()> {
    for (name, now) in now {
        let then = then.get(name).map_or("nothing", String::as_str);
        if then != now {
            bail!(
                "{lane} was written with another {name} ({then}) than this run has ({now}): start with the same one, or with another \
                 --data-dir; or, if Kafka still has the whole log, remove manifests/{lane} and segments/{lane} to read it again"
            );
        }
    }
    Ok(())
}

/// Makes one table of several.
#[derive(Debug)]
struct Merging {
    kernel: PaneKernel,
    swept_us: i64,
    kept_from: i64,
    epoch: u64,
    keep_letters: usize,
}

impl Merge for Merging {
    fn merge(&mut self, table: &str, batches: Vec<RecordBatch>) -> Result<Vec<RecordBatch>, String> {
        let Some(first) = batches.first() else { return Ok(batches) };
        let joined = || concat_batches(first.schema_ref(), &batches).map_err(|error| error.to_string());
        let merged = match table {
            table::PANES => self.kernel.sum(&batches).map_err(|error| error.to_string())?,
            table::TRAFFIC => return Ok(batches.into_iter().next_back().into_iter().collect()),
            // Those of earlier epochs are acknowledged.
            table::OUTBOX => of_epoch(&joined()?, self.epoch)?,
            table::DEAD_LETTERS => letters::newest(&joined()?, self.keep_letters),
            table::SEEN => newest_of_each_key(&joined()?, self.swept_us)?,
            table::SIGNALS => since(&joined()?, schema::EVENT_TIME, self.kept_from).map_err(|error| error.to_string())?,
            table::LEVELS => since(&joined()?, schema::TIME, self.kept_from).map_err(|error| error.to_string())?,
            _ => joined()?,
        };
        Ok(if merged.num_rows() == 0 { Vec::new() } else { vec![merged] })
    }
}

/// Rows of [`schema::SEEN`] without those that a later row replaces or a sweep has forgotten.
fn newest_of_each_key(rows: &RecordBatch, swept_us: i64) -> Result<RecordBatch, String> {
    let keys = rows.column(0).as_fixed_size_binary();
    let keep_until = rows.column(3).as_primitive::<Int64Type>();
    let mut replaced: HashSet<&[u8]> = HashSet::with_capacity(rows.num_rows());
    let mut keep: Vec<bool> = (0..rows.num_rows())
        .rev()
        .map(|row| replaced.insert(keys.value(row)) && keep_until.value(row) > swept_us)
        .collect();
    keep.reverse();
    filter_record_batch(rows, &BooleanArray::from(keep)).map_err(|error| error.to_string())
}

/// Rows of an outbox that are of this epoch.
fn of_epoch(rows: &RecordBatch, epoch: u64) -> Result<RecordBatch, String> {
    let epochs = rows.column(0).as_primitive::<Int64Type>();
    let keep: BooleanArray = epochs.values().iter().map(|of| Some(u64::try_from(*of) == Ok(epoch))).collect();
    filter_record_batch(rows, &keep).map_err(|error| error.to_string())
}
