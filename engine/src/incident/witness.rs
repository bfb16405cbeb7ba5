//! A report as a witness of an incident, and what else is told of it.

use std::fmt;

use crate::event::{Category, Kind};

/// Which report: its channel and its id there.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ReportKey {
    /// Channel; no channel has a colon in its name.
    pub channel: String,
    /// Id on the channel.
    pub id: String,
}

impl ReportKey {
    /// The report of a channel and an id.
    #[must_use]
    pub fn new(channel: &str, id: &str) -> Self {
        Self {
            channel: channel.to_owned(),
            id: id.to_owned(),
        }
    }

    /// The report of an address, `<channel>:<id>`; none if it is no address.
    ///
    /// ```
    /// use tanggap_engine::incident::ReportKey;
    ///
    /// let key = ReportKey::parse("qlue:6000001").unwrap();
    /// assert_eq!((key.channel.as_str(), key.id.as_str()), ("qlue", "6000001"));
    /// assert_eq!(key.to_string(), "qlue:6000001");
    /// assert!(ReportKey::parse("6000001").is_none());
    /// ```
    #[must_use]
    pub fn parse(address: &str) -> Option<Self> {
        let (channel, id) = address.split_once(':')?;
        (!channel.is_empty() && !id.is_empty()).then(|| Self::new(channel, id))
    }
}

impl fmt::Display for ReportKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.channel, self.id)
    }
}

/// A report. Duty reports, wishes, questions and thanks tell of no incident: they are the caller's to leave out. So are repeats of an id;
/// one that is given twice counts once.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Witness<'a> {
    /// Its channel.
    pub channel: &'a str,
    /// Its id there.
    pub id: &'a str,
    /// When it happened, µs since epoch UTC.
    pub time_us: i64,
    /// Longitude and latitude, degrees WGS 84; none = not located.
    pub position: Option<(f64, f64)>,
    /// Integer code of its kelurahan; none = not located, or outside.
    pub kelurahan: Option<i64>,
    /// Its category.
    pub category: Category,
    /// What it is; none = nobody has said.
    pub kind: Option<Kind>,
    /// Who said it, as a number.
    pub reporter: u64,
}

/// A photo from before the work, as a transition of a report shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown<'a> {
    /// Channel of the report.
    pub channel: &'a str,
    /// Its id there.
    pub id: &'a str,
    /// When it was shown, µs since epoch UTC: of several photos of a report the first one counts, of one time the smallest hash.
    pub time_us: i64,
    /// Hash of the file ([`crate::event::schema::BEFORE_PHOTO`]).
    pub file: Option<u64>,
    /// Its perceptual hash ([`crate::event::schema::BEFORE_LOOK`]); compared for being the same, not for being near.
    pub look: Option<u64>,
}
