//! All waits of a level, read once from SQL and sorted once, so that the table of any window sorts nothing.

use std::collections::{BTreeMap, HashMap};

use datafusion::arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Float64Array, RecordBatch, TimestampMicrosecondArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Float64Type, Int64Type, TimestampMicrosecondType, UInt64Type};
use datafusion::common::exec_datafusion_err;
use tanggap_engine::case::End;
use tanggap_engine::event::schema;

use super::limits::{Limits, UNSAID};
use super::mixed::{Together, banded, hour_band, kind_and_band, stratum, together};
use super::row::{Ranking, RankingRule};
use super::table::{HANDED_OVER, Window, table};
use crate::QueryError;
use crate::functions::{Interner, Texts};
use crate::named::Level;
use crate::statistics::{MixedWait, Strata, Wait, Waits};

/// The waits of a level.
#[derive(Debug, Default)]
pub(crate) struct Book {
    /// Code and name of each unit.
    pub(super) units: Vec<(String, String)>,
    /// By number of the unit.
    pub(super) resolution: Vec<Waits>,
    /// By number of the unit.
    pub(super) response: Vec<Waits>,
    pub(super) mixed: Strata,
    /// Category and channel of each kind of case, as one text.
    kinds: Vec<String>,
}

impl Book {
    /// The waits that `sql/rankings.sql` gives, with what the areas are called (`sql/rankings_areas.sql`), or those that
    /// `sql/rankings_dinas.sql` and `sql/rankings_channels.sql` give with their codes and names. A resolution of a case in `doubts` (by
    /// key) does not count: whoever resolved it still has it, and has waited by so many seconds longer. First responses stay as they are.
    /// `limits` say by when each was to be finished.
    pub(crate) fn of(rows: &[RecordBatch], areas: &[RecordBatch], doubts: &HashMap<u64, f64>, limits: &Limits) -> Result<Self, QueryError> {
        let mut reading = Reading::default();
        for batch in rows {
            reading.read(batch, doubts, limits)?;
        }
        reading.name(areas)?;
        let kinds = reading.order();
        let (units, resolution, response, mixed) = (reading.units, reading.resolution, reading.response, reading.mixed);
        // Two threads at most: one question may not take every core from the lanes.
        let sorted = |waits: Vec<Vec<Wait>>| -> Vec<Waits> { waits.into_iter().map(Waits::of).collect() };
        let (resolution, response, mixed) = std::thread::scope(|scope| {
            let mixed = scope.spawn(|| Strata::of(mixed));
            let (resolution, response) = (sorted(resolution), sorted(response));
            // A thread that panics has said so; nobody is then put beside the city.
            (resolution, response, mixed.join().unwrap_or_default())
        });
        Ok(Self {
            units,
            resolution,
            response,
            mixed,
            kinds,
        })
    }

    /// The table over the complaints filed after `since_us`, by code.
    pub(crate) fn table(&self, level: Level, since_us: i64, rule: &RankingRule) -> Vec<Ranking> {
        table(&Window { book: self, since_us }, level, rule)
    }

    /// Tells of each stratum that has complaints filed after `since_us`, by name ([`super::stratum_name`]), what all units together did
    /// with them within `tau_s` (seconds).
    pub(crate) fn strata(&self, since_us: i64, tau_s: f64, mut told: impl FnMut(String, &Together)) {
        together(&self.mixed, since_us, tau_s, |number, together| {
            let (kind, band) = kind_and_band(number);
            let kind = self.kinds.get(kind).map_or("", String::as_str);
            told(banded(kind, band), together);
        });
    }
}

/// What was read so far.
#[derive(Default)]
struct Reading {
    units: Vec<(String, String)>,
    areas: BTreeMap<i64, u32>,
    codes: HashMap<String, u32>,
    /// Category and channel of a case, as one text.
    kinds: Interner,
    /// By number of the unit.
    resolution: Vec<Vec<Wait>>,
    /// By number of the unit.
    response: Vec<Vec<Wait>>,
    mixed: Vec<MixedWait>,
}

