//! Rules over layers, territories and regions, told as cases; and every file of rules tried against reading them one by one.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on may panic")]

use std::sync::Arc;

use arrow::array::AsArray;
use proptest::prelude::*;
use tanggap_engine::case::{SLA, SlaRules};
use tanggap_engine::event::{Category, Class, Event, EventBatchBuilder, Kind, schema};
use tanggap_engine::lane::{LaneSettings, LaneState};
use tanggap_engine::route::{Complaint, JAKARTA, NO_PARTNER, RouteError, Router, RuleCheck, asked, route};
use tanggap_engine::territory::{Layer, LayerIndex};

const SURABAYA: &str = include_str!("../../regions/surabaya/routes.toml");
const SURABAYA_SLA: &str = include_str!("../../regions/surabaya/sla.toml");

const LAYERS: &str = r#"{"type": "FeatureCollection", "features": [
    {"type": "Feature", "properties": {"layer": "national_road", "name": "Jalan Gatot Subroto", "buffer_m": 30},
     "geometry": {"type": "LineString", "coordinates": [[106.80, -6.2], [106.85, -6.2]]}},
    {"type": "Feature", "properties": {"layer": "market", "name": "Pasar Contoh"},
     "geometry": {"type": "Polygon", "coordinates": [[[106.81, -6.201], [106.812, -6.201], [106.812, -6.199], [106.81, -6.199], [106.81, -6.201]]]}}]}"#;

/// On the national road, not in the market.
const ROAD: (f64, f64) = (106.83, -6.2001);
/// In the market and on the road.
const BOTH: (f64, f64) = (106.811, -6.2);
const AWAY: (f64, f64) = (106.83, -6.21);

fn levels() -> SlaRules {
    SlaRules::from_toml(SLA).unwrap()
}

fn surabaya_levels() -> SlaRules {
    SlaRules::from_toml(SURABAYA_SLA).unwrap()
}

fn layers() -> Arc<LayerIndex> {
    Arc::new(LayerIndex::from_geojson(LAYERS.as_bytes()).unwrap())
}

fn at(position: (f64, f64), category: Category) -> Complaint<'static> {
    Complaint {
        category: Some(category),
        kind: Some(Kind::Complaint),
        kelurahan: Some(3_174_011_001),
        position: Some(position),
        ..Complaint::default()
    }
}

#[test]
fn a_hole_in_a_national_road_goes_to_the_ministry_and_beside_it_to_the_city() {
    let router = Router::from_toml(JAKARTA).unwrap().with_layers(&layers());
    let road = router.decide(&at(ROAD, Category::JalanRusak));
    assert_eq!((road.rule_id(), road.unit_code()), ("national-road", "kementerian_pu"));
    assert_eq!(road.feature(), Some("Jalan Gatot Subroto"));
    assert!(
        road.reason_id().starts_with("Jalan Gatot Subroto adalah jalan nasional"),
        "{}",
        road.reason_id()
    );
    assert_eq!(router.decide(&at(AWAY, Category::JalanRusak)).unit_code(), "bina_marga");
    // A position touches as many layers as hold it; the rules' order decides, not which of them is nearer.
    assert_eq!(router.decide(&at(BOTH, Category::JalanRusak)).unit_code(), "kementerian_pu");
    assert_eq!(router.decide(&at(BOTH, Category::Sampah)).unit_code(), "pasar_jaya");
    assert_eq!(router.decide(&at(ROAD, Category::Sampah)).unit_code(), "dlh");
    let named = Complaint {
        source_unit: Some("Kominfo"),
        ..at(BOTH, Category::Sampah)
    };
    assert_eq!(
        router.decide(&named).unit_code(),
        "komdigi",
        "who is named by the channel is asked first"
    );
}

#[test]
fn without_a_file_of_layers_nothing_lies_on_any() {
    let router = Router::from_toml(JAKARTA).unwrap();
    for category in Category::ALL {
        for position in [ROAD, BOTH, AWAY] {
            let decision = router.decide(&at(position, *category));
            let unplaced = Complaint {
                position: None,
                ..at(position, *category)
            };
            assert_eq!(decision.rule_id(), router.decide(&unplaced).rule_id());
            assert_eq!(decision.feature(), None);
        }
    }
}

