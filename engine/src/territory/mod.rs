//! Where a point is: the kelurahan, kecamatan, kota and region of a position. Boundaries enter as GeoJSON, or are the shipped
//! approximate ones; positions enter one by one; codes leave.

mod band;
mod boundary;
mod code;
mod coverage;
mod error;
mod feature;
mod index;
mod level;
mod raster;

pub use boundary::{Kelurahan, Territory, Unit};
pub use code::{InvalidCode, KelurahanCode};
pub use error::TerritoryError;
pub use feature::PropertyNames;
pub use index::{Located, Placement, TerritoryIndex};
pub use level::{InvalidLevel, Level};
pub use raster::NEAR_M;
