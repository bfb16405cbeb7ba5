//! One lane at work: payloads are decoded, the pure lane applies them, the kernel sums what is counted, routes are decided,
//! and the tables that readers see are kept.

mod resume;

use std::sync::Arc;

use anyhow::Context;
use bytes::Bytes;
use datafusion::arrow::array::RecordBatch;
use tanggap_connectors::decode::{Decoder, Payload};
use tanggap_engine::event::{EventBatch, EventBatchBuilder, Kind, Reject, schema};
use tanggap_engine::lane::{LaneSettings, LaneState};
use tanggap_engine::pane::{Kernel, Tiers};
use tanggap_engine::route::{asked, route};
use tanggap_engine::time::HOUR_US;
use tanggap_queries::measures::PaneKernel;
use tanggap_queries::named::SightingPile;
use tanggap_queries::tables::{LaneSnapshot, Liveness, Written};

use crate::run::durable::{Durable, table};
use crate::run::history::{Backlog, Stand, Through, Waiting};
use crate::run::outbox::Message;
use crate::run::pile::{Pile, of_kind, since};
use crate::run::setting::Setting;

/// A refused event with the bytes of its payload. Where several events of a payload are refused, the first has them and the others are empty.
#[derive(Clone, Debug)]
pub(in crate::run) struct DeadLetter {
    pub(in crate::run) reject: Reject,
    pub(in crate::run) payload: Bytes,
}

/// What is kept of a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::run) enum Keep {
    /// For a live city: segments merged in tiers, reports that are no complaints for a while.
    Live,
    /// For a replay that is read once at the end: partial sums as they come, complaints only; of all else what hotspots are looked for in.
    Once,
}

/// A lane and its tables.
#[derive(Debug)]
pub(in crate::run) struct LaneRunner {
    setting: Setting,
    keep: Keep,
    topic: String,
    partition: i32,
    name: String,
    decoder: Decoder,
    builder: EventBatchBuilder,
    state: LaneState,
    kernel: PaneKernel,
    tiers: Tiers,
    partials: Vec<RecordBatch>,
    cases: Pile,
    signals: Pile,
    transitions: Pile,
    routes: Pile,
    levels: Pile,
    dead: Vec<DeadLetter>,
    /// Of a replay: what hotspots are looked for in.
    sightings: SightingPile,
    next_offset: i64,
    newest_broker_time: Option<i64>,
    /// Signals and levels before this are forgotten, µs.
    kept_from: i64,
    durable: Option<Durable>,
    /// What history does not have, of a lane that keeps it.
    backlog: Option<Backlog>,
}

/// Reports that are no complaints, and water levels, are kept this long behind the watermark, µs: the longest live view is a day.
const KEEP_SIGNALS_US: i64 = 26 * HOUR_US;
/// One-minute panes are kept this long, µs: the expectation looks eight weeks back.
pub(in crate::run) const KEEP_PANES_US: i64 = 57 * 24 * HOUR_US;

impl LaneRunner {
    /// A lane at the beginning of its log.
    ///
    /// # Errors
    /// The topic is none we can read, or its mapping is wrong.
    pub(in crate::run) fn new(setting: &Setting, topic: &str, partition: i32, name: String, keep: Keep) -> anyhow::Result<Self> {
        let decoder = Decoder::for_topic(topic, &setting.config.decode()).with_context(|| format!("the topic {topic} cannot be read"))?;
        let decoder = decoder.reading(setting.texts.as_ref());
        let state = LaneState::new(decoder.channel(), lane_settings(setting, &decoder, keep));
        let sightings = SightingPile::new(decoder.channel());
        Ok(Self {
            setting: setting.clone(),
            keep,
            topic: topic.to_owned(),
            partition,
            name,
            decoder,
            builder: EventBatchBuilder::default(),
            state,
            kernel: PaneKernel::new()?,
            tiers: Tiers::default(),
            partials: Vec::new(),
            cases: Pile::default(),
            signals: Pile::default(),
            transitions: Pile::default(),
            routes: Pile::default(),
            levels: Pile::default(),
            dead: Vec::new(),
            sightings,
            next_offset: 0,
            newest_broker_time: None,
            kept_from: i64::MIN,
            durable: None,
            backlog: None,
        })
    }

    /// From now on keeps what became of every event, until history has it.
    pub(in crate::run) fn keep_log(&mut self) {
        if self.setting.config.history.enabled {
            self.state.keep_log();
            self.backlog.get_or_insert_default();
        }
    }

    /// Writes down what was applied since the last time, and gives what others must be told now. The waiting batch must be applied first.
    ///
    /// # Errors
    /// The store fails (try again later), or another process owns the lane.
    pub(in crate::run) fn commit(&mut self) -> anyhow::Result<Vec<Message>> {
        debug_assert_eq!(self.builder.rows(), 0, "what is read is applied before it is written down");
        let Some(durable) = &mut self.durable else {
            return Ok(Vec::new());
        };
        durable.commit(&mut self.state, self.next_offset, self.newest_broker_time, self.kept_from)
    }

