//! `GET /v1/floods`: what is known of floods, river by river: gauges, open complaints, drivers' alerts, hotspots.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use tanggap_engine::gauge::{Gauges, Siaga};
use tanggap_engine::time::HOUR_US;
use tanggap_queries::hotspots::{Family, Hotspot};
use tanggap_queries::named::FloodReport;
use tanggap_queries::tables::CitySnapshot;
use utoipa::ToSchema;

use super::answer::json;
use super::freshness::Frame;
use super::gauges::{GaugeItem, gauge_item};
use super::hotspots::{outlook, told_of};
use super::waters::{Water, Waters, distances_m, waters};
use crate::disclosure::Disclosure;
use crate::error::Problem;
use crate::extractors::{Params, Viewer};
use crate::state::AppState;
use crate::time::{now_us, rfc3339};

/// Farther from every gauge nothing is said of the river, metres.
const REACH_M: f64 = 10_000.0;
/// Drivers' alerts of so long count.
const ALERTS_US: i64 = HOUR_US;

/// Reports and who made them.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub(crate) struct FloodCount {
    /// Reports; in public rounded down, and null where too few different people made them.
    n: Option<i64>,
    /// Different reporters; likewise.
    reporters: Option<i64>,
}

/// A hotspot of the family `flood`.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct FloodHotspot {
    /// As `/v1/hotspots` lists it.
    id: String,
    /// When it opened.
    opened: String,
    /// Different reporters; in public rounded down.
    observed: i64,
}

/// Rivers whose water meets.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct BasinItem {
    /// Their name; null = gauges nobody knows, and reports more than 10 km from every gauge.
    basin: Option<String>,
    /// The worst Siaga of its gauges that were read in the last two hours; null = none was.
    siaga: Option<u8>,
    /// Its gauges.
    gauges: Vec<GaugeItem>,
    /// Open located flood complaints.
    complaints: FloodCount,
    /// Drivers' flood alerts of the last hour.
    alerts: FloodCount,
    /// Flood hotspots that go on.
    hotspots: Vec<FloodHotspot>,
}

/// The floods.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FloodsAnswer {
    #[serde(flatten)]
    frame: Frame,
    /// What counts are rounded down to a multiple of; 1 = they are exact.
    rounded_to: i64,
    /// By name, those of no basin last.
    basins: Vec<BasinItem>,
}

/// What is counted of a basin.
#[derive(Default)]
struct Tally<'a> {
    complaints: i64,
    complainants: BTreeSet<&'a str>,
    alerts: i64,
    drivers: BTreeSet<&'a str>,
    hotspots: Vec<&'a Hotspot>,
}

/// Floods by basin
///
/// A report belongs to the basin of the gauge nearest to its cell, at most 10 km away: catchments themselves are not known here, so near a watershed it
/// may be the other one.
#[utoipa::path(
    get,
    path = "/v1/floods",
    tag = "water",
    responses((status = 200, description = "The floods", body = FloodsAnswer))
)]
pub(crate) async fn floods(State(state): State<Arc<AppState>>, viewer: Viewer, params: Params) -> Result<Response, Problem> {
    params.only(&[])?;
    let snapshot = state.city.snapshot();
    let waters = waters(&state, &snapshot).await?;
    let reports = flood_reports(&state, &snapshot, &waters).await?;
    let outlook = outlook(&state, &snapshot).await?;
    let disclosure = Disclosure::of(&viewer, &state);
    let flood = |hotspot: &&Hotspot| hotspot.family == Family::Flood && told_of(hotspot, disclosure);
    let hotspots: Vec<&Hotspot> = outlook.living.iter().map(|why| &why.hotspot).filter(flood).collect();
    json(&FloodsAnswer {
        frame: Frame::of(&snapshot, false, state.settings.delay_s, now_us()),
        rounded_to: disclosure.rounded_to(),
        basins: basins(&waters, &tally(&reports, &hotspots), disclosure),
    })
}

