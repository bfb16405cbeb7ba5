//! Incidents as they are told to whoever asks.

use std::collections::BTreeSet;

use super::{Reason, ReportKey};
use crate::event::Category;

/// How a report came to its incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tie {
    /// It was the first.
    First,
    /// By the rules.
    Rules,
    /// It began an incident of its own that others have joined to this one, as puddles become a flood.
    Chain,
    /// Somebody said so.
    Operator,
}

impl Tie {
    /// The id in the API.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Rules => "rules",
            Self::Chain => "chain",
            Self::Operator => "operator",
        }
    }
}

/// A report of an incident.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// Which.
    pub key: ReportKey,
    /// When, µs since epoch UTC.
    pub time_us: i64,
    /// Longitude and latitude, degrees; none = not located.
    pub position: Option<(f64, f64)>,
    /// H3 cell of resolution 9; none = not located.
    pub cell: Option<u64>,
    /// Integer code of its kelurahan.
    pub kelurahan: Option<i64>,
    /// Its category; `lainnya` where nobody has said.
    pub category: Category,
    /// Who said it, as a number.
    pub reporter: u64,
    /// How it came here.
    pub tie: Tie,
    /// Log of the odds that it belongs here; none of the first and of what somebody said.
    pub score: Option<f64>,
    /// What the score is made of; of a chain nothing but the sum is kept.
    pub reasons: Vec<Reason>,
    /// Hash of the file of the photo it shows ([`crate::event::schema::BEFORE_PHOTO`]); of several the first one shown.
    pub photo: Option<u64>,
}

/// An incident with its reports.
#[derive(Clone, Debug, PartialEq)]
pub struct Incident {
    /// Its first report; names it.
    pub first: ReportKey,
    /// Category most of its reports name, `lainnya` only if no other is named; of equal ones the smaller number.
    pub category: Category,
    /// Different reporters.
    pub witnesses: usize,
    /// Its reports, by time, channel and id.
    pub members: Vec<Member>,
}

/// An incident in short.
#[derive(Clone, Debug, PartialEq)]
pub struct Outline {
    /// Its first report; names it.
    pub first: ReportKey,
    /// As [`Incident::category`].
    pub category: Category,
    /// All categories its reports name.
    pub categories: BTreeSet<Category>,
    /// Different reporters.
    pub witnesses: usize,
    /// Reports.
    pub reports: usize,
    /// Time of the first report, µs since epoch UTC.
    pub from_us: i64,
    /// Time of the last one, µs since epoch UTC.
    pub to_us: i64,
}

/// What became of a report that was taken.
#[derive(Clone, Debug, PartialEq)]
pub struct Linked {
    /// Its incident, by its first report.
    pub incident: ReportKey,
    /// Why; empty if it is the first, or if somebody said so.
    pub reasons: Vec<Reason>,
    /// Log of the odds; none if it is the first, or if somebody said so.
    pub score: Option<f64>,
}
