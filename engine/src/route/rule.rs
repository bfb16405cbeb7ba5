//! The rules as they stand in the file, and as the router uses them: names resolved, conditions as sets.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::complaint::Situation;
use super::{Deadline, RouteError, Unit};
use crate::event::{Category, Kind};

/// The file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RuleFile {
    pub(super) version: String,
    pub(super) region: String,
    pub(super) sla: BTreeMap<String, Deadline>,
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
    reason_id: String,
    reason_en: String,
}

/// The conditions of a rule; what is not said fits everything.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct When {
    kind: Option<Vec<String>>,
    category: Option<Vec<String>>,
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
    located: Option<bool>,
    source_unit: Option<bool>,
    pub(super) to: Target,
    pub(super) second: Target,
    pub(super) confidence: f64,
    pub(super) deadline: Deadline,
    pub(super) assumption: bool,
    pub(super) reason_id: String,
    pub(super) reason_en: String,
}

impl Rule {
    /// Resolves what a written rule names.
    pub(super) fn resolve(written: WrittenRule, units: &[Unit], sla: &BTreeMap<String, Deadline>) -> Result<Self, RouteError> {
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
        share(&format!("confidence of rule `{id}`"), written.confidence)?;
        Ok(Self {
            kinds: when.kind.map(|names| names.iter().map(kind).collect()).transpose()?,
            categories: when.category.map(|names| names.iter().map(category).collect()).transpose()?,
            located: when.located,
            source_unit: when.source_unit,
            to: target(&to)?,
            second: second.as_deref().map_or(Ok(Target::Nobody), target)?,
            confidence: written.confidence,
            deadline: *sla.get(&written.sla).ok_or_else(|| unknown("sla", &written.sla))?,
            assumption: written.assumption,
            reason_id: written.reason_id,
            reason_en: written.reason_en,
            id,
        })
    }

    /// Whether the rule fits a situation.
    pub(super) fn fits(&self, situation: Situation) -> bool {
        self.kinds.as_ref().is_none_or(|kinds| kinds.contains(&situation.kind))
            && self
                .categories
                .as_ref()
                .is_none_or(|categories| categories.contains(&situation.category))
            && self.located.is_none_or(|located| located == situation.located)
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
