//! Requests of GeoReport: our complaints, each by itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use geo::InteriorPoint;
use h3o::{CellIndex, LatLng};
use jiff::Timestamp;
use serde_json::{Value, json};
use tanggap_engine::event::Category;
use tanggap_engine::territory::KelurahanCode;
use tanggap_queries::named::{GeoReport, GeoReportQuestion};

use super::CHANNEL;
use super::form::{Asked, Form, admit, value};
use super::services::served;
use crate::disclosure::Disclosure;
use crate::error::Problem;
use crate::extractors::{Segment, Viewer};
use crate::state::AppState;
use crate::time::{DAY_US, now_us, rfc3339};

/// What one question may span, µs: 90 days.
const SPAN_US: i64 = 90 * DAY_US;
/// What one answer may hold.
const MOST: usize = 1_000;
/// Ids one question may name.
const MOST_IDS: usize = 100;
/// Requests in the future of this are of no calendar, µs since epoch UTC: 2100.
const FAR_US: i64 = 4_102_444_800_000_000;

/// One request
///
/// `GeoReport`: a request by its id, as the list shows it. An id of another channel than `GeoReport`'s own is `<channel>:<id>`.
#[utoipa::path(
    get,
    path = "/open311/v2/requests/{document}",
    operation_id = "georeport_request",
    tag = "open311",
    params(("document" = String, Path, description = "`<service_request_id>.json` or `<service_request_id>.xml`")),
    responses(
        (status = 200, description = "The request, in a list", content((serde_json::Value = "application/json"), (String = "text/xml"))),
        (status = 404, description = "No such request", content((serde_json::Value = "application/json"), (String = "text/xml"))),
    )
)]
pub(crate) async fn request(
    State(state): State<Arc<AppState>>,
    viewer: Viewer,
    Segment(document): Segment<String>,
    Asked(asked): Asked,
) -> Response {
    let (id, form) = Form::of(&document);
    let found = one(&state, id, &asked).await.map(|report| {
        let mut places = Places::new(&state, Disclosure::of(&viewer, &state));
        let tree = json!([places.shown(&report, extended(&asked))]);
        (StatusCode::OK, "service_requests", "request", tree)
    });
    Form::answer(form, found)
}

/// The id behind a token
///
/// `GeoReport`: requests have their id at once here, so a token is the id itself.
#[utoipa::path(
    get,
    path = "/open311/v2/tokens/{document}",
    operation_id = "georeport_token",
    tag = "open311",
    params(("document" = String, Path, description = "`<token>.json` or `<token>.xml`")),
    responses(
        (status = 200, description = "The id, in a list", content((serde_json::Value = "application/json"), (String = "text/xml"))),
        (status = 404, description = "No such token", content((serde_json::Value = "application/json"), (String = "text/xml"))),
    )
)]
pub(crate) async fn token(State(state): State<Arc<AppState>>, Segment(document): Segment<String>, Asked(asked): Asked) -> Response {
    let (token, form) = Form::of(&document);
    let found = one(&state, token, &asked).await.map(|report| {
        let tree = json!([{"service_request_id": public_id(&report), "token": token}]);
        (StatusCode::OK, "service_requests", "request", tree)
    });
    Form::answer(form, found)
}

async fn one(state: &AppState, id: &str, asked: &[(String, String)]) -> Result<GeoReport, Problem> {
    admit(state, asked)?;
    let question = GeoReportQuestion {
        ids: vec![named(id)],
        ..everything()
    };
    let mut found = ask(state, question).await?;
    found
        .pop()
        .ok_or_else(|| Problem::not_found("no request has this id; one that was just filed is shown a moment later"))
}

/// The requests asked for, the newest first.
pub(super) async fn list(state: &AppState, viewer: &Viewer, asked: &[(String, String)]) -> Result<Value, Problem> {
    let disclosure = Disclosure::of(viewer, state);
    let question = question(asked, now_us(), disclosure)?;
    let found = ask(state, question).await?;
    let extended = extended(asked);
    let mut places = Places::new(state, disclosure);
    Ok(found.iter().map(|report| places.shown(report, extended)).collect())
}

