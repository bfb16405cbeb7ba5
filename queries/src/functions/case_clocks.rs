//! `case_clocks(time, status, snapshot, offset, unit)`: what became of one case, from its transitions, as a struct of
//!
//! - `first_response, resolution, ended` (µs UTC; null = not yet; `ended` = without being resolved), `status` (after the latest
//!   transition), `reopened` (a resolution was taken back), `unit` (last one named as holding it), `transitions` (how many),
//! - `coordinated, dispatched` (times), `end_kind` (id of the end, null = open), `reopenings` (how many), `paused_s` (seconds spent
//!   waiting for the reporter),
//! - `spells`: who held it, as a list of structs of `unit` (null = nobody was named yet), `from`, `to` (null = still), `paused_s`,
//! - `pauses`: when the reporter was waited for, as a list of structs of `from` and `to` (one that lasts ends at the moment asked about).
//!
//! `case_clocks(time, status, snapshot, offset, unit, filed, first_unit, as_of)` also knows when the report was filed, who has it before
//! anybody is named (null = nobody), and the moment asked about; these three are the same in every row of a case, and one row without a
//! time is enough for a case without transitions. Without them a case begins with its first transition and is told up to its last.
//! Rules: `tanggap_engine::case`.
//!
//! Rows without a time or with an unknown status are no transitions. Nothing depends on the order of rows.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Int64Array, TimestampMicrosecondArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Field, FieldRef, Int64Type, TimestampMicrosecondType};
use datafusion::common::{Result, exec_datafusion_err};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::utils::{AggregateOrderSensitivity, format_state_name};
use datafusion::logical_expr::{Accumulator, AggregateUDFImpl, EmitTo, GroupsAccumulator, Signature, TypeSignature, Volatility};
use tanggap_engine::case::Change;
use tanggap_engine::event::{Status, schema};

use super::case_columns::{StoryColumns, fields};
use super::case_state::{CaseStates, Frame, NOT_ASKED, state_types};
use super::single_group::SingleGroup;
use super::texts::Texts;

/// See the header of the file.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct CaseClocks {
    signature: Signature,
}

impl Default for CaseClocks {
    fn default() -> Self {
        let arguments = vec![TypeSignature::Any(5), TypeSignature::Any(8)];
        Self {
            signature: Signature::one_of(arguments, Volatility::Immutable),
        }
    }
}

impl AggregateUDFImpl for CaseClocks {
    fn name(&self) -> &'static str {
        "case_clocks"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arguments: &[DataType]) -> Result<DataType> {
        Ok(DataType::Struct(fields()))
    }

    fn accumulator(&self, _args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        Ok(Box::new(SingleGroup::new(CaseGroups::default())))
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        let field = |(part, data_type)| Arc::new(Field::new(format_state_name(args.name, part), data_type, true));
        Ok(state_types().into_iter().map(field).collect())
    }

    fn groups_accumulator_supported(&self, args: AccumulatorArgs) -> bool {
        !args.is_distinct
    }

    fn create_groups_accumulator(&self, _args: AccumulatorArgs) -> Result<Box<dyn GroupsAccumulator>> {
        Ok(Box::new(CaseGroups::default()))
    }

    fn order_sensitivity(&self) -> AggregateOrderSensitivity {
        AggregateOrderSensitivity::Insensitive
    }
}

/// The arguments as columns that can be read by row; units as numbers.
struct Arguments {
    times: TimestampMicrosecondArray,
    statuses: Vec<Option<Status>>,
    snapshots: BooleanArray,
    offsets: Int64Array,
    units: Vec<Option<u32>>,
    frames: Option<Frames>,
}

/// The three that say more of a case than its transitions do.
struct Frames {
    filed: TimestampMicrosecondArray,
    first_units: Vec<Option<u32>>,
    as_of: TimestampMicrosecondArray,
}

fn times(column: &ArrayRef) -> Result<TimestampMicrosecondArray> {
    let times = cast(column, &schema::time_type())?;
    Ok(times.as_primitive::<TimestampMicrosecondType>().clone())
}

