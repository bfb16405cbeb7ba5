//! The answer: how precisely a text says where, and which places it could mean.

use crate::territory::Level;

/// How precisely a place is known, from not at all up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PlaceLevel {
    /// No place, or places that have no kota in common.
    None,
    /// A kota or kabupaten.
    Kota,
    /// A kecamatan; there is no cell to put it in.
    Kecamatan,
    /// A kelurahan; there is no cell to put it in.
    Kelurahan,
    /// A road, which runs through several units.
    Street,
    /// A spot whose position is known to some 100 m.
    Point,
}

impl PlaceLevel {
    /// Its name in columns.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Kota => "kota",
            Self::Kecamatan => "kecamatan",
            Self::Kelurahan => "kelurahan",
            Self::Street => "street",
            Self::Point => "point",
        }
    }
}

/// A unit that could be meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Kelurahan, kecamatan or kota.
    pub level: Level,
    /// Dotted code.
    pub code: String,
    /// Its name.
    pub name: String,
}

/// Where a text speaks of.
#[derive(Clone, Debug, PartialEq)]
pub struct Whereabouts {
    /// How precisely the place is known.
    pub level: PlaceLevel,
    /// Dotted code of the smallest unit that holds every candidate; none where they have no kota in common.
    pub code: Option<String>,
    /// Longitude and latitude, degrees WGS 84; at [`PlaceLevel::Point`] only.
    pub position: Option<(f64, f64)>,
    /// Number of the RT, where one is named. It says nothing without a kelurahan, as every kelurahan has the same numbers.
    pub rt: Option<u16>,
    /// Number of the RW, likewise.
    pub rw: Option<u16>,
    /// What could be meant, smallest units first, then by code.
    pub candidates: Vec<Candidate>,
    /// The words that named a place, in the order of the text.
    pub words: Vec<String>,
}
