//! `GET /v1/terms`: words and hashtags of tweets that more people use than they usually do there at this hour.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use tanggap_engine::territory::{Level, Unit};
use tanggap_queries::named::{History, RisingTerm, RisingTerms, TermArea, TermQuestion, TermSpan, rising_terms, surprise};
use tanggap_queries::tables::CitySnapshot;
use utoipa::ToSchema;

use super::answer::{Words, json};
use super::freshness::Frame;
use crate::disclosure::Disclosure;
use crate::error::Problem;
use crate::extractors::{Params, Viewer};
use crate::state::{AppState, TermsKey};
use crate::time::{Window, now_us, rfc3339};

/// Windows the public may ask for.
const WINDOWS: [Duration; 3] = [Duration::from_hours(1), Duration::from_hours(6), Duration::from_hours(24)];
/// People a term needs to be shown to staff; of two it may still be a talk between two.
const STAFF_MINIMUM: i64 = 3;
/// At most this share of the terms that are called rising is expected to be chance.
const FALSE_SHARE: f64 = 0.05;
/// Below this a ratio is noise divided by nothing.
const LEAST_EXPECTED: f64 = 0.1;
/// Terms of an answer at most.
const MOST_ITEMS: usize = 100;
/// What the parameter `area` is for what names no place.
const UNKNOWN: &str = "unknown";

/// People who used a term in reports of one category.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct TermCategory {
    /// Category id; `lainnya` where the text was not sure of any.
    category: &'static str,
    /// The category in words.
    category_label: Words,
    /// Different people; in public rounded down.
    reporters: i64,
}

/// A term that more people use than was to be expected.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct TermItem {
    /// Place in the list, from 1.
    rank: usize,
    /// The word in lower case, or the hashtag with its `#`.
    term: String,
    /// Whether it is a hashtag.
    hashtag: bool,
    /// Different people who used it in the window; in public rounded down, and what follows is by such counts.
    observed: i64,
    /// How many were to be expected, of as many people as wrote at all.
    expected: f64,
    /// observed − expected.
    exceedance: f64,
    /// observed / expected; null where less than 0.1 was expected and a ratio says nothing.
    ratio: Option<f64>,
    /// Surprise in standard deviations, as in the heat.
    z: f64,
    /// The chance of so many people or more, had nothing changed.
    p: f64,
    /// The share of chance among all terms that are as surprising, at most (Benjamini and Hochberg).
    q: f64,
    /// q is at most `false_share`: it is called rising. The others are more than expected, and may be chance.
    rising: bool,
    /// When it was first used in the window; in public its quarter of an hour.
    first_seen: Option<String>,
    /// By category, the most people first; those of too few are left out in public.
    categories: Vec<TermCategory>,
}

/// The rising terms.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TermsAnswer {
    #[serde(flatten)]
    frame: Frame,
    /// Whether terms are kept (`[text] terms`); where they are not there is nothing to count.
    kept: bool,
    /// Dotted code of the kota, or `unknown`; null = the whole city.
    area: Option<String>,
    /// Its name.
    area_name: Option<String>,
    /// First moment that counts; null before the first event.
    window_start: Option<String>,
    /// First that does not any more.
    window_end: Option<String>,
    /// What counts are rounded down to a multiple of; 1 = they are exact.
    rounded_to: i64,
    /// Different people a term needs to be in the list.
    minimum_reporters: i64,
    /// Different people who wrote anything there: the size of the sample. In public rounded down, as the next two are.
    sample: i64,
    /// People of the hours the expectation was learned from, those of each week and each slot added up.
    learned: i64,
    /// Terms that were looked at.
    tested: i64,
    /// Weeks before whose same hours were learned from.
    weeks: i64,
    /// Slots right before the window, each as long as it, that were learned from; together they count like one week.
    slots: i64,
    /// One of so many people was counted; 1 = all of them.
    one_of: u64,
    /// What q may be at most for a term to be called rising.
    false_share: f64,
    /// The most surprising first.
    items: Vec<TermItem>,
}

