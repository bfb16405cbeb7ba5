//! When offices are open, as data: named sets of hours, which unit or kind of unit keeps which, and the city's own free days.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;

use super::calendar::named_date;
use super::date::{Date, Weekday};
use super::error::CalendarError;
use super::hours::Spans;
use crate::route::UnitKind;

/// Office hours of Jakarta.
pub const JAKARTA_HOURS: &str = include_str!("../../data/calendar/jakarta.toml");

const MINUTE_US: i64 = 60_000_000;
const DAY_MINUTES: i64 = 24 * 60;

/// A checked file of office hours: every set it names exists.
#[derive(Debug)]
pub(super) struct OfficeHours {
    pub(super) version: String,
    /// Set of whoever is not named.
    pub(super) default: String,
    pub(super) sets: BTreeMap<String, HoursSet>,
    pub(super) kinds: HashMap<UnitKind, String>,
    pub(super) units: BTreeMap<String, String>,
    pub(super) local_days: Vec<(Date, String)>,
}

/// A week, Monday first.
#[derive(Debug)]
pub(super) struct HoursSet {
    pub(super) week: [Spans; 7],
    pub(super) works_on_free_days: bool,
}

/// The file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct HoursFile {
    version: String,
    default: String,
    #[serde(default)]
    local_days: BTreeMap<String, String>,
    sets: BTreeMap<String, WrittenSet>,
    #[serde(default)]
    kinds: HashMap<UnitKind, String>,
    #[serde(default)]
    units: BTreeMap<String, String>,
}

/// A set as written; a day that is not there is closed.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct WrittenSet {
    works_on_free_days: bool,
    monday: Vec<String>,
    tuesday: Vec<String>,
    wednesday: Vec<String>,
    thursday: Vec<String>,
    friday: Vec<String>,
    saturday: Vec<String>,
    sunday: Vec<String>,
}

impl OfficeHours {
    /// Reads and checks office hours.
    pub(super) fn from_toml(text: &str) -> Result<Self, CalendarError> {
        let file: HoursFile = toml::from_str(text).map_err(|error| CalendarError::Unreadable {
            what: "office hours",
            message: error.to_string(),
        })?;
        let mut sets = BTreeMap::new();
        for (name, written) in file.sets {
            let set = HoursSet::resolve(&name, written)?;
            sets.insert(name, set);
        }
        let known = |place: String, set: &str| {
            if sets.contains_key(set) {
                return Ok(());
            }
            Err(CalendarError::UnknownSet {
                place,
                set: set.to_owned(),
                known: sets.keys().map(String::as_str).collect::<Vec<_>>().join(", "),
            })
        };
        known("default".to_owned(), &file.default)?;
        let mut kinds: Vec<_> = file.kinds.iter().collect();
        kinds.sort_by_key(|(kind, _)| kind.id());
        for (kind, set) in kinds {
            known(format!("kind `{}`", kind.id()), set)?;
        }
        for (unit, set) in &file.units {
            known(format!("unit `{unit}`"), set)?;
        }
        let mut local_days = Vec::with_capacity(file.local_days.len());
        for (date, name) in file.local_days {
            local_days.push((named_date("[local_days]", &date, &name)?, name));
        }
        Ok(Self {
            version: file.version,
            default: file.default,
            sets,
            kinds: file.kinds,
            units: file.units,
            local_days,
        })
    }
}

impl HoursSet {
    fn resolve(name: &str, written: WrittenSet) -> Result<Self, CalendarError> {
        let texts = [
            written.monday,
            written.tuesday,
            written.wednesday,
            written.thursday,
            written.friday,
            written.saturday,
            written.sunday,
        ];
        let mut week = <[Spans; 7]>::default();
        for ((spans, texts), weekday) in week.iter_mut().zip(&texts).zip(Weekday::ALL) {
            *spans = day_spans(name, weekday, texts)?;
        }
        if week.iter().all(Vec::is_empty) {
            return Err(CalendarError::NeverOpen { set: name.to_owned() });
        }
        Ok(Self {
            week,
            works_on_free_days: written.works_on_free_days,
        })
    }
}

fn day_spans(set: &str, weekday: Weekday, texts: &[String]) -> Result<Spans, CalendarError> {
    let mut spans: Spans = Vec::with_capacity(texts.len());
    for text in texts {
        let (start, end) = span(text).ok_or_else(|| CalendarError::NoHours {
            set: set.to_owned(),
            day: weekday.id(),
            text: text.clone(),
        })?;
        if spans.last().is_some_and(|(_, before)| start < *before) {
            return Err(CalendarError::HoursOverlap {
                set: set.to_owned(),
                day: weekday.id(),
                text: text.clone(),
            });
        }
        spans.push((start, end));
    }
    Ok(spans)
}

/// `07:30-16:00` as µs since midnight.
fn span(text: &str) -> Option<(i64, i64)> {
    let (start, end) = text.split_once('-')?;
    let (start, end) = (clock_minutes(start.trim())?, clock_minutes(end.trim())?);
    (start < end).then_some((start * MINUTE_US, end * MINUTE_US))
}

/// `07:30` as minutes since midnight, to `24:00` inclusive.
fn clock_minutes(text: &str) -> Option<i64> {
    let (hours, minutes) = text.split_once(':')?;
    let number = |part: &str| -> Option<i64> {
        let two_digits = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        two_digits.then(|| part.parse().ok()).flatten()
    };
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    let clock = hours * 60 + minutes;
    (minutes < 60 && clock <= DAY_MINUTES).then_some(clock)
}