pub(super) fn column<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a ArrayRef, QueryError> {
    let found = batch.column_by_name(name);
    found.ok_or_else(|| QueryError::from(exec_datafusion_err!("the waits have no column `{name}`")))
}

impl Reading {
    fn read(&mut self, batch: &RecordBatch, doubts: &HashMap<u64, f64>, limits: &Limits) -> Result<(), QueryError> {
        let units = self.numbers(batch)?;
        let filed: TimestampMicrosecondArray = cast(column(batch, "filed")?, &schema::time_type())?
            .as_primitive::<TimestampMicrosecondType>()
            .clone();
        let seconds = |name: &str| -> Result<Float64Array, QueryError> { Ok(column(batch, name)?.as_primitive::<Float64Type>().clone()) };
        let (response_s, resolution_s) = (seconds("first_response_s")?, seconds("resolution_s")?);
        let responded: BooleanArray = column(batch, "responded")?.as_boolean().clone();
        let ends = Texts::of(column(batch, "end_kind")?)?.map(end_number);
        let kinds = self.kinds(batch)?;
        let keys = cast(column(batch, "key")?, &DataType::UInt64)?;
        let keys = keys.as_primitive::<UInt64Type>();
        let shared = batch.column_by_name("shared").and_then(AsArray::as_boolean_opt);
        let known = self.areas.len().max(self.units.len());
        self.resolution.resize_with(known, Vec::new);
        self.response.resize_with(known, Vec::new);
        for row in 0..batch.num_rows() {
            let Some(unit) = units[row] else { continue };
            let filed_us = filed.value(row);
            let wait = |seconds, end, limit_s| Wait {
                filed_us,
                seconds,
                end,
                limit_s,
            };
            if resolution_s.is_valid(row) {
                let (mut seconds, mut end) = (resolution_s.value(row), ends[row].unwrap_or(Wait::OPEN));
                if end == Wait::RESOLVED
                    && let Some(longer) = doubts.get(&keys.value(row))
                {
                    (seconds, end) = (seconds + longer, Wait::OPEN);
                }
                let shared = shared.is_some_and(|shared| shared.is_valid(row) && shared.value(row));
                let limit_s = limits.limit_s(keys.value(row), shared);
                self.resolution[unit as usize].push(wait(seconds, end, limit_s));
                self.mixed.push(MixedWait {
                    stratum: stratum(kinds[row], hour_band(filed_us)),
                    unit,
                    filed_us,
                    seconds,
                    closed: end == Wait::RESOLVED,
                });
            }
            if response_s.is_valid(row) {
                let came = responded.is_valid(row) && responded.value(row);
                let end = if came { Wait::RESOLVED } else { Wait::OPEN };
                self.response[unit as usize].push(wait(response_s.value(row), end, UNSAID));
            }
        }
        Ok(())
    }

    /// The unit of each row, by number.
    fn numbers(&mut self, batch: &RecordBatch) -> Result<Vec<Option<u32>>, QueryError> {
        if let Some(areas) = batch.column_by_name("area") {
            let areas = cast(areas, &DataType::Int64)?;
            let areas = areas.as_primitive::<Int64Type>();
            let mut number = |area: i64| {
                let next = u32::try_from(self.areas.len()).unwrap_or(u32::MAX);
                *self.areas.entry(area).or_insert(next)
            };
            return Ok(areas.iter().map(|area| area.map(&mut number)).collect());
        }
        let (codes, names) = (Texts::of(column(batch, "code")?)?, Texts::of(column(batch, "name")?)?);
        let mut numbers = Vec::with_capacity(batch.num_rows());
        for row in 0..batch.num_rows() {
            numbers.push(codes.get(row).map(|code| self.number(code, names.get(row).unwrap_or(code))));
        }
        Ok(numbers)
    }