/// Rising terms
///
/// Words and hashtags of tweets by the number of different people who used them in an area (a person counts once, whatever they post; retweets do not
/// count), beside what their own past at this hour of the week lets expect of as many people. A term is shown of at least `minimum_reporters` people;
/// handles, names, numbers, addresses and words that name a place are no terms. None are kept unless `[text] terms` says so. They are in no ranking.
#[utoipa::path(
    get,
    path = "/v1/terms",
    tag = "areas",
    params(
        ("area" = Option<String>, Query, description = "code of a kota as 31.74, or `unknown`: tweets that name no kota; without it the whole city"),
        ("window" = Option<String>, Query, description = "length: 1h (default), 6h or 24h; for staff any from 1h to 24h"),
        ("at" = Option<String>, Query, description = "end of the window in the past, RFC 3339; for the public rounded down to a quarter of an hour. Without history its beginning must lie in the last 26 hours"),
        ("limit" = Option<usize>, Query, description = "1 to 100; default 20"),
    ),
    responses(
        (status = 200, description = "The rising terms", body = TermsAnswer),
        (status = 400, description = "A parameter does not fit", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "History cannot be read yet", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn terms(State(state): State<Arc<AppState>>, viewer: Viewer, params: Params) -> Result<Response, Problem> {
    let params = params.only(&["area", "window", "at", "limit"])?;
    let (area, unit) = area(&state, &params)?;
    let length = params.length("window", WINDOWS[0]..=WINDOWS[2], WINDOWS[0])?;
    if !viewer.staff() {
        params.rung("window", length, &WINDOWS)?;
    }
    let limit = params.whole("limit", 1..=MOST_ITEMS, 20)?;
    let at = params.moment("at")?;
    let disclosure = Disclosure::of(&viewer, &state);
    let snapshot = state.city.snapshot();
    let length_us = i64::try_from(length.as_micros()).unwrap_or(i64::MAX);
    let window = Window::of(&snapshot, length_us, state.settings.delay_s, at.map(|at| disclosure.quarter(at)));
    let found = match window {
        Some(window) => {
            let key = TermsKey {
                area,
                start_us: window.start_us,
                end_us: window.end_us,
                public: !viewer.staff(),
            };
            let kept = kept_from(&state, &snapshot);
            if kept.is_some_and(|kept_us| window.start_us < kept_us) && at.is_some() {
                let allowed = "a window within the last 26 hours: older ones need history";
                return Err(Problem::parameter("at", params.get("at").unwrap_or_default(), &[allowed]));
            }
            answered(&state, &snapshot, key, disclosure).await?
        }
        None => Arc::new(RisingTerms::default()),
    };
    let complete = window.is_some_and(|window| window.complete);
    json(&TermsAnswer {
        frame: Frame::of(&snapshot, complete, state.settings.delay_s, now_us()),
        kept: state.settings.keeps_terms,
        area: match area {
            TermArea::City => None,
            TermArea::Unknown => Some(UNKNOWN.to_owned()),
            TermArea::Kota(_) => unit.as_ref().map(|unit| unit.code.clone()),
        },
        area_name: unit.map(|unit| unit.name),
        window_start: window.map(|window| rfc3339(window.start_us)),
        window_end: window.map(|window| rfc3339(window.end_us)),
        rounded_to: disclosure.rounded_to(),
        minimum_reporters: minimum(disclosure),
        sample: whole(found.sample),
        learned: whole(found.learned),
        tested: disclosure.rounded(whole(found.tested)),
        weeks: found.weeks,
        slots: found.slots,
        one_of: found.one_of.max(1),
        false_share: FALSE_SHARE,
        items: (1..)
            .zip(found.items.iter().take(limit))
            .map(|(rank, term)| item(rank, term, disclosure))
            .collect(),
    })
}

/// The parameter `area`, and the kota it names.
fn area(state: &AppState, params: &Params) -> Result<(TermArea, Option<Unit>), Problem> {
    let Some(asked) = params.get("area") else {
        return Ok((TermArea::City, None));
    };
    if asked == UNKNOWN {
        return Ok((TermArea::Unknown, None));
    }
    let units = state.territory.units(Level::Kota);
    let codes: Vec<String> = units.iter().map(|unit| unit.code.clone()).collect();
    if let Some(unit) = units.into_iter().find(|unit| unit.code == asked) {
        return Ok((TermArea::Kota(unit.integer), Some(unit)));
    }
    let allowed: Vec<&str> = codes.iter().map(String::as_str).chain([UNKNOWN]).collect();
    Err(Problem::parameter("area", asked, &allowed))
}

/// The remembered answer, or a new one.
async fn answered(
    state: &Arc<AppState>,
    snapshot: &Arc<CitySnapshot>,
    key: TermsKey,
    disclosure: Disclosure,
) -> Result<Arc<RisingTerms>, Problem> {
    let asked = key.clone();
    let make = async move {
        let log = History::before(key.start_us, snapshot).us;
        let session = state.long_session(snapshot).await?;
        let kept_us = kept_from(state, snapshot).unwrap_or(i64::MIN);
        let known_us = key.start_us.saturating_sub(kept_us).clamp(0, log);
        let question = TermQuestion {
            area: key.area,
            span: TermSpan::of(key.start_us, key.end_us, known_us),
            base: disclosure.rounded_to().unsigned_abs(),
            minimum: minimum(disclosure).unsigned_abs(),
        };
        state.analysts.ask(async move { rising_terms(&session, question).await }).await
    };
    state.answers.terms.ask(asked, snapshot.version, make).await
}

/// From when on lanes keep what is no complaint, µs since epoch UTC; none where history has what they have forgotten.
fn kept_from(state: &AppState, snapshot: &CitySnapshot) -> Option<i64> {
    if state.reaches_back() {
        return None;
    }
    snapshot.lanes.values().map(|lane| lane.signals_from).max()
}

/// People a term needs to be named to whoever asks.
fn minimum(disclosure: Disclosure) -> i64 {
    disclosure.rounded_to().max(STAFF_MINIMUM)
}

fn item(rank: usize, term: &RisingTerm, disclosure: Disclosure) -> TermItem {
    let observed = whole(term.observed);
    let people = people(observed);
    let category = |(category, reporters): &(&'static str, u64)| TermCategory {
        category,
        category_label: Words::category(category),
        reporters: whole(*reporters),
    };
    TermItem {
        rank,
        hashtag: term.term.starts_with('#'),
        term: term.term.clone(),
        observed,
        expected: term.expected,
        exceedance: people - term.expected,
        ratio: (term.expected >= LEAST_EXPECTED).then(|| people / term.expected),
        z: surprise(observed, term.expected),
        p: term.p,
        q: term.q,
        rising: term.q <= FALSE_SHARE,
        first_seen: term.first_us.map(|first_us| rfc3339(disclosure.quarter(first_us))),
        categories: term.categories.iter().map(category).collect(),
    }
}

fn whole(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

#[expect(clippy::cast_precision_loss, reason = "counts of people stay far below 2^53")]
fn people(count: i64) -> f64 {
    count as f64
}
