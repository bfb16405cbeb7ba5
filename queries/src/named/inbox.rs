//! A unit's desk (`sql/inbox.sql`): its open complaints with the clock that counts, the most urgent first.
//!
//! Rows stay columns until a page of them is asked for: a desk may hold twenty thousand, and a page shows fifty.

use datafusion::arrow::array::{Array, AsArray, Int64Array, RecordBatch};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Int64Type};
use datafusion::common::{ScalarValue, exec_datafusion_err};
use serde::Serialize;
use tanggap_engine::case::{Due, SlaClock};

use super::Cases;
use super::cases::ask;
use super::reading::{Numbers, Texts, Wholes};
use crate::QueryError;
use crate::functions::Texts as Words;
use crate::service_clocks::{Clocked, Pauses, ServiceClocks};

const INBOX: &str = include_str!("../../sql/inbox.sql");

/// How urgent an open complaint is, the most urgent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Urgency {
    /// The clock that counts has run out.
    Overdue,
    /// Less than a quarter of its time is left.
    AtRisk,
    /// Nobody has answered yet.
    New,
    /// Somebody works at it.
    Open,
}

impl Urgency {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Overdue, Self::AtRisk, Self::New, Self::Open];

    /// The word in the API.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Overdue => "overdue",
            Self::AtRisk => "at_risk",
            Self::New => "new",
            Self::Open => "open",
        }
    }

    /// The one of a word.
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|urgency| urgency.id() == id)
    }

    fn of(due: Option<Due>, answered: bool, as_of_us: i64) -> Self {
        match due {
            Some(due) if as_of_us > due.due => Self::Overdue,
            Some(due) if as_of_us > due.at_risk_after => Self::AtRisk,
            _ if answered => Self::Open,
            _ => Self::New,
        }
    }
}

/// One open complaint on a desk. Times are µs since epoch UTC.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct InboxItem {
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
    /// Status id.
    pub status: String,
    /// How many transitions it has had: whoever acts says which version they saw.
    pub version: i64,
    /// When it was filed.
    pub filed: i64,
    /// Whole seconds it has been open.
    pub age_s: i64,
    /// Until when a first response is due; none = no such clock.
    pub respond_by: Option<i64>,
    /// Until when it is to be finished; none = no such clock.
    pub finish_by: Option<i64>,
    /// The one of the two that counts now: the first until there is a response, then the second.
    pub due: Option<i64>,
    /// `overdue`, `at_risk`, `new` or `open`.
    pub state: &'static str,
    /// How sure the route is, 0 to 1; none where the rules were not asked.
    pub confidence: Option<f64>,
    /// Why it came here, in Indonesian.
    pub reason_id: Option<String>,
    /// Why it came here, in English.
    pub reason_en: Option<String>,
    /// Who would be asked next.
    pub second_unit: Option<String>,
    /// Metres to the nearest kelurahan border; none = not located.
    pub boundary_m: Option<f64>,
}

/// How many complaints of a desk are how urgent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct InboxCounts {
    /// Without an answer, and in time.
    pub new: u64,
    /// Answered, and in time.
    pub open: u64,
    /// Less than a quarter of the time left.
    pub at_risk: u64,
    /// The clock that counts has run out.
    pub overdue: u64,
}

/// Where a complaint stands among the columns, and what its clocks say.
#[derive(Clone, Copy, Debug)]
struct Place {
    batch: usize,
    row: usize,
    filed_us: i64,
    respond_by: Option<i64>,
    finish_by: Option<i64>,
    due: Option<i64>,
    urgency: Urgency,
}

/// A desk, or all of them.
#[derive(Debug)]
pub struct Inbox {
    as_of_us: i64,
    batches: Vec<RecordBatch>,
    /// By the clock that counts, those without one last; of equal ones by time of filing, then id.
    places: Vec<Place>,
}

impl Cases {
    /// The open complaints on the desk of the unit with this code. Costs the question, some hundred nanoseconds a row, and a sort.
    ///
    /// # Errors
    /// If `routes` or `units` are not there, or cannot be read.
    pub async fn inbox(&self, unit_code: &str) -> Result<Inbox, QueryError> {
        let parameters = vec![("unit", ScalarValue::from(unit_code))];
        let batches = ask(self.session(), INBOX, parameters).await?.collect().await?;
        Inbox::of(batches, &ServiceClocks::of(self.session()), self.as_of_us())
    }

    /// The open complaints on all desks.
    ///
    /// # Errors
    /// As [`Self::inbox`].
    pub async fn desk_of_all(&self) -> Result<Inbox, QueryError> {
        self.inbox("").await
    }
}

impl Inbox {
    fn of(batches: Vec<RecordBatch>, clocks: &ServiceClocks, as_of_us: i64) -> Result<Self, QueryError> {
        let mut places = Vec::new();
        for (batch, rows) in batches.iter().enumerate() {
            clock(rows, batch, clocks, as_of_us, &mut places)?;
        }
        let mut ids = Vec::with_capacity(batches.len());
        for rows in &batches {
            ids.push(Texts::of(rows, "id")?);
        }
        places.sort_by(|one, other| {
            let late = |place: &Place| (place.due.is_none(), place.due, place.filed_us);
            let by_time = late(one).cmp(&late(other));
            by_time.then_with(|| ids[one.batch].get(one.row).cmp(&ids[other.batch].get(other.row)))
        });
        Ok(Self { as_of_us, batches, places })
    }

