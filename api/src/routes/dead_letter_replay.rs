//! `POST /v1/dead-letters/replay`: refused payloads are given in once more, as they were or mended, at the end of the partition they came
//! from. What is answered is in the log; the lane reads it like any other message, and a repeat of what it has is known by its id.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use tanggap_engine::event::Reason;
use tanggap_queries::tables::CitySnapshot;
use utoipa::ToSchema;

use super::answer::json;
use super::dead_letters::{GIVEN, MENDED, REPLAY, missing, named, payload, place};
use crate::access::Right;
use crate::dead_letters::{Chosen, Place};
use crate::error::Problem;
use crate::extractors::{Params, Viewer};
use crate::state::AppState;

/// Payloads given in at once: each is acknowledged by Kafka and written into the ledger before the next.
const MOST: usize = 200;
/// After so long no further one is begun: whoever asked is answered within 15 s.
const BUDGET: Duration = Duration::from_secs(8);

/// Which payloads: by their offsets in a lane, by the reason of their refusal, or one of them with what it should have been.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Replay {
    /// Topic and partition; with `reason` it may be left out.
    lane: Option<String>,
    /// Where they stand in the lane: 1 to 200.
    offsets: Option<Vec<i64>>,
    /// All that were refused for this reason.
    reason: Option<String>,
    /// Where the one stands that is mended.
    offset: Option<i64>,
    /// What it should have been.
    payload: Option<String>,
    /// `next_cursor` of the answer before, to go on.
    cursor: Option<String>,
}

/// What came of it.
#[derive(Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct ReplayAnswer {
    /// Payloads that are in the log once more.
    given: usize,
    /// Payloads with nothing in them, or of which nothing is at hand.
    empty: usize,
    /// Kafka has not acknowledged the next one, so the others were left.
    stopped: bool,
    /// Where to go on; null = all were treated.
    next_cursor: Option<String>,
}

/// What a body asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Wish {
    /// As they were; none = whatever offset.
    AsTheyWere(Chosen, Option<Vec<i64>>),
    Mended {
        lane: String,
        offset: i64,
        payload: String,
    },
}