#[test]
fn who_is_never_queued_has_no_clock_and_crime_is_private() {
    let router = Router::from_toml(JAKARTA).unwrap();
    let fire = router.decide(&at(AWAY, Category::Kebakaran));
    assert!(fire.passed_on() && !fire.private());
    let named = Complaint {
        source_unit: Some("Damkar"),
        ..at(AWAY, Category::Sampah)
    };
    let named = router.decide(&named);
    assert_eq!((named.rule_id(), named.unit_code()), ("named-by-source", "gulkarmat"));
    assert!(named.passed_on() && named.deadline.respond_h.is_none(), "{:?}", named.deadline);
    assert!(router.passes_on("112") && !router.passes_on("polda") && !router.passes_on("31.74.01.1001"));
    assert!(router.decide(&at(AWAY, Category::Kriminal)).private());
    assert!(router.is_private("crime") && !router.is_private("fire"));
    for category in Category::ALL {
        assert_eq!(
            router.keeps_private(*category),
            *category == Category::Kriminal,
            "{}",
            category.id()
        );
    }
}

#[test]
fn an_emergency_is_routed_at_once_in_the_order_of_the_log_and_opens_no_case() {
    let settings = LaneSettings {
        keep_signals: false,
        ..LaneSettings::default()
    };
    let report = |id, kind| Event {
        category: Some(Category::Banjir),
        kind: Some(kind),
        position: Some(AWAY),
        ..Event::new(Class::Report, id, 1, 1_768_460_580_000_000)
    };
    let log = [
        ("c0", Kind::Complaint),
        ("e1", Kind::Emergency),
        ("s2", Kind::Suggestion),
        ("c3", Kind::Complaint),
        ("e4", Kind::Emergency),
    ];
    let router = Router::from_toml(JAKARTA).unwrap();
    for rows_a_batch in [1, 2, 5] {
        let mut lane = LaneState::new("qlue", settings.clone());
        let mut routed = Vec::new();
        for (number, part) in log.chunks(rows_a_batch).enumerate() {
            let mut batch = EventBatchBuilder::default();
            for (place, (id, kind)) in part.iter().enumerate() {
                batch.push(i64::try_from(number * rows_a_batch + place).unwrap(), &report(id, *kind));
            }
            let step = lane.apply(&batch.finish(), &());
            let routes = route(&router, "qlue", &asked(&step).unwrap(), &());
            let texts = |name: &str| routes.column_by_name(name).unwrap().as_string::<i32>().clone();
            let (ids, units) = (texts(schema::ID), texts("unit_code"));
            routed.extend((0..routes.num_rows()).map(|row| format!("{} {}", ids.value(row), units.value(row))));
        }
        assert_eq!(routed, ["c0 dsda", "e1 112", "c3 dsda", "e4 112"], "{rows_a_batch} a batch");
    }
}

fn two_regions() -> Router {
    let router = Router::from_toml(JAKARTA).unwrap();
    let router = router
        .with_region("surabaya", &["35.78".to_owned()], SURABAYA, surabaya_levels())
        .unwrap();
    router.with_kelurahan_names([(3_174_011_001, "Tebet Timur"), (3_578_000_000, "Surabaya")])
}

#[test]
fn a_report_goes_to_the_agencies_of_where_the_problem_is() {
    let router = two_regions();
    let surabaya = Complaint {
        kelurahan: Some(3_578_000_000),
        position: Some((112.74, -7.26)),
        ..at(AWAY, Category::JalanRusak)
    };
    let decision = router.decide(&surabaya);
    assert_eq!((decision.unit_code(), decision.rule_id()), ("sby.dsdabm", "surabaya/road"));
    assert_eq!(
        router.level("surabaya/road", "qlue").map(|level| level.id().to_owned()).as_deref(),
        Some("wargaku")
    );
    assert!(router.knows("surabaya/road") && router.is_private("surabaya/crime"));
    assert_eq!(router.decide(&at(AWAY, Category::JalanRusak)).unit_code(), "bina_marga");
    // The same words mean each region's own office in its own rules, and the first region's in tables.
    let named = Complaint {
        source_unit: Some("Dinas Perhubungan"),
        ..surabaya
    };
    assert_eq!(router.decide(&named).unit_code(), "sby.dishub");
    assert_eq!(router.recognise("Dinas Perhubungan").unwrap().code, "dishub");
    assert_eq!(router.recognise("sby.dishub").unwrap().code, "sby.dishub");
    let codes: Vec<&str> = router.units().iter().map(|unit| unit.code.as_str()).collect();
    assert!(codes.contains(&"dishub") && codes.contains(&"sby.dishub"));
}

