//! The duty ledger: months counted by hand, and a seeded one that `tests/oracle/duty_oracle.py` counted report by report.

use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray, UInt64Array,
};
use datafusion::prelude::{SessionConfig, SessionContext};
use serde_json::{Value, json};
use tanggap_queries::named::{Duty, DutyDay, DutyPlace, DutyQuestion, DutyRule, Month, duty_month};

/// 2026-10-01 00:00 in Jakarta, µs.
const START: i64 = 1_790_787_600_000_000;
const MINUTE: i64 = 60_000_000;
const DAY: i64 = 24 * 60;
const KELURAHAN: i64 = 3_171_011_001;
/// Long after the month.
const AS_OF: i64 = START + 60 * DAY * MINUTE;

fn texts(rows: &[Value], name: &str) -> ArrayRef {
    Arc::new(rows.iter().map(|row| row[name].as_str()).collect::<StringArray>())
}

fn wholes(rows: &[Value], name: &str) -> ArrayRef {
    Arc::new(rows.iter().map(|row| row[name].as_i64()).collect::<Int64Array>())
}

fn degrees(rows: &[Value], name: &str) -> ArrayRef {
    Arc::new(rows.iter().map(|row| row[name].as_f64()).collect::<Float64Array>())
}

fn flags(rows: &[Value], name: &str) -> ArrayRef {
    Arc::new(rows.iter().map(|row| row[name].as_bool()).collect::<BooleanArray>())
}

fn times(rows: &[Value]) -> ArrayRef {
    let times: Vec<i64> = rows.iter().map(|row| row["time"].as_i64().unwrap()).collect();
    Arc::new(TimestampMicrosecondArray::from(times).with_timezone("UTC"))
}

fn session(reports: &[Value], moves: &[Value]) -> SessionContext {
    let config = SessionConfig::new().with_target_partitions(2).with_batch_size(97);
    let session = SessionContext::new_with_config(config);
    tanggap_queries::functions::register(&session);
    let cells: UInt64Array = reports.iter().map(|row| row["cell"].as_u64()).collect();
    let filed = RecordBatch::try_from_iter([
        ("id", texts(reports, "id")),
        ("offset", wholes(reports, "offset")),
        ("event_time", times(reports)),
        ("longitude_deg", degrees(reports, "longitude")),
        ("latitude_deg", degrees(reports, "latitude")),
        ("cell", Arc::new(cells) as ArrayRef),
        ("kelurahan", wholes(reports, "kelurahan")),
        ("category", texts(reports, "category")),
        ("kind", texts(reports, "kind")),
        ("duty_post", texts(reports, "post")),
        ("late", flags(reports, "late")),
        ("channel", texts(reports, "channel")),
        ("lane", texts(reports, "lane")),
    ]);
    let changed = RecordBatch::try_from_iter([
        ("id", texts(moves, "id")),
        ("report_channel", texts(moves, "channel")),
        ("offset", wholes(moves, "offset")),
        ("time", times(moves)),
        ("status", texts(moves, "status")),
        ("unit", texts(moves, "unit")),
        ("actor_role", texts(moves, "role")),
        ("close_reason", texts(moves, "reason")),
        ("snapshot", flags(moves, "snapshot")),
        ("lane", texts(moves, "lane")),
    ]);
    session.register_batch("reports", filed.unwrap()).unwrap();
    session.register_batch("transitions", changed.unwrap()).unwrap();
    session
}

/// A duty report so many minutes after the month began.
fn filed(id: &str, post: Option<&str>, minutes: i64) -> Value {
    json!({
        "id": id, "offset": minutes, "time": START + minutes * MINUTE, "longitude": 106.8, "latitude": -6.2, "cell": 1,
        "kelurahan": KELURAHAN, "category": "sampah", "kind": "duty", "post": post, "late": false, "channel": "qlue",
        "lane": "qlue.reports-0",
    })
}

/// A verdict so many minutes after the month began.
fn said(id: &str, status: &str, minutes: i64) -> Value {
    json!({
        "id": id, "channel": "qlue", "offset": minutes, "time": START + minutes * MINUTE, "status": status, "unit": "Kelurahan Satu",
        "role": "sekretaris_kelurahan", "reason": null, "snapshot": false, "lane": "crm.status-0",
    })
}

fn october() -> Month {
    Month::parse("2026-10").unwrap()
}

