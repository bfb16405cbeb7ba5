//! A lane that is written down and read again at any point says about the rest of its log what it would have said.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on may panic")]

use arrow::array::RecordBatch;
use proptest::prelude::*;
use tanggap_engine::event::{Category, Class, Event, EventBatchBuilder, Kind, Reason, Reject, Status};
use tanggap_engine::lane::{Accounting, LaneScalars, LaneSettings, LaneState, Place, RestoreError};

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
    fn line()(what in 0_u8..5, id in 0_u32..8, version in 0_u64..3, hour in 0_i64..264, length in 0_usize..4) -> Line {
        Line { what, id, version, hour, length }
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
            ..Event::new(Class::Report, &id, line.version, time)
        },
        1 => Event {
            position: Some((106.8, -6.2)),
            category: Some(Category::Kemacetan),
            source_category: (line.version == 1).then_some("TRAFFIC_OF_A_NEW_KIND"),
            ..Event::new(Class::Report, &id, line.version, time)
        },
        2 => Event {
            seen_at: Some(time + HOUR),
            line: Some(&points),
            speed_kmh: Some(7.5),
            ..Event::new(Class::Jam, &id, line.version, time)
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
    Vec<[RecordBatch; 5]>,
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
    let mut builder = EventBatchBuilder::default();
    let (mut tables, mut offsets, mut counters, mut watermarks) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut seen = Vec::new();
    for (position, line) in log.iter().enumerate() {
        push(&mut builder, i64::try_from(position).unwrap(), line);
        let step = lane.apply(&builder.finish(), &Nowhere);
        tables.push([step.counted, step.cases, step.signals, step.transitions, step.levels]);
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

proptest! {
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