#[test]
fn a_place_in_no_region_is_received_and_goes_to_nobody() {
    let router = two_regions();
    let bandung = Complaint {
        kelurahan: None,
        position: Some((107.61, -6.92)),
        ..at(AWAY, Category::JalanRusak)
    };
    for source_unit in [None, Some("Dishub")] {
        let decision = router.decide(&Complaint { source_unit, ..bandung });
        assert_eq!((decision.rule_id(), decision.unit.as_ref()), (NO_PARTNER, None));
        assert_eq!(decision.deadline.finish_h, None);
        assert!(decision.reason_en().contains("in no partner region"), "{}", decision.reason_en());
    }
    assert_eq!(router.level(NO_PARTNER, "qlue").map(|level| level.id().to_owned()), None);
    let elsewhere = Complaint {
        kelurahan: Some(3_273_011_001),
        ..bandung
    };
    assert_eq!(router.decide(&elsewhere).rule_id(), NO_PARTNER, "a kelurahan of no region");
    let nowhere = Complaint { position: None, ..bandung };
    assert_eq!(
        router.decide(&nowhere).rule_id(),
        "road",
        "without a place the home region reads it"
    );
    // One region alone answers for everything it is told, as it always did.
    assert_eq!(Router::from_toml(JAKARTA).unwrap().decide(&bandung).rule_id(), "road");
}

#[test]
fn regions_must_not_share_ground_or_units() {
    let region = |codes: &[&str], rules: &str| {
        let codes: Vec<String> = codes.iter().map(|code| (*code).to_owned()).collect();
        let router = Router::from_toml(JAKARTA).unwrap();
        let levels = if rules == JAKARTA { levels() } else { surabaya_levels() };
        router.with_region("twin", &codes, rules, levels).unwrap_err().to_string()
    };
    assert!(region(&["31.75"], SURABAYA).contains("`31` and `31.75` of two regions overlap"));
    assert!(region(&["Surabaya"], SURABAYA).contains("region `twin`: `Surabaya` is not the beginning"));
    assert!(region(&["35.78"], JAKARTA).contains("names both unit"));
}

/// The smallest file around some rules.
fn file(rules: &str) -> String {
    format!(
        "version = 't'\nregion = '31'\n[doubt]\nnear_border_m = 50.0\nnear_border_office = 0.7\nnear_border_other = 1.0\n\
         unlocated = 0.8\nunknown_category = 0.6\n[[unit]]\ncode = 'a'\nname_id = 'A'\nname_en = 'A'\nkind = 'dinas'\n\
         [[unit]]\ncode = 'b'\nname_id = 'B'\nname_en = 'B'\nkind = 'emergency'\n{rules}"
    )
}

fn rule(id: &str, when: &str) -> String {
    format!("[[rule]]\nid = '{id}'\nto = 'a'\nconfidence = 0.5\nsla = 'none'\nreason_id = 'x'\nreason_en = 'x'\nwhen = {{ {when} }}\n")
}

fn faults(rules: &str) -> Vec<String> {
    let check = RuleCheck::of(&file(rules), &levels());
    check.faults.iter().map(RouteError::to_string).collect()
}

#[test]
fn what_can_never_be_reached_is_found_among_territories_and_layers_too() {
    let all = rule("all", "");
    assert_eq!(faults(&(rule("south", "territory = ['31.74']") + &all)), [""; 0]);
    let within = rule("south", "territory = ['31.74']") + &rule("tebet", "territory = ['31.74.01']") + &all;
    assert_eq!(
        faults(&within),
        ["rule `tebet` can never be reached: rules before it take every report it fits (first of them: `south`)"]
    );
    assert_eq!(
        faults(&(rule("tebet", "territory = ['31.74.01']") + &rule("south", "territory = ['31.74']") + &all)),
        [""; 0]
    );
    let road = rule("road", "layer = ['national_road', 'river']") + &rule("river", "layer = ['river']") + &all;
    assert!(faults(&road)[0].starts_with("rule `river` can never be reached"));
    let impossible = rule("never", "territory = ['31.74'], located = false") + &all;
    assert!(faults(&impossible)[0].contains("its own conditions"));
    let uncovered = rule("located", "located = true") + &rule("river", "layer = ['river']");
    assert!(faults(&uncovered)[0].contains("(not located)"), "{:?}", faults(&uncovered));
    assert!(faults(&rule("r", "territory = ['Tebet']"))[0].contains("the territory `Tebet`"));
    assert!(faults(&rule("r", "layer = ['toll']"))[0].contains("the layer `toll`"));
}

