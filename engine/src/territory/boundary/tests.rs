//! What is let in, what is refused, and what the upper levels are made of.

use super::super::{KelurahanCode, Level, PropertyNames, Territory, TerritoryError};

fn feature(code: &str, name: &str, geometry: &str) -> String {
    format!(
        r#"{{"type": "Feature", "properties": {{"kode": "{code}", "nama": "{name}", "kecamatan": "C {code}", "kota": "K"}},
        "geometry": {geometry}}}"#
    )
}

fn square(west: f64, south: f64) -> String {
    let (east, north) = (west + 0.01, south + 0.01);
    format!(
        r#"{{"type": "Polygon", "coordinates": [[[{west}, {south}], [{west}, {north}], [{east}, {north}], [{east}, {south}], [{west}, {south}]]]}}"#
    )
}

fn read(features: &[String]) -> Result<Territory, TerritoryError> {
    let file = format!(r#"{{"type": "FeatureCollection", "features": [{}]}}"#, features.join(","));
    Territory::from_geojson(file.as_bytes(), &PropertyNames::default())
}

fn four() -> Vec<String> {
    vec![
        feature("31.74.02.1001", "D", &square(106.83, -6.2)),
        feature("31.71.01.1001", "A", &square(106.80, -6.2)),
        feature("31.74.01.1002", "C", &square(106.82, -6.2)),
        feature("31.74.01.1001", "B", &square(106.81, -6.2)),
    ]
}

#[test]
fn upper_levels_are_runs_of_kelurahan_sorted_by_code() {
    let territory = read(&four()).unwrap();
    let names: Vec<&str> = territory.kelurahan().iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["A", "B", "C", "D"]);
    let units = |level| -> Vec<(String, std::ops::Range<usize>)> {
        territory.units(level).into_iter().map(|unit| (unit.code, unit.members)).collect()
    };
    assert_eq!(
        units(Level::Kecamatan),
        [
            ("31.71.01".to_owned(), 0..1),
            ("31.74.01".to_owned(), 1..3),
            ("31.74.02".to_owned(), 3..4)
        ]
    );
    assert_eq!(units(Level::Kota), [("31.71".to_owned(), 0..1), ("31.74".to_owned(), 1..4)]);
    assert_eq!(units(Level::Region), [("31".to_owned(), 0..4)]);
    assert_eq!(territory.unit("31.74").unwrap().members, 1..4);
    assert_eq!(territory.unit("31.99"), None);
    assert_eq!(territory.find(KelurahanCode::from_integer(3_174_011_002)).unwrap().name, "C");
}

#[test]
fn an_area_is_the_files_own_or_that_of_the_ellipsoid() {
    let territory = read(&four()).unwrap();
    // 0.01° of longitude at 6.195° S is 1106.8 m, of latitude 1105.7 m (WGS 84).
    let area = territory.kelurahan()[0].area_km2;
    assert!((area - 1.106_8 * 1.105_7).abs() < 0.000_3, "{area}");
    let stated = four()[0].replace(r#""kota": "K""#, r#""kota": "K", "luas_km2": 7.5"#);
    assert!((read(&[stated]).unwrap().kelurahan()[0].area_km2 - 7.5).abs() < f64::EPSILON);
}

#[test]
fn the_version_is_that_of_the_content_and_not_of_the_layout() {
    let version = |features: &[String]| read(features).unwrap().version().to_owned();
    let mut reversed = four();
    reversed.reverse();
    assert_eq!(version(&four()), version(&reversed));
    let mut moved = four();
    moved[0] = feature("31.74.02.1001", "D", &square(106.830_001, -6.2));
    assert_ne!(version(&four()), version(&moved));
    assert_eq!(version(&four()).len(), 16);
}

#[test]
fn codes_may_be_undotted_or_numbers_and_names_are_configurable() {
    let names = PropertyNames {
        code: "KODE_DESA".to_owned(),
        name: "DESA".to_owned(),
        ..PropertyNames::default()
    };
    for code in ["\"31.74.01.1001\"", "\"3174011001\"", "3174011001"] {
        let file = format!(
            r#"{{"type": "FeatureCollection", "features": [{{"type": "Feature", "properties": {{"KODE_DESA": {code}, "DESA": "B"}},
            "geometry": {}}}]}}"#,
            square(106.8, -6.2)
        );
        let territory = Territory::from_geojson(file.as_bytes(), &names).unwrap();
        let one = &territory.kelurahan()[0];
        assert_eq!(
            (one.code.integer(), one.kecamatan.as_str(), one.kota.as_str()),
            (3_174_011_001, "31.74.01", "31.74")
        );
    }
}

