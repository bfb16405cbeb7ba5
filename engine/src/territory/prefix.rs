//! The beginning of kelurahan codes: `31` is a province, `31.74` a kota, `31.74.01` a kecamatan, `31.74.01.1001` one kelurahan.

use std::fmt;
use std::str::FromStr;

use super::Level;

/// All kelurahan of one unit, whatever its level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CodePrefix {
    level: Level,
    integer: i64,
}

/// The text begins no Kemendagri code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not the beginning of kelurahan codes like 31, 31.74, 31.74.01 or 31.74.01.1001")]
pub struct InvalidPrefix(pub String);

impl CodePrefix {
    /// Level of the unit.
    #[must_use]
    pub const fn level(self) -> Level {
        self.level
    }

    /// Integer code of the unit.
    #[must_use]
    pub const fn integer(self) -> i64 {
        self.integer
    }

    /// Whether a kelurahan (integer code) is one of the unit.
    #[must_use]
    pub const fn holds(self, kelurahan: i64) -> bool {
        kelurahan / self.level.divisor() == self.integer
    }

    /// Whether every kelurahan of the other unit is one of this.
    #[must_use]
    pub const fn holds_all_of(self, other: Self) -> bool {
        let (own, others) = (self.level.divisor(), other.level.divisor());
        own >= others && other.integer / (own / others) == self.integer
    }
}

impl fmt::Display for CodePrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.level.dotted(self.integer))
    }
}

impl FromStr for CodePrefix {
    type Err = InvalidPrefix;

    fn from_str(text: &str) -> Result<Self, InvalidPrefix> {
        let invalid = || InvalidPrefix(text.to_owned());
        let level = match text.len() {
            2 => Level::Region,
            5 => Level::Kota,
            8 => Level::Kecamatan,
            13 => Level::Kelurahan,
            _ => return Err(invalid()),
        };
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let integer: i64 = digits.parse().map_err(|_| invalid())?;
        let prefix = Self { level, integer };
        // Only the dotted form is one.
        if prefix.to_string() == text { Ok(prefix) } else { Err(invalid()) }
    }
}

#[cfg(test)]
mod tests {
    use super::CodePrefix;

    #[test]
    fn a_prefix_holds_the_kelurahan_whose_code_begins_with_it() {
        let galur = 3_171_081_004;
        for text in ["31", "31.71", "31.71.08", "31.71.08.1004"] {
            let prefix: CodePrefix = text.parse().unwrap();
            assert_eq!(prefix.to_string(), text);
            assert!(prefix.holds(galur), "{text}");
            assert!("31".parse::<CodePrefix>().unwrap().holds_all_of(prefix));
            assert_eq!(prefix.holds_all_of("31".parse().unwrap()), text == "31");
        }
        assert!(!"31.72".parse::<CodePrefix>().unwrap().holds(galur));
        assert!(
            !"31.71.08"
                .parse::<CodePrefix>()
                .unwrap()
                .holds_all_of("31.72.01.1001".parse().unwrap())
        );
        for wrong in [
            "",
            "3",
            "3174",
            "31.7",
            "31.74.1",
            "31-74",
            "31.74.01.100",
            "31.74.01.1001.1",
            "३१",
            "31.+4",
        ] {
            assert!(wrong.parse::<CodePrefix>().is_err(), "{wrong}");
        }
    }
}
