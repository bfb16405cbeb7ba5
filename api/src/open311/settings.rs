//! What GeoReport needs to know.

use crate::state::Secret;

/// What GeoReport needs to know.
#[derive(Clone, Debug)]
pub struct Open311Settings {
    /// Whether it answers at all.
    pub enabled: bool,
    /// Keys of programs that may file requests; without one nobody can.
    pub keys: Vec<Secret>,
    /// The `jurisdiction_id` it answers for; none = whichever is asked for.
    pub jurisdiction: Option<String>,
}

impl Default for Open311Settings {
    fn default() -> Self {
        Self {
            enabled: true,
            keys: Vec::new(),
            jurisdiction: None,
        }
    }
}
