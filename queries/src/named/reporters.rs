//! What reporters who asked to be ranked have told of, and what became of it (`sql/reporters.sql`). Who they are is nobody's to know here:
//! a channel and the hash of a reporter come in, and no row of anybody else goes out.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, RecordBatch, StringArray, UInt64Array};
use datafusion::datasource::MemTable;
use datafusion::prelude::SessionContext;
use tanggap_engine::event::Category;

use super::Cases;
use super::cases::{ask, moment};
use super::reading::{Flags, Hashes, Texts, Wholes};
use crate::{QueryError, functions};

const REPORTERS: &str = include_str!("../../sql/reporters.sql");

/// A reporter of a channel, by the hash that events have. Ordered by channel, then hash.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NamedReporter {
    /// Channel.
    pub channel: String,
    /// Keyed hash of the reporter.
    pub key: u64,
}

/// How what somebody told is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReporterRule {
    /// Confirmed occasions of one local day that count at most: whoever tells of more on a day has done no more for the ranking.
    pub a_day: u32,
    /// Confirmed occasions somebody needs, under the daily cap, to have a place.
    pub minimum_n: u32,
}

impl Default for ReporterRule {
    fn default() -> Self {
        Self { a_day: 3, minimum_n: 3 }
    }
}

/// What became of a complaint, as far as it counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Done, or found true and not yet ended.
    Confirmed,
    /// Closed without action.
    Dismissed,
    /// Closed as the same as another case.
    Duplicate,
}

impl Outcome {
    const ALL: [Self; 3] = [Self::Confirmed, Self::Dismissed, Self::Duplicate];

    /// The word in columns and answers.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Dismissed => "dismissed",
            Self::Duplicate => "duplicate",
        }
    }

    fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.id() == id)
    }
}

/// One complaint of somebody, for whoever checks a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToldReport {
    /// Id on its channel.
    pub id: String,
    /// Local day it was filed, days since 1970-01-01.
    pub day: i64,
    /// What it tells of: the same number for the same thing.
    pub occasion: u64,
    /// What became of it; none = it is open, or ended otherwise.
    pub outcome: Option<Outcome>,
    /// Whether it was the first that told of what others told of too.
    pub first: bool,
}

/// What one reporter has told of in a window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReporterTally {
    /// Who.
    pub reporter: NamedReporter,
    /// Confirmed occasions, at most [`ReporterRule::a_day`] of a local day: what the ranking is by.
    pub points: u32,
    /// Confirmed occasions, without a cap.
    pub confirmed: u32,
    /// Occasions: complaints of one category, cell and local day are one.
    pub occasions: u32,
    /// Occasions that others told of too, after them.
    pub first: u32,
    /// Complaints closed without action.
    pub dismissed: u32,
    /// Complaints closed as the same as another case.
    pub duplicates: u32,
    /// The complaints, the oldest first.
    pub reports: Vec<ToldReport>,
}

impl Cases {
    /// What each of `asked` told of in complaints filed in `[since_us, until_us)` (µs since epoch UTC), the most points first, those with as
    /// many by reporter. Who has told nothing has no row. Complaints of `hidden` categories count nothing.
    ///
    /// Cost: a look at each complaint of the window, and a sort of them.
    ///
    /// # Errors
    /// If `reports` has no reporters, or cannot be read.
    pub async fn reporters(
        &self,
        asked: &[NamedReporter],
        hidden: &[Category],
        since_us: i64,
        until_us: i64,
        rule: ReporterRule,
    ) -> Result<Vec<ReporterTally>, QueryError> {
        if asked.is_empty() {
            return Ok(Vec::new());
        }
        // A session of its own: two questions about other reporters do not meet.
        let known = self.session();
        let session = SessionContext::new_with_config_rt(known.copied_config(), known.runtime_env());
        functions::register(&session);
        for table in ["cases", "reports"] {
            session.register_table(table, known.table_provider(table).await?)?;
        }
        let rows = table(asked)?;
        session.register_table("asked", Arc::new(MemTable::try_new(rows.schema(), vec![vec![rows]])?))?;
        let window = vec![("since", moment(since_us)), ("until", moment(until_us))];
        let mut found: BTreeMap<NamedReporter, Vec<ToldReport>> = BTreeMap::new();
        for batch in &ask(&session, REPORTERS, window).await?.collect().await? {
            read(batch, hidden, &mut found)?;
        }
        let mut tallies: Vec<ReporterTally> = found.into_iter().map(|(who, reports)| tally(who, reports, rule)).collect();
        // Stable: of as many points the order of reporters.
        tallies.sort_by_key(|tally| std::cmp::Reverse(tally.points));
        Ok(tallies)
    }
}

