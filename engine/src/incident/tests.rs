//! What the linking must keep to, whatever comes in and in whatever order.

mod merges;
mod photos;
mod sweeps;

use proptest::prelude::*;

use super::{Feature, IncidentRules, Incidents, Note, ReportKey, Shown, Tie, Witness};
use crate::event::{Category, Kind};

const MINUTE: i64 = 60_000_000;
const HOUR: i64 = 60 * MINUTE;
/// 2026-01-05T00:00Z, µs.
const START: i64 = 1_767_571_200_000_000;

/// A report so many metres east and north of a corner of the city.
#[derive(Clone, Debug)]
struct Told {
    channel: &'static str,
    id: String,
    time_us: i64,
    at: Option<(f64, f64)>,
    category: Category,
    kind: Option<Kind>,
    reporter: u64,
}

impl Told {
    fn new(id: &(impl ToString + ?Sized), category: Category, minute: i64, at: (f64, f64)) -> Self {
        let id = id.to_string();
        Self {
            channel: "qlue",
            time_us: START + minute * MINUTE,
            at: Some(at),
            category,
            kind: Some(Kind::Complaint),
            reporter: xxhash_rust::xxh3::xxh3_64(id.as_bytes()),
            id,
        }
    }

    fn witness(&self) -> Witness<'_> {
        Witness {
            channel: self.channel,
            id: &self.id,
            time_us: self.time_us,
            position: self.at.map(|(east, north)| (106.8 + east / 110_668.0, -6.2 + north / 110_574.0)),
            kelurahan: None,
            category: self.category,
            kind: self.kind,
            reporter: self.reporter,
        }
    }
}

fn empty() -> Incidents {
    Incidents::new(IncidentRules::builtin().clone())
}

fn of(told: &[Told]) -> Incidents {
    let mut incidents = empty();
    for report in told {
        incidents.take(&report.witness());
    }
    incidents.settle();
    incidents
}

/// Ids of the reports of each incident, sorted.
fn groups(incidents: &Incidents) -> Vec<Vec<String>> {
    let ids = |first: &ReportKey| {
        let incident = incidents.incident(&first.channel, &first.id).unwrap();
        let mut ids: Vec<String> = incident.members.into_iter().map(|member| member.key.to_string()).collect();
        ids.sort();
        ids
    };
    let mut groups: Vec<Vec<String>> = incidents.outlines(1).map(|outline| ids(&outline.first)).collect();
    groups.sort();
    groups
}

fn said(linked: bool, minute: i64, report: &str, other: &str) -> Note {
    Note {
        time_us: START + minute * MINUTE,
        offset: minute,
        report: ReportKey::new("qlue", report),
        other: Some(ReportKey::new("qlue", other)),
        linked,
    }
}

#[test]
fn witnesses_on_three_channels_are_one_incident_and_each_link_says_why() {
    let mut incidents = empty();
    incidents.add(&Told::new("a", Category::PohonTumbang, 0, (0.0, 0.0)).witness());
    let mut driver = Told::new("b", Category::BahayaJalan, 30, (12.0, 5.0));
    (driver.channel, driver.kind) = ("waze", None);
    let mut tweet = Told::new("c", Category::Lainnya, 40, (8.0, -4.0));
    (tweet.channel, tweet.kind) = ("twitter", None);
    let by_driver = incidents.add(&driver.witness());
    let by_tweet = incidents.add(&tweet.witness());
    for linked in [&by_driver, &by_tweet] {
        assert_eq!(linked.incident.to_string(), "qlue:a");
        let sum: f64 = linked.reasons.iter().map(|reason| reason.weight).sum();
        assert!((sum - linked.score.unwrap()).abs() < 1e-4, "{linked:?}");
    }
    let features = |reasons: &[super::Reason]| reasons.iter().map(|reason| reason.feature).collect::<Vec<_>>();
    let near = [Feature::Place, Feature::Time, Feature::Crowd];
    assert_eq!(features(&by_driver.reasons), [&near[..], &[Feature::RelatedCategory]].concat());
    assert_eq!(features(&by_tweet.reasons), [&near[..], &[Feature::UnreadCategory]].concat());
    let incident = incidents.incident("twitter", "c").unwrap();
    assert_eq!((incident.witnesses, incident.category), (3, Category::PohonTumbang));
    assert_eq!(incident.members[0].tie, Tie::First);
}