fn rule() -> DutyRule {
    DutyRule::default()
}

async fn ledger(reports: &[Value], moves: &[Value], rule: DutyRule) -> Duty {
    let question = DutyQuestion {
        first: october(),
        last: october(),
        place: DutyPlace::City,
        as_of_us: AS_OF,
        rule,
    };
    Duty::collect(&session(reports, moves), &question).await.unwrap()
}

/// Submitted, verified, rejected, waiting.
fn tally(day: &DutyDay) -> [i64; 4] {
    [day.submitted, day.verified, day.rejected, day.waiting]
}

#[tokio::test]
async fn no_more_than_the_daily_cap_is_paid_and_an_rw_by_its_own_rate() {
    let (rt, rw) = (Some("RT 003/RW 05"), Some("RW 05"));
    let reports: Vec<Value> = (0..5)
        .map(|number| filed(&number.to_string(), rt, 60 * number))
        .chain((5..7).map(|number| filed(&number.to_string(), rw, 60 * number)))
        .collect();
    let moves: Vec<Value> = (0..7).map(|number| said(&number.to_string(), "verified", 2 * DAY)).collect();
    let duty = ledger(&reports, &moves, rule()).await;
    let days = duty.days().unwrap();
    assert_eq!(days.len(), 2);
    assert_eq!(
        (tally(&days[0]), days[0].counted, days[0].reached, days[0].shortfall),
        ([5, 5, 0, 0], 3, true, 0)
    );
    assert_eq!(
        (tally(&days[1]), days[1].counted, days[1].reached, days[1].shortfall),
        ([2, 2, 0, 0], 2, false, 1)
    );
    let month = duty.month(october()).await.unwrap();
    let amounts: Vec<i64> = month.rows.iter().map(|row| row.amount_rupiah).collect();
    assert_eq!(amounts, [30_000, 25_000]);
    assert_eq!(month.total_rupiah, 55_000);
    let expected = "2026-10,31.71.01.1001,RT 003/RW 05,5,5,0,0,0,1,1,3,3,10000,30000\n\
        2026-10,31.71.01.1001,RW 05,2,2,0,0,0,1,0,2,2,12500,25000\n";
    assert_eq!(month.csv.split_once('\n').unwrap().1, expected);
}

#[tokio::test]
async fn three_a_day_for_thirty_one_days_are_paid_up_to_the_monthly_cap() {
    let post = Some("RT 001/RW 01");
    let numbers: Vec<i64> = (0..93).collect();
    let reports: Vec<Value> = numbers
        .iter()
        .map(|number| filed(&number.to_string(), post, number / 3 * DAY + number % 3 * 300))
        .collect();
    let moves: Vec<Value> = numbers
        .iter()
        .map(|number| said(&number.to_string(), "resolved", 40 * DAY))
        .collect();
    let month = duty_month(&session(&reports, &moves), october(), AS_OF, rule()).await.unwrap();
    let row = &month.rows[0];
    assert_eq!(
        (row.days_reported, row.days_reached, row.counted_daily, row.counted),
        (31, 31, 93, 90)
    );
    assert_eq!(month.total_rupiah, 900_000);
}

#[tokio::test]
async fn a_day_ends_at_midnight_in_jakarta_and_a_late_report_stands_on_its_own_day() {
    let post = Some("RW 01");
    let mut reports = vec![
        filed("september", post, -1),
        filed("first", post, 0),
        filed("last of the first", post, DAY - 1),
        filed("second", post, DAY),
        filed("last", post, 31 * DAY - 1),
        filed("november", post, 31 * DAY),
    ];
    reports[3]["late"] = true.into();
    let days = ledger(&reports, &[], rule()).await.days().unwrap();
    let found: Vec<_> = days.iter().map(|day| (day.date.as_str(), day.submitted, day.late)).collect();
    assert_eq!(found, [("2026-10-01", 2, 0), ("2026-10-02", 1, 1), ("2026-10-31", 1, 0)]);
}

