//! A flag: what speaks against the closing of one case, and the evidence for it. No text anybody wrote, and nobody's name.

use serde::Serialize;

/// What speaks against a closing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FlagKind {
    /// The photo from after the work is a file that another case showed before.
    PhotoReused,
    /// It is another file, but looks like one that another case showed before.
    PhotoAlike,
    /// It is the photo from before the work, or looks the same.
    PhotoUnchanged,
    /// It was taken before the complaint was filed.
    TakenBeforeReport,
    /// Resolved sooner after it was filed, or taken on, than anybody can come and work.
    TooFast,
    /// Resolved without any officer having been sent or at work, on a channel that tells of officers.
    NoOfficerEvent,
    /// Handed to and fro between the same two units.
    PingPong,
    /// A resolution was taken back soon after.
    Reopened,
    /// The reporter gave a low mark once it was resolved.
    ReporterDisagrees,
}

impl FlagKind {
    /// Every kind, in the order of a case's flags.
    pub const ALL: [Self; 9] = [
        Self::PhotoReused,
        Self::PhotoAlike,
        Self::PhotoUnchanged,
        Self::TakenBeforeReport,
        Self::TooFast,
        Self::NoOfficerEvent,
        Self::PingPong,
        Self::Reopened,
        Self::ReporterDisagrees,
    ];

    /// The id in tables and the API.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::PhotoReused => "photo_reused",
            Self::PhotoAlike => "photo_alike",
            Self::PhotoUnchanged => "photo_unchanged",
            Self::TakenBeforeReport => "taken_before_report",
            Self::TooFast => "too_fast",
            Self::NoOfficerEvent => "no_officer_event",
            Self::PingPong => "ping_pong",
            Self::Reopened => "reopened",
            Self::ReporterDisagrees => "reporter_disagrees",
        }
    }
}

/// Another case that showed a photo. Times are µs since epoch UTC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Shown {
    /// Its id.
    pub id: String,
    /// Its channel.
    pub channel: String,
    /// When it showed the photo.
    pub time_us: i64,
    /// Bits in which the looks differ; 0 for the same file.
    pub bits: u32,
    /// Hash of the file it showed, if one is known.
    #[serde(skip)]
    pub file: Option<u64>,
}

/// What a photo of a flag shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PhotoSide {
    /// The place after the work, as this closing has it.
    After,
    /// The place before the work, as this case has it.
    Before,
    /// What another case showed before.
    Earlier,
}

/// A photo that a flag is about, by the hash of its file ([`tanggap_engine::event::photo_hash`]).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlagPhoto {
    /// What it shows.
    pub side: PhotoSide,
    /// Channel of the report that shows it.
    pub channel: String,
    /// Id of the report.
    pub id: String,
    /// Hash of the file.
    pub file: u64,
}

/// Why a flag is up. Times are µs since epoch UTC; hashes stand for photos.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Evidence {
    /// The photo, and who showed it or one like it before.
    Photo {
        /// Hash of the file, 16 hexadecimal digits.
        file: Option<String>,
        /// Its perceptual hash, 16 hexadecimal digits.
        look: Option<String>,
        /// Cases that showed it before; of one photo 1,000 are counted at most.
        cases: u64,
        /// Some of them: the nearest look first, then the earliest.
        shown: Vec<Shown>,
    },
    /// The photo from before the work.
    Unchanged {
        /// Whether it is the same file.
        same_file: bool,
        /// Bits in which the looks differ; none = a look is not known.
        bits: Option<u32>,
    },
    /// When the photo was taken.
    Taken {
        /// When.
        taken_us: i64,
        /// Seconds before the complaint was filed.
        before_s: f64,
    },
    /// How fast it went.
    Fast {
        /// Seconds from filing to the resolution.
        since_filed_s: f64,
        /// Seconds from when somebody took it on to the resolution; none = nobody did.
        since_taken_on_s: Option<f64>,
    },
    /// What was said before it was resolved instead of an officer's work.
    Statuses {
        /// Statuses in order.
        statuses: Vec<&'static str>,
    },
    /// Between whom it went.
    HandOvers {
        /// Codes of the two units, in the order of the alphabet.
        units: [String; 2],
        /// How often it went from one to the other.
        hand_overs: u64,
    },
    /// When a resolution was taken back.
    TakenBack {
        /// When it had been said to be resolved.
        closed_us: i64,
        /// When that was taken back.
        reopened_us: i64,
        /// How often within the limit.
        times: u64,
    },
    /// What the reporter said.
    Mark {
        /// 1 (worst) to 5.
        rating: u8,
        /// When.
        rated_us: i64,
    },
}

