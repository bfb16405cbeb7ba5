//! Times as the city's systems write them, to µs UTC. A hand-written path reads the common ISO shapes and Twitter's; the rest
//! goes to jiff. What lies before 2000 is no event time: zeroes and broken clocks, not reports.

use jiff::civil;
use jiff::fmt::rfc2822;
use jiff::fmt::temporal::Pieces;
use jiff::tz::Offset;

use super::config::ZoneOffset;

/// 2000-01-01T00:00:00Z, µs.
const EARLIEST: i64 = 946_684_800_000_000;
const MICROS: i64 = 1_000_000;

/// Longest text that can be a time, bytes.
const LONGEST: usize = 64;

/// Reads a time; one without an offset is local time of `zone`.
///
/// Known: `2016-03-07T15:13:47.123Z`, with `+07:00`, `+0700` or `+07`, with a space for the `T`, without seconds, without a
/// time (midnight); Waze's `2017-05-03 05:25:00:000`; `Mon Mar 07 15:13:47 +0000 2016`; RFC 2822; epoch seconds,
/// milliseconds or microseconds in digits.
pub(super) fn parse(text: &str, zone: ZoneOffset) -> Option<i64> {
    let text = text.trim();
    if text.len() > LONGEST {
        return None;
    }
    let micros = match text.as_bytes().get(4) {
        Some(b'-') => iso(text.as_bytes(), zone).or_else(|| iso_by_jiff(text, zone))?,
        _ if is_number(text) => return epoch(text),
        _ => ctime(text).or_else(|| rare(text, zone))?,
    };
    (micros >= EARLIEST).then_some(micros)
}

/// Reads an epoch number: seconds, milliseconds or microseconds, told apart by size (each is unambiguous from 2000 to 5138).
pub(super) fn epoch(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let micros = if whole.len() <= 18 && !text.contains(['e', 'E']) {
        let whole: i64 = whole.parse().ok()?;
        let per_unit = micros_per_unit(whole)?;
        whole.checked_mul(per_unit)?.checked_add(fraction_micros(fraction, per_unit)?)?
    } else {
        let number: f64 = text.parse().ok()?;
        // Beyond 2^53 µs (year 2255) a float is coarser than 1 µs; nobody writes such times.
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the cast saturates and the size is checked by `micros_per_unit`"
        )]
        let whole = number as i64;
        whole.checked_mul(micros_per_unit(whole)?)?
    };
    (micros >= EARLIEST).then_some(micros)
}

fn micros_per_unit(number: i64) -> Option<i64> {
    match number {
        0..100_000_000_000 => Some(MICROS),
        100_000_000_000..100_000_000_000_000 => Some(1_000),
        100_000_000_000_000..100_000_000_000_000_000 => Some(1),
        _ => None,
    }
}

