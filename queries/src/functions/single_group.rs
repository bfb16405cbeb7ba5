//! An aggregate without GROUP BY, told as an aggregate with one group, so that each function is written once.

use std::fmt;

use datafusion::arrow::array::ArrayRef;
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::{Accumulator, EmitTo, GroupsAccumulator};

/// One group of a [`GroupsAccumulator`].
pub(super) struct SingleGroup<G> {
    groups: G,
    /// As many zeros as the longest batch so far has rows: the group of each row.
    zeros: Vec<usize>,
}

impl<G> SingleGroup<G> {
    pub(super) fn new(groups: G) -> Self {
        Self { groups, zeros: Vec::new() }
    }

    fn grow(&mut self, rows: usize) {
        if self.zeros.len() < rows {
            self.zeros.resize(rows, 0);
        }
    }
}

impl<G> fmt::Debug for SingleGroup<G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SingleGroup").finish_non_exhaustive()
    }
}

impl<G: GroupsAccumulator + Sync> Accumulator for SingleGroup<G> {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let rows = values.first().map_or(0, |column| column.len());
        self.grow(rows);
        self.groups.update_batch(values, &self.zeros[..rows], None, 1)
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let rows = states.first().map_or(0, |column| column.len());
        self.grow(rows);
        self.groups.merge_batch(states, &self.zeros[..rows], 1)
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        // No row may have come yet: one empty group is what the merge expects.
        self.groups.merge_batch(&[], &[], 1)?;
        let states = self.groups.state(EmitTo::All)?;
        states.iter().map(|state| ScalarValue::try_from_array(state, 0)).collect()
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        self.groups.merge_batch(&[], &[], 1)?;
        ScalarValue::try_from_array(&self.groups.evaluate(EmitTo::All)?, 0)
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.groups.size() + self.zeros.capacity() * size_of::<usize>()
    }
}
