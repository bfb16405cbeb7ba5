//! SQL functions of ours, one a file, registered in one list.
//!
//! Aggregates over (seconds, closed): `km_quantile`, `rmst`, `rmst_se`, and `survival`, which answers all of it from one sort.
//! Over the transitions of a case: `case_clocks`. Scalars: `case_key`, `kelurahan_code`, `h3_text`, `working_seconds`, and those of
//! `bits`. Beside them the table `units`.

mod bits;
mod case_clocks;
mod case_columns;
mod case_key;
mod case_state;
mod duration_groups;
mod h3_text;
mod kelurahan_code;
mod km_quantile;
mod rmst;
mod rmst_se;
mod single_group;
mod survival;
mod texts;
mod units_table;
mod working_seconds;

use std::sync::Arc;

use datafusion::execution::FunctionRegistry;
use datafusion::logical_expr::{AggregateUDF, ScalarUDF};
use datafusion::prelude::SessionContext;
use tanggap_engine::time::WorkingTime;

pub(crate) use texts::{Interner, Texts};
pub use units_table::units_table;
pub(crate) use working_seconds::SHIPPED as SHIPPED_HOURS;

use duration_groups::DurationFunction;

/// Makes every function of ours known to a session.
pub fn register(context: &SessionContext) {
    let aggregates: [AggregateUDF; 5] = [
        DurationFunction::<km_quantile::KmQuantile>::default().into(),
        DurationFunction::<rmst::Rmst>::default().into(),
        DurationFunction::<rmst_se::RmstSe>::default().into(),
        DurationFunction::<survival::Survival>::default().into(),
        case_clocks::CaseClocks::default().into(),
    ];
    let scalars: [ScalarUDF; 4] = [
        case_key::CaseKey::default().into(),
        kelurahan_code::KelurahanCodeText::default().into(),
        h3_text::H3Text::default().into(),
        working_seconds::WorkingSeconds::default().into(),
    ];
    for function in aggregates {
        context.register_udaf(function);
    }
    for function in scalars.into_iter().chain(bits::Bits::all().map(ScalarUDF::from)) {
        context.register_udf(function);
    }
}

/// Lets `working_seconds` count by a city's own calendar and office hours instead of those we ship.
pub fn register_working_time(context: &SessionContext, working: Arc<WorkingTime>) {
    context.register_udf(working_seconds::WorkingSeconds::over(working).into());
}

/// Whether a session already knows them.
#[must_use]
pub fn registered(context: &SessionContext) -> bool {
    context.state().udaf("survival").is_ok()
}

#[cfg(test)]
mod tests;
