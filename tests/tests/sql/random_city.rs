//! A seeded city with every oddity at once, its clocks told by the definitions word for word, case by case, move by move.

use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use datafusion::arrow::datatypes::{Float64Type, Int64Type};
use datafusion::prelude::{SessionConfig, SessionContext};
use tanggap_queries::named::{Cases, Level, RankingRule, latest};

pub(crate) const SECOND: i64 = 1_000_000;
const AS_OF: i64 = 400 * SECOND;
const STATUSES: [&str; 14] = [
    "received",
    "verified",
    "assigned",
    "coordinated",
    "dispatched",
    "in_progress",
    "resolved",
    "closed_no_action",
    "duplicate",
    "not_ours",
    "reopened",
    "rated",
    "withdrawn",
    "asked",
];

pub(crate) struct Report {
    id: String,
    channel: &'static str,
    kind: Option<&'static str>,
    time: i64,
    kelurahan: Option<i64>,
}

pub(crate) struct Move {
    id: String,
    channel: Option<&'static str>,
    time: i64,
    status: &'static str,
    snapshot: bool,
    offset: i64,
}

#[derive(Debug, PartialEq)]
struct Expected {
    first_response_s: f64,
    responded: bool,
    resolution_s: f64,
    resolved: bool,
    ended: bool,
}

/// A small linear congruential generator (Knuth's constants); the test needs variety, not quality.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.roll(of.len() as u64)).unwrap()]
    }

    fn time(&mut self) -> i64 {
        // Whole seconds of a short time: ties are common.
        i64::try_from(self.roll(500)).unwrap() * SECOND
    }
}

pub(crate) fn city(seed: u64) -> (Vec<Report>, Vec<Move>) {
    let mut dice = Dice(seed);
    let mut reports: Vec<Report> = Vec::new();
    for _ in 0..600 {
        let report = Report {
            id: dice.roll(400).to_string(),
            channel: dice.one(&["qlue", "qlue", "lapor", "jaki"]),
            kind: dice.one(&[Some("complaint"), Some("complaint"), Some("complaint"), Some("duty"), None]),
            time: dice.time(),
            kelurahan: dice.one(&[Some(3_171_011_001), Some(3_171_011_002), Some(3_172_021_001), None]),
        };
        let known = reports.iter().any(|other| other.id == report.id && other.channel == report.channel);
        if !known {
            reports.push(report);
        }
    }
    let moves = (0..2_500)
        .map(|offset| Move {
            id: dice.roll(420).to_string(),
            channel: dice.one(&[None, Some("qlue"), Some("lapor"), Some("jaki")]),
            time: dice.time(),
            status: dice.one(&STATUSES),
            snapshot: dice.roll(3) == 0,
            offset,
        })
        .collect();
    (reports, moves)
}

/// The moves of a report, in order of time and log.
fn moves_of<'a>(report: &Report, reports: &[Report], moves: &'a [Move]) -> Vec<&'a Move> {
    let mut channels: Vec<&str> = reports
        .iter()
        .filter(|other| other.id == report.id && other.kind.is_some())
        .map(|other| other.channel)
        .collect();
    channels.sort_unstable();
    let on_qlue = reports.iter().any(|other| other.id == report.id && other.channel == "qlue");
    let first = if on_qlue { "qlue" } else { channels[0] };
    let mut own: Vec<&Move> = moves
        .iter()
        .filter(|change| change.id == report.id && change.time <= AS_OF && change.channel.unwrap_or(first) == report.channel)
        .collect();
    own.sort_by_key(|change| (change.time, change.offset));
    own
}

