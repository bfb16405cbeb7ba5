//! Every complaint with all that was ever told of it, packed: what the table of any moment is made of.

use std::collections::HashMap;
use std::ops::Range;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Int64Array, RecordBatch, UInt64Array};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Int64Type, UInt64Type};
use tanggap_engine::case::Change;
use tanggap_engine::event::Status;

use super::book::column;
use crate::QueryError;
use crate::functions::{Interner, Texts};

/// Nobody, nowhere: of numbers that name something.
pub(super) const NONE: u32 = u32::MAX;

/// The kelurahan of a complaint that is not located.
pub(super) const UNLOCATED: i64 = i64::MIN;

/// One row of a complaint.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) filed_us: i64,
    /// Integer code of the kelurahan; [`UNLOCATED`] = not located.
    pub(super) kelurahan: i64,
    /// Category and channel, by number.
    pub(super) kind: u32,
    pub(super) channel: u32,
    /// Whom its channel named, by number of the name.
    pub(super) holder: u32,
    /// Its route, by number.
    pub(super) route: u32,
}

/// One change, as [`Change`] has it; names by number.
#[derive(Clone, Copy, Debug)]
struct Told {
    time_us: i64,
    offset: i64,
    holder: u32,
    status: Status,
    snapshot: bool,
}

/// What a route says of the clocks of a complaint.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Route {
    /// Who is asked, by number of the name.
    pub(super) unit: u32,
    pub(super) rule: Option<String>,
    pub(super) finish_s: Option<i64>,
}

/// What is known of one report: its rows, the earliest filed first, and what was told of it.
pub(super) struct Life<'a> {
    pub(super) rows: &'a [Row],
    changes: &'a [Told],
}

impl Life<'_> {
    /// Its changes, in no order, in place of what `changes` held.
    pub(super) fn changes(&self, changes: &mut Vec<Change>) {
        changes.clear();
        changes.extend(self.changes.iter().map(|told| Change {
            time_us: told.time_us,
            offset: told.offset,
            status: told.status,
            snapshot: told.snapshot,
            holder: (told.holder != NONE).then_some(told.holder),
        }));
    }
}

/// Every complaint. Names, kinds and channels have numbers in the order of the alphabet.
#[derive(Debug, Default)]
pub(crate) struct Lives {
    rows: Vec<Row>,
    changes: Vec<Told>,
    /// Where the rows and the changes of each report begin; one more at the end.
    begins: Vec<(u32, u32)>,
    /// Names of holders, as they are given.
    pub(super) names: Vec<String>,
    /// Category and channel of each kind of complaint, as one text.
    pub(super) kinds: Vec<String>,
    pub(super) channels: Vec<String>,
    pub(super) routes: Vec<Route>,
    /// Whether routes tell the rule of a complaint.
    pub(super) ruled: bool,
}

impl Lives {
    /// The complaints that `sql/chronicle_reports.sql` gives with what `sql/chronicle_moves.sql` tells of them. `routes` have `key`, `unit_code`
    /// and, if they tell rules, `rule` and `finish_s`; none where there are no routes. `answerable` says that those that lie in no region
    /// are nobody's.
    pub(crate) fn of(
        reports: &[RecordBatch],
        moves: &[RecordBatch],
        routes: Option<&[RecordBatch]>,
        answerable: bool,
    ) -> Result<Self, QueryError> {
        let mut reading = Reading::default();
        for batch in reports {
            reading.reports(batch)?;
        }
        for batch in moves {
            reading.moves(batch)?;
        }
        for batch in routes.unwrap_or_default() {
            reading.routes(batch)?;
        }
        Ok(reading.finish(answerable))
    }

    /// How many reports there are.
    pub(super) fn len(&self) -> usize {
        self.begins.len().saturating_sub(1)
    }

