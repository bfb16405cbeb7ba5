//! `case_clocks(time, status, snapshot, offset, unit)`: the clocks of one case from its transitions, as a struct of
//! `first_response, resolution, ended` (µs UTC; null = not yet), `status` (after the latest transition), `reopened` (a resolution
//! was taken back), `unit` (last one named as holding it), `transitions` (how many). Rules: [`super::case_state`].
//!
//! Rows without a time or with an unknown status are left out. Nothing depends on the order of rows.

use std::cmp::Ordering;
use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, BooleanBuilder, Int64Array, Int64Builder, ListArray, StringBuilder, StructArray,
    TimestampMicrosecondArray, TimestampMicrosecondBuilder,
};
use datafusion::arrow::buffer::{OffsetBuffer, ScalarBuffer};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Field, FieldRef, Fields, Int64Type, TimestampMicrosecondType};
use datafusion::common::{Result, exec_datafusion_err};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::utils::{AggregateOrderSensitivity, format_state_name};
use datafusion::logical_expr::{Accumulator, AggregateUDFImpl, EmitTo, GroupsAccumulator, Signature, Volatility};
use tanggap_engine::event::{Status, schema};

use super::case_state::{CaseState, Change, Moment};
use super::single_group::SingleGroup;
use super::texts::{Interner, Texts};

/// See the header of the file.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct CaseClocks {
    signature: Signature,
}

impl Default for CaseClocks {
    fn default() -> Self {
        Self {
            signature: Signature::any(5, Volatility::Immutable),
        }
    }
}

fn fields() -> Fields {
    let time = |name| Field::new(name, schema::time_type(), true);
    Fields::from(vec![
        time("first_response"),
        time("resolution"),
        time("ended"),
        Field::new("status", DataType::Utf8, true),
        Field::new("reopened", DataType::Boolean, true),
        Field::new("unit", DataType::Utf8, true),
        Field::new("transitions", DataType::Int64, true),
    ])
}

