//! Clocks that have run out, and who has to hear of it (`sql/overruns.sql`).

use datafusion::arrow::array::{Array, AsArray, Int64Array, RecordBatch};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Int64Type};
use datafusion::common::exec_datafusion_err;
use tanggap_engine::case::{Level, SlaClock};

use super::Cases;
use super::cases::{ask, moment};
use super::reading::Texts;
use crate::QueryError;
use crate::functions::Texts as Words;
use crate::service_clocks::{Clocked, Pauses, ServiceClocks};

const OVERRUNS: &str = include_str!("../../sql/overruns.sql");

/// A clock of a complaint that ran out before it was met, or a step of its escalation. Times are µs since epoch UTC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overrun {
    /// Id on its channel.
    pub id: String,
    /// Channel.
    pub channel: String,
    /// Category id.
    pub category: Option<String>,
    /// Dotted code; none = not located.
    pub kelurahan: Option<String>,
    /// Code of who holds it; the text it was named by where nobody knows it.
    pub unit: String,
    /// `respond` or `finish`; a step of an escalation may be of `coordinate` or `dispatch` too.
    pub clock: &'static str,
    /// When the clock ran out.
    pub due_us: i64,
    /// When this happened: the clock ran out, or the step was reached.
    pub since_us: i64,
    /// Who has to hear of it; none = it ran out.
    pub to: Option<Level>,
    /// Whether the step is a proposal of ours rather than a published rule.
    pub assumption: bool,
}

impl Cases {
    /// Every clock that ran out, and every step of an escalation that was reached, after `since_us` (µs since epoch UTC) and by the moment of
    /// the cases, by time, channel and id. Each is there once, and the same whenever it is asked for while nothing is learned that is older.
    ///
    /// # Errors
    /// If `routes` or `units` are not there, or cannot be read.
    pub async fn overruns(&self, since_us: i64) -> Result<Vec<Overrun>, QueryError> {
        let since = ("since", moment(since_us));
        let batches = ask(self.session(), OVERRUNS, vec![since]).await?.collect().await?;
        let clocks = ServiceClocks::of(self.session());
        let mut overruns = Vec::new();
        for batch in &batches {
            read(batch, &clocks, (since_us, self.as_of_us()), &mut overruns)?;
        }
        overruns.sort_by(|one, other| {
            let by_time = (one.since_us, &one.channel, &one.id).cmp(&(other.since_us, &other.channel, &other.id));
            by_time.then_with(|| (one.clock, one.to).cmp(&(other.clock, other.to)))
        });
        Ok(overruns)
    }
}

fn read(
    batch: &RecordBatch,
    clocks: &ServiceClocks,
    (since_us, as_of_us): (i64, i64),
    overruns: &mut Vec<Overrun>,
) -> Result<(), QueryError> {
    let column = |name: &str| -> Result<_, QueryError> {
        let found = batch.column_by_name(name);
        found.ok_or_else(|| exec_datafusion_err!("the overruns have no column `{name}`").into())
    };
    let whole = |name: &str| -> Result<Int64Array, QueryError> {
        let numbers = cast(column(name)?, &DataType::Int64)?;
        Ok(numbers.as_primitive::<Int64Type>().clone())
    };
    let (channels, units, rules) = (
        Words::of(column("channel")?)?,
        Words::of(column("unit")?)?,
        Words::of(column("rule")?)?,
    );
    let (ids, categories, kelurahan) = (
        Texts::of(batch, "id")?,
        Texts::of(batch, "category")?,
        Texts::of(batch, "kelurahan")?,
    );
    let (filed, answered, ended) = (whole("filed_us")?, whole("answered_us")?, whole("ended_us")?);
    let (coordinated, dispatched) = (whole("coordinated_us")?, whole("dispatched_us")?);
    let (respond, finish) = (whole("respond_s")?, whole("finish_s")?);
    let pauses = Pauses::of(batch)?;
    let of = |numbers: &Int64Array, row: usize| numbers.is_valid(row).then(|| numbers.value(row));
    for row in 0..batch.num_rows() {
        let case_pauses = pauses.get(row);
        let case = Clocked {
            rule: rules.get(row),
            channel: channels.get(row).unwrap_or_default(),
            unit: units.get(row),
            filed_us: filed.value(row),
            pauses: &case_pauses,
            respond_s: of(&respond, row),
            finish_s: of(&finish, row),
        };
        // Whatever ends a case ends every clock of it.
        let met = |clock: SlaClock| {
            let own = match clock {
                SlaClock::Respond => of(&answered, row),
                SlaClock::Coordinate => of(&coordinated, row),
                SlaClock::Dispatch => of(&dispatched, row),
                SlaClock::Finish => None,
            };
            own.into_iter().chain(of(&ended, row)).min()
        };
        let overrun = |clock: SlaClock, due_us: i64, at_us: i64, to: Option<Level>, assumption: bool| Overrun {
            id: ids.get(row).unwrap_or_default(),
            channel: case.channel.to_owned(),
            category: categories.get(row),
            kelurahan: kelurahan.get(row),
            unit: case.unit.unwrap_or_default().to_owned(),
            clock: clock.id(),
            due_us,
            since_us: at_us,
            to,
            assumption,
        };
        let lately = |at_us: i64| at_us > since_us && at_us <= as_of_us;
        for clock in [SlaClock::Respond, SlaClock::Finish] {
            let Some(due) = clocks.due(&case, clock) else { continue };
            if lately(due.due) && met(clock).is_none_or(|met| met > due.due) {
                overruns.push(overrun(clock, due.due, due.due, None, false));
            }
        }
        for step in clocks.escalated(&case, met, as_of_us) {
            if let Some(due) = clocks.due(&case, step.clock).filter(|_| lately(step.since)) {
                overruns.push(overrun(step.clock, due.due, step.since, Some(step.to), step.assumption));
            }
        }
    }
    Ok(())
}
