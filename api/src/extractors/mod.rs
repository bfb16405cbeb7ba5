//! What handlers are given of a request, checked: parameters, who asks, which format, parts of the path.

mod format;
mod params;
mod segment;
mod viewer;

pub use format::Format;
pub use params::Params;
pub use segment::Segment;
pub use viewer::Viewer;
pub(crate) use viewer::{Shown, direct};
