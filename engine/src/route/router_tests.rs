//! The shipped rules told as cases, and small files that are wrong in one way each.

use super::{JAKARTA, Router};
use crate::event::{Category, Kind};
use crate::route::{Complaint, RouteError, UnitKind, without_border};

const GALUR: i64 = 3_171_081_004;

fn jakarta() -> Router {
    Router::from_toml(JAKARTA).unwrap().with_kelurahan_names([(GALUR, "Galur")])
}

fn complaint(category: Category) -> Complaint<'static> {
    Complaint {
        category: Some(category),
        kind: Some(Kind::Complaint),
        kelurahan: Some(GALUR),
        boundary_m: Some(400.0),
        ..Complaint::default()
    }
}

#[test]
fn every_category_has_its_unit_in_the_shipped_rules() {
    let router = jakarta();
    let expected = [
        (Category::Kemacetan, "dishub", "polda"),
        (Category::Banjir, "dsda", "31.71.08.1004"),
        (Category::Sampah, "dlh", "31.71.08.1004"),
        (Category::ParkirLiar, "dishub", "satpol_pp"),
        (Category::JalanRusak, "bina_marga", ""),
        (Category::Pengemis, "dinsos", "satpol_pp"),
        (Category::Joki3in1, "satpol_pp", ""),
        (Category::Kriminal, "polda", "112"),
        (Category::Kebakaran, "gulkarmat", "112"),
        (Category::Kebersihan, "31.71.08.1004", "dlh"),
        (Category::Bencana, "bpbd", "112"),
        (Category::Pelanggaran, "satpol_pp", ""),
        (Category::PklLiar, "satpol_pp", ""),
        (Category::PohonTumbang, "distamhut", "gulkarmat"),
        (Category::FasilitasUmum, "31.71.08.1004", "bina_marga"),
        (Category::PeneranganJalan, "bina_marga", ""),
        (Category::LayananAdministrasi, "31.71.08.1004", "dukcapil"),
        (Category::Kecelakaan, "polda", "dishub"),
        (Category::PenutupanJalan, "dishub", "polda"),
        (Category::BahayaJalan, "bina_marga", "dishub"),
        (Category::Lainnya, "31.71.08.1004", "biro_pemerintahan"),
    ];
    assert_eq!(expected.len(), Category::ALL.len());
    for (category, unit, second) in expected {
        let decision = router.decide(&complaint(category));
        assert_eq!(decision.unit_code(), unit, "{}", category.id());
        let given = decision.second_unit.as_ref().map_or("", |unit| unit.code.as_ref());
        assert_eq!(given, second, "{}", category.id());
    }
}

#[test]
fn a_duty_report_is_never_routed_whatever_it_says() {
    let router = jakarta();
    for category in Category::ALL {
        for source_unit in [None, Some("Dishub")] {
            let duty = Complaint {
                kind: Some(Kind::Duty),
                source_unit,
                ..complaint(*category)
            };
            let decision = router.decide(&duty);
            assert_eq!(decision.unit, None);
            assert_eq!(decision.rule_id(), "duty");
        }
    }
}

#[test]
fn an_emergency_goes_to_112_without_a_queue() {
    let router = jakarta();
    let emergency = Complaint {
        kind: Some(Kind::Emergency),
        ..complaint(Category::JalanRusak)
    };
    let decision = router.decide(&emergency);
    assert_eq!(decision.unit_code(), "112");
    assert_eq!(decision.deadline.respond_h, None);
}

#[test]
fn what_nobody_has_called_a_complaint_is_not_routed() {
    let unread = Complaint {
        kind: None,
        ..complaint(Category::Kemacetan)
    };
    let router = jakarta();
    assert_eq!(router.decide(&unread).unit, None);
}

#[test]
fn a_unit_named_by_the_source_wins_over_the_category_but_not_over_crime() {
    let router = jakarta();
    let named = Complaint {
        source_unit: Some("SUDIN perhubungan "),
        ..complaint(Category::Sampah)
    };
    assert_eq!(router.decide(&named).unit_code(), "dishub");
    let office = Complaint {
        source_unit: Some("kelurahan galur"),
        kelurahan: None,
        ..complaint(Category::Sampah)
    };
    assert_eq!(router.decide(&office).unit_code(), "31.71.08.1004");
    let crime = Complaint {
        source_unit: Some("Dishub"),
        ..complaint(Category::Kriminal)
    };
    assert_eq!(router.decide(&crime).unit_code(), "polda");
    let stranger = Complaint {
        source_unit: Some("PT Apa Saja"),
        ..complaint(Category::Sampah)
    };
    assert_eq!(router.decide(&stranger).rule_id(), "rubbish-with-place");
}

