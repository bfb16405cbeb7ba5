//! The algebra of lanes: how a log is cut into batches, and what is repeated in it, cannot change what comes out.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on may panic")]

use std::collections::BTreeMap;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::concat_batches;
use arrow::datatypes::{Int64Type, TimestampMicrosecondType, UInt8Type, UInt64Type};
use proptest::prelude::*;
use tanggap_engine::event::{Category, Class, Event, EventBatchBuilder, Evidence, Kind, Reason, Reject, Status, schema};
use tanggap_engine::lane::{Accounting, LaneSettings, LaneState, Place, Relived, Step, relive, transitions_of};
use tanggap_engine::time::{PANE_US, TimeSettings};

const MINUTE: i64 = PANE_US;
const START: i64 = 1_750_000_000_000_000 / MINUTE * MINUTE;

/// One line of a tiny log.
#[derive(Clone, Debug)]
struct Line {
    id: u32,
    version: u64,
    minute: i64,
    updated_minute: Option<i64>,
    position: Option<(f64, f64)>,
    broken: bool,
}

/// West of 106.8 is one kelurahan, east is nowhere.
struct WestEast;

impl Place for WestEast {
    fn kelurahan(&self, longitude_deg: f64, _latitude_deg: f64) -> Option<i64> {
        (longitude_deg < 106.8).then_some(3_171_011_001)
    }

    fn boundary_m(&self, _longitude_deg: f64, _latitude_deg: f64) -> Option<f64> {
        None
    }
}

fn settings() -> LaneSettings {
    let time = TimeSettings {
        delay_s: 60,
        allowed_lateness_s: 600,
        ..TimeSettings::default()
    };
    LaneSettings {
        time,
        ..LaneSettings::default()
    }
}

type Counts = BTreeMap<(i64, Option<u64>, Option<i64>, u8), i64>;

/// Everything a lane says about a log, in a form that can be compared.
#[derive(Debug, PartialEq)]
struct Outcome {
    accounting: Accounting,
    watermark: Option<i64>,
    counted: Counts,
    cases: RecordBatch,
    transitions: RecordBatch,
    late: Vec<i64>,
}

fn run(log: &[Line], cuts: &[usize]) -> Outcome {
    let mut state = LaneState::new("qlue", settings());
    let mut builder = EventBatchBuilder::default();
    let (mut steps, mut late) = (Vec::new(), Vec::new());
    for (position, line) in log.iter().enumerate() {
        let offset = i64::try_from(position).unwrap();
        if line.broken {
            builder.reject(Reject {
                offset,
                reason: Reason::NoId,
                field: "post_id".to_owned(),
            });
        } else {
            let id = line.id.to_string();
            let event_time = START + line.minute * MINUTE + 7;
            let event = Event {
                own_time: line.updated_minute.map_or(event_time, |minute| START + minute * MINUTE),
                position: line.position,
                category: Some(Category::Sampah),
                kind: Some(Kind::Complaint),
                status: Some(Status::Received),
                ..Event::new(Class::Report, &id, line.version, event_time)
            };
            builder.push(offset, &event);
        }
        if cuts.contains(&position) {
            steps.push(state.apply(&builder.finish(), &WestEast));
        }
    }
    steps.push(state.apply(&builder.finish(), &WestEast));
    let mut counted = Counts::new();
    for step in &steps {
        add(&mut counted, &step.counted);
        late.extend_from_slice(&step.late);
    }
    let table = |pick: fn(&Step) -> &RecordBatch| concat_batches(pick(&steps[0]).schema_ref(), steps.iter().map(pick)).unwrap();
    Outcome {
        accounting: state.accounting().clone(),
        watermark: state.watermark(),
        counted,
        cases: table(|step| &step.cases),
        transitions: table(|step| &step.transitions),
        late,
    }
}

fn add(counts: &mut Counts, rows: &RecordBatch) {
    let pane = rows.column(0).as_primitive::<TimestampMicrosecondType>();
    let cell = rows.column(1).as_primitive::<UInt64Type>();
    let kelurahan = rows.column(2).as_primitive::<Int64Type>();
    let category = rows.column(3).as_primitive::<UInt8Type>();
    let n = rows.column(4).as_primitive::<Int64Type>();
    for row in 0..rows.num_rows() {
        let key = (
            pane.value(row),
            cell.is_valid(row).then(|| cell.value(row)),
            kelurahan.is_valid(row).then(|| kelurahan.value(row)),
            category.value(row),
        );
        *counts.entry(key).or_default() += n.value(row);
    }
}

