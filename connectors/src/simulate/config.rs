//! What the simulated city is like: its seed, its length, its places, how much of what it publishes, and how much goes wrong.

use tanggap_engine::event::Category;
use thiserror::Error;

use super::calendar::{DAY, SECOND};

/// Monday 2026-01-05T00:00+07:00, µs UTC: a fixed start, so that two runs on two days give the same bytes.
pub const DEFAULT_START: i64 = 1_767_546_000 * SECOND;

/// A kelurahan as the simulator needs it; the caller reads it from the territory.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// Kemendagri code, dotted.
    pub code: String,
    /// Name.
    pub name: String,
    /// A point inside it, degrees east.
    pub longitude_deg: f64,
    /// The same point, degrees north.
    pub latitude_deg: f64,
    /// Area, km²: reports scatter over a disc of this area.
    pub area_km2: f64,
    /// How much of the city's voice it has (population; any unit).
    pub weight: f64,
}

/// Shares of the lines, by topic; they are made to add up to 1. Water levels come by the clock, outside the shares.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shares {
    /// `qlue.reports` and `crm.status` together: a case's lines on both follow from its life.
    pub complaints: f64,
    /// `waze.feed`, counted in objects seen.
    pub traffic: f64,
    /// `twitter.tweets`.
    pub tweets: f64,
}

/// What goes wrong, as shares of the messages.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Faults {
    /// Published again, byte for byte, seconds to minutes later.
    pub duplicate: f64,
    /// Published hours after their time, up to 30 h, so that some pass the allowed lateness of 24 h.
    pub late: f64,
    /// Cut, no JSON, without id, without time.
    pub broken: f64,
    /// Complaints at (0,0).
    pub null_island: f64,
    /// Complaints without a position.
    pub unplaced: f64,
    /// Complaints from outside Jakarta, a few of them from outside the bounds.
    pub outside: f64,
}

/// A flood wave on the Ciliwung: Katulampa first, Depok 3 h, Manggarai 9 h later.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FloodWave {
    /// When the crest passes Katulampa, µs UTC.
    pub crest: i64,
    /// Strength: 1 takes Manggarai to about Siaga 2, 1.5 to Siaga 1.
    pub strength: f64,
}

/// Many people reporting one thing at one place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Burst {
    /// What they report; a category QLUE has no name for is reported as rubbish.
    pub category: Category,
    /// Centre, degrees east.
    pub longitude_deg: f64,
    /// Centre, degrees north.
    pub latitude_deg: f64,
    /// How far from the centre they stand, metres.
    pub radius_m: f64,
    /// Reports, each by another person.
    pub reports: u32,
    /// First report, µs UTC; a time already past means now.
    pub start: i64,
    /// They are spread evenly over this long, seconds.
    pub duration_s: u32,
}

/// The city.
#[derive(Clone, Debug, PartialEq)]
pub struct CityConfig {
    /// Same seed and configuration, same bytes.
    pub seed: u64,
    /// First moment, µs UTC.
    pub start: i64,
    /// Length, seconds: the end of what is published, unless `events` or `endless` say otherwise.
    pub duration_s: u64,
    /// Exactly this many messages, spread over about `duration_s`.
    pub events: Option<u64>,
    /// Messages a second on average over the week, where `events` does not say.
    pub rate: f64,
    /// Never end (the demo).
    pub endless: bool,
    /// Kelurahan; at least one.
    pub places: Vec<Place>,
    /// What is published how much.
    pub shares: Shares,
    /// What goes wrong.
    pub faults: Faults,
    /// Share of the new reports that are duty reports of RT and RW heads.
    pub duty: f64,
    /// Share of the complaints that are also followed on `crm.status`.
    pub followed: f64,
    /// Share of the closings on `crm.status` that are false: a photo used before, the photo from before the work again, one older than
    /// the report, or done minutes after it was assigned.
    pub false_closings: f64,
    /// Share of the complaints that further people tell of too, on the same channel and on others ([`super::City::planted`]).
    pub witnessed: f64,
    /// One Waze message a poll (the whole document) instead of one an object.
    pub whole_documents: bool,
    /// A flood wave on the Ciliwung.
    pub flood: Option<FloodWave>,
    /// Bursts known from the start; [`super::City::inject`] adds more.
    pub bursts: Vec<Burst>,
}

