//! Every complaint with its clocks as of one moment, computed once and then asked several questions (`sql/cases.sql`).

use std::sync::Arc;

use datafusion::arrow::array::{Array, AsArray, RecordBatch};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::TimestampMicrosecondType;
use datafusion::common::ScalarValue;
use datafusion::datasource::MemTable;
use datafusion::prelude::{DataFrame, SessionContext};
use tanggap_engine::event::schema;
use tokio::sync::OnceCell;

use super::Level;
use crate::closings::Closing;
use crate::rankings::{Book, Limits};
use crate::service_clocks::ServiceClocks;
use crate::unranked::Unranked;
use crate::{QueryError, functions};

const CASES: &str = include_str!("../../sql/cases.sql");
const CASES_TABLE: &str = include_str!("../../sql/cases_table.sql");
const HOLDERS: &str = include_str!("../../sql/holders.sql");
const ANSWERABLE: &str = include_str!("../../sql/answerable.sql");
const LIMITS: &str = include_str!("../../sql/limits.sql");

/// Tables the questions about cases read beside `cases` itself.
const BESIDES: [&str; 3] = ["territory", "routes", "units"];

/// A moment as a query parameter.
pub(super) fn moment(time_us: i64) -> ScalarValue {
    ScalarValue::TimestampMicrosecond(Some(time_us), Some("UTC".into()))
}

/// A session with what questions about complaints are asked of, and nothing else.
pub(super) async fn own_session(context: &SessionContext) -> Result<SessionContext, QueryError> {
    let session = SessionContext::new_with_config_rt(context.copied_config(), context.runtime_env());
    functions::register(&session);
    for table in ["reports", "transitions"] {
        session.register_table(table, context.table_provider(table).await?)?;
    }
    for table in BESIDES {
        if context.table_exist(table)? {
            session.register_table(table, context.table_provider(table).await?)?;
        }
    }
    Ok(session)
}

/// The largest event time of everything in `reports` and `transitions`, in µs since epoch UTC; none if both are empty.
///
/// # Errors
/// If the tables are not there, or cannot be read.
pub async fn latest(context: &SessionContext) -> Result<Option<i64>, QueryError> {
    let sql = "SELECT max(time) AS time FROM (SELECT max(event_time) AS time FROM reports UNION ALL SELECT max(time) FROM transitions)";
    let batches = context.sql(sql).await?.collect().await?;
    let Some(batch) = batches.first().filter(|batch| batch.num_rows() > 0) else {
        return Ok(None);
    };
    let time = cast(batch.column(0), &schema::time_type())?;
    let time = time.as_primitive::<TimestampMicrosecondType>();
    Ok(time.is_valid(0).then(|| time.value(0)))
}

/// The complaints as of one moment, in a small session of their own: two questions about two moments do not meet.
pub struct Cases {
    session: SessionContext,
    as_of_us: i64,
    batches: Vec<RecordBatch>,
    /// The waits of each level, once it was asked about: as told, and adjusted for quality.
    books: [[OnceCell<Arc<Book>>; Level::ALL.len()]; 2],
    /// Cases that were ever resolved, once they were asked about.
    closings: OnceCell<Arc<Vec<Closing>>>,
    /// Within which time each case was to be finished, once that was asked.
    limits: OnceCell<Limits>,
}

