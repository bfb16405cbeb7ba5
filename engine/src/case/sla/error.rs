//! What can be wrong with a file of service levels. All of it is found before the first case is judged.

/// Why a file of service levels is refused. Each text says what is wrong, where, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SlaError {
    /// It is no TOML of the expected shape.
    #[error("the service levels cannot be read: {0}")]
    Unreadable(String),
    /// A share of time that is none.
    #[error("at_risk_percent is {0}; it must lie from 1 to 100 (75: at risk when three quarters of the time are gone)")]
    NoPercent(u8),
    /// Two rules share an id.
    #[error("two rules have the id `{0}`; rename one")]
    DuplicateRule(String),
    /// A length that cannot be understood.
    #[error(
        "`{text}` for {clock} of rule `{rule}` is no length; write a whole number and hours, days, working hours or working days, as in \
         `6 hours`"
    )]
    NoLength {
        /// The rule.
        rule: String,
        /// The clock.
        clock: &'static str,
        /// As written.
        text: String,
    },
    /// A case would have to be done before a step on the way to it.
    #[error("in rule `{rule}` finish is shorter than {clock}; make it at least as long")]
    FinishFirst {
        /// The rule.
        rule: String,
        /// The clock that runs longer.
        clock: &'static str,
    },
    /// An escalation of a clock that does not run.
    #[error("rule `{rule}` escalates {clock}, but has no such clock; give it a length, or drop the step")]
    NothingToEscalate {
        /// The rule.
        rule: String,
        /// The clock.
        clock: &'static str,
    },
    /// Steps of an escalation that do not climb.
    #[error(
        "in rule `{rule}` the step of {clock} to {to} does not climb; write the steps of a clock lowest first, each to a higher level and \
         later than the one before, and measure them alike"
    )]
    NotClimbing {
        /// The rule.
        rule: String,
        /// The clock.
        clock: &'static str,
        /// Who the step goes to.
        to: &'static str,
    },
}
