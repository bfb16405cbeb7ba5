//! The small closed sets an event is described with: its class, its kind and its status, each with a stable number.

macro_rules! vocabulary {
    ($(#[$doc:meta])* $type:ident { $($number:literal $name:ident $id:literal $what:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum $type { $(#[doc = $what] $name = $number,)+ }

        impl $type {
            /// Every value, by number.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The id used in columns and the API.
            #[must_use]
            pub const fn id(self) -> &'static str { match self { $(Self::$name => $id,)+ } }

            /// The value of a number read back from a column, if there is one.
            #[must_use]
            pub fn from_number(number: u8) -> Option<Self> { Self::ALL.get(usize::from(number)).copied() }

            /// The value of an id, if there is one.
            #[must_use]
            pub fn from_id(id: &str) -> Option<Self> { Self::ALL.iter().copied().find(|value| value.id() == id) }
        }
    };
}

vocabulary! {
    /// Which stream's event a row is.
    Class {
        0 Report "report" "What one person said on one channel.";
        1 Transition "transition" "One change of a case's status.";
        2 Jam "jam" "A Waze jam: a line, seen again at each poll.";
        3 Irregularity "irregularity" "A Waze irregularity: a line that is slower than it used to be.";
        4 Level "level" "A water level at a gauge.";
    }
}

vocabulary! {
    /// What a report is. Only complaints have an SLA; duty reports never move a hotspot or a ranking.
    Kind {
        0 Complaint "complaint" "Something is wrong and somebody must act.";
        1 Suggestion "suggestion" "An opinion or a wish.";
        2 Question "question" "A request for information.";
        3 Praise "praise" "Thanks.";
        4 Duty "duty" "The paid daily report of an RT or RW head.";
        5 Emergency "emergency" "For 112, never queued.";
    }
}

vocabulary! {
    /// A status in the life of a case.
    Status {
        0 Received "received" "It is in the system.";
        1 Verified "verified" "Somebody looked and it is a real complaint.";
        2 Assigned "assigned" "A unit holds it.";
        3 Coordinated "coordinated" "Handed on to the unit that can act.";
        4 Dispatched "dispatched" "An officer was sent.";
        5 InProgress "in_progress" "Being worked on.";
        6 Resolved "resolved" "Done (QLUE's `done`).";
        7 ClosedNoAction "closed_no_action" "Closed without action.";
        8 Duplicate "duplicate" "The same as another case.";
        9 NotOurs "not_ours" "Belongs to nobody the city can order.";
        10 Reopened "reopened" "Open again; the first clock goes on.";
        11 Rated "rated" "The reporter gave a mark.";
        12 Withdrawn "withdrawn" "The reporter took it back.";
        13 Asked "asked" "The reporter was asked; the clock waits for the answer.";
        14 Linked "linked" "Somebody said that it tells of the same incident as another report; no clock moves.";
        15 Unlinked "unlinked" "Somebody said that it tells of another incident than it was put to; no clock moves.";
    }
}

vocabulary! {
    /// What became of an event. Every event has exactly one.
    Fate {
        0 Applied "applied" "Seen for the first time, and counted.";
        1 Updated "updated" "A known id with a new version.";
        2 Duplicate "duplicate" "A version seen before.";
        3 Late "late" "Seen for the first time, past the allowed lateness.";
        4 Rejected "rejected" "Unreadable, or against a rule.";
        5 Gap "gap" "Lost by the log, and accepted as lost.";
    }
}
