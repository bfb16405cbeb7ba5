//! A lane that is written down and read again at any point says about the rest of its log what it would have said.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on may panic")]

use std::collections::BTreeMap;

use arrow::array::{AsArray, RecordBatch};
use arrow::compute::{SortColumn, concat_batches, lexsort_to_indices, take_record_batch};
use arrow::datatypes::{Int64Type, SchemaRef, TimestampMicrosecondType, UInt8Type};
use proptest::prelude::*;
use tanggap_engine::event::{Category, Class, Event, EventBatch, EventBatchBuilder, Evidence, Kind, Reason, Reject, Status, schema};
use tanggap_engine::lane::{
    Accounting, LaneScalars, LaneSettings, LaneState, Place, Relived, RestoreError, Step, counted_of, relive, transitions_of,
};
use tanggap_engine::time::PANE_US;

const HOUR: i64 = 3_600_000_000;
const START: i64 = 1_750_000_000_000_000;

struct Nowhere;

impl Place for Nowhere {
    fn kelurahan(&self, _longitude_deg: f64, _latitude_deg: f64) -> Option<i64> {
        None
    }

    fn boundary_m(&self, _longitude_deg: f64, _latitude_deg: f64) -> Option<f64> {
        None
    }
}

/// One line of a log of eleven days: ids are forgotten, and come again.
#[derive(Clone, Debug)]
struct Line {
    what: u8,
    id: u32,
    version: u64,
    hour: i64,
    length: usize,
}

prop_compose! {
    fn line()(what in 0_u8..6, id in 0_u32..8, version in 0_u64..3, hour in 0_i64..264, length in 0_usize..4) -> Line {
        Line { what, id, version, hour, length }
    }
}

/// What a line proves, if anything: each of it is there and missing in some.
fn evidence(line: &Line) -> Evidence<'static> {
    let some = |bit: usize| line.length & bit != 0;
    Evidence {
        rating: some(1).then_some(4),
        close_reason: some(2).then_some("tidak_ditemukan"),
        before_photo: some(1).then_some(u64::MAX - u64::from(line.id)),
        before_look: some(2).then_some(line.version),
        after_photo: (line.version == 1).then_some(u64::MAX),
        after_look: some(1).then_some(0),
        after_taken_at: some(2).then_some(START - line.hour * HOUR),
    }
}

fn push(builder: &mut EventBatchBuilder, offset: i64, line: &Line) {
    if line.what == 4 {
        return builder.reject(Reject {
            offset,
            reason: Reason::NoId,
            field: String::new(),
        });
    }
    let id = line.id.to_string();
    let time = START + line.hour * HOUR;
    let points: Vec<f64> = (0..line.length)
        .flat_map(|step| [106.8 + 0.001 * f64::from(u8::try_from(step).unwrap()), -6.2])
        .collect();
    let event = match line.what {
        0 => Event {
            kind: Some(Kind::Complaint),
            category: Some(Category::Sampah),
            status: Some(Status::Received),
            evidence: evidence(line),
            ..Event::new(Class::Report, &id, line.version, time)
        },
        1 => Event {
            position: Some((106.8, -6.2)),
            category: Some(Category::Kemacetan),
            kind: (line.length == 3).then_some(Kind::Duty),
            duty_post: (line.length == 3).then_some("RT 003/RW 05"),
            named_kota: (line.length == 2).then_some(3174),
            terms: (line.length < 3).then_some(if line.length == 0 { "" } else { "#macetlagi macet" }),
            source_category: (line.version == 1).then_some("TRAFFIC_OF_A_NEW_KIND"),
            ..Event::new(Class::Report, &id, line.version, time)
        },
        2 => Event {
            seen_at: Some(time + HOUR),
            line: Some(&points),
            speed_kmh: Some(7.5),
            ..Event::new(Class::Jam, &id, line.version, time)
        },
        5 => Event {
            status: Some(if line.length == 0 { Status::Linked } else { Status::Resolved }),
            other: (line.length == 0).then_some("twitter:7"),
            report_channel: (line.version == 1).then_some("qlue"),
            actor_role: Some("lurah"),
            evidence: evidence(line),
            ..Event::new(Class::Transition, &id, line.version, time)
        },
        _ => Event {
            level_cm: Some(120),
            ..Event::new(Class::Level, &id, 0, time)
        },
    };
    builder.push(offset, &event);
}

/// Everything a lane says, one step a line: tables, late offsets, counters, watermark, traffic.
type Said = (
    Vec<[RecordBatch; 6]>,
    Vec<Vec<i64>>,
    Vec<Accounting>,
    Vec<Option<i64>>,
    RecordBatch,
    usize,
);