fn table(asked: &[NamedReporter]) -> Result<RecordBatch, QueryError> {
    // Twice asked would be twice answered.
    let asked: BTreeSet<&NamedReporter> = asked.iter().collect();
    let channels: StringArray = asked.iter().map(|one| Some(one.channel.as_str())).collect();
    let keys: UInt64Array = asked.iter().map(|one| Some(one.key)).collect();
    let columns = [("channel", Arc::new(channels) as ArrayRef), ("reporter", Arc::new(keys))];
    Ok(RecordBatch::try_from_iter(columns)?)
}

fn read(batch: &RecordBatch, hidden: &[Category], found: &mut BTreeMap<NamedReporter, Vec<ToldReport>>) -> Result<(), QueryError> {
    let text = |name: &str| Texts::of(batch, name);
    let (channels, ids, categories) = (text("channel")?, text("id")?, text("category")?);
    let (reporters, occasions, days) = (
        Hashes::of(batch, "reporter")?,
        Hashes::of(batch, "occasion")?,
        Wholes::of(batch, "day")?,
    );
    let (outcomes, first) = (text("outcome")?, Flags::of(batch, "first_witness")?);
    for row in 0..batch.num_rows() {
        let (Some(channel), Some(key), Some(id)) = (channels.get(row), reporters.get(row), ids.get(row)) else {
            continue;
        };
        let category = categories
            .get(row)
            .and_then(|id| Category::from_id(&id))
            .unwrap_or(Category::Lainnya);
        if hidden.contains(&category) {
            continue;
        }
        found.entry(NamedReporter { channel, key }).or_default().push(ToldReport {
            id,
            day: days.get(row).unwrap_or_default(),
            occasion: occasions.get(row).unwrap_or_default(),
            outcome: outcomes.get(row).and_then(|id| Outcome::from_id(&id)),
            first: first.get(row),
        });
    }
    Ok(())
}

/// Counts the complaints of one reporter.
fn tally(reporter: NamedReporter, reports: Vec<ToldReport>, rule: ReporterRule) -> ReporterTally {
    // An occasion is of one local day.
    let mut days: BTreeMap<i64, BTreeSet<u64>> = BTreeMap::new();
    let (mut occasions, mut first) = (BTreeSet::new(), BTreeSet::new());
    for report in &reports {
        occasions.insert(report.occasion);
        if report.outcome == Some(Outcome::Confirmed) {
            days.entry(report.day).or_default().insert(report.occasion);
        }
        if report.first {
            first.insert(report.occasion);
        }
    }
    let of = |outcome: Outcome| count(reports.iter().filter(|report| report.outcome == Some(outcome)).count());
    ReporterTally {
        reporter,
        points: days
            .values()
            .map(|day| count(day.len()).min(rule.a_day))
            .fold(0, u32::saturating_add),
        confirmed: count(days.values().map(BTreeSet::len).sum()),
        occasions: count(occasions.len()),
        first: count(first.len()),
        dismissed: of(Outcome::Dismissed),
        duplicates: of(Outcome::Duplicate),
        reports,
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