/// One flag of one case. Times are µs since epoch UTC.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Flag {
    /// Key of the case, as in `sql/cases.sql`.
    #[serde(skip)]
    pub key: u64,
    /// Id of the case on its channel.
    pub id: String,
    /// Channel.
    pub channel: String,
    /// Code of the unit that resolved it; none = nobody was named.
    pub unit: Option<String>,
    /// Integer code; none = not located.
    pub kelurahan: Option<i64>,
    /// When it was filed.
    pub filed_us: i64,
    /// When it was resolved; none = that was taken back.
    pub resolution_us: Option<i64>,
    /// What.
    pub flag: FlagKind,
    /// Whether a ranking adjusted for quality takes the case as not resolved.
    pub strong: bool,
    /// Why.
    pub evidence: Evidence,
    /// The photos it is about, the one of this closing first; those that have no hash of a file are left out.
    #[serde(skip)]
    pub photos: Vec<FlagPhoto>,
}

/// Where the limits lie. They are judgements, not measurements: whoever publishes a flag publishes them with it.
///
/// *Strong*, so that a ranking adjusted for quality takes the case as still open, are flags that only a false closing, or a grave
/// slip, puts up: a photo that is not of this work (`photo_reused`, `photo_alike`, `photo_unchanged`, `taken_before_report`), and a
/// resolution within `too_fast_s` of filing, whatever officers are said to have done in it: writing that down costs nothing. Not strong
/// are `too_fast` counted from when a unit took the case on (some units write everything down at the end of the day),
/// `no_officer_event`, `ping_pong` and `reporter_disagrees` (they say something else), and `reopened`: a resolution that was taken back
/// is none in any ranking anyway, and one that came after it may be honest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FlagRule {
    /// Bits of 64 in which two looks may differ and still count as alike, 7 at most.
    pub alike_bits: u32,
    /// The same between the photos from before and after the work of one case. Fewer: they show the same place, on purpose.
    pub unchanged_bits: u32,
    /// Seconds within which nobody can be told, come, work and take a photo.
    pub too_fast_s: f64,
    /// Seconds a camera's clock may be slow.
    pub clock_slack_s: f64,
    /// Hand-overs between the same two units from which on it is ping-pong.
    pub hand_overs: u64,
    /// Seconds within which a reopening speaks against the closing before it.
    pub reopened_within_s: f64,
    /// Marks up to which the reporter disagrees.
    pub low_rating: u8,
    /// Seconds before the end of a calendar month that count as its end.
    pub burst_s: f64,
    /// Share of units of its size, closing as steadily as the others, that stay below the limit of a burst on one side or above it on
    /// the other.
    pub burst_level: f64,
}

impl Default for FlagRule {
    /// A quarter of an hour to be told, come and work; two bits for a photo that was made smaller, six for one that was cut or turned a
    /// little; 99.8 % limits as in the funnel plot.
    fn default() -> Self {
        Self {
            alike_bits: 6,
            unchanged_bits: 2,
            too_fast_s: 900.0,
            clock_slack_s: 600.0,
            hand_overs: 3,
            reopened_within_s: 14.0 * 86_400.0,
            low_rating: 2,
            burst_s: 48.0 * 3_600.0,
            burst_level: 0.998,
        }
    }
}
