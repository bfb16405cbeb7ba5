//! `GET /v1/incidents`, `GET /v1/incidents/{id}`: what happened, who tells of it on which channels, and why we think that it is one thing.
//!
//! The board follows the city's snapshots, whoever asks and however many: each costs what is new in it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::State;
use axum::response::Response;
use h3o::CellIndex;
use serde::Serialize;
use tanggap_engine::event::Category;
use tanggap_engine::incident::{Incident, Member, Outline, Reason, ReportKey};
use tanggap_queries::incidents::{IncidentBoard, IncidentFilter};
use tanggap_queries::named::CaseStanding;
use tanggap_queries::tables::CitySnapshot;
use utoipa::ToSchema;

use super::answer::{Words, json};
use super::freshness::Frame;
use super::photos::ShownPhoto;
use crate::disclosure::Disclosure;
use crate::error::Problem;
use crate::extractors::{Params, Segment, Viewer};
use crate::state::AppState;
use crate::time::{now_us, rfc3339};

/// Incidents told at once.
const MOST: usize = 500;
/// One report is a case, and no incident worth a line.
const LEAST: usize = 2;

/// One incident.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct IncidentItem {
    /// Channel and id of its first report.
    id: String,
    /// Id of the category most of its reports name.
    category: &'static str,
    /// The category in words.
    category_label: Words,
    /// Different reporters over all channels; one who repeats a report is one. In public rounded down, as `reports` are.
    witnesses: i64,
    /// Reports.
    reports: i64,
    /// Time of the first report; in public its day.
    from: String,
    /// Time of the last one; in public its day.
    to: String,
}

/// The incidents.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct IncidentsAnswer {
    #[serde(flatten)]
    frame: Frame,
    /// Version of the rules that link reports.
    rules: String,
    /// Whether the rules' figures are assumptions.
    assumed: bool,
    /// What counts are rounded down to a multiple of; 1 = they are exact.
    rounded_to: i64,
    /// Those with the most witnesses first.
    items: Vec<IncidentItem>,
}

/// What speaks for or against a report's incident.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct IncidentReason {
    /// `place`, `time`, `crowd`, `related_category`, `unread_category`, `other_category`, `same_reporter`, `same_file` or `same_look`.
    feature: &'static str,
    /// What it adds to the score.
    weight: f64,
    /// Metres, seconds, or how many other incidents lie as near; null of the others.
    value: Option<f64>,
}

/// A report of an incident.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct IncidentReport {
    channel: String,
    id: String,
    time: String,
    category: &'static str,
    /// Dotted code.
    kelurahan: Option<String>,
    /// `first`, `rules`, `chain` (it began an incident of its own that others joined to this one) or `operator`.
    tie: &'static str,
    /// Log of the odds that it belongs here; null of the first, and of what somebody said.
    score: Option<f64>,
    /// What the score is made of.
    reasons: Vec<IncidentReason>,
    /// Status of its case; null of what is no complaint.
    status: Option<String>,
    /// Whether somebody must still act on its case.
    open: Option<bool>,
    /// The first photo it shows from before the work; left out where it shows none.
    #[serde(skip_serializing_if = "Option::is_none")]
    photo: Option<ShownPhoto>,
}

/// Reports of a channel.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct IncidentChannel {
    channel: String,
    /// Different reporters; in public rounded down, and null where they are too few.
    witnesses: Option<i64>,
}

/// Why an incident is one.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct IncidentAnswer {
    #[serde(flatten)]
    frame: Frame,
    #[serde(flatten)]
    item: IncidentItem,
    /// What counts are rounded down to a multiple of; 1 = they are exact.
    rounded_to: i64,
    /// By name.
    channels: Vec<IncidentChannel>,
    /// H3 cells its reports are in, at resolution 9; none in public: one report of an incident is known by its id.
    cells: Vec<String>,
    /// Dotted codes of the kelurahan its reports are in.
    kelurahan: Vec<String>,
    /// How many of its cases somebody must still act on; in public rounded down, and null of too few.
    open_cases: Option<i64>,
    /// The least score that puts a report to an incident.
    threshold: f64,
    /// Its reports, oldest first, and why each is there; staff only.
    #[serde(skip_serializing_if = "Option::is_none")]
    members: Option<Vec<IncidentReport>>,
}

