//! The four levels of the territory, from the kelurahan up.

use std::fmt;
use std::str::FromStr;

/// A level of the administrative tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// The smallest: a lurah's.
    Kelurahan,
    /// A camat's.
    Kecamatan,
    /// Kota or kabupaten.
    Kota,
    /// The province.
    Region,
}

/// The text names no level.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a level; use kelurahan, kecamatan, kota or region")]
pub struct InvalidLevel(pub String);

impl Level {
    /// All, from the smallest up.
    pub const ALL: [Self; 4] = [Self::Kelurahan, Self::Kecamatan, Self::Kota, Self::Region];

    /// Its name in columns, paths and parameters.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Kelurahan => "kelurahan",
            Self::Kecamatan => "kecamatan",
            Self::Kota => "kota",
            Self::Region => "region",
        }
    }

    /// A kelurahan's integer code divided by this is the integer code of its unit at this level.
    #[must_use]
    pub const fn divisor(self) -> i64 {
        match self {
            Self::Kelurahan => 1,
            Self::Kecamatan => 10_000,
            Self::Kota => 1_000_000,
            Self::Region => 100_000_000,
        }
    }

    /// Dotted code of the unit at this level whose integer code is `integer` (`317401` at kecamatan is `31.74.01`).
    #[must_use]
    pub fn dotted(self, integer: i64) -> String {
        match self {
            Self::Kelurahan => super::KelurahanCode::from_integer(integer).to_string(),
            Self::Kecamatan => format!("{:02}.{:02}.{:02}", integer / 10_000, integer / 100 % 100, integer % 100),
            Self::Kota => format!("{:02}.{:02}", integer / 100, integer % 100),
            Self::Region => format!("{integer:02}"),
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Level {
    type Err = InvalidLevel;

    fn from_str(text: &str) -> Result<Self, InvalidLevel> {
        Self::ALL
            .into_iter()
            .find(|level| level.as_str() == text)
            .ok_or_else(|| InvalidLevel(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::Level;

    #[test]
    fn a_level_is_known_by_its_name_and_cuts_codes_at_its_length() {
        for level in Level::ALL {
            assert_eq!(level.as_str().parse(), Ok(level));
        }
        assert!("desa".parse::<Level>().is_err());
        let code = 3_174_011_001;
        let dotted = Level::ALL.map(|level| level.dotted(code / level.divisor()));
        assert_eq!(dotted, ["31.74.01.1001", "31.74.01", "31.74", "31"]);
    }
}
