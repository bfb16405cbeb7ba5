//! `GET /v1/dead-letters` and `GET /v1/dead-letters/{lane}/{offset}`: what was refused, and why. For operators only: a payload may hold
//! whatever somebody wrote. The list holds none of it, and who looks into one is in the ledger of changes.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use tanggap_engine::event::Reason;
use tanggap_queries::tables::CitySnapshot;
use utoipa::ToSchema;

use super::answer::json;
use crate::access::Right;
use crate::dead_letters::{Chosen, Letter, Place, letters};
use crate::error::Problem;
use crate::extractors::{Params, Segment, Viewer};
use crate::hex::hex;
use crate::state::AppState;

/// Bytes of a payload that are shown at most; `tanggap dlq show` gives all.
const MOST_SHOWN: usize = 64 << 10;
/// Lines of the ledger in which it is looked whether a letter was given in once more.
const LOOKED_THROUGH: usize = 1_000;
/// What the ledger says of letters that were given in once more.
pub(super) const REPLAY: &str = "replay dead letter";
/// And of what came of it, if it came into the log.
pub(super) const GIVEN: &str = "given in";
pub(super) const MENDED: &str = "mended, given in";

/// A refused event.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeadLetterItem {
    /// Topic and partition.
    lane: String,
    /// Its number on the dead-letter topic among its lane's.
    seq: i64,
    /// Where its payload stands in its lane.
    offset: i64,
    /// Why it was refused; null of a reason that only a later version knows.
    reason: Option<&'static str>,
    /// What to do about it.
    advice: Option<&'static str>,
    /// The field that is to blame; empty = the whole payload.
    field: String,
    /// Bytes of the payload; 0 where an earlier event of the same payload has them.
    bytes: usize,
    /// When it was last given in once more, as far as the last changes in the ledger tell.
    replayed: Option<String>,
}

/// How many there are of a lane for a reason.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeadLetterGroup {
    /// Topic and partition.
    lane: String,
    /// Why they were refused.
    reason: Option<&'static str>,
    /// Refused events that are at hand.
    n: usize,
}

/// The refused events.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeadLettersAnswer {
    /// All that are at hand, by lane and reason.
    groups: Vec<DeadLetterGroup>,
    /// By lane, the newest first.
    items: Vec<DeadLetterItem>,
    /// Where the next page begins.
    next_cursor: Option<String>,
}

/// Why an event of a payload was refused.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Refusal {
    /// Its number on the dead-letter topic among its lane's.
    seq: i64,
    /// Why it was refused.
    reason: Option<&'static str>,
    /// What to do about it.
    advice: Option<&'static str>,
    /// The field that is to blame; empty = the whole payload.
    field: String,
}

/// A payload of which something was refused.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeadLetterAnswer {
    /// Topic and partition.
    lane: String,
    /// Topic.
    topic: String,
    /// Partition.
    partition: i32,
    /// Where it stands in its lane.
    offset: i64,
    /// One for each event of it that was refused, in their order.
    refusals: Vec<Refusal>,
    /// Bytes of the payload.
    bytes: usize,
    /// The first 65536 of them in hexadecimal.
    hex: String,
    /// The same as text, as far as it is UTF-8; what is not is U+FFFD.
    text: String,
    /// Whether the text is all of the payload, byte for byte: only then can it be mended as text.
    exact: bool,
    /// When it was last given in once more, as far as the last changes in the ledger tell.
    replayed: Option<String>,
}