/// Runs the log; at each cut the lane is written down as text and tables, dropped and read again.
fn run(log: &[Line], cuts: &[usize], whole_from: usize) -> Said {
    let settings = LaneSettings::default();
    let mut lane = LaneState::new("waze", settings.clone());
    lane.keep_journal();
    lane.tell_panes(&[]).unwrap();
    let mut counted = Vec::new();
    let mut builder = EventBatchBuilder::default();
    let (mut tables, mut offsets, mut counters, mut watermarks) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut seen = Vec::new();
    for (position, line) in log.iter().enumerate() {
        push(&mut builder, i64::try_from(position).unwrap(), line);
        let step = lane.apply(&builder.finish(), &Nowhere);
        counted.push(step.counted.clone());
        tables.push([step.counted, step.cases, step.signals, step.transitions, step.levels, step.closed]);
        offsets.push(step.late);
        counters.push(lane.accounting().clone());
        watermarks.push(lane.watermark());
        if cuts.contains(&position) {
            let checkpoint = lane.checkpoint();
            seen.push(checkpoint.seen);
            if position >= whole_from {
                // Everything at once stands for all that came before.
                seen = vec![lane.all_seen()];
            }
            let text = serde_json::to_string(&checkpoint.scalars).unwrap();
            let scalars: LaneScalars = serde_json::from_str(&text).unwrap();
            lane = LaneState::restore("waze", settings.clone(), scalars, &seen, &checkpoint.traffic).unwrap();
            lane.tell_panes(&counted).unwrap();
        }
    }
    (tables, offsets, counters, watermarks, lane.traffic(), lane.ids())
}

/// The lane's traffic, counters and watermark after its log came in batches that end at these lines.
fn batched(log: &[Line], ends: &[usize]) -> (RecordBatch, Accounting, Option<i64>) {
    let mut lane = LaneState::new("waze", LaneSettings::default());
    let mut builder = EventBatchBuilder::default();
    for (position, line) in log.iter().enumerate() {
        push(&mut builder, i64::try_from(position).unwrap(), line);
        if ends.contains(&position) {
            lane.apply(&builder.finish(), &Nowhere);
        }
    }
    lane.apply(&builder.finish(), &Nowhere);
    (lane.traffic(), lane.accounting().clone(), lane.watermark())
}

/// What a lane keeps of a log for history, in the order of its numbers.
struct Kept {
    lane: LaneState,
    log: RecordBatch,
    over: RecordBatch,
    counted: RecordBatch,
    closed: RecordBatch,
    transitions: RecordBatch,
}

/// A lane, and what its steps gave.
struct Living {
    lane: LaneState,
    steps: Vec<Step>,
    rows: Vec<RecordBatch>,
}

impl Living {
    fn new() -> Self {
        let mut lane = LaneState::new("waze", LaneSettings::default());
        lane.keep_log();
        lane.tell_panes(&[]).unwrap();
        Self {
            lane,
            steps: Vec::new(),
            rows: Vec::new(),
        }
    }

    fn apply(&mut self, batch: &EventBatch) {
        let step = self.lane.apply(batch, &Nowhere);
        self.rows.extend_from_slice(&step.log);
        self.steps.push(step);
    }

    fn skip(&mut self, offset: i64, messages: u64) {
        self.rows.extend(self.lane.skip(offset, messages));
    }

    fn kept(self) -> Kept {
        let table = |schema: &SchemaRef, of: fn(&Step) -> &RecordBatch| concat_batches(schema, self.steps.iter().map(of)).unwrap();
        Kept {
            log: sorted(&concat_batches(&schema::LOG, &self.rows).unwrap(), &[0]),
            over: sorted(&table(&schema::TRAFFIC, |step| &step.over), &[0, 1, 3]),
            counted: table(&schema::PANES, |step| &step.counted),
            closed: table(&schema::CLOSED, |step| &step.closed),
            transitions: table(&schema::TRANSITIONS, |step| &step.transitions),
            lane: self.lane,
        }
    }
}

/// The lane after its log came in batches that end at these lines, with a loss before this one.
fn kept(log: &[Line], ends: &[usize], lost: usize) -> Kept {
    let (mut living, mut builder) = (Living::new(), EventBatchBuilder::default());
    for (position, line) in log.iter().enumerate() {
        let offset = i64::try_from(position).unwrap();
        if position == lost {
            living.apply(&builder.finish());
            living.skip(offset, 3);
        }
        push(&mut builder, offset, line);
        if ends.contains(&position) {
            living.apply(&builder.finish());
        }
    }
    living.apply(&builder.finish());
    living.kept()
}

/// A lane that lives the log of another again, in pieces of so many rows.
fn relived(log: &RecordBatch, piece: usize) -> Kept {
    let mut living = Living::new();
    for from in (0..log.num_rows()).step_by(piece) {
        for piece in relive(&log.slice(from, piece.min(log.num_rows() - from))).unwrap() {
            match piece {
                Relived::Batch(batch) => living.apply(&batch),
                Relived::Gap { offset, messages } => living.skip(offset, messages),
            }
        }
    }
    living.kept()
}

fn sorted(rows: &RecordBatch, by: &[usize]) -> RecordBatch {
    let columns: Vec<SortColumn> = by
        .iter()
        .map(|column| SortColumn {
            values: rows.column(*column).clone(),
            options: None,
        })
        .collect();
    take_record_batch(rows, &lexsort_to_indices(&columns, None).unwrap()).unwrap()
}

