//! `GET /v1/inbox`: what lies on a unit's desk, the most urgent first.

use std::cmp::Reverse;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use jiff::Timestamp;
use serde::Serialize;
use tanggap_engine::event::Status;
use tanggap_engine::incident::Outline;
use tanggap_engine::route::without_border;
use tanggap_engine::territory::KelurahanCode;
use tanggap_queries::QueryError;
use tanggap_queries::named::{InboxCounts, InboxItem as Row, Prospect, Prospects, Urgency};
use tanggap_queries::tables::CitySnapshot;
use utoipa::ToSchema;

use super::answer::{Words, json};
use super::freshness::Frame;
use super::incidents::seen;
use crate::deeds::{Action, Stage};
use crate::disclosure::Disclosure;
use crate::error::Problem;
use crate::extractors::{Params, Viewer};
use crate::state::AppState;
use crate::time::{now_us, rfc3339};

/// One open complaint on a desk.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct InboxItem {
    id: String,
    channel: String,
    category: Option<String>,
    category_label: Words,
    kelurahan: Option<String>,
    kelurahan_name: Option<String>,
    /// When it was filed; in public the day.
    received: String,
    /// When the clock that counts now runs out: the first response, then the end; in public the end of the day.
    due: Option<String>,
    /// Whether that has passed.
    overdue: bool,
    /// `overdue`, `at_risk` (less than a quarter of the time left), `new` (nobody has answered yet) or `open`.
    state: &'static str,
    status: String,
    /// How many transitions it has had; whoever acts on it says which version they saw.
    version: i64,
    /// What may be done with it now.
    actions: Vec<Action>,
    /// The incident it tells of, by its first report: `<channel>:<id>`.
    incident: Option<String>,
    /// Different people who tell of that incident, on whatever channel; in public rounded down, and null where they are too few.
    witnesses: Option<i64>,
    /// When it will be done, as things went with others like it; null where there is nothing to go by, and in public: it follows from the moment it
    /// was filed.
    expected: Option<InboxExpected>,
    /// Why it came here.
    reason: Words,
    /// How sure the route is, 0 to 1; null in public, as the next two are: they tell where in its kelurahan it lies.
    confidence: Option<f64>,
    /// Who would be asked next.
    second_unit: Option<String>,
    /// Metres to the nearest border between kelurahan.
    boundary_m: Option<f64>,
}

/// When a complaint will be done: of those with the same unit and category that had been open as long (or, where they are fewer than thirty,
/// with the unit, of the category, or all).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct InboxExpected {
    /// Half were done after so many seconds from now; null where fewer than half ever were.
    p50_s: Option<i64>,
    /// Four in five were; null where fewer ever were.
    p80_s: Option<i64>,
    /// Complaints behind the two.
    n: usize,
}

/// How many complaints of a desk are in which state.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct InboxStates {
    new: u64,
    open: u64,
    at_risk: u64,
    overdue: u64,
}

/// A page of a desk.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct InboxAnswer {
    #[serde(flatten)]
    frame: Frame,
    /// Code of the unit.
    unit: String,
    /// Its name.
    unit_name: String,
    /// The whole desk, whatever was asked for.
    counts: InboxStates,
    /// `exact`, or `day`: moments are days in Jakarta, deadlines their ends.
    times: &'static str,
    /// What witnesses are rounded down to a multiple of; 1 = they are exact.
    rounded_to: i64,
    /// The most urgent first.
    items: Vec<InboxItem>,
    /// To be given as `cursor` for the next page; null on the last.
    next_cursor: Option<String>,
}

/// Pages beyond this many complaints are not turned: nobody works the ten-thousandth first.
const DEEPEST: usize = 20_000;