    /// What history may not have of what is written down. Nothing waits to be written when this is called.
    pub(in crate::run) fn waiting(&self) -> Option<Waiting> {
        let (backlog, stand) = (self.backlog.as_ref()?, self.durable.as_ref()?.stand()?);
        Some(Waiting {
            stand: Stand {
                channel: self.decoder.channel().to_owned(),
                seq: i64::try_from(self.state.accounting().received).unwrap_or(i64::MAX),
                sight_us: self.state.newest_sight(),
                newest_broker_time_us: self.newest_broker_time,
                ..stand
            },
            log: backlog.log().to_vec(),
            over: backlog.over().to_vec(),
        })
    }

    /// Events that history does not have.
    pub(in crate::run) fn unexported(&self) -> usize {
        self.backlog.as_ref().map_or(0, Backlog::rows)
    }

    /// History has the lane up to here: what it has is dropped.
    ///
    /// # Errors
    /// Never in practice: the rows are ours.
    pub(in crate::run) fn exported(&mut self, through: Through) -> anyhow::Result<()> {
        if let Some(durable) = &mut self.durable {
            durable.exported(through);
        }
        if let Some(backlog) = &mut self.backlog {
            backlog.forget(through)?;
        }
        Ok(())
    }

    /// Goes on at a later offset; those left out are counted. Nothing waits to be applied when this is called.
    pub(in crate::run) fn accept_gap(&mut self, next_offset: i64) {
        let lost = next_offset.saturating_sub(self.next_offset).max(0);
        tracing::warn!(
            lane = self.name,
            from = self.next_offset,
            lost,
            "offsets that Kafka has forgotten are left out and counted as gap"
        );
        if let Some(row) = self.state.skip(self.next_offset, lost.unsigned_abs()) {
            self.log(&[row], &RecordBatch::new_empty(Arc::clone(&schema::TRAFFIC)));
        }
        self.next_offset = next_offset;
        if let Some(durable) = &mut self.durable {
            durable.changed();
        }
    }

    /// Decodes a payload into the waiting batch.
    pub(in crate::run) fn take(&mut self, payload: &Payload<'_>) {
        if let Some(durable) = &mut self.durable {
            durable.read(payload);
        }
        let rejects = self.builder.rejects().len();
        self.decoder.decode(payload, &mut self.builder);
        let mut bytes = payload.bytes.unwrap_or_default();
        for reject in &self.builder.rejects()[rejects..] {
            self.dead.push(DeadLetter {
                reject: reject.clone(),
                payload: Bytes::copy_from_slice(std::mem::take(&mut bytes)),
            });
        }
        self.next_offset = payload.offset + 1;
        self.newest_broker_time = self.newest_broker_time.max(payload.broker_time);
    }

    /// Rows of a micro-batch at most.
    pub(in crate::run) fn batch_rows(&self) -> usize {
        self.setting.config.lanes.batch_rows
    }

    /// Whether the waiting batch is large enough to be applied.
    pub(in crate::run) fn full(&self) -> bool {
        self.builder.rows() >= self.batch_rows() || self.builder.rejects().len() >= self.batch_rows()
    }

    /// Applies the waiting batch. Gives the refused events of it.
    ///
    /// # Errors
    /// The kernel failed, which stops the lane: nothing may be left out silently.
    pub(in crate::run) fn step(&mut self) -> anyhow::Result<Vec<DeadLetter>> {
        let batch = self.builder.finish();
        self.apply(&batch)?;
        let dead = std::mem::take(&mut self.dead);
        if let Some(durable) = &mut self.durable {
            durable.refuse(&dead)?;
        }
        Ok(dead)
    }

    fn apply(&mut self, batch: &EventBatch) -> anyhow::Result<()> {
        let step = self.state.apply(batch, &self.setting.ground);
        self.log(&step.log, &step.over);
        let asked = asked(&step)?;
        if step.counted.num_rows() > 0 {
            let partial = self.kernel.sum(&[step.counted])?;
            self.gather(table::PANES, &partial);
            match self.keep {
                Keep::Live => self.tiers.push(partial, &mut self.kernel)?,
                Keep::Once => self.partials.push(partial),
            }
        }
        if asked.num_rows() > 0 {
            let routes = route(&self.setting.router, self.decoder.channel(), &asked, &self.setting.ground);
            if let Some(durable) = &mut self.durable {
                durable.add(table::ROUTES, &routes);
                durable.route(&self.setting.router, self.decoder.channel(), &routes)?;
            }
            self.routes.push(routes);
        }
        self.gather(table::CASES, &step.cases);
        self.forget()?;
        let signals = since(&step.signals, schema::EVENT_TIME, self.kept_from)?;
        let levels = since(&step.levels, schema::TIME, self.kept_from)?;
        self.gather(table::SIGNALS, &signals);
        self.gather(table::TRANSITIONS, &step.transitions);
        self.gather(table::LEVELS, &levels);
        match self.keep {
            Keep::Live => self.signals.push(signals),
            Keep::Once => {
                self.sightings.add(&step.cases);
                self.sightings.add(&signals);
                self.signals.push(of_kind(&signals, Kind::Emergency)?);
            }
        }
        self.cases.push(step.cases);
        if let Some(durable) = &mut self.durable {
            durable.late(&step.late)?;
            durable.windows(self.decoder.channel(), &step.closed)?;
            durable.statuses(&step.transitions)?;
        }
        self.transitions.push(step.transitions);
        self.levels.push(levels);
        Ok(())
    }

