//! Which days are free, as data: the weekend, public holidays and decreed joint leave (cuti bersama), each day with its name.
//!
//! A TOML text enters; out comes a [`Calendar`] that says of each date whether people work, and whether it knows. Beyond its years only
//! the weekend is known: [`Calendar::covers`]. The zone is one fixed offset, because Indonesia has no daylight saving time.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::date::{DAY_US, Date, Weekday};
use super::error::CalendarError;

/// Free days of Indonesia, 2014 to 2027.
pub const INDONESIA: &str = include_str!("../../data/calendar/indonesia.toml");

/// Days people do not work on, by date.
#[derive(Clone, Debug)]
pub struct Calendar {
    version: String,
    offset_us: i64,
    weekend: Vec<Weekday>,
    /// First and last year, both covered, with whether joint leave is complete; no year between them is missing.
    years: BTreeMap<i32, bool>,
    free: BTreeMap<Date, FreeDay>,
}

/// A free day that is no weekend, or falls on one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FreeDay {
    /// Why it is free.
    pub reason: FreeReason,
    /// What it is called, in the file's language.
    pub name: String,
}

/// Why a day is free.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FreeReason {
    /// A public holiday.
    Holiday,
    /// Joint leave of public servants, by decree (cuti bersama).
    JointLeave,
    /// A free day of this city alone.
    Local,
}

/// The file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CalendarFile {
    version: String,
    utc_offset_minutes: i32,
    weekend: Vec<Weekday>,
    years: BTreeMap<i32, WrittenYear>,
}

/// One year as written: dates with their names.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenYear {
    joint_leave_complete: bool,
    #[serde(default)]
    holidays: BTreeMap<String, String>,
    #[serde(default)]
    joint_leave: BTreeMap<String, String>,
}

impl Calendar {
    /// Reads and checks a calendar.
    ///
    /// # Errors
    /// What [`CalendarError`] lists of dates, years and the offset.
    pub fn from_toml(text: &str) -> Result<Self, CalendarError> {
        let file: CalendarFile = toml::from_str(text).map_err(|error| CalendarError::Unreadable {
            what: "calendar",
            message: error.to_string(),
        })?;
        if !(-840..=840).contains(&file.utc_offset_minutes) {
            return Err(CalendarError::NoOffset {
                minutes: file.utc_offset_minutes,
            });
        }
        let mut calendar = Self {
            version: file.version,
            offset_us: i64::from(file.utc_offset_minutes) * 60_000_000,
            weekend: file.weekend,
            years: BTreeMap::new(),
            free: BTreeMap::new(),
        };
        for (year, written) in file.years {
            calendar.add_year(year, &written)?;
        }
        if calendar.years.is_empty() {
            return Err(CalendarError::NoYears);
        }
        Ok(calendar)
    }

    fn add_year(&mut self, year: i32, written: &WrittenYear) -> Result<(), CalendarError> {
        if !(0..=9999).contains(&year) {
            return Err(CalendarError::NoYear { year });
        }
        if let Some((last, _)) = self.years.last_key_value()
            && last + 1 != year
        {
            return Err(CalendarError::MissingYear { year: last + 1 });
        }
        self.years.insert(year, written.joint_leave_complete);
        for (reason, kind, days) in [
            (FreeReason::Holiday, "holidays", &written.holidays),
            (FreeReason::JointLeave, "joint_leave", &written.joint_leave),
        ] {
            let place = format!("[years.{year}.{kind}]");
            for (text, name) in days {
                let date = named_date(&place, text, name)?;
                if date.year() != year {
                    return Err(CalendarError::WrongYear { date, year });
                }
                self.add_free_day(date, reason, name)?;
            }
        }
        Ok(())
    }

    /// Adds a free day the city has for itself.
    pub(super) fn add_local_day(&mut self, date: Date, name: &str) -> Result<(), CalendarError> {
        if !self.covers(date) {
            let (first, last) = self.year_range();
            return Err(CalendarError::OutsideYears { date, first, last });
        }
        self.add_free_day(date, FreeReason::Local, name)
    }

    fn add_free_day(&mut self, date: Date, reason: FreeReason, name: &str) -> Result<(), CalendarError> {
        let day = FreeDay {
            reason,
            name: name.to_owned(),
        };
        match self.free.insert(date, day) {
            None => Ok(()),
            Some(_) => Err(CalendarError::FreeTwice { date }),
        }
    }

    /// Version of the data; part of the audit trail of every deadline.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// First and last year whose free days are known.
    #[must_use]
    pub fn year_range(&self) -> (i32, i32) {
        let year = |entry: Option<(&i32, &bool)>| entry.map_or(0, |(year, _)| *year);
        (year(self.years.first_key_value()), year(self.years.last_key_value()))
    }

    /// Whether the free days of this date's year are known; where they are not, only the weekend is free.
    #[must_use]
    pub fn covers(&self, date: Date) -> bool {
        self.years.contains_key(&date.year())
    }

    /// Whether the joint leave of this date's year is complete and decreed for good; false where the year is not covered.
    #[must_use]
    pub fn joint_leave_complete(&self, date: Date) -> bool {
        self.years.get(&date.year()).copied().unwrap_or(false)
    }

    /// The holiday or joint leave on this date, if there is one; also on a weekend.
    #[must_use]
    pub fn free_day(&self, date: Date) -> Option<&FreeDay> {
        self.free.get(&date)
    }

