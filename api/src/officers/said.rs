//! What a phone, or the unit's own system, says of an officer: read, held against the rules, or refused for a reason. What is refused is counted and
//! kept nowhere: a dead letter with a person's position would be the very thing the board is there to avoid.

use jiff::Timestamp;
use serde_json::{Map, Value};
use tanggap_engine::lane::Bounds;

use super::spot::Spot;

/// Bytes of a message at most.
const MOST_BYTES: usize = 4_096;
/// Bytes of an officer's code at most.
const CODE_BYTES: usize = 104;
/// How far ahead of our clock a position may be, µs: a minute.
pub(crate) const AHEAD_US: i64 = 60 * 1_000_000;
/// An accuracy beyond this says nothing, metres.
const ACCURACY_M: f64 = 100_000.0;

/// Why a message was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// No JSON object, or a longer one than there can be.
    Unreadable,
    /// No code of an officer; a name or a telephone number is none.
    Officer,
    /// No unit that the rules name.
    Unit,
    /// No time.
    Time,
    /// Older than positions are kept.
    Old,
    /// More than a minute ahead.
    Future,
    /// Neither free, busy nor off.
    State,
    /// Free, and nobody knows where.
    Position,
    /// Outside the bounds of the city.
    Outside,
}

impl Refused {
    /// All of them.
    pub(crate) const ALL: [Self; 9] = [
        Self::Unreadable,
        Self::Officer,
        Self::Unit,
        Self::Time,
        Self::Old,
        Self::Future,
        Self::State,
        Self::Position,
        Self::Outside,
    ];

    /// The word in answers and metrics.
    pub(crate) const fn id(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::Officer => "officer",
            Self::Unit => "unit",
            Self::Time => "time",
            Self::Old => "old",
            Self::Future => "future",
            Self::State => "state",
            Self::Position => "position",
            Self::Outside => "outside",
        }
    }
}

/// What an officer does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Doing {
    /// Can be sent. Only of these it is kept where they are: nobody has to know it of the others.
    Free(Spot),
    /// Is at something.
    Busy,
    /// Is not at work.
    Off,
}

/// What was said of an officer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Said {
    /// A code of the unit's, never a name.
    pub(crate) officer: String,
    /// Code of the unit.
    pub(crate) unit: String,
    /// When it was so, µs since epoch UTC.
    pub(crate) time_us: i64,
    pub(crate) doing: Doing,
    /// Metres by which the position may be wrong; none = nobody has said.
    pub(crate) accuracy_m: Option<f64>,
}

/// By which clock and within which bounds it is read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SaidAt {
    /// Now, µs since epoch UTC.
    pub(crate) now_us: i64,
    /// How long positions are kept, µs.
    pub(crate) keep_us: i64,
    /// Usable positions.
    pub(crate) bounds: Bounds,
}

impl Said {
    /// Reads a message of the topic; fields nobody knows are left alone. `unit_of` gives the code of a unit by what it is called.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub(crate) fn read(bytes: &[u8], at: SaidAt, unit_of: impl Fn(&str) -> Option<String>) -> Result<Self, Refused> {
        if bytes.len() > MOST_BYTES {
            return Err(Refused::Unreadable);
        }
        let Ok(Value::Object(fields)) = serde_json::from_slice(bytes) else {
            return Err(Refused::Unreadable);
        };
        let text = |name: &str| fields.get(name).and_then(Value::as_str);
        let officer = text("officer").ok_or(Refused::Officer)?;
        let unit = text("unit").and_then(unit_of).ok_or(Refused::Unit)?;
        let time_us = fields.get("time").and_then(time_us).ok_or(Refused::Time)?;
        Self::of(officer, unit, time_us, &fields, at)
    }

    /// The same of fields without officer, unit and time, which are known already: `state`, `lat`, `lng`, `accuracy_m`.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub(crate) fn of(officer: &str, unit: String, time_us: i64, fields: &Map<String, Value>, at: SaidAt) -> Result<Self, Refused> {
        if !is_code(officer) {
            return Err(Refused::Officer);
        }
        if time_us <= at.now_us.saturating_sub(at.keep_us) {
            return Err(Refused::Old);
        }
        if time_us > at.now_us.saturating_add(AHEAD_US) {
            return Err(Refused::Future);
        }
        let number = |name: &str| fields.get(name).and_then(Value::as_f64);
        let doing = match fields.get("state").and_then(Value::as_str) {
            Some("free") => {
                let (longitude, latitude) = number("lng").zip(number("lat")).ok_or(Refused::Position)?;
                let (longitude, latitude) = at.bounds.usable(longitude, latitude).ok_or(Refused::Outside)?;
                Doing::Free(Spot::new(longitude, latitude))
            }
            Some("busy") => Doing::Busy,
            Some("off") => Doing::Off,
            _ => return Err(Refused::State),
        };
        let accuracy_m = number("accuracy_m").filter(|metres| (0.0..=ACCURACY_M).contains(metres));
        Ok(Self {
            officer: officer.to_owned(),
            unit,
            time_us,
            doing,
            accuracy_m,
        })
    }
}

/// RFC 3339, or milliseconds since the epoch; µs.
pub(crate) fn time_us(value: &Value) -> Option<i64> {
    match value {
        Value::String(text) => text.parse::<Timestamp>().ok().map(Timestamp::as_microsecond),
        Value::Number(number) => number.as_i64()?.checked_mul(1_000),
        _ => None,
    }
}

