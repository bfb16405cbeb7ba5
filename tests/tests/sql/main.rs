//! Runs every `tests/sql/*.slt`: plain SQL, and a few questions of ours as statements that leave a table behind.
//!
//! `ASK units`; `ASK cases AS OF time` (leaves `cases`, `holders` and `cases_table`); `ASK rankings level [MINIMUM n] [WITHIN hours]`
//! (leaves `rankings` and `handed_over`) and `ASK inbox code`, both about the last cases asked for; `ASK routes` (leaves `routed`).
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod duty;
mod false_closings;
mod moments;
mod quality;
mod random_city;
mod reporters;
mod windows;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use datafusion::arrow::array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::DataType;
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::datasource::MemTable;
use datafusion::error::DataFusionError;
use datafusion::prelude::SessionContext;
use sqllogictest::{AsyncDB, DBOutput, DefaultColumnType, Runner};
use tanggap_engine::route::{JAKARTA, Router};
use tanggap_queries::functions::{self, units_table};
use tanggap_queries::named::{Cases, Chronicle, InboxItem, Level, Ranking, RankingRule, Urgency, rankings_table, routes};

/// What went wrong, in words.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("{0}")]
    Engine(#[from] DataFusionError),
    #[error("{0}")]
    Question(String),
}

impl From<tanggap_queries::QueryError> for Failure {
    fn from(error: tanggap_queries::QueryError) -> Self {
        Self::Question(format!("{error}: {:?}", std::error::Error::source(&error)))
    }
}

struct TinyCity {
    session: SessionContext,
    cases: Option<Cases>,
}

impl TinyCity {
    fn new() -> Self {
        let session = SessionContext::new();
        functions::register(&session);
        Self { session, cases: None }
    }

    /// Puts a table in place of its former self.
    fn leave(&self, name: &str, batches: Vec<RecordBatch>) -> Result<(), Failure> {
        let Some(first) = batches.first() else {
            return Err(Failure::Question(format!("the question for `{name}` gave no batch at all")));
        };
        let table = MemTable::try_new(first.schema(), vec![batches])?;
        self.session.deregister_table(name)?;
        self.session.register_table(name, Arc::new(table))?;
        Ok(())
    }

    async fn ask(&mut self, question: &str) -> Result<(), Failure> {
        let words: Vec<&str> = question.split_whitespace().collect();
        match words.as_slice() {
            ["units"] => {
                let offices = [(3_171_011_001, "Satu"), (3_171_011_002, "Dua"), (3_172_021_001, "Tiga")];
                let router = Router::from_toml(JAKARTA).map_err(|error| Failure::Question(error.to_string()))?;
                self.leave("units", vec![units_table(&router.with_kelurahan_names(offices))?])
            }
            ["routes"] => self.leave("routed", routes(&self.session).await?),
            ["cases", "AS", "OF", time] => {
                let cases = Cases::collect(&self.session, micros(time)?).await?;
                self.leave("cases", cases.batches().to_vec())?;
                if self.session.table_exist("routes")? {
                    self.leave("cases_table", cases.table().await?)?;
                    self.leave("holders", cases.holders().await?)?;
                }
                self.cases = Some(cases);
                Ok(())
            }
            ["rankings", level, options @ ..] => {
                let level = Level::from_id(level).ok_or_else(|| Failure::Question(format!("no level {level}")))?;
                let (rule, window) = table_of(options)?;
                let cases = self.asked()?;
                let rows = cases.rankings(level, window, &rule).await?;
                let chronicle = Chronicle::collect(&self.session, cases.as_of_us() + 5 * 3_600_000_000).await?;
                let again = chronicle.rankings(level, cases.as_of_us(), window, &rule).await?;
                if again.as_ref().map(|again| format!("{again:?}")) != Some(format!("{rows:?}")) {
                    return Err(Failure::Question(format!("of the past it is {again:?}, not {rows:?}")));
                }
                self.leave("handed_over", vec![handed_over_table(&rows)?])?;
                self.leave("rankings", vec![rankings_table(&rows)?])
            }
            ["inbox", unit] => {
                let items = self.asked()?.inbox(unit).await?.page(&Urgency::ALL, 0, 10)?;
                self.leave("inbox", vec![inbox_table(&items)?])
            }
            _ => Err(Failure::Question(format!("what is ASK {question}?"))),
        }
    }

    fn asked(&self) -> Result<&Cases, Failure> {
        self.cases.as_ref().ok_or_else(|| Failure::Question("ASK cases first".to_owned()))
    }
}

fn micros(time: &str) -> Result<i64, Failure> {
    use datafusion::scalar::ScalarValue;
    let text = ScalarValue::from(time).cast_to(&DataType::Timestamp(datafusion::arrow::datatypes::TimeUnit::Microsecond, None))?;
    match text {
        ScalarValue::TimestampMicrosecond(Some(time), _) => Ok(time),
        other => Err(Failure::Question(format!("{other} is no time"))),
    }
}

