//! `rmst(duration_s, closed, tau)`: mean wait in seconds within the first `tau` seconds, open cases counted as long as they have waited.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Float64Array};
use datafusion::arrow::datatypes::DataType;

use super::duration_groups::Answer;
use crate::statistics::{Curve, Durations};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Rmst;

impl Answer for Rmst {
    const NAME: &'static str = "rmst";
    const PARAMETER: &'static str = "horizon in seconds above 0";

    fn return_type() -> DataType {
        DataType::Float64
    }

    fn accepts(parameter: f64) -> bool {
        parameter > 0.0 && parameter.is_finite()
    }

    fn answer(groups: Vec<Durations>, parameter: f64) -> ArrayRef {
        let restricted = |mut group: Durations| Curve::of(&mut group).restricted_mean(parameter).map(|answer| answer.mean);
        Arc::new(groups.into_iter().map(restricted).collect::<Float64Array>())
    }
}
