//! One lane at work: payloads are decoded, the pure lane applies them, the kernel sums what is counted, routes are decided,
//! and the tables that readers see are kept.

use anyhow::Context;
use datafusion::arrow::array::RecordBatch;
use tanggap_connectors::decode::{Decoder, Payload};
use tanggap_connectors::store::{CommitStore, Recovered};
use tanggap_engine::commit::Writer;
use tanggap_engine::event::{EventBatchBuilder, Reject, schema};
use tanggap_engine::lane::LaneState;
use tanggap_engine::pane::{Kernel, Tiers};
use tanggap_engine::route::route;
use tanggap_engine::time::HOUR_US;
use tanggap_queries::measures::PaneKernel;
use tanggap_queries::tables::{LaneSnapshot, Liveness, Written};

use super::durable::{Durable, made_with, same_settings, table};
use super::outbox::{Message, messages};
use super::pile::{Pile, since};
use super::setting::Setting;

/// A refused event with the bytes of its payload.
#[derive(Clone, Debug)]
pub(super) struct DeadLetter {
    pub(super) reject: Reject,
    pub(super) payload: Vec<u8>,
}

/// What is kept of a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keep {
    /// For a live city: segments merged in tiers, reports that are no complaints for a while.
    Live,
    /// For a replay that is read once at the end: partial sums as they come, complaints only.
    Once,
}

/// A lane and its tables.
#[derive(Debug)]
pub(super) struct LaneRunner {
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
    next_offset: i64,
    newest_broker_time: Option<i64>,
    /// Signals and levels before this are forgotten, µs.
    kept_from: i64,
    durable: Option<Durable>,
}

/// Reports that are no complaints, and water levels, are kept this long behind the watermark, µs: the longest live view is a day.
const KEEP_SIGNALS_US: i64 = 26 * HOUR_US;
/// One-minute panes are kept this long, µs: the expectation looks eight weeks back.
pub(super) const KEEP_PANES_US: i64 = 57 * 24 * HOUR_US;