prop_compose! {
    fn line()(
        id in 0_u32..12,
        version in 0_u64..3,
        minute in 0_i64..40,
        updated in prop::option::of(0_i64..45),
        place in 0_u8..4,
        broken in prop::bool::weighted(0.1),
    ) -> Line {
        let position = match place {
            0 => None,
            1 => Some((0.0, 0.0)),
            2 => Some((106.75, -6.2)),
            _ => Some((106.85, -6.3)),
        };
        Line { id, version, minute, updated_minute: updated, position, broken }
    }
}

proptest! {
    #[test]
    fn any_cut_into_batches_gives_the_same(log in prop::collection::vec(line(), 1..60), cuts in prop::collection::vec(0_usize..60, 0..12)) {
        prop_assert_eq!(run(&log, &[]), run(&log, &cuts));
    }

    #[test]
    fn every_event_is_in_exactly_one_place(log in prop::collection::vec(line(), 0..60)) {
        let outcome = run(&log, &[]);
        prop_assert!(outcome.accounting.balanced());
        prop_assert_eq!(outcome.accounting.received, log.len() as u64);
        prop_assert_eq!(outcome.counted.values().sum::<i64>().unsigned_abs(), outcome.accounting.applied);
        prop_assert_eq!(outcome.late.len() as u64, outcome.accounting.late);
        prop_assert_eq!(outcome.cases.num_rows() as u64, outcome.accounting.applied + outcome.accounting.late);
    }

    #[test]
    fn a_log_with_every_line_twice_counts_the_same(log in prop::collection::vec(line(), 1..60)) {
        // The repeat stands right behind its line: time has moved no further than the line itself moved it.
        let doubled: Vec<Line> = log.iter().flat_map(|line| [line.clone(), line.clone()]).collect();
        let (once, twice) = (run(&log, &[]), run(&doubled, &[]));
        prop_assert_eq!(once.counted, twice.counted);
        prop_assert_eq!(once.watermark, twice.watermark);
        let good = log.iter().filter(|line| !line.broken).count() as u64;
        prop_assert_eq!(twice.accounting.duplicate, once.accounting.duplicate + good);
    }

    /// The rules of the lane written a second time, in the plainest way.
    #[test]
    fn the_lane_agrees_with_the_rules_written_plainly(log in prop::collection::vec(line(), 1..60)) {
        let outcome = run(&log, &[]);
        let (mut applied, mut updated, mut duplicate, mut late, mut rejected) = (0, 0, 0, 0, 0);
        let mut versions: BTreeMap<u32, Vec<u64>> = BTreeMap::new();
        let mut watermark: Option<i64> = None;
        for line in &log {
            if line.broken {
                rejected += 1;
                continue;
            }
            let seen = versions.entry(line.id).or_default();
            if seen.contains(&line.version) {
                duplicate += 1;
            } else if !seen.is_empty() {
                updated += 1;
            } else if watermark.is_some_and(|watermark| START + (line.minute + 1) * MINUTE + 600_000_000 <= watermark) {
                late += 1;
            } else {
                applied += 1;
            }
            seen.push(line.version);
            let own = line.updated_minute.map_or(START + line.minute * MINUTE + 7, |minute| START + minute * MINUTE);
            watermark = Some(watermark.unwrap_or(i64::MIN).max(own - 60_000_000));
        }
        let is = &outcome.accounting;
        prop_assert_eq!((is.applied, is.updated, is.duplicate, is.late, is.rejected), (applied, updated, duplicate, late, rejected));
        prop_assert_eq!(outcome.watermark, watermark);
    }
}

#[test]
fn a_duty_report_is_counted_nowhere_on_the_map() {
    let mut state = LaneState::new("qlue", settings());
    let mut builder = EventBatchBuilder::default();
    let event = Event {
        position: Some((106.75, -6.2)),
        kind: Some(Kind::Duty),
        ..Event::new(Class::Report, "rt-1", 0, START)
    };
    builder.push(0, &event);
    let step = state.apply(&builder.finish(), &WestEast);
    assert_eq!(state.accounting().applied, 1);
    assert_eq!(step.counted.num_rows(), 0);
    assert_eq!(step.cases.num_rows(), 0);
    assert_eq!(step.signals.num_rows(), 1);
}

