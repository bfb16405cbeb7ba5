//! One JSON value as a decoder may need it: text, number, id, or time, whichever JSON type the sender chose. Numbers stay
//! text until somebody asks, so ids of any length keep their digits.

use std::borrow::Cow;

use super::config::ZoneOffset;
use super::time;

/// A value that is not an object or array, borrowed from the payload.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) enum Scalar<'a> {
    /// The key was not there.
    #[default]
    Missing,
    Null,
    Bool(bool),
    /// A number as written.
    Number(&'a str),
    /// A string without escapes.
    Text(&'a str),
    /// The inside of a string with escapes, as written.
    Escaped(&'a str),
    /// An object or array, skipped.
    Nested,
}

impl<'a> Scalar<'a> {
    /// Whether the key was there at all.
    pub(super) fn is_present(self) -> bool {
        self != Self::Missing
    }

    /// Text or a number as text, trimmed; `None` when empty or of another type.
    pub(super) fn text(self) -> Option<Cow<'a, str>> {
        let text = match self {
            Self::Number(text) => Cow::Borrowed(text),
            Self::Text(text) => Cow::Borrowed(text.trim()),
            Self::Escaped(raw) => {
                let text = unescape(raw);
                let trimmed = text.trim();
                Cow::Owned(if trimmed.len() == text.len() { text } else { trimmed.to_owned() })
            }
            Self::Missing | Self::Null | Self::Bool(_) | Self::Nested => return None,
        };
        (!text.is_empty()).then_some(text)
    }

    /// A finite number, from a number or a numeric string.
    pub(super) fn number(self) -> Option<f64> {
        let text = match self {
            Self::Number(text) => text,
            Self::Text(text) => text.trim(),
            _ => return None,
        };
        short_decimal(text)
            .or_else(|| text.parse().ok())
            .filter(|number| number.is_finite())
    }

    /// A number rounded to an `i32`; `None` outside its range.
    pub(super) fn rounded(self) -> Option<i32> {
        let number = self.number()?.round();
        // The range check makes the cast exact.
        #[expect(clippy::cast_possible_truncation, reason = "checked against the range just above")]
        (f64::from(i32::MIN)..=f64::from(i32::MAX))
            .contains(&number)
            .then_some(number as i32)
    }

    /// A time in µs UTC: ISO 8601 and its relatives, or an epoch number. A text without an offset is in `zone`.
    pub(super) fn time(self, zone: ZoneOffset) -> Option<i64> {
        match self {
            Self::Number(text) => time::epoch(text),
            Self::Text(text) => time::parse(text, zone),
            Self::Escaped(raw) => time::parse(&unescape(raw), zone),
            Self::Missing | Self::Null | Self::Bool(_) | Self::Nested => None,
        }
    }
}

/// A number of at most 15 digits without an exponent, as coordinates are: digits and power of ten are both exact in an `f64`,
/// so their quotient is the nearest one, the same as a full parse gives.
/// Source: W. D. Clinger, "How to Read Floating Point Numbers Accurately", 1990.
fn short_decimal(text: &str) -> Option<f64> {
    const POWERS: [f64; 16] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];
    let (negative, digits) = match text.as_bytes() {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    if !(1..=16).contains(&digits.len()) || !digits[0].is_ascii_digit() {
        return None;
    }
    let mut mantissa = 0_u64;
    let mut point = None;
    for (index, byte) in digits.iter().enumerate() {
        match byte {
            b'0'..=b'9' => mantissa = mantissa * 10 + u64::from(byte - b'0'),
            b'.' if point.is_none() => point = Some(index),
            _ => return None,
        }
    }
    let decimals = point.map_or(0, |point| digits.len() - point - 1);
    if mantissa >= 1 << 53 {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "below 2^53, checked just above")]
    let magnitude = mantissa as f64 / POWERS[decimals];
    Some(if negative { -magnitude } else { magnitude })
}

/// The first of several fields that gives something.
pub(super) fn first<'a, T>(fields: &[Scalar<'a>], read: impl Fn(Scalar<'a>) -> Option<T>) -> Option<T> {
    fields.iter().find_map(|field| read(*field))
}

