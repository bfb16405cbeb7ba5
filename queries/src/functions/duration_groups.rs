//! What `km_quantile`, `rmst`, `rmst_se` and `survival` share: they collect (seconds, closed) by group, and differ in the answer.

use std::fmt::Debug;
use std::hash::Hash;
use std::marker::PhantomData;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, BooleanArray, ListArray, RecordBatch, UInt64Array};
use datafusion::arrow::buffer::{OffsetBuffer, ScalarBuffer};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef, Float64Type, Schema, UInt64Type};
use datafusion::common::{Result, exec_datafusion_err, plan_datafusion_err, plan_err};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::utils::{AggregateOrderSensitivity, format_state_name};
use datafusion::logical_expr::{Accumulator, AggregateUDFImpl, ColumnarValue, EmitTo, GroupsAccumulator, Signature, Volatility};

use super::single_group::SingleGroup;
use crate::statistics::Durations;

/// What one function answers about the durations of a group.
pub(super) trait Answer: Debug + Clone + Copy + PartialEq + Eq + Hash + Send + Sync + 'static {
    /// Name in SQL.
    const NAME: &'static str;
    /// What the third argument is, for the error text.
    const PARAMETER: &'static str;

    /// Type of the answer.
    fn return_type() -> DataType;

    /// Whether the third argument makes sense.
    fn accepts(parameter: f64) -> bool;

    /// One answer a group, in order; null for an empty group.
    fn answer(groups: Vec<Durations>, parameter: f64) -> ArrayRef;
}

/// `name(duration_s Float64, closed Boolean, parameter)`; rows with a null are left out; the parameter is a constant.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct DurationFunction<A> {
    signature: Signature,
    answer: PhantomData<A>,
}

impl<A> Default for DurationFunction<A> {
    fn default() -> Self {
        Self {
            signature: Signature::exact(vec![DataType::Float64, DataType::Boolean, DataType::Float64], Volatility::Immutable),
            answer: PhantomData,
        }
    }
}

impl<A: Answer> DurationFunction<A> {
    /// The constant third argument, read by evaluating it over no row.
    fn groups(args: &AccumulatorArgs) -> Result<DurationGroups<A>> {
        let none = RecordBatch::new_empty(Arc::new(Schema::empty()));
        let constant = args.exprs.get(2).map(|parameter| parameter.evaluate(&none));
        let Some(Ok(ColumnarValue::Scalar(value))) = constant else {
            return plan_err!("the third argument of {} must be a constant {}", A::NAME, A::PARAMETER);
        };
        let value = value.cast_to(&DataType::Float64)?;
        let parameter = f64::try_from(value).map_err(|_| plan_datafusion_err!("the {} of {} is null", A::PARAMETER, A::NAME))?;
        if !A::accepts(parameter) {
            return plan_err!("{parameter} is no {} for {}", A::PARAMETER, A::NAME);
        }
        Ok(DurationGroups {
            groups: Vec::new(),
            parameter,
            answer: PhantomData,
        })
    }
}

impl<A: Answer> AggregateUDFImpl for DurationFunction<A> {
    fn name(&self) -> &str {
        A::NAME
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arguments: &[DataType]) -> Result<DataType> {
        Ok(A::return_type())
    }

    fn accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        Ok(Box::new(SingleGroup::new(Self::groups(&args)?)))
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        Ok(vec![Arc::new(Field::new(
            format_state_name(args.name, "durations"),
            DataType::List(code_field()),
            true,
        ))])
    }

    fn groups_accumulator_supported(&self, args: AccumulatorArgs) -> bool {
        !args.is_distinct
    }

    fn create_groups_accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn GroupsAccumulator>> {
        Ok(Box::new(Self::groups(&args)?))
    }

    fn order_sensitivity(&self) -> AggregateOrderSensitivity {
        AggregateOrderSensitivity::Insensitive
    }
}

fn code_field() -> FieldRef {
    Arc::new(Field::new_list_field(DataType::UInt64, false))
}

/// The durations of every group; the state that travels is their codes as one list a group.
struct DurationGroups<A> {
    groups: Vec<Durations>,
    parameter: f64,
    answer: PhantomData<A>,
}

/// Calls `each(row)` for every row that has no null and passes the filter.
fn rows_of(duration_s: &dyn Array, closed: &BooleanArray, filter: Option<&BooleanArray>, mut each: impl FnMut(usize)) {
    let plain = duration_s.null_count() == 0 && closed.null_count() == 0 && filter.is_none();
    for row in 0..duration_s.len() {
        let kept = plain
            || (duration_s.is_valid(row) && closed.is_valid(row) && filter.is_none_or(|filter| filter.is_valid(row) && filter.value(row)));
        if kept {
            each(row);
        }
    }
}

fn lists(groups: &[Durations]) -> Result<ArrayRef> {
    let mut offsets = Vec::with_capacity(groups.len() + 1);
    let mut codes = Vec::with_capacity(groups.iter().map(Durations::len).sum());
    offsets.push(0);
    for group in groups {
        codes.extend_from_slice(group.encoded());
        let end = i32::try_from(codes.len()).map_err(|_| exec_datafusion_err!("more than 2^31 durations in one aggregate"))?;
        offsets.push(end);
    }
    let offsets = OffsetBuffer::new(ScalarBuffer::from(offsets));
    Ok(Arc::new(ListArray::try_new(
        code_field(),
        offsets,
        Arc::new(UInt64Array::from(codes)),
        None,
    )?))
}

impl<A: Answer> GroupsAccumulator for DurationGroups<A> {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        group_indices: &[usize],
        opt_filter: Option<&BooleanArray>,
        total_num_groups: usize,
    ) -> Result<()> {
        self.groups.resize(total_num_groups, Durations::new());
        let (duration_s, closed) = (values[0].as_primitive::<Float64Type>(), values[1].as_boolean());
        rows_of(duration_s, closed, opt_filter, |row| {
            self.groups[group_indices[row]].push(duration_s.value(row), closed.value(row));
        });
        Ok(())
    }

    fn merge_batch(&mut self, values: &[ArrayRef], group_indices: &[usize], total_num_groups: usize) -> Result<()> {
        self.groups.resize(total_num_groups, Durations::new());
        let Some(lists) = values.first() else {
            return Ok(());
        };
        let lists = lists.as_list::<i32>();
        let codes = lists.values().as_primitive::<UInt64Type>().values();
        for (row, &group) in group_indices.iter().enumerate() {
            if lists.is_valid(row) {
                let ends = &lists.value_offsets()[row..=row + 1];
                #[expect(clippy::cast_sign_loss, reason = "Arrow's list offsets are never negative")]
                self.groups[group].extend_encoded(&codes[ends[0] as usize..ends[1] as usize]);
            }
        }
        Ok(())
    }

    fn state(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        Ok(vec![lists(&emit_to.take_needed(&mut self.groups))?])
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> Result<ArrayRef> {
        Ok(A::answer(emit_to.take_needed(&mut self.groups), self.parameter))
    }

    fn convert_to_state(&self, values: &[ArrayRef], opt_filter: Option<&BooleanArray>) -> Result<Vec<ArrayRef>> {
        let (duration_s, closed) = (values[0].as_primitive::<Float64Type>(), values[1].as_boolean());
        let mut groups = vec![Durations::new(); duration_s.len()];
        rows_of(duration_s, closed, opt_filter, |row| {
            groups[row].push(duration_s.value(row), closed.value(row));
        });
        Ok(vec![lists(&groups)?])
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.groups.capacity() * size_of::<Durations>() + self.groups.iter().map(Durations::heap_bytes).sum::<usize>()
    }
}