/// Who speaks of a flood, at most a second old; nobody before the first event.
async fn flood_reports(state: &Arc<AppState>, snapshot: &Arc<CitySnapshot>, waters: &Waters) -> Result<Arc<Vec<FloodReport>>, Problem> {
    let (Some(cases), Some(as_of_us)) = (state.cases(snapshot).await?, waters.as_of_us) else {
        return Ok(Arc::default());
    };
    let since_us = as_of_us.saturating_sub(ALERTS_US);
    let make = async { state.analysts.ask(async move { cases.flood_reports(since_us).await }).await };
    state.answers.flood_reports.ask((), snapshot.version, make).await
}

fn tally<'a>(reports: &'a [FloodReport], hotspots: &[&'a Hotspot]) -> BTreeMap<Option<&'static str>, Tally<'a>> {
    let mut tallies: BTreeMap<Option<&'static str>, Tally<'a>> = BTreeMap::new();
    let mut basins: BTreeMap<i64, Option<&'static str>> = BTreeMap::new();
    for report in reports {
        let basin = *basins
            .entry(report.cell)
            .or_insert_with(|| basin_of(std::iter::once(report.cell.cast_unsigned())));
        let tally = tallies.entry(basin).or_default();
        if report.complaint {
            tally.complaints += 1;
            tally.complainants.insert(&report.reporter);
        } else {
            tally.alerts += 1;
            tally.drivers.insert(&report.reporter);
        }
    }
    for &hotspot in hotspots {
        let basin = basin_of(hotspot.evidence.cells.iter().copied());
        tallies.entry(basin).or_default().hotspots.push(hotspot);
    }
    tallies
}

/// The basin of the gauge nearest to some cells; of two as near the first of the list.
fn basin_of(cells: impl Iterator<Item = u64>) -> Option<&'static str> {
    let distances = distances_m(cells);
    let nearest = distances.iter().enumerate().min_by(|a, b| a.1.total_cmp(b.1))?;
    let near = *nearest.1 <= REACH_M;
    near.then(|| Gauges::builtin().all()[nearest.0].basin.as_str())
}

fn basins(waters: &Waters, tallies: &BTreeMap<Option<&'static str>, Tally<'_>>, disclosure: Disclosure) -> Vec<BasinItem> {
    let mut names: BTreeSet<Option<&'static str>> = tallies.keys().copied().collect();
    names.extend(waters.items.iter().map(basin));
    let nothing = Tally::default();
    let item = |name: Option<&'static str>| {
        let tally = tallies.get(&name).unwrap_or(&nothing);
        let own: Vec<&Water> = waters.items.iter().filter(|water| basin(water) == name).collect();
        BasinItem {
            basin: name.map(str::to_owned),
            siaga: own.iter().filter_map(|water| water.siaga()).min().map(Siaga::number),
            gauges: own.iter().map(|water| gauge_item(water)).collect(),
            complaints: shown(tally.complaints, tally.complainants.len(), disclosure),
            alerts: shown(tally.alerts, tally.drivers.len(), disclosure),
            hotspots: tally.hotspots.iter().map(|hotspot| flood_hotspot(hotspot, disclosure)).collect(),
        }
    };
    let known = names.iter().copied().flatten().map(Some);
    let nameless = names.contains(&None).then_some(None);
    known.chain(nameless).map(item).collect()
}

fn basin(water: &Water) -> Option<&'static str> {
    water.gauge().map(|gauge| gauge.basin.as_str())
}

/// A count as this viewer may see it: nobody is told, and enough are.
fn shown(n: i64, reporters: usize, disclosure: Disclosure) -> FloodCount {
    let reporters = i64::try_from(reporters).unwrap_or(i64::MAX);
    if n == 0 {
        return FloodCount {
            n: Some(0),
            reporters: Some(0),
        };
    }
    FloodCount {
        n: disclosure.count(n, reporters),
        reporters: disclosure.many(reporters),
    }
}

fn flood_hotspot(hotspot: &Hotspot, disclosure: Disclosure) -> FloodHotspot {
    FloodHotspot {
        id: hotspot.id.clone(),
        opened: rfc3339(hotspot.opened_us),
        observed: disclosure.rounded(i64::from(hotspot.evidence.observed)),
    }
}
