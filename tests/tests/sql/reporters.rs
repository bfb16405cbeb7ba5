//! What reporters who asked to be ranked are counted for: small cities counted by hand.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, BooleanArray, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray, UInt64Array};
use datafusion::prelude::{SessionConfig, SessionContext};
use tanggap_engine::event::Category;
use tanggap_queries::named::{Cases, NamedReporter, Outcome, ReporterRule, ReporterTally};

/// 2026-10-01 00:00 in Jakarta, µs.
const START: i64 = 1_790_787_600_000_000;
const MINUTE: i64 = 60_000_000;
const DAY: i64 = 24 * 60;
/// Long after the month.
const END: i64 = START + 31 * DAY * MINUTE;
/// Hashes as they are: half of them are no signed numbers.
const ANI: u64 = u64::MAX - 7;
const BUDI: u64 = 7;

/// A report: id, reporter, minute, category, cell, kind.
type Said = (&'static str, u64, i64, &'static str, Option<u64>, &'static str);
/// A transition: id, minute, status.
type Moved = (&'static str, i64, &'static str);

fn complaint(id: &'static str, reporter: u64, minute: i64) -> Said {
    (id, reporter, minute, "sampah", Some(1), "complaint")
}

fn texts<'a>(all: impl Iterator<Item = Option<&'a str>>) -> ArrayRef {
    Arc::new(all.collect::<StringArray>())
}

fn times(minutes: impl Iterator<Item = i64>) -> ArrayRef {
    let times: Vec<i64> = minutes.map(|minute| START + minute * MINUTE).collect();
    Arc::new(TimestampMicrosecondArray::from(times).with_timezone("UTC"))
}

async fn cases(said: &[Said], moved: &[Moved]) -> Cases {
    let session = SessionContext::new_with_config(SessionConfig::new().with_target_partitions(2).with_batch_size(5));
    tanggap_queries::functions::register(&session);
    let none = || texts(said.iter().map(|_| None));
    let kelurahan: Int64Array = said.iter().map(|_| Some(3_171_011_001)).collect();
    let filed = RecordBatch::try_from_iter([
        ("id", texts(said.iter().map(|one| Some(one.0)))),
        ("channel", texts(said.iter().map(|_| Some("qlue")))),
        (
            "reporter",
            Arc::new(UInt64Array::from_iter_values(said.iter().map(|one| one.1))) as ArrayRef,
        ),
        ("event_time", times(said.iter().map(|one| one.2))),
        ("category", texts(said.iter().map(|one| Some(one.3)))),
        ("cell", Arc::new(said.iter().map(|one| one.4).collect::<UInt64Array>())),
        ("kelurahan", Arc::new(kelurahan)),
        ("kind", texts(said.iter().map(|one| Some(one.5)))),
        ("unit", none()),
    ]);
    let offsets: Int64Array = (0_i64..).take(moved.len()).map(Some).collect();
    let changed = RecordBatch::try_from_iter([
        ("id", texts(moved.iter().map(|one| Some(one.0)))),
        ("report_channel", texts(moved.iter().map(|_| Some("qlue")))),
        ("offset", Arc::new(offsets) as ArrayRef),
        ("time", times(moved.iter().map(|one| one.1))),
        ("status", texts(moved.iter().map(|one| Some(one.2)))),
        ("unit", texts(moved.iter().map(|_| None))),
        ("snapshot", Arc::new(moved.iter().map(|_| Some(false)).collect::<BooleanArray>())),
    ]);
    session.register_batch("reports", filed.unwrap()).unwrap();
    session.register_batch("transitions", changed.unwrap()).unwrap();
    Cases::collect(&session, END).await.unwrap()
}

fn named(key: u64) -> NamedReporter {
    NamedReporter {
        channel: "qlue".to_owned(),
        key,
    }
}

async fn ask(said: &[Said], moved: &[Moved], asked: &[u64]) -> Vec<ReporterTally> {
    let asked: Vec<NamedReporter> = asked.iter().map(|key| named(*key)).collect();
    let hidden = [Category::Kriminal];
    let cases = cases(said, moved).await;
    cases.reporters(&asked, &hidden, START, END, ReporterRule::default()).await.unwrap()
}

/// Points, confirmed, occasions, reports.
fn counts(tally: &ReporterTally) -> (u32, u32, u32, usize) {
    (tally.points, tally.confirmed, tally.occasions, tally.reports.len())
}

