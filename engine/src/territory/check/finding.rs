//! What a check found: how bad, where, and what to do.

use std::fmt;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; the rules of `locate` settle it.
    Note,
    /// The file loads, but some place is given to somebody it may not belong to.
    Warning,
    /// The file does not load.
    Error,
}

/// What kind of fault it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// No GeoJSON `FeatureCollection`, or an empty one.
    Unreadable,
    /// No code.
    MissingCode,
    /// Text that is no code.
    InvalidCode,
    /// A code met before.
    DuplicateCode,
    /// No name.
    EmptyName,
    /// No name of the kecamatan or kota, or another one than its neighbours under the same code.
    ParentName,
    /// No `Polygon` or `MultiPolygon`.
    Geometry,
    /// A coordinate that is no longitude or latitude.
    OutOfRange,
    /// A ring whose last position is not its first.
    UnclosedRing,
    /// A ring of fewer than four positions.
    ShortRing,
    /// A ring that crosses itself or another ring of its polygon.
    SelfIntersection,
    /// A hole outside its polygon.
    StrayHole,
    /// A ring that runs the wrong way.
    Orientation,
    /// Ground of two kelurahan.
    Overlap,
    /// Ground of nobody, enclosed by kelurahan.
    Gap,
}

/// One fault of a boundary file.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Finding {
    /// How bad.
    pub severity: Severity,
    /// What kind.
    pub kind: FindingKind,
    /// Codes it is about; `feature 7` for a feature without one, counted from 1.
    pub subjects: Vec<String>,
    /// Where, degrees WGS 84.
    pub longitude_deg: Option<f64>,
    /// Where, degrees WGS 84.
    pub latitude_deg: Option<f64>,
    /// How much ground, m².
    pub area_m2: Option<f64>,
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub remedy: String,
}

impl Finding {
    /// A finding without place or area.
    pub(super) fn new(severity: Severity, kind: FindingKind, subjects: Vec<String>, what: impl Into<String>, remedy: &str) -> Self {
        Self {
            severity,
            kind,
            subjects,
            longitude_deg: None,
            latitude_deg: None,
            area_m2: None,
            what: what.into(),
            remedy: remedy.to_owned(),
        }
    }

    /// With its place.
    pub(super) fn at(mut self, position: geo::Coord<f64>) -> Self {
        self.longitude_deg = Some(position.x);
        self.latitude_deg = Some(position.y);
        self
    }

    /// With its area.
    pub(super) fn of(mut self, area_m2: f64) -> Self {
        self.area_m2 = Some(area_m2);
        self
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

/// `warning: 31.74.01.1001, 31.74.01.1002: overlap of 120 m² at 106.84721, -6.22913; do this`.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.severity)?;
        if !self.subjects.is_empty() {
            write!(f, "{}: ", self.subjects.join(", "))?;
        }
        f.write_str(&self.what)?;
        if let Some(area) = self.area_m2 {
            write!(f, " of {area:.0} m²")?;
        }
        if let (Some(longitude), Some(latitude)) = (self.longitude_deg, self.latitude_deg) {
            write!(f, " at {longitude:.6}, {latitude:.6}")?;
        }
        write!(f, "; {}", self.remedy)
    }
}
