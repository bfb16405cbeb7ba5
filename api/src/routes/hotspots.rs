//! `GET /v1/hotspots` and `GET /v1/hotspots/{id}`: where more people report something than chance explains, and why we say so.
//!
//! The city is looked at once a minute of event time, up to its watermark, whoever asks and however many; in between the answer stays.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::State;
use axum::response::Response;
use h3o::CellIndex;
use serde::Serialize;
use tanggap_engine::time::{HOUR_US, PANE_US, pane_of};
use tanggap_queries::QueryError;
use tanggap_queries::hotspots::{ChannelShare, Evidence, Family, Hotspot, Watch, Why};
use tanggap_queries::named::{Member, Sightings};
use tanggap_queries::statistics::Emerging;
use tanggap_queries::tables::CitySnapshot;
use utoipa::ToSchema;

use super::answer::{Words, json};
use super::freshness::Frame;
use super::hotspot_gauges::{NearGauge, near_gauges};
use crate::disclosure::Disclosure;
use crate::error::Problem;
use crate::extractors::{Params, Segment, Viewer};
use crate::state::AppState;
use crate::time::{DAY_US, now_us, rfc3339};

/// History a watch learns from when it begins.
const LEARNED_US: i64 = 8 * 7 * 24 * HOUR_US;
/// Before the first tick that is asked for so much is watched: what is on was opened within it.
const LEAD_US: i64 = 6 * HOUR_US;
/// A day of UTC, by which nulls are made.
/// Reports may come so late.
const LATE_US: i64 = 24 * HOUR_US;
/// Hotspots told at once.
const MOST: usize = 500;

/// The hotspots of a tick and why each is one.
#[derive(Debug, Default)]
pub(crate) struct Outlook {
    /// Of which tick, µs since epoch UTC; none before the first.
    pub(crate) tick_us: Option<i64>,
    /// Those that go on.
    pub(crate) living: Vec<Why>,
    /// Those that have ended of late, the last first.
    pub(crate) ended: Vec<Hotspot>,
}

/// A place of a hotspot.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct HotspotPlace {
    /// Code of the kelurahan.
    kelurahan: String,
    /// Its name.
    name: Option<String>,
}

/// What a channel adds to a hotspot.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct HotspotChannel {
    channel: String,
    /// Different reporters; in public rounded down, and null where they are too few.
    reporters: Option<i64>,
    /// Reporters of the other channels; in public rounded down, and null where either number is too small.
    observed_without: Option<i64>,
    /// What is expected of them; null in public, as the next two are.
    expected_without: Option<f64>,
    /// Their log-likelihood ratio.
    statistic_without: Option<f64>,
    /// Days between two such by chance.
    recurrence_days_without: Option<f64>,
    /// Whether it would be no hotspot without the channel.
    decisive: bool,
}

/// One hotspot.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct HotspotItem {
    /// Stays the same from its opening to its end.
    id: String,
    /// Family of categories that are counted together.
    family: &'static str,
    /// The family in words.
    family_label: Words,
    /// Id of the category most of its reporters named.
    category: &'static str,
    /// The category in words.
    category_label: Words,
    /// `opened`, `grew`, `moved`, `merged`, `closed` or `withdrawn`: the last change.
    change: &'static str,
    /// When it opened.
    opened: String,
    /// When it changed last.
    changed: String,
    /// How often late reports have changed what had been told of it.
    revision: u32,
    /// The hotspot it is part of now.
    merged_into: Option<String>,
    /// How it came to be, from Gi* of its cells in twelve steps of half an hour: `new_hot`, `consecutive_hot`, `intensifying_hot`,
    /// `persistent_hot`, `diminishing_hot`, `sporadic_hot`, `oscillating_hot` or `historical_hot`, each with `_cold` too; null where there is no
    /// pattern. Of one that has ended: at its last change.
    label: Option<&'static str>,
    /// Its H3 cells, at the resolution that is configured.
    cells: Vec<String>,
    /// The kelurahan its reports are in.
    places: Vec<HotspotPlace>,
    /// Minutes of the window its numbers are of.
    window_min: i64,
    /// What counts are rounded down to a multiple of; 1 = they are exact.
    rounded_to: i64,
    /// Different reporters; in public rounded down.
    observed: i64,
    /// Expected, were the reports of the city shuffled in time; in public by rounded counts.
    expected: f64,
    /// Expected at this hour of the week there; null without history, and in public.
    usual: Option<f64>,
    /// `space-time permutation scan`: the test its p is of.
    test: &'static str,
    /// Kulldorff's log-likelihood ratio; null in public: it would tell how many reporters there are.
    statistic: Option<f64>,
    /// Probability that chance alone brings a zone and window of the city to as great a score: `statistic` + ln `expected`, by which zones
    /// and windows of different size are compared.
    p: f64,
    /// Days between two such by chance.
    recurrence_days: f64,
}