fn expected(report: &Report, reports: &[Report], moves: &[Move]) -> Expected {
    let own = moves_of(report, reports, moves);
    let first_response = own
        .iter()
        .find(|change| !["received", "verified", "rated", "withdrawn"].contains(&change.status))
        .map(|change| change.time);
    // The first end of this kind that nothing after it takes back.
    let standing = |ends: &[&str]| {
        let shown_open = |position: usize| {
            let change = own[position];
            change.snapshot
                && ["received", "in_progress"].contains(&change.status)
                && own.iter().any(|end| ends.contains(&end.status) && end.time < change.time)
        };
        let reopening = |position: usize| own[position].status == "reopened" || shown_open(position);
        (0..own.len())
            .find(|&end| ends.contains(&own[end].status) && !(end + 1..own.len()).any(reopening))
            .map(|end| own[end].time)
    };
    let resolution = standing(&["resolved"]);
    let ended = if resolution.is_none() {
        standing(&["closed_no_action", "duplicate", "not_ours", "withdrawn"])
    } else {
        None
    };
    #[expect(clippy::cast_precision_loss, reason = "a few hundred seconds")]
    let seconds = |until: Option<i64>| (until.unwrap_or(AS_OF) - report.time).max(0) as f64 / SECOND as f64;
    Expected {
        // Taken back by the reporter before anybody answered, it no longer waits for an answer.
        first_response_s: seconds(first_response.or(ended)),
        responded: first_response.is_some(),
        resolution_s: seconds(resolution.or(ended)),
        resolved: resolution.is_some(),
        ended: ended.is_some(),
    }
}

fn tables(reports: &[Report], moves: &[Move]) -> [(&'static str, RecordBatch); 2] {
    let text = |values: Vec<Option<&str>>| Arc::new(StringArray::from(values)) as ArrayRef;
    let time = |values: Vec<i64>| Arc::new(TimestampMicrosecondArray::from(values).with_timezone("UTC")) as ArrayRef;
    let nobody = |rows: usize| text(vec![None; rows]);
    let filed = RecordBatch::try_from_iter([
        ("id", text(reports.iter().map(|report| Some(report.id.as_str())).collect())),
        ("channel", text(reports.iter().map(|report| Some(report.channel)).collect())),
        ("event_time", time(reports.iter().map(|report| report.time).collect())),
        (
            "kelurahan",
            Arc::new(reports.iter().map(|report| report.kelurahan).collect::<Int64Array>()) as ArrayRef,
        ),
        ("category", text(vec![Some("sampah"); reports.len()])),
        ("kind", text(reports.iter().map(|report| report.kind).collect())),
        ("unit", nobody(reports.len())),
    ]);
    let changed = RecordBatch::try_from_iter([
        ("id", text(moves.iter().map(|change| Some(change.id.as_str())).collect())),
        ("report_channel", text(moves.iter().map(|change| change.channel).collect())),
        ("time", time(moves.iter().map(|change| change.time).collect())),
        ("status", text(moves.iter().map(|change| Some(change.status)).collect())),
        ("unit", nobody(moves.len())),
        (
            "snapshot",
            Arc::new(moves.iter().map(|change| Some(change.snapshot)).collect::<BooleanArray>()) as ArrayRef,
        ),
        (
            "offset",
            Arc::new(moves.iter().map(|change| Some(change.offset)).collect::<Int64Array>()) as ArrayRef,
        ),
    ]);
    [("reports", filed.unwrap()), ("transitions", changed.unwrap())]
}

pub(crate) async fn session(reports: &[Report], moves: &[Move], partitions: usize) -> SessionContext {
    let config = SessionConfig::new().with_target_partitions(partitions).with_batch_size(97);
    let session = SessionContext::new_with_config(config);
    for (name, batch) in tables(reports, moves) {
        session.register_batch(name, batch).unwrap();
    }
    let territory = "CREATE TABLE territory AS SELECT * FROM (VALUES (3171011001, 'Satu', 'Utama', 'Pusat'),
        (3171011002, 'Dua', 'Utama', 'Pusat'), (3172021001, 'Tiga', 'Lain', 'Utara')) AS areas (kelurahan, name, kecamatan, kota)";
    session.sql(territory).await.unwrap().collect().await.unwrap();
    session
}

async fn cases(reports: &[Report], moves: &[Move], partitions: usize) -> Cases {
    Cases::collect(&session(reports, moves, partitions).await, AS_OF).await.unwrap()
}

fn number(batch: &RecordBatch, name: &str) -> Float64Array {
    batch.column_by_name(name).unwrap().as_primitive::<Float64Type>().clone()
}

