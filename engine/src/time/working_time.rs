//! Working time of every unit: a calendar, the sets of office hours laid over it, and who keeps which set.
//!
//! ```text
//! unit → its own set, else the set of its kind, else the default → Hours
//! ```

use std::collections::HashMap;

use super::calendar::Calendar;
use super::date::Weekday;
use super::error::CalendarError;
use super::hours::Hours;
use super::office_hours::{HoursSet, OfficeHours};
use crate::route::{Addressee, UnitKind};
use crate::territory::KelurahanCode;

/// Office hours of a city's units on its calendar. Made once; questions are asked of [`Hours`].
#[derive(Clone, Debug)]
pub struct WorkingTime {
    version: String,
    calendar: Calendar,
    sets: Vec<Hours>,
    default: usize,
    kinds: HashMap<UnitKind, usize>,
    /// Units the file names by their code, and the set of each.
    own: HashMap<String, usize>,
    /// What a unit may be called, lower case, and its set.
    named: HashMap<String, usize>,
}

impl WorkingTime {
    /// Reads and checks a calendar and the office hours on it. Units answer to the codes in the file; see [`Self::with_units`].
    ///
    /// # Errors
    /// What [`CalendarError`] lists.
    pub fn from_toml(calendar: &str, office_hours: &str) -> Result<Self, CalendarError> {
        let mut calendar = Calendar::from_toml(calendar)?;
        let office_hours = OfficeHours::from_toml(office_hours)?;
        for (date, name) in &office_hours.local_days {
            calendar.add_local_day(*date, name)?;
        }
        let mut sets = Vec::with_capacity(office_hours.sets.len());
        let mut positions = HashMap::new();
        for (name, set) in office_hours.sets {
            check(&name, &set, &calendar)?;
            positions.insert(name.clone(), sets.len());
            sets.push(Hours::new(&name, set.week, set.works_on_free_days, &calendar));
        }
        let default = position(&positions, &office_hours.default);
        let kinds = office_hours.kinds.into_iter().map(|(kind, set)| (kind, position(&positions, &set)));
        let kinds = kinds.collect();
        let own = office_hours
            .units
            .into_iter()
            .map(|(unit, set)| (unit.to_lowercase(), position(&positions, &set)));
        let own: HashMap<String, usize> = own.collect();
        Ok(Self {
            version: format!("{} {}", calendar.version(), office_hours.version),
            calendar,
            sets,
            default,
            kinds,
            named: own.clone(),
            own,
        })
    }

    /// Lets units be asked for by everything a source may call them: [`crate::route::Router::aliases`].
    ///
    /// # Errors
    /// [`CalendarError::UnknownUnit`] if the office hours name a unit that is not among them (a kelurahan office may be missing).
    pub fn with_units<'u>(mut self, aliases: impl IntoIterator<Item = (&'u str, Addressee<'u>)>) -> Result<Self, CalendarError> {
        let mut missing: Vec<String> = self.own.keys().cloned().collect();
        for (alias, unit) in aliases {
            let code = unit.code.to_lowercase();
            let set = self.own.get(&code).copied().unwrap_or_else(|| self.position_of_kind(unit.kind));
            self.named.insert(alias.to_lowercase(), set);
            missing.retain(|unit| *unit != code);
        }
        missing.retain(|unit| unit.parse::<KelurahanCode>().is_err());
        missing.sort_unstable();
        match missing.into_iter().next() {
            None => Ok(self),
            Some(unit) => Err(CalendarError::UnknownUnit { unit }),
        }
    }

    /// Versions of the calendar and of the office hours; part of the audit trail of every deadline.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The calendar, the city's own free days among the others.
    #[must_use]
    pub const fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    /// Every set of hours, by name.
    #[must_use]
    pub fn sets(&self) -> &[Hours] {
        &self.sets
    }

    /// Hours of a unit, by code or by a name known from [`Self::with_units`], whatever the case. A dotted code is a kelurahan office;
    /// nobody, and who is not known, keeps the default hours.
    #[must_use]
    pub fn hours(&self, unit: Option<&str>) -> &Hours {
        &self.sets[unit.map_or(self.default, |unit| self.position_of(unit.trim()))]
    }

    /// Hours of a kind of units.
    #[must_use]
    pub fn hours_of_kind(&self, kind: UnitKind) -> &Hours {
        &self.sets[self.position_of_kind(kind)]
    }

    fn position_of(&self, unit: &str) -> usize {
        if let Some(position) = self.named.get(unit) {
            return *position;
        }
        if let Some(position) = self.named.get(&unit.to_lowercase()) {
            return *position;
        }
        if unit.parse::<KelurahanCode>().is_ok() {
            return self.position_of_kind(UnitKind::Kelurahan);
        }
        self.default
    }

    fn position_of_kind(&self, kind: UnitKind) -> usize {
        self.kinds.get(&kind).copied().unwrap_or(self.default)
    }
}

/// Place of a set that is known to exist.
fn position(positions: &HashMap<String, usize>, set: &str) -> usize {
    positions
        .get(set)
        .copied()
        .expect("the file was checked to define every set it names")
}

/// Refuses hours that would never count.
fn check(name: &str, set: &HoursSet, calendar: &Calendar) -> Result<(), CalendarError> {
    if set.works_on_free_days {
        return Ok(());
    }
    for (spans, weekday) in set.week.iter().zip(Weekday::ALL) {
        if !spans.is_empty() && calendar.weekend(weekday) {
            return Err(CalendarError::HoursOnWeekend {
                set: name.to_owned(),
                day: weekday.id(),
            });
        }
    }
    Ok(())
}

#[cfg(test)]
#[path = "working_time_tests.rs"]
mod tests;