fn number_field() -> FieldRef {
    Arc::new(Field::new_list_field(DataType::Int64, false))
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
        Ok(vec![
            Arc::new(Field::new(
                format_state_name(args.name, "case"),
                DataType::List(number_field()),
                true,
            )),
            Arc::new(Field::new(format_state_name(args.name, "unit"), DataType::Utf8, true)),
        ])
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

/// The cases of a GROUP BY.
#[derive(Default)]
struct CaseGroups {
    cases: Vec<CaseState>,
    /// Who holds each case, as a position in `names`.
    holders: Vec<Option<usize>>,
    /// Every unit named so far; there are some hundreds in a city.
    names: Interner,
    /// Bytes the cases hold beside themselves; counted as they grow, as the engine asks after every batch.
    heap_bytes: usize,
}

/// The arguments as columns that can be read by row.
struct Changes {
    times: TimestampMicrosecondArray,
    statuses: Vec<Option<Status>>,
    snapshots: BooleanArray,
    offsets: Int64Array,
    units: Texts,
}

impl Changes {
    fn of(values: &[ArrayRef]) -> Result<Self> {
        let [times, statuses, snapshots, offsets, units] = values else {
            return Err(exec_datafusion_err!("case_clocks takes time, status, snapshot, offset and unit"));
        };
        Ok(Self {
            times: cast(times, &schema::time_type())?
                .as_primitive::<TimestampMicrosecondType>()
                .clone(),
            statuses: Texts::of(statuses)?.map(Status::from_id).into_iter().map(Option::flatten).collect(),
            snapshots: cast(snapshots, &DataType::Boolean)?.as_boolean().clone(),
            offsets: cast(offsets, &DataType::Int64)?.as_primitive::<Int64Type>().clone(),
            units: Texts::of(units)?,
        })
    }

    fn row(&self, row: usize) -> Option<Change> {
        if self.times.is_null(row) {
            return None;
        }
        let offset = if self.offsets.is_valid(row) { self.offsets.value(row) } else { 0 };
        Some(Change {
            moment: (self.times.value(row), offset),
            status: self.statuses[row]?,
            snapshot: self.snapshots.is_valid(row) && self.snapshots.value(row),
        })
    }
}

impl CaseGroups {
    fn grow(&mut self, groups: usize) {
        self.cases.resize(groups, CaseState::default());
        self.holders.resize(groups, None);
    }

    fn observe(&mut self, group: usize, changes: &Changes, row: usize) {
        let Some(change) = changes.row(row) else {
            return;
        };
        let case = &mut self.cases[group];
        let before = case.heap_bytes();
        case.observe(change);
        self.heap_bytes += case.heap_bytes() - before;
        if let Some(unit) = changes.units.get(row) {
            self.hold(group, change.moment, unit);
        }
    }

    /// The latest named holds the case; of two named in the same instant, by two logs, the one later in the alphabet does, so that
    /// the order of rows does not matter.
    fn hold(&mut self, group: usize, moment: Moment, unit: &str) {
        let beats = match self.cases[group].hold(moment) {
            Ordering::Less => false,
            Ordering::Greater => true,
            Ordering::Equal => self.holders[group].is_none_or(|holder| unit > self.names.text(holder)),
        };
        if beats {
            self.holders[group] = Some(self.names.number(unit));
        }
    }

    fn take(&mut self, emit_to: EmitTo) -> (Vec<CaseState>, Vec<Option<usize>>) {
        let taken = (emit_to.take_needed(&mut self.cases), emit_to.take_needed(&mut self.holders));
        let gone: usize = taken.0.iter().map(CaseState::heap_bytes).sum();
        self.heap_bytes = self.heap_bytes.saturating_sub(gone);
        taken
    }

    fn names_of(&self, holders: &[Option<usize>]) -> ArrayRef {
        let mut texts = StringBuilder::new();
        for holder in holders {
            texts.append_option(holder.map(|number| self.names.text(number)));
        }
        Arc::new(texts.finish())
    }
}

fn kept(filter: Option<&BooleanArray>, row: usize) -> bool {
    filter.is_none_or(|filter| filter.is_valid(row) && filter.value(row))
}

fn lists(cases: &[CaseState]) -> Result<ArrayRef> {
    let mut numbers = Vec::new();
    let mut offsets = vec![0];
    for case in cases {
        case.encode(&mut numbers);
        offsets.push(i32::try_from(numbers.len()).map_err(|_| exec_datafusion_err!("too many transitions in one aggregate"))?);
    }
    let offsets = OffsetBuffer::new(ScalarBuffer::from(offsets));
    let numbers = Arc::new(Int64Array::from(numbers));
    Ok(Arc::new(ListArray::try_new(number_field(), offsets, numbers, None)?))
}

impl GroupsAccumulator for CaseGroups {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        group_indices: &[usize],
        opt_filter: Option<&BooleanArray>,
        total_num_groups: usize,
    ) -> Result<()> {
        self.grow(total_num_groups);
        let changes = Changes::of(values)?;
        for (row, &group) in group_indices.iter().enumerate() {
            if kept(opt_filter, row) {
                self.observe(group, &changes, row);
            }
        }
        Ok(())
    }

    fn merge_batch(&mut self, values: &[ArrayRef], group_indices: &[usize], total_num_groups: usize) -> Result<()> {
        self.grow(total_num_groups);
        let [cases, units] = values else {
            return Ok(());
        };
        let (cases, units) = (cases.as_list::<i32>(), Texts::of(units)?);
        for (row, &group) in group_indices.iter().enumerate() {
            if cases.is_null(row) {
                continue;
            }
            let numbers = cases.value(row);
            let other = CaseState::decode(numbers.as_primitive::<Int64Type>().values())
                .ok_or_else(|| exec_datafusion_err!("the partial state of case_clocks is too short"))?;
            let case = &mut self.cases[group];
            let before = case.heap_bytes();
            case.merge(&other);
            self.heap_bytes += case.heap_bytes() - before;
            if let Some(unit) = units.get(row) {
                self.hold(group, other.held(), unit);
            }
        }
        Ok(())
    }

    fn state(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        let (cases, holders) = self.take(emit_to);
        Ok(vec![lists(&cases)?, self.names_of(&holders)])
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> Result<ArrayRef> {
        let (cases, holders) = self.take(emit_to);
        let mut times = [(); 3].map(|()| TimestampMicrosecondBuilder::with_capacity(cases.len()).with_data_type(schema::time_type()));
        let mut statuses = StringBuilder::new();
        let mut reopened = BooleanBuilder::new();
        let mut transitions = Int64Builder::with_capacity(cases.len());
        for case in &cases {
            let clocks = case.clocks();
            for (column, time) in times.iter_mut().zip([clocks.first_response, clocks.resolution, clocks.ended]) {
                column.append_option(time);
            }
            statuses.append_option(clocks.status.map(Status::id));
            reopened.append_value(clocks.reopened);
            transitions.append_value(clocks.transitions);
        }
        let [mut first_response, mut resolution, mut ended] = times;
        let columns: Vec<ArrayRef> = vec![
            Arc::new(first_response.finish()),
            Arc::new(resolution.finish()),
            Arc::new(ended.finish()),
            Arc::new(statuses.finish()),
            Arc::new(reopened.finish()),
            self.names_of(&holders),
            Arc::new(transitions.finish()),
        ];
        Ok(Arc::new(StructArray::try_new(fields(), columns, None)?))
    }

    fn convert_to_state(&self, values: &[ArrayRef], opt_filter: Option<&BooleanArray>) -> Result<Vec<ArrayRef>> {
        // Each row is a group of its own.
        let mut rows = Self::default();
        let groups: Vec<usize> = (0..values.first().map_or(0, Array::len)).collect();
        rows.update_batch(values, &groups, opt_filter, groups.len())?;
        rows.state(EmitTo::All)
    }

    fn size(&self) -> usize {
        size_of_val(self)
            + self.cases.capacity() * size_of::<CaseState>()
            + self.heap_bytes
            + self.holders.capacity() * size_of::<Option<usize>>()
            + self.names.heap_bytes()
    }
}