#[test]
fn a_check_lists_everything_that_is_wrong_at_once() {
    let clock = rule("clock", "").replace("to = 'a'", "to = 'b'").replace("'none'", "'crm'");
    let private = rule("private", "").replace("when", "private = true\nwhen");
    let found = faults(&(clock + &private + &rule("r", "kind = ['rant']") + &rule("private", "")));
    assert_eq!(found.len(), 4, "{found:?}");
    for (fault, says) in found.iter().zip([
        "kind `rant`",
        "two rules have the id",
        "asks a unit of kind `emergency`",
        "names no category",
    ]) {
        assert!(fault.contains(says), "{fault}");
    }
    assert!(RuleCheck::of("[", &levels()).faults[0].to_string().contains("cannot be read"));
}

#[test]
fn only_rules_that_cross_are_in_conflict() {
    let rules = rule("flood", "category = ['banjir']")
        + &rule("river", "layer = ['river']").replace("to = 'a'", "to = 'b'")
        + &rule("south", "territory = ['31.74']")
        + &rule("all", "");
    let check = RuleCheck::of(&file(&rules), &levels());
    assert!(check.faults.is_empty(), "{:?}", check.faults);
    let pairs: Vec<(&str, &str)> = check
        .conflicts
        .iter()
        .map(|pair| (pair.first.as_str(), pair.later.as_str()))
        .collect();
    // `flood` and `south` ask the same unit; `all` is what the others are exceptions of.
    assert_eq!(pairs, [("flood", "river"), ("river", "south")]);
    let situations: Vec<usize> = check.rules.iter().map(|rule| rule.situations).collect();
    // 7 kinds, 22 categories, 3 places, with a source's unit or not, at a river or not.
    assert_eq!(situations.iter().sum::<usize>(), 7 * 22 * 3 * 2 * 2);
    assert_eq!(situations, [7 * 3 * 2 * 2, 7 * 21 * 3 * 2, 7 * 21 * 2, 7 * 21 * 2 * 2]);
    assert_eq!(check.conflicts[0].situations, 7 * 3 * 2);
}

#[test]
fn the_shipped_rules_hold_and_say_what_they_assume() {
    for (text, levels, rules) in [(JAKARTA, levels(), 35), (SURABAYA, surabaya_levels(), 20)] {
        let check = RuleCheck::of(text, &levels);
        assert!(check.faults.is_empty(), "{:?}", check.faults);
        assert_eq!(check.rules.len(), rules);
        assert!(check.rules.iter().all(|rule| rule.situations > 0));
        assert!(check.rules.iter().any(|rule| rule.assumption));
        assert!(check.rules.iter().any(|rule| rule.passed_on) && check.rules.iter().any(|rule| rule.private));
    }
}

/// A condition drawn at random, as text and as what it means.
#[derive(Clone, Debug)]
struct When {
    category: Option<bool>,
    territory: Vec<&'static str>,
    layers: Vec<usize>,
    located: Option<bool>,
}

const PREFIXES: [&str; 5] = ["31", "31.74", "31.74.01", "31.75", "31.74.01.1001"];
const PLACES: [Option<i64>; 6] = [
    None,
    Some(3_174_011_001),
    Some(3_174_011_002),
    Some(3_174_021_001),
    Some(3_175_011_001),
    Some(3_273_011_001),
];

impl When {
    fn text(&self) -> String {
        let mut parts = Vec::new();
        if let Some(flood) = self.category {
            parts.push(format!("category = ['{}']", if flood { "banjir" } else { "sampah" }));
        }
        if !self.territory.is_empty() {
            parts.push(format!("territory = {:?}", self.territory));
        }
        if !self.layers.is_empty() {
            let ids: Vec<&str> = self.layers.iter().map(|layer| Layer::ALL[*layer].id()).collect();
            parts.push(format!("layer = {ids:?}"));
        }
        if let Some(located) = self.located {
            parts.push(format!("located = {located}"));
        }
        parts.join(", ")
    }

