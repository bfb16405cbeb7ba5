//! False closings, planted: in a simulated week whose flags must find them, and by a unit that tries to climb a ranking with them.

use std::collections::{BTreeMap, BTreeSet};

use datafusion::arrow::compute::kernels::cast_utils::string_to_timestamp_nanos;
use serde_json::Value;
use tanggap_connectors::simulate::{City, CityConfig, Faults, Place};
use tanggap_queries::named::{Flag, FlagKind, FlagRule, Level, Ranking, RankingRule};

use super::quality::{DAY, HOUR, KELURAHAN, Report, Step, at, bits, cases, honest};

/// Twelve kelurahan with 150 complaints each, resolved within 1 to 100 hours. The first may close every tenth, second and third of ten,
/// after ten minutes instead, with officers written down as sent and at work.
fn contest(cheats: bool) -> (Vec<Report>, Vec<Step>) {
    let (mut reports, mut steps) = (Vec::new(), Vec::new());
    for number in 0..1_800_u64 {
        let unit = i64::try_from(number % 12).unwrap();
        let turn = number / 12;
        let filed = i64::try_from(turn).unwrap() * 90;
        let (mut report, mut own) = honest(number, filed);
        report.kelurahan = KELURAHAN + unit;
        let minutes = if cheats && unit == 0 && turn % 10 < 3 {
            10
        } else {
            HOUR + i64::try_from(bits(number) % 5_940).unwrap()
        };
        for step in &mut own {
            step.time_us = report.time_us + (step.time_us - report.time_us) / 240 * minutes;
        }
        own[3].taken_us = Some(own[3].time_us);
        reports.push(report);
        steps.extend(own);
    }
    (reports, steps)
}

async fn table(cheats: bool, quality: bool) -> Vec<Ranking> {
    let (reports, steps) = contest(cheats);
    let rule = RankingRule {
        quality,
        ..RankingRule::default()
    };
    cases(&reports, &steps, at(30 * DAY))
        .await
        .rankings(Level::Kelurahan, None, &rule)
        .await
        .unwrap()
}

/// `slow` below `same` below `fast`.
fn standing(tier: &str) -> usize {
    ["slow", "same", "fast"].iter().position(|known| *known == tier).unwrap()
}

#[tokio::test]
async fn who_closes_falsely_after_ten_minutes_gains_a_tier_only_where_quality_is_not_asked() {
    let (honest, plain, adjusted) = (table(false, false).await, table(true, false).await, table(true, true).await);
    assert_eq!((honest.len(), plain.len(), adjusted.len()), (12, 12, 12));
    let mean = |row: &Ranking| row.rmst_resolution_h.unwrap();
    let [honest_first, plain_first, adjusted_first] = [&honest[0], &plain[0], &adjusted[0]];
    assert!(mean(plain_first) < mean(honest_first) - 8.0, "lying pays: {} h", mean(plain_first));
    assert!(standing(plain_first.tier) > standing(honest_first.tier), "{}", plain_first.tier);
    assert!(
        standing(adjusted_first.tier) <= standing(honest_first.tier),
        "{}",
        adjusted_first.tier
    );
    assert!(mean(adjusted_first) >= mean(honest_first), "{} h", mean(adjusted_first));
    assert_eq!(
        (adjusted_first.n, adjusted_first.open, adjusted_first.ends.resolved),
        (150, 45, 105)
    );
    for (before, after) in plain[1..].iter().zip(&adjusted[1..]) {
        assert_eq!(mean(before).to_bits(), mean(after).to_bits(), "{} did nothing", before.code);
    }
    let same = table(false, true).await;
    assert_eq!(same, honest, "where nothing is doubted nothing is adjusted");
}

