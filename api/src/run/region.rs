//! Regions as folders: the rules of each, its boundaries and its bounds, put together with the home region's into one territory, one router
//! and one rectangle of usable positions.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail, ensure};
use serde::Deserialize;
use serde_json::json;
use tanggap_connectors::decode::ZoneOffset;
use tanggap_engine::case::SlaRules;
use tanggap_engine::lane::Bounds;
use tanggap_engine::route::{JAKARTA, Router};
use tanggap_engine::territory::{CodePrefix, LayerIndex, PropertyNames, Territory};

use super::setting::read_territory;
use crate::config::Config;

/// `region.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RegionFile {
    /// What people read.
    name: String,
    /// Beginnings of its kelurahan codes.
    codes: Vec<String>,
    /// Zone of its local days.
    zone_offset: ZoneOffset,
    /// Where its positions lie, degrees.
    bounds: Bounds,
}

/// A region as its folder has it.
struct Region {
    /// Name of the folder; its rules are called after it.
    id: String,
    file: RegionFile,
    rules: String,
    levels: Option<String>,
    territory: Territory,
}

/// Files a folder of a region may hold. What is not here would have no effect, and nobody should believe otherwise.
const FILES: [&str; 5] = ["region.toml", "routes.toml", "sla.toml", "kelurahan.geojson", "README.md"];

/// The rules of every region with the layers they ask, and the territories beside the home region's; the configuration's bounds grow to hold
/// each region's. With one region all of it is as configured.
///
/// # Errors
/// What could not be read or does not hold, and in which file.
pub(super) fn regions(config: &mut Config) -> anyhow::Result<(Router, Vec<Territory>)> {
    let mut router = home_rules(config)?;
    let mut others = Vec::new();
    for folder in folders(config)? {
        let region = read(&folder, config).with_context(|| format!("the region {}", folder.display()))?;
        let levels = match &region.levels {
            Some(text) => SlaRules::from_toml(text).with_context(|| format!("{} does not hold", folder.join("sla.toml").display()))?,
            None => router.levels().clone(),
        };
        router = router
            .with_region(&region.id, &region.file.codes, &region.rules, levels)
            .with_context(|| format!("{} does not hold", folder.join("routes.toml").display()))?;
        config.lanes.bounds = union(config.lanes.bounds, region.file.bounds);
        others.push(region.territory);
    }
    if let Some(layers) = layers(config)? {
        router = router.with_layers(&Arc::new(layers));
    }
    Ok((router, others))
}

/// Rules that know what the offices of a territory are called.
pub(super) fn named(router: Router, territory: &Territory) -> Router {
    let kelurahan = territory.kelurahan().iter();
    router.with_kelurahan_names(kelurahan.map(|one| (one.code.integer(), one.name.as_str())))
}

/// The rules of the home region.
fn home_rules(config: &Config) -> anyhow::Result<Router> {
    match &config.routes.file {
        Some(file) => {
            let advice = || {
                let file = file.display();
                format!("the rules {file} do not hold; `tanggap routes check {file}` lists all that is wrong with them")
            };
            Router::from_toml(&text(file)?).with_context(advice)
        }
        None => Router::from_toml(JAKARTA).context("the shipped routing rules do not hold"),
    }
}

fn layers(config: &Config) -> anyhow::Result<Option<LayerIndex>> {
    let Some(file) = &config.routes.layers.file else { return Ok(None) };
    let bytes = std::fs::read(file).with_context(|| format!("cannot read the layers {}", file.display()))?;
    let layers = LayerIndex::from_geojson(&bytes).with_context(|| format!("{} is no file of layers", file.display()))?;
    Ok(Some(layers))
}