fn numbers(units: &ArrayRef, states: &mut CaseStates) -> Result<Vec<Option<u32>>> {
    Ok(Texts::of(units)?.map(|unit| states.number(unit)))
}

impl Arguments {
    fn of(values: &[ArrayRef], states: &mut CaseStates) -> Result<Self> {
        let [time, statuses, snapshots, offsets, units, frames @ ..] = values else {
            return Err(exec_datafusion_err!("case_clocks takes time, status, snapshot, offset and unit"));
        };
        let frames = match frames {
            [] => None,
            [filed, first_units, as_of] => Some(Frames {
                filed: times(filed)?,
                first_units: numbers(first_units, states)?,
                as_of: times(as_of)?,
            }),
            _ => return Err(exec_datafusion_err!("case_clocks takes filed, first_unit and as_of together")),
        };
        Ok(Self {
            times: times(time)?,
            statuses: Texts::of(statuses)?.map(Status::from_id).into_iter().map(Option::flatten).collect(),
            snapshots: cast(snapshots, &DataType::Boolean)?.as_boolean().clone(),
            offsets: cast(offsets, &DataType::Int64)?.as_primitive::<Int64Type>().clone(),
            units: numbers(units, states)?,
            frames,
        })
    }

    fn change(&self, row: usize) -> Option<Change> {
        if self.times.is_null(row) {
            return None;
        }
        Some(Change {
            time_us: self.times.value(row),
            offset: if self.offsets.is_valid(row) { self.offsets.value(row) } else { 0 },
            status: self.statuses[row]?,
            snapshot: self.snapshots.is_valid(row) && self.snapshots.value(row),
            holder: self.units[row],
        })
    }

    fn frame(&self, row: usize) -> Option<Frame> {
        let frames = self.frames.as_ref()?;
        let as_of = frames.as_of.is_valid(row).then(|| frames.as_of.value(row));
        frames.filed.is_valid(row).then(|| Frame {
            filed_us: frames.filed.value(row),
            first_holder: frames.first_units[row],
            as_of_us: as_of.unwrap_or(NOT_ASKED),
        })
    }
}

fn kept(filter: Option<&BooleanArray>, row: usize) -> bool {
    filter.is_none_or(|filter| filter.is_valid(row) && filter.value(row))
}

/// The cases of a GROUP BY.
#[derive(Default)]
struct CaseGroups {
    states: CaseStates,
}

impl GroupsAccumulator for CaseGroups {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        group_indices: &[usize],
        opt_filter: Option<&BooleanArray>,
        total_num_groups: usize,
    ) -> Result<()> {
        self.states.grow(total_num_groups);
        let arguments = Arguments::of(values, &mut self.states)?;
        for (row, &group) in group_indices.iter().enumerate() {
            if !kept(opt_filter, row) {
                continue;
            }
            if let Some(frame) = arguments.frame(row) {
                self.states.file(group, frame);
            }
            if let Some(change) = arguments.change(row) {
                self.states.observe(group, change);
            }
        }
        Ok(())
    }

    fn merge_batch(&mut self, values: &[ArrayRef], group_indices: &[usize], total_num_groups: usize) -> Result<()> {
        self.states.grow(total_num_groups);
        let [numbers, names] = values else {
            return Ok(());
        };
        self.states.merge(numbers.as_list(), names.as_list(), group_indices)
    }

    fn state(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        self.states.encode(emit_to)
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> Result<ArrayRef> {
        let mut columns = StoryColumns::new();
        self.states.tell(emit_to, |story, names| columns.push(story, names))?;
        columns.finish()
    }

    fn convert_to_state(&self, values: &[ArrayRef], opt_filter: Option<&BooleanArray>) -> Result<Vec<ArrayRef>> {
        // Each row is a group of its own.
        let mut rows = Self::default();
        let groups: Vec<usize> = (0..values.first().map_or(0, Array::len)).collect();
        rows.update_batch(values, &groups, opt_filter, groups.len())?;
        rows.state(EmitTo::All)
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.states.heap_bytes()
    }
}
