//! How a report stands this moment (`sql/standing_*.sql`): everything that was told of it, whatever the watermark says. Rankings and desks
//! wait for the watermark; whoever acts on a case must not.

use std::collections::BTreeSet;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray, RecordBatch, StringArray};
use datafusion::arrow::datatypes::TimestampMicrosecondType;
use datafusion::datasource::MemTable;
use datafusion::prelude::SessionContext;
use tanggap_engine::case::{Change, Story, follow};
use tanggap_engine::event::{Kind, Status, schema};

use super::cases::ask;
use super::reading::{Flags, Texts, Wholes};
use crate::QueryError;
use crate::tables::CitySnapshot;

const REPORTS: &str = include_str!("../../sql/standing_reports.sql");
const MOVES: &str = include_str!("../../sql/standing_moves.sql");

/// One thing that was told of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// When it took effect, µs since epoch UTC.
    pub time_us: i64,
    /// Its place in its log; the largest number where it is in none yet.
    pub offset: i64,
    /// What the report became.
    pub status: Status,
    /// Seen in a record of the report, not told as a change.
    pub snapshot: bool,
    /// The unit it names, as its source does.
    pub unit: Option<String>,
}

/// A report with everything that was told of it, in no order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Id on its channel.
    pub id: String,
    /// Channel.
    pub channel: String,
    /// None = nobody has said.
    pub kind: Option<Kind>,
    /// Category id.
    pub category: Option<String>,
    /// Integer code; none = not located.
    pub kelurahan: Option<i64>,
    /// When it was filed, µs since epoch UTC.
    pub filed_us: i64,
    /// The unit its channel named.
    pub unit: Option<String>,
    /// Code of the unit our rules ask; empty = nobody, on purpose.
    pub routed: Option<String>,
    /// What was told of it.
    pub moves: Vec<Move>,
}

impl Standing {
    /// The reports with these channels and ids, each once, in the order asked about; those that nobody knows are left out. An empty
    /// channel stands for whichever knows the id: QLUE first, then by name. The session learns a table `asked`.
    ///
    /// Cost: a look at the ids of all reports and transitions, however few are asked about.
    ///
    /// # Errors
    /// If `reports`, `routes` or `transitions` are not there, or cannot be read.
    pub async fn collect(context: &SessionContext, asked: &[(String, String)]) -> Result<Vec<Self>, QueryError> {
        let ids: BTreeSet<&str> = asked.iter().map(|(_, id)| id.as_str()).collect();
        let column: StringArray = ids.iter().map(|id| Some(*id)).collect();
        let rows = RecordBatch::try_from_iter_with_nullable([("id", Arc::new(column) as ArrayRef, false)])?;
        let table = MemTable::try_new(rows.schema(), vec![vec![rows]])?;
        drop(context.deregister_table("asked")?);
        context.register_table("asked", Arc::new(table))?;
        let mut known = reports(&ask(context, REPORTS, vec![]).await?.collect().await?)?;
        let moves = moves(&ask(context, MOVES, vec![]).await?.collect().await?)?;
        for (id, channel, told) in moves {
            let channel = channel.unwrap_or_else(|| listener(&known, &id));
            if let Some(report) = known.iter_mut().find(|report| report.id == id && report.channel == channel) {
                report.moves.push(told);
            }
        }
        let mut found: Vec<Self> = Vec::with_capacity(asked.len());
        for (channel, id) in asked {
            // The known ones are in the order in which channels are asked.
            let fits = |report: &&Self| report.id == *id && (channel.is_empty() || report.channel == *channel);
            if let Some(report) = known.iter().find(fits)
                && !found.iter().any(|other| other.id == report.id && other.channel == report.channel)
            {
                found.push(report.clone());
            }
        }
        Ok(found)
    }

    /// What became of it by all that was told, by the rules of every other table of cases.
    #[must_use]
    pub fn story(&self) -> Story {
        let names = self.names();
        let number = |unit: &Option<String>| {
            let place = unit.as_deref().and_then(|unit| names.binary_search(&unit).ok());
            place.and_then(|place| u32::try_from(place).ok())
        };
        let changes: Vec<Change> = self
            .moves
            .iter()
            .map(|told| Change {
                time_us: told.time_us,
                offset: told.offset,
                status: told.status,
                snapshot: told.snapshot,
                holder: number(&told.unit),
            })
            .collect();
        follow(self.filed_us, number(&self.unit), &changes, i64::MAX)
    }

