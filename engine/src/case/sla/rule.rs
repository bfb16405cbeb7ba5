//! One rule of service levels: its clocks and its escalations.

use serde::Deserialize;

use super::{Length, SlaError};

/// A clock a case is held to. All of them start when the case is filed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SlaClock {
    /// Until somebody has answered the report or taken it up.
    Respond,
    /// Until it is coordinated: with the unit that can act.
    Coordinate,
    /// Until an officer is sent.
    Dispatch,
    /// Until it is done.
    Finish,
}

impl SlaClock {
    /// Every clock, in the order of a case's life.
    pub const ALL: [Self; 4] = [Self::Respond, Self::Coordinate, Self::Dispatch, Self::Finish];

    /// The id used in files, columns and the API.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Respond => "respond",
            Self::Coordinate => "coordinate",
            Self::Dispatch => "dispatch",
            Self::Finish => "finish",
        }
    }
}

/// Who hears of a clock that has run out, lowest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Head of the kelurahan.
    Lurah,
    /// Head of the kecamatan.
    Camat,
    /// Head of the kota.
    Walikota,
}

impl Level {
    /// The id used in files, columns and the API.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Lurah => "lurah",
            Self::Camat => "camat",
            Self::Walikota => "walikota",
        }
    }
}

/// One step of an escalation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Escalation {
    /// The clock that has run out.
    pub clock: SlaClock,
    /// How long beyond its due time.
    pub after: Length,
    /// Who hears of it.
    pub to: Level,
    /// Whether it is our proposal rather than a published rule.
    pub assumption: bool,
}

/// A rule as written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenRule {
    id: String,
    #[serde(default)]
    by_name_only: bool,
    respond: Option<String>,
    coordinate: Option<String>,
    dispatch: Option<String>,
    finish: Option<String>,
    #[serde(default)]
    escalate: Vec<WrittenStep>,
}

/// A step as written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenStep {
    clock: SlaClock,
    after: String,
    to: Level,
    #[serde(default)]
    assumption: bool,
}

/// A rule that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlaRule {
    id: String,
    by_name_only: bool,
    /// By [`SlaClock::ALL`].
    clocks: [Option<Length>; 4],
    escalations: Vec<Escalation>,
    pub(super) at_risk_percent: u8,
}

impl SlaRule {
    /// Reads a written rule, and checks it.
    pub(super) fn resolve(written: WrittenRule, at_risk_percent: u8) -> Result<Self, SlaError> {
        let id = written.id;
        let mut clocks = [None; 4];
        let texts = [written.respond, written.coordinate, written.dispatch, written.finish];
        for ((clock, length), text) in SlaClock::ALL.into_iter().zip(&mut clocks).zip(texts) {
            *length = text.map(|text| read(&id, clock, &text)).transpose()?;
        }
        let mut escalations = Vec::with_capacity(written.escalate.len());
        for step in written.escalate {
            escalations.push(Escalation {
                clock: step.clock,
                after: read(&id, step.clock, &step.after)?,
                to: step.to,
                assumption: step.assumption,
            });
        }
        let rule = Self {
            id,
            by_name_only: written.by_name_only,
            clocks,
            escalations,
            at_risk_percent,
        };
        rule.check_clocks()?;
        rule.check_escalations()?;
        Ok(rule)
    }

    /// No clock may run longer than the last one.
    fn check_clocks(&self) -> Result<(), SlaError> {
        let Some(finish) = self.length(SlaClock::Finish) else {
            return Ok(());
        };
        let longer = |clock: &SlaClock| self.length(*clock).is_some_and(|length| finish.shorter_than(length));
        match SlaClock::ALL.into_iter().find(longer) {
            None => Ok(()),
            Some(clock) => Err(SlaError::FinishFirst {
                rule: self.id.clone(),
                clock: clock.id(),
            }),
        }
    }

    /// The steps of one clock must climb, later and higher, and a clock that does not run cannot run out.
    fn check_escalations(&self) -> Result<(), SlaError> {
        for clock in SlaClock::ALL {
            let steps: Vec<&Escalation> = self.escalations.iter().filter(|step| step.clock == clock).collect();
            if !steps.is_empty() && self.length(clock).is_none() {
                return Err(SlaError::NothingToEscalate {
                    rule: self.id.clone(),
                    clock: clock.id(),
                });
            }
            for pair in steps.windows(2) {
                let (lower, higher) = (pair[0], pair[1]);
                let climbs = lower.to < higher.to && lower.after.like(higher.after) && lower.after.shorter_than(higher.after);
                if !climbs {
                    return Err(SlaError::NotClimbing {
                        rule: self.id.clone(),
                        clock: clock.id(),
                        to: higher.to.id(),
                    });
                }
            }
        }
        Ok(())
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Whether no route names it: it is for cases that a person puts under it.
    #[must_use]
    pub const fn by_name_only(&self) -> bool {
        self.by_name_only
    }

    /// How long a clock runs; none = no such clock.
    #[must_use]
    pub fn length(&self, clock: SlaClock) -> Option<Length> {
        self.clocks[clock as usize]
    }

    /// Its escalations, as written.
    #[must_use]
    pub fn escalations(&self) -> &[Escalation] {
        &self.escalations
    }
}

fn read(rule: &str, clock: SlaClock, text: &str) -> Result<Length, SlaError> {
    Length::parse(text).ok_or_else(|| SlaError::NoLength {
        rule: rule.to_owned(),
        clock: clock.id(),
        text: text.to_owned(),
    })
}
