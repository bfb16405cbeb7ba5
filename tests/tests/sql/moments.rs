//! Tables of moments that nobody asked about before, held against the way that follows every complaint anew: the same to the last bit, whatever
//! happened to a complaint, at and beside the very moments it happened.

use std::sync::Arc;
use std::time::Duration;

use datafusion::arrow::array::{ArrayRef, BooleanArray, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use datafusion::prelude::{SessionConfig, SessionContext};
use tanggap_engine::route::{JAKARTA, Router};
use tanggap_queries::functions::units_table;
use tanggap_queries::named::{Cases, Chronicle, Level, RankingRule};

use super::random_city::SECOND;

/// A Monday, so that clocks of working days run.
const BEGIN: i64 = 1_767_571_200 * SECOND;
const LAST: i64 = BEGIN + 900_000 * SECOND;
const STATUSES: [&str; 20] = [
    "received",
    "verified",
    "assigned",
    "assigned",
    "coordinated",
    "dispatched",
    "in_progress",
    "in_progress",
    "resolved",
    "resolved",
    "resolved",
    "closed_no_action",
    "duplicate",
    "not_ours",
    "reopened",
    "rated",
    "withdrawn",
    "asked",
    "asked",
    "linked",
];

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

    /// A time of the first eight days, on the whole second: sums of what several held are then the same in any order.
    fn time(&mut self) -> i64 {
        BEGIN + i64::try_from(self.roll(700_000)).unwrap() * SECOND
    }
}

fn text(values: Vec<Option<&str>>) -> ArrayRef {
    Arc::new(StringArray::from(values))
}

fn times(values: Vec<i64>) -> ArrayRef {
    Arc::new(TimestampMicrosecondArray::from(values).with_timezone("UTC"))
}

const UNITS: [Option<&str>; 11] = [
    None,
    None,
    None,
    Some("dlh"),
    Some("Dinas Lingkungan Hidup"),
    Some("Dishub"),
    Some("dsda"),
    Some("Kelurahan Satu"),
    Some("nobody knows"),
    Some("31.71.01.1002"),
    Some(""),
];

/// Reports of a city: their ids, channels and times, and all that is known of them.
struct Filed {
    ids: Vec<String>,
    channels: Vec<&'static str>,
    times: Vec<i64>,
    rows: RecordBatch,
}

fn filed(dice: &mut Dice) -> Filed {
    let (mut ids, mut channels, mut categories, mut kinds, mut places, mut filed, mut named) =
        (vec![], vec![], vec![], vec![], vec![], vec![], vec![]);
    for _ in 0..500 {
        ids.push(dice.roll(300).to_string());
        channels.push(dice.one(&["qlue", "qlue", "jaki"]));
        // Another lane may tell of the same report: earlier, later, elsewhere.
        categories.push(dice.one(&[Some("sampah"), Some("banjir"), None]));
        kinds.push(dice.one(&[Some("complaint"), Some("complaint"), Some("complaint"), Some("duty"), None]));
        places.push(dice.one(&[Some(3_171_011_001), Some(3_171_011_002), Some(3_172_021_001), None]));
        filed.push(dice.time());
        named.push(dice.one(&UNITS));
    }
    // These are in one lane only, and their clocks run on working days.
    for number in 0..120 {
        ids.push(number.to_string());
        channels.push("lapor");
        categories.push(Some("sampah"));
        kinds.push(Some("complaint"));
        places.push(dice.one(&[Some(3_171_011_001), Some(3_172_021_001), None]));
        filed.push(dice.time());
        named.push(dice.one(&UNITS));
    }
    let reports = RecordBatch::try_from_iter([
        ("id", text(ids.iter().map(|id| Some(id.as_str())).collect())),
        ("channel", text(channels.iter().copied().map(Some).collect())),
        ("category", text(categories)),
        ("kind", text(kinds)),
        ("kelurahan", Arc::new(places.iter().copied().collect::<Int64Array>()) as ArrayRef),
        ("event_time", times(filed.clone())),
        ("unit", text(named)),
    ]);
    Filed {
        ids,
        channels,
        times: filed,
        rows: reports.unwrap(),
    }
}

