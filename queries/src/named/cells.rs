//! Heat (`sql/cells.sql`): how many reports fell on each cell or kelurahan in a window, beside what the hour of the week lets expect.

use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::common::ScalarValue;
use datafusion::datasource::MemTable;
use datafusion::prelude::SessionContext;

use super::cases::{ask, moment};
use super::expectation::{History, KEPT_WEEKS, WEEK_US};
use super::reading::{Numbers, Texts, Wholes};
use crate::QueryError;

const CELLS: &str = include_str!("../../sql/cells.sql");

/// What an area of the heat is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HeatLevel {
    /// An H3 cell.
    Cell,
    /// A kelurahan.
    Kelurahan,
}

impl HeatLevel {
    /// The id in addresses.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Cell => "cell",
            Self::Kelurahan => "kelurahan",
        }
    }
}

/// Which heat. Times are µs since epoch UTC, the window is `[start_us, end_us)` in whole minutes.
#[derive(Clone, Debug, PartialEq)]
pub struct HeatQuestion {
    /// Per cell or per kelurahan.
    pub level: HeatLevel,
    /// One row a category instead of all together.
    pub split: bool,
    /// Start of the window, inclusive.
    pub start_us: i64,
    /// End of the window, exclusive.
    pub end_us: i64,
    /// The log before the window.
    pub history: History,
    /// Areas the city has at this level; at least 1.
    pub places: u32,
    /// What the counts behind [`HeatRow::told`] are rounded down to a multiple of; at least 1.
    pub base: i64,
    /// Only this category (id).
    pub category: Option<&'static str>,
    /// Only this channel.
    pub channel: Option<String>,
    /// Only this kelurahan (integer code).
    pub kelurahan: Option<i64>,
}

/// One area with reports in the window.
#[derive(Clone, Debug, PartialEq)]
pub struct HeatRow {
    /// H3 index or integer code of the kelurahan.
    pub area: i64,
    /// Category id; empty where all are counted together.
    pub category: String,
    /// Integer code of the kelurahan.
    pub kelurahan: Option<i64>,
    /// Reports.
    pub n: i64,
    /// Reports expected.
    pub expected: f64,
    /// Reports expected by rounded counts.
    pub told: f64,
    /// How surprising, in standard deviations.
    pub z: f64,
    /// Different reporters.
    pub reporters: i64,
    /// The first report in the window, µs since epoch UTC.
    pub since_us: Option<i64>,
}

/// The heat of one window, computed once and then asked for its rows or for what rises.
pub struct Heat {
    session: SessionContext,
    batches: Vec<RecordBatch>,
}

impl Heat {
    /// Computes it.
    ///
    /// # Errors
    /// If `panes` or `reports` are not there, have other columns, or cannot be read.
    pub async fn collect(context: &SessionContext, question: &HeatQuestion) -> Result<Self, QueryError> {
        let text = |text: &str| ScalarValue::from(text);
        let parameters = vec![
            ("level", text(question.level.id())),
            ("split", ScalarValue::from(question.split)),
            ("category", text(question.category.unwrap_or_default())),
            ("channel", text(question.channel.as_deref().unwrap_or_default())),
            ("kelurahan", ScalarValue::from(question.kelurahan.unwrap_or_default())),
            ("start", moment(question.start_us)),
            ("end", moment(question.end_us)),
            ("since", moment(question.start_us.saturating_sub(KEPT_WEEKS * WEEK_US))),
            ("start_us", ScalarValue::from(question.start_us)),
            ("window_us", ScalarValue::from(question.end_us - question.start_us)),
            ("history_us", ScalarValue::from(question.history.us)),
            ("weeks", ScalarValue::from(question.history.weeks())),
            ("places", ScalarValue::from(i64::from(question.places.max(1)))),
            ("base", ScalarValue::from(question.base.max(1))),
        ];
        let frame = ask(context, CELLS, parameters).await?;
        let planned = Arc::new(frame.schema().as_arrow().clone());
        let batches = frame.collect().await?;
        // What comes out may be nullable where the plan said it is not, or the other way round: the rows know.
        let schema = batches.first().map_or(planned, RecordBatch::schema);
        let session = SessionContext::new_with_config_rt(context.copied_config(), context.runtime_env());
        let table = MemTable::try_new(schema, vec![batches.clone()])?;
        session.register_table("heat", Arc::new(table))?;
        Ok(Self { session, batches })
    }

    /// Its rows, by area and category.
    ///
    /// # Errors
    /// Never in practice: the query gives these columns.
    pub fn rows(&self) -> Result<Vec<HeatRow>, QueryError> {
        rows(&self.batches)
    }

    /// The session that knows `heat`.
    pub(super) fn session(&self) -> &SessionContext {
        &self.session
    }
}

pub(super) fn rows(batches: &[RecordBatch]) -> Result<Vec<HeatRow>, QueryError> {
    let mut rows = Vec::with_capacity(batches.iter().map(RecordBatch::num_rows).sum());
    for batch in batches {
        let (area, category) = (Wholes::of(batch, "area")?, Texts::of(batch, "category")?);
        let (kelurahan, n) = (Wholes::of(batch, "kelurahan")?, Wholes::of(batch, "n")?);
        let (expected, told) = (Numbers::of(batch, "expected")?, Numbers::of(batch, "told")?);
        let z = Numbers::of(batch, "z")?;
        let (reporters, since) = (Wholes::of(batch, "reporters")?, Wholes::of(batch, "since_us")?);
        rows.extend((0..batch.num_rows()).map(|row| HeatRow {
            area: area.get(row).unwrap_or_default(),
            category: category.get(row).unwrap_or_default(),
            kelurahan: kelurahan.get(row),
            n: n.get(row).unwrap_or_default(),
            expected: expected.get(row).unwrap_or_default(),
            told: told.get(row).unwrap_or_default(),
            z: z.get(row).unwrap_or_default(),
            reporters: reporters.get(row).unwrap_or_default(),
            since_us: since.get(row),
        }));
    }
    Ok(rows)
}
