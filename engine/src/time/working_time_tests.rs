//! The shipped calendar and office hours, who keeps which, and what is refused.

use super::WorkingTime;
use crate::route::{JAKARTA, Router, UnitKind};
use crate::time::{Date, FreeReason, INDONESIA, JAKARTA_HOURS};

fn jakarta() -> WorkingTime {
    WorkingTime::from_toml(INDONESIA, JAKARTA_HOURS).unwrap()
}

/// µs UTC of a local time like `2016-01-08 16:00`.
fn at(text: &str) -> i64 {
    let (date, clock) = text.split_once(' ').unwrap();
    let (hours, minutes) = clock.split_once(':').unwrap();
    let minutes: i64 = hours.parse::<i64>().unwrap() * 60 + minutes.parse::<i64>().unwrap();
    jakarta().calendar().start_of(Date::parse(date).unwrap()) + minutes * 60_000_000
}

#[test]
fn a_working_day_ends_at_the_same_time_on_the_next_one() {
    let working = jakarta();
    let office = working.hours(None);
    for (from, days, due) in [
        ("2016-01-08 16:00", 1, "2016-01-11 16:00"),
        ("2016-01-09 10:00", 1, "2016-01-12 00:00"),
        ("2016-01-04 09:00", 7, "2016-01-13 09:00"),
        // Monday the 8th is Imlek.
        ("2016-02-05 16:00", 1, "2016-02-09 16:00"),
        // A start on a holiday moves like one on a Saturday, and no day at all ends at once, or when work begins.
        ("2016-02-08 09:00", 1, "2016-02-10 00:00"),
        ("2016-02-08 09:00", 0, "2016-02-09 00:00"),
        ("2016-02-09 09:00", 0, "2016-02-09 09:00"),
        // Idul Fitri 2018 with its joint leave: from the 11th to the 20th of June.
        ("2018-06-08 10:00", 1, "2018-06-21 10:00"),
        // Free in Jakarta only.
        ("2017-04-18 10:00", 1, "2017-04-20 10:00"),
    ] {
        assert_eq!(office.after_days(at(from), days), at(due), "{from} + {days}");
    }
}

#[test]
fn only_open_hours_count() {
    let working = jakarta();
    let office = working.hours(None);
    for (from, to, minutes) in [
        ("2016-01-08 16:00", "2016-01-11 07:30", 30),
        ("2016-01-08 00:00", "2016-01-09 00:00", 540),
        ("2016-01-07 00:00", "2016-01-08 00:00", 510),
        ("2016-02-05 16:30", "2016-02-09 07:30", 0),
        ("2016-02-08 00:00", "2016-02-15 00:00", 3 * 510 + 540),
        ("2016-01-11 07:30", "2016-01-08 16:00", -30),
    ] {
        assert_eq!(office.working_seconds(at(from), at(to)), minutes * 60, "{from} to {to}");
    }
    assert!(office.open(at("2016-01-08 16:29")));
    assert!(!office.open(at("2016-01-08 16:30")));
    assert!(!office.open(at("2016-02-08 10:00")));
}

#[test]
fn a_length_is_over_at_closing_not_at_the_next_opening() {
    let working = jakarta();
    let office = working.hours(None);
    let hour = 3_600_000_000;
    assert_eq!(office.after(at("2016-01-08 15:30"), hour), at("2016-01-08 16:30"));
    assert_eq!(office.after(at("2016-01-08 15:31"), hour), at("2016-01-11 07:31"));
    assert_eq!(office.after(at("2016-01-09 12:00"), hour), at("2016-01-11 08:30"));
    assert_eq!(office.after(at("2016-01-09 12:00"), 0), at("2016-01-09 12:00"));
    assert_eq!(office.after(at("2016-01-09 12:00"), -hour), at("2016-01-09 12:00"));
}

