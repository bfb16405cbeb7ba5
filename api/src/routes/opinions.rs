//! `GET /v1/opinions`: what people wish, ask and praise, by area and category, with the sample it rests on.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use tanggap_engine::territory::Level;
use tanggap_queries::named::{OpinionCount, opinions as ask};
use tanggap_queries::statistics::wilson;
use utoipa::ToSchema;

use super::answer::{Words, json};
use super::freshness::Frame;
use crate::disclosure::Disclosure;
use crate::error::Problem;
use crate::extractors::{Params, Viewer};
use crate::state::AppState;
use crate::time::{Window, now_us, rfc3339};

/// Lanes keep what is no complaint for 26 hours; longer windows need history.
const WITHOUT_HISTORY: Duration = Duration::from_hours(24);
/// Windows the public may ask for.
const WINDOWS: [Duration; 5] = [
    Duration::from_hours(1),
    Duration::from_hours(6),
    Duration::from_hours(24),
    Duration::from_hours(7 * 24),
    Duration::from_hours(30 * 24),
];
/// The longest window.
const LONGEST: Duration = Duration::from_hours(31 * 24);

/// Opinions of one kind and category.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct OpinionTopic {
    /// `suggestion`, `question` or `praise`.
    kind: String,
    /// Category id.
    category: String,
    /// The category in words.
    category_label: Words,
    /// Reports; in public rounded down, as `reporters` are, and what follows is by such counts.
    n: i64,
    /// Different people who said so.
    reporters: i64,
    /// `reporters` of the area's `sample`; several topics of one person count each.
    share: f64,
    /// Lower end of the share's 95 % Wilson interval, were the sample drawn at random; whoever writes of themselves is no such sample.
    share_low: f64,
    /// Its upper end.
    share_high: f64,
}

/// Opinions of one area.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct OpinionArea {
    /// Dotted code.
    code: String,
    /// Its name.
    name: Option<String>,
    /// Different people who said anything of these kinds there: the size of the sample. In public rounded down.
    sample: i64,
    /// Their reports; in public rounded down.
    n: i64,
    /// What they said; the most people first. Those of too few are left out in public.
    topics: Vec<OpinionTopic>,
}

/// The opinions.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OpinionsAnswer {
    #[serde(flatten)]
    frame: Frame,
    /// First moment that counts; null before the first event.
    window_start: Option<String>,
    /// First that does not any more.
    window_end: Option<String>,
    /// What counts are rounded down to a multiple of; 1 = they are exact.
    rounded_to: i64,
    /// By code; areas of too few people are left out in public.
    areas: Vec<OpinionArea>,
}

/// Opinions
///
/// Suggestions, questions and praise of all channels by area and category, counted by people: never part of a ranking, of a heat's expectation of
/// complaints or of a case. The reports of a tweet are of these kinds only where its text is read (`[text]`).
#[utoipa::path(
    get,
    path = "/v1/opinions",
    tag = "areas",
    params(
        ("window" = Option<String>, Query, description = "length: 1h, 6h or 24h (default), where history is kept 7d or 30d; for staff any from 1h to 24h, or 31d"),
        ("level" = Option<String>, Query, description = "kota (default), kecamatan or kelurahan"),
    ),
    responses(
        (status = 200, description = "The opinions", body = OpinionsAnswer),
        (status = 400, description = "A parameter does not fit", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "History cannot be read yet", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn opinions(State(state): State<Arc<AppState>>, viewer: Viewer, params: Params) -> Result<Response, Problem> {
    let params = params.only(&["window", "level"])?;
    let snapshot = state.city.snapshot();
    let longest = if state.reaches_back() { LONGEST } else { WITHOUT_HISTORY };
    let length = params.length("window", Duration::from_hours(1)..=longest, WITHOUT_HISTORY)?;
    let level = match params.one_of("level", &["kota", "kecamatan", "kelurahan"])? {
        Some("kecamatan") => Level::Kecamatan,
        Some("kelurahan") => Level::Kelurahan,
        _ => Level::Kota,
    };
    if !viewer.staff() {
        params.rung("window", length, &WINDOWS)?;
    }
    let length_us = i64::try_from(length.as_micros()).unwrap_or(i64::MAX);
    let window = Window::of(&snapshot, length_us, state.settings.delay_s, None);
    let rows = match window {
        Some(window) => {
            let session = if length > WITHOUT_HISTORY {
                state.long_session(&snapshot).await?
            } else {
                state.desk.session(&snapshot)?
            };
            let question = async move { ask(&session, level, window.start_us, window.end_us).await };
            state.analysts.ask(question).await?
        }
        None => Vec::new(),
    };
    let disclosure = Disclosure::of(&viewer, &state);
    let complete = window.is_some_and(|window| window.complete);
    json(&OpinionsAnswer {
        frame: Frame::of(&snapshot, complete, state.settings.delay_s, now_us()),
        window_start: window.map(|window| rfc3339(window.start_us)),
        window_end: window.map(|window| rfc3339(window.end_us)),
        rounded_to: disclosure.rounded_to(),
        areas: areas(&state, level, &rows, disclosure),
    })
}

fn areas(state: &AppState, level: Level, rows: &[OpinionCount], disclosure: Disclosure) -> Vec<OpinionArea> {
    let names: BTreeMap<String, String> = state
        .territory
        .units(level)
        .into_iter()
        .map(|unit| (unit.code, unit.name))
        .collect();
    let mut found: Vec<OpinionArea> = Vec::new();
    for row in rows {
        let (n, reporters) = (whole(row.n), whole(row.reporters));
        let (Some(n), Some(reporters)) = (disclosure.count(n, reporters), disclosure.many(reporters)) else {
            continue;
        };
        let code = level.dotted(row.area);
        match &row.topic {
            None => found.push(OpinionArea {
                name: names.get(&code).cloned(),
                code,
                sample: reporters,
                n,
                topics: Vec::new(),
            }),
            // An area whose sample is too small has no topic that is large enough.
            Some((kind, category)) => {
                if let Some(area) = found.last_mut().filter(|area| area.code == code) {
                    area.topics.extend(topic((n, reporters), kind, category, area.sample));
                }
            }
        }
    }
    for area in &mut found {
        // Stable: of as many people the order of kind and category.
        area.topics.sort_by_key(|topic| std::cmp::Reverse(topic.reporters));
    }
    found
}

fn topic((n, reporters): (i64, i64), kind: &str, category: &str, sample: i64) -> Option<OpinionTopic> {
    let (share_low, share_high) = wilson(reporters.unsigned_abs(), sample.unsigned_abs())?;
    Some(OpinionTopic {
        kind: kind.to_owned(),
        category: category.to_owned(),
        category_label: Words::category(category),
        n,
        reporters,
        share: share(reporters, sample),
        share_low,
        share_high,
    })
}

#[expect(clippy::cast_precision_loss, reason = "counts of people stay far below 2^53")]
fn share(part: i64, whole: i64) -> f64 {
    part as f64 / whole as f64
}

fn whole(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