#[test]
fn one_person_who_repeats_a_report_is_one_witness() {
    let mut told = vec![Told::new("a", Category::Kebakaran, 0, (0.0, 0.0))];
    told.push(Told {
        reporter: told[0].reporter,
        ..Told::new("b", Category::Kebakaran, 5, (3.0, 0.0))
    });
    let incidents = of(&told);
    let outline = incidents.outline("qlue", "b").unwrap();
    assert_eq!((outline.reports, outline.witnesses), (2, 1));
    assert_eq!(of(&[told[0].clone(), told[0].clone()]).reports(), 1, "one report given twice");
}

#[test]
fn two_fires_three_hundred_metres_apart_are_two() {
    // Eight witnesses each, in a ring of 40 m around theirs, in turn.
    let told: Vec<Told> = (0..16)
        .map(|number| {
            let (fire, witness) = (number % 2, f64::from(number / 2));
            let (sine, cosine) = (witness * 0.8).sin_cos();
            let at = (f64::from(fire) * 300.0 + 40.0 * cosine, 40.0 * sine);
            Told::new(&format!("{fire}-{witness}"), Category::Kebakaran, i64::from(number) * 3, at)
        })
        .collect();
    let incidents = of(&told);
    for fire in ["0", "1"] {
        let outline = incidents.outline("qlue", &format!("{fire}-0")).unwrap();
        assert_eq!((outline.witnesses, outline.first.id.as_str()), (8, &*format!("{fire}-0")));
    }
}

#[test]
fn one_flood_over_three_kelurahan_is_one_and_a_farther_one_is_another() {
    let flood = |name: &str, from_m: f64| -> Vec<Told> {
        (0..24)
            .map(|number| {
                // From both ends, so that puddles run together only later.
                let step = if number % 2 == 0 { number / 2 } else { 23 - number / 2 };
                let at = (from_m + f64::from(step) * 110.0, f64::from(number % 3) * 60.0);
                Told::new(&format!("{name}{number}"), Category::Banjir, i64::from(number) * 6, at)
            })
            .collect()
    };
    let incidents = of(&[flood("a", 0.0), flood("b", 20_000.0)].concat());
    for name in ["a", "b"] {
        let incident = incidents.incident("qlue", &format!("{name}23")).unwrap();
        assert_eq!((incident.witnesses, incident.first.id.as_str()), (24, &*format!("{name}0")));
        let chained = incident.members.iter().find(|member| member.tie == Tie::Chain);
        assert!(chained.unwrap().score >= Some(IncidentRules::builtin().threshold()));
    }
}

#[test]
fn a_flood_does_not_chain_across_the_whole_city() {
    let told: Vec<Told> = (0..150_i32)
        .map(|number| {
            Told::new(
                &number.to_string(),
                Category::Banjir,
                i64::from(number) * 2,
                (f64::from(number) * 200.0, 0.0),
            )
        })
        .collect();
    let incidents = of(&told);
    for outline in incidents.outlines(1) {
        let incident = incidents.incident("qlue", &outline.first.id).unwrap();
        let east = |member: &super::Member| member.position.unwrap().0 * 110_668.0;
        let (first, last) = (
            east(&incident.members[0]),
            incident.members.iter().map(east).fold(f64::MIN, f64::max),
        );
        assert!(last - first < 9_000.0, "{} m", last - first);
    }
    assert!(incidents.outlines(1).count() <= 8);
}

