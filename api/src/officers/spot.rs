//! A point on the Earth that does not print: so that no log, error or answer tells where a person is by accident.

use std::fmt;

use geo::{Bearing, Distance, Haversine, Point};

/// Degrees WGS 84.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Spot(Point<f64>);

impl Spot {
    /// A point; both numbers are finite.
    pub(crate) fn new(longitude_deg: f64, latitude_deg: f64) -> Self {
        Self(Point::new(longitude_deg, latitude_deg))
    }

    /// Metres to another one, along a great circle of a sphere.
    pub(crate) fn distance_m(self, other: Self) -> f64 {
        Haversine.distance(self.0, other.0)
    }

    /// Degrees from north, clockwise, in which another one lies.
    pub(crate) fn bearing_deg(self, other: Self) -> f64 {
        Haversine.bearing(self.0, other.0).rem_euclid(360.0)
    }
}

impl fmt::Debug for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Spot(…)")
    }
}
