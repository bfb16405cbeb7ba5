//! A JSON payload written by hand: the simulator writes millions of them and needs no more than text, whole numbers, fixed-point
//! numbers and five ways to write a time.

use super::calendar::{Civil, JAKARTA};

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// Bytes of a payload in the making.
#[derive(Clone, Debug, Default)]
pub(super) struct Line(pub(super) Vec<u8>);

impl Line {
    pub(super) fn with_capacity(bytes: usize) -> Self {
        Self(Vec::with_capacity(bytes))
    }

    /// Text as it stands: punctuation, or a string that needs no escaping.
    pub(super) fn raw(&mut self, text: &str) -> &mut Self {
        self.0.extend_from_slice(text.as_bytes());
        self
    }

    /// A whole number.
    pub(super) fn int(&mut self, value: impl Into<i64>) -> &mut Self {
        let value = value.into();
        if value < 0 {
            self.0.push(b'-');
        }
        self.unsigned(value.unsigned_abs())
    }

    /// A whole number that is never negative.
    pub(super) fn unsigned(&mut self, value: u64) -> &mut Self {
        let mut digits = [0_u8; 20];
        let mut first = digits.len();
        let mut left = value;
        loop {
            first -= 1;
            digits[first] = digit(left % 10);
            left /= 10;
            if left == 0 {
                break;
            }
        }
        self.0.extend_from_slice(&digits[first..]);
        self
    }

    /// A number given in millionths, with six decimals.
    pub(super) fn millionths(&mut self, value: i32) -> &mut Self {
        if value < 0 {
            self.0.push(b'-');
        }
        let size = u64::from(value.unsigned_abs());
        self.unsigned(size / 1_000_000);
        self.0.push(b'.');
        self.padded(size % 1_000_000, 6)
    }

    /// A number given in hundredths, with two decimals.
    pub(super) fn hundredths(&mut self, value: u64) -> &mut Self {
        self.unsigned(value / 100);
        self.0.push(b'.');
        self.padded(value % 100, 2)
    }

    /// 16 hex digits.
    pub(super) fn hex(&mut self, value: u64, digits: u32) -> &mut Self {
        for place in (0..digits).rev() {
            let nibble = (value >> (4 * place)) & 15;
            self.0.push(if nibble < 10 {
                digit(nibble)
            } else {
                digit(nibble - 10) - b'0' + b'a'
            });
        }
        self
    }

    /// `2026-01-05 07:12:33`, local, no zone: QLUE's `post_date`.
    pub(super) fn local(&mut self, time: i64) -> &mut Self {
        let civil = Civil::of(time + JAKARTA);
        self.date(&civil).raw(" ").clock(&civil)
    }

    /// `2026-01-05 07:12:33+07`: a database row.
    pub(super) fn local_short_zone(&mut self, time: i64) -> &mut Self {
        self.local(time).raw("+07")
    }

    /// `2026-01-05T07:12:33+07:00`.
    pub(super) fn local_zone(&mut self, time: i64) -> &mut Self {
        let civil = Civil::of(time + JAKARTA);
        self.date(&civil).raw("T").clock(&civil).raw("+07:00")
    }

    /// `2026-01-05T00:12:33Z`.
    pub(super) fn utc(&mut self, time: i64) -> &mut Self {
        let civil = Civil::of(time);
        self.date(&civil).raw("T").clock(&civil).raw("Z")
    }

    /// `2026-01-05T00:12:33.125Z`.
    pub(super) fn utc_millis(&mut self, time: i64) -> &mut Self {
        let civil = Civil::of(time);
        self.date(&civil).raw("T").clock(&civil).raw(".");
        self.two_or_more(civil.millisecond, 3).raw("Z")
    }

    /// `Mon Jan 05 00:12:33 +0000 2026`: Twitter v1.1, and Waze's `detectionDate`.
    pub(super) fn twitter_v1(&mut self, time: i64) -> &mut Self {
        let civil = Civil::of(time);
        let month = usize::try_from(civil.month - 1).unwrap_or(0);
        self.raw(WEEKDAYS[civil.weekday]).raw(" ").raw(MONTHS[month]).raw(" ");
        self.two_or_more(civil.day, 2).raw(" ").clock(&civil).raw(" +0000 ").int(civil.year)
    }

    fn date(&mut self, civil: &Civil) -> &mut Self {
        self.two_or_more(civil.year, 4).raw("-");
        self.two_or_more(civil.month, 2).raw("-");
        self.two_or_more(civil.day, 2)
    }

    fn clock(&mut self, civil: &Civil) -> &mut Self {
        self.two_or_more(civil.hour, 2).raw(":");
        self.two_or_more(civil.minute, 2).raw(":");
        self.two_or_more(civil.second, 2)
    }

    fn two_or_more(&mut self, value: i64, width: usize) -> &mut Self {
        self.padded(value.unsigned_abs(), width)
    }

    fn padded(&mut self, value: u64, width: usize) -> &mut Self {
        let start = self.0.len();
        self.0.resize(start + width, b'0');
        let mut left = value;
        for place in self.0[start..].iter_mut().rev() {
            *place = digit(left % 10);
            left /= 10;
        }
        self
    }
}

/// Escapes what JSON wants escaped; for names that come from the caller.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            control if control.is_control() => out.push(' '),
            other => out.push(other),
        }
    }
    out
}

fn digit(value: u64) -> u8 {
    b'0' + u8::try_from(value % 10).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{Line, escaped};
    use crate::simulate::calendar::SECOND;

    #[test]
    fn numbers_and_times_are_written_as_the_feeds_write_them() {
        let time = 1_767_571_953 * SECOND + 125_999;
        let mut line = Line::default();
        line.int(-12)
            .raw(" ")
            .millionths(-6_000_045)
            .raw(" ")
            .hundredths(705)
            .raw(" ")
            .hex(0xab_0c, 6)
            .raw(" ");
        line.local(time)
            .raw(" ")
            .local_short_zone(time)
            .raw(" ")
            .local_zone(time)
            .raw(" ")
            .utc(time)
            .raw(" ");
        line.utc_millis(time).raw(" ").twitter_v1(time);
        let expected = "-12 -6.000045 7.05 00ab0c 2026-01-05 07:12:33 2026-01-05 07:12:33+07 2026-01-05T07:12:33+07:00 \
                        2026-01-05T00:12:33Z 2026-01-05T00:12:33.125Z Mon Jan 05 00:12:33 +0000 2026";
        assert_eq!(String::from_utf8(line.0).unwrap(), expected);
        assert_eq!(escaped("a\"b\\c\nd"), "a\\\"b\\\\c d");
    }
}