impl Default for CityConfig {
    fn default() -> Self {
        Self {
            seed: 1,
            start: DEFAULT_START,
            duration_s: 86_400,
            events: None,
            rate: 20.0,
            endless: false,
            places: Vec::new(),
            shares: Shares {
                complaints: 0.55,
                traffic: 0.36,
                tweets: 0.09,
            },
            faults: Faults {
                duplicate: 0.03,
                late: 0.02,
                broken: 0.003,
                null_island: 0.015,
                unplaced: 0.015,
                outside: 0.01,
            },
            duty: 0.04,
            followed: 0.6,
            false_closings: 0.02,
            witnessed: 0.0,
            whole_documents: false,
            flood: None,
            bursts: Vec::new(),
        }
    }
}

impl Faults {
    /// Everything arrives once, in time and readable.
    pub const NONE: Self = Self {
        duplicate: 0.0,
        late: 0.0,
        broken: 0.0,
        null_island: 0.0,
        unplaced: 0.0,
        outside: 0.0,
    };
}

impl CityConfig {
    /// Looks for what no city can be.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn check(&self) -> Result<(), ConfigError> {
        if self.places.is_empty() {
            return Err(ConfigError::NoPlaces);
        }
        for place in &self.places {
            let numbers = [place.longitude_deg, place.latitude_deg, place.area_km2, place.weight];
            if numbers.iter().any(|number| !number.is_finite()) || place.weight < 0.0 || place.area_km2 < 0.0 {
                return Err(ConfigError::Place { code: place.code.clone() });
            }
        }
        if self.places.iter().map(|place| place.weight).sum::<f64>() <= 0.0 {
            return Err(ConfigError::NoWeight);
        }
        if self.duration_s == 0 || self.duration_s > 100 * 366 * 86_400 || self.start.abs() > 100 * 366 * DAY {
            return Err(ConfigError::Length);
        }
        if !(self.rate.is_finite() && self.rate > 0.0 && self.rate <= 1e7) || self.events.is_some_and(|events| events > 10_000_000_000) {
            return Err(ConfigError::Rate);
        }
        let Shares {
            complaints,
            traffic,
            tweets,
        } = self.shares;
        let total = complaints + traffic + tweets;
        if [complaints, traffic, tweets].iter().any(|share| !share.is_finite() || *share < 0.0) || total <= 0.0 {
            return Err(ConfigError::Share);
        }
        let f = self.faults;
        let shares = [
            f.duplicate,
            f.late,
            f.broken,
            f.null_island,
            f.unplaced,
            f.outside,
            self.duty,
            self.followed,
            self.false_closings,
            self.witnessed,
        ];
        if shares.iter().any(|share| !(0.0..=0.9).contains(share)) {
            return Err(ConfigError::Share);
        }
        Ok(())
    }
}

/// Why a configuration is no city.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ConfigError {
    /// There is nowhere to report from.
    #[error("the simulated city needs at least one place")]
    NoPlaces,
    /// Every weight is zero.
    #[error("at least one place of the simulated city needs a weight above zero")]
    NoWeight,
    /// A number of a place is not finite or negative.
    #[error("place {code}: position, area and weight must be finite, area and weight not negative")]
    Place {
        /// Its code.
        code: String,
    },
    /// The length or the start is out of range.
    #[error("the simulation must last between 1 s and 100 years, and start within 100 years of 1970")]
    Length,
    /// The rate or the number of events is out of range.
    #[error("the rate must lie between 0 and 10 million messages a second, the number of events be at most 10 billion")]
    Rate,
    /// A share is out of range.
    #[error("shares must lie between 0 and 0.9 (topic shares: not negative, not all zero)")]
    Share,
}
