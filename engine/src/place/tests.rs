//! The names that made people put reports into the wrong place, one by one.

use super::{Gazetteer, PlaceLevel, Whereabouts};
use crate::territory::Territory;

fn gazetteer() -> Gazetteer {
    Gazetteer::of(&Territory::jakarta_default())
}

fn codes(found: &Whereabouts) -> Vec<&str> {
    found.candidates.iter().map(|candidate| candidate.code.as_str()).collect()
}

/// Each text with the level and code it must be given.
fn check(cases: &[(&str, PlaceLevel, Option<&str>)]) {
    let gazetteer = gazetteer();
    for (text, level, code) in cases {
        let found = gazetteer.find(text);
        assert_eq!((found.level, found.code.as_deref()), (*level, *code), "{text}: {found:?}");
    }
}

#[test]
fn menteng_is_a_kecamatan_unless_more_is_said() {
    check(&[
        ("banjir di Menteng", PlaceLevel::Kecamatan, Some("31.71.06")),
        ("banjir di kel. Menteng", PlaceLevel::Kelurahan, Some("31.71.06.1001")),
        ("banjir di Kec. Menteng", PlaceLevel::Kecamatan, Some("31.71.06")),
        ("banjir di Menteng Dalam", PlaceLevel::Kelurahan, Some("31.74.01.1003")),
        ("banjir di Menteng Atas, Setiabudi", PlaceLevel::Kelurahan, Some("31.74.02.1005")),
        ("lurah menteng dan camat menteng", PlaceLevel::Kelurahan, Some("31.71.06.1001")),
    ]);
    let found = gazetteer().find("banjir di Menteng");
    assert_eq!(codes(&found), ["31.71.06.1001", "31.71.06"]);
}

#[test]
fn bangka_is_an_island_unless_it_is_said_to_be_the_kelurahan() {
    check(&[
        ("timah di Bangka", PlaceLevel::None, None),
        ("gubernur Bangka Belitung", PlaceLevel::None, None),
        ("macet di kelurahan Bangka", PlaceLevel::Kelurahan, Some("31.74.03.1002")),
        ("macet di Bangka, Mampang Prapatan", PlaceLevel::Kelurahan, Some("31.74.03.1002")),
        (
            "macet di Bangka, Kec. Mampang Prapatan",
            PlaceLevel::Kelurahan,
            Some("31.74.03.1002"),
        ),
        (
            "timah di Bangka, macet di Mampang Prapatan",
            PlaceLevel::Kecamatan,
            Some("31.74.03"),
        ),
    ]);
}

#[test]
fn tengah_is_a_word_before_it_is_a_kelurahan() {
    check(&[
        ("banjir di Jawa Tengah", PlaceLevel::None, None),
        ("lampu mati tengah malam di Kramat Jati", PlaceLevel::Kecamatan, Some("31.75.04")),
        ("lubang di tengah jalan", PlaceLevel::None, None),
        ("sampah di kel tengah kec kramat jati", PlaceLevel::Kelurahan, Some("31.75.04.1002")),
        ("sampah, Tengah, Kramatjati", PlaceLevel::Kelurahan, Some("31.75.04.1002")),
        ("rumah di kampung baru, gunung sampah", PlaceLevel::None, None),
    ]);
}

#[test]
fn a_market_or_station_lies_where_it_lies_and_not_where_its_name_says() {
    check(&[
        ("copet di Pasar Baru", PlaceLevel::Kelurahan, Some("31.71.02.1001")),
        ("copet di ps. baru sawah besar", PlaceLevel::Kelurahan, Some("31.71.02.1001")),
        ("copet di Pasar Senen", PlaceLevel::Kelurahan, Some("31.71.04.1001")),
        ("copet di Senen", PlaceLevel::Kecamatan, Some("31.71.04")),
        ("ramai di Stasiun Palmerah", PlaceLevel::Point, Some("31.71.07.1001")),
        ("ramai di st. manggarai, Tebet", PlaceLevel::Point, Some("31.74.01.1007")),
        ("sampah di Pasar Cikini", PlaceLevel::None, None),
        ("air naik di pintu air Manggarai", PlaceLevel::Point, None),
        ("copet di Stasiun Duri", PlaceLevel::Kelurahan, Some("31.73.04.1003")),
        ("ramai di stasiun rawa buaya", PlaceLevel::Kecamatan, Some("31.73.01")),
    ]);
    let found = gazetteer().find("sampah di Pasar Cikini");
    assert_eq!(codes(&found), ["31.71.06.1003"]);
}

#[test]
fn a_name_of_a_kelurahan_and_a_kecamatan_is_answered_by_what_holds_both() {
    check(&[
        ("macet di Kebon Jeruk", PlaceLevel::Kecamatan, Some("31.73.05")),
        ("macet di kb jeruk jakbar", PlaceLevel::Kecamatan, Some("31.73.05")),
        (
            "macet di kel. kebon jeruk, kec. kebon jeruk",
            PlaceLevel::Kelurahan,
            Some("31.73.05.1001"),
        ),
        ("macet di Jatinegara", PlaceLevel::Kota, Some("31.75")),
        ("macet di Jatinegara, Cakung", PlaceLevel::Kelurahan, Some("31.75.06.1001")),
        ("Kebon Jeruk, Bandung", PlaceLevel::None, None),
    ]);
}

