//! The query string: every parameter must be known, given once, and fit; what does not is named beside what would.

use std::ops::RangeInclusive;
use std::time::Duration;

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use jiff::Timestamp;
use tanggap_engine::event::Category;
use tanggap_engine::territory::KelurahanCode;

use crate::error::Problem;

/// Windows of the heat that the public may ask for: those of the map. None is as long as a day and another longer, since of whole days it is known
/// how many complaints a kelurahan has.
const HEAT_WINDOWS: [Duration; 4] = [
    Duration::from_mins(15),
    Duration::from_hours(1),
    Duration::from_hours(6),
    Duration::from_hours(24),
];

/// The parameters of a request, as written.
#[derive(Clone, Debug, Default)]
pub struct Params(Vec<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for Params {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Query(pairs) = Query::<Vec<(String, String)>>::from_request_parts(parts, state)
            .await
            .map_err(|_| Problem::parameter("query", "this", &["name=value pairs joined by &"]))?;
        Ok(Self(pairs))
    }
}

impl Params {
    /// The same parameters, if all of them are among the `known` and none is given twice.
    ///
    /// # Errors
    /// A problem that names the first that does not fit.
    pub fn only(self, known: &[&str]) -> Result<Self, Problem> {
        for (position, (name, value)) in self.0.iter().enumerate() {
            if !known.contains(&name.as_str()) {
                return Err(Problem::unknown_parameter(name, known));
            }
            if self.0[..position].iter().any(|(other, _)| other == name) {
                return Err(Problem::parameter(name, value, &["one value only"]));
            }
        }
        Ok(self)
    }

    /// The value of a parameter; an empty one is as good as none.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(other, _)| other == name)
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// A parameter that is one of some words.
    ///
    /// # Errors
    /// If it is another word.
    pub fn one_of(&self, name: &str, allowed: &[&'static str]) -> Result<Option<&'static str>, Problem> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let found = allowed.iter().copied().find(|word| *word == value);
        found.map(Some).ok_or_else(|| Problem::parameter(name, value, allowed))
    }

    /// A whole number within a range.
    ///
    /// # Errors
    /// If it is none, or outside.
    pub fn whole(&self, name: &str, range: RangeInclusive<usize>, default: usize) -> Result<usize, Problem> {
        let given = self.0.iter().find(|(other, _)| other == name);
        let Some((_, value)) = given else { return Ok(default) };
        let number = value.parse::<usize>().ok().filter(|number| range.contains(number));
        number.ok_or_else(|| {
            let words = format!("a whole number from {} to {}", range.start(), range.end());
            Problem::parameter(name, value, &[&words])
        })
    }

    /// A length of time: a whole number and `m`, `h` or `d`.
    ///
    /// # Errors
    /// If it is none, or outside the range.
    pub fn length(&self, name: &str, range: RangeInclusive<Duration>, default: Duration) -> Result<Duration, Problem> {
        let Some(value) = self.get(name) else { return Ok(default) };
        length(value).filter(|length| range.contains(length)).ok_or_else(|| {
            let words = format!(
                "a whole number and m, h or d, from {} to {}",
                written(*range.start()),
                written(*range.end())
            );
            Problem::parameter(name, value, &[&words])
        })
    }

    /// The parameter `window` of the heat: for staff one minute to a week, for the public one of four; one hour unless said otherwise; µs.
    ///
    /// # Errors
    /// If it is no length, outside, or none of those.
    pub fn window_us(&self, staff: bool) -> Result<i64, Problem> {
        let length = self.length(
            "window",
            Duration::from_mins(1)..=Duration::from_hours(7 * 24),
            Duration::from_hours(1),
        )?;
        if !staff {
            self.rung("window", length, &HEAT_WINDOWS)?;
        }
        Ok(i64::try_from(length.as_micros()).unwrap_or(i64::MAX))
    }

    /// That a length is one of those the public may ask for: of windows of any length one could be taken from the next.
    ///
    /// # Errors
    /// A problem that names them, if it is another one.
    pub fn rung(&self, name: &str, length: Duration, ladder: &[Duration]) -> Result<(), Problem> {
        if ladder.contains(&length) {
            return Ok(());
        }
        let words: Vec<String> = ladder.iter().map(|rung| written(*rung)).collect();
        let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
        words.push("any other for staff");
        Err(Problem::parameter(name, self.get(name).unwrap_or_default(), &words))
    }

    /// A moment (RFC 3339), µs since epoch UTC.
    ///
    /// # Errors
    /// If it is none.
    pub fn moment(&self, name: &str) -> Result<Option<i64>, Problem> {
        let Some(value) = self.get(name) else { return Ok(None) };
        // A `+` that nobody escaped has become a space on its way.
        let moment = value.replace(' ', "+").parse::<Timestamp>();
        moment
            .map(|moment| Some(moment.as_microsecond()))
            .map_err(|_| Problem::parameter(name, value, &["a moment with zone, as 2026-01-15T14:03:00+07:00"]))
    }

    /// The parameter `category`.
    ///
    /// # Errors
    /// If there is no such category.
    pub fn category(&self) -> Result<Option<Category>, Problem> {
        let Some(value) = self.get("category") else { return Ok(None) };
        Category::from_id(value).map(Some).ok_or_else(|| {
            let ids: Vec<&str> = Category::ALL.iter().map(|category| category.id()).collect();
            Problem::parameter("category", value, &ids)
        })
    }

    /// The parameter `kelurahan`, as its integer code.
    ///
    /// # Errors
    /// If it is no code of a kelurahan.
    pub fn kelurahan(&self) -> Result<Option<i64>, Problem> {
        let Some(value) = self.get("kelurahan") else { return Ok(None) };
        let code = value.parse::<KelurahanCode>();
        code.map(|code| Some(code.integer()))
            .map_err(|_| Problem::parameter("kelurahan", value, &["a code as 31.74.01.1001"]))
    }
}

/// `90m`, `6h`, `30d`.
fn length(text: &str) -> Option<Duration> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let seconds: u64 = match unit {
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return None,
    };
    // A sign, a space or a dot is refused by looking at the digits: `parse` would take `+5`.
    let number = number
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| number.parse::<u64>().ok())??;
    Some(Duration::from_secs(number.checked_mul(seconds)?))
}