    /// Every holiday and day of joint leave, by date.
    pub fn free_days(&self) -> impl Iterator<Item = (Date, &FreeDay)> {
        self.free.iter().map(|(date, day)| (*date, day))
    }

    /// Whether it is a day of the weekend.
    #[must_use]
    pub fn weekend(&self, weekday: Weekday) -> bool {
        self.weekend.contains(&weekday)
    }

    /// Whether nobody who keeps free days works on this date.
    #[must_use]
    pub fn free(&self, date: Date) -> bool {
        self.weekend(date.weekday()) || self.free.contains_key(&date)
    }

    /// The date on the wall at an instant (µs UTC).
    #[must_use]
    pub fn date_of(&self, instant: i64) -> Date {
        Date::from_days(instant.saturating_add(self.offset_us).div_euclid(DAY_US))
    }

    /// The instant (µs UTC) at which a date begins; saturates.
    #[must_use]
    pub fn start_of(&self, date: Date) -> i64 {
        date.days().saturating_mul(DAY_US).saturating_sub(self.offset_us)
    }

    /// Local time less UTC, µs.
    pub(super) const fn offset_us(&self) -> i64 {
        self.offset_us
    }
}

/// A date of a table `date = name`.
pub(super) fn named_date(place: &str, text: &str, name: &str) -> Result<Date, CalendarError> {
    let date = Date::parse(text).ok_or_else(|| CalendarError::NoDate {
        place: place.to_owned(),
        text: text.to_owned(),
    })?;
    if name.trim().is_empty() {
        return Err(CalendarError::Unnamed {
            place: place.to_owned(),
            date,
        });
    }
    Ok(date)
}

#[cfg(test)]
mod tests {
    use super::{Calendar, FreeReason, INDONESIA};
    use crate::time::Date;

    fn refused(years: &str) -> String {
        let text = format!("version = 'x'\nutc_offset_minutes = 420\nweekend = ['saturday', 'sunday']\n{years}");
        Calendar::from_toml(&text).unwrap_err().to_string()
    }

    #[test]
    fn a_day_has_its_name_and_its_reason() {
        let calendar = Calendar::from_toml(INDONESIA).unwrap();
        let day = |text: &str| {
            calendar
                .free_day(Date::parse(text).unwrap())
                .map(|day| (day.reason, day.name.as_str()))
        };
        assert_eq!(day("2016-02-08"), Some((FreeReason::Holiday, "Tahun Baru Imlek")));
        assert_eq!(
            day("2016-07-04"),
            Some((FreeReason::JointLeave, "Cuti Bersama Hari Raya Idul Fitri"))
        );
        assert_eq!(day("2016-02-09"), None);
    }

    #[test]
    fn beyond_its_years_only_the_weekend_is_known() {
        let calendar = Calendar::from_toml(INDONESIA).unwrap();
        assert_eq!(calendar.year_range(), (2014, 2027));
        for (text, covered, free) in [
            ("2013-12-25", false, false),
            ("2013-12-28", false, true),
            ("2014-01-01", true, true),
            ("2027-12-31", true, false),
            ("2028-01-01", false, true),
            ("2029-01-01", false, false),
        ] {
            let date = Date::parse(text).unwrap();
            assert_eq!((calendar.covers(date), calendar.free(date)), (covered, free), "{text}");
        }
    }

    #[test]
    fn a_day_begins_at_seventeen_hours_utc_of_the_day_before() {
        let calendar = Calendar::from_toml(INDONESIA).unwrap();
        let date = Date::parse("1970-01-02").unwrap();
        assert_eq!(calendar.start_of(date), 17 * 3_600_000_000);
        assert_eq!(calendar.date_of(17 * 3_600_000_000), date);
        assert_eq!(calendar.date_of(17 * 3_600_000_000 - 1).to_string(), "1970-01-01");
        assert_eq!(calendar.date_of(-7 * 3_600_000_000 - 1).to_string(), "1969-12-31");
    }

    #[test]
    fn a_calendar_that_is_wrong_is_refused_in_words() {
        let year = "[years.2016]\njoint_leave_complete = true\n[years.2016.holidays]\n";
        for (years, complaint) in [
            ("[years]", "has no year"),
            ("[years.soon]\njoint_leave_complete = true", "cannot be read"),
            ("[years.2016]\njoint_leave_complete = true\nextra = 1", "unknown field `extra`"),
            ("[years.20160]\njoint_leave_complete = true", "year 20160 is not from 0 to 9999"),
            (
                "[years.2014]\njoint_leave_complete = true\n[years.2016]\njoint_leave_complete = true",
                "add [years.2015]",
            ),
            ("@2016-02-30 = 'A'", "`2016-02-30` in [years.2016.holidays] is no date"),
            ("@2017-02-01 = 'A'", "2017-02-01 stands under year 2016"),
            ("@2016-02-01 = ' '", "2016-02-01 in [years.2016.holidays] has no name"),
            (
                "@2016-02-01 = 'A'\n[years.2016.joint_leave]\n2016-02-01 = 'B'",
                "2016-02-01 is free twice",
            ),
        ] {
            let error = refused(&years.replace('@', year));
            assert!(error.contains(complaint), "{error}");
        }
        let offset = Calendar::from_toml("version = 'x'\nutc_offset_minutes = 900\nweekend = []\n[years]").unwrap_err();
        assert!(offset.to_string().contains("-840 to 840"));
    }
}
