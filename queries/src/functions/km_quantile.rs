//! `km_quantile(duration_s, closed, q)`: seconds by which a share `q` of the cases was closed, by Kaplan-Meier; null where the
//! curve never falls that far.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Float64Array};
use datafusion::arrow::datatypes::DataType;

use super::duration_groups::Answer;
use crate::statistics::{Curve, Durations};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct KmQuantile;

impl Answer for KmQuantile {
    const NAME: &'static str = "km_quantile";
    const PARAMETER: &'static str = "share from 0 to 1";

    fn return_type() -> DataType {
        DataType::Float64
    }

    fn accepts(parameter: f64) -> bool {
        (0.0..=1.0).contains(&parameter)
    }

    fn answer(groups: Vec<Durations>, parameter: f64) -> ArrayRef {
        let quantile = |mut group: Durations| Curve::of(&mut group).quantile(parameter);
        Arc::new(groups.into_iter().map(quantile).collect::<Float64Array>())
    }
}
