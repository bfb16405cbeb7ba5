//! One lane at work: payloads are decoded, the pure lane applies them, the kernel sums what is counted, routes are decided,
//! and the tables that readers see are kept.

use anyhow::Context;
use datafusion::arrow::array::{AsArray, RecordBatch};
use datafusion::arrow::datatypes::TimestampMicrosecondType;
use tanggap_connectors::decode::{Decoder, Payload};
use tanggap_engine::event::{EventBatchBuilder, Reject, schema};
use tanggap_engine::lane::LaneState;
use tanggap_engine::pane::{Kernel, Tiers};
use tanggap_engine::route::route;
use tanggap_engine::time::HOUR_US;
use tanggap_queries::measures::PaneKernel;
use tanggap_queries::tables::{LaneSnapshot, Liveness};

use super::pile::Pile;
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
    steps: u64,
}

/// Reports that are no complaints, and water levels, are kept this long behind the watermark, µs: the longest live view is a day.
const KEEP_SIGNALS_US: i64 = 26 * HOUR_US;
/// One-minute panes are kept this long, µs: the expectation looks eight weeks back.
const KEEP_PANES_US: i64 = 57 * 24 * HOUR_US;
/// Steps between looks for what can be forgotten.
const FORGET_EVERY: u64 = 256;

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
            steps: 0,
        })
    }

    /// Decodes a payload into the waiting batch.
    pub(super) fn take(&mut self, payload: &Payload<'_>) {
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
            match self.keep {
                Keep::Live => self.tiers.push(partial, &mut self.kernel)?,
                Keep::Once => self.partials.push(partial),
            }
        }
        if step.cases.num_rows() > 0 {
            self.routes.push(route(&self.setting.router, &step.cases, &self.setting.ground));
        }
        self.cases.push(step.cases);
        self.signals.push(step.signals);
        self.transitions.push(step.transitions);
        self.levels.push(step.levels);
        self.steps += 1;
        if self.keep == Keep::Live && self.steps.is_multiple_of(FORGET_EVERY) {
            self.forget();
        }
        Ok(std::mem::take(&mut self.dead))
    }

    fn forget(&mut self) {
        let Some(watermark) = self.state.watermark() else { return };
        self.tiers.forget(watermark - KEEP_PANES_US);
        let oldest = watermark - KEEP_SIGNALS_US;
        self.signals
            .retain(|rows| newest(rows, schema::EVENT_TIME).is_none_or(|time| time >= oldest));
        self.levels
            .retain(|rows| newest(rows, schema::TIME).is_none_or(|time| time >= oldest));
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
        }
    }
}

/// The largest time of a column, µs.
fn newest(rows: &RecordBatch, column: &str) -> Option<i64> {
    let column = rows.column_by_name(column)?;
    column.as_primitive::<TimestampMicrosecondType>().values().iter().copied().max()
}

/// Name of a topic-partition's lane.
pub(super) fn named(topic: &str, partition: i32) -> String {
    format!("{topic}-{partition}")
}