#[test]
fn what_is_not_known_lowers_the_confidence_and_is_said() {
    let router = jakarta();
    let sure = router.decide(&complaint(Category::Kebersihan));
    let near = Complaint {
        boundary_m: Some(12.4),
        ..complaint(Category::Kebersihan)
    };
    let near = router.decide(&near);
    assert!((near.confidence - sure.confidence * 0.7).abs() < 1e-12);
    assert!(
        near.reason_en().contains("only 12 m from the kelurahan border"),
        "{}",
        near.reason_en()
    );
    assert_eq!(without_border(&near.reason_en()), sure.reason_en());
    assert_eq!(without_border(&near.reason_id()), sure.reason_id());
    let nowhere = Complaint {
        kelurahan: None,
        boundary_m: None,
        ..complaint(Category::JalanRusak)
    };
    let nowhere = router.decide(&nowhere);
    assert!((nowhere.confidence - 0.85 * 0.8).abs() < 1e-12);
    assert!(
        nowhere.reason_id().contains("Lokasi kelurahan tidak diketahui"),
        "{}",
        nowhere.reason_id()
    );
    let bare = Complaint {
        category: None,
        kelurahan: None,
        boundary_m: None,
        ..complaint(Category::Lainnya)
    };
    let bare = router.decide(&bare);
    assert_eq!(bare.rule_id(), "human-queue");
    assert!((bare.confidence - 0.3 * 0.8 * 0.6).abs() < 1e-12);
}

#[test]
fn reasons_name_the_unit_and_the_place() {
    let router = jakarta();
    let decision = router.decide(&complaint(Category::Sampah));
    assert_eq!(
        decision.reason_id(),
        "Sampah ditangani Dinas Lingkungan Hidup; tumpukan kecil diangkut petugas Kelurahan Galur."
    );
    assert_eq!(
        decision.reason_en(),
        "Rubbish is handled by Dinas Lingkungan Hidup; small heaps are taken by the crew of Kelurahan Galur."
    );
    let office = router.decide(&complaint(Category::Lainnya));
    assert_eq!(office.unit.as_ref().map(|unit| unit.kind), Some(UnitKind::Kelurahan));
    assert!(office.reason_en().ends_with("first received by Kelurahan Galur."));
    for category in Category::ALL {
        let decision = router.decide(&complaint(*category));
        for reason in [decision.reason_id(), decision.reason_en()] {
            assert!(!reason.contains(['{', '}']), "{reason}");
        }
    }
}

#[test]
fn deadlines_are_the_published_ones() {
    let router = jakarta();
    let dinas = router.decide(&complaint(Category::JalanRusak)).deadline;
    assert_eq!((dinas.respond_h, dinas.finish_h), (Some(6), Some(168)));
    let lurah = router.decide(&complaint(Category::Kebersihan)).deadline;
    assert_eq!((lurah.respond_h, lurah.finish_h), (Some(24), Some(168)));
}

#[test]
fn a_channel_brings_its_clocks_along_but_only_where_there_are_any() {
    let router = jakarta();
    let level = |rule, channel| router.level(rule, channel).map(|level| level.id().to_owned());
    assert_eq!(level("rubbish", "qlue").as_deref(), Some("crm"));
    assert_eq!(level("territory", "qlue").as_deref(), Some("lurah"));
    assert_eq!(level("territory", "lapor").as_deref(), Some("sp4n"));
    assert_eq!(level("rubbish", "desk").as_deref(), Some("desk"));
    assert_eq!((level("crime", "lapor"), level("crime", "qlue")), (None, None));
    assert_eq!(level("a rule of long ago", "qlue"), None);
    assert!(router.knows("rubbish") && !router.knows("a rule of long ago"));
}