/// Incidents
///
/// What more than one person tells of, on whatever channel. In public only those with enough different reporters, whose numbers are rounded down.
#[utoipa::path(
    get,
    path = "/v1/incidents",
    tag = "cases",
    params(
        ("unit" = Option<String>, Query, description = "code of a unit: those with an open complaint on its desk; /v1/units lists them"),
        ("category" = Option<String>, Query, description = "id of a category"),
        ("limit" = Option<usize>, Query, description = "1 to 500; default 100"),
    ),
    responses(
        (status = 200, description = "The incidents", body = IncidentsAnswer),
        (status = 400, description = "A parameter does not fit", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such unit", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn incidents(State(state): State<Arc<AppState>>, viewer: Viewer, params: Params) -> Result<Response, Problem> {
    let params = params.only(&["unit", "category", "limit"])?;
    let ids: Vec<&str> = Category::ALL.iter().map(|category| category.id()).collect();
    let category = params.one_of("category", &ids)?.and_then(Category::from_id);
    let limit = params.whole("limit", 1..=MOST, 100)?;
    let snapshot = state.city.snapshot();
    let desk = match params.get("unit") {
        Some(unit) => Some(desk(&state, &snapshot, unit).await?),
        None => None,
    };
    let disclosure = Disclosure::of(&viewer, &state);
    // Different reporters an incident must have to be listed.
    let least = usize::try_from(disclosure.rounded_to()).unwrap_or(LEAST).max(LEAST);
    let private = |category: &Category| !viewer.staff() && state.router.keeps_private(*category);
    let hidden: Vec<Category> = Category::ALL.iter().copied().filter(private).collect();
    let look = move |board: &IncidentBoard| {
        let rules = (board.rules().version().to_owned(), board.rules().assumed());
        let filter = IncidentFilter {
            category,
            hidden: &hidden,
            least,
            told_by: desk.as_ref(),
            limit,
        };
        (rules, board.list(&filter))
    };
    let ((rules, assumed), listed) = seen(&state, &snapshot, look).await?;
    json(&IncidentsAnswer {
        frame: Frame::of(&snapshot, false, state.settings.delay_s, now_us()),
        rules,
        assumed,
        rounded_to: disclosure.rounded_to(),
        items: listed.iter().map(|outline| item(outline, disclosure)).collect(),
    })
}

/// Why it is one
///
/// Who tells of an incident on which channels, where, since when, and how its cases stand; for staff each report with what put it there.
#[utoipa::path(
    get,
    path = "/v1/incidents/{id}",
    tag = "cases",
    params(("id" = String, Path, description = "as /v1/incidents lists it, or channel and id of any of its reports: `qlue:6000001`")),
    responses(
        (status = 200, description = "The incident", body = IncidentAnswer),
        (status = 404, description = "No such incident, or it is long over", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn incident(
    State(state): State<Arc<AppState>>,
    Segment(id): Segment<String>,
    viewer: Viewer,
    params: Params,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let snapshot = state.city.snapshot();
    let found = why(&state, &snapshot, &id).await?;
    // A private report that a photo or an officer put to others would tell where it is by its own id.
    let private = |incident: &Incident| incident.members.iter().any(|member| state.router.keeps_private(member.category));
    let found = found.filter(|(incident, _)| viewer.staff() || !private(incident));
    // One report is its own case, and staff may ask what it tells of; in public as few as one must not be counted.
    let disclosure = Disclosure::of(&viewer, &state);
    let enough = |(incident, _): &(Incident, f64)| disclosure.many(whole(incident.witnesses)).is_some();
    let (incident, threshold) = found.filter(enough).ok_or_else(unknown)?;
    let keys: BTreeSet<ReportKey> = incident.members.iter().map(|member| member.key.clone()).collect();
    let standings = match state.cases(&snapshot).await? {
        Some(cases) => state.analysts.ask(async move { cases.standings(&keys) }).await?,
        None => BTreeMap::new(),
    };
    let codes: BTreeSet<i64> = incident.members.iter().filter_map(|member| member.kelurahan).collect();
    let cells: BTreeSet<u64> = incident.members.iter().filter_map(|member| member.cell).collect();
    let reports = incident.members.iter().map(|member| report(&state, &viewer, member, &standings));
    json(&IncidentAnswer {
        frame: Frame::of(&snapshot, false, state.settings.delay_s, now_us()),
        item: item(&outline(&incident), disclosure),
        rounded_to: disclosure.rounded_to(),
        channels: channels(&incident, disclosure),
        cells: cells
            .into_iter()
            .filter(|_| disclosure.exact())
            .filter_map(|cell| CellIndex::try_from(cell).ok())
            .map(|cell| cell.to_string())
            .collect(),
        kelurahan: codes.into_iter().filter_map(|code| state.place(Some(code)).0).collect(),
        open_cases: disclosure.many(whole(standings.values().filter(|standing| standing.open).count())),
        threshold,
        members: viewer.staff().then(|| reports.collect()),
    })
}

/// An incident by any of its reports, and the score that puts a report to one.
pub(super) async fn why(state: &Arc<AppState>, snapshot: &Arc<CitySnapshot>, id: &str) -> Result<Option<(Incident, f64)>, Problem> {
    let Some(key) = ReportKey::parse(id) else { return Ok(None) };
    seen(state, snapshot, move |board| {
        board.why(&key).map(|incident| (incident, board.rules().threshold()))
    })
    .await
}

/// Nobody knows it, or nobody may.
pub(super) fn unknown() -> Problem {
    Problem::not_found("there is no such incident now; /v1/incidents lists those there are")
}

/// What is seen on the board once it has followed this snapshot.
pub(crate) async fn seen<T: Send + 'static>(
    state: &Arc<AppState>,
    snapshot: &Arc<CitySnapshot>,
    look: impl FnOnce(&IncidentBoard) -> T + Send + 'static,
) -> Result<T, Problem> {
    let now = snapshot.watermark();
    let (board, city) = (Arc::clone(&state.incidents), Arc::clone(snapshot));
    // Not on a thread that answers others: the first time it reads all there is.
    let first = tokio::task::spawn_blocking(move || {
        let mut board = held(&board);
        board.follow(&city);
        match now.filter(|now| board.due(*now)) {
            Some(now) => Err((now, look)),
            None => Ok(look(&board)),
        }
    });
    let (now, look) = match first.await.map_err(|_| Problem::internal())? {
        Ok(seen) => return Ok(seen),
        Err(due) => due,
    };
    let open = match state.cases(snapshot).await? {
        Some(cases) => state.analysts.ask(async move { cases.open_reports() }).await?,
        None => BTreeSet::new(),
    };
    let board = Arc::clone(&state.incidents);
    let second = tokio::task::spawn_blocking(move || {
        let mut board = held(&board);
        // Somebody else may have done it by now.
        if board.due(now) {
            board.sweep(now, &open);
        }
        look(&board)
    });
    second.await.map_err(|_| Problem::internal())
}

fn held(board: &Mutex<IncidentBoard>) -> MutexGuard<'_, IncidentBoard> {
    board.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A count as it is told.
fn whole(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// The open complaints on a unit's desk.
async fn desk(state: &Arc<AppState>, snapshot: &Arc<CitySnapshot>, unit: &str) -> Result<BTreeSet<ReportKey>, Problem> {
    let unit = state.router.recognise(unit);
    let unit = unit.ok_or_else(|| Problem::not_found("no unit has this code; /v1/units lists them"))?;
    let code = unit.code.to_string();
    match state.cases(snapshot).await? {
        Some(cases) => state.analysts.ask(async move { cases.desk_reports(&code).await }).await,
        None => Ok(BTreeSet::new()),
    }
}

fn item(outline: &Outline, disclosure: Disclosure) -> IncidentItem {
    IncidentItem {
        id: outline.first.to_string(),
        category: outline.category.id(),
        category_label: Words::category(outline.category.id()),
        witnesses: disclosure.rounded(whole(outline.witnesses)),
        reports: disclosure.rounded(whole(outline.reports)),
        from: rfc3339(disclosure.day(outline.from_us)),
        to: rfc3339(disclosure.day(outline.to_us)),
    }
}

fn outline(incident: &Incident) -> Outline {
    let times = || incident.members.iter().map(|member| member.time_us);
    Outline {
        first: incident.first.clone(),
        category: incident.category,
        categories: incident.members.iter().map(|member| member.category).collect(),
        witnesses: incident.witnesses,
        reports: incident.members.len(),
        from_us: times().min().unwrap_or_default(),
        to_us: times().max().unwrap_or_default(),
    }
}

/// Reporters of each channel, as whoever asks may see them: two numbers whose difference is a third must all be large enough.
fn channels(incident: &Incident, disclosure: Disclosure) -> Vec<IncidentChannel> {
    let mut people: BTreeMap<&str, BTreeSet<u64>> = BTreeMap::new();
    for member in &incident.members {
        people.entry(member.key.channel.as_str()).or_default().insert(member.reporter);
    }
    let enough = people.values().all(|people| disclosure.many(whole(people.len())).is_some());
    let channel = |(channel, people): (&str, BTreeSet<u64>)| IncidentChannel {
        channel: channel.to_owned(),
        witnesses: enough.then(|| disclosure.rounded(whole(people.len()))),
    };
    people.into_iter().map(channel).collect()
}

fn report(state: &AppState, viewer: &Viewer, member: &Member, standings: &BTreeMap<ReportKey, CaseStanding>) -> IncidentReport {
    let standing = standings.get(&member.key);
    IncidentReport {
        channel: member.key.channel.clone(),
        id: member.key.id.clone(),
        time: rfc3339(member.time_us),
        category: member.category.id(),
        kelurahan: state.place(member.kelurahan).0,
        tie: member.tie.id(),
        score: member.score,
        reasons: member.reasons.iter().map(reason).collect(),
        status: standing.map(|standing| standing.status.clone()),
        open: standing.map(|standing| standing.open),
        photo: ShownPhoto::of(state, viewer, member.photo),
    }
}

fn reason(reason: &Reason) -> IncidentReason {
    IncidentReason {
        feature: reason.feature.id(),
        weight: reason.weight,
        value: reason.value,
    }
}