fn fraction_micros(fraction: &str, per_unit: i64) -> Option<i64> {
    let mut micros = 0;
    let mut worth = per_unit;
    for digit in fraction.bytes() {
        if !digit.is_ascii_digit() {
            return None;
        }
        worth /= 10;
        micros += i64::from(digit - b'0') * worth;
    }
    Some(micros)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

/// `YYYY-MM-DD` then `T` or a space, `HH:MM`, perhaps `:SS`, a fraction after `.`, `,` or `:`, and an offset.
fn iso(bytes: &[u8], zone: ZoneOffset) -> Option<i64> {
    let year = two(bytes, 0)? * 100 + two(bytes, 2)?;
    let (month, day) = (two(bytes, 5)?, two(bytes, 8)?);
    if bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    let days = days_from_civil(year, month, day)?;
    if bytes.len() == 10 {
        return Some((days * 86_400 - zone.seconds()) * MICROS);
    }
    if !matches!(bytes[10], b'T' | b't' | b' ') || bytes.get(13) != Some(&b':') {
        return None;
    }
    let (hour, minute) = (two(bytes, 11)?, two(bytes, 14)?);
    let mut at = 16;
    let mut second = 0;
    let mut micros = 0;
    if bytes.get(at) == Some(&b':') {
        second = two(bytes, 17)?;
        at = 19;
        if let Some(b'.' | b',' | b':') = bytes.get(at) {
            (micros, at) = fraction(bytes, at + 1)?;
        }
    }
    // A leap second is the last moment of its minute, as jiff has it.
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let second = second.min(59);
    let offset = offset_seconds(&bytes[at..], zone)?;
    Some((days * 86_400 + hour * 3_600 + minute * 60 + second - offset) * MICROS + micros)
}

fn two(bytes: &[u8], at: usize) -> Option<i64> {
    match bytes.get(at..at + 2)? {
        [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => Some(i64::from(tens - b'0') * 10 + i64::from(ones - b'0')),
        _ => None,
    }
}

fn fraction(bytes: &[u8], from: usize) -> Option<(i64, usize)> {
    let (mut micros, mut worth, mut at) = (0, MICROS, from);
    while let Some(digit @ b'0'..=b'9') = bytes.get(at) {
        worth /= 10;
        micros += i64::from(digit - b'0') * worth;
        at += 1;
    }
    (at > from).then_some((micros, at))
}

/// The offset a time ends with; nothing means `zone`.
fn offset_seconds(bytes: &[u8], zone: ZoneOffset) -> Option<i64> {
    let bytes = if let [b' ', rest @ ..] = bytes { rest } else { bytes };
    let (sign, rest) = match bytes {
        [] => return Some(zone.seconds()),
        [b'Z' | b'z'] | b"UTC" | b"GMT" => return Some(0),
        [b'+', rest @ ..] => (1, rest),
        [b'-', rest @ ..] => (-1, rest),
        _ => return None,
    };
    let minutes = match rest.len() {
        2 => 0,
        4 => two(rest, 2)?,
        5 if rest[2] == b':' => two(rest, 3)?,
        _ => return None,
    };
    let hours = two(rest, 0)?;
    (hours <= 18 && minutes <= 59).then_some(sign * (hours * 3_600 + minutes * 60))
}

/// Days since 1970-01-01 of a date of the proleptic Gregorian calendar, 0 ≤ year ≤ 9999.
/// Source: Howard Hinnant, "chrono-compatible low-level date algorithms".
fn days_from_civil(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let longest = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + i64::from(leap),
        _ => return None,
    };
    if !(1..=longest).contains(&day) {
        return None;
    }
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some(era * 146_097 + day_of_era - 719_468)
}

/// `Mon Mar 07 15:13:47 +0000 2016`: Twitter v1.1, and Waze's `updateDate`.
fn ctime(text: &str) -> Option<i64> {
    let mut words = text.split_ascii_whitespace();
    let _weekday = words.next()?;
    let month = match words.next()? {
        "Jan" => 1,
        "Feb" => 2,
        "Mar" => 3,
        "Apr" => 4,
        "May" => 5,
        "Jun" => 6,
        "Jul" => 7,
        "Aug" => 8,
        "Sep" => 9,
        "Oct" => 10,
        "Nov" => 11,
        "Dec" => 12,
        _ => return None,
    };
    let day = words.next()?.parse().ok()?;
    let clock = words.next()?.as_bytes();
    let offset = offset_seconds(words.next()?.as_bytes(), ZoneOffset::UTC)?;
    let year = words.next()?;
    if words.next().is_some() || year.len() != 4 || clock.len() != 8 || clock[2] != b':' || clock[5] != b':' {
        return None;
    }
    let (hour, minute, second) = (two(clock, 0)?, two(clock, 3)?, two(clock, 6)?);
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let days = days_from_civil(year.parse().ok()?, month, day)?;
    Some((days * 86_400 + hour * 3_600 + minute * 60 + second.min(59) - offset) * MICROS)
}

fn iso_by_jiff(text: &str, zone: ZoneOffset) -> Option<i64> {
    if let Ok(timestamp) = text.parse::<jiff::Timestamp>() {
        return Some(timestamp.as_microsecond());
    }
    // jiff reads `2016-03-07T15:13:47[Asia/Jakarta]` and more, but without time zone data only a numeric offset helps.
    let pieces = Pieces::parse(text).ok()?;
    if pieces.time_zone_annotation().is_some() && pieces.offset().is_none() {
        return None;
    }
    local(pieces.date().to_datetime(pieces.time().unwrap_or(civil::Time::midnight())), zone)
}

fn rare(text: &str, zone: ZoneOffset) -> Option<i64> {
    if let Ok(zoned) = rfc2822::parse(text) {
        return Some(zoned.timestamp().as_microsecond());
    }
    iso_by_jiff(text, zone)
}

fn local(datetime: civil::DateTime, zone: ZoneOffset) -> Option<i64> {
    let offset = Offset::from_seconds(i32::try_from(zone.seconds()).ok()?).ok()?;
    Some(offset.to_timestamp(datetime).ok()?.as_microsecond())
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::{EARLIEST, MICROS, epoch, parse};
    use crate::decode::config::ZoneOffset;

    /// 2016-03-07T15:13:47Z, by Python's `datetime`.
    const MONDAY: i64 = 1_457_363_627 * MICROS;

    fn wib(text: &str) -> Option<i64> {
        parse(text, ZoneOffset::JAKARTA)
    }

    #[test]
    fn one_moment_is_read_in_every_spelling() {
        for text in [
            "2016-03-07T15:13:47Z",
            "2016-03-07T15:13:47.000Z",
            "2016-03-07t15:13:47z",
            "2016-03-07T22:13:47",
            "2016-03-07 22:13:47",
            " 2016-03-07 22:13:47 ",
            "2016-03-07 22:13:47 +0700",
            "2016-03-07T22:13:47+07:00",
            "2016-03-08 02:13:47+11",
            "2016-03-07T11:43:47-03:30",
            "2016-03-07 15:13:47 UTC",
            "2016-03-07 15:13:47:000Z",
            "20160307T151347Z",
            "2016-03-07T15:13:47Z[UTC]",
            "Mon Mar 07 15:13:47 +0000 2016",
            "Mon Mar 7 22:13:47 +0700 2016",
            "Mon, 07 Mar 2016 15:13:47 +0000",
            "1457363627",
            "1457363627.0",
            "1457363627000",
            "1457363627000000",
        ] {
            assert_eq!(wib(text), Some(MONDAY), "{text}");
        }
        assert_eq!(wib("2016-03-07 22:13"), Some(MONDAY - 47 * MICROS));
        assert_eq!(wib("2016-03-08"), Some((1_457_370_000) * MICROS));
        assert_eq!(wib("2016-03-07T15:13:47,250Z"), Some(MONDAY + 250_000));
        assert_eq!(wib("2016-03-07 15:13:47:250Z"), Some(MONDAY + 250_000));
        assert_eq!(wib("2016-03-07T15:13:47.1234567Z"), Some(MONDAY + 123_456));
        assert_eq!(epoch("1457363627.25"), Some(MONDAY + 250_000));
        assert_eq!(epoch("1457363627000.5"), Some(MONDAY + 500));
        assert_eq!(epoch("1.457363627e12"), Some(MONDAY));
    }

    #[test]
    fn what_is_no_time_after_2000_is_none() {
        for text in [
            "",
            "now",
            "0",
            "-1",
            "-1457363627",
            "null",
            "2016",
            "20160307",
            "2016-03",
            "2016-13-07T00:00:00Z",
            "2016-02-30T00:00:00Z",
            "2016-03-07T24:00:00Z",
            "2016-03-07T15:60:00Z",
            "2016-03-07T15:13:61Z",
            "2016-03-07T15:13:47+99:00",
            "2016-03-07T15:13:47 WIB?",
            "2016-03-07X15:13:47Z",
            "1999-12-31T23:59:59Z",
            "946684799",
            "99999999999999999999",
            "1e300",
            "NaN",
            "inf",
            "2016-03-07T15:13:47.Z",
            "Mon Foo 07 15:13:47 +0000 2016",
            "é016-03-07",
            "2016é03-07T00:00:00Z",
            "Mon Mar 07 15:13:47 +0000 2016 2016",
            "....",
            "1.2.3",
            "2016-03-07T15:13:47[Asia/Tokyo]",
        ] {
            assert_eq!(wib(text), None, "{text}");
        }
        assert_eq!(wib("2000-01-01T00:00:00Z"), Some(EARLIEST));
        assert_eq!(wib(&"2".repeat(10_000)), None);
    }

    proptest! {
        #[test]
        fn the_fast_path_agrees_with_jiff(micros in EARLIEST..253_402_207_200_000_000_i64, zone_minutes in -720_i32..840, digits in 0..=6_u8) {
            let timestamp = Timestamp::from_microsecond(micros).unwrap();
            let offset = jiff::tz::Offset::from_seconds(zone_minutes * 60).unwrap();
            let zoned = timestamp.to_zoned(offset.to_time_zone());
            let text = format!("{zoned:.precision$}", precision = usize::from(digits));
            let text = text.split('[').next().unwrap();
            let oracle: Timestamp = text.parse().unwrap();
            prop_assert_eq!(wib(text), Some(oracle.as_microsecond()).filter(|micros| *micros >= EARLIEST), "{}", text);
            let local = format!("{:.precision$}", zoned.datetime(), precision = usize::from(digits));
            let zone = ZoneOffset::parse(&offset.to_string()).unwrap_or(ZoneOffset::UTC);
            if zone.seconds() == i64::from(zone_minutes) * 60 {
                prop_assert_eq!(parse(&local, zone), Some(oracle.as_microsecond()).filter(|micros| *micros >= EARLIEST), "{}", local);
            }
        }

        #[test]
        fn any_text_is_read_or_not_but_never_panics(text in "[0-9TZ:.,+\\- a-zé\\[\\]/]{0,40}") {
            wib(&text);
            epoch(&text);
        }
    }
}
