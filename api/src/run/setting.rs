//! What every command that runs lanes shares: the configuration, the territory with its index, and the routing rules.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use tanggap_connectors::decode::TextReader;
use tanggap_engine::lane::Ground;
use tanggap_engine::route::Router;
use tanggap_engine::territory::{PropertyNames, Territory};

use super::geoparquet::as_geojson;
use super::reading::reader;
use super::region::{named, regions};
use crate::config::{Config, load};

/// The city, or the cities, that lanes run in.
#[derive(Clone, Debug)]
pub(crate) struct Setting {
    /// Configuration.
    pub(crate) config: Arc<Config>,
    /// Kelurahan.
    pub(crate) territory: Arc<Territory>,
    /// Their indexes.
    pub(crate) ground: Ground,
    /// Who answers what.
    pub(crate) router: Arc<Router>,
    /// Who reads texts; none where no channel's are read.
    pub(crate) texts: Option<Arc<TextReader>>,
}

impl Setting {
    /// Reads the configuration and the polygons. `polygons` wins over the configured file.
    ///
    /// # Errors
    /// What could not be read, and where.
    pub(crate) fn read(config: Option<&Path>, polygons: Option<&Path>, data_dir: Option<&Path>) -> anyhow::Result<Self> {
        let mut config = load(config, std::env::vars())?;
        let imported = data_dir
            .map(|dir| dir.join("territory").join("kelurahan.geojson"))
            .filter(|file| file.exists());
        let territory = match polygons.or(config.territory.file.as_deref()).or(imported.as_deref()) {
            Some(file) => read_territory(file, &config.territory.properties)?,
            None => Territory::jakarta_default(),
        };
        let (router, others) = regions(&mut config)?;
        let territory = if others.is_empty() {
            territory
        } else {
            territory.with_others(others)?
        };
        let router = named(router, &territory);
        let ground = Ground::of(&territory);
        let texts = reader(&config.text, &territory, data_dir)?;
        Ok(Self {
            config: Arc::new(config),
            texts,
            ground,
            territory: Arc::new(territory),
            router: Arc::new(router),
        })
    }

    /// The same with other rules of the home region.
    ///
    /// # Errors
    /// They cannot be read or do not hold.
    pub(crate) fn with_rules(&self, rules: &Path) -> anyhow::Result<Self> {
        let mut config = Config::clone(&self.config);
        config.routes.file = Some(rules.to_owned());
        let (router, _) = regions(&mut config)?;
        Ok(Self {
            router: Arc::new(named(router, &self.territory)),
            config: Arc::new(config),
            ..self.clone()
        })
    }
}

/// Reads a file of kelurahan polygons.
///
/// # Errors
/// It cannot be read or is no usable territory.
pub(super) fn read_territory(file: &Path, names: &PropertyNames) -> anyhow::Result<Territory> {
    let bytes = polygons(file)?;
    let advice = || {
        format!(
            "{} is no usable territory; `tanggap territory check {}` lists its faults",
            file.display(),
            file.display()
        )
    };
    Territory::from_geojson(&bytes, names).with_context(advice)
}

/// The bytes of a file of kelurahan polygons as `GeoJSON`, whichever of the two formats it is in.
///
/// # Errors
/// It cannot be read, or is `GeoParquet` of a kind that is not understood.
pub(super) fn polygons(file: &Path) -> anyhow::Result<Vec<u8>> {
    let bytes = std::fs::read(file).with_context(|| format!("cannot read the territory {}", file.display()))?;
    as_geojson(bytes).with_context(|| format!("cannot read the territory {}", file.display()))
}
