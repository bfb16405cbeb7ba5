//! Kemendagri codes: `31.74.01.1001` is province 31, kota 74, kecamatan 01, kelurahan 1001. In columns the code is the
//! integer without dots (3174011001), which sorts as the dotted text does.

use std::fmt;
use std::str::FromStr;

/// Code of a kelurahan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KelurahanCode(i64);

/// The text is no dotted Kemendagri code of a kelurahan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a kelurahan code like 31.74.01.1001")]
pub struct InvalidCode(pub String);

impl KelurahanCode {
    /// The code behind a column's integer.
    #[must_use]
    pub const fn from_integer(integer: i64) -> Self {
        Self(integer)
    }

    /// The integer for a column.
    #[must_use]
    pub const fn integer(self) -> i64 {
        self.0
    }

    /// Dotted code of its kecamatan (`31.74.01`).
    #[must_use]
    pub fn kecamatan(self) -> String {
        let code = self.0 / 10_000;
        format!("{:02}.{:02}.{:02}", code / 10_000, code / 100 % 100, code % 100)
    }

    /// Dotted code of its kota or kabupaten (`31.74`).
    #[must_use]
    pub fn kota(self) -> String {
        let code = self.0 / 1_000_000;
        format!("{:02}.{:02}", code / 100, code % 100)
    }
}

impl fmt::Display for KelurahanCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(code) = *self;
        write!(
            f,
            "{:02}.{:02}.{:02}.{:04}",
            code / 100_000_000,
            code / 1_000_000 % 100,
            code / 10_000 % 100,
            code % 10_000
        )
    }
}

impl FromStr for KelurahanCode {
    type Err = InvalidCode;

    fn from_str(text: &str) -> Result<Self, InvalidCode> {
        let invalid = || InvalidCode(text.to_owned());
        let parts: Vec<&str> = text.split('.').collect();
        let widths = [2, 2, 2, 4];
        if parts.len() != widths.len() {
            return Err(invalid());
        }
        let mut code = 0_i64;
        for (part, width) in parts.iter().zip(widths) {
            if part.len() != width || !part.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(invalid());
            }
            code = code * 10_i64.pow(u32::try_from(width).map_err(|_| invalid())?) + part.parse::<i64>().map_err(|_| invalid())?;
        }
        Ok(Self(code))
    }
}

#[cfg(test)]
mod tests {
    use super::KelurahanCode;

    #[test]
    fn a_code_survives_the_round_trip_and_knows_its_parents() {
        let code: KelurahanCode = "31.74.01.1001".parse().unwrap();
        assert_eq!(code.integer(), 3_174_011_001);
        assert_eq!(code.to_string(), "31.74.01.1001");
        assert_eq!(code.kecamatan(), "31.74.01");
        assert_eq!(code.kota(), "31.74");
        for wrong in [
            "",
            "31.74.01",
            "31.74.1.1001",
            "31.74.01.100a",
            "3174011001",
            "31.74.01.1001.1",
            "३१.74.01.1001",
        ] {
            assert!(wrong.parse::<KelurahanCode>().is_err(), "{wrong}");
        }
    }
}
