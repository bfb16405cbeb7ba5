//! A lane's rows on their way to the store: gathered step by step, written down once an epoch.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use anyhow::bail;
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::compute::concat_batches;
use tanggap_connectors::decode::Payload;
use tanggap_connectors::store::{CommitStore, Epoch, LaneLog, Recovered};
use tanggap_engine::commit::Writer;
use tanggap_engine::lane::LaneState;
use tanggap_engine::route::Router;
use tanggap_queries::tables::Written;

use super::body::Body;
use super::history::{Stand, Through};
use super::input_hash::InputHash;
use super::lane::DeadLetter;
use super::letters::{self, Shelf};
use super::merging::Merging;
use super::messages::{LateMessage, LetterMessage, routed, statuses, windows};
use super::outbox::{DEAD_LETTERS, LATE, Message, Outbox, ROUTED, STATUSES, WINDOWS, messages};
use super::setting::Setting;
use crate::time::now_us;

/// Tables of a lane, by the names they have on disk. Those whose columns have grown are known by name to `commit/codec.rs` of the engine.
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
    pub(crate) const LOG: &str = "log";
    pub(crate) const OVER: &str = "over";
}

/// Bytes of a payload that a dead letter tells on its topic at most: brokers refuse messages of a megabyte. The lane's table has all.
const LETTER_BYTES: usize = 256 << 10;

/// A lane that is written down.
#[derive(Debug)]
pub(super) struct Durable {
    lane: String,
    log: LaneLog,
    made_with: BTreeMap<String, String>,
    pending: BTreeMap<&'static str, Vec<RecordBatch>>,
    outbox: Outbox,
    letters: Vec<DeadLetter>,
    /// Those that were written down.
    shelf: Shelf,
    input: InputHash,
    changed: bool,
    has_traffic: bool,
    merging: Merging,
    written: Option<Written>,
}

impl Durable {
    /// Opens a lane's log in a store, and gives what stands in it.
    ///
    /// # Errors
    /// It cannot be read, or was written with other settings, which no state survives.
    pub(super) fn open(
        store: Box<dyn CommitStore>,
        writer: Writer,
        lane: &str,
        channel: &str,
        setting: &Setting,
    ) -> anyhow::Result<(Self, Option<Recovered>)> {
        let (log, recovered) = LaneLog::open(store, lane, writer, setting.config.store.keep_epochs)?;
        let made_with = made_with(setting, channel)?;
        let sent = recovered
            .as_ref()
            .map(|recovered| recovered.manifest.sent.clone())
            .unwrap_or_default();
        let mut durable = Self {
            lane: lane.to_owned(),
            log,
            made_with,
            pending: BTreeMap::new(),
            outbox: Outbox::new(lane, sent)?,
            letters: Vec::new(),
            shelf: Shelf::new(setting.config.store.dead_letters),
            input: InputHash::default(),
            changed: false,
            has_traffic: false,
            merging: Merging::new(setting.config.store.dead_letters),
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
            for rows in recovered.tables.get(table::DEAD_LETTERS).into_iter().flatten() {
                durable.shelf.push(rows.clone())?;
            }
        }
        Ok((durable, recovered))
    }

    /// What survives a crash.
    pub(super) const fn written(&self) -> Option<Written> {
        self.written
    }

    /// Refused events that are written down, the newest ones.
    pub(super) fn refused(&self) -> &[RecordBatch] {
        self.shelf.batches()
    }

    /// Messages told by topic, as far as they are written down.
    pub(super) const fn told(&self) -> &BTreeMap<String, u64> {
        self.outbox.sent_by_topic()
    }

    /// History has the lane up to here: what it has is left out when files are merged.
    pub(super) const fn exported(&mut self, through: Through) {
        self.merging.exported = Some(through);
    }

    /// Where the lane stands, as it was last written down. `seq` and `sight_us` are the state's.
    pub(super) fn stand(&self) -> Option<Stand> {
        let written = self.written?;
        Some(Stand {
            lane: self.lane.clone(),
            epoch: written.epoch,
            next_offset: written.next_offset,
            input_hash: self.input.to_hex(),
            sent: self.outbox.sent_by_topic().clone(),
            made_with: self.made_with.clone(),
            ..Stand::default()
        })
    }

