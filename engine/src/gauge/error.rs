//! What can be wrong with a file of gauges. All of it is found before the first reading is judged.

/// Why a file of gauges is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GaugesError {
    /// It is no TOML of the expected shape.
    #[error("the gauges cannot be read: {0}")]
    Unreadable(String),
    /// A name of two gauges.
    #[error("two gauges are named `{0}`")]
    TwoNamed(String),
    /// A position that is none.
    #[error("the gauge `{0}` has a position that is not on Earth")]
    NoPosition(String),
    /// A higher Siaga that begins no higher.
    #[error("the levels of the gauge `{0}` do not rise from Siaga 3 to Siaga 1")]
    NotRising(String),
    /// Water that flows to a gauge nobody knows.
    #[error("the gauge `{gauge}` has `{downstream}` downstream, which is none")]
    Nowhere {
        /// The upper gauge.
        gauge: String,
        /// As written.
        downstream: String,
    },
    /// A travel time that is none.
    #[error("the travel time from the gauge `{0}` is no number of hours, or ends before it begins")]
    NoLag(String),
    /// Water that comes back.
    #[error("the gauge `{0}` is downstream of itself")]
    Circle(String),
}