#[test]
fn a_named_kelurahan_stands_for_a_missing_position_only_where_names_count_and_never_as_a_cell() {
    let named = 3_174_011_005;
    let report = |id, kind, position| Event {
        kind,
        position,
        kelurahan: Some(named),
        ..Event::new(Class::Report, id, 0, START)
    };
    let run = |places_by_name: bool| {
        let settings = LaneSettings {
            places_by_name,
            ..settings()
        };
        let mut state = LaneState::new("twitter", settings);
        let mut builder = EventBatchBuilder::default();
        builder.push(0, &report("named", Some(Kind::Complaint), None));
        builder.push(1, &report("placed", Some(Kind::Complaint), Some((106.75, -6.2))));
        builder.push(2, &report("nowhere", Some(Kind::Complaint), Some((0.0, 0.0))));
        builder.push(3, &report("paid", Some(Kind::Duty), None));
        builder.push(4, &report("talk", None, None));
        let step = state.apply(&builder.finish(), &WestEast);
        assert_eq!(state.accounting().unlocated, 4, "a name is no position");
        step
    };
    let kelurahan = |rows: &RecordBatch| -> Vec<Option<i64>> {
        let column = rows.column_by_name(schema::KELURAHAN).unwrap().as_primitive::<Int64Type>();
        column.iter().collect()
    };
    let (without, with) = (run(false), run(true));
    let by_position = kelurahan(&without.cases)[1];
    assert_ne!(by_position, Some(named));
    assert_eq!(kelurahan(&without.cases), [None, by_position, None]);
    assert_eq!(kelurahan(&with.cases), [Some(named), by_position, Some(named)]);
    assert_eq!(kelurahan(&with.signals), [None, Some(named)], "pay goes by position");
    let cells = with.cases.column_by_name(schema::CELL).unwrap();
    assert!(cells.is_null(0) && cells.is_valid(1) && cells.is_null(2));
    assert_eq!(with.counted, without.counted, "panes go by position");
}

#[test]
fn a_replay_is_told_what_it_does_not_keep_but_no_duty_and_nothing_late() {
    let run = |tell_signals: bool| {
        let settings = LaneSettings {
            keep_signals: false,
            tell_signals,
            ..settings()
        };
        let mut state = LaneState::new("twitter", settings);
        let mut builder = EventBatchBuilder::default();
        for (offset, (id, kind, time)) in (0..).zip([
            ("complaint", Some(Kind::Complaint), START),
            ("talk", None, START),
            ("paid", Some(Kind::Duty), START),
            ("late", None, START - 24 * 60 * MINUTE),
        ]) {
            let event = Event {
                kind,
                position: Some((106.75, -6.2)),
                ..Event::new(Class::Report, id, 0, time)
            };
            builder.push(offset, &event);
        }
        let step = state.apply(&builder.finish(), &WestEast);
        assert_eq!(step.cases.num_rows(), 1);
        let ids = step.signals.column_by_name(schema::ID).unwrap().as_string::<i32>();
        ids.iter().flatten().map(str::to_owned).collect::<Vec<_>>()
    };
    assert!(run(false).is_empty());
    assert_eq!(run(true), ["talk"]);
}

#[test]
fn a_repeated_waze_object_is_an_update_in_the_next_poll_and_a_duplicate_in_the_same() {
    let mut state = LaneState::new("waze", settings());
    let mut builder = EventBatchBuilder::default();
    let line = [106.80, -6.20, 106.81, -6.20];
    for (offset, poll) in [(0, 1), (1, 1), (2, 2), (3, 3)] {
        let event = Event {
            seen_at: Some(START + poll * 2 * MINUTE),
            position: Some((106.80, -6.20)),
            line: Some(&line),
            ..Event::new(Class::Jam, "77", u64::try_from(poll).unwrap(), START)
        };
        builder.push(offset, &event);
    }
    state.apply(&builder.finish(), &WestEast);
    let is = state.accounting();
    assert_eq!((is.received, is.applied, is.updated, is.duplicate), (4, 1, 2, 1));
    assert_eq!(state.traffic().num_rows(), 1, "three polls, one episode");
}