#[test]
fn several_places_are_answered_by_the_smallest_unit_that_holds_them() {
    check(&[
        ("banjir di Bukit Duri dan Manggarai", PlaceLevel::Kecamatan, Some("31.74.01")),
        ("banjir di Bukit Duri dan Cawang", PlaceLevel::None, None),
        ("macet Slipi arah Cawang", PlaceLevel::Kelurahan, Some("31.73.07.1002")),
        ("macet arah Cawang", PlaceLevel::Kelurahan, Some("31.75.04.1007")),
        ("jaksel gelap, Tebet Timur", PlaceLevel::Kelurahan, Some("31.74.01.1001")),
        ("Jakarta Selatan macet", PlaceLevel::Kota, Some("31.74")),
        ("#BanjirKampungMelayu", PlaceLevel::Kelurahan, Some("31.75.03.1001")),
        ("Kelurahan Tebet kapan dibenahi", PlaceLevel::Kecamatan, Some("31.74.01")),
    ]);
}

#[test]
fn a_road_is_a_road_and_gets_as_near_as_the_text_says() {
    check(&[
        ("macet di Jl. Sudirman", PlaceLevel::Street, None),
        ("macet di Sudirman, Setiabudi", PlaceLevel::Street, Some("31.74.02")),
        ("pohon tumbang jln daan mogot jakbar", PlaceLevel::Street, Some("31.73")),
        ("macet di Rasuna Said, kel. Guntur", PlaceLevel::Kelurahan, Some("31.74.02.1007")),
        ("macet di Jalan Tebet Raya", PlaceLevel::Street, None),
        ("jalan rusak di Tebet", PlaceLevel::Kecamatan, Some("31.74.01")),
    ]);
}

#[test]
fn a_text_without_a_place_has_none_and_only_a_point_has_a_position() {
    check(&[
        ("", PlaceLevel::None, None),
        ("hatiku banjir", PlaceLevel::None, None),
        ("@Tebet https://tebet.example/menteng", PlaceLevel::None, None),
        ("RT 05 RW 03", PlaceLevel::None, None),
    ]);
    let gazetteer = gazetteer();
    for text in [
        "banjir di Menteng",
        "macet di Kebon Jeruk",
        "Jakarta Selatan",
        "kel. Bukit Duri",
        "Jl. Sudirman",
    ] {
        assert_eq!(gazetteer.find(text).position, None, "{text}");
    }
    assert_eq!(gazetteer.find("di Stasiun Gambir").position, Some((106.831, -6.177)));
    let found = gazetteer.find("RT 05 RW 03 kel. Bukit Duri");
    assert_eq!((found.rt, found.rw, found.words), (Some(5), Some(3), vec!["bukit duri".to_owned()]));
}

#[test]
fn every_kelurahan_with_its_title_is_found_as_itself() {
    let territory = Territory::jakarta_default();
    let gazetteer = Gazetteer::of(&territory);
    for kelurahan in territory.kelurahan() {
        for text in [
            format!("lapor, kelurahan {} gelap", kelurahan.name),
            format!("lapor, KEL. {}, Kec. {} gelap", kelurahan.name.to_uppercase(), kelurahan.kecamatan),
        ] {
            let found = gazetteer.find(&text);
            assert_eq!(found.level, PlaceLevel::Kelurahan, "{text}: {found:?}");
            assert_eq!(found.code, Some(kelurahan.code.to_string()), "{text}");
        }
    }
}

/// The kelurahan a text is said to name, where it is said to name one.
fn named_kelurahan(found: &Whereabouts) -> Option<&str> {
    let precise = matches!(found.level, PlaceLevel::Kelurahan | PlaceLevel::Point);
    found.code.as_deref().filter(|code| precise && code.len() == "31.74.01.1005".len())
}

#[test]
fn of_labelled_sentences_a_kelurahan_is_named_where_it_is_meant_and_hardly_ever_else() {
    let gazetteer = gazetteer();
    let (mut sentences, mut meant, mut named, mut right) = (0_u32, 0_u32, 0_u32, 0_u32);
    let mut wrong = Vec::new();
    for line in include_str!("labelled.tsv").lines().filter(|line| !line.starts_with('#')) {
        let (label, text) = line.split_once('\t').unwrap();
        let label = Some(label).filter(|label| *label != "-");
        let found = gazetteer.find(text);
        let own = named_kelurahan(&found);
        sentences += 1;
        meant += u32::from(label.is_some());
        named += u32::from(own.is_some());
        right += u32::from(own.is_some() && own == label);
        if own != label {
            wrong.push(format!("{text}: {own:?}, meant {label:?}"));
        }
        assert!(found.position.is_none() || found.level == PlaceLevel::Point, "{text}");
    }
    assert!(sentences >= 300, "{sentences}");
    let (precision, recall) = (f64::from(right) / f64::from(named), f64::from(right) / f64::from(meant));
    assert!(precision >= 0.95 && recall >= 0.80, "{precision} and {recall}: {wrong:#?}");
}
