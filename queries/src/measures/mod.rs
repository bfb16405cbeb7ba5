//! The measures of panes and the plan that sums them.

mod pane_kernel;
mod slot;

pub use pane_kernel::PaneKernel;