async fn ask(state: &AppState, mut question: GeoReportQuestion) -> Result<Vec<GeoReport>, Problem> {
    // What rules keep private they keep private by its category, and this is the public's.
    let shown = Category::ALL.iter().filter(|category| !state.router.keeps_private(**category));
    let asked = |category: &Category| question.categories.is_empty() || question.categories.iter().any(|id| id == category.id());
    question.categories = shown
        .filter(|category| asked(category))
        .map(|category| category.id().to_owned())
        .collect();
    if question.categories.is_empty() {
        return Ok(Vec::new());
    }
    let snapshot = state.city.snapshot();
    match state.cases(&snapshot).await? {
        Some(cases) => state.analysts.ask(async move { cases.georeport(&question).await }).await,
        None => Ok(Vec::new()),
    }
}

const fn everything() -> GeoReportQuestion {
    GeoReportQuestion {
        ids: Vec::new(),
        categories: Vec::new(),
        closed: None,
        since_us: 0,
        until_us: FAR_US,
        skip: 0,
        limit: MOST,
    }
}

/// What is asked for.
fn question(asked: &[(String, String)], now_us: i64, disclosure: Disclosure) -> Result<GeoReportQuestion, Problem> {
    if let Some(ids) = value(asked, "service_request_id") {
        let ids: Vec<(String, String)> = ids.split(',').map(|id| named(id.trim())).collect();
        if ids.len() > MOST_IDS {
            return Err(Problem::parameter("service_request_id", "so many", &["at most 100 ids"]));
        }
        return Ok(GeoReportQuestion { ids, ..everything() });
    }
    let categories = match value(asked, "service_code") {
        Some(codes) => codes.split(',').map(|code| known(code.trim())).collect::<Result<_, _>>()?,
        None => Vec::new(),
    };
    let closed = match value(asked, "status") {
        None | Some("open,closed" | "closed,open") => None,
        Some("open") => Some(false),
        Some("closed") => Some(true),
        Some(other) => return Err(Problem::parameter("status", other, &["open", "closed"])),
    };
    let (start, end) = (moment(asked, "start_date")?, moment(asked, "end_date")?);
    let (since_us, last_us) = match (start, end) {
        (None, None) => (now_us - SPAN_US, FAR_US - 1),
        (Some(start), None) => (start, start.saturating_add(SPAN_US)),
        (None, Some(end)) => (end.saturating_sub(SPAN_US), end),
        (Some(start), Some(end)) => (start, end),
    };
    if start.is_some() && last_us.saturating_sub(since_us) > SPAN_US {
        let end = value(asked, "end_date").unwrap_or_default();
        return Err(Problem::parameter("end_date", end, &["at most 90 days after start_date"]));
    }
    let size = whole(asked, "page_size", MOST, MOST)?;
    let page = whole(asked, "page", 1, 1_000_000)?;
    Ok(GeoReportQuestion {
        ids: Vec::new(),
        categories,
        closed,
        // Whoever is told the days of requests asks for whole days: else the moments could be found by asking.
        since_us: disclosure.day(since_us),
        // GeoReport's last moment belongs to the span, ours does not.
        until_us: if disclosure.exact() {
            last_us.saturating_add(1)
        } else {
            disclosure.day(last_us).saturating_add(DAY_US)
        },
        skip: (page - 1) * size,
        limit: size,
    })
}

fn known(code: &str) -> Result<String, Problem> {
    let category = served(code).or_else(|| Category::from_id(code));
    category
        .map(|category| category.id().to_owned())
        .ok_or_else(|| Problem::not_found("there is no such service_code; services lists them"))
}