/// The hotspots.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HotspotsAnswer {
    #[serde(flatten)]
    frame: Frame,
    /// The tick they are of; reports before it count. Null before the first.
    tick: Option<String>,
    /// Those that go on, the least likely first; then, if asked for, those that have ended, the last first.
    items: Vec<HotspotItem>,
}

/// Why a hotspot is one.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HotspotAnswer {
    #[serde(flatten)]
    frame: Frame,
    #[serde(flatten)]
    item: HotspotItem,
    /// Days of the study period.
    study_days: u32,
    /// Reports of the zone in the study period; in public rounded down, as the next two are.
    of_zone: i64,
    /// Reports of the city in the window.
    of_window: i64,
    /// Reports of the city in the study period: expected = `of_zone` · `of_window` / `of_city`.
    of_city: i64,
    /// What each channel adds; empty once it has ended.
    channels: Vec<HotspotChannel>,
    /// Reporters usual there in each of the 168 hours of the week: local time, from Monday 0:00, a holiday being a Sunday. Null without
    /// history, once it has ended, and in public.
    week: Option<Vec<f64>>,
    /// Of a flood, the gauges within 5 km and those of the same rivers, the nearest first: what Siaga they are at, and when their water comes.
    gauges: Vec<NearGauge>,
    /// Its reports; staff only.
    #[serde(skip_serializing_if = "Option::is_none")]
    members: Option<Vec<HotspotMember>>,
}

/// A report of a hotspot.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct HotspotMember {
    channel: String,
    id: String,
}