#[test]
fn a_unit_keeps_its_own_hours_else_its_kinds_else_the_default() {
    let router = Router::from_toml(JAKARTA).unwrap();
    let working = jakarta().with_units(router.aliases()).unwrap();
    for (unit, set) in [
        (None, "office"),
        (Some("nobody knows it"), "office"),
        (Some("31.74.01.1001"), "office"),
        (Some("dlh"), "office"),
        (Some("Gulkarmat"), "round_the_clock"),
        (Some(" dinas perhubungan "), "round_the_clock"),
        (Some("Satpol PP"), "round_the_clock"),
        (Some("Polri"), "round_the_clock"),
    ] {
        assert_eq!(working.hours(unit).name(), set, "{unit:?}");
    }
    assert_eq!(working.hours_of_kind(UnitKind::Police).name(), "round_the_clock");
    assert_eq!(working.hours_of_kind(UnitKind::Kelurahan).name(), "office");
    let (friday, monday) = (at("2016-02-05 16:00"), at("2016-02-08 16:00"));
    assert_eq!(working.hours(Some("dishub")).working_seconds(friday, monday), 3 * 86_400);
    assert_eq!(working.hours(Some("dishub")).after_days(friday, 3), monday);
}

#[test]
fn the_citys_own_free_day_is_known_as_such() {
    let working = jakarta();
    let day = working.calendar().free_day(Date::parse("2017-04-19").unwrap()).unwrap();
    assert_eq!(day.reason, FreeReason::Local);
    assert_eq!(working.version(), "indonesia-2026.11 jakarta-2026.11");
}

#[test]
fn the_ends_of_time_do_not_overflow() {
    let working = jakarta();
    for hours in working.sets() {
        for instant in [i64::MIN, i64::MIN + 1, -1, 0, 1, i64::MAX - 1, i64::MAX] {
            for other in [i64::MIN, 0, i64::MAX] {
                let _ = hours.working_us(instant, other);
                let _ = hours.after(instant, other);
            }
            let _ = hours.open(instant);
            let _ = hours.after_days(instant, u32::MAX);
        }
    }
}

#[test]
fn office_hours_that_are_wrong_are_refused_in_words() {
    let refused = |hours: &str| WorkingTime::from_toml(INDONESIA, hours).unwrap_err().to_string();
    let head = "version = 'x'\ndefault = 'a'\n";
    for (hours, complaint) in [
        ("[sets.b]\nmonday = ['08:00-16:00']", "default names the set `a`"),
        ("[sets.a]", "set `a` has no hours on any day"),
        (
            "[sets.a]\nmonday = ['8:00-16:00']",
            "`8:00-16:00` on monday of set `a` are no hours",
        ),
        ("[sets.a]\nmonday = ['16:00-08:00']", "are no hours"),
        ("[sets.a]\nmonday = ['16:00-24:01']", "are no hours"),
        (
            "[sets.a]\nmonday = ['08:00-12:00', '11:59-16:00']",
            "overlap or are out of order at `11:59-16:00`",
        ),
        (
            "[sets.a]\nsunday = ['08:00-12:00']",
            "set `a` has hours on sunday, which is weekend",
        ),
        ("[sets.a]\nmoonday = []", "unknown field `moonday`"),
        (
            "[sets.a]\nmonday = ['08:00-16:00']\n[kinds]\nemergancy = 'a'",
            "unknown variant `emergancy`",
        ),
        (
            "[sets.a]\nmonday = ['08:00-16:00']\n[kinds]\npolice = 'b'",
            "kind `police` names the set `b`",
        ),
        ("[sets.a]\nmonday = ['08:00-16:00']\n[units]\ndlh = 'b'", "name one of: a"),
        (
            "[sets.a]\nmonday = ['08:00-16:00']\n[local_days]\n2040-01-01 = 'Far away'",
            "lies outside the calendar's years 2014 to 2027",
        ),
        (
            "[sets.a]\nmonday = ['08:00-16:00']\n[local_days]\n2016-02-08 = 'Imlek'",
            "2016-02-08 is free twice",
        ),
    ] {
        let error = refused(&format!("{head}{hours}"));
        assert!(error.contains(complaint), "{error}");
    }
    let router = Router::from_toml(JAKARTA).unwrap();
    let hours = format!("{head}[sets.a]\nmonday = ['08:00-16:00']\n[units]\n'31.74.01.1001' = 'a'\nnowhere = 'a'");
    let unknown = WorkingTime::from_toml(INDONESIA, &hours).unwrap().with_units(router.aliases());
    assert!(unknown.unwrap_err().to_string().contains("the unit `nowhere`"));
}