#[tokio::test]
async fn the_latest_verdict_rules_and_every_earlier_one_is_told() {
    let post = Some("RT 001/RW 01");
    let reports = ["taken back", "rejected", "as at first"].map(|id| filed(id, post, 10));
    let mut moves = vec![
        said("taken back", "verified", 100),
        said("taken back", "reopened", 200),
        // In the log before it, and later all the same.
        said("rejected", "closed_no_action", 300),
        said("rejected", "verified", 100),
        said("as at first", "verified", 100),
        said("as at first", "verified", 200),
    ];
    moves[2]["role"] = "kasi_pemerintahan".into();
    moves[2]["reason"] = "blurred_photo".into();
    let duty = ledger(&reports, &moves, rule()).await;
    assert_eq!(tally(&duty.days().unwrap()[0]), [3, 1, 1, 1]);
    let waiting = duty.waiting().await.unwrap();
    assert_eq!(
        (waiting.len(), waiting[0].id.as_str(), waiting[0].status.as_deref()),
        (1, "taken back", Some("reopened"))
    );
    let noted = duty.noted().await.unwrap();
    let rejected = noted.iter().find(|report| report.verdict == "rejected").unwrap();
    assert_eq!(rejected.actor_role.as_deref(), Some("kasi_pemerintahan"));
    assert_eq!(rejected.close_reason.as_deref(), Some("blurred_photo"));
    assert_eq!(rejected.decided_us, Some(START + 300 * MINUTE));
    let changes = duty.changes().await.unwrap();
    let steps: Vec<_> = changes
        .iter()
        .map(|change| (change.id.as_str(), change.before.as_str(), change.after.as_str()))
        .collect();
    assert_eq!(
        steps,
        [
            ("rejected", "received", "verified"),
            ("rejected", "verified", "closed_no_action"),
            ("taken back", "received", "verified"),
            ("taken back", "verified", "reopened"),
        ]
    );
}

#[tokio::test]
async fn a_warning_is_given_to_the_second_of_two_and_changes_no_count() {
    let post = Some("RT 001/RW 01");
    let mut reports = vec![
        filed("one", post, 0),
        filed("again", post, 30),
        filed("too late to be", post, 61),
        filed("elsewhere", post, 62),
        filed("of another", Some("RT 002/RW 01"), 1),
        filed("another subject", post, 2),
        filed("known by its cell", post, 63),
    ];
    // 50 m on a sphere are 0.000449661 degrees north.
    reports[1]["latitude"] = (-6.2 + 0.000_449).into();
    reports[3]["latitude"] = (-6.2 + 0.000_450).into();
    reports[5]["category"] = "banjir".into();
    reports[6]["longitude"] = Value::Null;
    let moves: Vec<Value> = reports
        .iter()
        .map(|report| said(report["id"].as_str().unwrap(), "verified", DAY))
        .collect();
    let duty = ledger(&reports, &moves, rule()).await;
    let noted = duty.noted().await.unwrap();
    let pairs: Vec<_> = noted
        .iter()
        .map(|report| (report.id.as_str(), report.near.as_ref().unwrap().id.as_str()))
        .collect();
    // "elsewhere" is 50.04 m from the one at minute 61, and 0.1 m but 32 minutes from the one at minute 30.
    assert_eq!(pairs, [("again", "one"), ("known by its cell", "elsewhere")]);
    let near = noted[0].near.as_ref().unwrap();
    assert!((near.metres.unwrap() - 49.926_6).abs() < 0.001, "{near:?}");
    assert_eq!((near.seconds, noted[1].near.as_ref().unwrap().metres), (1_800, None));
    let days = duty.days().unwrap();
    assert_eq!((tally(&days[0]), days[0].near_duplicates), ([6, 6, 0, 0], 2));
}

#[tokio::test]
async fn nobody_is_paid_for_a_report_without_post_or_place_but_it_is_shown() {
    let mut reports = vec![filed("no post", None, 0), filed("no place", Some("RW 01"), 0)];
    reports[1]["kelurahan"] = Value::Null;
    let moves = [said("no post", "verified", 9), said("no place", "verified", 9)];
    let duty = ledger(&reports, &moves, rule()).await;
    let days = duty.days().unwrap();
    assert_eq!(
        days.iter().map(|day| (day.verified, day.counted)).collect::<Vec<_>>(),
        [(1, 0), (1, 0)]
    );
    let month = duty.month(october()).await.unwrap();
    assert_eq!(month.total_rupiah, 0);
    let lines: Vec<&str> = month.csv.lines().skip(1).collect();
    assert_eq!(
        lines,
        [
            "2026-10,31.71.01.1001,,1,1,0,0,0,1,0,0,0,0,0",
            "2026-10,,RW 01,1,1,0,0,0,1,0,0,0,12500,0"
        ]
    );
}