fn written(length: Duration) -> String {
    let seconds = length.as_secs();
    match seconds {
        _ if seconds.is_multiple_of(86_400) => format!("{}d", seconds / 86_400),
        _ if seconds.is_multiple_of(3_600) => format!("{}h", seconds / 3_600),
        _ => format!("{}m", seconds / 60),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Params, length, written};

    #[test]
    fn a_length_is_a_number_and_a_unit_and_nothing_else() {
        assert_eq!(length("90m"), Some(Duration::from_mins(90)));
        assert_eq!(length("7d"), Some(Duration::from_hours(168)));
        for wrong in [
            "",
            "m",
            "60",
            "+5m",
            "-5m",
            " 5m",
            "1.5h",
            "5s",
            "99999999999999999999d",
            "9999999999999999999d",
            "5é",
        ] {
            assert_eq!(length(wrong), None, "{wrong}");
        }
        assert_eq!(written(Duration::from_mins(90)), "90m");
        assert_eq!(written(Duration::from_hours(24)), "1d");
    }

    #[test]
    fn the_public_has_the_windows_of_the_map_and_staff_any() {
        let asked = |window: &str| Params(vec![("window".to_owned(), window.to_owned())]);
        for (window, minutes) in [("15m", 15), ("60m", 60), ("1h", 60), ("6h", 360), ("24h", 1_440), ("1d", 1_440)] {
            assert_eq!(asked(window).window_us(false).unwrap(), minutes * 60_000_000, "{window}");
        }
        for window in ["1m", "61m", "3h", "7d"] {
            assert!(asked(window).window_us(true).is_ok(), "{window}");
            let problem = asked(window).window_us(false).unwrap_err();
            assert_eq!(problem.errors[0].allowed[..4], ["15m", "1h", "6h", "1d"], "{window}");
        }
        assert_eq!(Params::default().window_us(false).unwrap(), 3_600_000_000);
    }

    #[test]
    fn an_unescaped_plus_still_makes_a_moment() {
        let params = Params(vec![("at".to_owned(), "2026-01-15T14:03:00 07:00".to_owned())]);
        assert_eq!(params.moment("at").unwrap(), Some(1_768_460_580_000_000));
    }
}
