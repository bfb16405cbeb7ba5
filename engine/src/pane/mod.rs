//! Partial state that merges: panes, the segments that hold them, the kernel that a GROUP BY implements, and windows as runs
//! of panes.

mod kernel;
mod segment;
mod sliding;

pub use kernel::{Kernel, KernelError};
pub use segment::{Segment, Tiers};
pub use sliding::{CellCount, KelurahanCount, SlidingWindows, WINDOW_PANES};