#[tokio::test]
async fn a_report_sent_twice_counts_once_and_a_channel_does_not_verify_itself() {
    let post = Some("RW 01");
    let mut reports = vec![filed("1", post, 0), filed("1", post, 0), filed("2", post, 0)];
    reports[1]["offset"] = 99.into();
    reports[1]["late"] = true.into();
    reports[1]["kelurahan"] = (KELURAHAN + 1).into();
    let mut moves = vec![said("1", "resolved", 0)];
    moves[0]["snapshot"] = true.into();
    let days = ledger(&reports, &moves, rule()).await.days().unwrap();
    assert_eq!(days.iter().map(tally).collect::<Vec<_>>(), [[2, 0, 0, 2]]);
    let trusting = DutyRule {
        trust_channel: true,
        ..rule()
    };
    let days = ledger(&reports, &moves, trusting).await.days().unwrap();
    assert_eq!(days.iter().map(tally).collect::<Vec<_>>(), [[2, 1, 0, 1]]);
}

fn rule_of(case: &Value) -> DutyRule {
    let whole = |name: &str| u32::try_from(case["rule"][name].as_u64().unwrap()).unwrap();
    DutyRule {
        reports_a_day: whole("reports_a_day"),
        paid_a_day: whole("paid_a_day"),
        paid_a_month: whole("paid_a_month"),
        rupiah_rt: whole("rupiah_rt"),
        rupiah_rw: whole("rupiah_rw"),
        near_m: case["rule"]["near_m"].as_f64().unwrap(),
        near_minutes: whole("near_minutes"),
        trust_channel: case["rule"]["trust_channel"].as_bool().unwrap(),
    }
}

#[tokio::test]
async fn a_city_with_every_oddity_is_counted_as_the_oracle_counts_it_to_the_byte() {
    let oracle: Value = serde_json::from_str(include_str!("../../oracle/duty_expected.json")).unwrap();
    let rows = |name: &str| oracle[name].as_array().unwrap().clone();
    let session = session(&rows("reports"), &rows("moves"));
    for case in rows("cases") {
        let month = Month::parse(case["month"].as_str().unwrap()).unwrap();
        let question = DutyQuestion {
            first: month,
            last: month,
            place: case["kelurahan"].as_i64().map_or(DutyPlace::City, DutyPlace::Kelurahan),
            as_of_us: case["as_of_us"].as_i64().unwrap(),
            rule: rule_of(&case),
        };
        let duty = Duty::collect(&session, &question).await.unwrap();
        let counted = duty.month(month).await.unwrap();
        assert_eq!(counted.csv, case["csv"].as_str().unwrap());
        assert_eq!(counted.hash_text(), case["hash"].as_str().unwrap());
        assert_eq!(counted.total_rupiah, case["total_rupiah"].as_i64().unwrap());
        let days: Vec<Value> = duty
            .days()
            .unwrap()
            .into_iter()
            .map(|day| {
                json!([
                    day.kelurahan,
                    day.post,
                    day.date,
                    day.submitted,
                    day.near_duplicates,
                    day.verified,
                    day.rejected,
                    day.waiting,
                    day.late,
                    day.reached,
                    day.shortfall,
                    day.counted
                ])
            })
            .collect();
        assert_eq!(Value::from(days), case["days"]);
        let noted = duty.noted().await.unwrap().into_iter();
        let mut near: Vec<[String; 4]> = noted
            .filter_map(|report| report.near.map(|near| [report.channel, report.id, near.channel, near.id]))
            .collect();
        near.sort();
        assert_eq!(json!(near), case["near"]);
        let told = duty.changes().await.unwrap();
        let mut changes: Vec<String> = told
            .into_iter()
            .map(|change| {
                let (role, unit, reason) = (change.actor_role, change.unit, change.close_reason);
                json!([
                    change.channel,
                    change.id,
                    change.time_us,
                    change.before,
                    change.after,
                    role,
                    unit,
                    reason
                ])
                .to_string()
            })
            .collect();
        let mut expected: Vec<String> = case["changes"].as_array().unwrap().iter().map(Value::to_string).collect();
        changes.sort();
        expected.sort();
        assert_eq!(changes, expected);
    }
}