#[test]
fn every_level_we_ship_is_named_by_a_rule_or_waits_to_be_named() {
    let router = jakarta();
    let rules = ["rubbish", "territory"].map(|rule| (rule, "qlue"));
    let channels = [("rubbish", "lapor"), ("rubbish", "desk")];
    let named: Vec<&str> = rules
        .into_iter()
        .chain(channels)
        .filter_map(|(rule, channel)| router.level(rule, channel).map(crate::case::SlaRule::id))
        .collect();
    for level in router.levels().rules() {
        assert_eq!(named.contains(&level.id()), !level.by_name_only(), "{}", level.id());
    }
}

fn file(rules: &str) -> String {
    format!(
        "version = 't'\nregion = '31'\n[doubt]\nnear_border_m = 50.0\nnear_border_office = 0.7\nnear_border_other = 1.0\n\
         unlocated = 0.8\nunknown_category = 0.6\n[[unit]]\ncode = 'a'\nname_id = 'A'\nname_en = 'A'\nkind = 'dinas'\n{rules}"
    )
}

fn rule(id: &str, rest: &str) -> String {
    format!("[[rule]]\nid = '{id}'\nconfidence = 0.5\nsla = 'none'\nreason_id = 'x'\nreason_en = 'x'\n{rest}\n")
}

#[test]
fn a_rule_that_can_never_be_reached_is_an_error() {
    let text = file(&(rule("all", "to = 'a'") + &rule("never", "to = 'a'\nwhen = { category = ['banjir'] }")));
    let error = Router::from_toml(&text).unwrap_err();
    assert_eq!(
        error,
        RouteError::Unreachable {
            rule: "never".into(),
            by: "all".into()
        }
    );
}

#[test]
fn a_rule_whose_reports_are_taken_one_by_one_is_unreachable_too() {
    let text = file(
        &(rule("here", "to = 'a'\nwhen = { located = true }")
            + &rule("there", "to = 'a'\nwhen = { located = false }")
            + &rule("never", "to = 'a'")),
    );
    let error = Router::from_toml(&text).unwrap_err();
    assert!(matches!(error, RouteError::Unreachable { rule, .. } if rule == "never"));
}

#[test]
fn a_report_no_rule_fits_is_an_error() {
    let text = file(&rule("floods", "to = 'a'\nwhen = { category = ['banjir'] }"));
    assert!(matches!(Router::from_toml(&text).unwrap_err(), RouteError::Uncovered { .. }));
}

#[test]
fn wrong_names_and_numbers_are_refused_with_the_rule_they_stand_in() {
    let unknown = |rest| Router::from_toml(&file(&rule("r", rest))).unwrap_err().to_string();
    assert!(unknown("to = 'b'").contains("unit `b`"));
    assert!(unknown("to = 'a'\nwhen = { category = ['Sampah'] }").contains("category `Sampah`"));
    assert!(unknown("to = 'a'\nwhen = { kind = ['rant'] }").contains("kind `rant`"));
    assert!(unknown("to = 'a'\nwhen = { colour = 'red' }").contains("cannot be read"));
    assert!(unknown("to = 'kelurahan_office'").contains("located = true"));
    assert!(unknown("to = 'source_unit'").contains("source_unit = true"));
    let sla = Router::from_toml(&file(&rule("r", "to = 'a'")).replace("sla = 'none'", "sla = 'soon'")).unwrap_err();
    assert!(sla.to_string().contains("the sla `soon`"), "{sla}");
    let channel = "region = '31'\n[channel_sla]\nlapor = 'soon'\n";
    let channel = Router::from_toml(&file(&rule("r", "to = 'a'")).replace("region = '31'\n", channel)).unwrap_err();
    assert!(channel.to_string().contains("channel_sla.lapor"), "{channel}");
    let twice = Router::from_toml(&file(&(rule("r", "to = 'a'") + &rule("r", "to = 'a'")))).unwrap_err();
    assert_eq!(twice, RouteError::DuplicateRule("r".into()));
    let share = Router::from_toml(&file(&rule("r", "to = 'a'")).replace("= 0.5", "= 1.5")).unwrap_err();
    assert!(matches!(share, RouteError::NotAShare { .. }));
    let shared = "[[unit]]\ncode = 'b'\nname_id = 'B'\nname_en = 'B'\nkind = 'dinas'\naliases = ['a']\n";
    let shared = Router::from_toml(&file(&(shared.to_owned() + &rule("r", "to = 'a'")))).unwrap_err();
    assert!(matches!(shared, RouteError::AmbiguousUnit { .. }));
}