fn moment(asked: &[(String, String)], name: &str) -> Result<Option<i64>, Problem> {
    let Some(text) = value(asked, name) else { return Ok(None) };
    // A `+` that nobody escaped has become a space on its way.
    let moment = text.replace(' ', "+").parse::<Timestamp>();
    moment
        .map(|moment| Some(moment.as_microsecond()))
        .map_err(|_| Problem::parameter(name, text, &["a moment with zone, as 2026-01-15T14:03:00+07:00"]))
}

fn whole(asked: &[(String, String)], name: &str, default: usize, most: usize) -> Result<usize, Problem> {
    let Some(text) = value(asked, name) else { return Ok(default) };
    let number = text.parse::<usize>().ok().filter(|number| (1..=most).contains(number));
    number.ok_or_else(|| Problem::parameter(name, text, &[&format!("a whole number from 1 to {most}")]))
}

fn extended(asked: &[(String, String)]) -> bool {
    value(asked, "extensions") == Some("true")
}

/// Channel and id of a public id.
fn named(id: &str) -> (String, String) {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-');
    match id.split_once(':') {
        Some((channel, id)) if !channel.is_empty() && channel.bytes().all(plain) => (channel.to_owned(), id.to_owned()),
        _ => (CHANNEL.to_owned(), id.to_owned()),
    }
}

/// The id a request is known by outside.
fn public_id(report: &GeoReport) -> String {
    if report.channel == CHANNEL && !report.id.contains(':') {
        return report.id.clone();
    }
    format!("{}:{}", report.channel, report.id)
}

/// Where requests lie, as whoever asks is told: staff the centre of the cell, the public a point of the kelurahan that is the same for all of it.
/// With cells and moments one could count what few people reported there and then.
struct Places<'a> {
    state: &'a AppState,
    disclosure: Disclosure,
    /// Of kelurahan that were asked for: latitude and longitude, degrees.
    points: BTreeMap<i64, Option<(f64, f64)>>,
}

impl<'a> Places<'a> {
    const fn new(state: &'a AppState, disclosure: Disclosure) -> Self {
        Self {
            state,
            disclosure,
            points: BTreeMap::new(),
        }
    }

    /// Latitude and longitude of a request, degrees; none of one that is not located.
    fn point(&mut self, report: &GeoReport) -> Option<(f64, f64)> {
        if self.disclosure.exact() {
            let centre = LatLng::from(cell(report)?);
            return Some((centre.lat(), centre.lng()));
        }
        let (code, territory) = (report.kelurahan?, &self.state.territory);
        let found = || {
            let kelurahan = territory.find(KelurahanCode::from_integer(code))?;
            kelurahan.shape.interior_point().map(|point| (point.y(), point.x()))
        };
        *self.points.entry(code).or_insert_with(found)
    }

    fn shown(&mut self, report: &GeoReport, extended: bool) -> Value {
        let point = self.point(report);
        shown(self.state, report, point, self.disclosure, extended)
    }
}

fn cell(report: &GeoReport) -> Option<CellIndex> {
    report.cell.and_then(|cell| CellIndex::try_from(cell.cast_unsigned()).ok())
}

