//! Which corner of the rules' world a report stands in. Rules see only this, so every possible report can be tried.
//!
//! Kelurahan that no rule can tell apart are one place: there is one for each code prefix some rule names, one for those under none of them,
//! and one for reports without a kelurahan. Layers that no rule names are not looked at; of those that are, a report may touch any.

use std::collections::BTreeSet;

use super::rule::Rule;
use crate::event::{Category, Kind};
use crate::territory::{CodePrefix, Layer, Level};

/// The facts of a report that rules can tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Situation {
    pub(super) kind: Option<Kind>,
    pub(super) category: Option<Category>,
    /// Number of its place in the [`Space`].
    pub(super) place: usize,
    pub(super) source_unit: bool,
    /// Layers it touches ([`Layer::bit`]), of those some rule names.
    pub(super) layers: u8,
}

impl Situation {
    /// Whether it has a kelurahan.
    pub(super) const fn located(self) -> bool {
        self.place != NOWHERE
    }
}

/// Place of reports without a kelurahan.
const NOWHERE: usize = 0;
/// Place of kelurahan under no prefix that is named.
const ELSEWHERE: usize = 1;
/// Place of the first prefix.
const FIRST: usize = 2;

/// All situations of a file of rules.
#[derive(Clone, Debug, Default)]
pub(super) struct Space {
    /// Code prefixes some rule names, each once.
    prefixes: Vec<CodePrefix>,
    /// Integer code → place, sorted, by level from the kelurahan up.
    places: [Vec<(i64, usize)>; Level::ALL.len()],
    layers: Vec<Layer>,
}

impl Space {
    const KINDS: usize = Kind::ALL.len() + 1;
    const CATEGORIES: usize = Category::ALL.len() + 1;
    /// More than this many are not tried: it would take seconds, and megabytes.
    pub(super) const MOST: usize = 1 << 20;

    /// What these rules can tell apart.
    pub(super) fn of(rules: &[Rule]) -> Self {
        let layers: BTreeSet<Layer> = rules.iter().flat_map(Rule::layers).copied().collect();
        let mut space = Self {
            layers: layers.into_iter().collect(),
            ..Self::default()
        };
        for prefix in rules.iter().flat_map(Rule::territory) {
            if !space.prefixes.contains(prefix) {
                space.prefixes.push(*prefix);
            }
        }
        for (number, prefix) in space.prefixes.iter().enumerate() {
            space.places[prefix.level() as usize].push((prefix.integer(), FIRST + number));
        }
        for places in &mut space.places {
            places.sort_unstable();
        }
        space
    }

    /// Whether some rule asks for a layer.
    pub(super) fn looks_at_layers(&self) -> bool {
        !self.layers.is_empty()
    }

    /// Of some layers ([`Layer::bit`]) those that some rule names.
    pub(super) fn looked_at(&self, layers: u8) -> u8 {
        self.layers.iter().fold(0, |bits, layer| bits | (layers & layer.bit()))
    }

    /// The place of a kelurahan: that of the longest prefix of its code.
    pub(super) fn place(&self, kelurahan: Option<i64>) -> usize {
        let Some(kelurahan) = kelurahan else { return NOWHERE };
        for (level, places) in Level::ALL.into_iter().zip(&self.places) {
            let integer = kelurahan / level.divisor();
            if let Ok(found) = places.binary_search_by_key(&integer, |(code, _)| *code) {
                return places[found].1;
            }
        }
        ELSEWHERE
    }

    /// Which places lie under one of some prefixes, by number. A place of a prefix holds no kelurahan of a longer one that is named.
    pub(super) fn under(&self, prefixes: &[CodePrefix]) -> Vec<bool> {
        let under = |prefix: &CodePrefix| prefixes.iter().any(|other| other.holds_all_of(*prefix));
        [false, false].into_iter().chain(self.prefixes.iter().map(under)).collect()
    }