/// The folders of regions, by name.
fn folders(config: &Config) -> anyhow::Result<Vec<PathBuf>> {
    let Some(dir) = &config.routes.regions_dir else {
        return Ok(Vec::new());
    };
    let cannot = || format!("cannot read the regions in {}", dir.display());
    let mut folders = Vec::new();
    for entry in std::fs::read_dir(dir).with_context(cannot)? {
        let path = entry.with_context(cannot)?.path();
        if path.is_dir() {
            folders.push(path);
        }
    }
    folders.sort();
    ensure!(!folders.is_empty(), "{} holds no folder of a region", dir.display());
    Ok(folders)
}

fn read(folder: &Path, config: &Config) -> anyhow::Result<Region> {
    for entry in std::fs::read_dir(folder)? {
        let name = entry?.file_name();
        let name = name.to_string_lossy();
        if !name.starts_with('.') && !FILES.contains(&name.as_ref()) {
            bail!("{name} is none of the files of a region, which are {}", FILES.join(", "));
        }
    }
    let id = folder.file_name().context("a region has a name")?.to_string_lossy().into_owned();
    let file: RegionFile = toml::from_str(&text(&folder.join("region.toml"))?).context("region.toml does not hold")?;
    ensure!(!file.codes.is_empty(), "region.toml names no codes");
    ensure!(
        file.zone_offset == config.decode.zone_offset,
        "region.toml has the zone {}, this process {}: regions of several zones need a process each",
        file.zone_offset,
        config.decode.zone_offset
    );
    let bounds = file.bounds;
    ensure!(
        bounds.west < bounds.east && bounds.south < bounds.north,
        "bounds: west must be less than east, and south less than north"
    );
    let levels = folder.join("sla.toml");
    Ok(Region {
        id,
        rules: text(&folder.join("routes.toml"))?,
        levels: if levels.exists() { Some(text(&levels)?) } else { None },
        territory: territory(folder, &file, config)?,
        file,
    })
}

/// The boundaries of a region: its own file, of which every kelurahan is the region's, or the rectangle of its bounds.
fn territory(folder: &Path, region: &RegionFile, config: &Config) -> anyhow::Result<Territory> {
    let names = PropertyNames {
        region_name: region.name.clone(),
        ..config.territory.properties.clone()
    };
    let codes = region.codes.iter().map(|code| code.parse::<CodePrefix>());
    let codes = codes.collect::<Result<Vec<_>, _>>().context("region.toml: codes")?;
    let file = folder.join("kelurahan.geojson");
    if !file.exists() {
        return rectangle(region, codes[0]);
    }
    let territory = read_territory(&file, &names)?;
    let stray = territory
        .kelurahan()
        .iter()
        .find(|one| !codes.iter().any(|code| code.holds(one.code.integer())));
    if let Some(stray) = stray {
        bail!(
            "{} holds {}, which is none of {}",
            file.display(),
            stray.code,
            region.codes.join(", ")
        );
    }
    Ok(territory)
}

/// One approximate kelurahan for a region without boundaries: its code is the region's, filled up with zeros.
fn rectangle(region: &RegionFile, code: CodePrefix) -> anyhow::Result<Territory> {
    let Bounds { west, south, east, north } = region.bounds;
    let code = format!("{:010}", code.integer() * code.level().divisor());
    let file = json!({
        "type": "FeatureCollection",
        "approximate": true,
        "features": [{
            "type": "Feature",
            "properties": {"kode": code, "nama": region.name, "kecamatan": region.name, "kota": region.name},
            "geometry": {"type": "Polygon", "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]]},
        }],
    });
    let names = PropertyNames {
        region_name: region.name.clone(),
        ..PropertyNames::default()
    };
    Ok(Territory::from_geojson(file.to_string().as_bytes(), &names)?)
}

fn union(a: Bounds, b: Bounds) -> Bounds {
    Bounds {
        west: a.west.min(b.west),
        south: a.south.min(b.south),
        east: a.east.max(b.east),
        north: a.north.max(b.north),
    }
}

/// A file as text.
///
/// # Errors
/// It cannot be read.
pub(super) fn text(file: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))
}