    /// The number of a unit by code; of several names the first in the alphabet is told.
    fn number(&mut self, code: &str, name: &str) -> u32 {
        if let Some(&number) = self.codes.get(code) {
            let told = &mut self.units[number as usize].1;
            if name < told.as_str() {
                name.clone_into(told);
            }
            return number;
        }
        let number = u32::try_from(self.units.len()).unwrap_or(u32::MAX);
        self.codes.insert(code.to_owned(), number);
        self.units.push((code.to_owned(), name.to_owned()));
        number
    }

    /// The kind of each case.
    fn kinds(&mut self, batch: &RecordBatch) -> Result<Vec<usize>, QueryError> {
        let (categories, channels) = (Texts::of(column(batch, "category")?)?, Texts::of(column(batch, "channel")?)?);
        let mut kind = String::new();
        let mut kinds = Vec::with_capacity(batch.num_rows());
        for row in 0..batch.num_rows() {
            kind.clear();
            kind.push_str(categories.get(row).unwrap_or_default());
            kind.push('/');
            kind.push_str(channels.get(row).unwrap_or_default());
            kinds.push(self.kinds.number(&kind));
        }
        Ok(kinds)
    }

    /// Numbers units by code and kinds by text, whatever order the rows came in: what is summed over them is then the same to the last bit.
    /// Gives the kinds.
    fn order(&mut self) -> Vec<String> {
        let mut by_code: Vec<usize> = (0..self.units.len()).collect();
        by_code.sort_by(|one, other| self.units[*one].0.cmp(&self.units[*other].0));
        let mut by_text: Vec<usize> = (0..self.kinds.len()).collect();
        by_text.sort_by_key(|kind| self.kinds.text(*kind));
        self.units = by_code.iter().map(|unit| std::mem::take(&mut self.units[*unit])).collect();
        for waits in [&mut self.resolution, &mut self.response] {
            waits.resize_with(by_code.len(), Vec::new);
            *waits = by_code.iter().map(|unit| std::mem::take(&mut waits[*unit])).collect();
        }
        let (units, kinds) = (places(&by_code), places(&by_text));
        for case in &mut self.mixed {
            case.unit = units[case.unit as usize];
            let (kind, band) = kind_and_band(case.stratum);
            case.stratum = kinds.get(kind).map_or(case.stratum, |kind| stratum(*kind as usize, band));
        }
        by_text.iter().map(|kind| self.kinds.text(*kind).to_owned()).collect()
    }

    /// Gives areas their codes and names. One that the territory does not have goes by its number.
    fn name(&mut self, areas: &[RecordBatch]) -> Result<(), QueryError> {
        if self.areas.is_empty() {
            return Ok(());
        }
        let mut told = told_areas(areas)?;
        self.units = vec![(String::new(), String::new()); self.areas.len()];
        for (area, number) in &self.areas {
            let unknown = || (area.to_string(), area.to_string());
            self.units[*number as usize] = told.remove(area).unwrap_or_else(unknown);
        }
        Ok(())
    }
}

/// Code and name of each area that `sql/rankings_areas.sql` gives.
pub(super) fn told_areas(areas: &[RecordBatch]) -> Result<BTreeMap<i64, (String, String)>, QueryError> {
    let mut told = BTreeMap::new();
    for batch in areas {
        let numbers = cast(column(batch, "area")?, &DataType::Int64)?;
        let numbers = numbers.as_primitive::<Int64Type>();
        let (codes, names) = (Texts::of(column(batch, "code")?)?, Texts::of(column(batch, "name")?)?);
        for row in 0..batch.num_rows() {
            let text = |of: &Texts| of.get(row).unwrap_or_default().to_owned();
            told.insert(numbers.value(row), (text(&codes), text(&names)));
        }
    }
    Ok(told)
}

/// Where each number stands in an order.
fn places(order: &[usize]) -> Vec<u32> {
    let mut places = vec![0; order.len()];
    for (place, number) in (0..).zip(order) {
        places[*number] = place;
    }
    places
}

/// The number of an end by its id.
fn end_number(id: &str) -> u8 {
    let known = End::ALL.iter().find(|end| end.id() == id).map(|end| end.number());
    known.unwrap_or(if id == "handed_over" { HANDED_OVER } else { Wait::OPEN })
}