#[test]
fn the_same_photo_links_what_place_and_category_do_not_but_not_across_the_city() {
    let photo = |incidents: &mut Incidents, id| {
        incidents.shows(&Shown {
            channel: "qlue",
            id,
            time_us: START + HOUR,
            file: Some(7),
            look: Some(9),
        });
    };
    let mut told = vec![
        Told::new("a", Category::Sampah, 0, (0.0, 0.0)),
        Told::new("b", Category::Kebersihan, 90, (700.0, 0.0)),
        Told::new("c", Category::Sampah, 100, (0.0, 0.0)),
        Told::new("d", Category::Sampah, 110, (15_000.0, 0.0)),
    ];
    told[2].at = None;
    let mut incidents = of(&told);
    assert_eq!(groups(&incidents).len(), 4);
    for id in ["d", "c", "b", "a"] {
        photo(&mut incidents, id);
    }
    incidents.settle();
    assert_eq!(groups(&incidents), [vec!["qlue:a", "qlue:b", "qlue:c"], vec!["qlue:d"]]);
    let member = &incidents.incident("qlue", "c").unwrap().members[2];
    assert_eq!(member.reasons[0].feature, Feature::SameFile);
}

#[test]
fn an_unlocated_report_is_linked_by_nothing_but_a_photo() {
    let mut told = vec![
        Told::new("a", Category::Kebakaran, 0, (0.0, 0.0)),
        Told::new("b", Category::Kebakaran, 1, (0.0, 0.0)),
    ];
    told[1].at = None;
    assert_eq!(groups(&of(&told)).len(), 2);
}

#[test]
fn what_has_no_name_is_not_linked_by_its_place() {
    let told = [
        Told::new("a", Category::Lainnya, 0, (0.0, 0.0)),
        Told::new("b", Category::Lainnya, 1, (0.0, 0.0)),
        Told::new("c", Category::LayananAdministrasi, 0, (0.0, 0.0)),
        Told::new("d", Category::LayananAdministrasi, 1, (0.0, 0.0)),
    ];
    assert_eq!(groups(&of(&told)).len(), 4);
}

#[test]
fn an_operator_splits_and_merges_and_the_last_word_stands() {
    let tree = |id: &str, minute, east| Told::new(id, Category::PohonTumbang, minute, (east, 0.0));
    let told = [tree("a", 0, 0.0), tree("b", 10, 5.0), tree("c", 20, 8.0), tree("d", 30, 900.0)];
    let mut incidents = of(&told);
    assert_eq!(groups(&incidents), [vec!["qlue:a", "qlue:b", "qlue:c"], vec!["qlue:d"]]);

    incidents.note(said(false, 40, "a", "a"));
    incidents.settle();
    assert_eq!(
        groups(&incidents),
        [vec!["qlue:a"], vec!["qlue:b", "qlue:c"], vec!["qlue:d"]],
        "who is split off takes nobody along"
    );
    incidents.note(said(true, 50, "d", "c"));
    incidents.settle();
    assert_eq!(groups(&incidents), [vec!["qlue:a"], vec!["qlue:b", "qlue:c", "qlue:d"]]);
    let ties: Vec<Tie> = incidents
        .incident("qlue", "d")
        .unwrap()
        .members
        .iter()
        .map(|member| member.tie)
        .collect();
    assert_eq!(ties, [Tie::First, Tie::Operator, Tie::Operator]);

    incidents.note(said(false, 60, "d", "c"));
    incidents.note(said(true, 70, "a", "b"));
    incidents.settle();
    assert_eq!(groups(&incidents), [vec!["qlue:a", "qlue:b", "qlue:c"], vec!["qlue:d"]]);
}

/// One thing that is told of incidents.
#[derive(Clone, Debug)]
enum Piece {
    Report(Told),
    Photo(String, u64),
    Note(Note),
}

impl Piece {
    fn give(&self, incidents: &mut Incidents) {
        match self {
            Self::Report(told) => {
                incidents.take(&told.witness());
            }
            Self::Photo(id, file) => incidents.shows(&Shown {
                channel: "qlue",
                id,
                time_us: START,
                file: Some(*file),
                look: None,
            }),
            Self::Note(note) => {
                incidents.note(note.clone());
            }
        }
    }
}