/// Dead letters
///
/// For operators: events that were refused, the newest of each lane that this process reads, without what is in them. What is not at hand any
/// more (10 000 of a lane, or 16 MB of payloads) is in the store and on `tanggap.dead-letter`: see `tanggap dlq`.
#[utoipa::path(
    get,
    path = "/v1/dead-letters",
    tag = "operation",
    params(
        ("lane" = Option<String>, Query, description = "only of this lane"),
        ("reason" = Option<String>, Query, description = "only those refused for this reason"),
        ("limit" = Option<usize>, Query, description = "1 to 500; default 50"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before"),
    ),
    responses(
        (status = 200, description = "The refused events", body = DeadLettersAnswer),
        (status = 400, description = "A parameter does not fit", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No credentials", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "No operator", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn dead_letters(State(state): State<Arc<AppState>>, viewer: Viewer, params: Params) -> Result<Response, Problem> {
    viewer.require(Right::Operate)?;
    let params = params.only(&["lane", "reason", "limit", "cursor"])?;
    let limit = params.whole("limit", 1..=500, 50)?;
    let reason = params.one_of("reason", &Reason::ALL.map(Reason::id))?.and_then(Reason::from_id);
    let chosen = Chosen {
        lane: params.get("lane").map(str::to_owned),
        reason,
        after: place(params.get("cursor"))?,
    };
    let replayed = replayed(&state).await;
    let snapshot = state.city.snapshot();
    let mut found = chosen.of(&snapshot);
    let mut items = Vec::new();
    let mut last = None;
    for (lane, letter) in found.by_ref().take(limit) {
        last = Some(Place::of(lane, &letter));
        items.push(item(&lane.lane, &letter, &replayed));
    }
    let next_cursor = found.next().and(last).map(|place| place.to_string());
    json(&DeadLettersAnswer {
        groups: groups(&snapshot),
        items,
        next_cursor,
    })
}

/// One dead letter
///
/// For operators: a payload of which something was refused, as bytes and, as far as they are that, as text. The ledger of changes keeps who
/// has looked.
#[utoipa::path(
    get,
    path = "/v1/dead-letters/{lane}/{offset}",
    tag = "operation",
    params(
        ("lane" = String, Path, description = "topic and partition"),
        ("offset" = i64, Path, description = "where it stands in its lane"),
    ),
    responses(
        (status = 200, description = "The payload", body = DeadLetterAnswer),
        (status = 400, description = "A parameter that does not fit, named", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No credentials", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "No operator", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "It is not at hand", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn dead_letter(
    State(state): State<Arc<AppState>>,
    viewer: Viewer,
    Segment((lane, offset)): Segment<(String, i64)>,
    params: Params,
) -> Result<Response, Problem> {
    viewer.require(Right::Operate)?;
    params.only(&[])?;
    let snapshot = state.city.snapshot();
    let answer = answer(&snapshot, &lane, offset).ok_or_else(missing)?;
    let replayed = replayed(&state).await.remove(&named(&lane, offset));
    let ledger = Arc::clone(&state);
    // What was shown was looked at: it is on the disk before it is sent.
    let noted = tokio::task::spawn_blocking(move || {
        let on = named(&lane, offset);
        ledger.ledger.record(&viewer, "look at dead letter", &on, "shown");
    });
    noted.await.map_err(|_| Problem::internal())?;
    json(&DeadLetterAnswer { replayed, ..answer })
}

/// The refusal of whoever asks for a letter that is not there.
pub(super) fn missing() -> Problem {
    Problem::not_found("no such letter is at hand; /v1/dead-letters lists those that are, and `tanggap dlq list` those of the store")
}

/// A cursor.
///
/// # Errors
/// It is none.
pub(super) fn place(cursor: Option<&str>) -> Result<Option<Place>, Problem> {
    let read = |text: &str| {
        let place = text.parse::<Place>();
        place.map_err(|()| Problem::parameter("cursor", text, &["`next_cursor` of the page before"]))
    };
    cursor.map(read).transpose()
}

/// What the ledger calls a payload.
pub(super) fn named(lane: &str, offset: i64) -> String {
    format!("{lane}/{offset}")
}

/// What came in at this place; empty where it is not at hand.
pub(super) fn payload<'c>(city: &'c CitySnapshot, lane: &str, offset: i64) -> &'c [u8] {
    let of = city.lanes.get(lane).map_or(&[][..], |lane| lane.letters.as_slice());
    let mut payloads = letters(of).filter(|letter| letter.offset == offset).map(|letter| letter.payload);
    payloads.find(|payload| !payload.is_empty()).unwrap_or_default()
}

fn item(lane: &str, letter: &Letter<'_>, replayed: &BTreeMap<String, String>) -> DeadLetterItem {
    DeadLetterItem {
        lane: lane.to_owned(),
        seq: letter.seq,
        offset: letter.offset,
        reason: letter.reason.map(Reason::id),
        advice: letter.reason.map(Reason::advice),
        field: letter.field.to_owned(),
        bytes: letter.payload.len(),
        replayed: replayed.get(&named(lane, letter.offset)).cloned(),
    }
}

fn groups(city: &CitySnapshot) -> Vec<DeadLetterGroup> {
    let mut counts: BTreeMap<(&str, Option<Reason>), usize> = BTreeMap::new();
    for (name, lane) in &city.lanes {
        for letter in letters(&lane.letters) {
            *counts.entry((name.as_str(), letter.reason)).or_default() += 1;
        }
    }
    let group = |((lane, reason), n): ((&str, Option<Reason>), usize)| DeadLetterGroup {
        lane: lane.to_owned(),
        reason: reason.map(Reason::id),
        n,
    };
    counts.into_iter().map(group).collect()
}

fn answer(city: &CitySnapshot, name: &str, offset: i64) -> Option<DeadLetterAnswer> {
    let lane = city.lanes.get(name)?;
    let of_payload = letters(&lane.letters).filter(|letter| letter.offset == offset);
    let refusals: Vec<Refusal> = of_payload
        .map(|letter| Refusal {
            seq: letter.seq,
            reason: letter.reason.map(Reason::id),
            advice: letter.reason.map(Reason::advice),
            field: letter.field.to_owned(),
        })
        .collect();
    let payload = payload(city, name, offset);
    let shown = &payload[..payload.len().min(MOST_SHOWN)];
    (!refusals.is_empty()).then(|| DeadLetterAnswer {
        lane: lane.lane.clone(),
        topic: lane.topic.clone(),
        partition: lane.partition,
        offset,
        refusals,
        bytes: payload.len(),
        hex: hex(shown),
        exact: shown.len() == payload.len() && std::str::from_utf8(payload).is_ok(),
        text: String::from_utf8_lossy(shown).into_owned(),
        replayed: None,
    })
}

/// When payloads were last given in once more, by the name the ledger has for them. A ledger that cannot be read says nothing.
async fn replayed(state: &Arc<AppState>) -> BTreeMap<String, String> {
    let state = Arc::clone(state);
    let read = tokio::task::spawn_blocking(move || state.ledger.newest(LOOKED_THROUGH)).await;
    let changes = read.map_err(std::io::Error::other).flatten().unwrap_or_else(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "the ledger of changes could not be read");
        Vec::new()
    });
    let mut times = BTreeMap::new();
    for change in changes {
        if change.what == REPLAY && [GIVEN, MENDED].contains(&change.outcome.as_str()) {
            times.entry(change.on).or_insert(change.time);
        }
    }
    times
}
