//! `working_seconds(from, to, unit) -> Int64`: whole seconds of `[from, to)` in the office hours of a unit, weekends, holidays and joint
//! leave left out; negative if `to` lies before `from`.
//!
//! `from` and `to` are timestamps, or µs since the epoch UTC; where one is null, so is the answer. `unit` is a code or any name the
//! rules of routing know; null, and a unit nobody knows, keeps the city's default hours. Some ten nanoseconds a row, and a look-up of the
//! unit once per distinct one where the column is a dictionary.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, LazyLock};

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Int64Array, TimestampMicrosecondArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, TimeUnit, TimestampMicrosecondType};
use datafusion::common::{Result, plan_err};
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility};
use tanggap_engine::route::{JAKARTA, Router};
use tanggap_engine::time::{INDONESIA, JAKARTA_HOURS, WorkingTime};

use super::texts::Texts;

/// Working time as we ship it.
pub(crate) static SHIPPED: LazyLock<Arc<WorkingTime>> = LazyLock::new(|| {
    let router = Router::from_toml(JAKARTA).expect("the rules we ship are tested");
    let working = WorkingTime::from_toml(INDONESIA, JAKARTA_HOURS).expect("the calendar we ship is tested");
    Arc::new(working.with_units(router.aliases()).expect("the office hours we ship are tested"))
});

/// See the header of the file.
pub(super) struct WorkingSeconds {
    signature: Signature,
    working: Arc<WorkingTime>,
}

impl WorkingSeconds {
    /// The function over a city's own calendar and office hours.
    pub(super) fn over(working: Arc<WorkingTime>) -> Self {
        Self {
            signature: Signature::any(3, Volatility::Immutable),
            working,
        }
    }
}

impl Default for WorkingSeconds {
    fn default() -> Self {
        Self::over(Arc::clone(&SHIPPED))
    }
}

/// Without the days of the calendar, of which there are thousands.
impl fmt::Debug for WorkingSeconds {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("WorkingSeconds");
        shown.field("working", &self.working.version()).finish_non_exhaustive()
    }
}

/// Two are the same function only over the same working time.
impl PartialEq for WorkingSeconds {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.working, &other.working)
    }
}

impl Eq for WorkingSeconds {}

impl Hash for WorkingSeconds {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.working.version().hash(state);
    }
}

impl ScalarUDFImpl for WorkingSeconds {
    fn name(&self) -> &'static str {
        "working_seconds"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, arguments: &[DataType]) -> Result<DataType> {
        for (argument, name) in arguments.iter().zip(["from", "to"]) {
            if !matches!(argument, DataType::Timestamp(_, _) | DataType::Int64 | DataType::Null) {
                return plan_err!("working_seconds wants {name} as a timestamp or as µs since the epoch, not as {argument}");
            }
        }
        Ok(DataType::Int64)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&args.args)?;
        let (from, to) = (micros(&arrays[0])?, micros(&arrays[1])?);
        let hours = Texts::of(&arrays[2])?.map(|unit| self.working.hours(Some(unit)));
        let default = self.working.hours(None);
        let seconds = |row: usize| {
            let known = from.is_valid(row) && to.is_valid(row);
            let hours = hours[row].unwrap_or(default);
            known.then(|| hours.working_seconds(from.value(row), to.value(row)))
        };
        Ok(ColumnarValue::Array(Arc::new((0..from.len()).map(seconds).collect::<Int64Array>())))
    }
}

/// A column of instants, µs UTC.
fn micros(column: &ArrayRef) -> Result<TimestampMicrosecondArray> {
    let micros = cast(column, &DataType::Timestamp(TimeUnit::Microsecond, None))?;
    Ok(micros.as_primitive::<TimestampMicrosecondType>().clone())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use datafusion::arrow::util::pretty::pretty_format_batches;
    use datafusion::prelude::SessionContext;
    use tanggap_engine::time::{INDONESIA, WorkingTime};

    use crate::functions::{register, register_working_time};

    async fn answer(context: &SessionContext, sql: &str) -> String {
        let batches = context.sql(sql).await.unwrap().collect().await.unwrap();
        pretty_format_batches(&batches).unwrap().to_string()
    }

    /// Friday 2016-02-05 15:00 in Jakarta; Monday the 8th is Imlek.
    const MOMENTS: &str = "SELECT who, working_seconds(f, t, unit) AS seconds FROM (VALUES
        (1, TIMESTAMP '2016-02-05T08:00:00Z', TIMESTAMP '2016-02-09T01:30:00Z', CAST(NULL AS VARCHAR)),
        (2, TIMESTAMP '2016-02-05T08:00:00Z', TIMESTAMP '2016-02-09T01:30:00Z', 'Dinas Perhubungan'),
        (3, TIMESTAMP '2016-02-05T08:00:00Z', TIMESTAMP '2016-02-09T01:30:00Z', 'nobody knows it'),
        (4, TIMESTAMP '2016-02-09T01:30:00Z', TIMESTAMP '2016-02-05T08:00:00Z', '31.74.01.1001'),
        (5, TIMESTAMP '2016-02-05T08:00:00Z', NULL, 'dlh')) AS moments (who, f, t, unit) ORDER BY who";

    #[tokio::test]
    async fn working_time_is_told_by_the_hours_of_the_unit() {
        let context = SessionContext::new();
        register(&context);
        let expected = "\
+-----+---------+
| who | seconds |
+-----+---------+
| 1   | 9000    |
| 2   | 322200  |
| 3   | 9000    |
| 4   | -9000   |
| 5   |         |
+-----+---------+";
        assert_eq!(answer(&context, MOMENTS).await, expected);
        let micros = "SELECT working_seconds(1454659200000000, 1454981400000000, NULL) AS seconds, working_seconds(NULL, 5, 'dlh') AS none";
        let expected = "\
+---------+------+
| seconds | none |
+---------+------+
| 9000    |      |
+---------+------+";
        assert_eq!(answer(&context, micros).await, expected);
    }

    #[tokio::test]
    async fn a_city_may_bring_its_own_hours() {
        let context = SessionContext::new();
        register(&context);
        let hours = "version = 'night'\ndefault = 'night'\n[sets.night]\nfriday = ['22:00-24:00']";
        register_working_time(&context, Arc::new(WorkingTime::from_toml(INDONESIA, hours).unwrap()));
        let sql = "SELECT working_seconds(1454659200000000, 1454981400000000, 'dlh') AS seconds";
        assert!(answer(&context, sql).await.contains("7200"));
    }

    #[tokio::test]
    async fn what_is_no_time_is_refused_in_words() {
        let context = SessionContext::new();
        register(&context);
        let error = match context.sql("SELECT working_seconds('monday', 5, NULL)").await {
            Ok(frame) => frame.collect().await.unwrap_err().to_string(),
            Err(error) => error.to_string(),
        };
        assert!(error.contains("wants from as a timestamp"), "{error}");
    }
}