    /// A report by number.
    pub(super) fn life(&self, number: usize) -> Life<'_> {
        let range =
            |of: fn(&(u32, u32)) -> u32| -> Range<usize> { of(&self.begins[number]) as usize..of(&self.begins[number + 1]) as usize };
        Life {
            rows: &self.rows[range(|begin| begin.0)],
            changes: &self.changes[range(|begin| begin.1)],
        }
    }

    /// Text of a name, if there is one of the number.
    pub(super) fn name(&self, number: u32) -> Option<&str> {
        self.names.get(number as usize).map(String::as_str)
    }

    /// The route of a row.
    pub(super) fn route(&self, row: &Row) -> Option<&Route> {
        self.routes.get(row.route as usize)
    }

    /// Bytes held beside the struct itself.
    pub(crate) fn heap_bytes(&self) -> usize {
        let begins = self.begins.capacity() * size_of::<(u32, u32)>();
        self.rows.capacity() * size_of::<Row>() + self.changes.capacity() * size_of::<Told>() + begins
    }
}

/// What was read so far.
#[derive(Default)]
struct Reading {
    rows: Vec<(u64, Row)>,
    moves: Vec<(u64, Told)>,
    routed: Vec<(u64, u32)>,
    names: Interner,
    kinds: Interner,
    channels: Interner,
    routes: Vec<Route>,
    numbers: HashMap<Route, u32>,
    ruled: bool,
}

/// The rule of complaints that lie in no region.
const NO_PARTNER: &str = "received_no_partner";

impl Reading {
    fn reports(&mut self, batch: &RecordBatch) -> Result<(), QueryError> {
        let (key, filed, kelurahan) = (
            keys(batch)?,
            whole(column(batch, "filed_us")?)?,
            whole(column(batch, "kelurahan")?)?,
        );
        let (categories, channels) = (Texts::of(column(batch, "category")?)?, Texts::of(column(batch, "channel")?)?);
        let holders = Texts::of(column(batch, "unit")?)?.map(|unit| self.names.number(unit));
        let channel_numbers = channels.map(|channel| self.channels.number(channel));
        let mut kind = String::new();
        self.rows.reserve(batch.num_rows());
        for row in (0..batch.num_rows()).filter(|row| key.is_valid(*row) && filed.is_valid(*row)) {
            kind.clear();
            kind.push_str(categories.get(row).unwrap_or_default());
            kind.push('/');
            kind.push_str(channels.get(row).unwrap_or_default());
            let own = Row {
                filed_us: filed.value(row),
                kelurahan: if kelurahan.is_valid(row) { kelurahan.value(row) } else { UNLOCATED },
                kind: number(Some(self.kinds.number(&kind))),
                channel: number(channel_numbers[row]),
                holder: number(holders[row]),
                route: NONE,
            };
            self.rows.push((key.value(row), own));
        }
        Ok(())
    }

    fn moves(&mut self, batch: &RecordBatch) -> Result<(), QueryError> {
        let (key, time, offset) = (keys(batch)?, whole(column(batch, "time_us")?)?, whole(column(batch, "offset")?)?);
        let statuses = Texts::of(column(batch, "status")?)?.map(Status::from_id);
        let snapshots: BooleanArray = cast(column(batch, "snapshot")?, &DataType::Boolean)?.as_boolean().clone();
        let holders = Texts::of(column(batch, "unit")?)?.map(|unit| self.names.number(unit));
        self.moves.reserve(batch.num_rows());
        for row in (0..batch.num_rows()).filter(|row| key.is_valid(*row) && time.is_valid(*row)) {
            let Some(status) = statuses[row].flatten() else { continue };
            let told = Told {
                time_us: time.value(row),
                offset: if offset.is_valid(row) { offset.value(row) } else { 0 },
                holder: number(holders[row]),
                status,
                snapshot: snapshots.is_valid(row) && snapshots.value(row),
            };
            self.moves.push((key.value(row), told));
        }
        Ok(())
    }

