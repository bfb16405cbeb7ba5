//! A unit of the territory by its number, and which unit holds which.

use crate::territory::Level;

/// A kelurahan, kecamatan or kota by its integer code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Area {
    pub(super) level: Level,
    pub(super) integer: i64,
}

impl Area {
    /// The unit at a level that holds this one; itself at its own level or below.
    fn at(self, level: Level) -> Self {
        if level <= self.level {
            return self;
        }
        Self {
            level,
            integer: self.integer / (level.divisor() / self.level.divisor()),
        }
    }

    /// Holds the other, or is it.
    pub(super) fn holds(self, other: Self) -> bool {
        other.level <= self.level && other.at(self.level) == self
    }

    /// One holds the other.
    pub(super) fn nested(self, other: Self) -> bool {
        self.holds(other) || other.holds(self)
    }

    /// The smallest unit up to a kota that holds all; none if there is none, or nothing to hold.
    pub(super) fn smallest_holding(areas: &[Self]) -> Option<Self> {
        let first = areas.first()?;
        [Level::Kelurahan, Level::Kecamatan, Level::Kota]
            .into_iter()
            .map(|level| first.at(level))
            .find(|unit| areas.iter().all(|area| unit.holds(*area)))
    }

    /// Dotted code.
    pub(super) fn code(self) -> String {
        self.level.dotted(self.integer)
    }
}

#[cfg(test)]
mod tests {
    use super::{Area, Level};

    fn area(level: Level, integer: i64) -> Area {
        Area { level, integer }
    }

    #[test]
    fn units_hold_what_their_codes_begin() {
        let (kelurahan, kecamatan) = (area(Level::Kelurahan, 3_174_011_001), area(Level::Kecamatan, 317_401));
        let kota = area(Level::Kota, 3_174);
        assert!(kecamatan.holds(kelurahan) && kota.holds(kecamatan) && kota.holds(kota));
        assert!(!kelurahan.holds(kecamatan) && kelurahan.nested(kota));
        assert!(!area(Level::Kota, 3_175).nested(kelurahan));
        let beside = area(Level::Kelurahan, 3_174_011_002);
        assert_eq!(Area::smallest_holding(&[kelurahan, beside]), Some(kecamatan));
        assert_eq!(Area::smallest_holding(&[kelurahan, kecamatan]), Some(kecamatan));
        assert_eq!(Area::smallest_holding(&[kelurahan, area(Level::Kecamatan, 317_402)]), Some(kota));
        assert_eq!(Area::smallest_holding(&[kelurahan, area(Level::Kota, 3_175)]), None);
        assert_eq!(Area::smallest_holding(&[]), None);
    }
}
