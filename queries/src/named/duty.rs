//! The duty ledger (`sql/duty_*.sql`): what the heads of RT and RW filed each day, what verifiers said of it, and what it comes to in a
//! month. It is counted anew from the reports and the transitions each time it is asked for, and nothing else reads duty reports: what is
//! paid can always be recounted, and moves no ranking and no heat.

use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::common::ScalarValue;
use datafusion::datasource::MemTable;
use datafusion::prelude::SessionContext;

use super::cases::{ask, moment};
use super::duty_month::DutyMonth;
use super::duty_rows::{DutyChange, DutyDay, DutyReport, changes, days, pays, reports};
use super::month::Month;
use crate::{QueryError, functions};

const FILED: &str = include_str!("../../sql/duty_filed.sql");
const VERDICTS: &str = include_str!("../../sql/duty_verdicts.sql");
const REPORTS: &str = include_str!("../../sql/duty_reports.sql");
const DAYS: &str = include_str!("../../sql/duty_days.sql");
const MONTH: &str = include_str!("../../sql/duty_month.sql");
const LIST: &str = include_str!("../../sql/duty_list.sql");
const CHANGES: &str = include_str!("../../sql/duty_changes.sql");

const MINUTE_US: i64 = 60_000_000;

/// What is asked of a post, what is paid, and what makes a verifier look twice.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DutyRule {
    /// Reports asked of a post a day.
    pub reports_a_day: u32,
    /// Verified reports of a post that are paid a day at most.
    pub paid_a_day: u32,
    /// Verified reports of a post that are paid a month at most.
    pub paid_a_month: u32,
    /// Rupiah for one report of an RT.
    pub rupiah_rt: u32,
    /// Rupiah for one report of an RW.
    pub rupiah_rw: u32,
    /// Metres within which a report may repeat an earlier one of its post, day and category.
    pub near_m: f64,
    /// Minutes within which it may.
    pub near_minutes: u32,
    /// Whether the state a report's own channel shows is a verdict too, though it names nobody.
    pub trust_channel: bool,
}

impl Default for DutyRule {
    /// Three reports a day (Pergub DKI 168/2014, article 18 g), Rp 10,000 and Rp 12,500 for at most 90 a month (SK Gub 903/2016).
    fn default() -> Self {
        Self {
            reports_a_day: 3,
            paid_a_day: 3,
            paid_a_month: 90,
            rupiah_rt: 10_000,
            rupiah_rw: 12_500,
            near_m: 50.0,
            near_minutes: 30,
            trust_channel: false,
        }
    }
}

/// Whose duty reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DutyPlace {
    /// Of the whole city, those in no kelurahan too.
    City,
    /// Of one kelurahan, by its integer code.
    Kelurahan(i64),
    /// Of no kelurahan: not located, or outside.
    Unplaced,
}

impl DutyPlace {
    const fn parameter(self) -> i64 {
        match self {
            Self::City => 0,
            Self::Kelurahan(code) => code,
            Self::Unplaced => -1,
        }
    }
}

/// Which ledger.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DutyQuestion {
    /// Its first month.
    pub first: Month,
    /// Its last month; the same for one month.
    pub last: Month,
    /// Whose.
    pub place: DutyPlace,
    /// Nothing later exists, µs since epoch UTC.
    pub as_of_us: i64,
    /// By which rule.
    pub rule: DutyRule,
}

/// The ledger of a span of months, read once and then asked several questions, in a small session of its own.
pub struct Duty {
    session: SessionContext,
    days: Vec<RecordBatch>,
    rule: DutyRule,
}

