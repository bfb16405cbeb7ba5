//! `survival(duration_s, closed, tau)`: everything a response-time table says about a group, from one sort, as a struct of
//! `n, closed` (cases), `median, p90` (Kaplan-Meier), `rmst, rmst_se` (to `tau`), `closed_p50, closed_p90` (closed cases only,
//! interpolated); seconds; null where there is none.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Float64Array, Int64Array, StructArray};
use datafusion::arrow::buffer::NullBuffer;
use datafusion::arrow::datatypes::{DataType, Field, Fields};

use super::duration_groups::Answer;
use crate::statistics::{Curve, Durations, quantile};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Survival;

const NUMBERS: [&str; 6] = ["median", "p90", "rmst", "rmst_se", "closed_p50", "closed_p90"];

fn fields() -> Fields {
    let counts = ["n", "closed"].map(|name| Field::new(name, DataType::Int64, true));
    let numbers = NUMBERS.map(|name| Field::new(name, DataType::Float64, true));
    counts.into_iter().chain(numbers).collect()
}

fn count(cases: usize) -> i64 {
    i64::try_from(cases).unwrap_or(i64::MAX)
}

impl Answer for Survival {
    const NAME: &'static str = "survival";
    const PARAMETER: &'static str = "horizon in seconds above 0";

    fn return_type() -> DataType {
        DataType::Struct(fields())
    }

    fn accepts(parameter: f64) -> bool {
        parameter > 0.0 && parameter.is_finite()
    }

    fn answer(groups: Vec<Durations>, parameter: f64) -> ArrayRef {
        let mut counts: [Vec<i64>; 2] = Default::default();
        let mut numbers: [Vec<Option<f64>>; 6] = Default::default();
        let mut known = Vec::with_capacity(groups.len());
        for mut group in groups {
            let curve = Curve::of(&mut group);
            let closed = group.closed_sorted();
            let restricted = curve.restricted_mean(parameter);
            let answers = [
                curve.quantile(0.5),
                curve.quantile(0.9),
                restricted.map(|answer| answer.mean),
                restricted.map(|answer| answer.standard_error),
                quantile(&closed, 0.5),
                quantile(&closed, 0.9),
            ];
            for (column, answer) in numbers.iter_mut().zip(answers) {
                column.push(answer);
            }
            counts[0].push(count(curve.cases()));
            counts[1].push(count(closed.len()));
            known.push(curve.cases() > 0);
        }
        let columns = counts
            .into_iter()
            .map(|column| Arc::new(Int64Array::from(column)) as ArrayRef)
            .chain(numbers.into_iter().map(|column| Arc::new(Float64Array::from(column)) as ArrayRef))
            .collect();
        Arc::new(StructArray::new(fields(), columns, Some(NullBuffer::from(known))))
    }
}
