//! The clocks of a case: its route says which service level it has, the level how long each clock runs, the calendar and the case's own pauses
//! when it runs out.

use std::sync::{Arc, LazyLock};

use datafusion::arrow::array::{Array, AsArray, RecordBatch};
use datafusion::arrow::datatypes::TimestampMicrosecondType;
use datafusion::common::exec_datafusion_err;
use datafusion::prelude::SessionContext;
use tanggap_engine::case::{Due, Escalated, Length, Pause, SlaClock, SlaRule};
use tanggap_engine::route::{JAKARTA, Router};
use tanggap_engine::time::WorkingTime;

use crate::QueryError;
use crate::functions::SHIPPED_HOURS;

/// Which clocks run, and on which calendar.
#[derive(Debug)]
pub(crate) struct ServiceClocks {
    router: Router,
    working: Arc<WorkingTime>,
}

/// What the clocks of one case hang on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clocked<'a> {
    /// Rule that routed it; none = the rules were not asked.
    pub(crate) rule: Option<&'a str>,
    /// Its channel.
    pub(crate) channel: &'a str,
    /// Who holds it: a code or a name.
    pub(crate) unit: Option<&'a str>,
    /// When it was filed, µs since epoch UTC.
    pub(crate) filed_us: i64,
    /// When it waited for the reporter.
    pub(crate) pauses: &'a [Pause],
    /// Seconds to the first response that its route was written with; for a rule that is no more.
    pub(crate) respond_s: Option<i64>,
    /// Seconds to the end that its route was written with; for a rule that is no more.
    pub(crate) finish_s: Option<i64>,
}

/// The clocks we ship.
static SHIPPED: LazyLock<Arc<ServiceClocks>> = LazyLock::new(|| {
    let router = Router::from_toml(JAKARTA).expect("the rules we ship are tested");
    Arc::new(ServiceClocks::new(&router))
});

impl ServiceClocks {
    /// The clocks that these rules of routing name.
    pub(crate) fn new(router: &Router) -> Self {
        Self {
            router: router.clone(),
            working: Arc::clone(&SHIPPED_HOURS),
        }
    }

    /// Those of a session: of the rules its desk was made with; without a desk, of those we ship.
    pub(crate) fn of(session: &SessionContext) -> Arc<Self> {
        session.copied_config().get_extension().unwrap_or_else(|| Arc::clone(&SHIPPED))
    }

    /// The service level of a case; none = no clock runs, or its route is of rules that are no more.
    pub(crate) fn level(&self, case: &Clocked<'_>) -> Option<&SlaRule> {
        // Who is never queued is held to no clock, whatever rule named it.
        let queued = case.unit.is_none_or(|unit| !self.router.passes_on(unit));
        self.router.level(case.rule?, case.channel).filter(|_| queued)
    }

    /// When a clock of a case runs out; none = it has no such clock.
    pub(crate) fn due(&self, case: &Clocked<'_>, clock: SlaClock) -> Option<Due> {
        if case.rule.is_some_and(|rule| self.router.knows(rule)) {
            return self.level(case)?.due(clock, case.filed_us, case.pauses, &self.working, case.unit);
        }
        let written_s = match clock {
            SlaClock::Respond => case.respond_s,
            SlaClock::Finish => case.finish_s,
            SlaClock::Coordinate | SlaClock::Dispatch => None,
        };
        // Files before this one published whole hours only.
        let hours = u32::try_from(written_s? / 3_600).ok().filter(|hours| *hours > 0)?;
        let percent = self.router.levels().at_risk_percent();
        let length = Length::Hours(hours);
        Some(Due::of(
            clock,
            length,
            percent,
            case.filed_us,
            case.pauses,
            &self.working,
            case.unit,
        ))
    }

    /// The escalations of a case that have happened by `at` (µs since epoch UTC), earliest first; see [`SlaRule::escalated`].
    pub(crate) fn escalated(&self, case: &Clocked<'_>, met: impl Fn(SlaClock) -> Option<i64>, at: i64) -> Vec<Escalated> {
        let Some(level) = self.level(case) else { return Vec::new() };
        level.escalated(case.filed_us, case.pauses, &self.working, case.unit, met, at)
    }
}

