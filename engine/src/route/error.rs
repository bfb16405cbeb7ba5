//! What can be wrong with a file of rules. All of it is found before the first report is routed.

/// Why a file of rules is refused.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum RouteError {
    /// It is no TOML of the expected shape.
    #[error("the rules cannot be read: {0}")]
    Unreadable(String),
    /// Two units share a code or an alias.
    #[error("`{name}` names both unit `{first}` and unit `{second}`")]
    AmbiguousUnit {
        /// The shared name.
        name: String,
        /// Code of the one.
        first: String,
        /// Code of the other.
        second: String,
    },
    /// Two rules share an id.
    #[error("two rules have the id `{0}`")]
    DuplicateRule(String),
    /// A rule names something that is nowhere defined.
    #[error("rule `{rule}` names the {what} `{name}`, which is not defined")]
    Unknown {
        /// The rule.
        rule: String,
        /// What is missing: `unit`, `category`, `kind` or `sla`.
        what: &'static str,
        /// As written.
        name: String,
    },
    /// A number that must lie from 0 to 1 does not.
    #[error("{place} is {value}, which is not from 0 to 1")]
    NotAShare {
        /// Where it stands.
        place: String,
        /// As written.
        value: f64,
    },
    /// Every report a rule could fit is taken by rules before it.
    #[error("rule `{rule}` can never be reached: rules before it take every report it fits (first of them: `{by}`)")]
    Unreachable {
        /// The rule.
        rule: String,
        /// The first rule that takes one of its reports.
        by: String,
    },
    /// A rule asks a kelurahan office about reports that may have no place.
    #[error("rule `{rule}` asks the kelurahan office, but fits reports without a kelurahan; give it `located = true`")]
    OfficeWithoutPlace {
        /// The rule.
        rule: String,
    },
    /// A rule asks the source's unit about reports that may name none.
    #[error("rule `{rule}` asks the source's unit, but fits reports that name none; give it `source_unit = true`")]
    SourceUnitUnnamed {
        /// The rule.
        rule: String,
    },
    /// Some report finds no rule.
    #[error("no rule fits a report of kind `{kind}` and category `{category}` ({place}); end with a rule without conditions")]
    Uncovered {
        /// Kind id, or `unread`.
        kind: &'static str,
        /// Category id, or `unknown`.
        category: &'static str,
        /// Where it lies, as far as rules can tell.
        place: String,
    },
    /// Who is never queued would be held to a clock.
    #[error("rule `{rule}` asks a unit of kind `emergency`, which is told at once and has no queue; give it `sla = \"none\"`")]
    EmergencyWithClock {
        /// The rule.
        rule: String,
    },
    /// What is private must be known by its category, as counts of reports have no more.
    #[error("rule `{rule}` is private, but names no category; give it `when.category`")]
    PrivateWithoutCategory {
        /// The rule.
        rule: String,
    },
    /// Rules tell more apart than can be tried.
    #[error("the rules tell {situations} situations apart, of which {most} can be tried; name fewer territories or layers")]
    TooManySituations {
        /// How many.
        situations: usize,
        /// How many there may be.
        most: usize,
    },
    /// Two regions claim the same kelurahan.
    #[error("the codes `{first}` and `{second}` of two regions overlap")]
    RegionsOverlap {
        /// Code prefix of the one.
        first: String,
        /// Code prefix of the other.
        second: String,
    },
    /// A region claims codes that are none.
    #[error("region `{region}`: {wrong}")]
    NoRegion {
        /// The region.
        region: String,
        /// What is wrong with the code.
        wrong: crate::territory::InvalidPrefix,
    },
}
