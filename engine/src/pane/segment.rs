//! Immutable rows of partial state, and the tiers that keep their number small.

use std::sync::Arc;

use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::TimestampMicrosecondType;

use super::{Kernel, KernelError};

/// Immutable rows of [`crate::event::schema::PANES`] of one lane.
#[derive(Clone, Debug)]
pub struct Segment {
    rows: RecordBatch,
    first_pane: i64,
    last_pane: i64,
}

impl Segment {
    /// A segment of these rows; `None` of no rows.
    #[must_use]
    pub fn new(rows: RecordBatch) -> Option<Self> {
        let panes = rows.column(0).as_primitive::<TimestampMicrosecondType>();
        let first_pane = panes.values().iter().copied().min()?;
        let last_pane = panes.values().iter().copied().max()?;
        Some(Self {
            rows,
            first_pane,
            last_pane,
        })
    }

    /// The rows.
    #[must_use]
    pub const fn rows(&self) -> &RecordBatch {
        &self.rows
    }

    /// Starts of the first and the last pane in it (both inclusive), µs UTC.
    #[must_use]
    pub const fn panes(&self) -> (i64, i64) {
        (self.first_pane, self.last_pane)
    }
}

/// Segments in tiers: when a tier has `FANOUT` of them they are merged into one of the next, so a reader never meets more
/// than a few per tier and a row is merged once a tier.
#[derive(Clone, Debug, Default)]
pub struct Tiers {
    tiers: Vec<Vec<Arc<Segment>>>,
}

/// Segments a tier holds before they are merged.
const FANOUT: usize = 8;

impl Tiers {
    /// Adds the rows of a micro-batch or an epoch.
    ///
    /// # Errors
    /// [`KernelError`] if a merge fails; nothing is lost then, the tier stays unmerged.
    pub fn push(&mut self, rows: RecordBatch, kernel: &mut impl Kernel) -> Result<(), KernelError> {
        let Some(segment) = Segment::new(rows) else { return Ok(()) };
        let mut carry = Arc::new(segment);
        for tier in 0.. {
            if self.tiers.len() == tier {
                self.tiers.push(Vec::with_capacity(FANOUT));
            }
            self.tiers[tier].push(carry);
            if self.tiers[tier].len() < FANOUT {
                break;
            }
            let rows: Vec<RecordBatch> = self.tiers[tier].iter().map(|segment| segment.rows().clone()).collect();
            let Some(merged) = Segment::new(kernel.sum(&rows)?) else { break };
            self.tiers[tier].clear();
            carry = Arc::new(merged);
        }
        Ok(())
    }

    /// Drops segments whose panes all start before `time`.
    pub fn forget(&mut self, time: i64) {
        for tier in &mut self.tiers {
            tier.retain(|segment| segment.last_pane >= time);
        }
    }

    /// All segments, oldest tier first.
    #[must_use]
    pub fn segments(&self) -> Vec<Arc<Segment>> {
        self.tiers.iter().rev().flatten().cloned().collect()
    }
}