impl LaneRunner {
    /// A lane at the beginning of its log.
    ///
    /// # Errors
    /// The topic is none we can read, or its mapping is wrong.
    pub(super) fn new(setting: &Setting, topic: &str, partition: i32, name: String, keep: Keep) -> anyhow::Result<Self> {
        let decoder = Decoder::for_topic(topic, &setting.config.decode()).with_context(|| format!("the topic {topic} cannot be read"))?;
        let state = LaneState::new(decoder.channel(), setting.config.lane(keep == Keep::Live));
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
            next_offset: 0,
            newest_broker_time: None,
            kept_from: i64::MIN,
            durable: None,
        })
    }

    /// A live lane where it was left in a store, or at the beginning of its log; and what its last epoch tells others, which may not
    /// have been sent.
    ///
    /// # Errors
    /// As [`Self::new`]; or what was written down cannot be used.
    pub(super) fn resume(
        setting: &Setting,
        topic: &str,
        partition: i32,
        name: String,
        store: Box<dyn CommitStore>,
        writer: Writer,
    ) -> anyhow::Result<(Self, Vec<Message>)> {
        let (durable, recovered) = Durable::open(store, writer, &name, setting)?;
        let mut runner = Self::new(setting, topic, partition, name, Keep::Live)?;
        runner.durable = Some(durable);
        let unsent = match recovered {
            None => {
                runner.state.keep_journal();
                Vec::new()
            }
            Some(recovered) => runner.restore(recovered)?,
        };
        Ok((runner, unsent))
    }

    /// A lane as it was written down, to be looked at.
    ///
    /// # Errors
    /// As [`Self::resume`].
    pub(super) fn kept(setting: &Setting, topic: &str, partition: i32, name: String, recovered: Recovered) -> anyhow::Result<Self> {
        same_settings(&name, &recovered.manifest.made_with, &made_with(setting)?)?;
        let mut runner = Self::new(setting, topic, partition, name, Keep::Live)?;
        runner.restore(recovered)?;
        Ok(runner)
    }

    fn restore(&mut self, recovered: Recovered) -> anyhow::Result<Vec<Message>> {
        let Recovered {
            manifest,
            mut tables,
            faults,
            ..
        } = recovered;
        for fault in &faults {
            tracing::error!(
                lane = self.name,
                epoch = fault.epoch,
                path = fault.path,
                fault = fault.what,
                "an epoch cannot be used; what it held is read again from the log"
            );
        }
        let mut take = |table: &str| tables.remove(table).unwrap_or_default();
        for rows in take(table::PANES) {
            self.tiers.push(rows, &mut self.kernel)?;
        }
        for (table, pile) in [
            (table::CASES, &mut self.cases),
            (table::SIGNALS, &mut self.signals),
            (table::TRANSITIONS, &mut self.transitions),
            (table::ROUTES, &mut self.routes),
            (table::LEVELS, &mut self.levels),
        ] {
            for rows in take(table) {
                pile.push(rows);
            }
        }
        let traffic = take(table::TRAFFIC).pop().unwrap_or_else(|| self.state.traffic());
        let settings = self.setting.config.lane(true);
        self.state = LaneState::restore(self.decoder.channel(), settings, manifest.state, &take(table::SEEN), &traffic)
            .with_context(|| format!("epoch {} of {} cannot be used", manifest.epoch, self.name))?;
        // Rows that were written down before they were forgotten.
        self.forget()?;
        self.next_offset = manifest.next_offset;
        self.newest_broker_time = manifest.newest_broker_time_us;
        tracing::info!(
            lane = self.name,
            epoch = manifest.epoch,
            next_offset = manifest.next_offset,
            "taken up where it was left"
        );
        Ok(messages(&take(table::OUTBOX), manifest.epoch))
    }

    /// Writes down what was applied since the last time, and gives what others must be told now. The waiting batch must be applied first.
    ///
    /// # Errors
    /// The store fails (try again later), or another process owns the lane.
    pub(super) fn commit(&mut self) -> anyhow::Result<Vec<Message>> {
        debug_assert_eq!(self.builder.rows(), 0, "what is read is applied before it is written down");
        let Some(durable) = &mut self.durable else {
            return Ok(Vec::new());
        };
        durable.commit(&mut self.state, self.next_offset, self.newest_broker_time, self.kept_from)
    }

    /// Goes on at a later offset; those left out are counted. Nothing waits to be applied when this is called.
    pub(super) fn accept_gap(&mut self, next_offset: i64) {
        let lost = next_offset.saturating_sub(self.next_offset).max(0);
        tracing::warn!(
            lane = self.name,
            from = self.next_offset,
            lost,
            "offsets that Kafka has forgotten are left out and counted as gap"
        );
        self.state.skip(lost.unsigned_abs());
        self.next_offset = next_offset;
        if let Some(durable) = &mut self.durable {
            durable.changed();
        }
    }

    /// Decodes a payload into the waiting batch.
    pub(super) fn take(&mut self, payload: &Payload<'_>) {
        if let Some(durable) = &mut self.durable {
            durable.read(payload);
        }
        let rejects = self.builder.rejects().len();
        self.decoder.decode(payload, &mut self.builder);
        for reject in &self.builder.rejects()[rejects..] {
            self.dead.push(DeadLetter {
                reject: reject.clone(),
                payload: payload.bytes.unwrap_or_default().to_vec(),
            });
        }
        self.next_offset = payload.offset + 1;
        self.newest_broker_time = self.newest_broker_time.max(payload.broker_time);
    }

    /// Rows of a micro-batch at most.
    pub(super) fn batch_rows(&self) -> usize {
        self.setting.config.lanes.batch_rows
    }

    /// Whether the waiting batch is large enough to be applied.
    pub(super) fn full(&self) -> bool {
        self.builder.rows() >= self.batch_rows() || self.builder.rejects().len() >= self.batch_rows()
    }

    /// Applies the waiting batch. Gives the refused events of it.
    ///
    /// # Errors
    /// The kernel failed, which stops the lane: nothing may be left out silently.
    pub(super) fn step(&mut self) -> anyhow::Result<Vec<DeadLetter>> {
        let batch = self.builder.finish();
        let step = self.state.apply(&batch, &self.setting.ground);
        if step.counted.num_rows() > 0 {
            let partial = self.kernel.sum(&[step.counted])?;
            self.gather(table::PANES, &partial);
            match self.keep {
                Keep::Live => self.tiers.push(partial, &mut self.kernel)?,
                Keep::Once => self.partials.push(partial),
            }
        }
        if step.cases.num_rows() > 0 {
            let routes = route(&self.setting.router, &step.cases, &self.setting.ground);
            if let Some(durable) = &mut self.durable {
                durable.add(table::ROUTES, &routes);
                durable.route(self.decoder.channel(), &routes)?;
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
        self.cases.push(step.cases);
        self.signals.push(signals);
        self.transitions.push(step.transitions);
        self.levels.push(levels);
        let dead = std::mem::take(&mut self.dead);
        if let Some(durable) = &mut self.durable {
            durable.refuse(&dead);
            durable.late(&step.late);
        }
        Ok(dead)
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
            self.tiers.forget(oldest + KEEP_SIGNALS_US - KEEP_PANES_US);
        }
        Ok(())
    }

    /// Signals and levels before this are forgotten, µs.
    fn oldest(&self) -> Option<i64> {
        let watermark = self.state.watermark().filter(|_| self.keep == Keep::Live)?;
        Some(watermark - watermark.rem_euclid(HOUR_US) - KEEP_SIGNALS_US)
    }

    /// Partial sums of a replay.
    pub(super) fn partials(&self) -> &[RecordBatch] {
        &self.partials
    }

    /// The state behind the tables.
    pub(super) const fn state(&self) -> &LaneState {
        &self.state
    }

    /// Name of the lane.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Next offset to read.
    pub(super) const fn next_offset(&self) -> i64 {
        self.next_offset
    }

    /// What of it survives a crash.
    pub(super) fn written(&self) -> Option<Written> {
        self.durable.as_ref().and_then(Durable::written)
    }

    /// The tables as they are now; rows are shared.
    pub(super) fn snapshot(&self, high_watermark: Option<i64>, liveness: Liveness) -> LaneSnapshot {
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
            accounting: self.state.accounting().clone(),
            watermark: self.state.watermark(),
            newest_broker_time: self.newest_broker_time,
            next_offset: self.next_offset,
            high_watermark,
            liveness,
            written: self.written(),
            restarts: 0,
            alarm: None,
        }
    }
}

/// Name of a topic-partition's lane.
pub(super) fn named(topic: &str, partition: i32) -> String {
    format!("{topic}-{partition}")
}
