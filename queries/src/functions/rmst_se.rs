//! `rmst_se(duration_s, closed, tau)`: standard error in seconds of `rmst`, after Greenwood.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Float64Array};
use datafusion::arrow::datatypes::DataType;

use super::duration_groups::Answer;
use crate::statistics::{Curve, Durations};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct RmstSe;

impl Answer for RmstSe {
    const NAME: &'static str = "rmst_se";
    const PARAMETER: &'static str = "horizon in seconds above 0";

    fn return_type() -> DataType {
        DataType::Float64
    }

    fn accepts(parameter: f64) -> bool {
        parameter > 0.0 && parameter.is_finite()
    }

    fn answer(groups: Vec<Durations>, parameter: f64) -> ArrayRef {
        let restricted = |mut group: Durations| Curve::of(&mut group).restricted_mean(parameter).map(|answer| answer.standard_error);
        Arc::new(groups.into_iter().map(restricted).collect::<Float64Array>())
    }
}