/// Replay dead letters
///
/// For operators: at most 200 payloads at once, the newest of each lane first; `next_cursor` goes on. Each is in the ledger of changes. A
/// letter stays where it is: what is refused again comes as another one.
#[utoipa::path(
    post,
    path = "/v1/dead-letters/replay",
    tag = "operation",
    request_body = Replay,
    responses(
        (status = 200, description = "What is in the log", body = ReplayAnswer),
        (status = 400, description = "A field does not fit", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No credentials", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "No operator", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "None of them is at hand", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "Not sent as application/json", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "Not the JSON that is described", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The log takes nothing", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn replay(
    State(state): State<Arc<AppState>>,
    viewer: Viewer,
    params: Params,
    body: Result<Json<Replay>, JsonRejection>,
) -> Result<Response, Problem> {
    viewer.require(Right::Operate)?;
    params.only(&[])?;
    let Json(body) = body?;
    let wish = wish(body)?;
    // Whoever hangs up has given it in all the same.
    let work = tokio::task::spawn_blocking(move || {
        let city = state.city.snapshot();
        let porter = Porter {
            state: &state,
            viewer: &viewer,
        };
        match &wish {
            Wish::AsTheyWere(chosen, offsets) => porter.carry(&city, chosen, offsets.as_deref()),
            Wish::Mended { lane, offset, payload } => porter.mend(&city, lane, *offset, payload),
        }
    });
    json(&work.await.map_err(|_| Problem::internal())??)
}

fn wish(body: Replay) -> Result<Wish, Problem> {
    match body {
        Replay {
            lane: Some(lane),
            offset: Some(offset),
            payload: Some(payload),
            offsets: None,
            reason: None,
            cursor: None,
        } => {
            if payload.trim().is_empty() {
                return Err(Problem::missing_parameter("payload", "what it should have been"));
            }
            Ok(Wish::Mended { lane, offset, payload })
        }
        Replay {
            lane: Some(lane),
            offsets: Some(offsets),
            reason: None,
            offset: None,
            payload: None,
            cursor,
        } => {
            if offsets.is_empty() || offsets.len() > MOST {
                return Err(Problem::parameter("offsets", &offsets.len().to_string(), &["1 to 200 offsets"]));
            }
            let chosen = Chosen {
                lane: Some(lane),
                reason: None,
                after: place(cursor.as_deref())?,
            };
            Ok(Wish::AsTheyWere(chosen, Some(offsets)))
        }
        Replay {
            lane,
            reason: Some(reason),
            offsets: None,
            offset: None,
            payload: None,
            cursor,
        } => {
            let known = Reason::from_id(&reason);
            let known = known.ok_or_else(|| Problem::parameter("reason", &reason, &Reason::ALL.map(Reason::id)))?;
            let chosen = Chosen {
                lane,
                reason: Some(known),
                after: place(cursor.as_deref())?,
            };
            Ok(Wish::AsTheyWere(chosen, None))
        }
        _ => Err(Problem::missing_parameter(
            "offsets",
            "`lane` and `offsets`, or `reason` (and `lane`), or `lane`, `offset` and `payload`",
        )),
    }
}

/// Carries payloads back into the log.
struct Porter<'p> {
    state: &'p AppState,
    viewer: &'p Viewer,
}

impl Porter<'_> {
    fn carry(&self, city: &CitySnapshot, chosen: &Chosen, offsets: Option<&[i64]>) -> Result<ReplayAnswer, Problem> {
        let begun = Instant::now();
        let mut answer = ReplayAnswer::default();
        let (mut before, mut last) = (None, chosen.after.clone());
        for (lane, letter) in chosen.of(city) {
            if offsets.is_some_and(|wanted| !wanted.contains(&letter.offset)) {
                continue;
            }
            // What several events of one payload were refused for is given in once.
            if before.replace((&lane.lane, letter.offset)) != Some((&lane.lane, letter.offset)) {
                if answer.given + answer.empty >= MOST || begun.elapsed() >= BUDGET {
                    answer.next_cursor = written(last);
                    return Ok(answer);
                }
                let payload = payload(city, &lane.lane, letter.offset);
                if payload.is_empty() {
                    answer.empty += 1;
                } else if self.give(city, &lane.lane, letter.offset, payload, GIVEN)? {
                    answer.given += 1;
                } else {
                    answer.stopped = true;
                    answer.next_cursor = written(last);
                    return if answer.given == 0 { Err(untaken()) } else { Ok(answer) };
                }
            }
            last = Some(Place::of(lane, &letter));
        }
        let nothing = answer.given + answer.empty == 0;
        if offsets.is_some() && nothing { Err(missing()) } else { Ok(answer) }
    }

    fn mend(&self, city: &CitySnapshot, lane: &str, offset: i64, payload: &str) -> Result<ReplayAnswer, Problem> {
        let chosen = Chosen {
            lane: Some(lane.to_owned()),
            ..Chosen::default()
        };
        if !chosen.of(city).any(|(_, letter)| letter.offset == offset) {
            return Err(missing());
        }
        if !self.give(city, lane, offset, payload.as_bytes(), MENDED)? {
            return Err(untaken());
        }
        Ok(ReplayAnswer {
            given: 1,
            ..ReplayAnswer::default()
        })
    }

    /// Whether Kafka has acknowledged it. The ledger has it either way.
    fn give(&self, city: &CitySnapshot, lane: &str, offset: i64, payload: &[u8], outcome: &str) -> Result<bool, Problem> {
        let Some(intake) = &self.state.settings.intake else {
            return Err(Problem::busy("there is no log to write to"));
        };
        let Some(lane) = city.lanes.get(lane) else {
            return Err(missing());
        };
        let given = intake.write_to(&lane.topic, lane.partition, payload);
        let outcome = if given { outcome } else { "not acknowledged" };
        self.state.ledger.record(self.viewer, REPLAY, &named(&lane.lane, offset), outcome);
        Ok(given)
    }
}

fn written(place: Option<Place>) -> Option<String> {
    place.map(|place| place.to_string())
}

fn untaken() -> Problem {
    Problem::unwritten("Kafka has not acknowledged it; give it in again: if it came after all, a repeat is known by its id")
}