/// The followed complaints of a simulated week with this share of false closings, by id, and what a closing claims: when it was, and its
/// photo.
fn simulated(false_closings: f64) -> (Vec<Report>, Vec<Step>) {
    let place = Place {
        code: "31.71.01.1001".to_owned(),
        name: "Satu".to_owned(),
        longitude_deg: 106.826,
        latitude_deg: -6.176,
        area_km2: 3.0,
        weight: 1.0,
    };
    let city = City::new(CityConfig {
        seed: 71,
        events: Some(40_000),
        duration_s: 7 * 86_400,
        places: vec![place],
        faults: Faults::NONE,
        duty: 0.0,
        false_closings,
        ..CityConfig::default()
    });
    let (mut reports, mut steps) = (Vec::new(), Vec::new());
    for message in city.unwrap().filter(|message| message.topic == "crm.status") {
        let said: Value = serde_json::from_slice(&message.payload).unwrap();
        let time = |text: &Value| text.as_str().map(|text| string_to_timestamp_nanos(text).unwrap() / 1_000);
        let hash = |text: &Value| u64::from_str_radix(text.as_str()?.get(..16)?, 16).ok();
        let photo = |photo: &Value| Some((hash(&photo["sha256"])?, hash(&photo["phash"])?));
        let change = Step {
            id: said["report_id"].as_str().unwrap().to_owned(),
            time_us: time(&said["time"]).unwrap(),
            status: said["status"].as_str().unwrap().to_owned(),
            unit: said["unit"].as_str().map(str::to_owned),
            snapshot: false,
            rating: said["rating"].as_u64().map(|rating| u8::try_from(rating).unwrap()),
            before: photo(&said["photo_before"]),
            after: photo(&said["photo_after"]),
            taken_us: time(&said["photo_after"]["captured_at"]),
        };
        if change.status == "received" {
            reports.push(Report {
                id: change.id.clone(),
                time_us: change.time_us,
                kelurahan: KELURAHAN,
            });
        }
        steps.push(change);
    }
    (reports, steps)
}

type Claim = (i64, Option<(u64, u64)>, Option<i64>);

fn claims(steps: &[Step]) -> BTreeMap<&str, Vec<Claim>> {
    let mut claims: BTreeMap<&str, Vec<Claim>> = BTreeMap::new();
    for step in steps.iter().filter(|step| step.status == "resolved") {
        claims.entry(&step.id).or_default().push((step.time_us, step.after, step.taken_us));
    }
    claims
}

#[tokio::test]
async fn nine_in_ten_doubted_closings_of_a_simulated_week_were_planted() {
    let (mut reports, mut steps) = simulated(0.1);
    let (_, untouched) = simulated(0.0);
    // The first 500 that were closed, with what was said of them.
    let mut closed: Vec<String> = Vec::new();
    for step in steps.iter().filter(|step| step.status == "resolved") {
        if !closed.contains(&step.id) && closed.len() < 500 {
            closed.push(step.id.clone());
        }
    }
    assert_eq!(closed.len(), 500);
    let closed: BTreeSet<String> = closed.into_iter().collect();
    reports.retain(|report| closed.contains(&report.id));
    steps.retain(|step| closed.contains(&step.id));
    let (honest, told) = (claims(&untouched), claims(&steps));
    let planted: BTreeSet<&str> = told
        .iter()
        .filter(|(id, claim)| honest.get(*id) != Some(*claim))
        .map(|(id, _)| *id)
        .collect();
    assert!((30..=75).contains(&planted.len()), "{} planted of 500", planted.len());
    let as_of_us = steps.iter().map(|step| step.time_us).max().unwrap();
    let cases = cases(&reports, &steps, as_of_us).await;
    let flags = cases.flags(&FlagRule::default()).await.unwrap();
    let found = |wanted: fn(&Flag) -> bool| -> BTreeSet<&str> {
        let wanted = flags.iter().filter(|flag| wanted(flag));
        wanted.map(|flag| flag.id.as_str()).collect()
    };
    for (what, found) in [
        ("strong", found(|flag| flag.strong)),
        ("strong or fast", found(|flag| flag.strong || flag.flag == FlagKind::TooFast)),
    ] {
        let right = found.intersection(&planted).count();
        assert!(found.len() >= 20, "{what}: {} flagged", found.len());
        assert!(10 * right >= 9 * found.len(), "{what}: {right} right of {} flagged", found.len());
    }
    let all = found(|flag| flag.strong || flag.flag == FlagKind::TooFast);
    let recalled = all.intersection(&planted).count();
    assert!(10 * recalled >= 8 * planted.len(), "{recalled} found of {} planted", planted.len());
}