/// Hotspots
///
/// Zones in which more different reporters speak of a family of categories than chance explains, by a prospective space-time permutation scan
/// over discs of cells, kelurahan and kecamatan, and windows of 15 minutes to 6 hours that end now. To the public counts are rounded down.
#[utoipa::path(
    get,
    path = "/v1/hotspots",
    tag = "heat",
    params(
        ("family" = Option<String>, Query, description = "flood, traffic, waste, roads, order, emergency or other"),
        ("ended" = Option<String>, Query, description = "true: those that ended in the last hours too"),
        ("limit" = Option<usize>, Query, description = "1 to 500; default 100"),
    ),
    responses(
        (status = 200, description = "The hotspots", body = HotspotsAnswer),
        (status = 400, description = "A parameter does not fit", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn hotspots(State(state): State<Arc<AppState>>, viewer: Viewer, params: Params) -> Result<Response, Problem> {
    let params = params.only(&["family", "ended", "limit"])?;
    let families = Family::ALL.map(Family::id);
    let family = params.one_of("family", &families)?.and_then(Family::from_id);
    let ended = params.one_of("ended", &["true", "false"])? == Some("true");
    let limit = params.whole("limit", 1..=MOST, 100)?;
    let snapshot = state.city.snapshot();
    let outlook = outlook(&state, &snapshot).await?;
    let mut shown: Vec<&Hotspot> = outlook.living.iter().map(|why| &why.hotspot).collect();
    shown.sort_by(|a, b| a.evidence.p.total_cmp(&b.evidence.p).then_with(|| a.id.cmp(&b.id)));
    if ended {
        shown.extend(&outlook.ended);
    }
    let disclosure = Disclosure::of(&viewer, &state);
    let wanted = |hotspot: &&Hotspot| family.is_none_or(|family| family == hotspot.family) && told_of(hotspot, disclosure);
    json(&HotspotsAnswer {
        frame: Frame::of(&snapshot, false, state.settings.delay_s, now_us()),
        tick: outlook.tick_us.map(rfc3339),
        items: shown
            .into_iter()
            .filter(wanted)
            .take(limit)
            .map(|hotspot| item(&state, hotspot, disclosure))
            .collect(),
    })
}

/// Why
///
/// The numbers a hotspot stands on, what each channel adds to it, and for staff the reports they can be counted again from.
#[utoipa::path(
    get,
    path = "/v1/hotspots/{id}",
    tag = "heat",
    params(("id" = String, Path, description = "as /v1/hotspots lists it")),
    responses(
        (status = 200, description = "The hotspot", body = HotspotAnswer),
        (status = 404, description = "No such hotspot, or it has ended long ago", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn hotspot(
    State(state): State<Arc<AppState>>,
    Segment(id): Segment<String>,
    viewer: Viewer,
    params: Params,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let snapshot = state.city.snapshot();
    let outlook = outlook(&state, &snapshot).await?;
    let disclosure = Disclosure::of(&viewer, &state);
    let living = outlook.living.iter().find(|why| why.hotspot.id == id);
    let found = living
        .map(|why| &why.hotspot)
        .or_else(|| outlook.ended.iter().find(|hotspot| hotspot.id == id));
    let found = found.filter(|hotspot| told_of(hotspot, disclosure));
    let Some(hotspot) = found else {
        return Err(Problem::not_found(
            "there is no such hotspot now; /v1/hotspots?ended=true lists those there are",
        ));
    };
    let shares: &[ChannelShare] = living.map_or(&[], |why| why.channels.as_slice());
    let members = if viewer.staff() {
        Some(members(&state, &snapshot, hotspot).await?)
    } else {
        None
    };
    let gauges = near_gauges(&state, &snapshot, hotspot).await?;
    let evidence = &hotspot.evidence;
    json(&HotspotAnswer {
        frame: Frame::of(&snapshot, false, state.settings.delay_s, now_us()),
        item: item(&state, hotspot, disclosure),
        study_days: state.settings.hotspots.as_ref().map_or(0, |watch| watch.study_days),
        of_zone: disclosure.rounded(i64::from(evidence.of_zone)),
        of_window: disclosure.rounded(i64::from(evidence.of_window)),
        of_city: disclosure.rounded(i64::from(evidence.of_city)),
        channels: shares.iter().map(|share| channel(share, disclosure)).collect(),
        week: living.and_then(|why| why.week.clone()).filter(|_| disclosure.exact()),
        gauges,
        members,
    })
}

/// Whether a hotspot is of enough different reporters for whoever asks.
pub(super) fn told_of(hotspot: &Hotspot, disclosure: Disclosure) -> bool {
    disclosure.many(i64::from(hotspot.evidence.observed)).is_some()
}

/// What is expected, by counts as they are told: the exact one would tell them.
fn expected(evidence: &Evidence, disclosure: Disclosure) -> f64 {
    if disclosure.exact() {
        return evidence.expected;
    }
    let rounded = |n: u32| u32::try_from(disclosure.rounded(i64::from(n))).unwrap_or(n);
    f64::from(rounded(evidence.of_zone)) * f64::from(rounded(evidence.of_window)) / f64::from(rounded(evidence.of_city).max(1))
}

fn item(state: &AppState, hotspot: &Hotspot, disclosure: Disclosure) -> HotspotItem {
    let evidence = &hotspot.evidence;
    let place = |code: &i64| {
        let (kelurahan, name) = state.place(Some(*code));
        HotspotPlace {
            kelurahan: kelurahan.unwrap_or_default(),
            name,
        }
    };
    HotspotItem {
        id: hotspot.id.clone(),
        family: hotspot.family.id(),
        family_label: Words {
            id: hotspot.family.label_id().to_owned(),
            en: hotspot.family.label_en().to_owned(),
        },
        category: evidence.category.id(),
        category_label: Words::category(evidence.category.id()),
        change: hotspot.change.id(),
        opened: rfc3339(hotspot.opened_us),
        changed: rfc3339(hotspot.changed_us),
        revision: hotspot.revision,
        merged_into: hotspot.merged_into.clone(),
        label: hotspot.label.map(Emerging::id),
        cells: evidence
            .cells
            .iter()
            .filter_map(|cell| CellIndex::try_from(*cell).ok())
            .map(|cell| cell.to_string())
            .collect(),
        places: evidence.kelurahan.iter().map(place).collect(),
        window_min: evidence.window_us / PANE_US,
        rounded_to: disclosure.rounded_to(),
        observed: disclosure.rounded(i64::from(evidence.observed)),
        expected: expected(evidence, disclosure),
        usual: evidence.usual.filter(|_| disclosure.exact()),
        test: "space-time permutation scan",
        statistic: Some(evidence.statistic).filter(|_| disclosure.exact()),
        p: evidence.p,
        recurrence_days: evidence.recurrence_days,
    }
}

/// A channel's share as this viewer may see it: two numbers whose difference is a third must both be large enough.
fn channel(share: &ChannelShare, disclosure: Disclosure) -> HotspotChannel {
    let (own, others) = (i64::from(share.reporters), i64::from(share.observed_without));
    let enough = |reporters: i64| reporters == 0 || disclosure.many(reporters).is_some();
    let shown = enough(own) && enough(others);
    HotspotChannel {
        channel: share.channel.clone(),
        reporters: shown.then(|| disclosure.rounded(own)),
        observed_without: shown.then(|| disclosure.rounded(others)),
        expected_without: Some(share.expected_without).filter(|_| disclosure.exact()),
        statistic_without: Some(share.statistic_without).filter(|_| disclosure.exact()),
        recurrence_days_without: Some(share.recurrence_days_without()).filter(|_| disclosure.exact()),
        decisive: share.decisive,
    }
}

/// Ids of a hotspot's reports.
async fn members(state: &Arc<AppState>, snapshot: &Arc<CitySnapshot>, hotspot: &Hotspot) -> Result<Vec<HotspotMember>, Problem> {
    let session = state.desk.session(snapshot)?;
    let (since_us, numbers) = (hotspot.tick_us - hotspot.evidence.window_us, hotspot.evidence.members.clone());
    let ask = async move { Sightings::collect(&session, since_us).await?.members(&numbers) };
    let members = state.analysts.ask(ask).await?;
    let member = |Member { channel, id }| HotspotMember { channel, id };
    Ok(members.into_iter().map(member).collect())
}

/// The outlook of the minute the city's watermark is in, made once for all who ask.
pub(crate) async fn outlook(state: &Arc<AppState>, snapshot: &Arc<CitySnapshot>) -> Result<Arc<Outlook>, Problem> {
    let (Some(tick_us), Some(watch)) = (snapshot.watermark().map(pane_of), &state.watch) else {
        return Ok(Arc::default());
    };
    let make = async {
        let session = state.desk.session(snapshot)?;
        let watch = Arc::clone(watch);
        let ask = async move {
            let since_us = match held(&watch).tick_us() {
                Some(last_us) => last_us.min(tick_us) - LATE_US,
                None => tick_us - LEARNED_US,
            };
            let sightings = Sightings::collect(&session, since_us).await?;
            // Not on a thread that answers others: looking may take a second where much happens.
            let look = tokio::task::spawn_blocking(move || look(&mut held(&watch), &sightings, tick_us));
            look.await.map_err(|_| QueryError::Poisoned)?
        };
        state.analysts.ask(ask).await
    };
    let minute = tick_us.div_euclid(PANE_US).unsigned_abs();
    state.answers.outlook.ask((), minute, make).await
}

fn held(watch: &Mutex<Watch>) -> MutexGuard<'_, Watch> {
    watch.lock().unwrap_or_else(PoisonError::into_inner)
}

fn look(watch: &mut Watch, sightings: &Sightings, tick_us: i64) -> Result<Outlook, QueryError> {
    sightings.give(watch)?;
    // The chance behind hotspots is drawn anew each day: a watch that begins with a day says what one that began before it says.
    watch.begin((tick_us - LEAD_US).div_euclid(DAY_US) * DAY_US);
    watch.advance(tick_us);
    let ids: Vec<String> = watch.hotspots().map(|hotspot| hotspot.id.clone()).collect();
    // What ended and was told again by a late report is told once, as it was told last.
    let ended: BTreeMap<&str, &Hotspot> = watch.ended().map(|hotspot| (hotspot.id.as_str(), hotspot)).collect();
    let mut ended: Vec<Hotspot> = ended.into_values().filter(|hotspot| !ids.contains(&hotspot.id)).cloned().collect();
    ended.sort_by(|a, b| b.changed_us.cmp(&a.changed_us).then_with(|| a.id.cmp(&b.id)));
    Ok(Outlook {
        tick_us: watch.tick_us(),
        living: ids.iter().filter_map(|id| watch.why(id)).collect(),
        ended,
    })
}
