//! What a rule may look at, and nothing more: no reporter, no text.

use crate::event::{Category, Kind};

/// The facts of one report that decide who answers it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Complaint<'a> {
    /// Canonical category; none where the report has none.
    pub category: Option<Category>,
    /// What the report is; none where nobody has said.
    pub kind: Option<Kind>,
    /// Kelurahan of the problem (integer code); none where the place is not known, or in none.
    pub kelurahan: Option<i64>,
    /// Longitude and latitude of the problem, degrees; none where there is no usable one.
    pub position: Option<(f64, f64)>,
    /// Unit named by the channel, as it spells it.
    pub source_unit: Option<&'a str>,
    /// Metres from the problem to the nearest border of its kelurahan; none where not known.
    pub boundary_m: Option<f64>,
}