    /// What was gathered is the lane as it stood then. Gives the topics it would have told others otherwise: nobody is told again.
    ///
    /// # Errors
    /// The lane has epochs, or history is none of ours.
    pub(super) fn stand_at(&mut self, stand: &Stand) -> anyhow::Result<Vec<String>> {
        self.log.begin_after(stand.epoch.saturating_sub(1))?;
        self.input = InputHash::from_hex(&stand.input_hash)?;
        let (_, mut told) = self.outbox.of_epoch(stand.epoch)?;
        // Refused events are told with their bytes, which history does not have.
        told.insert(DEAD_LETTERS.to_owned(), stand.sent.get(DEAD_LETTERS).copied().unwrap_or_default());
        let otherwise = told.iter().filter(|(topic, count)| {
            let then = stand.sent.get(*topic).copied().unwrap_or_default();
            // A lane that is older than this topic has told less of it.
            then != **count && !(topic.as_str() == STATUSES && then < **count)
        });
        let otherwise = otherwise.map(|(topic, _)| topic.clone()).collect();
        self.outbox.written(stand.sent.clone());
        self.changed = true;
        Ok(otherwise)
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
    ///
    /// # Errors
    /// As the next four: what is told cannot be written as JSON, which no row of ours does.
    pub(super) fn refuse(&mut self, letters: &[DeadLetter]) -> anyhow::Result<()> {
        for letter in letters {
            let key = format!("{}/{}", self.lane, letter.reject.offset);
            let told = LetterMessage::of(letter, LETTER_BYTES, None);
            self.outbox.add(DEAD_LETTERS, key, Body::of(&told)?);
        }
        self.letters.extend_from_slice(letters);
        Ok(())
    }

    /// Gathers what others are told of complaints and who must answer them.
    pub(super) fn route(&mut self, router: &Router, channel: &str, routes: &RecordBatch) -> anyhow::Result<()> {
        self.tell(ROUTED, routed(router, channel, routes)?);
        Ok(())
    }

    /// Gathers the panes that are over, and what was counted in them since they were (`schema::CLOSED`).
    pub(super) fn windows(&mut self, channel: &str, closed: &RecordBatch) -> anyhow::Result<()> {
        self.tell(WINDOWS, windows(channel, closed)?);
        Ok(())
    }

    /// Gathers what became of cases (`schema::TRANSITIONS`).
    pub(super) fn statuses(&mut self, transitions: &RecordBatch) -> anyhow::Result<()> {
        self.tell(STATUSES, statuses(transitions)?);
        Ok(())
    }

    /// Gathers where late events stand.
    pub(super) fn late(&mut self, offsets: &[i64]) -> anyhow::Result<()> {
        for offset in offsets {
            let told = LateMessage { offset: *offset };
            self.outbox.add(LATE, format!("{}/{offset}", self.lane), Body::of(&told)?);
        }
        Ok(())
    }

    fn tell(&mut self, topic: &'static str, told: Vec<(String, Body)>) {
        for (key, body) in told {
            self.outbox.add(topic, key, body);
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
        let refused = letters::rows(&self.letters, first_seq)?;
        if refused.num_rows() > 0 {
            tables.push((table::DEAD_LETTERS, refused.clone()));
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
        self.shelf.push(refused)?;
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

/// What a lane's state depends on besides its log: for a channel whose texts are read also who reads them.
pub(super) fn made_with(setting: &Setting, channel: &str) -> anyhow::Result<BTreeMap<String, String>> {
    let mut made_with = BTreeMap::from([
        ("territory".to_owned(), setting.territory.version().to_owned()),
        ("settings of lanes".to_owned(), serde_json::to_string(&setting.config.lane(true))?),
    ]);
    if let Some(reader) = setting.texts.as_ref().filter(|reader| reader.reads(channel)) {
        made_with.insert("reader of texts".to_owned(), reader.version());
    }
    Ok(made_with)
}

/// No state survives other settings.
pub(super) fn same_settings(lane: &str, then: &BTreeMap<String, String>, now: &BTreeMap<String, String>) -> anyhow::Result<()> {
    let names: BTreeSet<&String> = then.keys().chain(now.keys()).collect();
    for name in names {
        let [then, now] = [then, now].map(|settings| settings.get(name).map_or("nothing", String::as_str));
        if then != now {
            bail!(
                "{lane} was written with another {name} ({then}) than this run has ({now}): start with the same one, or with another \
                 --data-dir; or make the lanes anew: move manifests/ and segments/ away, and run `tanggap rebuild` (or, if Kafka still has the \
                 whole log, move history/ away too and start)"
            );
        }
    }
    Ok(())
}
