//! What the city's units show for their work: photos before and after, a code of the reason, the reporters' marks. A small share of the
//! closings is planted false, each in one way that a test of closings can find.
//!
//! All chance here is a stream of its own, and nothing of it changes when or how often anything is published: with another share of
//! false closings the same seed gives the same messages, but for what those transitions prove and, of hurried ones, when they claim to be.

use tanggap_engine::event::Status;

use super::calendar::{HOUR, MINUTE};
use super::chance::{Chance, micros};
use super::complaint::Case;
use super::lifecycle::Step;
use super::line::Line;

/// How a case is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Closing {
    /// By work.
    Honest,
    /// With the photo of an earlier closing: the same file, or made smaller and so in other bytes but alike.
    Reused,
    /// With the photo from before the work.
    Unchanged,
    /// With a photo that is older than the report.
    Early,
    /// Said to be done at this time, minutes after it was assigned, µs UTC; written down when it really ended.
    Hurried(i64),
}

/// A photo as an officer's app sends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Photo {
    /// Stands for the bytes of the file: its exact hash follows from it.
    file: u64,
    /// Its perceptual hash.
    look: u64,
    taken: i64,
}

/// What a transition proves.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Proof {
    before: Option<Photo>,
    after: Option<Photo>,
    rating: Option<u8>,
    reason: Option<&'static str>,
}

/// Makes proofs.
#[derive(Debug)]
pub(super) struct Proofs {
    chance: Chance,
    /// Share of the closings that are false.
    false_share: f64,
    /// The photo of the last closing, whose ever it was.
    last: Option<Photo>,
}

impl Proofs {
    pub(super) fn new(chance: Chance, false_share: f64) -> Self {
        Self {
            chance,
            false_share,
            last: None,
        }
    }

    /// How a case with these steps will be closed.
    pub(super) fn closing(&mut self, steps: &[(i64, Step)]) -> Closing {
        let time_of = |status| {
            steps
                .iter()
                .find(|(_, step)| *step == Step::Transition(status))
                .map(|(time, _)| *time)
        };
        let Some(resolved) = time_of(Status::Resolved) else {
            return Closing::Honest;
        };
        if !self.chance.happens(self.false_share) {
            return Closing::Honest;
        }
        let way = self.chance.below(4);
        let minutes = micros(self.chance.between(180.0, 480.0));
        match (way, time_of(Status::Assigned), time_of(Status::Reopened)) {
            (0, ..) => Closing::Reused,
            (1, ..) => Closing::Unchanged,
            // Twenty hours on, what claims to be older would be late; a second closing cannot be told from the first by its time.
            (2, Some(assigned), None) if resolved - assigned < 20 * HOUR => Closing::Hurried(resolved.min(assigned + minutes)),
            _ => Closing::Early,
        }
    }

    /// What the transition of a case to `status` at `at` proves.
    pub(super) fn of(&mut self, case: &Case, status: Status, at: i64) -> Proof {
        let before = Photo {
            file: mixed(case.id, 0x5bd1_e995),
            look: mixed(case.id, 0x1b87_3593),
            taken: case.created,
        };
        let reason = reason(status, case.wording);
        match status {
            Status::Rated => Proof {
                rating: Some(self.rating(case)),
                ..Proof::default()
            },
            Status::InProgress => Proof {
                before: Some(before),
                ..Proof::default()
            },
            Status::Resolved => {
                let after = self.after(case, before, at);
                self.last = Some(after);
                Proof {
                    before: Some(before),
                    after: Some(after),
                    reason,
                    rating: None,
                }
            }
            _ => Proof {
                reason,
                ..Proof::default()
            },
        }
    }

    fn after(&mut self, case: &Case, before: Photo, at: i64) -> Photo {
        let own = Photo {
            file: mixed(case.id, at.cast_unsigned() ^ 0x2708_f1a3),
            look: mixed(case.id, at.cast_unsigned() ^ 0x85eb_ca6b),
            taken: at - MINUTE,
        };
        match (case.closing, self.last) {
            (Closing::Honest | Closing::Hurried(_), _) => own,
            (Closing::Reused, Some(last)) if self.chance.happens(0.5) => Photo { taken: own.taken, ..last },
            (Closing::Reused, Some(last)) => Photo {
                look: last.look ^ (1_u64 << self.chance.below(64)),
                ..own
            },
            // The first closing of a city has none to take.
            (Closing::Unchanged | Closing::Reused, _) => Photo {
                taken: own.taken,
                ..before
            },
            (Closing::Early, _) => Photo {
                taken: case.created - micros(3_600.0 * self.chance.between(1.0, 72.0)),
                ..own
            },
        }
    }

    /// Whoever was told that it is done, and sees that it is not, says so.
    fn rating(&mut self, case: &Case) -> u8 {
        let marks: &[u8] = if case.closing == Closing::Honest {
            &[2, 3, 4, 4, 5, 5, 5]
        } else {
            &[1, 1, 1, 2]
        };
        *self.chance.pick(marks)
    }
}

impl Closing {
    /// When a transition claims to have been: of a hurried closing, officers were sent and at work in the minutes before it.
    pub(super) fn claimed(self, status: Status, at: i64) -> i64 {
        let (Self::Hurried(done), Some(before)) = (self, lead(status)) else {
            return at;
        };
        at.min(done - before)
    }
}

/// How long before its end a hurried closing claims this to have been.
const fn lead(status: Status) -> Option<i64> {
    match status {
        Status::Dispatched => Some(2 * MINUTE),
        Status::InProgress => Some(MINUTE),
        Status::Resolved => Some(0),
        _ => None,
    }
}

impl Proof {
    /// Writes its fields, each after a comma. `id` names the case in addresses of photos.
    pub(super) fn write(&self, id: u64, line: &mut Line) {
        if let Some(rating) = self.rating {
            line.raw(",\"rating\":").unsigned(rating.into());
        }
        if let Some(reason) = self.reason {
            line.raw(",\"reason_code\":\"").raw(reason).raw("\"");
        }
        for (field, photo) in [(",\"photo_before\":", self.before), (",\"photo_after\":", self.after)] {
            if let Some(photo) = photo {
                photo.write(id, line.raw(field));
            }
        }
    }
}

impl Photo {
    fn write(&self, id: u64, line: &mut Line) {
        line.raw("{\"url\":\"https://img.example/c/")
            .unsigned(id)
            .raw("-")
            .hex(self.file >> 48, 4);
        line.raw(".jpg\",\"sha256\":\"");
        for turn in [0, 17, 31, 47] {
            line.hex(self.file.rotate_left(turn), 16);
        }
        line.raw("\",\"phash\":\"").hex(self.look, 16);
        line.raw("\",\"captured_at\":\"").local_zone(self.taken).raw("\"}");
    }
}

/// Bits that look like chance, the same for the same case and salt (`SplitMix64`, Steele and others 2014).
const fn mixed(id: u64, salt: u64) -> u64 {
    let mut bits = (id ^ salt.rotate_left(32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// Why a case was closed, as the CRM's code for it.
fn reason(status: Status, wording: u32) -> Option<&'static str> {
    let codes: &[&str] = match status {
        Status::Resolved => &["ditangani", "dibersihkan", "diperbaiki", "ditertibkan"],
        Status::ClosedNoAction => &["tidak_ditemukan", "data_kurang", "bukan_pelanggaran"],
        Status::Duplicate => &["sudah_dilaporkan"],
        Status::NotOurs => &["bukan_wewenang"],
        _ => return None,
    };
    codes.get(wording as usize % codes.len()).copied()
}
