//! `GET /v1/rankings/reporters`: reporters who asked to be named, by what they told that turned out to be something. Off unless it is
//! switched on, and staff's unless it is made public.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use tanggap_engine::event::Category;
use tanggap_queries::named::{NamedReporter, Outcome, ReporterTally};
use utoipa::ToSchema;

use super::answer::{Words, json};
use super::freshness::Frame;
use super::reporters_asked::Asked;
use crate::access::Right;
use crate::error::Problem;
use crate::extractors::{Params, Viewer};
use crate::state::AppState;
use crate::time::{now_us, rfc3339};

/// Version of the way the numbers are computed.
const FORMULA: &str = "tanggap-reporters 1";

/// One reporter. No place of the city and no time is in it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ReporterItem {
    /// Place, the first is 1; those with as many points share one. Null = too few, shown to staff only.
    place: Option<usize>,
    /// Whether somebody else has the same place.
    shared: bool,
    /// What they chose to be called.
    pseudonym: String,
    /// Different things they told of that were done or found true, at most `a_day` of a local day: what places are by.
    points: u32,
    /// The same without the cap.
    confirmed: u32,
    /// Different things they told of: complaints of one category, cell and local day are one.
    incidents: u32,
    /// Their complaints.
    reports: usize,
    /// Part of `reports` closed without action.
    dismissed_share: f64,
    /// Part of `reports` closed as the same as another.
    duplicate_share: f64,
    /// Of `incidents` those that they were the first to tell of, and others after them.
    first_witness: u32,
}

/// One complaint behind a row.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ReporterReport {
    /// `<channel>:<id>`.
    id: String,
    /// Local day it was filed.
    day: String,
    /// Which of the row's incidents it tells of, from 1.
    incident: usize,
    /// `confirmed` (done, or found true), `dismissed` (closed without action), `duplicate`; null = open, or ended otherwise.
    outcome: Option<&'static str>,
    /// Whether it was the first that told of what others told of too.
    first_witness: bool,
}

/// The ranking.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReportersAnswer {
    #[serde(flatten)]
    frame: Frame,
    /// `reporters`.
    level: &'static str,
    /// The window, as asked for.
    window: String,
    /// Complaints filed from then on; null before the first event.
    window_start: Option<String>,
    /// And before then.
    window_end: Option<String>,
    /// Version of the way the numbers are computed.
    formula: &'static str,
    /// Points somebody needs to have a place.
    minimum_n: u32,
    /// Confirmed incidents of one local day that count at most.
    a_day: u32,
    /// Whether nobody is shown because fewer than `minimum_reporters` have a place.
    suppressed: bool,
    /// So many must have a place before the public is shown any.
    minimum_reporters: u32,
    /// Who is in it, in words.
    says: Words,
    /// By place, those of one place by pseudonym.
    items: Vec<ReporterItem>,
    /// What is behind the row of `pseudonym`; null where it was not asked for.
    reports: Option<Vec<ReporterReport>>,
}