impl Cases {
    /// Follows every complaint in `reports` through `transitions`, as of `as_of_us` (µs since epoch UTC; nothing later exists).
    /// `territory`, `routes` and `units` come along where the session has them.
    ///
    /// # Errors
    /// If `reports` or `transitions` are not there, have other columns, or cannot be read.
    pub async fn collect(context: &SessionContext, as_of_us: i64) -> Result<Self, QueryError> {
        let session = own_session(context).await?;
        let frame = ask(&session, CASES, vec![("as_of", moment(as_of_us))]).await?;
        let planned = Arc::new(frame.schema().as_arrow().clone());
        let batches = frame.collect().await?;
        // What comes out may be nullable where the plan said it is not, or the other way round: the rows know.
        let columns = batches.first().map_or(planned, RecordBatch::schema);
        let table = MemTable::try_new(columns, vec![batches.clone()])?;
        let table = Arc::new(table);
        session.register_table("cases", Arc::clone(&table) as _)?;
        if context.table_exist("regions")? && session.table_exist("routes")? {
            let answerable = session.sql(ANSWERABLE).await?.into_view();
            session.register_table("answerable", answerable)?;
        } else {
            session.register_table("answerable", table)?;
        }
        session.register_table("ranked", Unranked::left_out(&session, "answerable").await?)?;
        if session.table_exist("routes")? && session.table_exist("units")? {
            // Only planned here; most questions do not ask who held what.
            let holders = ask(&session, HOLDERS, vec![("as_of", moment(as_of_us))]).await?;
            session.register_table("holders", holders.into_view())?;
        }
        Ok(Self {
            session,
            as_of_us,
            batches,
            books: Default::default(),
            closings: OnceCell::new(),
            limits: OnceCell::new(),
        })
    }

    /// The moment, in µs since epoch UTC.
    #[must_use]
    pub fn as_of_us(&self) -> i64 {
        self.as_of_us
    }

    /// One row a complaint; columns as `sql/cases.sql` lists them.
    #[must_use]
    pub fn batches(&self) -> &[RecordBatch] {
        &self.batches
    }

    /// The rows of `cases.csv`, ordered by time of filing and key: columns as `sql/cases_table.sql` lists them. Needs `routes`.
    ///
    /// # Errors
    /// If `routes` is not there, or cannot be read.
    pub async fn table(&self) -> Result<Vec<RecordBatch>, QueryError> {
        whole(ask(&self.session, CASES_TABLE, vec![]).await?).await
    }

    /// One row a complaint and unit that held it, in no order: columns as `sql/holders.sql` lists them. Needs `routes` and `units`.
    ///
    /// # Errors
    /// If one of the two is not there, or cannot be read.
    pub async fn holders(&self) -> Result<Vec<RecordBatch>, QueryError> {
        Ok(self.session.table("holders").await?.collect().await?)
    }

    /// Where the waits of a level are, or will be.
    pub(super) fn book(&self, level: Level, quality: bool) -> &OnceCell<Arc<Book>> {
        &self.books[usize::from(quality)][level as usize]
    }

    /// Where the cases that were ever resolved are, or will be.
    pub(super) fn closings(&self) -> &OnceCell<Arc<Vec<Closing>>> {
        &self.closings
    }

    /// Within which time each case was to be finished; not said where the session has no `routes` that tell their rule.
    pub(super) async fn limits(&self) -> Result<&Limits, QueryError> {
        self.limits.get_or_try_init(|| self.read_limits()).await
    }

    async fn read_limits(&self) -> Result<Limits, QueryError> {
        let routed = self.session.table_exist("routes")?;
        if !routed || self.session.table_provider("routes").await?.schema().index_of("rule").is_err() {
            return Ok(Limits::default());
        }
        let rows = ask(&self.session, LIMITS, vec![]).await?.collect().await?;
        Limits::of(&rows, &ServiceClocks::of(&self.session))
    }

    /// The session that knows `cases`, `holders` and what came along; for the questions beside this file.
    pub(super) fn session(&self) -> &SessionContext {
        &self.session
    }
}

/// The answer as at least one batch, which may be empty: a table has its columns also where it has no rows.
pub(super) async fn whole(frame: DataFrame) -> Result<Vec<RecordBatch>, QueryError> {
    let schema = Arc::clone(frame.schema().inner());
    let mut batches = frame.collect().await?;
    if batches.is_empty() {
        batches.push(RecordBatch::new_empty(schema));
    }
    Ok(batches)
}

/// Plans a question with its parameters bound.
pub(super) async fn ask(session: &SessionContext, sql: &str, parameters: Vec<(&str, ScalarValue)>) -> Result<DataFrame, QueryError> {
    Ok(session.sql(sql).await?.with_param_values(parameters)?)
}
