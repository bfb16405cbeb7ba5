//! Which flags each closing gets.

use std::collections::{BTreeMap, BTreeSet};

use super::album::{Album, Earlier};
use super::closing::{Closing, Move, Photo};
use super::flag::{Evidence, Flag, FlagKind, FlagPhoto, FlagRule, PhotoSide, Shown};

/// The flags of all closings, in the order of the closings, a case's in the order of [`FlagKind::ALL`]. What photos show is judged against
/// all closings given: fewer cases find fewer photos that were shown before.
pub(crate) fn judge(closings: &[Closing], rule: &FlagRule) -> Vec<Flag> {
    let album = Album::of(closings);
    let officers: BTreeSet<&str> = closings
        .iter()
        .filter(|closing| closing.moves.iter().any(Move::of_officer))
        .map(|closing| closing.channel.as_str())
        .collect();
    let mut flags = Vec::new();
    for (place, closing) in closings.iter().enumerate() {
        let mut found = Vec::new();
        photos(&album, place, closing, rule, &mut found);
        if let Some(resolution_us) = closing.resolution_us {
            found.extend(too_fast(closing, resolution_us, rule));
            if officers.contains(closing.channel.as_str()) {
                found.extend(no_officer(closing, resolution_us));
            }
        }
        found.extend(ping_pong(closing, rule));
        found.extend(reopened(closing, rule));
        found.extend(disagrees(closing, rule));
        flags.extend(found.into_iter().map(|found| Flag {
            key: closing.key,
            id: closing.id.clone(),
            channel: closing.channel.clone(),
            unit: closing.unit.clone(),
            kelurahan: closing.kelurahan,
            filed_us: closing.filed_us,
            resolution_us: closing.resolution_us,
            flag: found.flag,
            strong: found.strong,
            evidence: found.evidence,
            photos: found.photos,
        }));
    }
    flags
}

/// A flag before it is anybody's.
struct Found {
    flag: FlagKind,
    strong: bool,
    evidence: Evidence,
    photos: Vec<FlagPhoto>,
}

/// A photo of a case itself, if its file is known.
fn own(closing: &Closing, side: PhotoSide, photo: Option<u64>) -> Option<FlagPhoto> {
    Some(FlagPhoto {
        side,
        channel: closing.channel.clone(),
        id: closing.id.clone(),
        file: photo?,
    })
}

/// A photo of another case, if its file is known.
fn earlier(shown: &Shown) -> Option<FlagPhoto> {
    Some(FlagPhoto {
        side: PhotoSide::Earlier,
        channel: shown.channel.clone(),
        id: shown.id.clone(),
        file: shown.file?,
    })
}

/// Seconds from one moment to another, µs.
#[expect(clippy::cast_precision_loss, reason = "spans of years are whole microseconds below 2^52")]
pub(crate) fn seconds(from_us: i64, to_us: i64) -> f64 {
    to_us.saturating_sub(from_us) as f64 / 1e6
}

fn hexadecimal(hash: Option<u64>) -> Option<String> {
    hash.map(|hash| format!("{hash:016x}"))
}

/// What the photo shows that the resolution stands on.
fn photos(album: &Album, place: usize, closing: &Closing, rule: &FlagRule, found: &mut Vec<Found>) {
    let Some(proof) = closing.proof() else { return };
    let photo = proof.after;
    let proven = || own(closing, PhotoSide::After, photo.file);
    let shown = |flag, (cases, shown): Earlier| Found {
        flag,
        strong: true,
        photos: proven().into_iter().chain(shown.iter().filter_map(earlier)).collect(),
        evidence: Evidence::Photo {
            file: hexadecimal(photo.file),
            look: hexadecimal(photo.look),
            cases,
            shown,
        },
    };
    // The same file looks the same: one flag says so.
    if let Some(before) = album.same_file(photo, place, proof.time_us) {
        found.push(shown(FlagKind::PhotoReused, before));
    } else if let Some(before) = album.alike(photo, place, proof.time_us, rule.alike_bits) {
        found.push(shown(FlagKind::PhotoAlike, before));
    }
    found.extend(unchanged(closing, photo, rule));
    let Some(taken_us) = proof.taken_us else { return };
    let before_s = seconds(taken_us, closing.filed_us);
    if before_s > rule.clock_slack_s {
        found.push(Found {
            flag: FlagKind::TakenBeforeReport,
            strong: true,
            evidence: Evidence::Taken { taken_us, before_s },
            photos: proven().into_iter().collect(),
        });
    }
}

