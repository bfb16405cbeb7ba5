//! What a lane is told: how long to wait, which positions are usable, how long to remember.

use serde::{Deserialize, Serialize};

use crate::time::TimeSettings;

/// Rectangle of usable positions, degrees, all four edges inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bounds {
    /// Western edge.
    pub west: f64,
    /// Southern edge.
    pub south: f64,
    /// Eastern edge.
    pub east: f64,
    /// Northern edge.
    pub north: f64,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            west: 106.3,
            south: -6.8,
            east: 107.3,
            north: -5.1,
        }
    }
}

impl Bounds {
    /// The position, if it can be used: finite, not (0,0) and within the bounds.
    #[must_use]
    pub fn usable(&self, longitude_deg: f64, latitude_deg: f64) -> Option<(f64, f64)> {
        // (0,0) is how several channels say "no position"; a city that spans it would still not want those.
        let origin = longitude_deg == 0.0 && latitude_deg == 0.0;
        let within = longitude_deg >= self.west && longitude_deg <= self.east && latitude_deg >= self.south && latitude_deg <= self.north;
        (within && !origin).then_some((longitude_deg, latitude_deg))
    }
}

/// Settings of a lane. The same for all lanes of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LaneSettings {
    /// Time rules.
    pub time: TimeSettings,
    /// Usable positions.
    pub bounds: Bounds,
    /// H3 resolution of cells (9: 0.1 km²).
    pub cell_resolution: u8,
    /// Ids are remembered this many hours of event time after they were last seen; never less than the allowed lateness.
    /// Ids of complaints are kept as long as their case.
    pub remember_ids_h: u32,
    /// Keep reports that are no complaints (drivers' alerts, tweets) as rows too, for the live views. Emergencies are kept in any case.
    pub keep_signals: bool,
    /// Tell them in the step they come in, though they are not kept, if they came in time and are no duty: a replay looks for hotspots in them.
    /// Not part of what is compared with a lane's manifest, for nothing of it is written down.
    #[serde(skip)]
    pub tell_signals: bool,
    /// A report without a usable position stands in the kelurahan that it names (never in a cell, in no pane, and no duty report): for
    /// channels whose texts are read. Not part of what is compared with a lane's manifest, which names the model instead.
    #[serde(skip)]
    pub places_by_name: bool,
}

impl Default for LaneSettings {
    fn default() -> Self {
        Self {
            time: TimeSettings::default(),
            bounds: Bounds::default(),
            cell_resolution: 9,
            remember_ids_h: 48,
            keep_signals: true,
            tell_signals: false,
            places_by_name: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Bounds;

    #[test]
    fn only_finite_positions_within_the_bounds_are_usable() {
        let bounds = Bounds::default();
        assert_eq!(bounds.usable(106.8, -6.2), Some((106.8, -6.2)));
        assert_eq!(bounds.usable(106.3, -6.8), Some((106.3, -6.8)), "edges are inside");
        for (longitude, latitude) in [(0.0, 0.0), (-6.2, 106.8), (f64::NAN, -6.2), (106.8, f64::INFINITY), (107.31, -6.2)] {
            assert_eq!(bounds.usable(longitude, latitude), None, "{longitude} {latitude}");
        }
        let gulf_of_guinea = Bounds {
            west: -1.0,
            south: -1.0,
            east: 1.0,
            north: 1.0,
        };
        assert_eq!(gulf_of_guinea.usable(0.0, 0.0), None);
    }
}