/// Reports by pane, of panes that are over.
fn by_pane(rows: &RecordBatch, watermark: Option<i64>) -> BTreeMap<i64, i64> {
    let panes = rows.column(0).as_primitive::<TimestampMicrosecondType>().values();
    let counts = rows.column(4).as_primitive::<Int64Type>().values();
    let mut sums = BTreeMap::new();
    for (pane, n) in panes.iter().zip(counts) {
        if watermark.is_some_and(|watermark| pane + PANE_US <= watermark) {
            *sums.entry(*pane).or_default() += n;
        }
    }
    sums
}

/// How many events of a log have each fate.
fn fates(log: &RecordBatch) -> [u64; 6] {
    let (fates, counts) = (log.column(1).as_primitive::<UInt8Type>(), log.column(2).as_primitive::<Int64Type>());
    let mut sums = [0; 6];
    for (fate, n) in fates.values().iter().zip(counts.values()) {
        sums[usize::from(*fate)] += n.cast_unsigned();
    }
    sums
}

proptest! {
    #[test]
    fn history_has_every_event_once_whatever_the_batches(
        log in prop::collection::vec(line(), 1..80),
        ends in prop::collection::vec(0_usize..80, 0..20),
        lost in 0_usize..100,
    ) {
        let (whole, cut) = (kept(&log, &[], lost), kept(&log, &ends, lost));
        prop_assert_eq!(&whole.log, &cut.log);
        prop_assert_eq!(&whole.over, &cut.over);
        let counters = whole.lane.accounting();
        let told = [counters.applied, counters.updated, counters.duplicate, counters.late, counters.rejected, counters.gap];
        prop_assert_eq!(fates(&whole.log), told);
        let numbers = |column: usize| whole.log.column(column).as_primitive::<Int64Type>().values();
        let mut before = 0;
        for (seq, n) in numbers(0).iter().zip(numbers(2)) {
            prop_assert_eq!(seq - n, before, "numbers run on");
            before = *seq;
        }
        prop_assert_eq!(before.cast_unsigned(), counters.received);
        prop_assert_eq!(&whole.closed, &cut.closed);
        let watermark = whole.lane.watermark();
        prop_assert_eq!(by_pane(&whole.closed, Some(i64::MAX)), by_pane(&whole.counted, watermark));
        prop_assert_eq!(counted_of(&whole.log).unwrap(), whole.counted);
        prop_assert_eq!(transitions_of(&whole.log, "waze").unwrap(), whole.transitions);
    }

    #[test]
    fn a_lane_lives_again_from_its_history(
        log in prop::collection::vec(line(), 1..80),
        piece in 1_usize..40,
        lost in 0_usize..100,
    ) {
        let first = kept(&log, &[], lost);
        let again = relived(&first.log, piece);
        prop_assert_eq!(first.lane.accounting(), again.lane.accounting());
        prop_assert_eq!(first.lane.watermark(), again.lane.watermark());
        prop_assert_eq!(first.lane.newest_time(), again.lane.newest_time());
        prop_assert_eq!(first.lane.newest_sight(), again.lane.newest_sight());
        prop_assert_eq!(first.lane.traffic(), again.lane.traffic());
        prop_assert_eq!(sorted(&first.lane.all_seen(), &[0]), sorted(&again.lane.all_seen(), &[0]));
        prop_assert_eq!(first.log, again.log);
        prop_assert_eq!(first.over, again.over);
        prop_assert_eq!(first.counted, again.counted);
        prop_assert_eq!(first.closed, again.closed);
        prop_assert_eq!(first.transitions, again.transitions);
    }

    #[test]
    fn nothing_depends_on_where_batches_end(
        log in prop::collection::vec(line(), 1..80),
        ends in prop::collection::vec(0_usize..80, 0..20),
    ) {
        prop_assert_eq!(batched(&log, &[]), batched(&log, &ends));
    }

    #[test]
    fn a_restored_lane_goes_on_as_if_nothing_had_happened(
        log in prop::collection::vec(line(), 1..80),
        cuts in prop::collection::vec(0_usize..80, 0..12),
        whole_from in 0_usize..120,
    ) {
        prop_assert_eq!(run(&log, &[], 0), run(&log, &cuts, whole_from));
    }
}

#[test]
fn what_no_lane_wrote_is_refused() {
    let lane = LaneState::new("waze", LaneSettings::default());
    let scalars = LaneScalars {
        accounting: Accounting {
            received: 1,
            ..Accounting::default()
        },
        ..LaneScalars::default()
    };
    let (seen, traffic) = (lane.all_seen(), lane.traffic());
    let restore = |scalars, seen: &RecordBatch, traffic: &RecordBatch| {
        LaneState::restore("waze", LaneSettings::default(), scalars, std::slice::from_ref(seen), traffic).map(|_| ())
    };
    assert_eq!(restore(LaneScalars::default(), &seen, &traffic), Ok(()));
    assert_eq!(restore(scalars, &seen, &traffic), Err(RestoreError::Unbalanced));
    assert_eq!(
        restore(LaneScalars::default(), &traffic, &traffic),
        Err(RestoreError::Columns("seen"))
    );
    assert_eq!(restore(LaneScalars::default(), &seen, &seen), Err(RestoreError::Columns("traffic")));
}
