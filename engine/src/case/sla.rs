//! Service levels as data: which clocks a case is held to, how long each runs, and who hears of it when one runs out.
//!
//! A TOML text enters, once; then the facts of a case, and out comes the first [`SlaRule`] that fits, which knows its due times and
//! escalations. What stops a clock is not here: it follows from the transitions of the case.

mod due;
mod error;
mod length;
mod rule;

use serde::Deserialize;

use crate::event::{Category, Kind};
use crate::route::UnitKind;

pub use due::{ClockState, Due, Escalated};
pub use error::SlaError;
pub use length::Length;
pub use rule::{Escalation, Level, SlaClock, SlaRule};

use rule::{UNIT_KINDS, WrittenRule};

/// The published clocks of Jakarta's CRM, its kelurahan offices and SP4N-LAPOR.
pub const SLA: &str = include_str!("../../data/sla.toml");

/// What a rule may look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SlaFacts<'a> {
    /// What the report is; none where nobody has said.
    pub kind: Option<Kind>,
    /// Its category; none where it has none.
    pub category: Option<Category>,
    /// The channel it came by.
    pub channel: &'a str,
    /// What the unit that must answer is; none where nobody is asked.
    pub unit_kind: Option<UnitKind>,
}

/// Rules in order: the first that fits a case decides. Finding it costs one comparison a condition.
#[derive(Clone, Debug)]
pub struct SlaRules {
    version: String,
    at_risk_percent: u8,
    rules: Vec<SlaRule>,
}

/// The file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SlaFile {
    version: String,
    at_risk_percent: u8,
    rule: Vec<WrittenRule>,
}

impl SlaRules {
    /// Reads and checks a file of rules.
    ///
    /// # Errors
    /// Everything [`SlaError`] lists: unreadable, unknown names, a rule that can never be reached, a case no rule fits.
    pub fn from_toml(text: &str) -> Result<Self, SlaError> {
        let file: SlaFile = toml::from_str(text).map_err(|error| SlaError::Unreadable(error.to_string()))?;
        if !(1..=100).contains(&file.at_risk_percent) {
            return Err(SlaError::NoPercent(file.at_risk_percent));
        }
        let mut rules: Vec<SlaRule> = Vec::with_capacity(file.rule.len());
        for written in file.rule {
            let rule = SlaRule::resolve(written, file.at_risk_percent)?;
            if rules.iter().any(|other| other.id() == rule.id()) {
                return Err(SlaError::DuplicateRule(rule.id().to_owned()));
            }
            rules.push(rule);
        }
        check(&rules)?;
        Ok(Self {
            version: file.version,
            at_risk_percent: file.at_risk_percent,
            rules,
        })
    }

    /// Version of the rules; part of the audit trail of every deadline.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Share of a clock's time, in percent, beyond which a case is at risk.
    #[must_use]
    pub const fn at_risk_percent(&self) -> u8 {
        self.at_risk_percent
    }

    /// Every rule, in order.
    #[must_use]
    pub fn rules(&self) -> &[SlaRule] {
        &self.rules
    }

    /// The first rule that fits. There is one for every case of a checked file.
    #[must_use]
    pub fn rule_of(&self, facts: &SlaFacts<'_>) -> Option<&SlaRule> {
        self.rules.iter().find(|rule| rule.fits(facts))
    }

    /// The rule of an id; the only way to those that apply by name only.
    #[must_use]
    pub fn named(&self, id: &str) -> Option<&SlaRule> {
        self.rules.iter().find(|rule| rule.id() == id)
    }
}

/// Tries every case there can be: each must find a rule, and each rule that does not wait to be named must be found.
fn check(rules: &[SlaRule]) -> Result<(), SlaError> {
    let mut reached: Vec<bool> = rules.iter().map(SlaRule::by_name_only).collect();
    for facts in every_case(rules) {
        let Some(first) = rules.iter().position(|rule| rule.fits(&facts)) else {
            return Err(SlaError::Uncovered {
                kind: facts.kind.map_or("unread", Kind::id),
                category: facts.category.map_or("unknown", Category::id),
                channel: facts.channel.to_owned(),
                unit_kind: facts.unit_kind.map_or("none", UnitKind::id),
            });
        };
        reached[first] = true;
    }
    let Some(position) = reached.iter().position(|reached| !reached) else {
        return Ok(());
    };
    let mut taken = every_case(rules).filter(|facts| rules[position].fits(facts));
    let by = taken.find_map(|facts| rules.iter().find(|rule| rule.fits(&facts)));
    Err(SlaError::Unreachable {
        rule: rules[position].id().to_owned(),
        by: by.map_or_else(|| "its own conditions".to_owned(), |rule| rule.id().to_owned()),
    })
}

/// Every combination of kind, category, channel (those some rule names, and one more) and kind of unit.
fn every_case(rules: &[SlaRule]) -> impl Iterator<Item = SlaFacts<'_>> {
    let mut channels: Vec<&str> = rules.iter().flat_map(SlaRule::channels).collect();
    channels.sort_unstable();
    channels.dedup();
    channels.push("another channel");
    let kinds = || Kind::ALL.iter().copied().map(Some).chain([None]);
    let categories = || Category::ALL.iter().copied().map(Some).chain([None]);
    let unit_kinds = || UNIT_KINDS.into_iter().map(Some).chain([None]);
    channels.into_iter().flat_map(move |channel| {
        kinds().flat_map(move |kind| {
            categories().flat_map(move |category| {
                unit_kinds().map(move |unit_kind| SlaFacts {
                    kind,
                    category,
                    channel,
                    unit_kind,
                })
            })
        })
    })
}

#[cfg(test)]
mod tests;
