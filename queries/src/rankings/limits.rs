//! Within which time each complaint was to be finished: by the service level of its route, the calendar and its pauses.

use std::collections::HashMap;

use datafusion::arrow::array::{Array, AsArray, RecordBatch};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Int64Type, UInt64Type};
use datafusion::common::exec_datafusion_err;
use tanggap_engine::case::SlaClock;

use crate::QueryError;
use crate::functions::Texts;
use crate::service_clocks::{Clocked, Pauses, ServiceClocks};
use crate::statistics::Wait;

/// A limit that was not said: the horizon of the table is taken.
pub(crate) const UNSAID: u32 = Wait::UNSAID;
/// No clock runs: nobody can be too late.
pub(crate) const NO_CLOCK: u32 = Wait::NO_CLOCK;

/// Limits of complaints by key, whole seconds from filing, rounded up. Nearly all complaints have the same one, so only the others are
/// written down.
#[derive(Debug, Default)]
pub(crate) struct Limits {
    usual_s: u32,
    others: HashMap<u64, u32>,
    /// By how much pauses have put the end off, where they have.
    put_off: HashMap<u64, u32>,
}

impl Limits {
    /// The limits of the complaints that `sql/limits.sql` gives.
    pub(crate) fn of(rows: &[RecordBatch], clocks: &ServiceClocks) -> Result<Self, QueryError> {
        let mut limits = Self::default();
        for batch in rows {
            limits.read(batch, clocks)?;
        }
        Ok(limits)
    }

    /// The limit of a complaint; of one held by several, the time each of them has, pauses left out as they are from the time it held it.
    pub(crate) fn limit_s(&self, key: u64, shared: bool) -> u32 {
        let limit_s = self.others.get(&key).copied().unwrap_or(self.usual_s);
        let put_off = self.put_off.get(&key).filter(|_| shared && limit_s != NO_CLOCK);
        // A limit of nothing would be none that was said.
        put_off.map_or(limit_s, |put_off| limit_s.saturating_sub(*put_off).max(1))
    }

    fn read(&mut self, batch: &RecordBatch, clocks: &ServiceClocks) -> Result<(), QueryError> {
        let column = |name: &str| {
            let found = batch.column_by_name(name);
            found.ok_or_else(|| QueryError::from(exec_datafusion_err!("the limits have no column `{name}`")))
        };
        let keys = cast(column("key")?, &DataType::UInt64)?;
        let keys = keys.as_primitive::<UInt64Type>();
        let (channels, units, rules) = (
            Texts::of(column("channel")?)?,
            Texts::of(column("unit")?)?,
            Texts::of(column("rule")?)?,
        );
        let (filed, finish) = (
            cast(column("filed_us")?, &DataType::Int64)?,
            cast(column("finish_s")?, &DataType::Int64)?,
        );
        let (filed, finish) = (filed.as_primitive::<Int64Type>(), finish.as_primitive::<Int64Type>());
        let pauses = Pauses::of(batch)?;
        for row in 0..batch.num_rows() {
            let case_pauses = pauses.get(row);
            let case = Clocked {
                rule: rules.get(row),
                channel: channels.get(row).unwrap_or_default(),
                unit: units.get(row),
                filed_us: filed.value(row),
                pauses: &case_pauses,
                respond_s: None,
                finish_s: finish.is_valid(row).then(|| finish.value(row)),
            };
            let limit_s = limit_s(clocks, &case);
            if self.usual_s == UNSAID {
                self.usual_s = limit_s;
            }
            if limit_s != self.usual_s {
                self.others.insert(keys.value(row), limit_s);
            }
            if !case_pauses.is_empty() && limit_s != NO_CLOCK {
                let plain_s = self::limit_s(clocks, &Clocked { pauses: &[], ..case });
                self.put_off.insert(keys.value(row), limit_s.saturating_sub(plain_s));
            }
        }
        Ok(())
    }
}

/// As [`Limits::limit_s`], of one complaint.
pub(super) fn limit_of(clocks: &ServiceClocks, case: &Clocked<'_>, shared: bool) -> u32 {
    let limit_s = limit_s(clocks, case);
    if !shared || case.pauses.is_empty() || limit_s == NO_CLOCK {
        return limit_s;
    }
    let plain_s = self::limit_s(clocks, &Clocked { pauses: &[], ..*case });
    limit_s.saturating_sub(limit_s.saturating_sub(plain_s)).max(1)
}