/// What was told of them, and when.
fn moves(
    dice: &mut Dice,
    Filed {
        ids,
        channels,
        times: filed,
        ..
    }: &Filed,
) -> (RecordBatch, Vec<i64>) {
    let (mut of, mut channel, mut at, mut status, mut snapshot, mut offset, mut unit) =
        (vec![], vec![], vec![], vec![], vec![], vec![], vec![]);
    for number in 0..2_200 {
        let report = usize::try_from(dice.roll(ids.len() as u64)).unwrap();
        of.push(ids[report].clone());
        channel.push(dice.one(&[None, Some(channels[report]), Some(channels[report])]));
        // Most of it soon after the report, some of it long after or even before.
        let soon = filed[report] + i64::try_from(dice.roll(60_000)).unwrap() * SECOND;
        at.push(if dice.roll(5) == 0 { dice.time() } else { soon });
        status.push(dice.one(&STATUSES));
        snapshot.push(dice.roll(3) == 0);
        offset.push(number % 700);
        unit.push(dice.one(&UNITS));
        // Some things are told twice.
        if dice.roll(12) == 0 {
            of.push(ids[report].clone());
            channel.push(channel[channel.len() - 1]);
            at.push(at[at.len() - 1]);
            status.push(status[status.len() - 1]);
            snapshot.push(snapshot[snapshot.len() - 1]);
            offset.push(number);
            unit.push(unit[unit.len() - 1]);
        }
    }
    let when = at.clone();
    let moves = RecordBatch::try_from_iter([
        ("id", text(of.iter().map(|id| Some(id.as_str())).collect())),
        ("report_channel", text(channel)),
        ("time", times(at)),
        ("status", text(status.into_iter().map(Some).collect())),
        (
            "snapshot",
            Arc::new(snapshot.into_iter().map(Some).collect::<BooleanArray>()) as ArrayRef,
        ),
        ("offset", Arc::new(offset.into_iter().map(Some).collect::<Int64Array>()) as ArrayRef),
        ("unit", text(unit)),
    ]);
    (moves.unwrap(), when)
}

fn routes(dice: &mut Dice, Filed { ids, channels, .. }: &Filed) -> RecordBatch {
    let mut keys: Vec<(&str, &str)> = ids.iter().map(String::as_str).zip(channels.iter().copied()).collect();
    keys.sort_unstable();
    keys.dedup();
    let routed: Vec<Option<&str>> = keys
        .iter()
        .map(|_| dice.one(&[Some("dlh"), Some("dlh"), Some("dsda"), Some("31.71.01.1001"), Some(""), None]))
        .collect();
    let rules = keys.iter().map(|_| {
        dice.one(&[
            Some("rubbish"),
            Some("territory"),
            Some("crime"),
            Some("of long ago"),
            Some("received_no_partner"),
            None,
        ])
    });
    let finish = keys.iter().map(|_| Some(3_600 * 30)).collect::<Int64Array>();
    let routes = RecordBatch::try_from_iter([
        ("id", text(keys.iter().map(|key| Some(key.0)).collect())),
        ("channel", text(keys.iter().map(|key| Some(key.1)).collect())),
        ("unit_code", text(routed)),
        ("rule", text(rules.collect())),
        ("finish_s", Arc::new(finish) as ArrayRef),
    ]);
    routes.unwrap()
}