fn truth(batch: &RecordBatch, name: &str) -> BooleanArray {
    batch.column_by_name(name).unwrap().as_boolean().clone()
}

#[tokio::test]
async fn every_clock_is_what_the_definitions_say_word_for_word() {
    for seed in 1..=4 {
        let (reports, moves) = city(seed);
        let filed = |report: &&Report| report.kind == Some("complaint") && report.time <= AS_OF;
        let cases = cases(&reports, &moves, 1 + usize::try_from(seed).unwrap() % 3).await;
        let mut seen = 0;
        for batch in cases.batches() {
            let text = |name: &str, row: usize| batch.column_by_name(name).unwrap().as_string::<i32>().value(row).to_owned();
            for row in 0..batch.num_rows() {
                let (id, channel) = (text("id", row), text("channel", row));
                let same = |report: &&Report| report.id == id && report.channel == channel;
                let report = reports
                    .iter()
                    .filter(filed)
                    .find(same)
                    .expect("only complaints filed by then are cases");
                let given = Expected {
                    first_response_s: number(batch, "first_response_s").value(row),
                    responded: truth(batch, "responded").value(row),
                    resolution_s: number(batch, "resolution_s").value(row),
                    resolved: truth(batch, "resolved").value(row),
                    ended: truth(batch, "ended_otherwise").value(row),
                };
                assert_eq!(given, expected(report, &reports, &moves), "seed {seed}: {channel} {id}");
                seen += 1;
            }
        }
        assert_eq!(seen, reports.iter().filter(filed).count());
    }
}

#[tokio::test]
async fn duty_reports_change_no_row_of_any_table() {
    let (mut reports, moves) = city(11);
    let before = cases(&reports, &moves, 1).await;
    let ids = 100_000..103_000;
    reports.extend(ids.map(|id| Report {
        id: id.to_string(),
        channel: "qlue",
        kind: Some("duty"),
        time: 5 * SECOND,
        kelurahan: Some(3_171_011_001),
    }));
    let after = cases(&reports, &moves, 1).await;
    let rule = RankingRule::default();
    for level in [Level::Kelurahan, Level::Kecamatan, Level::Kota] {
        let rows = before.rankings(level, None, &rule).await.unwrap();
        assert!(!rows.is_empty());
        assert_eq!(rows, after.rankings(level, None, &rule).await.unwrap());
    }
}

#[tokio::test]
async fn every_level_counts_every_located_complaint_once() {
    let (reports, moves) = city(21);
    let cases = cases(&reports, &moves, 2).await;
    let located: usize = cases
        .batches()
        .iter()
        .map(|batch| {
            let kelurahan = batch.column_by_name("kelurahan").unwrap().as_primitive::<Int64Type>();
            kelurahan.len() - kelurahan.null_count()
        })
        .sum();
    for level in [Level::Kelurahan, Level::Kecamatan, Level::Kota] {
        let rows = cases.rankings(level, None, &RankingRule::default()).await.unwrap();
        let counted: u64 = rows.iter().map(|row| row.n).sum();
        assert_eq!(counted, located as u64, "{}", level.id());
        assert!(
            rows.iter()
                .all(|row| row.lower <= row.rmst_resolution_h && row.rmst_resolution_h <= row.upper)
        );
    }
}

#[tokio::test]
async fn an_empty_city_has_no_latest_moment_no_cases_and_no_places() {
    let session = session(&[], &[], 2).await;
    assert_eq!(latest(&session).await.unwrap(), None);
    let cases = Cases::collect(&session, AS_OF).await.unwrap();
    assert_eq!(cases.batches().iter().map(RecordBatch::num_rows).sum::<usize>(), 0);
    let rows = cases.rankings(Level::Kota, None, &RankingRule::default()).await.unwrap();
    assert!(rows.is_empty());
}

#[tokio::test]
async fn the_latest_moment_is_that_of_any_report_or_move() {
    let (reports, moves) = city(31);
    let of_reports = reports.iter().map(|report| report.time).max();
    let of_moves = moves.iter().map(|change| change.time).max();
    let session = session(&reports, &moves, 2).await;
    assert_eq!(latest(&session).await.unwrap(), of_reports.max(of_moves));
}
