//! Where positions lie: the trait lanes and routes ask, and the territory that answers.

use std::sync::Arc;

use crate::territory::{BorderIndex, Territory, TerritoryIndex};

/// Where a position lies; the lane asks, the territory answers.
pub trait Place {
    /// Integer code of the kelurahan at a position in degrees, if it lies in one.
    fn kelurahan(&self, longitude_deg: f64, latitude_deg: f64) -> Option<i64>;

    /// Metres to the nearest kelurahan border, where that is known.
    fn boundary_m(&self, longitude_deg: f64, latitude_deg: f64) -> Option<f64>;
}

/// No territory at all: everything is outside.
impl Place for () {
    fn kelurahan(&self, _longitude_deg: f64, _latitude_deg: f64) -> Option<i64> {
        None
    }

    fn boundary_m(&self, _longitude_deg: f64, _latitude_deg: f64) -> Option<f64> {
        None
    }
}

/// The indexes of a territory, shared by all lanes.
#[derive(Clone, Debug)]
pub struct Ground {
    /// Which kelurahan.
    pub index: Arc<TerritoryIndex>,
    /// How far from a border.
    pub borders: Arc<BorderIndex>,
}

impl Ground {
    /// Builds both indexes.
    #[must_use]
    pub fn of(territory: &Territory) -> Self {
        Self {
            index: Arc::new(TerritoryIndex::build(territory)),
            borders: Arc::new(BorderIndex::build(territory)),
        }
    }
}

impl Place for Ground {
    fn kelurahan(&self, longitude_deg: f64, latitude_deg: f64) -> Option<i64> {
        self.index.locate(longitude_deg, latitude_deg).kelurahan
    }

    fn boundary_m(&self, longitude_deg: f64, latitude_deg: f64) -> Option<f64> {
        self.borders.distance_m(longitude_deg, latitude_deg)
    }
}