#[tokio::test]
async fn telling_of_one_thing_many_times_counts_once_and_nobody_else_is_told_of() {
    let said = [
        complaint("a1", ANI, 10),
        complaint("a2", ANI, 11),
        complaint("a3", ANI, 600),
        ("a4", ANI, 12, "sampah", Some(2), "complaint"),
        ("a5", ANI, 13, "banjir", Some(1), "complaint"),
        complaint("b1", BUDI, 5),
        complaint("c1", 99, 20),
    ];
    let moved = [
        ("a1", 700, "resolved"),
        ("a2", 700, "resolved"),
        ("a3", 700, "resolved"),
        ("a5", 800, "resolved"),
    ];
    let found = ask(&said, &moved, &[ANI, BUDI, 12_345]).await;
    assert_eq!(found.len(), 2, "who told nothing, and who is not asked about, have no row");
    assert_eq!((found[0].reporter.clone(), counts(&found[0])), (named(ANI), (2, 2, 3, 5)));
    assert_eq!((found[1].reporter.clone(), counts(&found[1])), (named(BUDI), (0, 0, 1, 1)));
    assert_eq!(
        (found[0].first, found[1].first),
        (0, 1),
        "the first of several, and alone of nothing"
    );
    let ids: Vec<&str> = found[0].reports.iter().map(|report| report.id.as_str()).collect();
    assert_eq!(ids, ["a1", "a2", "a4", "a5", "a3"], "the oldest first");
    let same: Vec<bool> = found[0]
        .reports
        .iter()
        .map(|report| report.occasion == found[1].reports[0].occasion)
        .collect();
    assert_eq!(same, [true, true, false, false, true]);
    assert!(ask(&said, &moved, &[]).await.is_empty());
}

#[tokio::test]
async fn a_day_counts_only_so_much_and_ends_at_midnight_in_jakarta() {
    let said = [
        ("1", ANI, 0, "sampah", Some(1), "complaint"),
        ("2", ANI, 1, "sampah", Some(2), "complaint"),
        ("3", ANI, 2, "sampah", Some(3), "complaint"),
        ("4", ANI, 3, "sampah", Some(4), "complaint"),
        ("5", ANI, DAY - 1, "sampah", Some(5), "complaint"),
        ("6", ANI, DAY, "sampah", Some(5), "complaint"),
    ];
    let moved = ["1", "2", "3", "4", "5", "6"].map(|id| (id, 2 * DAY, "resolved"));
    assert_eq!(counts(&ask(&said, &moved, &[ANI]).await[0]), (4, 6, 6, 6));
}

#[tokio::test]
async fn what_turned_out_to_be_nothing_brings_no_points_and_neither_does_what_is_paid_for_or_private() {
    let said = [
        ("dismissed", ANI, 0, "sampah", Some(1), "complaint"),
        ("twice", ANI, 1, "sampah", Some(2), "complaint"),
        ("taken back", ANI, 2, "sampah", Some(3), "complaint"),
        ("open", ANI, 3, "sampah", Some(4), "complaint"),
        ("true", ANI, DAY, "sampah", Some(5), "complaint"),
        ("opened again", ANI, DAY, "sampah", Some(6), "complaint"),
        ("duty", ANI, 4, "sampah", Some(7), "duty"),
        ("wish", ANI, 5, "sampah", Some(8), "suggestion"),
        ("crime", ANI, 6, "kriminal", Some(9), "complaint"),
        ("before", ANI, -1, "sampah", Some(10), "complaint"),
    ];
    let mut moved = ["taken back", "duty", "wish", "crime", "before", "opened again"]
        .map(|id| (id, 2 * DAY, "resolved"))
        .to_vec();
    moved[0].2 = "withdrawn";
    moved.extend([
        ("dismissed", 2 * DAY, "closed_no_action"),
        ("twice", 2 * DAY, "duplicate"),
        ("true", 2 * DAY, "verified"),
        ("opened again", 3 * DAY, "reopened"),
    ]);
    let found = ask(&said, &moved, &[ANI]).await;
    assert_eq!(counts(&found[0]), (1, 1, 6, 6));
    assert_eq!((found[0].dismissed, found[0].duplicates), (1, 1));
    let outcome = |id: &str| found[0].reports.iter().find(|report| report.id == id).unwrap().outcome;
    assert_eq!(outcome("true"), Some(Outcome::Confirmed));
    assert_eq!(outcome("dismissed"), Some(Outcome::Dismissed));
    assert_eq!(
        (outcome("open"), outcome("taken back"), outcome("opened again")),
        (None, None, None)
    );
}

#[tokio::test]
async fn what_has_no_position_is_one_thing_a_day_and_makes_nobody_the_first() {
    let said = [
        ("1", BUDI, 0, "sampah", None, "complaint"),
        ("2", ANI, 1, "sampah", None, "complaint"),
        ("3", BUDI, 2, "sampah", None, "complaint"),
        ("4", BUDI, DAY, "sampah", None, "complaint"),
    ];
    let found = ask(&said, &[("3", DAY, "resolved")], &[BUDI]).await;
    assert_eq!((counts(&found[0]), found[0].first), ((1, 1, 2, 3), 0));
}
