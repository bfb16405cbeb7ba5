//! What can be wrong with a file of rules of incidents. All of it is found before the first report is linked.

/// Why a file of rules is refused.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum IncidentRulesError {
    /// It is no TOML of the expected shape.
    #[error("the rules of incidents cannot be read: {0}")]
    Unreadable(String),
    /// A name of a category that there is not.
    #[error("`{place}` names the category `{name}`, which is not one")]
    NoCategory {
        /// Where it stands.
        place: String,
        /// As written.
        name: String,
    },
    /// A category in two families.
    #[error("the category `{0}` is in two families")]
    TwoFamilies(String),
    /// A number that must be above 0 is not.
    #[error("`{place}` has {key} = {value}, which must be above 0")]
    NotPositive {
        /// Where it stands.
        place: String,
        /// Its key.
        key: &'static str,
        /// As written.
        value: f64,
    },
    /// A weight that is no number.
    #[error("{0} is no finite number")]
    NotFinite(&'static str),
}