#[test]
fn what_cannot_be_used_is_refused_with_its_place() {
    let open = square(106.8, -6.2).replace(", [106.8, -6.2]]]", "]]");
    let short = r#"{"type": "Polygon", "coordinates": [[[106.8, -6.2], [106.9, -6.2], [106.8, -6.2]]]}"#;
    let metres = square(106.8, -6.2).replace("106.8", "703412.5");
    let point = r#"{"type": "Point", "coordinates": [106.8, -6.2]}"#;
    let empty = r#"{"type": "MultiPolygon", "coordinates": []}"#;
    let flat = r#"{"type": "Polygon", "coordinates": [[[106.8], [106.9], [106.8], [106.8]]]}"#;
    let code = "31.74.01.1001";
    let good = square(106.8, -6.2);
    for (features, says) in [
        (
            vec![feature(code, "B", &open)],
            "31.74.01.1001: the ring at 106.8, -6.2 is not closed",
        ),
        (vec![feature(code, "B", short)], "fewer than four positions"),
        (vec![feature(code, "B", &metres)], "projected"),
        (vec![feature(code, "B", point)], "the geometry is Point"),
        (vec![feature(code, "B", "null")], "the geometry is absent"),
        (vec![feature(code, "B", empty)], "the geometry is empty"),
        (vec![feature(code, "B", flat)], "NaN"),
        (vec![feature("31.74", "B", &good)], "feature 1: `31.74` is not a kelurahan code"),
        (
            vec![feature(code, " ", &good)],
            "no text in property `nama`; it has: kecamatan, kode, kota, nama",
        ),
        (vec![feature("", "B", &good)], "no text in property `kode`"),
        (
            vec![feature(code, "B", &good), feature(code, "B", &good)],
            "features 1 and 2 have the same code",
        ),
        (vec![], "no feature"),
    ] {
        let error = read(&features).unwrap_err().to_string();
        assert!(error.contains(says), "{error} says not {says}");
    }
    for bytes in [
        &b""[..],
        b"{}",
        b"\xff\xfe",
        b"[1,2",
        br#"{"type": "Point", "coordinates": [1, 2]}"#,
    ] {
        let error = Territory::from_geojson(bytes, &PropertyNames::default()).unwrap_err();
        assert!(matches!(error, TerritoryError::NotGeoJson(_)), "{error}");
    }
}

#[test]
fn several_regions_are_one_territory_with_a_name_each() {
    let named = |code: &str, at: f64, region: &str| {
        let names = PropertyNames {
            region_name: region.to_owned(),
            ..PropertyNames::default()
        };
        let file = format!(
            r#"{{"type": "FeatureCollection", "features": [{}]}}"#,
            feature(code, "B", &square(at, -6.2))
        );
        Territory::from_geojson(file.as_bytes(), &names).unwrap()
    };
    let home = || named("31.74.01.1001", 106.8, "DKI Jakarta");
    let whole = home().with_others(vec![named("35.78.01.1001", 112.7, "Surabaya")]).unwrap();
    let regions: Vec<(String, String)> = whole.units(Level::Region).into_iter().map(|unit| (unit.code, unit.name)).collect();
    assert_eq!(
        regions,
        [
            ("31".to_owned(), "DKI Jakarta".to_owned()),
            ("35".to_owned(), "Surabaya".to_owned())
        ]
    );
    assert_ne!(whole.version(), home().version());
    assert_eq!(home().with_others(Vec::new()).unwrap().version(), home().version());
    let error = home().with_others(vec![named("31.74.01.1001", 106.9, "Twin")]).unwrap_err();
    assert!(error.to_string().contains("31.74.01.1001 is in two regions"), "{error}");
}