    /// What became of some events, for history.
    fn log(&mut self, log: &[RecordBatch], over: &RecordBatch) {
        if let Some(backlog) = &mut self.backlog {
            backlog.add(log, over);
        }
        for rows in log {
            self.gather(table::LOG, rows);
        }
        self.gather(table::OVER, over);
    }

    /// New rows that must be written down.
    fn gather(&mut self, table: &'static str, rows: &RecordBatch) {
        if let Some(durable) = &mut self.durable {
            durable.add(table, rows);
        }
    }

    /// Each hour of the watermark, forgets what no view of now can show. What is kept is a function of the log, whatever the batches.
    fn forget(&mut self) -> anyhow::Result<()> {
        let Some(oldest) = self.oldest() else { return Ok(()) };
        if oldest > self.kept_from {
            self.kept_from = oldest;
            self.signals.forget(schema::EVENT_TIME, oldest)?;
            self.levels.forget(schema::TIME, oldest)?;
            self.tiers.forget(oldest.saturating_add(KEEP_SIGNALS_US - KEEP_PANES_US));
        }
        Ok(())
    }

    /// Signals and levels before this are forgotten, µs.
    fn oldest(&self) -> Option<i64> {
        let watermark = self.state.watermark().filter(|_| self.keep == Keep::Live)?;
        Some(watermark - watermark.rem_euclid(HOUR_US) - KEEP_SIGNALS_US)
    }

    /// Takes the sightings of a replay out.
    pub(in crate::run) fn take_sightings(&mut self) -> SightingPile {
        std::mem::replace(&mut self.sightings, SightingPile::new(self.decoder.channel()))
    }

    /// Partial sums of a replay.
    pub(in crate::run) fn partials(&self) -> &[RecordBatch] {
        &self.partials
    }

    /// The state behind the tables.
    pub(in crate::run) const fn state(&self) -> &LaneState {
        &self.state
    }

    /// Channel of the lane.
    pub(in crate::run) fn channel(&self) -> &str {
        self.decoder.channel()
    }

    /// Name of the lane.
    pub(in crate::run) fn name(&self) -> &str {
        &self.name
    }

    /// Next offset to read.
    pub(in crate::run) const fn next_offset(&self) -> i64 {
        self.next_offset
    }

    /// What of it survives a crash.
    pub(in crate::run) fn written(&self) -> Option<Written> {
        self.durable.as_ref().and_then(Durable::written)
    }

    /// The tables as they are now; rows are shared.
    pub(in crate::run) fn snapshot(&self, high_watermark: Option<i64>, liveness: Liveness) -> LaneSnapshot {
        let traffic = self.state.traffic();
        LaneSnapshot {
            lane: self.name.clone(),
            topic: self.topic.clone(),
            partition: self.partition,
            channel: self.decoder.channel().to_owned(),
            segments: self.tiers.segments(),
            cases: self.cases.batches().to_vec(),
            signals: self.signals.batches().to_vec(),
            transitions: self.transitions.batches().to_vec(),
            routes: self.routes.batches().to_vec(),
            traffic: (traffic.num_rows() > 0).then_some(traffic),
            levels: self.levels.batches().to_vec(),
            log: self.backlog.iter().flat_map(Backlog::log).cloned().collect(),
            over: self.backlog.iter().flat_map(Backlog::over).cloned().collect(),
            signals_from: self.kept_from,
            panes_from: self.kept_from.saturating_add(KEEP_SIGNALS_US - KEEP_PANES_US),
            accounting: self.state.accounting().clone(),
            watermark: self.state.watermark(),
            newest_broker_time: self.newest_broker_time,
            next_offset: self.next_offset,
            high_watermark,
            liveness,
            written: self.written(),
            restarts: 0,
            alarm: None,
            letters: self.durable.as_ref().map(|durable| durable.refused().to_vec()).unwrap_or_default(),
            told: self.durable.as_ref().map(|durable| durable.told().clone()).unwrap_or_default(),
        }
    }
}

/// Settings of a lane's state. Where texts are read a kelurahan that one names is where the report is kept to lie.
fn lane_settings(setting: &Setting, decoder: &Decoder, keep: Keep) -> LaneSettings {
    LaneSettings {
        places_by_name: decoder.reads(),
        ..setting.config.lane(keep == Keep::Live)
    }
}

/// Name of a topic-partition's lane.
pub(in crate::run) fn named(topic: &str, partition: i32) -> String {
    format!("{topic}-{partition}")
}
