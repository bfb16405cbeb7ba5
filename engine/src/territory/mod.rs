//! Where a point is: the kelurahan, kecamatan, kota and region of a position. Boundaries enter as GeoJSON, or are the shipped
//! approximate ones; positions enter one by one; codes leave.

mod band;
mod border;
mod boundary;
mod check;
mod code;
mod coverage;
mod default;
mod error;
mod feature;
mod hexagon;
mod index;
mod layers;
mod level;
mod outline;
mod prefix;
mod raster;

pub use border::BorderIndex;
pub use boundary::{Kelurahan, Territory, Unit};
pub use check::{Finding, FindingKind, Severity, check, check_geojson};
pub use code::{InvalidCode, KelurahanCode};
pub use error::TerritoryError;
pub use feature::PropertyNames;
pub use hexagon::TerritoryCell;
pub use index::{Located, Placement, TerritoryIndex};
pub use layers::{Layer, LayerError, LayerIndex, Touch, Touched};
pub use level::{InvalidLevel, Level};
pub use prefix::{CodePrefix, InvalidPrefix};
pub use raster::NEAR_M;