/// A session with a city of all oddities, and every moment when something happened in it.
async fn city(seed: u64, partitions: usize) -> (SessionContext, Vec<i64>) {
    let mut dice = Dice(seed);
    let reports = filed(&mut dice);
    let (moves, mut moments) = moves(&mut dice, &reports);
    let routes = routes(&mut dice, &reports);
    moments.extend(&reports.times);
    let offices = [(3_171_011_001, "Satu"), (3_171_011_002, "Dua"), (3_172_021_001, "Tiga")];
    let router = Router::from_toml(JAKARTA).unwrap().with_kelurahan_names(offices);
    let config = SessionConfig::new().with_target_partitions(partitions).with_batch_size(97);
    let session = SessionContext::new_with_config(config);
    session.register_batch("reports", reports.rows).unwrap();
    session.register_batch("transitions", moves).unwrap();
    session.register_batch("routes", routes).unwrap();
    session.register_batch("units", units_table(&router).unwrap()).unwrap();
    let mut tables = vec![
        "CREATE TABLE territory AS SELECT * FROM (VALUES (3171011001, 'Satu', 'Utama', 'Pusat'),
            (3171011002, 'Dua', 'Utama', 'Pusat')) AS areas (kelurahan, name, kecamatan, kota)",
    ];
    if seed.is_multiple_of(2) {
        tables.push("CREATE TABLE regions (code VARCHAR) AS VALUES ('31')");
    }
    for table in tables {
        session.sql(table).await.unwrap().collect().await.unwrap();
    }
    moments.sort_unstable();
    moments.dedup();
    (session, moments)
}

#[tokio::test]
async fn the_table_of_any_moment_is_that_of_all_complaints_followed_up_to_it() {
    let mut rule = RankingRule {
        tau_h: 8.0,
        ..RankingRule::default()
    };
    rule.tiers.minimum_n = 5;
    for seed in 1..=4 {
        let (session, happened) = city(seed, 1 + usize::try_from(seed).unwrap() % 2).await;
        let chronicle = Chronicle::collect(&session, LAST).await.unwrap();
        let mut dice = Dice(seed + 90);
        let (mut rows, mut handed_over, mut late) = (0, 0, 0);
        let mut moments = vec![BEGIN - 1, LAST];
        for _ in 0..8 {
            let beside = dice.one(&happened);
            moments.extend([
                dice.time() + i64::try_from(dice.roll(1_000_000)).unwrap(),
                beside - 1,
                beside,
                beside + 1,
            ]);
        }
        for at_us in moments {
            let cases = Cases::collect(&session, at_us).await.unwrap();
            for level in Level::ALL {
                for window in [None, Some(3_600), Some(100_000), Some(400_000)] {
                    let window = window.map(Duration::from_secs);
                    let given = chronicle.rankings(level, at_us, window, &rule).await.unwrap().unwrap();
                    let expected = cases.rankings(level, window, &rule).await.unwrap();
                    let what = format!("seed {seed}, {} at {at_us}, window {window:?}", level.id());
                    assert_eq!(given.len(), expected.len(), "{what}");
                    for (given, expected) in given.iter().zip(&expected) {
                        rows += 1;
                        handed_over += expected.ends.handed_over;
                        late += expected.in_time.map_or(0, |in_time| in_time.whole - in_time.part);
                        assert_eq!(format!("{given:?}"), format!("{expected:?}"), "{what}");
                    }
                }
            }
        }
        assert!(
            rows > 1_000 && handed_over > 1_000 && late > 1_000,
            "{rows} rows, {handed_over}, {late}"
        );
        assert_eq!(chronicle.opened(), Level::ALL);
        assert!(chronicle.heap_bytes() > 0);
    }
}

#[tokio::test]
async fn what_it_cannot_know_a_chronicle_does_not_tell() {
    let (session, _) = city(7, 1).await;
    let chronicle = Chronicle::collect(&session, BEGIN + 500).await.unwrap();
    let plain = RankingRule::default();
    let adjusted = RankingRule { quality: true, ..plain };
    let ask = async |at_us, rule| chronicle.rankings(Level::Kota, at_us, None, rule).await.unwrap();
    assert_eq!(chronicle.until_us(), BEGIN + 500);
    assert!(ask(BEGIN + 501, &plain).await.is_none(), "what came after it was read");
    assert!(ask(BEGIN + 500, &adjusted).await.is_none(), "what speaks against closings");
    assert!(chronicle.opened().is_empty());
    assert!(ask(BEGIN + 500, &plain).await.is_some());
}
