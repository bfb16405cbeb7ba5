//! The tables of a random city, of any window and moment, held against the plain way: each row made anew of the cases it is about.

use std::collections::BTreeMap;
use std::time::Duration;

use datafusion::arrow::array::{Array, AsArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Float64Type, Int64Type};
use tanggap_engine::territory::KelurahanCode;
use tanggap_queries::named::{Cases, Level, Ranking, RankingRule};
use tanggap_queries::statistics::{CaseMix, Curve, Ends, Expectation, Incidence, quantile};

use super::random_city::{SECOND, city, session};

struct Case {
    filed_us: i64,
    kelurahan: Option<KelurahanCode>,
    channel: String,
    response: (f64, bool),
    resolution_s: f64,
    /// 0 = open, 1 = resolved, 2 = ended otherwise.
    end: u8,
}

impl Case {
    fn code(&self, level: Level) -> Option<String> {
        match level {
            Level::Kelurahan => self.kelurahan.map(|code| code.to_string()),
            Level::Kecamatan => self.kelurahan.map(KelurahanCode::kecamatan),
            Level::Kota => self.kelurahan.map(KelurahanCode::kota),
            Level::Channel => Some(self.channel.clone()),
            Level::Dinas => None,
        }
    }
}

fn read(cases: &Cases) -> Vec<Case> {
    let mut read = Vec::new();
    for batch in cases.batches() {
        let column = |name: &str, kind: &DataType| cast(batch.column_by_name(name).unwrap(), kind).unwrap();
        let whole = |name: &str| column(name, &DataType::Int64).as_primitive::<Int64Type>().clone();
        let number = |name: &str| column(name, &DataType::Float64).as_primitive::<Float64Type>().clone();
        let truth = |name: &str| column(name, &DataType::Boolean).as_boolean().clone();
        let (filed, kelurahan) = (whole("filed"), whole("kelurahan"));
        let (response, resolution) = (number("first_response_s"), number("resolution_s"));
        let (responded, resolved, ended) = (truth("responded"), truth("resolved"), truth("ended_otherwise"));
        let channel = column("channel", &DataType::Utf8).as_string::<i32>().clone();
        for row in 0..batch.num_rows() {
            read.push(Case {
                filed_us: filed.value(row),
                kelurahan: kelurahan.is_valid(row).then(|| KelurahanCode::from_integer(kelurahan.value(row))),
                channel: channel.value(row).to_owned(),
                response: (response.value(row), responded.value(row)),
                resolution_s: resolution.value(row),
                end: if resolved.value(row) { 1 } else { 2 * u8::from(ended.value(row)) },
            });
        }
    }
    read
}

/// Numbers of a row: those that must be the same, and those that may differ by rounding.
type Numbers = (Vec<u64>, Vec<Option<f64>>);

fn given(row: &Ranking) -> Numbers {
    let mixed = row.mixed.unwrap();
    let in_time = row.in_time.map_or((0, 0), |in_time| (in_time.part, in_time.whole));
    (
        vec![
            row.n,
            row.open,
            row.ends.resolved,
            row.ends.otherwise(),
            in_time.0,
            in_time.1,
            mixed.observed,
        ],
        vec![
            row.median_first_response_h,
            row.p90_first_response_h,
            row.median_resolution_h,
            row.p90_resolution_h,
            row.rmst_resolution_h,
            row.rmst_standard_error_h,
            row.resolved_share,
            row.otherwise_share,
            row.closed_first_response_p50_s,
            row.closed_resolution_p90_s,
            Some(mixed.expected),
            mixed.expected_rmst_h,
        ],
    )
}

