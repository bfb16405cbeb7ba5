//! Flags on closings, each on a case made for it and not on its clean twin, and what a unit is told of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, BooleanArray, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray, UInt8Array, UInt64Array,
};
use datafusion::prelude::{SessionConfig, SessionContext};
use tanggap_queries::named::{Cases, Evidence, Flag, FlagKind, FlagRule, Level, PhotoSide};

/// 2026-10-01 00:00 in Jakarta, µs.
const START: i64 = 1_790_787_600_000_000;
const MINUTE: i64 = 60_000_000;
pub(super) const HOUR: i64 = 60;
pub(super) const DAY: i64 = 24 * HOUR;
pub(super) const KELURAHAN: i64 = 3_171_011_001;

/// A complaint on QLUE.
#[derive(Clone, Debug)]
pub(super) struct Report {
    pub(super) id: String,
    pub(super) time_us: i64,
    pub(super) kelurahan: i64,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Step {
    pub(super) id: String,
    pub(super) time_us: i64,
    pub(super) status: String,
    pub(super) unit: Option<String>,
    pub(super) snapshot: bool,
    pub(super) rating: Option<u8>,
    pub(super) before: Option<(u64, u64)>,
    pub(super) after: Option<(u64, u64)>,
    pub(super) taken_us: Option<i64>,
}

pub(super) fn at(minute: i64) -> i64 {
    START + minute * MINUTE
}

/// Bits without a pattern (`SplitMix64`).
pub(super) fn bits(seed: u64) -> u64 {
    let mut bits = seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

fn step(id: &str, minute: i64, status: &str) -> Step {
    Step {
        id: id.to_owned(),
        time_us: at(minute),
        status: status.to_owned(),
        ..Step::default()
    }
}

fn named(id: &str, minute: i64, status: &str, unit: &str) -> Step {
    Step {
        unit: Some(unit.to_owned()),
        ..step(id, minute, status)
    }
}

/// An honest case: filed, assigned after half an hour, worked on, resolved after four, each photo its own.
pub(super) fn honest(number: u64, filed: i64) -> (Report, Vec<Step>) {
    let id = number.to_string();
    let report = Report {
        id: id.clone(),
        time_us: at(filed),
        kelurahan: KELURAHAN,
    };
    let photo = |salt: u64| Some((bits(8 * number + salt), bits(8 * number + salt + 1)));
    let work = Step {
        before: photo(0),
        ..step(&id, filed + 90, "in_progress")
    };
    let done = Step {
        before: photo(0),
        after: photo(2),
        taken_us: Some(at(filed + 239)),
        ..step(&id, filed + 240, "resolved")
    };
    let steps = vec![
        named(&id, filed + 30, "assigned", "dlh"),
        step(&id, filed + 60, "dispatched"),
        work,
        done,
    ];
    (report, steps)
}

fn texts<T>(rows: &[T], of: impl Fn(&T) -> Option<&str>) -> ArrayRef {
    Arc::new(rows.iter().map(of).collect::<StringArray>())
}

fn hashes(steps: &[Step], of: impl Fn(&Step) -> Option<u64>) -> ArrayRef {
    Arc::new(steps.iter().map(of).collect::<UInt64Array>())
}

fn times(times: Vec<Option<i64>>) -> ArrayRef {
    Arc::new(TimestampMicrosecondArray::from(times).with_timezone("UTC"))
}

pub(super) async fn cases(reports: &[Report], steps: &[Step], as_of_us: i64) -> Cases {
    let config = SessionConfig::new().with_target_partitions(2).with_batch_size(97);
    let session = SessionContext::new_with_config(config);
    let filed = RecordBatch::try_from_iter([
        ("id", texts(reports, |report| Some(&report.id))),
        ("channel", texts(reports, |_| Some("qlue"))),
        ("event_time", times(reports.iter().map(|report| Some(report.time_us)).collect())),
        (
            "kelurahan",
            Arc::new(reports.iter().map(|report| report.kelurahan).collect::<Int64Array>()) as ArrayRef,
        ),
        ("category", texts(reports, |_| Some("sampah"))),
        ("kind", texts(reports, |_| Some("complaint"))),
        ("unit", texts(reports, |_| None)),
    ]);
    let offsets: Int64Array = (0_i64..).take(steps.len()).collect();
    let changed = RecordBatch::try_from_iter([
        ("id", texts(steps, |step| Some(&step.id))),
        ("report_channel", texts(steps, |_| Some("qlue"))),
        ("offset", Arc::new(offsets) as ArrayRef),
        ("time", times(steps.iter().map(|step| Some(step.time_us)).collect())),
        ("status", texts(steps, |step| Some(&step.status))),
        ("unit", texts(steps, |step| step.unit.as_deref())),
        (
            "snapshot",
            Arc::new(steps.iter().map(|step| Some(step.snapshot)).collect::<BooleanArray>()) as ArrayRef,
        ),
        (
            "rating",
            Arc::new(steps.iter().map(|step| step.rating).collect::<UInt8Array>()) as ArrayRef,
        ),
        ("before_photo", hashes(steps, |step| Some(step.before?.0))),
        ("before_look", hashes(steps, |step| Some(step.before?.1))),
        ("after_photo", hashes(steps, |step| Some(step.after?.0))),
        ("after_look", hashes(steps, |step| Some(step.after?.1))),
        ("after_taken_at", times(steps.iter().map(|step| step.taken_us).collect())),
    ]);
    session.register_batch("reports", filed.unwrap()).unwrap();
    session.register_batch("transitions", changed.unwrap()).unwrap();
    for table in [
        "CREATE TABLE territory (kelurahan BIGINT, name VARCHAR, kecamatan VARCHAR, kota VARCHAR) AS
            VALUES (3171011001, 'Satu', 'Utama', 'Pusat')",
        "CREATE TABLE units (alias VARCHAR, code VARCHAR, name VARCHAR, kind VARCHAR) AS
            VALUES ('dlh', 'dlh', 'Dinas LH', 'dinas'), ('dinas lh', 'dlh', 'Dinas LH', 'dinas'), ('dishub', 'dishub', 'Dishub', 'dinas')",
        "CREATE TABLE routes (id VARCHAR, channel VARCHAR, unit_code VARCHAR) AS VALUES ('none', 'qlue', 'dlh')",
    ] {
        session.sql(table).await.unwrap().collect().await.unwrap();
    }
    Cases::collect(&session, as_of_us).await.unwrap()
}

fn by_id(flags: &[Flag]) -> BTreeMap<&str, Vec<FlagKind>> {
    let mut by_id: BTreeMap<&str, Vec<FlagKind>> = BTreeMap::new();
    for flag in flags {
        by_id.entry(&flag.id).or_default().push(flag.flag);
    }
    by_id
}

/// A city of ten pairs: case 2n is clean, case 2n + 1 its twin with one fault.
fn twins() -> (Vec<Report>, Vec<Step>) {
    let (mut reports, mut steps) = (Vec::new(), Vec::new());
    for number in 0..20 {
        let (report, own) = honest(number, i64::try_from(number).unwrap() * 5 * HOUR);
        reports.push(report);
        steps.push(own);
    }
    let (file, look) = steps[0][3].after.unwrap();
    steps[1][3].after = Some((file, bits(900)));
    steps[3][3].after = Some((bits(901), look ^ 0b11_0000_0000_1000_0000_0001_0001));
    // Seven bits are no likeness.
    steps[4][3].after = Some((bits(902), look ^ 0xfe00_0000_0000_0000));
    steps[5][3].after = steps[5][3].before;
    steps[7][3].taken_us = Some(reports[7].time_us - 11 * MINUTE);
    // A clock may be ten minutes slow.
    steps[6][3].taken_us = Some(reports[6].time_us - 10 * MINUTE);
    for step in &mut steps[9] {
        step.time_us = reports[9].time_us + (step.time_us - reports[9].time_us) / 24;
    }
    steps[11].retain(|step| !["dispatched", "in_progress"].contains(&step.status.as_str()));
    let filed = 13 * 5 * HOUR;
    for (minute, unit) in [(31, "Dishub"), (32, "Dinas LH"), (33, "dlh"), (34, "dishub")] {
        steps[13].push(named("13", filed + minute, "assigned", unit));
    }
    // Two hand-overs between the same two are none too many.
    for (minute, unit) in [(31, "dishub"), (32, "dlh")] {
        steps[12].push(named("12", 12 * 5 * HOUR + minute, "assigned", unit));
    }
    steps[15].push(step("15", 15 * 5 * HOUR + 300, "reopened"));
    steps[15].push(step("15", 15 * 5 * HOUR + 900, "resolved"));
    // After fifteen days it is another matter.
    steps[14].push(step("14", 14 * 5 * HOUR + 240 + 15 * DAY, "reopened"));
    for (number, rating) in [(16, 3), (17, 2)] {
        steps[number].push(Step {
            rating: Some(rating),
            ..step(&number.to_string(), (i64::try_from(number).unwrap()) * 5 * HOUR + 400, "rated")
        });
    }
    // Taken on and done within ten minutes, days after it was filed.
    for step in &mut steps[19] {
        step.time_us = reports[19].time_us + 3 * DAY * MINUTE + (step.time_us - reports[19].time_us) / 24;
    }
    steps[19][3].taken_us = Some(reports[19].time_us + 3 * DAY * MINUTE);
    (reports, steps.into_iter().flatten().collect())
}

#[tokio::test]
async fn each_flag_is_up_on_its_case_and_not_on_the_clean_twin() {
    let (reports, steps) = twins();
    let cases = cases(&reports, &steps, at(40 * DAY)).await;
    let flags = cases.flags(&FlagRule::default()).await.unwrap();
    let expected = [
        ("1", FlagKind::PhotoReused),
        ("3", FlagKind::PhotoAlike),
        ("5", FlagKind::PhotoUnchanged),
        ("7", FlagKind::TakenBeforeReport),
        ("9", FlagKind::TooFast),
        ("11", FlagKind::NoOfficerEvent),
        ("13", FlagKind::PingPong),
        ("15", FlagKind::Reopened),
        ("17", FlagKind::ReporterDisagrees),
        ("19", FlagKind::TooFast),
    ];
    let expected: BTreeMap<&str, Vec<FlagKind>> = expected.into_iter().map(|(id, kind)| (id, vec![kind])).collect();
    assert_eq!(by_id(&flags), expected);
    let strong: BTreeSet<&str> = flags.iter().filter(|flag| flag.strong).map(|flag| flag.id.as_str()).collect();
    assert_eq!(strong, BTreeSet::from(["1", "3", "5", "7", "9"]));
    let evidence = |id: &str| &flags.iter().find(|flag| flag.id == id).unwrap().evidence;
    for (id, distance) in [("1", 0), ("3", 5)] {
        let Evidence::Photo { cases, shown, .. } = evidence(id) else {
            panic!("{:?}", evidence(id));
        };
        let told: Vec<(&str, u32)> = shown.iter().map(|shown| (shown.id.as_str(), shown.bits)).collect();
        assert_eq!((*cases, told), (1, vec![("0", distance)]));
    }
    let photos = |id: &str| {
        let flag = flags.iter().find(|flag| flag.id == id).unwrap();
        let photos = flag.photos.iter().map(|photo| (photo.side, photo.id.clone(), photo.file));
        photos.collect::<Vec<_>>()
    };
    let own = |id: &str, side, file| (side, id.to_owned(), file);
    let first = bits(2);
    assert_eq!(
        photos("1"),
        [own("1", PhotoSide::After, first), own("0", PhotoSide::Earlier, first)]
    );
    assert_eq!(
        photos("3"),
        [own("3", PhotoSide::After, bits(901)), own("0", PhotoSide::Earlier, first)]
    );
    assert_eq!(
        photos("5"),
        [own("5", PhotoSide::After, bits(40)), own("5", PhotoSide::Before, bits(40))]
    );
    assert_eq!(photos("7"), [own("7", PhotoSide::After, bits(58))]);
    assert_eq!(photos("13"), []);
    let units = ["dishub".to_owned(), "dlh".to_owned()];
    assert_eq!(*evidence("13"), Evidence::HandOvers { units, hand_overs: 3 });
    let fast = Evidence::Fast {
        since_filed_s: 600.0,
        since_taken_on_s: Some(525.0),
    };
    assert_eq!(*evidence("9"), fast);
}

#[tokio::test]
async fn a_unit_is_told_how_many_of_its_closings_are_doubted_and_were_taken_back() {
    let (reports, steps) = twins();
    let cases = cases(&reports, &steps, at(40 * DAY)).await;
    let units = cases.unit_flags(Level::Dinas, &FlagRule::default()).await.unwrap();
    let dlh = units.iter().find(|unit| unit.code == "dlh").unwrap();
    // Case 13 ended with another unit, case 14 was taken back in the end.
    let doubted = dlh.doubted.unwrap();
    assert_eq!((doubted.part, doubted.whole), (5, 18));
    // scipy 1.17.1, `binomtest(5, 18).proportion_ci(0.95, 'exact')`.
    assert!(
        (doubted.interval.0 - 0.096_949_2).abs() < 1e-6 && (doubted.interval.1 - 0.534_802).abs() < 1e-6,
        "{doubted:?}"
    );
    let reopened = dlh.reopened.unwrap();
    assert_eq!((reopened.part, reopened.whole), (1, 19));
    assert_eq!(dlh.flags[&FlagKind::TooFast], 2);
    assert!(dlh.bursts.is_empty());
    let early = cases_as_of_first_week(&reports, &steps).await;
    assert!(early.is_none(), "what was closed less than a fortnight ago may still be taken back");
}

async fn cases_as_of_first_week(reports: &[Report], steps: &[Step]) -> Option<u64> {
    let cases = cases(reports, steps, at(7 * DAY)).await;
    let units = cases.unit_flags(Level::Channel, &FlagRule::default()).await.unwrap();
    units[0].reopened.map(|share| share.whole)
}

#[tokio::test]
async fn a_month_that_ends_in_a_burst_is_told_once_it_is_over() {
    let (mut reports, mut steps) = (Vec::new(), Vec::new());
    for number in 0..90 {
        // A third of what one kelurahan closes, and nothing of the other's, comes in the last two days of October.
        let day = i64::try_from(number).unwrap() % 27;
        let late = number < 20;
        let (mut report, own) = honest(number, if late { 30 * DAY } else { day * DAY });
        report.kelurahan = if number < 60 { KELURAHAN } else { KELURAHAN + 1 };
        reports.push(report);
        steps.extend(own);
    }
    let rule = FlagRule::default();
    let october = cases(&reports, &steps, at(31 * DAY))
        .await
        .unit_flags(Level::Kelurahan, &rule)
        .await
        .unwrap();
    assert_eq!((october[0].bursts.len(), october[1].bursts.len()), (1, 0));
    let burst = &october[0].bursts[0];
    assert_eq!((burst.month.as_str(), burst.part, burst.whole), ("2026-10", 20, 60));
    assert!((burst.expected - 2.0 / 31.0).abs() < 1e-12 && burst.limit < burst.share);
    let before = cases(&reports, &steps, at(31 * DAY) - 1)
        .await
        .unit_flags(Level::Kelurahan, &rule)
        .await
        .unwrap();
    assert!(before.iter().all(|unit| unit.bursts.is_empty()), "the month is not over");
}
