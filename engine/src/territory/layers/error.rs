//! Why a file of authority layers cannot be used. Features are counted from 1, in the order of the file.

/// What is wrong with a file of layers.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum LayerError {
    /// The bytes are no GeoJSON `FeatureCollection`.
    #[error("not a GeoJSON FeatureCollection: {0}")]
    NotGeoJson(String),
    /// A feature says of no layer that it is one of it.
    #[error("feature {feature}: its `layer` is {found}; there are {}", super::file::layer_ids())]
    NoLayer {
        /// Number of the feature.
        feature: usize,
        /// What stands there.
        found: String,
    },
    /// A feature has no name, so no reason could say what it is.
    #[error("feature {feature} has no text in property `name`")]
    NoName {
        /// Number of the feature.
        feature: usize,
    },
    /// A line without a buffer, or a buffer that is none.
    #[error("feature {feature}: `buffer_m` is {found}; a line needs metres above 0, a polygon from 0, none more than {most} m")]
    NoBuffer {
        /// Number of the feature.
        feature: usize,
        /// What stands there.
        found: String,
        /// The most it may be.
        most: f64,
    },
    /// The geometry is absent or of another type.
    #[error("feature {feature}: the geometry is {found}, not a LineString, MultiLineString, Polygon or MultiPolygon")]
    NoShape {
        /// Number of the feature.
        feature: usize,
        /// GeoJSON type found.
        found: String,
    },
    /// A line of one position, or a ring that is open or too short.
    #[error("feature {feature}: the {what} at {longitude_deg}, {latitude_deg} {fault}")]
    Invalid {
        /// Number of the feature.
        feature: usize,
        /// `line` or `ring`.
        what: &'static str,
        /// Its first position.
        longitude_deg: f64,
        /// Its first position.
        latitude_deg: f64,
        /// What is wrong.
        fault: &'static str,
    },
    /// A coordinate is no longitude and latitude in degrees.
    #[error(
        "feature {feature}: {longitude_deg}, {latitude_deg} is no longitude, latitude in degrees WGS 84; is the file in a projected system?"
    )]
    OutOfRange {
        /// Number of the feature.
        feature: usize,
        /// What stands for the longitude.
        longitude_deg: f64,
        /// What stands for the latitude.
        latitude_deg: f64,
    },
    /// A segment or polygon that is no city's.
    #[error("feature {feature}: a {what} is more than a degree wide or high; cut it into smaller ones")]
    TooLarge {
        /// Number of the feature.
        feature: usize,
        /// `segment` or `polygon`.
        what: &'static str,
    },
}
