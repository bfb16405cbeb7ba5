//! The water as it stands: every gauge with its readings judged, made once for all who ask.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use h3o::{CellIndex, LatLng};
use tanggap_engine::gauge::{Gauge, Gauges, Reading, Siaga, Standing, Thresholds, Warning, warning};
use tanggap_engine::time::HOUR_US;
use tanggap_queries::named::gauge_readings;
use tanggap_queries::tables::CitySnapshot;

use crate::error::Problem;
use crate::state::AppState;

/// Readings of so long are looked at: as long as lanes keep them.
const LOOKED_BACK_US: i64 = 26 * HOUR_US;

/// A gauge as it stands.
#[derive(Debug)]
pub(crate) struct Water {
    /// Its number among the known ones; none = nobody knows more of it than its readings.
    pub(super) number: Option<usize>,
    /// Its id; of an unknown one what its stream calls it.
    pub(super) id: String,
    /// None before its first reading.
    pub(super) standing: Option<Standing>,
    /// The last message there was of it.
    pub(super) warning: Option<Warning>,
}

/// All gauges, the known ones in the order of their file, then the others by name.
#[derive(Debug)]
pub(crate) struct Waters {
    /// The newest event of the city, µs since epoch UTC: who has been silent is judged by it. None before the first.
    pub(super) as_of_us: Option<i64>,
    /// The gauges.
    pub(super) items: Vec<Water>,
}

impl Water {
    fn of(number: Option<usize>, id: String, readings: &[Reading], as_of_us: i64) -> Self {
        let known = number.and_then(|number| Gauges::builtin().all().get(number));
        let thresholds = known.map_or_else(Thresholds::default, |gauge| gauge.thresholds);
        Self {
            number,
            id,
            standing: Standing::of(thresholds, readings, as_of_us),
            warning: warning(thresholds, readings),
        }
    }

    /// What is known of it beside its readings.
    pub(super) fn gauge(&self) -> Option<&'static Gauge> {
        Gauges::builtin().all().get(self.number?)
    }

    /// Its Siaga, if it is known and not of long ago.
    pub(super) fn siaga(&self) -> Option<Siaga> {
        self.standing.filter(|standing| !standing.stale)?.siaga
    }
}

impl Waters {
    fn of(readings: BTreeMap<String, Vec<Reading>>, as_of_us: Option<i64>) -> Self {
        let gauges = Gauges::builtin();
        let now_us = as_of_us.unwrap_or_default();
        let mut known: Vec<Vec<Reading>> = vec![Vec::new(); gauges.all().len()];
        let mut others = Vec::new();
        for (name, readings) in readings {
            match gauges.find(&name) {
                Some(number) => known[number].extend(readings),
                None => others.push(Water::of(None, name, &readings, now_us)),
            }
        }
        let mut items = Vec::with_capacity(known.len() + others.len());
        for (number, mut readings) in known.into_iter().enumerate() {
            let gauge = &gauges.all()[number];
            readings.retain(|reading| Some(reading.level_cm) != gauge.missing_cm);
            // One gauge may be read under two names; of one moment the higher level counts.
            readings.sort_by_key(|reading| (reading.time_us, Reverse(reading.level_cm)));
            readings.dedup_by_key(|reading| reading.time_us);
            items.push(Water::of(Some(number), gauge.id.clone(), &readings, now_us));
        }
        items.extend(others);
        Self { as_of_us, items }
    }
}

/// The water as of the newest event, at most a second old.
pub(super) async fn waters(state: &Arc<AppState>, snapshot: &Arc<CitySnapshot>) -> Result<Arc<Waters>, Problem> {
    let delay_us = i64::from(state.settings.delay_s) * 1_000_000;
    let as_of_us = snapshot.newest_watermark().map(|watermark| watermark.saturating_add(delay_us));
    let make = async {
        let readings = match as_of_us {
            Some(as_of_us) => {
                let session = state.desk.session(snapshot)?;
                let ask = async move { gauge_readings(&session, as_of_us.saturating_sub(LOOKED_BACK_US)).await };
                state.analysts.ask(ask).await?
            }
            None => BTreeMap::new(),
        };
        Ok::<_, Problem>(Waters::of(readings, as_of_us))
    };
    state.answers.waters.ask((), snapshot.version, make).await
}

/// Metres from each known gauge to the nearest centre of these H3 cells, along a great circle; infinite without cells.
pub(super) fn distances_m(cells: impl Iterator<Item = u64>) -> Vec<f64> {
    let centres: Vec<LatLng> = cells.filter_map(|cell| CellIndex::try_from(cell).ok()).map(LatLng::from).collect();
    let least = |gauge: &Gauge| {
        let (longitude_deg, latitude_deg) = gauge.position;
        let Ok(place) = LatLng::new(latitude_deg, longitude_deg) else {
            return f64::INFINITY;
        };
        centres.iter().map(|centre| centre.distance_m(place)).fold(f64::INFINITY, f64::min)
    };
    Gauges::builtin().all().iter().map(least).collect()
}
