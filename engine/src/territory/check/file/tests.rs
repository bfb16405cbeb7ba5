//! Each fault drawn by hand, found with its place.

use super::super::super::{PropertyNames, Territory};
use super::super::{Finding, FindingKind, Severity};
use super::{check, check_geojson};

fn feature(code: &str, rings: &str) -> String {
    format!(
        r#"{{"type": "Feature", "properties": {{"kode": "{code}", "nama": "N", "kecamatan": "C", "kota": "K"}},
        "geometry": {{"type": "Polygon", "coordinates": [{rings}]}}}}"#
    )
}

fn file(features: &[String]) -> String {
    format!(r#"{{"type": "FeatureCollection", "features": [{}]}}"#, features.join(","))
}

fn found(features: &[String]) -> Vec<Finding> {
    check_geojson(file(features).as_bytes(), &PropertyNames::default())
}

fn square(west: f64, south: f64, side: f64) -> String {
    let (east, north) = (west + side, south + side);
    format!("[[{west},{south}],[{east},{south}],[{east},{north}],[{west},{north}],[{west},{south}]]")
}

fn close(finding: &Finding, longitude: f64, latitude: f64) -> bool {
    let near = |a: Option<f64>, b: f64| a.is_some_and(|a| (a - b).abs() < 0.001);
    near(finding.longitude_deg, longitude) && near(finding.latitude_deg, latitude)
}

const A: &str = "31.74.01.1001";
const B: &str = "31.74.01.1002";

#[test]
fn sound_neighbours_have_no_findings() {
    let features = [feature(A, &square(106.80, -6.2, 0.01)), feature(B, &square(106.81, -6.2, 0.01))];
    assert_eq!(found(&features), Vec::new());
    let territory = Territory::from_geojson(file(&features).as_bytes(), &PropertyNames::default()).unwrap();
    assert_eq!(check(&territory), Vec::new());
}

#[test]
fn an_overlap_is_measured_where_it_is() {
    let findings = found(&[feature(A, &square(106.80, -6.2, 0.011)), feature(B, &square(106.81, -6.2, 0.01))]);
    let [one] = &findings[..] else { panic!("{findings:?}") };
    assert_eq!((one.kind, one.severity), (FindingKind::Overlap, Severity::Warning));
    assert_eq!(one.subjects, [A, B]);
    // 0.001° by 0.01°: 110.5 m by 1,112 m.
    assert!((one.area_m2.unwrap() - 122_900.0).abs() < 500.0, "{one}");
    assert!(close(one, 106.8105, -6.195) || close(one, 106.8105, -6.195), "{one}");
    assert!(
        one.to_string().starts_with("warning: 31.74.01.1001, 31.74.01.1002: overlap of 122"),
        "{one}"
    );
    let json = serde_json::to_value(one).unwrap();
    assert_eq!((&json["severity"], &json["kind"]), (&"warning".into(), &"overlap".into()));
}

#[test]
fn a_gap_names_those_around_it() {
    // Four bars round a small square.
    let bar = |west: f64, south: f64, east: f64, north: f64| {
        format!("[[{west},{south}],[{east},{south}],[{east},{north}],[{west},{north}],[{west},{south}]]")
    };
    let findings = found(&[
        feature(A, &bar(106.80, -6.20, 106.81, -6.18)),
        feature(B, &bar(106.8104, -6.20, 106.82, -6.18)),
        feature("31.74.01.1003", &bar(106.80, -6.18, 106.82, -6.17)),
        feature("31.74.01.1004", &bar(106.80, -6.21, 106.82, -6.20)),
        feature("31.74.01.1005", &bar(106.90, -6.21, 106.92, -6.20)),
    ]);
    let [one] = &findings[..] else { panic!("{findings:?}") };
    assert_eq!((one.kind, one.subjects.len()), (FindingKind::Gap, 4));
    assert!(close(one, 106.8102, -6.19), "{one}");
    assert!((one.area_m2.unwrap() - 98_300.0).abs() < 500.0, "{one}");
}

#[test]
fn rings_are_judged_one_by_one() {
    let bow_tie = "[[106.80,-6.20],[106.82,-6.18],[106.82,-6.20],[106.80,-6.18],[106.80,-6.20]]";
    let stray = format!(
        "{},{}",
        square(106.80, -6.2, 0.01),
        "[[106.90,-6.2],[106.90,-6.19],[106.91,-6.19],[106.90,-6.2]]"
    );
    let clockwise = "[[106.80,-6.20],[106.80,-6.19],[106.81,-6.19],[106.81,-6.20],[106.80,-6.20]]";
    for (rings, kind, severity, longitude, latitude) in [
        (bow_tie, FindingKind::SelfIntersection, Severity::Warning, 106.81, -6.19),
        (&stray, FindingKind::StrayHole, Severity::Warning, 106.90, -6.2),
        (clockwise, FindingKind::Orientation, Severity::Note, 106.80, -6.20),
        (
            "[[106.80,-6.20],[106.80,-6.19],[106.81,-6.19],[106.81,-6.20]]",
            FindingKind::UnclosedRing,
            Severity::Error,
            106.80,
            -6.20,
        ),
        (
            "[[106.80,-6.20],[106.80,-6.19],[106.80,-6.20]]",
            FindingKind::ShortRing,
            Severity::Error,
            106.80,
            -6.20,
        ),
        (
            "[[106.80,-6.20],[700000,9300000],[106.81,-6.19],[106.80,-6.20]]",
            FindingKind::OutOfRange,
            Severity::Error,
            700_000.0,
            9_300_000.0,
        ),
    ] {
        let findings = found(&[feature(A, rings)]);
        let one = findings
            .iter()
            .find(|one| one.kind == kind)
            .unwrap_or_else(|| panic!("{kind:?} not in {findings:?}"));
        assert_eq!(one.severity, severity);
        assert!(close(one, longitude, latitude), "{one}");
        assert_eq!(one.subjects, [A]);
    }
    assert!(found(&[feature(A, "")]).iter().all(|one| one.severity == Severity::Error));
}

#[test]
fn a_ring_that_touches_itself_in_a_corner_is_sound() {
    let hourglass = "[[106.80,-6.20],[106.81,-6.20],[106.805,-6.19],[106.81,-6.18],[106.80,-6.18],[106.805,-6.19],[106.80,-6.20]]";
    let findings = found(&[feature(A, hourglass)]);
    assert!(findings.iter().all(|one| one.kind != FindingKind::SelfIntersection), "{findings:?}");
}

#[test]
fn codes_and_names_are_judged_feature_by_feature() {
    let good = square(106.80, -6.2, 0.01);
    let far = square(106.90, -6.2, 0.01);
    let findings = found(&[
        feature(A, &good),
        feature(A, &far).replace(r#""nama": "N", "#, ""),
        feature("31.74", &square(106.95, -6.2, 0.01)),
        feature("", &square(107.0, -6.2, 0.01)),
        feature(B, &square(107.1, -6.2, 0.01)).replace(r#""kecamatan": "C""#, r#""kecamatan": "D""#),
    ]);
    let kinds: Vec<(FindingKind, &str)> = findings.iter().map(|one| (one.kind, one.subjects[0].as_str())).collect();
    assert_eq!(
        kinds,
        [
            (FindingKind::DuplicateCode, A),
            (FindingKind::InvalidCode, "feature 3"),
            (FindingKind::MissingCode, "feature 4"),
            (FindingKind::EmptyName, A),
            (FindingKind::ParentName, B),
        ]
    );
    assert!(findings[4].what.contains("`D` here and `C` in 31.74.01.1001"), "{}", findings[4]);
}

#[test]
fn what_does_not_load_has_an_error_and_what_loads_has_none() {
    let good = square(106.80, -6.2, 0.01);
    for features in [
        vec![feature(A, &good)],
        vec![feature(A, &good), feature(A, &good)],
        vec![feature(
            A,
            "[[106.80,-6.20],[106.82,-6.18],[106.82,-6.20],[106.80,-6.18],[106.80,-6.20]]",
        )],
        vec![feature(A, &good).replace("Polygon", "LineString")],
        vec![feature(A, &good).replace(r#""nama": "N", "#, "")],
        vec![feature(A, &good).replace(r#""kecamatan": "C""#, r#""x": 1"#)],
        vec![feature(A, "[]")],
        vec![feature(A, &good).replace("-6.2", "-96.2")],
        vec![],
    ] {
        let loads = Territory::from_geojson(file(&features).as_bytes(), &PropertyNames::default()).is_ok();
        let errors = found(&features).iter().any(|one| one.severity == Severity::Error);
        assert_eq!(loads, !errors, "{features:?}: {:?}", found(&features));
    }
    let noise = check_geojson(b"\x00\xff{", &PropertyNames::default());
    assert_eq!((noise.len(), noise[0].kind), (1, FindingKind::Unreadable));
}