fn expected(cases: &[&Case], mixed: &Expectation, tau_s: f64) -> Numbers {
    let curve = |waits: &mut Vec<(f64, bool)>| {
        waits.sort_by(|one, other| one.0.total_cmp(&other.0).then(other.1.cmp(&one.1)));
        Curve::of_sorted(waits.len(), waits.iter().copied())
    };
    let closed = |waits: &[(f64, bool)]| -> Vec<f64> { waits.iter().filter(|wait| wait.1).map(|wait| wait.0).collect() };
    let mut responses: Vec<(f64, bool)> = cases.iter().map(|case| case.response).collect();
    let mut resolutions: Vec<(f64, bool)> = cases.iter().map(|case| (case.resolution_s, case.end == 1)).collect();
    let (response, resolution) = (curve(&mut responses), curve(&mut resolutions));
    let mut ends: Ends = cases.iter().map(|case| (case.resolution_s, case.end)).collect();
    let incidence = Incidence::of(&mut ends);
    let hours = |seconds: Option<f64>| seconds.map(|seconds| seconds / 3_600.0);
    let restricted = resolution.restricted_mean(tau_s);
    let count = |which: &dyn Fn(&Case) -> bool| cases.iter().filter(|case| which(case)).count() as u64;
    (
        vec![
            cases.len() as u64,
            count(&|case| case.end == 0),
            count(&|case| case.end == 1),
            count(&|case| case.end == 2),
            count(&|case| case.end == 1 && case.resolution_s <= tau_s),
            count(&|case| case.end == 1 || case.resolution_s > tau_s),
            mixed.observed,
        ],
        vec![
            hours(response.quantile(0.5)),
            hours(response.quantile(0.9)),
            hours(resolution.quantile(0.5)),
            hours(resolution.quantile(0.9)),
            hours(restricted.map(|restricted| restricted.mean)),
            hours(restricted.map(|restricted| restricted.standard_error)),
            Some(incidence.ended(1, tau_s).share),
            Some(incidence.ended(2, tau_s).share),
            quantile(&closed(&responses), 0.5),
            quantile(&closed(&resolutions), 0.9),
            Some(mixed.expected),
            hours(mixed.restricted_mean()),
        ],
    )
}

fn check(rows: &[Ranking], cases: &[Case], level: Level, since_us: i64, tau_s: f64) {
    let mut of: BTreeMap<String, Vec<&Case>> = BTreeMap::new();
    for case in cases.iter().filter(|case| case.filed_us > since_us) {
        if let Some(code) = case.code(level) {
            of.entry(code).or_default().push(case);
        }
    }
    // All are of one category and of the morning: their channel tells them apart.
    let mut mix = CaseMix::new();
    for (unit, cases) in (0..).zip(of.values()) {
        for case in cases {
            let stratum = ["qlue", "lapor", "jaki"]
                .iter()
                .position(|channel| *channel == case.channel)
                .unwrap();
            mix.push(u16::try_from(stratum).unwrap(), unit, case.resolution_s, case.end == 1);
        }
    }
    let mix = mix.adjust(of.len(), tau_s).unwrap();
    let codes: Vec<&str> = rows.iter().map(|row| row.code.as_str()).collect();
    assert_eq!(codes, of.keys().map(String::as_str).collect::<Vec<_>>());
    for ((row, cases), mixed) in rows.iter().zip(of.values()).zip(&mix.units) {
        let (given, expected) = (given(row), expected(cases, mixed, tau_s));
        let what = format!("{} {} after {since_us}", level.id(), row.code);
        assert_eq!(given.0, expected.0, "{what}");
        for (given, expected) in given.1.iter().zip(&expected.1) {
            let near = |(given, expected): (f64, f64)| (given - expected).abs() <= 1e-12 * expected.abs().max(1.0);
            assert!(given.is_some() == expected.is_some(), "{what}: {given:?}, not {expected:?}");
            assert!(given.zip(*expected).is_none_or(near), "{what}: {given:?}, not {expected:?}");
        }
    }
}

#[tokio::test]
async fn every_row_of_any_window_and_moment_is_made_of_its_cases_alone() {
    // Three minutes, so that some are resolved in time and some are not.
    let rule = RankingRule {
        tau_h: 0.05,
        ..RankingRule::default()
    };
    for seed in 41..=43 {
        let (reports, moves) = city(seed);
        let session = session(&reports, &moves, 2).await;
        for as_of in [90, 250, 400, 600] {
            let cases = Cases::collect(&session, as_of * SECOND).await.unwrap();
            let read = read(&cases);
            for level in [Level::Kelurahan, Level::Kecamatan, Level::Kota, Level::Channel] {
                for window in [None, Some(7), Some(60), Some(199), Some(10_000)] {
                    let asked = window.map(Duration::from_secs);
                    let rows = cases.rankings(level, asked, &rule).await.unwrap();
                    let since = window.map(|window| (as_of - i64::try_from(window).unwrap()) * SECOND);
                    check(&rows, &read, level, since.unwrap_or(i64::MIN), rule.tau_h * 3_600.0);
                }
            }
        }
    }
}
