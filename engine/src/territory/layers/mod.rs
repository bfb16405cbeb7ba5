//! Authority layers: whose road, river, park, railway or market a problem lies on. A GeoJSON of the operator enters, once; positions
//! enter one by one; leaves the nearest feature of each layer whose buffer holds the position.

mod error;
mod file;
mod index;
mod layer;

pub use error::LayerError;
pub use index::LayerIndex;
pub use layer::{Layer, Touch, Touched};
