//! From names to one answer. Of what each name could be, that is kept which fits most other names (`Jatinegara, Cakung` is the kelurahan
//! in Cakung, not the kecamatan); a name that only holds another is its context; what is then left is answered by the smallest unit that
//! holds all of it. Roads refine a kecamatan or kota and are refined by a kelurahan.

use super::area::Area;
use super::gazetteer::Gazetteer;
use super::mention::{Manner, Mention};
use super::whereabouts::{PlaceLevel, Whereabouts};
use crate::territory::Level;

/// The answer for the names of a text.
pub(super) fn resolve(gazetteer: &Gazetteer, mentions: &[Mention]) -> Whereabouts {
    let (sights, mut roads) = chosen(mentions);
    let fitting = fitting(&sights);
    let leaves = leaves(&fitting);
    let mut areas: Vec<Area> = leaves.iter().flat_map(|leaf| fitting[*leaf].iter().copied()).collect();
    areas.sort_unstable();
    areas.dedup();
    let unit = Area::smallest_holding(&areas);
    let position = match leaves.as_slice() {
        [only] => sights[*only].position,
        _ => None,
    };
    let mut level = match (position, unit) {
        (Some(_), _) => PlaceLevel::Point,
        (None, Some(unit)) => at(unit.level),
        (None, None) => PlaceLevel::None,
    };
    let mut code = unit.map(Area::code);
    if areas.is_empty() && roads.is_empty() {
        // Nothing but things named after places, which need not lie there: what they could mean is said, and no more.
        roads = mentions.iter().filter(|mention| mention.manner == Manner::Namesake).collect();
        level = if roads.iter().any(|road| road.street) {
            PlaceLevel::Street
        } else {
            PlaceLevel::None
        };
        areas = sorted(roads.iter().flat_map(|road| road.areas.iter().copied()));
    } else if level < PlaceLevel::Kelurahan
        && let Some(along) = along(&roads, unit.filter(|_| !areas.is_empty()))
        && (areas.is_empty() || unit.is_some())
    {
        level = PlaceLevel::Street;
        code = Area::smallest_holding(&along).map(Area::code);
        areas = along;
    }
    Whereabouts {
        level,
        code,
        position,
        rt: None,
        rw: None,
        candidates: areas.into_iter().map(|area| gazetteer.candidate(area)).collect(),
        words: mentions.iter().map(|mention| mention.words.clone()).collect(),
    }
}

/// The names that are places, and the roads. Directions count where there is nothing else.
fn chosen(mentions: &[Mention]) -> (Vec<&Mention>, Vec<&Mention>) {
    let of = |manner: Manner, street: bool| -> Vec<&Mention> {
        let fits = |mention: &&Mention| mention.manner == manner && mention.street == street;
        mentions.iter().filter(fits).collect()
    };
    let (mut sights, mut roads) = (of(Manner::Place, false), of(Manner::Place, true));
    if sights.is_empty() && roads.is_empty() {
        sights = of(Manner::Direction, false);
        roads = of(Manner::Direction, true);
    }
    (sights, roads)
}

/// Of each name the units that are nested with some unit of the most other names.
fn fitting(sights: &[&Mention]) -> Vec<Vec<Area>> {
    let mut fitting = Vec::with_capacity(sights.len());
    for (place, sight) in sights.iter().enumerate() {
        let others = |area: Area| {
            let fits = |(other, mention): &(usize, &&Mention)| *other != place && mention.areas.iter().any(|unit| unit.nested(area));
            sights.iter().enumerate().filter(fits).count()
        };
        let counts: Vec<usize> = sight.areas.iter().map(|area| others(*area)).collect();
        let most = counts.iter().copied().max().unwrap_or(0);
        let kept = sight.areas.iter().zip(&counts).filter(|(_, count)| **count == most);
        fitting.push(kept.map(|(area, _)| *area).collect());
    }
    fitting
}

/// Places of the names that are not just the context of another.
fn leaves(fitting: &[Vec<Area>]) -> Vec<usize> {
    let within = |inner: &[Area], outer: &[Area]| outer.iter().any(|one| inner.iter().all(|area| one.holds(*area)));
    let is_context = |place: usize| {
        fitting.iter().enumerate().any(|(other, areas)| {
            // Of names for the same units the first stays.
            other != place && within(areas, &fitting[place]) && (!within(&fitting[place], areas) || other < place)
        })
    };
    (0..fitting.len()).filter(|place| !is_context(*place)).collect()
}

/// The units the roads run through, within a unit if one is given; none where no road runs through it.
fn along(roads: &[&Mention], within: Option<Area>) -> Option<Vec<Area>> {
    let mut along = sorted(roads.iter().flat_map(|road| road.areas.iter().copied()));
    if let Some(unit) = within {
        along.retain(|area| area.nested(unit));
    }
    (!along.is_empty()).then_some(along)
}

fn sorted(areas: impl Iterator<Item = Area>) -> Vec<Area> {
    let mut sorted: Vec<Area> = areas.collect();
    sorted.sort_unstable();
    sorted.dedup();
    sorted
}

fn at(level: Level) -> PlaceLevel {
    match level {
        Level::Kelurahan => PlaceLevel::Kelurahan,
        Level::Kecamatan => PlaceLevel::Kecamatan,
        Level::Kota => PlaceLevel::Kota,
        Level::Region => PlaceLevel::None,
    }
}