    /// A place in words.
    pub(super) fn place_in_words(&self, place: usize) -> String {
        match place.checked_sub(FIRST).and_then(|number| self.prefixes.get(number)) {
            Some(prefix) => format!("located in {prefix}"),
            None if place == NOWHERE => "not located".to_owned(),
            None => "located".to_owned(),
        }
    }

    /// How many situations there are.
    pub(super) fn count(&self) -> usize {
        (Self::KINDS * Self::CATEGORIES * (FIRST + self.prefixes.len()) * 2) << self.layers.len()
    }

    /// A situation's place in a table of all of them.
    pub(super) fn index(&self, situation: Situation) -> usize {
        let kind = situation.kind.map_or(Kind::ALL.len(), |kind| usize::from(kind as u8));
        let category = situation
            .category
            .map_or(Category::ALL.len(), |category| usize::from(category as u8));
        let places = FIRST + self.prefixes.len();
        let index = ((kind * Self::CATEGORIES + category) * places + situation.place) * 2 + usize::from(situation.source_unit);
        let touched = |layer: &Layer| usize::from(situation.layers & layer.bit() != 0);
        self.layers.iter().fold(index, |index, layer| index * 2 + touched(layer))
    }

    /// Every situation, by index.
    pub(super) fn all(&self) -> impl Iterator<Item = Situation> {
        let (places, sets) = (FIRST + self.prefixes.len(), 1 << self.layers.len());
        (0..self.count()).map(move |index| {
            let (set, rest) = (index % sets, index / sets);
            let last = self.layers.len().saturating_sub(1);
            let touched = self
                .layers
                .iter()
                .enumerate()
                .filter(|(position, _)| (set >> (last - position)) & 1 == 1);
            Situation {
                kind: Kind::ALL.get(rest / 2 / places / Self::CATEGORIES).copied(),
                category: Category::ALL.get(rest / 2 / places % Self::CATEGORIES).copied(),
                place: rest / 2 % places,
                source_unit: rest % 2 == 1,
                layers: touched.fold(0, |bits, (_, layer)| bits | layer.bit()),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Situation, Space};
    use crate::territory::Layer;

    fn space() -> Space {
        let prefixes = ["31.74", "31.74.01", "31", "31.71.08.1004"];
        let mut space = Space {
            prefixes: prefixes.iter().map(|text| text.parse().unwrap()).collect(),
            layers: vec![Layer::NationalRoad, Layer::River, Layer::Market],
            ..Space::default()
        };
        for (number, prefix) in space.prefixes.iter().enumerate() {
            space.places[prefix.level() as usize].push((prefix.integer(), number + super::FIRST));
        }
        space
    }

    #[test]
    fn every_situation_has_its_own_index() {
        for space in [Space::default(), space()] {
            let mut seen: Vec<Situation> = Vec::new();
            for (position, situation) in space.all().enumerate() {
                assert_eq!(space.index(situation), position);
                assert_eq!(space.looked_at(situation.layers), situation.layers);
                seen.push(situation);
            }
            assert_eq!(seen.len(), space.count());
            let last = seen.last().unwrap();
            assert_eq!((last.kind, last.category, last.source_unit), (None, None, true));
        }
    }

    #[test]
    fn a_kelurahan_is_in_the_place_of_the_longest_prefix_of_its_code() {
        let space = space();
        let places = [
            None,
            Some(3_578_010_001),
            Some(3_174_021_001),
            Some(3_174_011_001),
            Some(3_171_011_001),
            Some(3_171_081_004),
        ];
        assert_eq!(places.map(|kelurahan| space.place(kelurahan)), [0, 1, 2, 3, 4, 5]);
        let under = |texts: &[&str]| space.under(&texts.iter().map(|text| text.parse().unwrap()).collect::<Vec<_>>());
        assert_eq!(under(&["31.74"]), [false, false, true, true, false, false]);
        assert_eq!(under(&["31"]), [false, false, true, true, true, true]);
        assert_eq!(under(&["31.74.01", "31.71.08.1004"]), [false, false, false, true, false, true]);
    }
}
