//! Free days and working time against other packages' numbers (`tests/oracle/calendar_oracle.py`), and the laws they must keep.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on may panic")]

use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::Value;
use tanggap_engine::time::{Calendar, Date, FreeReason, Hours, INDONESIA, JAKARTA_HOURS, WorkingTime};

/// Sets the city has no use for: hours with a pause, and hours that meet at midnight.
const MORE_SETS: &str = "
[sets.with_pause]
monday = ['08:00-12:00', '13:00-17:00']
tuesday = ['08:00-12:00', '13:00-17:00']
wednesday = ['08:00-12:00', '13:00-17:00']
thursday = ['08:00-12:00', '13:00-17:00']
friday = ['08:00-11:30', '13:00-17:00']

[sets.odd]
works_on_free_days = true
monday = ['00:00-00:30', '23:30-24:00']
wednesday = ['10:00-10:01']
thursday = ['08:00-24:00']
friday = ['00:00-08:00']
saturday = ['09:00-12:00']
";

static EXPECTED: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../tests/oracle/calendar_expected.json")).unwrap());

static WORKING: LazyLock<WorkingTime> =
    LazyLock::new(|| WorkingTime::from_toml(INDONESIA, &format!("{JAKARTA_HOURS}{MORE_SETS}")).unwrap());

fn rows(name: &str) -> &'static [Value] {
    EXPECTED[name].as_array().unwrap()
}

fn number(row: &Value, name: &str) -> i64 {
    row[name].as_i64().unwrap()
}

fn date(text: &Value) -> Date {
    Date::parse(text.as_str().unwrap()).unwrap()
}

fn set(name: &str) -> &'static Hours {
    WORKING.sets().iter().find(|hours| hours.name() == name).unwrap()
}

fn set_of(row: &Value) -> &'static Hours {
    set(row["set"].as_str().unwrap())
}

#[test]
fn free_days_are_those_of_the_package_and_no_others() {
    let calendar = Calendar::from_toml(INDONESIA).unwrap();
    let ours: Vec<(Date, &str, &str)> = calendar
        .free_days()
        .map(|(date, day)| {
            let reason = match day.reason {
                FreeReason::Holiday => "holiday",
                FreeReason::JointLeave => "joint_leave",
                FreeReason::Local => "local",
            };
            (date, reason, day.name.as_str())
        })
        .collect();
    let theirs: Vec<(Date, &str, &str)> = rows("free_days")
        .iter()
        .map(|row| (date(&row[0]), row[1].as_str().unwrap(), row[2].as_str().unwrap()))
        .collect();
    assert_eq!(ours, theirs);
}

#[test]
fn joint_leave_is_complete_but_for_the_year_to_come() {
    let calendar = WORKING.calendar();
    for year in 2012..2030 {
        let midsummer = Date::new(year, 7, 15).unwrap();
        assert_eq!(calendar.joint_leave_complete(midsummer), (2014..=2026).contains(&year), "{year}");
    }
}

#[test]
fn working_seconds_are_those_counted_minute_by_minute() {
    assert!(rows("working").len() >= 200);
    for row in rows("working") {
        let seconds = set_of(row).working_seconds(number(row, "from"), number(row, "to"));
        assert_eq!(seconds, number(row, "seconds"), "{row}");
    }
}

#[test]
fn an_amount_of_working_time_is_over_when_its_last_minute_is() {
    for row in rows("reached") {
        let at = set_of(row).after(number(row, "from"), number(row, "minutes") * 60_000_000);
        assert_eq!(at, number(row, "at"), "{row}");
    }
}

#[test]
fn working_days_lead_where_numpy_leads() {
    assert!(rows("working_days").len() >= 200);
    for row in rows("working_days") {
        let days = u32::try_from(number(row, "days")).unwrap();
        assert_eq!(set("office").after_days(number(row, "from"), days), number(row, "at"), "{row}");
    }
}

#[test]
fn working_days_are_as_many_as_numpy_counts() {
    for row in rows("day_counts") {
        let days = set("office").working_days(date(&row["from"]), date(&row["to"]));
        assert_eq!(days, number(row, "days"), "{row}");
    }
}

/// An instant from 1900 to 2100, µs UTC.
fn instant() -> impl Strategy<Value = i64> {
    -2_208_988_800_000_000_i64..4_102_444_800_000_000
}

fn any_set() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["office", "round_the_clock", "with_pause", "odd"])
}

proptest! {
    #[test]
    fn neighbouring_intervals_add_up(name in any_set(), a in instant(), b in instant(), c in instant()) {
        let hours = set(name);
        prop_assert_eq!(hours.working_us(a, b) + hours.working_us(b, c), hours.working_us(a, c));
    }

    #[test]
    fn working_time_grows_with_time_and_not_faster(name in any_set(), from in instant(), length in 0..400_000_000_000_000_i64) {
        let hours = set(name);
        let working = hours.working_us(from, from + length);
        prop_assert!((0..=length).contains(&working), "{working} of {length} µs");
    }

    #[test]
    fn a_microsecond_counts_if_the_office_is_open(name in any_set(), at in instant()) {
        let hours = set(name);
        prop_assert_eq!(hours.working_us(at, at + 1), i64::from(hours.open(at)));
        prop_assert!(!hours.open(at) || hours.working_day(WORKING.calendar().date_of(at)));
    }

    #[test]
    fn what_is_added_is_measured_again_and_no_instant_sooner(name in any_set(), from in instant(), length in 1..40_000_000_000_000_i64) {
        let hours = set(name);
        let at = hours.after(from, length);
        prop_assert_eq!(hours.working_us(from, at), length);
        prop_assert_eq!(hours.working_us(from, at - 1), length - 1);
    }

    #[test]
    fn working_days_added_are_counted_again(name in any_set(), from in instant(), days in 0..500_u32) {
        let hours = set(name);
        let calendar = WORKING.calendar();
        let (first, last) = (calendar.date_of(from), calendar.date_of(hours.after_days(from, days)));
        prop_assert!(hours.working_day(last));
        prop_assert_eq!(hours.working_days(first, last), i64::from(days));
        prop_assert!(hours.after_days(from, days) < hours.after_days(from, days + 1));
    }
}