impl Duty {
    /// Reads it. A transition that a report got after the span counts, up to the moment of the question.
    ///
    /// Cost: a month of the whole city (32,825 posts with 90 reports each) is three million rows to join by id; a kelurahan's are some
    /// ten thousand, beside a look at the ids of all.
    ///
    /// # Errors
    /// If `reports` or `transitions` are not there, have other columns, or cannot be read.
    pub async fn collect(context: &SessionContext, question: &DutyQuestion) -> Result<Self, QueryError> {
        let session = SessionContext::new_with_config_rt(context.copied_config(), context.runtime_env());
        functions::register(&session);
        for table in ["reports", "transitions"] {
            session.register_table(table, context.table_provider(table).await?)?;
        }
        let rule = question.rule;
        let filed = vec![
            ("start", moment(question.first.start_us())),
            ("end", moment(question.last.end_us())),
            ("as_of", moment(question.as_of_us)),
            ("kelurahan", ScalarValue::from(question.place.parameter())),
        ];
        leave(&session, "duty_filed", FILED, filed).await?;
        let verdicts = vec![
            ("as_of", moment(question.as_of_us)),
            ("trust_channel", ScalarValue::from(rule.trust_channel)),
        ];
        leave(&session, "duty_verdicts", VERDICTS, verdicts).await?;
        let near = vec![
            ("near_m", ScalarValue::from(rule.near_m)),
            ("near_us", ScalarValue::from(i64::from(rule.near_minutes) * MINUTE_US)),
        ];
        // A view: of three million reports the days want six columns, and nobody the rest.
        let view = ask(&session, REPORTS, near).await?.into_view();
        session.register_table("duty_reports", view)?;
        let asked = vec![
            ("reports_a_day", ScalarValue::from(i64::from(rule.reports_a_day))),
            ("paid_a_day", ScalarValue::from(i64::from(rule.paid_a_day))),
        ];
        let days = leave(&session, "duty_days", DAYS, asked).await?;
        Ok(Self { session, days, rule })
    }

    /// One row a kelurahan, post and local day with at least one report, in that order; what is not known comes last.
    ///
    /// # Errors
    /// Never in practice: the query gives these columns.
    pub fn days(&self) -> Result<Vec<DutyDay>, QueryError> {
        days(&self.days)
    }

    /// What a month of the span comes to.
    ///
    /// # Errors
    /// If the query engine fails.
    pub async fn month(&self, month: Month) -> Result<DutyMonth, QueryError> {
        let parameters = vec![
            ("first_day", ScalarValue::from(month.first_day())),
            ("end_day", ScalarValue::from(month.end_day())),
            ("paid_a_month", ScalarValue::from(i64::from(self.rule.paid_a_month))),
            ("rupiah_rt", ScalarValue::from(i64::from(self.rule.rupiah_rt))),
            ("rupiah_rw", ScalarValue::from(i64::from(self.rule.rupiah_rw))),
        ];
        let rows = pays(&ask(&self.session, MONTH, parameters).await?.collect().await?)?;
        Ok(DutyMonth::of(month, rows))
    }

    /// Reports without a verdict that stands, the oldest first.
    ///
    /// # Errors
    /// If the query engine fails.
    pub async fn waiting(&self) -> Result<Vec<DutyReport>, QueryError> {
        self.list(true).await
    }

    /// Reports that were rejected, or carry a warning, the oldest first.
    ///
    /// # Errors
    /// If the query engine fails.
    pub async fn noted(&self) -> Result<Vec<DutyReport>, QueryError> {
        self.list(false).await
    }

    async fn list(&self, waiting: bool) -> Result<Vec<DutyReport>, QueryError> {
        let parameters = vec![("waiting", ScalarValue::from(waiting))];
        reports(&ask(&self.session, LIST, parameters).await?.collect().await?)
    }

    /// Every verdict on reports whose first one did not stay the only one: by kelurahan, post, day and report, the oldest first.
    ///
    /// # Errors
    /// If the query engine fails.
    pub async fn changes(&self) -> Result<Vec<DutyChange>, QueryError> {
        changes(&ask(&self.session, CHANGES, vec![]).await?.collect().await?)
    }
}

/// What a month of the whole city comes to, as of `as_of_us` (µs since epoch UTC). Read a [`Duty`] to ask for one kelurahan, or for more
/// than the sum.
///
/// # Errors
/// As [`Duty::collect`].
pub async fn duty_month(context: &SessionContext, month: Month, as_of_us: i64, rule: DutyRule) -> Result<DutyMonth, QueryError> {
    let question = DutyQuestion {
        first: month,
        last: month,
        place: DutyPlace::City,
        as_of_us,
        rule,
    };
    Duty::collect(context, &question).await?.month(month).await
}

/// Answers a question and leaves its rows as a table.
async fn leave(
    session: &SessionContext,
    name: &str,
    sql: &str,
    parameters: Vec<(&str, ScalarValue)>,
) -> Result<Vec<RecordBatch>, QueryError> {
    let frame = ask(session, sql, parameters).await?;
    let planned = Arc::new(frame.schema().as_arrow().clone());
    let batches = frame.collect().await?;
    // What comes out may be nullable where the plan said it is not, or the other way round: the rows know.
    let columns = batches.first().map_or(planned, RecordBatch::schema);
    session.register_table(name, Arc::new(MemTable::try_new(columns, vec![batches.clone()])?))?;
    Ok(batches)
}