/// A code has a letter and no space: names of people have spaces, and numbers of telephones and identity cards no letter.
fn is_code(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':');
    text.len() <= CODE_BYTES && text.bytes().all(plain) && text.bytes().any(|byte| byte.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;
    use serde_json::{Value, json};
    use tanggap_engine::lane::Bounds;

    use super::{Doing, Refused, Said, SaidAt};

    const NOW: i64 = 1_768_460_580_000_000;
    const MINUTE: i64 = 60_000_000;
    const AT: SaidAt = SaidAt {
        now_us: NOW,
        keep_us: 15 * MINUTE,
        bounds: Bounds {
            west: 106.3,
            south: -6.8,
            east: 107.3,
            north: -5.1,
        },
    };

    fn unit_of(text: &str) -> Option<String> {
        (text == "dsda").then(|| "dsda".to_owned())
    }

    fn with(fields: &Value) -> Value {
        let mut message = json!({"officer": "SDA-017", "unit": "dsda", "lat": -6.2, "lng": 106.8, "time": NOW / 1_000, "state": "free"});
        for (name, value) in fields.as_object().unwrap() {
            message[name] = value.clone();
        }
        message
    }

    fn read(message: &Value) -> Result<Said, Refused> {
        Said::read(message.to_string().as_bytes(), AT, unit_of)
    }

    #[test]
    fn a_message_is_read_whatever_else_is_in_it() {
        let said = read(&with(&json!({"accuracy_m": 12, "battery": {"percent": [1, null]}}))).unwrap();
        assert_eq!((said.officer.as_str(), said.unit.as_str(), said.time_us), ("SDA-017", "dsda", NOW));
        assert_eq!(said.accuracy_m, Some(12.0));
        assert!(matches!(said.doing, Doing::Free(_)));
        let local = read(&with(&json!({"time": "2026-01-15T14:03:00+07:00"}))).unwrap();
        assert_eq!(local.time_us, NOW);
        assert_eq!(read(&with(&json!({"accuracy_m": -1}))).unwrap().accuracy_m, None);
    }

    #[test]
    fn where_somebody_is_who_cannot_be_sent_is_not_even_read() {
        for (state, expected) in [("busy", Doing::Busy), ("off", Doing::Off)] {
            assert_eq!(read(&with(&json!({"state": state}))).unwrap().doing, expected);
            assert_eq!(
                read(&with(&json!({"state": state, "lat": null, "lng": "x"}))).unwrap().doing,
                expected
            );
        }
    }

    #[test]
    fn what_is_wrong_is_named_and_nothing_of_it_is_shown() {
        let minute_ms = MINUTE / 1_000;
        for (fields, reason) in [
            (json!({"officer": null}), Refused::Officer),
            (json!({"officer": "Budi Santoso"}), Refused::Officer),
            (json!({"officer": "081234567890"}), Refused::Officer),
            (json!({"officer": ""}), Refused::Officer),
            (json!({"officer": "x".repeat(105)}), Refused::Officer),
            (json!({"unit": "nobody"}), Refused::Unit),
            (json!({"time": null}), Refused::Time),
            (json!({"time": "yesterday"}), Refused::Time),
            (json!({"time": i64::MAX}), Refused::Time),
            (json!({"time": NOW / 1_000 - 15 * minute_ms}), Refused::Old),
            (json!({"time": NOW / 1_000 + minute_ms + 1}), Refused::Future),
            (json!({"state": "sleeping"}), Refused::State),
            (json!({"lat": null}), Refused::Position),
            (json!({"lat": "-6.2"}), Refused::Position),
            (json!({"lat": 52.0}), Refused::Outside),
            (json!({"lat": 0.0, "lng": 0.0}), Refused::Outside),
        ] {
            assert_eq!(read(&with(&fields)), Err(reason), "{fields}");
        }
        assert!(
            read(&with(&json!({"time": NOW / 1_000 + minute_ms}))).is_ok(),
            "a clock may be a minute ahead"
        );
        for bytes in [&b""[..], b"[]", b"{\"officer\":", &[0xff; 9], &[b'['; 4_096], &[b' '; 4_097]] {
            assert_eq!(Said::read(bytes, AT, unit_of), Err(Refused::Unreadable));
        }
        let shown = format!("{:?}", read(&with(&json!({}))).unwrap());
        assert!(!shown.contains("106.8") && !shown.contains("6.2"), "{shown}");
    }

    #[test]
    fn no_bytes_can_do_any_harm() {
        let mut chance = ChaCha8Rng::seed_from_u64(17);
        let whole = with(&json!({"accuracy_m": 1e308})).to_string().into_bytes();
        for _ in 0..20_000 {
            let mut bytes = whole.clone();
            for _ in 0..chance.random_range(1..6) {
                let place = chance.random_range(0..bytes.len());
                bytes[place] = chance.random();
            }
            bytes.truncate(chance.random_range(0..=bytes.len()));
            if let Ok(said) = Said::read(&bytes, AT, unit_of) {
                assert!(said.time_us > NOW - 15 * MINUTE && said.time_us <= NOW + MINUTE);
                assert!(said.accuracy_m.is_none_or(f64::is_finite));
            }
        }
    }
}