fn shown(state: &AppState, report: &GeoReport, point: Option<(f64, f64)>, disclosure: Disclosure, extended: bool) -> Value {
    let category = Category::from_id(&report.category).unwrap_or(Category::Lainnya);
    let rounded = |degrees: f64| (degrees * 1e5).round() / 1e5;
    let day = |time_us: i64| rfc3339(disclosure.day(time_us));
    let mut request = json!({
        "service_request_id": public_id(report),
        "status": if report.closed { "closed" } else { "open" },
        "status_notes": report.status,
        "service_name": category.label_id(),
        "service_code": category.id(),
        "description": null,
        "agency_responsible": report.agency,
        "service_notice": null,
        "requested_datetime": day(report.filed_us),
        "updated_datetime": day(report.changed_us),
        "expected_datetime": report.expected_us.map(|time_us| rfc3339(disclosure.day_end(time_us))),
        "address": null,
        "address_id": null,
        "zipcode": null,
        "lat": point.map(|(latitude, _)| rounded(latitude)),
        "long": point.map(|(_, longitude)| rounded(longitude)),
        "media_url": null,
    });
    if extended {
        let (code, name) = state.place(report.kelurahan);
        request["extended_attributes"] = json!({
            "channel": report.channel,
            "kelurahan": code,
            "kelurahan_name": name,
            "position": if disclosure.exact() { "cell_centre" } else { "kelurahan" },
            "times": disclosure.times(),
        });
        if let Some(cell) = cell(report).filter(|_| disclosure.exact()) {
            request["extended_attributes"]["h3"] = json!(cell.to_string());
        }
    }
    request
}

#[cfg(test)]
mod tests {
    use super::{DAY_US, SPAN_US, named, question};
    use crate::disclosure::Disclosure;

    const NOW: i64 = 1_768_460_580_000_000;

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn dates_span_at_most_ninety_days_and_those_that_are_left_out_are_filled_in() {
        let span =
            |asked: &[(&str, &str)]| question(&pairs(asked), NOW, Disclosure::EXACT).map(|question| (question.since_us, question.until_us));
        assert_eq!(span(&[]).unwrap().0, NOW - SPAN_US);
        let start = "2026-01-01T00:00:00+07:00";
        let start_us = 1_767_200_400_000_000;
        assert_eq!(span(&[("start_date", start)]).unwrap(), (start_us, start_us + SPAN_US + 1));
        assert_eq!(span(&[("end_date", start)]).unwrap(), (start_us - SPAN_US, start_us + 1));
        let both = span(&[("start_date", start), ("end_date", "2026-01-02T00:00:00 07:00")]);
        assert_eq!(both.unwrap(), (start_us, start_us + DAY_US + 1), "an unescaped plus");
        let noon = [
            ("start_date", "2026-01-01T12:00:00+07:00"),
            ("end_date", "2026-01-01T12:00:01+07:00"),
        ];
        let days = question(&pairs(&noon), NOW, Disclosure::rounding(5)).unwrap();
        assert_eq!(
            (days.since_us, days.until_us),
            (start_us, start_us + DAY_US),
            "the public asks for days"
        );
        for wrong in [
            &[("start_date", start), ("end_date", "2026-12-31T00:00:00Z")][..],
            &[("start_date", "yesterday")],
            &[("status", "done")],
            &[("service_code", "ufo")],
            &[("page", "0")],
            &[("page_size", "1001")],
        ] {
            assert!(span(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn pages_and_lists_are_read_as_they_are_written() {
        let asked = question(
            &pairs(&[
                ("page", "3"),
                ("page_size", "50"),
                ("service_code", "banjir, sampah"),
                ("status", "open"),
            ]),
            NOW,
            Disclosure::EXACT,
        )
        .unwrap();
        assert_eq!((asked.skip, asked.limit, asked.closed), (100, 50, Some(false)));
        assert_eq!(asked.categories, ["banjir", "sampah"]);
        let asked = question(
            &pairs(&[("service_request_id", "a1,qlue:7"), ("status", "nonsense")]),
            NOW,
            Disclosure::EXACT,
        )
        .unwrap();
        assert_eq!(
            asked.ids,
            [("open311".to_owned(), "a1".to_owned()), ("qlue".to_owned(), "7".to_owned())]
        );
    }

    #[test]
    fn an_id_names_its_channel_where_there_is_one() {
        assert_eq!(named("qlue:7:x").1, "7:x");
        assert_eq!(named("7").0, "open311");
        assert_eq!(named("http://x").0, "http", "which is no channel, and finds nothing");
        assert_eq!(named(":x"), ("open311".to_owned(), ":x".to_owned()));
    }
}