/// The column `pauses` of `cases`, read by row.
pub(crate) struct Pauses<'a> {
    batch: &'a RecordBatch,
    column: usize,
}

impl<'a> Pauses<'a> {
    /// Reads the column of a batch.
    pub(crate) fn of(batch: &'a RecordBatch) -> Result<Self, QueryError> {
        let column = batch.schema_ref().index_of("pauses");
        let column = column.map_err(|_| exec_datafusion_err!("the cases have no column `pauses`"))?;
        if batch.column(column).as_list_opt::<i32>().is_none() {
            return Err(exec_datafusion_err!("the pauses of the cases are no lists").into());
        }
        Ok(Self { batch, column })
    }

    /// The pauses of a case; nearly always none.
    pub(crate) fn get(&self, row: usize) -> Vec<Pause> {
        let lists = self.batch.column(self.column).as_list::<i32>();
        if lists.is_null(row) || lists.value_length(row) == 0 {
            return Vec::new();
        }
        let pauses = lists.value(row);
        let Some(pauses) = pauses.as_struct_opt().filter(|pauses| pauses.num_columns() == 2) else {
            return Vec::new();
        };
        let time = |column: usize| pauses.column(column).as_primitive_opt::<TimestampMicrosecondType>();
        let (Some(from), Some(to)) = (time(0), time(1)) else {
            return Vec::new();
        };
        let pause = |row: usize| Pause {
            from_us: from.value(row),
            to_us: to.value(row),
        };
        (0..pauses.len()).map(pause).collect()
    }
}

#[cfg(test)]
mod tests {
    use datafusion::prelude::SessionContext;
    use tanggap_engine::case::{Pause, SlaClock};

    use super::{Clocked, ServiceClocks};

    const HOUR: i64 = 3_600_000_000;

    fn case<'a>(rule: &'a str, channel: &'a str, pauses: &'a [Pause]) -> Clocked<'a> {
        Clocked {
            rule: Some(rule),
            channel,
            unit: Some("dlh"),
            filed_us: 0,
            pauses,
            respond_s: Some(7_200),
            finish_s: Some(9 * 3_600),
        }
    }

    #[test]
    fn the_route_names_the_clocks_and_pauses_put_them_off() {
        let clocks = ServiceClocks::of(&SessionContext::new());
        let due = |case: Clocked<'_>, clock| clocks.due(&case, clock).map(|due| due.due / HOUR);
        assert_eq!(due(case("rubbish", "qlue", &[]), SlaClock::Respond), Some(6));
        assert_eq!(due(case("territory", "qlue", &[]), SlaClock::Respond), Some(24));
        let pauses = [Pause {
            from_us: HOUR,
            to_us: 25 * HOUR,
        }];
        assert_eq!(due(case("rubbish", "qlue", &pauses), SlaClock::Finish), Some(168 + 24));
        assert_eq!(
            due(case("crime", "qlue", &[]), SlaClock::Finish),
            None,
            "a known rule without clocks has none"
        );
        let working_days = due(case("rubbish", "lapor", &[]), SlaClock::Respond).unwrap();
        assert!(working_days >= 72, "{working_days}");
    }

    #[test]
    fn a_route_of_rules_that_are_no_more_keeps_the_lengths_it_was_written_with() {
        let clocks = ServiceClocks::of(&SessionContext::new());
        let due = |case: Clocked<'_>, clock| clocks.due(&case, clock).map(|due| due.due / HOUR);
        assert_eq!(due(case("of long ago", "qlue", &[]), SlaClock::Respond), Some(2));
        assert_eq!(due(case("of long ago", "qlue", &[]), SlaClock::Finish), Some(9));
        let unasked = Clocked {
            rule: None,
            respond_s: None,
            finish_s: None,
            ..case("", "qlue", &[])
        };
        assert_eq!(due(unasked, SlaClock::Finish), None);
    }
}
