//! When the clocks of one case run out, how it stands with them at a moment, and who has to hear of it.

use super::{Length, Level, SlaClock, SlaRule};
use crate::case::Pause;
use crate::time::WorkingTime;

/// One clock of one case, µs UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// Which clock.
    pub clock: SlaClock,
    /// After this instant the case is at risk.
    pub at_risk_after: i64,
    /// After this instant it is overdue; at it, it is still in time.
    pub due: i64,
}

/// How a case stands with a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ClockState {
    /// In time.
    OnTime,
    /// In time, but most of it is gone.
    AtRisk,
    /// Too late.
    Overdue,
}

impl ClockState {
    /// The id used in columns and the API.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::OnTime => "on_time",
            Self::AtRisk => "at_risk",
            Self::Overdue => "overdue",
        }
    }
}

impl Due {
    /// When a clock of this length runs out for a case filed at `filed` (µs UTC) and held by a unit (code or name), at risk once more than
    /// `percent` of it is gone. In the `pauses` of the case ([`crate::case::Story`]) it stands still; one that begins when it has run out puts
    /// nothing off.
    #[must_use]
    pub fn of(
        clock: SlaClock,
        length: Length,
        percent: u8,
        filed: i64,
        pauses: &[Pause],
        working: &WorkingTime,
        unit: Option<&str>,
    ) -> Self {
        let later = |moment: i64| put_off(length, moment, pauses, working, unit);
        Self {
            clock,
            at_risk_after: later(length.share_after(filed, percent, working, unit)),
            due: later(length.after(filed, working, unit)),
        }
    }

    /// How it stands at a moment, if the clock was met at `met` (none = not yet). A clock that was met is in time or too late for ever.
    #[must_use]
    pub fn state(&self, met: Option<i64>, at: i64) -> ClockState {
        let met = met.filter(|met| *met <= at);
        if met.unwrap_or(at) > self.due {
            ClockState::Overdue
        } else if met.is_none() && at > self.at_risk_after {
            ClockState::AtRisk
        } else {
            ClockState::OnTime
        }
    }
}

/// An escalation that has happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Escalated {
    /// Since when, µs UTC.
    pub since: i64,
    /// The clock that had run out.
    pub clock: SlaClock,
    /// Who hears of it.
    pub to: Level,
    /// Whether the step is our proposal rather than a published rule.
    pub assumption: bool,
}

impl SlaRule {
    /// When one clock runs out; none = no such clock. Arguments as those of [`Due::of`].
    #[must_use]
    pub fn due(&self, clock: SlaClock, filed: i64, pauses: &[Pause], working: &WorkingTime, unit: Option<&str>) -> Option<Due> {
        let length = self.length(clock)?;
        Some(Due::of(clock, length, self.at_risk_percent, filed, pauses, working, unit))
    }

    /// When every clock of the rule runs out, in the order of a case's life; see [`Self::due`].
    #[must_use]
    pub fn dues(&self, filed: i64, pauses: &[Pause], working: &WorkingTime, unit: Option<&str>) -> Vec<Due> {
        let clocks = SlaClock::ALL.into_iter();
        clocks.filter_map(|clock| self.due(clock, filed, pauses, working, unit)).collect()
    }

    /// The escalations of a case that have happened by `at`, earliest first. `met` says when a clock was met (none = not yet): what was
    /// met by the instant of a step does not escalate; what was met later did. A clock that has run out waits for nobody: pauses after
    /// that put no step off.
    #[must_use]
    pub fn escalated(
        &self,
        filed: i64,
        pauses: &[Pause],
        working: &WorkingTime,
        unit: Option<&str>,
        met: impl Fn(SlaClock) -> Option<i64>,
        at: i64,
    ) -> Vec<Escalated> {
        let mut escalated = Vec::new();
        for step in self.escalations() {
            let Some(due) = self.due(step.clock, filed, pauses, working, unit) else {
                continue;
            };
            let since = step.after.after(due.due, working, unit);
            if since <= at && met(step.clock).is_none_or(|met| met > since) {
                escalated.push(Escalated {
                    since,
                    clock: step.clock,
                    to: step.to,
                    assumption: step.assumption,
                });
            }
        }
        escalated.sort_unstable();
        escalated
    }
}

/// A moment put off by every pause that begins before it.
fn put_off(length: Length, moment: i64, pauses: &[Pause], working: &WorkingTime, unit: Option<&str>) -> i64 {
    let mut moment = moment;
    for pause in pauses {
        if pause.from_us >= moment {
            break;
        }
        moment = length.put_off(moment, (pause.from_us, pause.to_us), working, unit);
    }
    moment
}