/// Reporters
///
/// Only reporters who asked for it, by pseudonyms they chose (`POST /v1/pseudonyms`), and only as long as they do: who withdrew is in no answer,
/// of the past either. Places are by different things told of that turned out to be something, a few a day at most, so that neither volume
/// nor repeating wins. Complaints only: duty reports are paid for, and count nothing; nor does what the rules keep private. 404 unless
/// `[reporters] ranking = true`; for staff unless `public = true`. The public is shown whole calendar months, as they stood when they were over,
/// those who have a place, and nobody where fewer than `minimum_reporters` have one. Leadership and operators may ask for the complaints
/// behind a row by `pseudonym`.
#[utoipa::path(
    get,
    path = "/v1/rankings/reporters",
    tag = "rankings",
    params(
        ("window" = Option<String>, Query, description = "month (default), quarter or year: the 1, 3 or 12 calendar months in Jakarta that were over at `as_of`; for staff also 1h to 3660d before it"),
        ("as_of" = Option<String>, Query, description = "RFC 3339; default and at most: the watermark. The public may ask for beginnings of months only (00:00 in Jakarta), staff for any moment"),
        ("pseudonym" = Option<String>, Query, description = "leadership and operators: only this one, with the complaints behind the row"),
    ),
    responses(
        (status = 200, description = "The ranking", body = ReportersAnswer),
        (status = 400, description = "A parameter does not fit", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No credentials, and it is not public", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "Neither leadership nor operator, and asked for what is behind a row", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "It is switched off, or nobody of this pseudonym is in it", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn reporters(State(state): State<Arc<AppState>>, viewer: Viewer, params: Params) -> Result<Response, Problem> {
    let params = params.only(&["window", "as_of", "pseudonym"])?;
    let (version, named) = state.pseudonyms.named();
    let asked = Asked::read(&state, &viewer, &params, version)?;
    let wanted = params.get("pseudonym");
    if wanted.is_some() {
        viewer.require(Right::Audit)?;
    }
    let tallies = tallies(&state, &asked, named).await?;
    let settings = &state.settings.reporters;
    let (mut items, mut behind) = (Vec::new(), None);
    for tally in tallies.iter() {
        // Who withdrew since is gone at once, whatever is remembered.
        let Some(pseudonym) = state.pseudonyms.of(&tally.reporter) else {
            continue;
        };
        if wanted.is_some_and(|wanted| wanted.eq_ignore_ascii_case(&pseudonym)) {
            behind = Some(reports(tally));
        }
        items.push(item(tally, pseudonym));
    }
    place(&mut items, settings.rule.minimum_n);
    let mut suppressed = false;
    if !viewer.staff() {
        items.retain(|item| item.place.is_some());
        suppressed = items.len() < usize::try_from(settings.minimum_reporters).unwrap_or(usize::MAX);
        if suppressed {
            items.clear();
        }
    }
    if let Some(wanted) = wanted {
        if behind.is_none() {
            return Err(Problem::not_found("nobody of this pseudonym is in the ranking of this window"));
        }
        items.retain(|item| item.pseudonym.eq_ignore_ascii_case(wanted));
        looked(&state, viewer).await;
    }
    let key = asked.key.as_ref();
    json(&ReportersAnswer {
        frame: Frame {
            as_of: key.and_then(|key| key.past_us).or_else(|| asked.snapshot.watermark()).map(rfc3339),
            ..Frame::of(
                &asked.snapshot,
                key.is_some_and(|key| key.past_us.is_some()),
                state.settings.delay_s,
                now_us(),
            )
        },
        level: "reporters",
        window_start: key.map(|key| rfc3339(key.since_us)),
        window_end: key.map(|key| rfc3339(key.until_us)),
        window: asked.window,
        formula: FORMULA,
        minimum_n: settings.rule.minimum_n,
        a_day: settings.rule.a_day,
        suppressed,
        minimum_reporters: settings.minimum_reporters,
        says: Words {
            id: "hanya pelapor yang meminta disebut, dengan nama samaran pilihan mereka".to_owned(),
            en: "only reporters who asked to be named, by pseudonyms they chose".to_owned(),
        },
        items,
        reports: behind,
    })
}

/// What those who are named told of, computed at most once a minute.
async fn tallies(state: &Arc<AppState>, asked: &Asked, named: Vec<NamedReporter>) -> Result<Arc<Vec<ReporterTally>>, Problem> {
    let Some(key) = asked.key.clone().filter(|_| !named.is_empty()) else {
        return Ok(Arc::default());
    };
    let (since_us, until_us, past_us) = (key.since_us, key.until_us, key.past_us);
    let make = async {
        let Some(cases) = state.cases_at(&asked.snapshot, past_us).await? else {
            return Ok(Vec::new());
        };
        let rule = state.settings.reporters.rule;
        let hidden: Vec<Category> = Category::ALL
            .iter()
            .copied()
            .filter(|category| state.router.keeps_private(*category))
            .collect();
        let ask = async move { cases.reporters(&named, &hidden, since_us, until_us, rule).await };
        state.analysts.ask(ask).await
    };
    state.answers.reporters.ask(key, asked.snapshot.version, make).await
}

/// A row without its place.
fn item(tally: &ReporterTally, pseudonym: String) -> ReporterItem {
    let reports = tally.reports.len();
    ReporterItem {
        place: None,
        shared: false,
        pseudonym,
        points: tally.points,
        confirmed: tally.confirmed,
        incidents: tally.occasions,
        reports,
        dismissed_share: share(tally.dismissed, reports),
        duplicate_share: share(tally.duplicates, reports),
        first_witness: tally.first,
    }
}

/// Orders rows and gives places to those with enough points: as many points, the same place, and the next one after all of them.
fn place(items: &mut [ReporterItem], minimum: u32) {
    items.sort_by(|one, other| {
        let fold = |item: &ReporterItem| item.pseudonym.to_ascii_lowercase();
        other.points.cmp(&one.points).then_with(|| fold(one).cmp(&fold(other)))
    });
    let points: Vec<u32> = items.iter().map(|item| item.points).collect();
    for item in items.iter_mut().filter(|item| item.points >= minimum) {
        let before = points.partition_point(|other| *other > item.points);
        item.place = Some(1 + before);
        item.shared = points.get(before + 1) == Some(&item.points);
    }
}

/// The complaints behind a row.
fn reports(tally: &ReporterTally) -> Vec<ReporterReport> {
    // Numbered in the order in which they were first told of.
    let mut incidents: HashMap<u64, usize> = HashMap::new();
    let each = tally.reports.iter().map(|report| {
        let next = incidents.len() + 1;
        let incident = *incidents.entry(report.occasion).or_insert(next);
        ReporterReport {
            id: format!("{}:{}", tally.reporter.channel, report.id),
            day: rfc3339(report.day.saturating_mul(24 * 3_600_000_000)).chars().take(10).collect(),
            incident,
            outcome: report.outcome.map(Outcome::id),
            first_witness: report.first,
        }
    });
    each.collect()
}

/// Whoever looks behind a pseudonym is in the ledger of changes, without the pseudonym.
async fn looked(state: &Arc<AppState>, viewer: Viewer) {
    let state = Arc::clone(state);
    let noted = tokio::task::spawn_blocking(move || state.ledger.record(&viewer, "looked behind a pseudonym", "reporters", "shown")).await;
    drop(noted);
}

#[expect(clippy::cast_precision_loss, reason = "counts of reports stay far below 2^53")]
fn share(part: u32, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { f64::from(part) / whole as f64 }
}

#[cfg(test)]
mod tests {
    use tanggap_queries::named::{NamedReporter, ReporterTally};

    use super::{item, place};

    #[test]
    fn as_many_points_are_the_same_place_and_too_few_are_none() {
        let mut items: Vec<_> = [("d", 5), ("A", 7), ("c", 5), ("b", 5), ("f", 2), ("e", 3)]
            .into_iter()
            .map(|(pseudonym, points)| {
                let reporter = NamedReporter {
                    channel: "qlue".to_owned(),
                    key: 1,
                };
                let tally = ReporterTally {
                    reporter,
                    points,
                    confirmed: points,
                    occasions: points,
                    first: 0,
                    dismissed: 0,
                    duplicates: 0,
                    reports: Vec::new(),
                };
                item(&tally, pseudonym.to_owned())
            })
            .collect();
        place(&mut items, 3);
        let found: Vec<_> = items
            .iter()
            .map(|item| (item.pseudonym.as_str(), item.place, item.shared))
            .collect();
        assert_eq!(
            found,
            [
                ("A", Some(1), false),
                ("b", Some(2), true),
                ("c", Some(2), true),
                ("d", Some(2), true),
                ("e", Some(5), false),
                ("f", None, false)
            ]
        );
    }
}