#[test]
fn a_late_report_still_opens_its_case_and_its_next_version_is_an_update() {
    let mut state = LaneState::new("qlue", settings());
    let mut builder = EventBatchBuilder::default();
    let complaint = |id, version, minute: i64, status| Event {
        kind: Some(Kind::Complaint),
        status: Some(status),
        ..Event::new(Class::Report, id, version, START + minute * MINUTE)
    };
    builder.push(0, &complaint("1", 0, 100, Status::Received));
    builder.push(1, &complaint("2", 0, 0, Status::Received));
    builder.push(
        2,
        &Event {
            own_time: START + 101 * MINUTE,
            ..complaint("2", 1, 0, Status::Resolved)
        },
    );
    let step = state.apply(&builder.finish(), &WestEast);
    let is = state.accounting();
    assert_eq!((is.applied, is.late, is.updated), (1, 1, 1));
    assert_eq!(step.late, [1]);
    assert_eq!(step.cases.num_rows(), 2);
    assert_eq!(step.transitions.num_rows(), 3);
    assert_eq!(step.counted.num_rows(), 1);
}

#[test]
fn what_a_transition_proves_and_whose_duty_a_report_was_are_kept_and_live_again() {
    let evidence = Evidence {
        rating: Some(2),
        close_reason: Some("ditangani"),
        before_photo: Some(u64::MAX),
        before_look: Some(0x00ff_00ff_00ff_00ff),
        after_photo: Some(7),
        after_look: Some(0),
        after_taken_at: Some(START - MINUTE),
    };
    let mut builder = EventBatchBuilder::default();
    let closed = Event {
        status: Some(Status::Resolved),
        evidence,
        ..Event::new(Class::Transition, "9", 1, START)
    };
    builder.push(0, &closed);
    let reopened = Event {
        status: Some(Status::Reopened),
        ..Event::new(Class::Transition, "9", 2, START)
    };
    builder.push(1, &reopened);
    let duty = Event {
        kind: Some(Kind::Duty),
        duty_post: Some("RT 003/RW 05"),
        named_kota: Some(3174),
        terms: Some("banjir sampah"),
        ..Event::new(Class::Report, "10", 1, START)
    };
    builder.push(2, &duty);
    let linked = Event {
        status: Some(Status::Linked),
        other: Some("twitter:7"),
        ..Event::new(Class::Transition, "9", 3, START)
    };
    builder.push(3, &linked);
    let mut lane = LaneState::new("qlue", settings());
    lane.keep_log();
    let step = lane.apply(&builder.finish(), &WestEast);

    let number = |name: &str| step.transitions.column_by_name(name).unwrap().as_primitive::<UInt64Type>();
    assert_eq!(number(schema::BEFORE_PHOTO).value(0), u64::MAX);
    assert_eq!(number(schema::BEFORE_LOOK).value(0), 0x00ff_00ff_00ff_00ff);
    assert_eq!((number(schema::AFTER_PHOTO).value(0), number(schema::AFTER_LOOK).value(0)), (7, 0));
    let column = |name: &str| step.transitions.column_by_name(name).unwrap();
    assert_eq!(column(schema::RATING).as_primitive::<UInt8Type>().value(0), 2);
    assert_eq!(column(schema::CLOSE_REASON).as_string::<i32>().value(0), "ditangani");
    let taken = column(schema::AFTER_TAKEN_AT).as_primitive::<TimestampMicrosecondType>();
    assert_eq!(taken.value(0), START - MINUTE);
    let told_elsewhere = [schema::DUTY_POST, schema::OTHER, schema::NAMED_KOTA, schema::TERMS];
    for name in schema::ADDED.into_iter().filter(|name| !told_elsewhere.contains(name)) {
        assert!(column(name).is_valid(0) && column(name).is_null(1), "{name}");
    }
    let others = column(schema::OTHER).as_string::<i32>();
    assert!(others.is_null(0) && others.is_null(1));
    assert_eq!(others.value(2), "twitter:7");
    let posts = step.signals.column_by_name(schema::DUTY_POST).unwrap();
    assert_eq!(posts.as_string::<i32>().value(0), "RT 003/RW 05");
    let signal = |name: &str| step.signals.column_by_name(name).unwrap();
    assert_eq!(signal(schema::TERMS).as_string::<i32>().value(0), "banjir sampah");
    assert_eq!(signal(schema::NAMED_KOTA).as_primitive::<Int64Type>().value(0), 3174);

    let log = concat_batches(&schema::LOG, &step.log).unwrap();
    assert_eq!(transitions_of(&log, "qlue").unwrap(), step.transitions);
    let mut again = LaneState::new("qlue", settings());
    for piece in relive(&log).unwrap() {
        let Relived::Batch(batch) = piece else { panic!("nothing was lost") };
        let lived = again.apply(&batch, &WestEast);
        assert_eq!((lived.transitions, lived.signals), (step.transitions.clone(), step.signals.clone()));
    }
}