prop_compose! {
    fn report()(
        id in 0_u32..40,
        category in prop::sample::select(vec![
            Category::Banjir, Category::Banjir, Category::Kebakaran, Category::PohonTumbang, Category::BahayaJalan, Category::Sampah,
            Category::Kebersihan, Category::Lainnya,
        ]),
        minute in 0_i64..240,
        at in (0_i32..1_500, 0_i32..400),
        (reporter, channel, placed) in (0_u64..12, 0_usize..3, 0_u8..12),
    ) -> Told {
        Told {
            channel: ["qlue", "twitter", "waze"][channel],
            kind: (channel == 0).then_some(Kind::Complaint),
            reporter,
            at: (placed > 0).then_some((f64::from(at.0), f64::from(at.1))),
            ..Told::new(&id.to_string(), category, minute, (0.0, 0.0))
        }
    }
}

fn pieces() -> impl Strategy<Value = Vec<Piece>> {
    let note = (any::<bool>(), 0_i64..300, 0_u32..40, 0_u32..40);
    let note = note.prop_map(|(linked, minute, report, other)| Piece::Note(said(linked, minute, &report.to_string(), &other.to_string())));
    let piece = prop_oneof![
        20 => report().prop_map(Piece::Report),
        3 => (0_u32..40, 0_u64..4).prop_map(|(id, file)| Piece::Photo(id.to_string(), file)),
        1 => note,
    ];
    prop::collection::vec(piece, 1..70)
}

/// The first report of each id, as a city has it; photos and notes in their order.
fn each_once(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut seen = std::collections::BTreeSet::new();
    let mut once = pieces;
    once.retain(|piece| match piece {
        Piece::Report(told) => seen.insert(format!("{}:{}", told.channel, told.id)),
        Piece::Photo(..) | Piece::Note(_) => true,
    });
    once
}

proptest! {
    #[test]
    fn the_order_of_arrival_does_not_matter(pieces in pieces(), order in prop::collection::vec(any::<u32>(), 70), settle in 1_usize..9) {
        let pieces = each_once(pieces);
        let mut sorted = pieces.clone();
        sorted.sort_by_key(|piece| match piece {
            Piece::Report(told) => (told.time_us, told.channel, told.id.clone()),
            Piece::Photo(..) | Piece::Note(_) => (i64::MAX, "", String::new()),
        });
        let mut expected = empty();
        for piece in &sorted {
            piece.give(&mut expected);
        }
        expected.settle();

        let mut shuffled: Vec<(u32, &Piece)> = order.into_iter().zip(&pieces).collect();
        shuffled.sort_by_key(|(key, _)| *key);
        let mut incidents = empty();
        for (number, (_, piece)) in shuffled.iter().enumerate() {
            piece.give(&mut incidents);
            if number % settle == 0 {
                incidents.settle();
            }
        }
        incidents.settle();
        prop_assert_eq!(groups(&incidents), groups(&expected));
        for outline in expected.outlines(1) {
            let (channel, id) = (&outline.first.channel, &outline.first.id);
            prop_assert_eq!(incidents.incident(channel, id), expected.incident(channel, id));
        }
    }

    #[test]
    fn every_report_is_in_one_incident_with_no_other_of_it_farther_than_its_family_allows(told in prop::collection::vec(report(), 1..60)) {
        let told: Vec<Told> = each_once(told.into_iter().map(Piece::Report).collect())
            .into_iter()
            .filter_map(|piece| match piece {
                Piece::Report(told) => Some(told),
                Piece::Photo(..) | Piece::Note(_) => None,
            })
            .collect();
        let incidents = of(&told);
        let groups = groups(&incidents);
        prop_assert_eq!(groups.iter().map(Vec::len).sum::<usize>(), told.len());
        for group in &groups {
            let of_fire = told.iter().filter(|report| group.contains(&format!("{}:{}", report.channel, report.id)));
            let fires: Vec<&Told> = of_fire.filter(|report| report.category == Category::Kebakaran).collect();
            for (one, other) in fires.iter().flat_map(|one| fires.iter().map(move |other| (one, other))) {
                let (Some(one), Some(other)) = (one.at, other.at) else { continue };
                prop_assert!((one.0 - other.0).hypot(one.1 - other.1) < 501.0, "twice the radius");
            }
        }
    }
}