/// Longitude and latitude if both are readable.
pub(super) fn position(longitude: Option<f64>, latitude: Option<f64>) -> Option<(f64, f64)> {
    Some((longitude?, latitude?))
}

/// The text a raw JSON string means. A lone surrogate becomes U+FFFD; an escape the scanner would refuse is left out.
pub(super) fn unescape(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('\\') {
        text.push_str(&rest[..at]);
        let escape = rest.as_bytes().get(at + 1).copied().unwrap_or(0);
        rest = rest.get(at + 2..).unwrap_or("");
        match escape {
            b'u' => {
                let unit = hex4(rest);
                rest = rest.get(4..).unwrap_or("");
                let paired = (0xd800..0xdc00).contains(&unit) && rest.starts_with("\\u");
                let low = if paired { hex4(&rest[2..]) } else { 0 };
                if paired && (0xdc00..0xe000).contains(&low) {
                    rest = rest.get(6..).unwrap_or("");
                    text.push(char::from_u32(0x1_0000 + ((unit - 0xd800) << 10) + (low - 0xdc00)).unwrap_or('\u{fffd}'));
                } else {
                    text.push(char::from_u32(unit).unwrap_or('\u{fffd}'));
                }
            }
            b'b' => text.push('\u{8}'),
            b'f' => text.push('\u{c}'),
            b'n' => text.push('\n'),
            b'r' => text.push('\r'),
            b't' => text.push('\t'),
            b'"' | b'\\' | b'/' => text.push(char::from(escape)),
            _ => {}
        }
    }
    text.push_str(rest);
    text
}

fn hex4(text: &str) -> u32 {
    text.get(..4)
        .and_then(|digits| u32::from_str_radix(digits, 16).ok())
        .unwrap_or(0xfffd)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Scalar, unescape};

    #[test]
    fn escapes_mean_what_json_says() {
        for raw in [
            r"a\n\t\r\b\f\/\\\u0041",
            r"\ud83d\ude00",
            r"caf\u00e9 \u20ac",
            "\\\"quoted\\\"",
            r"\u0000",
        ] {
            assert_eq!(
                unescape(raw),
                serde_json::from_str::<String>(&format!("\"{raw}\"")).unwrap(),
                "{raw}"
            );
        }
        assert_eq!(unescape(r"\ud83d"), "\u{fffd}");
        assert_eq!(unescape(r"\ude00x"), "\u{fffd}x");
        assert_eq!(unescape(r"\ud83d\u0041"), "\u{fffd}A");
    }

    #[test]
    fn a_number_may_be_a_string_and_a_text_may_be_a_number() {
        assert_eq!(Scalar::Text(" -6.2 ").number(), Some(-6.2));
        assert_eq!(Scalar::Text("NaN").number(), None);
        assert_eq!(Scalar::Number("1e999").number(), None);
        assert_eq!(Scalar::Number("12345678901234567890123").text().unwrap(), "12345678901234567890123");
        assert_eq!(Scalar::Text("  ").text(), None);
        assert_eq!(Scalar::Escaped(r"\tx ").text().unwrap(), "x");
        assert_eq!(Scalar::Number("2147483648").rounded(), None);
        assert_eq!(Scalar::Number("-1.6").rounded(), Some(-2));
    }

    proptest! {
        #[test]
        fn a_short_decimal_is_the_float_a_full_parse_gives(text in "-?[0-9]{1,9}(\\.[0-9]{0,9})?|[-.0-9e+]{0,17}") {
            if let Some(number) = super::short_decimal(&text) {
                prop_assert_eq!(number.to_bits(), text.parse::<f64>().unwrap().to_bits(), "{}", text);
            }
        }

        #[test]
        fn any_text_survives_escaping(text in any::<String>()) {
            let json = serde_json::to_string(&text).unwrap();
            prop_assert_eq!(unescape(&json[1..json.len() - 1]), text);
        }

        #[test]
        fn unescape_takes_any_text(text in any::<String>(), escapes in "(\\\\[a-z]|\\\\u[0-9a-f]{0,4}|é|x){0,12}") {
            unescape(&text);
            unescape(&escapes);
        }
    }
}
