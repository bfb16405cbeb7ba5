//! Who answers what: rules, authority layers, regions.

use std::path::PathBuf;

use serde::Deserialize;

/// Where the rules are.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RoutesConfig {
    /// Rules of the home region; without it the shipped ones of Jakarta.
    pub file: Option<PathBuf>,
    /// A folder with a folder for each further region; without it there is one region.
    pub regions_dir: Option<PathBuf>,
    /// Whose road, river or park a position is on.
    pub layers: LayersConfig,
}

/// Authority layers.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LayersConfig {
    /// GeoJSON: each feature with `layer`, `name`, `buffer_m`; without it no report lies on any.
    pub file: Option<PathBuf>,
}
