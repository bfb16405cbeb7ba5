//! Service levels as data: which clocks a case is held to, how long each runs, and who hears of it when one runs out.
//!
//! A TOML text enters, once; out come [`SlaRule`]s by name, which know their due times and escalations. Which of them a case has is said by
//! its route ([`crate::route::Router::level`]); what stops a clock, and in which pauses it stands still, follows from the transitions of the
//! case ([`super::Story`]).

mod due;
mod error;
mod length;
mod rule;

use serde::Deserialize;

pub use due::{ClockState, Due, Escalated};
pub use error::SlaError;
pub use length::Length;
pub use rule::{Escalation, Level, SlaClock, SlaRule};

use rule::WrittenRule;

/// The published clocks of Jakarta's CRM, its kelurahan offices and SP4N-LAPOR.
pub const SLA: &str = include_str!("../../data/sla.toml");

/// Service levels by name, in the order of the file.
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
    /// Reads and checks a file of service levels.
    ///
    /// # Errors
    /// Everything [`SlaError`] lists: unreadable, two of one name, a length that is none, an escalation that does not climb.
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

    /// The place of the rule of a name among [`Self::rules`].
    #[must_use]
    pub fn position(&self, id: &str) -> Option<usize> {
        self.rules.iter().position(|rule| rule.id() == id)
    }

    /// The rule of a name.
    #[must_use]
    pub fn named(&self, id: &str) -> Option<&SlaRule> {
        self.position(id).map(|position| &self.rules[position])
    }
}

#[cfg(test)]
mod tests;