fn table_of(options: &[&str]) -> Result<(RankingRule, Option<Duration>), Failure> {
    let number = |text: &str| text.parse::<u64>().map_err(|error| Failure::Question(error.to_string()));
    let mut rule = RankingRule::default();
    let mut window = None;
    for option in options.chunks(2) {
        match option {
            ["MINIMUM", n] => rule.tiers.minimum_n = number(n)?,
            ["WITHIN", hours] => window = Some(Duration::from_secs(3_600 * number(hours)?)),
            _ => return Err(Failure::Question(format!("what is {option:?}?"))),
        }
    }
    Ok((rule, window))
}

fn handed_over_table(rows: &[Ranking]) -> Result<RecordBatch, Failure> {
    let codes: StringArray = rows.iter().map(|row| Some(row.code.as_str())).collect();
    let count = |row: &Ranking| i64::try_from(row.ends.handed_over).ok();
    let handed_over: Int64Array = rows.iter().map(count).collect();
    let table = RecordBatch::try_from_iter([("code", Arc::new(codes) as ArrayRef), ("handed_over", Arc::new(handed_over))]);
    table.map_err(|error| Failure::Question(error.to_string()))
}

fn inbox_table(items: &[InboxItem]) -> Result<RecordBatch, Failure> {
    let text = |of: fn(&InboxItem) -> Option<&str>| Arc::new(items.iter().map(of).collect::<StringArray>()) as ArrayRef;
    let whole = |of: fn(&InboxItem) -> Option<i64>| Arc::new(items.iter().map(of).collect::<Int64Array>()) as ArrayRef;
    let confidence: Float64Array = items.iter().map(|item| item.confidence).collect();
    let table = RecordBatch::try_from_iter([
        ("id", text(|item| Some(&item.id))),
        ("channel", text(|item| Some(&item.channel))),
        ("kelurahan", text(|item| item.kelurahan.as_deref())),
        ("state", text(|item| Some(item.state))),
        ("second_unit", text(|item| item.second_unit.as_deref())),
        ("filed", whole(|item| Some(item.filed))),
        ("age_s", whole(|item| Some(item.age_s))),
        ("due", whole(|item| item.due)),
        ("confidence", Arc::new(confidence)),
    ]);
    table.map_err(|error| Failure::Question(error.to_string()))
}

/// Cells as text: NULL for null, and `(space)` for a blank, which separates columns in the files.
fn rows(batch: &RecordBatch) -> Result<Vec<Vec<String>>, Failure> {
    let options = FormatOptions::default().with_null("NULL");
    let mut cells = vec![Vec::new(); batch.num_rows()];
    for column in batch.columns() {
        let column = match column.data_type() {
            DataType::Dictionary(..) => cast(column, &DataType::Utf8).map_err(DataFusionError::from)?,
            _ => column.clone(),
        };
        let formatter = ArrayFormatter::try_new(&column, &options).map_err(DataFusionError::from)?;
        for (row, cells) in cells.iter_mut().enumerate() {
            cells.push(formatter.value(row).to_string().replace(' ', "(space)"));
        }
    }
    Ok(cells)
}

#[async_trait]
impl AsyncDB for TinyCity {
    type Error = Failure;
    type ColumnType = DefaultColumnType;

    async fn run(&mut self, sql: &str) -> Result<DBOutput<DefaultColumnType>, Failure> {
        if let Some(question) = sql.trim().strip_prefix("ASK ") {
            self.ask(question).await?;
            return Ok(DBOutput::StatementComplete(0));
        }
        let batches = self.session.sql(sql).await?.collect().await?;
        let columns = batches.first().map_or(0, RecordBatch::num_columns);
        let mut all = Vec::new();
        for batch in &batches {
            all.extend(rows(batch)?);
        }
        if columns == 0 {
            return Ok(DBOutput::StatementComplete(0));
        }
        Ok(DBOutput::Rows {
            types: vec![DefaultColumnType::Any; columns],
            rows: all,
        })
    }

    async fn shutdown(&mut self) {}

    fn engine_name(&self) -> &'static str {
        "tanggap"
    }
}

fn files() -> Vec<PathBuf> {
    let folder = Path::new("sql");
    let entries = std::fs::read_dir(folder).expect("the folder of .slt files is part of the project");
    let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "slt"));
    files.sort();
    files
}

#[tokio::test]
async fn every_file_of_questions_gets_its_answers() {
    let files = files();
    assert!(!files.is_empty());
    for file in files {
        let mut runner = Runner::new(async || Ok::<_, Failure>(TinyCity::new()));
        if let Err(error) = runner.run_file_async(&file).await {
            panic!("{}: {error}", file.display());
        }
    }
}
