//! What became of positions, in numbers: all that is left of those that were refused or forgotten.

use super::Refused;

/// Seconds without a word of anybody after which positions are said to be old: of all phones one would have spoken.
const SILENT_S: i64 = 300;

/// How it stands with the topic.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Reading {
    /// None is read.
    #[default]
    Off,
    /// It has not been reached yet.
    Starting,
    /// There is no such topic yet.
    Missing,
    /// It is read.
    Live,
    /// No broker answers; it is tried again.
    Down,
}

impl Reading {
    /// The word in answers.
    pub(crate) const fn id(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Starting => "starting",
            Self::Missing => "missing",
            Self::Live => "reading",
            Self::Down => "down",
        }
    }
}

/// What became of positions since the start, and what there is now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fates {
    /// The newest of their officers when they came.
    pub(crate) taken: u64,
    /// Not newer than what was known: repeats, and what came out of order.
    pub(crate) overtaken: u64,
    /// Refused, in the order of [`Refused::ALL`].
    pub(crate) refused: [u64; Refused::ALL.len()],
    /// Forgotten because they were old.
    pub(crate) forgotten: u64,
    /// Forgotten because there were too many officers.
    pub(crate) crowded_out: u64,
    /// Officers known now.
    pub(crate) known: usize,
    /// Time of the newest that was taken, µs since epoch UTC.
    pub(crate) newest_us: Option<i64>,
    pub(crate) reading: Reading,
}

impl Fates {
    /// Refused for any reason.
    pub(crate) fn refusals(&self) -> u64 {
        self.refused.iter().sum()
    }

    /// How often each reason was one, those that were none left out.
    pub(crate) fn refused_by(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let each = Refused::ALL.iter().zip(self.refused);
        each.filter(|(_, n)| *n > 0).map(|(reason, n)| (reason.id(), n))
    }

    /// Seconds since the newest; none before the first.
    pub(crate) fn newest_age_s(&self, now_us: i64) -> Option<i64> {
        self.newest_us.map(|newest| now_us.saturating_sub(newest).max(0) / 1_000_000)
    }

    /// Whether what is known may no longer be so: the topic is not read, or nobody was heard of for five minutes.
    pub(crate) fn stale(&self, now_us: i64) -> bool {
        let unread = !matches!(self.reading, Reading::Off | Reading::Live);
        unread || self.newest_age_s(now_us).is_some_and(|age_s| age_s > SILENT_S)
    }
}
