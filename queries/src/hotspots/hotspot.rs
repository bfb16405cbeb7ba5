//! Hotspots as they leave: one alert with a life, the numbers it stands on, and what changed.

use tanggap_engine::event::Category;

use super::atlas::Zone;
use super::family::Family;
use crate::statistics::Emerging;

/// What became of a hotspot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Change {
    /// It is new.
    Opened,
    /// It has more cells, or a quarter more reporters than when it was last told.
    Grew,
    /// It has other cells, or fewer.
    Moved,
    /// It is part of an older one now.
    Merged,
    /// Chance would do as much, and has for a while.
    Closed,
    /// A late report has shown that it never was one.
    Withdrawn,
}

impl Change {
    /// The word in files and in the API.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Grew => "grew",
            Self::Moved => "moved",
            Self::Merged => "merged",
            Self::Closed => "closed",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// Whether nothing follows.
    #[must_use]
    pub const fn ends(self) -> bool {
        matches!(self, Self::Merged | Self::Closed | Self::Withdrawn)
    }
}

/// The numbers a hotspot stands on at one tick.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// Which zone; the cells are what others need of it.
    pub(super) zone: Zone,
    /// Category most of the reporters named, of equal ones the smaller number.
    pub category: Category,
    /// Its H3 cells at the watch's resolution, ascending.
    pub cells: Vec<u64>,
    /// Integer codes of the kelurahan its reports are in, ascending.
    pub kelurahan: Vec<i64>,
    /// Length of the window that ends at the tick, µs.
    pub window_us: i64,
    /// Different reporters in zone and window.
    pub observed: u32,
    /// Expected of the zone in the window: `of_zone` · `of_window` / `of_city`.
    pub expected: f64,
    /// Cases of the zone in the study period.
    pub of_zone: u32,
    /// Cases of the city in the window.
    pub of_window: u32,
    /// Cases of the city in the study period.
    pub of_city: u32,
    /// Kulldorff's log-likelihood ratio of `observed` and `expected`.
    pub statistic: f64,
    /// Probability of a [`crate::statistics::scan_score`] such as theirs anywhere by chance.
    pub p: f64,
    /// A tick / p, in days.
    pub recurrence_days: f64,
    /// What the hour of the week lets expect of the zone in the window; none with no history.
    pub usual: Option<f64>,
    /// Different reporters of each channel, by name of the channel.
    pub channels: Vec<(String, u32)>,
    /// The reports, by time: what the watch was given as [`super::Sighting::report`], the one counted of each reporter and cell.
    pub members: Vec<u64>,
}

/// One hotspot.
#[derive(Clone, Debug, PartialEq)]
pub struct Hotspot {
    /// Family, opening tick in minutes since the epoch, first cell: `flood-29474343-888c10783bfffff`.
    pub id: String,
    /// Family.
    pub family: Family,
    /// Tick at which it opened, µs since epoch UTC.
    pub opened_us: i64,
    /// Tick of the last change, µs since epoch UTC.
    pub changed_us: i64,
    /// Tick its numbers are of, µs since epoch UTC.
    pub tick_us: i64,
    /// The last change.
    pub change: Change,
    /// How often late reports have changed what had been told of it.
    pub revision: u32,
    /// The hotspot it is part of now.
    pub merged_into: Option<String>,
    /// How its cells came to be hot; none if they show no pattern. Of the last change, unless it is asked why.
    pub label: Option<Emerging>,
    /// Its numbers.
    pub evidence: Evidence,
}

impl Hotspot {
    /// Whether it goes on.
    #[must_use]
    pub const fn alive(&self) -> bool {
        !self.change.ends()
    }
}

/// A change of a hotspot, told once.
#[derive(Clone, Debug, PartialEq)]
pub struct Alert {
    /// The tick, µs since epoch UTC: reports before it count.
    pub tick_us: i64,
    /// What changed.
    pub change: Change,
    /// The hotspot after it.
    pub hotspot: Hotspot,
}