/// A unit's desk
///
/// Open complaints the unit holds, with the deadline that counts now (by the service level of their route, the calendar and the time spent
/// waiting for the reporter), what may be done with them, and the reason they came here. Emergencies have no desk: they never queue.
#[utoipa::path(
    get,
    path = "/v1/inbox",
    tag = "cases",
    params(
        ("unit" = String, Query, description = "code of the unit; /v1/units lists them"),
        ("state" = Option<String>, Query, description = "only new, open, at_risk or overdue ones"),
        ("limit" = Option<usize>, Query, description = "1 to 500; default 50"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before"),
    ),
    responses(
        (status = 200, description = "The desk", body = InboxAnswer),
        (status = 400, description = "A parameter does not fit", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such unit", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn inbox(State(state): State<Arc<AppState>>, viewer: Viewer, params: Params) -> Result<Response, Problem> {
    let params = params.only(&["unit", "state", "limit", "cursor"])?;
    let asked = params.get("unit");
    let asked = asked.ok_or_else(|| Problem::missing_parameter("unit", "the code of a unit; /v1/units lists them"))?;
    let words = Urgency::ALL.map(Urgency::id);
    let wanted = params.one_of("state", &words)?.and_then(Urgency::from_id);
    let wanted = wanted.map_or_else(|| Urgency::ALL.to_vec(), |urgency| vec![urgency]);
    let limit = params.whole("limit", 1..=500, 50)?;
    let from = params.whole("cursor", 0..=DEEPEST, 0)?;
    let unit = state.router.recognise(asked);
    let unit = unit.ok_or_else(|| Problem::not_found("no unit has this code; /v1/units lists them"))?;
    let (code, unit_name) = (unit.code.to_string(), unit.name.to_string());
    let snapshot = state.city.snapshot();
    let now = now_us();
    let (counts, mut rows) = match state.cases(&snapshot).await? {
        Some(cases) => {
            let code = code.clone();
            let ask = async move {
                let desk = cases.inbox(&code).await?;
                Ok::<_, QueryError>((desk.counts(), desk.page(&wanted, from, limit + 1)?))
            };
            state.analysts.ask(ask).await?
        }
        None => (InboxCounts::default(), Vec::new()),
    };
    let disclosure = Disclosure::of(&viewer, &state);
    let more = rows.len() > limit && from + limit <= DEEPEST;
    rows.truncate(limit);
    let mut items = items(&state, &snapshot, rows, &viewer).await?;
    // What many tell of comes first among what is as urgent on this page; its clocks stay what they are.
    for alike in items.chunk_by_mut(|one, other| one.state == other.state) {
        alike.sort_by_key(|item| Reverse(item.witnesses.unwrap_or(1)));
    }
    json(&InboxAnswer {
        frame: Frame::of(&snapshot, false, state.settings.delay_s, now),
        unit: code,
        unit_name,
        counts: InboxStates {
            new: counts.new,
            open: counts.open,
            at_risk: counts.at_risk,
            overdue: counts.overdue,
        },
        times: disclosure.times(),
        rounded_to: disclosure.rounded_to(),
        items,
        next_cursor: more.then(|| (from + limit).to_string()),
    })
}

/// Rows of a desk as they are shown, each with when it will be done and who else tells of it.
pub(super) async fn items(
    state: &Arc<AppState>,
    snapshot: &Arc<CitySnapshot>,
    rows: Vec<Row>,
    viewer: &Viewer,
) -> Result<Vec<InboxItem>, Problem> {
    let prospects = if rows.is_empty() { None } else { state.prospects(snapshot).await? };
    // Curves are made when first asked for, which may take a while.
    let look = state.analysts.compute(move || {
        let of = |row: &Row| prospects.as_ref().and_then(|prospects| expected(prospects, row));
        rows.into_iter().map(|row| (of(&row), row)).collect::<Vec<_>>()
    });
    let seen = look.await?.into_iter();
    let mut items: Vec<InboxItem> = seen.map(|(prospect, row)| item(state, row, prospect)).collect();
    as_they_stand(state, &mut items).await?;
    let disclosure = Disclosure::of(viewer, state);
    witnessed(state, snapshot, &mut items, disclosure).await?;
    if !disclosure.exact() {
        for item in &mut items {
            veil(item, disclosure);
        }
    }
    Ok(items)
}

/// Takes away what would tell the public when it was filed, or where in its kelurahan it lies.
fn veil(item: &mut InboxItem, disclosure: Disclosure) {
    let moment = |text: &str, of: &dyn Fn(i64) -> i64| {
        let time = text.parse::<Timestamp>();
        time.map_or_else(|_| String::new(), |time| rfc3339(of(time.as_microsecond())))
    };
    item.received = moment(&item.received, &|time_us| disclosure.day(time_us));
    item.due = item.due.as_deref().map(|due| moment(due, &|time_us| disclosure.day_end(time_us)));
    item.reason.id = without_border(&item.reason.id);
    item.reason.en = without_border(&item.reason.en);
    (item.expected, item.confidence, item.second_unit, item.boundary_m) = (None, None, None, None);
}

/// Which incident each tells of, and how many people do, as far as they may be counted.
async fn witnessed(
    state: &Arc<AppState>,
    snapshot: &Arc<CitySnapshot>,
    items: &mut [InboxItem],
    disclosure: Disclosure,
) -> Result<(), Problem> {
    let asked: Vec<(String, String)> = items.iter().map(|item| (item.channel.clone(), item.id.clone())).collect();
    let told = seen(state, snapshot, move |board| {
        let told = asked.iter().map(|(channel, id)| board.of_report(channel, id));
        told.collect::<Vec<Option<Outline>>>()
    });
    for (item, told) in items.iter_mut().zip(told.await?) {
        item.incident = told.as_ref().map(|told| told.first.to_string());
        item.witnesses = told.and_then(|told| disclosure.many(i64::try_from(told.witnesses).unwrap_or(i64::MAX)));
    }
    Ok(())
}

/// The watermark, up to which a desk is told, lies a minute and more behind. What was done since is shown all the same: whoever acts says
/// which version they saw, and would else be told that it is an old one.
async fn as_they_stand(state: &Arc<AppState>, items: &mut [InboxItem]) -> Result<(), Problem> {
    if items.is_empty() {
        return Ok(());
    }
    let asked = items.iter().map(|item| (item.channel.clone(), item.id.clone())).collect();
    for standing in state.deeds.stand(state, asked).await? {
        let same = |item: &&mut InboxItem| item.id == standing.id && item.channel == standing.channel;
        let Some(item) = items.iter_mut().find(same) else { continue };
        let story = standing.story();
        item.version = i64::try_from(story.transitions).unwrap_or(i64::MAX);
        if let Some(status) = story.status {
            status.id().clone_into(&mut item.status);
        }
        item.actions = Stage::of(&standing, state.settings.duty.trust_channel).actions().to_vec();
    }
    Ok(())
}

fn expected(prospects: &Prospects, row: &Row) -> Option<Prospect> {
    #[expect(clippy::cast_precision_loss, reason = "exact up to 285 million years")]
    let open_s = row.age_s as f64;
    prospects.expected(&row.unit, row.category.as_deref().unwrap_or_default(), open_s)
}

/// What may be done with an open complaint of this status.
fn actions(status: &str) -> Vec<Action> {
    let stage = match Status::from_id(status) {
        Some(Status::Dispatched) => Stage::Dispatched,
        Some(Status::InProgress) => Stage::Working,
        Some(Status::Asked) => Stage::Asked,
        _ => Stage::Waiting,
    };
    stage.actions().to_vec()
}

fn item(state: &AppState, row: Row, prospect: Option<Prospect>) -> InboxItem {
    let kelurahan = row.kelurahan.as_deref().and_then(|code| code.parse::<KelurahanCode>().ok());
    let (kelurahan, kelurahan_name) = state.place(kelurahan.map(KelurahanCode::integer));
    InboxItem {
        id: row.id,
        channel: row.channel,
        category_label: Words::category(row.category.as_deref().unwrap_or_default()),
        category: row.category,
        kelurahan,
        kelurahan_name,
        received: rfc3339(row.filed),
        due: row.due.map(rfc3339),
        overdue: row.state == "overdue",
        state: row.state,
        actions: actions(&row.status),
        status: row.status,
        version: row.version,
        incident: None,
        witnesses: None,
        expected: prospect.map(|prospect| InboxExpected {
            p50_s: prospect.p50_s.map(whole),
            p80_s: prospect.p80_s.map(whole),
            n: prospect.n,
        }),
        reason: Words {
            id: row.reason_id.unwrap_or_default(),
            en: row.reason_en.unwrap_or_default(),
        },
        confidence: row.confidence,
        second_unit: row.second_unit,
        boundary_m: row.boundary_m,
    }
}

/// Whole seconds.
#[expect(clippy::cast_possible_truncation, reason = "the cast saturates, and waits are far shorter")]
fn whole(seconds: f64) -> i64 {
    seconds.round() as i64
}

#[cfg(test)]
mod tests {
    use super::{Stage, actions};

    #[test]
    fn what_may_be_done_follows_from_the_status() {
        assert_eq!(actions("received"), Stage::Waiting.actions());
        assert_eq!(actions("reopened"), Stage::Waiting.actions());
        assert_eq!(actions("in_progress"), Stage::Working.actions());
        assert_eq!(actions("asked"), Stage::Asked.actions());
        assert_ne!(actions("asked"), actions("in_progress"));
    }
}
