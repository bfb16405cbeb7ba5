//! `tanggap territory`: look a file of polygons over, and make it the territory of a data directory.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Subcommand;
use tanggap_engine::territory::{Finding, Severity, check_geojson};

use super::setting::{polygons, read_territory};
use crate::config::load;

/// What to do with a file of polygons.
#[derive(Subcommand, Debug)]
pub(crate) enum TerritoryCommand {
    /// Find overlaps, gaps, invalid rings and duplicate codes, and say where.
    Check {
        /// GeoJSON or GeoParquet (WKB, WGS 84) of the kelurahan.
        file: PathBuf,
        /// Configuration file (for the names of the properties).
        #[arg(long)]
        config: Option<PathBuf>,
        /// One JSON object a finding instead of text.
        #[arg(long)]
        json: bool,
    },
    /// Make a file the territory of a data directory.
    Import {
        /// GeoJSON or GeoParquet (WKB, WGS 84) of the kelurahan.
        file: PathBuf,
        /// The data directory of `serve` or `demo`.
        #[arg(long, value_name = "DIR")]
        data_dir: PathBuf,
        /// Configuration file (for the names of the properties).
        #[arg(long)]
        config: Option<PathBuf>,
    },
}

/// Runs the command. Gives whether the file can be used.
///
/// # Errors
/// A file cannot be read or written.
pub(crate) fn territory(command: &TerritoryCommand) -> anyhow::Result<bool> {
    match command {
        TerritoryCommand::Check { file, config, json } => check(file, config.as_deref(), *json),
        TerritoryCommand::Import { file, data_dir, config } => import(file, data_dir, config.as_deref()).map(|()| true),
    }
}

fn check(file: &Path, config: Option<&Path>, json: bool) -> anyhow::Result<bool> {
    let config = load(config, std::env::vars())?;
    let findings = check_geojson(&polygons(file)?, &config.territory.properties);
    let mut out = std::io::stdout().lock();
    for finding in &findings {
        if json {
            writeln!(out, "{}", serde_json::to_string(finding)?)?;
        } else {
            writeln!(out, "{finding}")?;
        }
    }
    let errors = findings
        .iter()
        .filter(|finding: &&Finding| finding.severity == Severity::Error)
        .count();
    if !json {
        writeln!(out, "{} findings, {errors} of them make the file unusable", findings.len())?;
    }
    Ok(errors == 0)
}

fn import(file: &Path, data_dir: &Path, config: Option<&Path>) -> anyhow::Result<()> {
    let config = load(config, std::env::vars())?;
    let territory = read_territory(file, &config.territory.properties)?;
    let dir = data_dir.join("territory");
    std::fs::create_dir_all(&dir).with_context(|| format!("cannot make {}", dir.display()))?;
    // A new file beside the old one, then one rename: a crash leaves the one or the other, never half of one.
    let (target, draft) = (dir.join("kelurahan.geojson"), dir.join("kelurahan.geojson.new"));
    std::fs::write(&draft, polygons(file)?).with_context(|| format!("cannot write {}", draft.display()))?;
    if config.territory.properties != tanggap_engine::territory::PropertyNames::default() {
        tracing::warn!("the names of the properties come from the configuration: give the same one to serve");
    }
    std::fs::rename(&draft, &target).with_context(|| format!("cannot write {}", target.display()))?;
    let kelurahan = territory.kelurahan().len();
    if kelurahan == 0 {
        bail!("{} holds no kelurahan", file.display());
    }
    tracing::info!(kelurahan, version = territory.version(), path = %target.display(), "imported; restart serve to use it");
    Ok(())
}
