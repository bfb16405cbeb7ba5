//! The water behind a flood hotspot: which gauges stand near it or in the same rivers, at what Siaga, and when their water comes.

use std::sync::Arc;

use serde::Serialize;
use tanggap_engine::gauge::Gauges;
use tanggap_queries::hotspots::{Family, Hotspot};
use tanggap_queries::tables::CitySnapshot;
use utoipa::ToSchema;

use super::gauges::{GaugeItem, gauge_item};
use super::waters::{distances_m, waters};
use crate::error::Problem;
use crate::state::AppState;

/// A gauge so near speaks of the same water, metres.
const NEAR_M: f64 = 5_000.0;

/// A gauge and what it has to do with a hotspot.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct NearGauge {
    #[serde(flatten)]
    gauge: GaugeItem,
    /// Metres to the nearest of the hotspot's cells.
    distance_m: f64,
    /// The gauge near the hotspot its water comes to first; null if it is itself near, or its water goes elsewhere.
    comes_by: Option<String>,
    /// Hours its water needs there, at the soonest.
    lag_h_from: Option<f64>,
    /// At the latest.
    lag_h_to: Option<f64>,
}

/// The gauges within 5 km of a flood hotspot and those of the same basins, the nearest first; none of another family's, and none where no gauge
/// is near.
pub(super) async fn near_gauges(state: &Arc<AppState>, snapshot: &Arc<CitySnapshot>, hotspot: &Hotspot) -> Result<Vec<NearGauge>, Problem> {
    if hotspot.family != Family::Flood {
        return Ok(Vec::new());
    }
    let waters = waters(state, snapshot).await?;
    let gauges = Gauges::builtin();
    let distances = distances_m(hotspot.evidence.cells.iter().copied());
    let near = |number: usize| distances[number] <= NEAR_M;
    let basins: Vec<&str> = (0..distances.len())
        .filter(|&number| near(number))
        .map(|number| gauges.all()[number].basin.as_str())
        .collect();
    let mut found = Vec::new();
    for water in &waters.items {
        let (Some(number), Some(gauge)) = (water.number, water.gauge()) else {
            continue;
        };
        if !near(number) && !basins.contains(&gauge.basin.as_str()) {
            continue;
        }
        let coming = gauges.downstream(number).into_iter().find(|lag| !near(number) && near(lag.gauge));
        found.push(NearGauge {
            gauge: gauge_item(water),
            distance_m: distances[number].round(),
            comes_by: coming.map(|lag| gauges.all()[lag.gauge].id.clone()),
            lag_h_from: coming.map(|lag| lag.from_h),
            lag_h_to: coming.map(|lag| lag.to_h),
        });
    }
    // Stable: of equal distances the order of the list.
    found.sort_by(|a, b| a.distance_m.total_cmp(&b.distance_m));
    Ok(found)
}