    /// How many complaints are how urgent.
    #[must_use]
    pub fn counts(&self) -> InboxCounts {
        let mut counts = InboxCounts::default();
        for place in &self.places {
            let count = match place.urgency {
                Urgency::Overdue => &mut counts.overdue,
                Urgency::AtRisk => &mut counts.at_risk,
                Urgency::New => &mut counts.new,
                Urgency::Open => &mut counts.open,
            };
            *count += 1;
        }
        counts
    }

    /// The complaints of these urgencies from the `from`-th on, `most` at most, the most urgent first.
    ///
    /// # Errors
    /// Never in practice: the columns were read before.
    pub fn page(&self, urgencies: &[Urgency], from: usize, most: usize) -> Result<Vec<InboxItem>, QueryError> {
        let wanted = self.places.iter().filter(|place| urgencies.contains(&place.urgency));
        let page: Vec<&Place> = wanted.skip(from).take(most).collect();
        let mut items = Vec::with_capacity(page.len());
        for place in page {
            // One row of it, so that only what is shown becomes text.
            let row = self.batches[place.batch].slice(place.row, 1);
            items.push(item(&row, place, self.as_of_us)?);
        }
        Ok(items)
    }
}

/// Looks at the clocks of every row of a batch.
fn clock(rows: &RecordBatch, batch: usize, clocks: &ServiceClocks, as_of_us: i64, places: &mut Vec<Place>) -> Result<(), QueryError> {
    let column = |name: &str| -> Result<_, QueryError> {
        let found = rows.column_by_name(name);
        found.ok_or_else(|| exec_datafusion_err!("the inbox has no column `{name}`").into())
    };
    let whole =
        |name: &str| -> Result<Int64Array, QueryError> { Ok(cast(column(name)?, &DataType::Int64)?.as_primitive::<Int64Type>().clone()) };
    let (channels, units, rules) = (
        Words::of(column("channel")?)?,
        Words::of(column("unit")?)?,
        Words::of(column("rule")?)?,
    );
    let (filed, answered) = (whole("filed_us")?, whole("answered_us")?);
    let (respond, finish) = (whole("respond_s")?, whole("finish_s")?);
    let pauses = Pauses::of(rows)?;
    let of = |numbers: &Int64Array, row: usize| numbers.is_valid(row).then(|| numbers.value(row));
    for row in 0..rows.num_rows() {
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
        let (respond, finish) = (clocks.due(&case, SlaClock::Respond), clocks.due(&case, SlaClock::Finish));
        let answered = answered.is_valid(row);
        let counts = if answered { finish } else { respond.or(finish) };
        places.push(Place {
            batch,
            row,
            filed_us: case.filed_us,
            respond_by: respond.map(|due| due.due),
            finish_by: finish.map(|due| due.due),
            due: counts.map(|due| due.due),
            urgency: Urgency::of(counts, answered, as_of_us),
        });
    }
    Ok(())
}

/// A row as it is shown.
fn item(row: &RecordBatch, place: &Place, as_of_us: i64) -> Result<InboxItem, QueryError> {
    let text = |name: &str| Ok::<_, QueryError>(Texts::of(row, name)?.get(0));
    let number = |name: &str| Ok::<_, QueryError>(Numbers::of(row, name)?.get(0));
    Ok(InboxItem {
        id: text("id")?.unwrap_or_default(),
        channel: text("channel")?.unwrap_or_default(),
        category: text("category")?,
        kelurahan: text("kelurahan")?,
        unit: text("unit")?.unwrap_or_default(),
        status: text("status")?.unwrap_or_default(),
        version: Wholes::of(row, "transitions")?.get(0).unwrap_or_default(),
        filed: place.filed_us,
        age_s: as_of_us.saturating_sub(place.filed_us) / 1_000_000,
        respond_by: place.respond_by,
        finish_by: place.finish_by,
        due: place.due,
        state: place.urgency.id(),
        confidence: number("confidence")?,
        reason_id: text("reason_id")?,
        reason_en: text("reason_en")?,
        second_unit: text("second_unit")?.filter(|name| !name.is_empty()),
        boundary_m: number("boundary_m")?,
    })
}

#[cfg(test)]
mod tests {
    use tanggap_engine::case::{Due, SlaClock};

    use super::Urgency;

    #[test]
    fn a_complaint_is_as_urgent_as_the_clock_that_counts() {
        let due = Some(Due {
            clock: SlaClock::Respond,
            at_risk_after: 75,
            due: 100,
        });
        for (at, answered, urgency) in [
            (75, false, Urgency::New),
            (75, true, Urgency::Open),
            (76, false, Urgency::AtRisk),
            (100, true, Urgency::AtRisk),
            (101, true, Urgency::Overdue),
        ] {
            assert_eq!(Urgency::of(due, answered, at), urgency, "at {at}");
        }
        assert_eq!(Urgency::of(None, false, i64::MAX), Urgency::New);
        for urgency in Urgency::ALL {
            assert_eq!(Urgency::from_id(urgency.id()), Some(urgency));
        }
    }
}