    /// Who holds it, as named last: by a transition, else by its channel, else by our rules. None where nobody was ever named.
    #[must_use]
    pub fn holder(&self) -> Option<&str> {
        let named = self.story().holder.and_then(|number| self.names().get(number as usize).copied());
        named.or(self.routed.as_deref()).filter(|unit| !unit.is_empty())
    }

    /// The latest time of anything that was told of it, µs since epoch UTC.
    #[must_use]
    pub fn last_us(&self) -> Option<i64> {
        self.moves.iter().map(|told| told.time_us).max()
    }

    /// The verdict that stands on a duty report: the latest of those that are verdicts in `sql/duty_verdicts.sql`. None = nobody has
    /// said anything.
    #[must_use]
    pub fn verdict(&self, trust_channel: bool) -> Option<Status> {
        let verdicts = self
            .moves
            .iter()
            .filter(|told| (trust_channel || !told.snapshot) && decides(told.status));
        verdicts
            .max_by_key(|told| (told.time_us, told.offset, told.status))
            .map(|told| told.status)
    }

    /// Every unit that was named, in order, each once: of two named at once the one later in the alphabet holds the case.
    fn names(&self) -> Vec<&str> {
        let named: BTreeSet<&str> = self
            .moves
            .iter()
            .filter_map(|told| told.unit.as_deref())
            .chain(self.unit.as_deref())
            .collect();
        named.into_iter().collect()
    }
}

/// Whether a lane shows this transition.
///
/// Cost: a look at the times of all transitions, and at no more than those that fit.
#[must_use]
pub fn shown(snapshot: &CitySnapshot, id: &str, time_us: i64) -> bool {
    let mut batches = snapshot.lanes.values().flat_map(|lane| lane.transitions.iter().rev());
    batches.any(|batch| holds(batch, id, time_us).unwrap_or(false))
}

fn holds(batch: &RecordBatch, id: &str, time_us: i64) -> Option<bool> {
    let times = batch.column_by_name(schema::TIME)?.as_primitive_opt::<TimestampMicrosecondType>()?;
    let ids = batch.column_by_name(schema::ID)?.as_string_opt::<i32>()?;
    let found = times
        .values()
        .iter()
        .zip(0_usize..)
        .any(|(time, row)| *time == time_us && ids.value(row) == id);
    Some(found)
}

const fn decides(status: Status) -> bool {
    matches!(
        status,
        Status::Verified
            | Status::Resolved
            | Status::ClosedNoAction
            | Status::Duplicate
            | Status::NotOurs
            | Status::Withdrawn
            | Status::Reopened
    )
}

/// The channel whose report a transition speaks of that names none.
fn listener(known: &[Standing], id: &str) -> String {
    let knows = |report: &&Standing| report.id == id && (report.channel == "qlue" || report.kind.is_some());
    known
        .iter()
        .find(knows)
        .map_or_else(|| "qlue".to_owned(), |report| report.channel.clone())
}

/// The reports, each once: by id, QLUE first, then by channel. Of one in two lanes the earlier filing counts.
fn reports(batches: &[RecordBatch]) -> Result<Vec<Standing>, QueryError> {
    let mut known = Vec::new();
    for batch in batches {
        let text = |name: &str| Texts::of(batch, name);
        let (ids, channels, kinds, categories) = (text("id")?, text("channel")?, text("kind")?, text("category")?);
        let (units, routed) = (text("unit")?, text("routed")?);
        let (kelurahan, filed) = (Wholes::of(batch, "kelurahan")?, Wholes::of(batch, "filed_us")?);
        for row in 0..batch.num_rows() {
            known.push(Standing {
                id: ids.get(row).unwrap_or_default(),
                channel: channels.get(row).unwrap_or_default(),
                kind: kinds.get(row).and_then(|kind| Kind::from_id(&kind)),
                category: categories.get(row),
                kelurahan: kelurahan.get(row),
                filed_us: filed.get(row).unwrap_or_default(),
                unit: units.get(row),
                routed: routed.get(row),
                moves: Vec::new(),
            });
        }
    }
    known.sort_by(|a, b| order(a).cmp(&order(b)));
    known.dedup_by(|later, first| later.id == first.id && later.channel == first.channel);
    Ok(known)
}

