//! The rules as they stand in the file, and as the router uses them: names resolved, conditions as sets.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::situation::{Situation, Space};
use super::{Deadline, RouteError, Unit};
use crate::case::SlaRules;
use crate::event::{Category, Kind};
use crate::territory::{CodePrefix, Layer};

/// What a rule names whose cases are held to no clock.
pub(super) const NO_CLOCK: &str = "none";

/// The file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RuleFile {
    pub(super) version: String,
    pub(super) region: String,
    /// Clocks of channels that bring their own, by channel.
    #[serde(default)]
    pub(super) channel_sla: BTreeMap<String, String>,
    pub(super) doubt: Doubt,
    pub(super) unit: Vec<Unit>,
    pub(super) rule: Vec<WrittenRule>,
}

/// What lowers a rule's confidence, as factors.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Doubt {
    pub(super) near_border_m: f64,
    pub(super) near_border_office: f64,
    pub(super) near_border_other: f64,
    pub(super) unlocated: f64,
    pub(super) unknown_category: f64,
}

impl Doubt {
    pub(super) fn check(&self) -> Result<(), RouteError> {
        share("doubt.near_border_office", self.near_border_office)?;
        share("doubt.near_border_other", self.near_border_other)?;
        share("doubt.unlocated", self.unlocated)?;
        share("doubt.unknown_category", self.unknown_category)
    }
}

/// A rule as written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenRule {
    id: String,
    #[serde(default)]
    when: When,
    to: String,
    second: Option<String>,
    confidence: f64,
    sla: String,
    #[serde(default)]
    assumption: bool,
    #[serde(default)]
    private: bool,
    reason_id: String,
    reason_en: String,
}

/// The conditions of a rule; what is not said fits everything.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct When {
    kind: Option<Vec<String>>,
    category: Option<Vec<String>>,
    territory: Option<Vec<String>>,
    layer: Option<Vec<String>>,
    located: Option<bool>,
    source_unit: Option<bool>,
}

/// Whom a rule names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// A unit, by position.
    Unit(usize),
    /// The office of the kelurahan the problem is in.
    KelurahanOffice,
    /// The unit the channel named.
    SourceUnit,
    /// Nobody, on purpose.
    Nobody,
}

/// A rule with its names resolved.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub(super) id: String,
    kinds: Option<Vec<Option<Kind>>>,
    categories: Option<Vec<Option<Category>>>,
    territory: Option<Vec<CodePrefix>>,
    /// Whether each place of the space lies in its territory; none where every place does, none too before [`Rule::settle`].
    places: Option<Vec<bool>>,
    layers: Option<Vec<Layer>>,
    located: Option<bool>,
    source_unit: Option<bool>,
    pub(super) to: Target,
    pub(super) second: Target,
    pub(super) confidence: f64,
    /// Place of its service level among all of them; none = a case of it is held to no clock.
    pub(super) level: Option<usize>,
    pub(super) deadline: Deadline,
    pub(super) assumption: bool,
    /// Whether what it decides is kept from the public.
    pub(super) private: bool,
    pub(super) reason_id: String,
    pub(super) reason_en: String,
}