    /// Reads the condition as its text does: by the dotted code, layer by layer.
    fn fits(&self, category: Category, kelurahan: Option<i64>, touched: [bool; 2]) -> bool {
        let code = kelurahan.map(|code| {
            let digits = code.to_string();
            format!("{}.{}.{}.{}", &digits[..2], &digits[2..4], &digits[4..6], &digits[6..])
        });
        self.category
            .is_none_or(|flood| category == if flood { Category::Banjir } else { Category::Sampah })
            && (self.territory.is_empty()
                || code
                    .as_ref()
                    .is_some_and(|code| self.territory.iter().any(|prefix| code.starts_with(prefix))))
            && (self.layers.is_empty() || self.layers.iter().any(|layer| touched.get(*layer).copied().unwrap_or_default()))
            && self.located.is_none_or(|located| located == kelurahan.is_some())
    }
}

fn when() -> impl Strategy<Value = When> {
    (
        proptest::option::of(any::<bool>()),
        proptest::collection::vec(proptest::sample::select(PREFIXES.to_vec()), 0..3),
        proptest::collection::vec(0..3_usize, 0..3),
        proptest::option::of(any::<bool>()),
    )
        .prop_map(|(category, territory, layers, located)| When {
            category,
            territory,
            layers,
            located,
        })
}

proptest! {
    #[test]
    fn the_table_decides_as_reading_the_rules_one_by_one_does(whens in proptest::collection::vec(when(), 1..6)) {
        let mut rules: String = whens.iter().enumerate().map(|(number, when)| rule(&format!("r{number}"), &when.text())).collect();
        rules += &rule("end", "");
        let check = RuleCheck::of(&file(&rules), &levels());
        // A national road, a provincial road, neither; both cross in the middle.
        let road = |layer: &str, from: [f64; 2], to: [f64; 2]| format!(
            r#"{{"type": "Feature", "properties": {{"layer": "{layer}", "name": "x", "buffer_m": 20}}, "geometry": {{"type": "LineString", "coordinates": [{from:?}, {to:?}]}}}}"#
        );
        let roads = format!(
            r#"{{"type": "FeatureCollection", "features": [{}, {}]}}"#,
            road("national_road", [106.8, -6.2], [106.9, -6.2]),
            road("provincial_road", [106.85, -6.25], [106.85, -6.15])
        );
        let roads = Arc::new(LayerIndex::from_geojson(roads.as_bytes()).unwrap());
        let positions = [((106.85, -6.2), [true, true]), ((106.82, -6.2), [true, false]), ((106.85, -6.22), [false, true]), ((106.82, -6.22), [false, false])];
        let first = |category, kelurahan, touched: [bool; 2]| whens.iter().position(|when| when.fits(category, kelurahan, touched));
        match Router::from_toml(&file(&rules)) {
            Ok(router) => {
                let router = router.with_layers(&roads);
                for category in [Category::Banjir, Category::Sampah, Category::Lainnya] {
                    for kelurahan in PLACES {
                        for (position, touched) in &positions {
                            let complaint = Complaint { category: Some(category), kelurahan, position: Some(*position), ..Complaint::default() };
                            let expected = first(category, kelurahan, *touched).map_or_else(|| "end".to_owned(), |number| format!("r{number}"));
                            let decision = router.decide(&complaint);
                            prop_assert_eq!(decision.rule_id(), expected.as_str());
                        }
                    }
                }
                prop_assert!(check.faults.is_empty());
            }
            Err(error) => {
                // Then no report we can think of reaches the rule that is named.
                let RouteError::Unreachable { rule, .. } = error else { panic!("{error}") };
                for category in [Category::Banjir, Category::Sampah, Category::Lainnya] {
                    for kelurahan in PLACES {
                        for (_, touched) in &positions {
                            let reached = first(category, kelurahan, *touched).map_or_else(|| "end".to_owned(), |number| format!("r{number}"));
                            prop_assert_ne!(&reached, &rule);
                        }
                    }
                }
            }
        }
    }
}