type Order<'a> = (&'a str, bool, &'a str, i64, bool, Option<&'a str>);

fn order(report: &Standing) -> Order<'_> {
    let unit = report.unit.as_deref();
    (
        &report.id,
        report.channel != "qlue",
        &report.channel,
        report.filed_us,
        unit.is_none(),
        unit,
    )
}

/// Id, channel if one is named, and what was told.
fn moves(batches: &[RecordBatch]) -> Result<Vec<(String, Option<String>, Move)>, QueryError> {
    let mut told = Vec::new();
    for batch in batches {
        let (ids, channels, statuses) = (
            Texts::of(batch, "id")?,
            Texts::of(batch, "report_channel")?,
            Texts::of(batch, "status")?,
        );
        let (times, offsets) = (Wholes::of(batch, "time_us")?, Wholes::of(batch, "offset")?);
        let (snapshots, units) = (Flags::of(batch, "snapshot")?, Texts::of(batch, "unit")?);
        for row in 0..batch.num_rows() {
            let status = statuses.get(row).and_then(|status| Status::from_id(&status));
            let (Some(id), Some(status), Some(time_us)) = (ids.get(row), status, times.get(row)) else {
                continue;
            };
            let one = Move {
                time_us,
                offset: offsets.get(row).unwrap_or_default(),
                status,
                snapshot: snapshots.get(row),
                unit: units.get(row),
            };
            told.push((id, channels.get(row), one));
        }
    }
    Ok(told)
}

#[cfg(test)]
mod tests {
    use tanggap_engine::case::End;
    use tanggap_engine::event::{Kind, Status};

    use super::{Move, Standing};

    fn told(time_us: i64, status: Status, unit: Option<&str>) -> Move {
        Move {
            time_us,
            offset: time_us,
            status,
            snapshot: false,
            unit: unit.map(str::to_owned),
        }
    }

    fn standing(moves: Vec<Move>) -> Standing {
        Standing {
            id: "1".to_owned(),
            channel: "qlue".to_owned(),
            kind: Some(Kind::Complaint),
            category: Some("banjir".to_owned()),
            kelurahan: None,
            filed_us: 0,
            unit: None,
            routed: Some("dlh".to_owned()),
            moves,
        }
    }

    #[test]
    fn what_was_told_twice_is_one_transition_and_the_last_unit_named_holds() {
        let mut case = standing(vec![
            told(5, Status::Assigned, Some("sda")),
            told(2, Status::Assigned, Some("dishub")),
        ]);
        assert_eq!((case.story().transitions, case.holder(), case.last_us()), (2, Some("sda"), Some(5)));
        // Not in a log yet, and the same.
        case.moves.push(Move {
            offset: i64::MAX,
            ..told(5, Status::Assigned, Some("sda"))
        });
        assert_eq!(case.story().transitions, 2);
        case.moves.push(told(9, Status::Resolved, None));
        assert_eq!(case.story().end, Some((End::Resolved, 9)));
        assert_eq!(case.holder(), Some("sda"), "whose it was when it ended");
    }

    #[test]
    fn before_anybody_is_named_it_is_whose_the_rules_ask() {
        let mut case = standing(Vec::new());
        assert_eq!((case.holder(), case.last_us()), (Some("dlh"), None));
        case.routed = Some(String::new());
        assert_eq!(case.holder(), None);
    }

    #[test]
    fn the_latest_verdict_stands_and_a_state_that_names_nobody_is_none() {
        let mut duty = standing(vec![told(3, Status::Verified, None), told(8, Status::ClosedNoAction, None)]);
        duty.moves.push(told(9, Status::InProgress, None));
        assert_eq!(duty.verdict(false), Some(Status::ClosedNoAction));
        duty.moves.push(Move {
            snapshot: true,
            ..told(10, Status::Resolved, None)
        });
        assert_eq!(duty.verdict(false), Some(Status::ClosedNoAction));
        assert_eq!(duty.verdict(true), Some(Status::Resolved));
        assert_eq!(standing(Vec::new()).verdict(true), None);
    }
}