fn limit_s(clocks: &ServiceClocks, case: &Clocked<'_>) -> u32 {
    let Some(due) = clocks.due(case, SlaClock::Finish) else {
        return NO_CLOCK;
    };
    let length_us = due.due.saturating_sub(case.filed_us).max(1).unsigned_abs();
    u32::try_from(length_us.div_ceil(1_000_000)).unwrap_or(NO_CLOCK - 1)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use datafusion::arrow::array::{
        ArrayBuilder, ArrayRef, Int64Array, ListBuilder, RecordBatch, StringArray, StructBuilder, TimestampMicrosecondBuilder, UInt64Array,
    };
    use datafusion::arrow::datatypes::{DataType, Field, TimeUnit};
    use datafusion::prelude::SessionContext;

    use super::{Limits, NO_CLOCK};
    use crate::service_clocks::ServiceClocks;

    const HOUR: i64 = 3_600_000_000;
    const WEEK_S: u32 = 604_800;

    /// (key, rule, pause of so many hours from the first on).
    fn rows(cases: &[(u64, Option<&str>, i64)]) -> RecordBatch {
        let time = || Field::new("t", DataType::Timestamp(TimeUnit::Microsecond, None), true);
        let builder = || Box::new(TimestampMicrosecondBuilder::new());
        let columns: Vec<Box<dyn ArrayBuilder>> = vec![builder(), builder()];
        let fields = vec![time().with_name("from"), time().with_name("to")];
        let mut pauses = ListBuilder::new(StructBuilder::new(fields, columns));
        for (_, _, hours) in cases {
            if *hours > 0 {
                let pause = pauses.values();
                for (column, at) in [(0, HOUR), (1, HOUR + hours * HOUR)] {
                    pause.field_builder::<TimestampMicrosecondBuilder>(column).unwrap().append_value(at);
                }
                pause.append(true);
            }
            pauses.append(true);
        }
        let finish = cases.iter().map(|(_, rule, _)| rule.map(|_| 3_600_i64));
        RecordBatch::try_from_iter_with_nullable([
            (
                "key",
                Arc::new(cases.iter().map(|case| Some(case.0)).collect::<UInt64Array>()) as ArrayRef,
                false,
            ),
            (
                "channel",
                Arc::new(cases.iter().map(|_| Some("qlue")).collect::<StringArray>()) as ArrayRef,
                false,
            ),
            (
                "filed_us",
                Arc::new(cases.iter().map(|_| Some(0_i64)).collect::<Int64Array>()) as ArrayRef,
                false,
            ),
            ("pauses", Arc::new(pauses.finish()) as ArrayRef, true),
            (
                "unit",
                Arc::new(cases.iter().map(|_| Some("dlh")).collect::<StringArray>()) as ArrayRef,
                true,
            ),
            (
                "rule",
                Arc::new(cases.iter().map(|case| case.1).collect::<StringArray>()) as ArrayRef,
                true,
            ),
            ("finish_s", Arc::new(finish.collect::<Int64Array>()) as ArrayRef, true),
        ])
        .unwrap()
    }

    #[test]
    fn each_complaint_has_the_limit_of_its_level_and_of_its_pauses() {
        let cases = [
            (1, Some("rubbish"), 0),
            (2, Some("crime"), 0),
            (3, Some("rubbish"), 10),
            (4, Some("of long ago"), 0),
            (5, None, 0),
            (6, Some("territory"), 0),
        ];
        let limits = Limits::of(&[rows(&cases)], &ServiceClocks::of(&SessionContext::new())).unwrap();
        let alone: Vec<u32> = (1..=6).map(|key| limits.limit_s(key, false)).collect();
        assert_eq!(alone, [WEEK_S, NO_CLOCK, WEEK_S + 36_000, 3_600, NO_CLOCK, WEEK_S]);
        let shared: Vec<u32> = (1..=6).map(|key| limits.limit_s(key, true)).collect();
        assert_eq!(shared, [WEEK_S, NO_CLOCK, WEEK_S, 3_600, NO_CLOCK, WEEK_S]);
        assert_eq!(limits.others.len(), 4, "what is usual is written down once");
        assert_eq!(Limits::default().limit_s(1, true), 0, "not said");
    }
}
