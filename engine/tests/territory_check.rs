//! The check on the city's real file, whose faults were counted by other means (shapely, on the day the file was made).

mod territory_support;

use tanggap_engine::territory::{FindingKind, PropertyNames, Severity, check_geojson};
use territory_support::real_file;

#[test]
fn the_check_finds_the_known_slivers_of_the_real_file() {
    let Some(bytes) = real_file() else { return };
    let findings = check_geojson(&bytes, &PropertyNames::default());
    let of = |kind: FindingKind| findings.iter().filter(move |one| one.kind == kind);
    let km2 = |kind: FindingKind| of(kind).filter_map(|one| one.area_m2).sum::<f64>() / 1e6;
    // Known: 458 overlapping pairs (0.364 km²), 896 holes (0.379 km²), nothing invalid. Those below 0.5 m² are not listed.
    let (overlaps, gaps) = (of(FindingKind::Overlap).count(), of(FindingKind::Gap).count());
    assert!((430..=460).contains(&overlaps), "{overlaps} overlaps");
    assert!((840..=900).contains(&gaps), "{gaps} gaps");
    assert!(
        (km2(FindingKind::Overlap) - 0.364).abs() < 0.004,
        "{} km²",
        km2(FindingKind::Overlap)
    );
    assert!((km2(FindingKind::Gap) - 0.379).abs() < 0.004, "{} km²", km2(FindingKind::Gap));
    assert!(findings.iter().all(|one| one.severity < Severity::Error));
    assert_eq!(of(FindingKind::SelfIntersection).count() + of(FindingKind::StrayHole).count(), 0);
    for one in findings
        .iter()
        .filter(|one| matches!(one.kind, FindingKind::Overlap | FindingKind::Gap))
    {
        let (longitude, latitude) = (one.longitude_deg.unwrap(), one.latitude_deg.unwrap());
        assert!((106.3..107.0).contains(&longitude) && (-6.4..-5.2).contains(&latitude), "{one}");
        assert!(!one.subjects.is_empty(), "{one}");
    }
}