/// Of several photos from before the work the likest counts.
fn unchanged(closing: &Closing, after: Photo, rule: &FlagRule) -> Option<Found> {
    let befores = || closing.moves.iter().map(|step| step.before);
    let same_file = after.file.is_some() && befores().any(|before| before.file == after.file);
    let distance = |before: Photo| Some(((before.telling_look()? ^ after.telling_look()?).count_ones(), before.file));
    let likest = befores().filter_map(distance).min_by_key(|(bits, _)| *bits);
    let bits = likest.map(|(bits, _)| bits);
    let before = if same_file { after.file } else { likest.and_then(|(_, file)| file) };
    let alike = same_file || bits.is_some_and(|bits| bits <= rule.unchanged_bits);
    alike.then_some(Found {
        flag: FlagKind::PhotoUnchanged,
        strong: true,
        evidence: Evidence::Unchanged { same_file, bits },
        photos: own(closing, PhotoSide::After, after.file)
            .into_iter()
            .chain(own(closing, PhotoSide::Before, before))
            .collect(),
    })
}

/// Moves up to a resolution that do not belong to an earlier one: after the last reopening, if there is one.
fn towards(closing: &Closing, resolution_us: i64) -> impl Iterator<Item = &Move> {
    let reopenings = closing.reopenings();
    let before = reopenings
        .iter()
        .map(|(_, reopened_us)| *reopened_us)
        .filter(|reopened_us| *reopened_us <= resolution_us);
    let span = before.max().unwrap_or(i64::MIN)..=resolution_us;
    closing.moves.iter().filter(move |step| span.contains(&step.time_us))
}

/// After a reopening the time since filing says nothing about the second closing, and is long anyway.
fn too_fast(closing: &Closing, resolution_us: i64, rule: &FlagRule) -> Option<Found> {
    let since_filed_s = seconds(closing.filed_us, resolution_us);
    let taken_on = towards(closing, resolution_us).find(|step| step.takes_on());
    let since_taken_on_s = taken_on.map(|step| seconds(step.time_us.max(closing.filed_us), resolution_us));
    let strong = since_filed_s < rule.too_fast_s;
    let fast = strong || since_taken_on_s.is_some_and(|seconds| seconds < rule.too_fast_s);
    fast.then_some(Found {
        flag: FlagKind::TooFast,
        strong,
        evidence: Evidence::Fast {
            since_filed_s,
            since_taken_on_s,
        },
        photos: Vec::new(),
    })
}

fn no_officer(closing: &Closing, resolution_us: i64) -> Option<Found> {
    let before: Vec<&Move> = closing.moves.iter().filter(|step| step.time_us <= resolution_us).collect();
    let none = !before.iter().any(|step| step.of_officer());
    none.then(|| Found {
        flag: FlagKind::NoOfficerEvent,
        strong: false,
        evidence: Evidence::Statuses {
            statuses: before.iter().map(|step| step.status.id()).collect(),
        },
        photos: Vec::new(),
    })
}

/// The pair of units between whom it went most often; of equal pairs the first in the alphabet.
fn ping_pong(closing: &Closing, rule: &FlagRule) -> Option<Found> {
    let named: Vec<&String> = closing.moves.iter().filter_map(|step| step.unit.as_ref()).collect();
    let mut pairs: BTreeMap<[&String; 2], u64> = BTreeMap::new();
    for step in named.windows(2).filter(|step| step[0] != step[1]) {
        let pair = [step[0].min(step[1]), step[0].max(step[1])];
        *pairs.entry(pair).or_default() += 1;
    }
    let mut most: Option<([&String; 2], u64)> = None;
    for (pair, hand_overs) in pairs {
        if most.is_none_or(|(_, so_far)| hand_overs > so_far) {
            most = Some((pair, hand_overs));
        }
    }
    let (units, hand_overs) = most.filter(|(_, hand_overs)| *hand_overs >= rule.hand_overs)?;
    Some(Found {
        flag: FlagKind::PingPong,
        strong: false,
        evidence: Evidence::HandOvers {
            units: units.map(String::clone),
            hand_overs,
        },
        photos: Vec::new(),
    })
}

fn reopened(closing: &Closing, rule: &FlagRule) -> Option<Found> {
    let mut soon = closing.reopenings();
    soon.retain(|(closed_us, reopened_us)| seconds(*closed_us, *reopened_us) <= rule.reopened_within_s);
    let (closed_us, reopened_us) = *soon.first()?;
    Some(Found {
        flag: FlagKind::Reopened,
        strong: false,
        evidence: Evidence::TakenBack {
            closed_us,
            reopened_us,
            times: u64::try_from(soon.len()).unwrap_or(u64::MAX),
        },
        photos: Vec::new(),
    })
}

/// The last mark counts: who gave a better one later has been heard.
fn disagrees(closing: &Closing, rule: &FlagRule) -> Option<Found> {
    let resolution_us = closing.resolution_us?;
    let marks = closing.moves.iter().filter(|step| step.time_us >= resolution_us);
    let (rating, rated_us) = marks.filter_map(|step| Some((step.rating?, step.time_us))).next_back()?;
    (rating <= rule.low_rating).then_some(Found {
        flag: FlagKind::ReporterDisagrees,
        strong: false,
        evidence: Evidence::Mark { rating, rated_us },
        photos: Vec::new(),
    })
}
