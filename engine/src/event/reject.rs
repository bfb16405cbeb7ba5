//! A payload, or one event of it, that was refused: why, which field, and where it stands in its lane. The bytes travel
//! beside it to the dead-letter topic; nothing here may quote them.

use std::fmt;

/// Why an event was refused. The ids are contract: `accounting.json` and the dead letters count by them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reason {
    /// The payload is not a JSON object (broken, empty, a tombstone, or an array where none is known).
    NoJsonObject,
    /// No id could be read.
    NoId,
    /// No event time could be read.
    NoEventTime,
    /// The event time lies beyond broker time + skew.
    Future,
    /// A transition without a status we know.
    NoStatus,
    /// A water level that is missing or no number.
    NoLevel,
    /// The payload is larger than the configured limit.
    TooLarge,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::NoJsonObject,
        Self::NoId,
        Self::NoEventTime,
        Self::Future,
        Self::NoStatus,
        Self::NoLevel,
        Self::TooLarge,
    ];

    /// The reason of this id.
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.id() == id)
    }

    /// The id in counters and dead letters.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::NoJsonObject => "no_json_object",
            Self::NoId => "no_id",
            Self::NoEventTime => "no_event_time",
            Self::Future => "future",
            Self::NoStatus => "no_status",
            Self::NoLevel => "no_level",
            Self::TooLarge => "too_large",
        }
    }

    /// What to do about it, for the person who reads the dead letter.
    #[must_use]
    pub const fn advice(self) -> &'static str {
        match self {
            Self::NoJsonObject => "send one JSON object a message",
            Self::NoId => "send the source's id (post_id, uuid, id, report_id, gauge_id)",
            Self::NoEventTime => "send a time: ISO 8601, `YYYY-MM-DD HH:MM:SS` local, or epoch milliseconds, after 2000",
            Self::Future => "set the sender's clock, or raise time.future_skew_s, then replay the dead letter",
            Self::NoStatus => "send one of the statuses of the crm.status topic",
            Self::NoLevel => "send the level as a number of centimetres",
            Self::TooLarge => "send smaller messages, or raise decode.max_payload_bytes",
        }
    }
}

/// One refused event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject {
    /// Position of the payload in its lane.
    pub offset: i64,
    /// Why.
    pub reason: Reason,
    /// Which field, as a path in the payload (`data.created_at`); empty = the whole payload.
    pub field: String,
}

impl fmt::Display for Reject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "offset {}: {}", self.offset, self.reason.id())?;
        if !self.field.is_empty() {
            write!(f, " (field {})", self.field)?;
        }
        write!(f, ": {}", self.reason.advice())
    }
}
