//! Why a boundary file cannot be used. Features are counted from 1, in the order of the file.

/// A boundary file that cannot be loaded; `territory check` lists everything that is wrong with it at once.
#[derive(Debug, thiserror::Error)]
pub enum TerritoryError {
    /// The bytes are no GeoJSON `FeatureCollection`.
    #[error("not a GeoJSON FeatureCollection: {0}")]
    NotGeoJson(String),
    /// The collection holds no feature.
    #[error("the file holds no feature")]
    Empty,
    /// A feature lacks a property that the property names ask for.
    #[error("feature {feature} has no text in property `{property}`; it has: {present}")]
    MissingProperty {
        /// Number of the feature.
        feature: usize,
        /// The name asked for.
        property: String,
        /// The names it has.
        present: String,
    },
    /// The code is none.
    #[error("feature {feature}: `{text}` is not a kelurahan code like 31.74.01.1001")]
    InvalidCode {
        /// Number of the feature.
        feature: usize,
        /// What stands there.
        text: String,
    },
    /// Two features have one code.
    #[error("features {first} and {second} have the same code {code}; join them into one MultiPolygon")]
    DuplicateCode {
        /// The code.
        code: String,
        /// Number of the first feature.
        first: usize,
        /// Number of the second feature.
        second: usize,
    },
    /// Two regions hold one kelurahan.
    #[error("the kelurahan {0} is in two regions")]
    Shared(String),
    /// The geometry is absent or of another type.
    #[error("{code}: the geometry is {found}, not a Polygon or MultiPolygon")]
    NotPolygon {
        /// Code of the kelurahan.
        code: String,
        /// GeoJSON type found.
        found: String,
    },
    /// A ring is open or has fewer than four positions.
    #[error("{code}: the ring at {longitude_deg}, {latitude_deg} {fault}")]
    InvalidRing {
        /// Code of the kelurahan.
        code: String,
        /// First position of the ring.
        longitude_deg: f64,
        /// First position of the ring.
        latitude_deg: f64,
        /// What is wrong.
        fault: &'static str,
    },
    /// A coordinate is no longitude and latitude in degrees.
    #[error("{code}: {longitude_deg}, {latitude_deg} is no longitude, latitude in degrees WGS 84; is the file in a projected system?")]
    OutOfRange {
        /// Code of the kelurahan.
        code: String,
        /// What stands for the longitude.
        longitude_deg: f64,
        /// What stands for the latitude.
        latitude_deg: f64,
    },
}