impl Rule {
    /// Resolves what a written rule names.
    pub(super) fn resolve(written: WrittenRule, units: &[Unit], levels: &SlaRules) -> Result<Self, RouteError> {
        let WrittenRule { id, when, to, second, .. } = written;
        let unknown = |what, name: &str| RouteError::Unknown {
            rule: id.clone(),
            what,
            name: name.to_owned(),
        };
        let target = |name: &str| match name {
            "kelurahan_office" => Ok(Target::KelurahanOffice),
            "source_unit" => Ok(Target::SourceUnit),
            "nobody" => Ok(Target::Nobody),
            code => {
                let position = units.iter().position(|unit| unit.code == code);
                position.map(Target::Unit).ok_or_else(|| unknown("unit", code))
            }
        };
        let kind = |name: &String| match (name.as_str(), Kind::from_id(name)) {
            ("unread", _) => Ok(None),
            (_, Some(kind)) => Ok(Some(kind)),
            _ => Err(unknown("kind", name)),
        };
        let category = |name: &String| match (name.as_str(), Category::from_id(name)) {
            ("unknown", _) => Ok(None),
            (_, Some(category)) => Ok(Some(category)),
            _ => Err(unknown("category", name)),
        };
        let prefix = |name: &String| name.parse::<CodePrefix>().map_err(|_| unknown("territory", name));
        let layer = |name: &String| Layer::from_id(name).ok_or_else(|| unknown("layer", name));
        share(&format!("confidence of rule `{id}`"), written.confidence)?;
        let level = match written.sla.as_str() {
            NO_CLOCK => None,
            name => Some(levels.position(name).ok_or_else(|| unknown("sla", name))?),
        };
        Ok(Self {
            kinds: when.kind.map(|names| names.iter().map(kind).collect()).transpose()?,
            categories: when.category.map(|names| names.iter().map(category).collect()).transpose()?,
            territory: when.territory.map(|names| names.iter().map(prefix).collect()).transpose()?,
            places: None,
            layers: when.layer.map(|names| names.iter().map(layer).collect()).transpose()?,
            located: when.located,
            source_unit: when.source_unit,
            to: target(&to)?,
            second: second.as_deref().map_or(Ok(Target::Nobody), target)?,
            confidence: written.confidence,
            deadline: level.map(|level| Deadline::of(&levels.rules()[level])).unwrap_or_default(),
            level,
            assumption: written.assumption,
            private: written.private,
            reason_id: written.reason_id,
            reason_en: written.reason_en,
            id,
        })
    }

    /// A rule that nobody writes: every report it fits is received and goes to nobody.
    pub(super) fn to_nobody(id: &str, reason_id: &str, reason_en: &str) -> Self {
        Self {
            id: id.to_owned(),
            kinds: None,
            categories: None,
            territory: None,
            places: None,
            layers: None,
            located: None,
            source_unit: None,
            to: Target::Nobody,
            second: Target::Nobody,
            confidence: 1.0,
            level: None,
            deadline: Deadline::default(),
            assumption: false,
            private: false,
            reason_id: reason_id.to_owned(),
            reason_en: reason_en.to_owned(),
        }
    }

    /// Learns which places of the space of all rules lie in its territory. Before that it fits as if it named none.
    pub(super) fn settle(&mut self, space: &Space) {
        self.places = self.territory.as_ref().map(|territory| space.under(territory));
    }

    /// The code prefixes it names.
    pub(super) fn territory(&self) -> &[CodePrefix] {
        self.territory.as_deref().unwrap_or_default()
    }

    /// The layers it names, in its order.
    pub(super) fn layers(&self) -> &[Layer] {
        self.layers.as_deref().unwrap_or_default()
    }

    /// The categories it names.
    pub(super) fn named_categories(&self) -> impl Iterator<Item = Category> {
        self.categories.iter().flatten().filter_map(|category| *category)
    }

    /// Whether the rule fits a situation of the space it was settled in.
    pub(super) fn fits(&self, situation: Situation) -> bool {
        let touched = |layers: &Vec<Layer>| layers.iter().any(|layer| situation.layers & layer.bit() != 0);
        self.kinds.as_ref().is_none_or(|kinds| kinds.contains(&situation.kind))
            && self
                .categories
                .as_ref()
                .is_none_or(|categories| categories.contains(&situation.category))
            && self.places.as_ref().is_none_or(|places| places[situation.place])
            && self.layers.as_ref().is_none_or(touched)
            && self.located.is_none_or(|located| located == situation.located())
            && self.source_unit.is_none_or(|source_unit| source_unit == situation.source_unit)
    }
}

fn share(place: &str, value: f64) -> Result<(), RouteError> {
    if (0.0..=1.0).contains(&value) {
        return Ok(());
    }
    Err(RouteError::NotAShare {
        place: place.to_owned(),
        value,
    })
}