    fn routes(&mut self, batch: &RecordBatch) -> Result<(), QueryError> {
        let key = keys(batch)?;
        let units = Texts::of(column(batch, "unit_code")?)?.map(|unit| self.names.number(unit));
        let rules = batch.column_by_name("rule").map(Texts::of).transpose()?;
        let finish = batch.column_by_name("finish_s").map(whole).transpose()?;
        self.ruled |= rules.is_some();
        for row in (0..batch.num_rows()).filter(|row| key.is_valid(*row)) {
            let route = Route {
                unit: number(units[row]),
                rule: rules.as_ref().and_then(|rules| rules.get(row)).map(str::to_owned),
                finish_s: finish
                    .as_ref()
                    .filter(|finish| finish.is_valid(row))
                    .map(|finish| finish.value(row)),
            };
            let next = number(Some(self.routes.len()));
            let routes = &mut self.routes;
            let number = *self.numbers.entry(route).or_insert_with_key(|route| {
                routes.push(route.clone());
                next
            });
            self.routed.push((key.value(row), number));
        }
        Ok(())
    }

    fn finish(mut self, answerable: bool) -> Lives {
        let (names, name_of) = alphabet(&self.names);
        let (kinds, kind_of) = alphabet(&self.kinds);
        let (channels, channel_of) = alphabet(&self.channels);
        let renamed = |number: u32, places: &[u32]| places.get(number as usize).copied().unwrap_or(NONE);
        for (_, row) in &mut self.rows {
            row.kind = renamed(row.kind, &kind_of);
            row.channel = renamed(row.channel, &channel_of);
            row.holder = renamed(row.holder, &name_of);
        }
        for route in &mut self.routes {
            route.unit = renamed(route.unit, &name_of);
        }
        // Of two filed at once the holder first in the alphabet counts, nobody last: the largest number.
        self.rows
            .sort_unstable_by_key(|(key, row)| (*key, row.filed_us, row.holder, row.kind));
        self.moves.sort_unstable_by_key(|(key, _)| *key);
        self.routed.sort_unstable();
        let mut lives = Lives {
            names,
            kinds,
            channels,
            ruled: self.ruled,
            ..Lives::default()
        };
        let (mut moves, mut routed) = (self.moves.as_slice(), self.routed.as_slice());
        for rows in self.rows.chunk_by(|one, other| one.0 == other.0) {
            let key = rows[0].0;
            moves = &moves[moves.iter().take_while(|(of, _)| *of < key).count()..];
            routed = &routed[routed.iter().take_while(|(of, _)| *of < key).count()..];
            let route = routed.first().filter(|(of, _)| *of == key).map_or(NONE, |(_, route)| *route);
            let rule = self.routes.get(route as usize).and_then(|route| route.rule.as_deref());
            if answerable && rule == Some(NO_PARTNER) {
                continue;
            }
            lives
                .begins
                .push((number(Some(lives.rows.len())), number(Some(lives.changes.len()))));
            lives.rows.extend(rows.iter().map(|(_, row)| Row { route, ..*row }));
            let own = moves.iter().take_while(|(of, _)| *of == key);
            lives.changes.extend(own.map(|(_, told)| Told {
                holder: renamed(told.holder, &name_of),
                ..*told
            }));
        }
        lives
            .begins
            .push((number(Some(lives.rows.len())), number(Some(lives.changes.len()))));
        lives.routes = self.routes;
        lives.changes.shrink_to_fit();
        lives.rows.shrink_to_fit();
        lives
    }
}

/// Texts in the order of the alphabet, and the place of each number among them.
fn alphabet(texts: &Interner) -> (Vec<String>, Vec<u32>) {
    let mut order: Vec<usize> = (0..texts.len()).collect();
    order.sort_unstable_by_key(|number| texts.text(*number));
    let mut places = vec![0; order.len()];
    for (place, number) in (0..).zip(&order) {
        places[*number] = place;
    }
    (order.iter().map(|number| texts.text(*number).to_owned()).collect(), places)
}

/// A number in 32 bits; so many of anything do not fit into memory.
fn number(number: Option<usize>) -> u32 {
    number.and_then(|number| u32::try_from(number).ok()).unwrap_or(NONE)
}

fn keys(batch: &RecordBatch) -> Result<UInt64Array, QueryError> {
    Ok(cast(column(batch, "key")?, &DataType::UInt64)?.as_primitive::<UInt64Type>().clone())
}

fn whole(column: &ArrayRef) -> Result<Int64Array, QueryError> {
    Ok(cast(column, &DataType::Int64)?.as_primitive::<Int64Type>().clone())
}
