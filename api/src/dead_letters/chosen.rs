//! Which refused events somebody wants: of a lane, for a reason, behind a place. Lanes come by name, the letters of each the newest first; so
//! pages follow each other though new letters come in.

use std::fmt;
use std::str::FromStr;

use tanggap_engine::event::Reason;
use tanggap_queries::tables::{CitySnapshot, LaneSnapshot};

use super::{Letter, letters};

/// A place in the list of letters: written `lane/seq`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    lane: String,
    seq: i64,
}

impl Place {
    /// Where this letter of a lane is.
    pub(crate) fn of(lane: &LaneSnapshot, letter: &Letter<'_>) -> Self {
        Self {
            lane: lane.lane.clone(),
            seq: letter.seq,
        }
    }

    /// Whether a letter comes later in the list.
    fn before(&self, lane: &str, seq: i64) -> bool {
        lane > self.lane.as_str() || (lane == self.lane && seq < self.seq)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.lane, self.seq)
    }
}

impl FromStr for Place {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (lane, seq) = text.rsplit_once('/').ok_or(())?;
        let seq = seq.parse().map_err(|_| ())?;
        Ok(Self {
            lane: lane.to_owned(),
            seq,
        })
    }
}

/// Which letters are wanted; by default all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Chosen {
    /// Of this lane.
    pub(crate) lane: Option<String>,
    /// Refused for this reason.
    pub(crate) reason: Option<Reason>,
    /// Later in the list than this place.
    pub(crate) after: Option<Place>,
}

impl Chosen {
    /// The letters among those the lanes of this process have at hand, in the order of the list, each with its lane.
    pub(crate) fn of<'c>(&'c self, city: &'c CitySnapshot) -> impl Iterator<Item = (&'c LaneSnapshot, Letter<'c>)> {
        let lanes = city.lanes.values();
        let lanes = lanes.filter(move |lane| self.lane.as_ref().is_none_or(|wanted| *wanted == lane.lane));
        let all = lanes.flat_map(|lane| letters(&lane.letters).rev().map(move |letter| (&**lane, letter)));
        all.filter(move |(lane, letter)| self.reason.is_none_or(|wanted| letter.reason == Some(wanted)) && self.is_behind(lane, letter))
    }

    fn is_behind(&self, lane: &LaneSnapshot, letter: &Letter<'_>) -> bool {
        self.after.as_ref().is_none_or(|place| place.before(&lane.lane, letter.seq))
    }
}

#[cfg(test)]
mod tests {
    use super::Place;

    #[test]
    fn a_place_is_read_as_it_was_written_and_the_newest_come_first() {
        let place: Place = "qlue.reports-0/17".parse().unwrap();
        assert_eq!(place.to_string(), "qlue.reports-0/17");
        assert!(place.before("qlue.reports-0", 16) && place.before("waze.feed-0", 99));
        assert!(!place.before("qlue.reports-0", 17) && !place.before("qlue.reports-0", 18) && !place.before("crm.status-0", 1));
        for wrong in ["", "17", "qlue.reports-0/", "qlue.reports-0/x"] {
            assert!(wrong.parse::<Place>().is_err(), "{wrong}");
        }
    }
}
