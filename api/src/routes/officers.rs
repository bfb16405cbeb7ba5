//! `GET /v1/officers/near`: who of a unit is free and near. `POST /v1/officers/position`: where one is oneself. Answers say how far and in which
//! direction, never where; what is sent is in no ledger, log or file.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tanggap_queries::named::report as ask;
use utoipa::ToSchema;

use super::answer::{Words, json};
use crate::access::{Right, Role};
use crate::deeds::Clerk;
use crate::error::Problem;
use crate::extractors::{Params, Viewer};
use crate::officers::{Compass, Near, Refused, Said, Spot, time_us};
use crate::state::AppState;
use crate::time::{now_us, rfc3339};

/// A free officer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NearOfficer {
    /// Code, as the unit's own systems name them.
    officer: String,
    /// Metres along a great circle: to 10 m, from a kilometre on to 100 m.
    distance_m: u64,
    /// From the report towards the officer.
    direction: Compass,
    /// The same in words.
    direction_label: Words,
    /// Seconds since they were there.
    age_s: i64,
    /// Metres by which the position may be wrong; null where nobody has said.
    accuracy_m: Option<f64>,
    /// Open cases they were sent to by the API.
    open_cases: usize,
}

/// Who is near.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NearAnswer {
    /// Now, by the server's clock.
    time: String,
    /// Whether positions come in at all; if not, nothing else here means anything.
    configured: bool,
    /// Code of the unit; null where nothing is configured.
    unit: Option<String>,
    /// Whether it is known where the report is; if not, nobody is near it.
    located: bool,
    /// How long a position is kept, minutes.
    keep_min: i64,
    /// Positions may be old: their topic is not read, or nobody was heard of for five minutes.
    stale: bool,
    /// Seconds since the newest position of anybody; null before the first.
    newest_age_s: Option<i64>,
    /// Officers of the unit who are free, however far.
    free: usize,
    /// Who are at something: by their own word, or sent by the API since.
    busy: usize,
    /// Who are off work.
    off: usize,
    /// The nearest first.
    items: Vec<NearOfficer>,
}

/// Nearest free officers
///
/// Of the unit that holds a report, by the positions that came in lately (`[officers]`); or of a unit near any point. For whoever may send them: officers of
/// the unit, and operators. Who was sent to a case by the API is busy until it is done or they say later that they are free. No position is told.
#[utoipa::path(
    get,
    path = "/v1/officers/near",
    tag = "cases",
    params(
        ("report" = Option<String>, Query, description = "id of a report on its channel; or lat, lng and unit"),
        ("channel" = Option<String>, Query, description = "channel of the report; without it whichever knows the id: QLUE first, then by name"),
        ("lat" = Option<f64>, Query, description = "degrees north, with lng"),
        ("lng" = Option<f64>, Query, description = "degrees east, with lat"),
        ("unit" = Option<String>, Query, description = "code of the unit: needed with lat and lng by whoever has none; of a report it is the one that holds it"),
        ("limit" = Option<usize>, Query, description = "1 to 50; default 5"),
    ),
    responses(
        (status = 200, description = "Who is near", body = NearAnswer),
        (status = 400, description = "A parameter does not fit", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No credentials", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "Another unit's officers", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such report or unit", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn near(State(state): State<Arc<AppState>>, viewer: Viewer, params: Params) -> Result<Response, Problem> {
    viewer.require(Right::ReadCases)?;
    let params = params.only(&["report", "channel", "lat", "lng", "unit", "limit"])?;
    let limit = params.whole("limit", 1..=50, 5)?;
    let asked = Asked::of(&params, &state, &viewer)?;
    let settings = state.officers.settings();
    let now = now_us();
    let fates = state.officers.fates();
    let mut answer = NearAnswer {
        time: rfc3339(now),
        configured: settings.on(),
        unit: None,
        located: false,
        keep_min: settings.keep_us / 60_000_000,
        stale: fates.stale(now),
        newest_age_s: fates.newest_age_s(now),
        free: 0,
        busy: 0,
        off: 0,
        items: Vec::new(),
    };
    // A desk asks whether or not there is anything: it is told so before any report is looked for.
    if !settings.on() {
        return json(&answer);
    }
    let (unit, spot) = place(&state, asked).await?;
    viewer.require(Right::ActFor(&unit))?;
    if let Some(spot) = spot {
        let sent = state.deeds.sent(&state).await?;
        let found = state.officers.near(&unit, spot, &sent, limit, now);
        answer.located = true;
        (answer.free, answer.busy, answer.off) = (found.free, found.busy, found.off);
        answer.items = found.items.into_iter().map(shown).collect();
    }
    answer.unit = Some(unit);
    json(&answer)
}

/// What is asked about.
enum Asked {
    /// A report by id and channel, and the unit that is said to hold it.
    Report(String, Option<String>, Option<String>),
    /// A unit by its code, and where.
    Point(String, Spot),
}

impl Asked {
    fn of(params: &Params, state: &AppState, viewer: &Viewer) -> Result<Self, Problem> {
        let known = |name: &str| {
            let unit = state.router.recognise(name).map(|unit| unit.code.into_owned());
            unit.ok_or_else(|| Problem::not_found("no unit has this code; /v1/units lists them"))
        };
        let unit = params.get("unit").map(known).transpose()?;
        let (latitude, longitude) = (degrees(params, "lat")?, degrees(params, "lng")?);
        match (params.get("report"), latitude, longitude) {
            (Some(id), None, None) => Ok(Self::Report(id.to_owned(), params.get("channel").map(str::to_owned), unit)),
            (None, Some(latitude), Some(longitude)) => {
                if let Some(channel) = params.get("channel") {
                    return Err(Problem::parameter("channel", channel, &["only with report"]));
                }
                let own = viewer.unit.as_deref().filter(|_| viewer.role == Role::Officer);
                let unit = unit.or_else(|| own.map(str::to_owned));
                let unit = unit.ok_or_else(|| Problem::missing_parameter("unit", "the code of a unit; /v1/units lists them"))?;
                let usable = state.officers.settings().bounds.usable(longitude, latitude);
                let (longitude, latitude) =
                    usable.ok_or_else(|| Problem::parameter("lat", &latitude.to_string(), &["a position in the city, with lng"]))?;
                Ok(Self::Point(unit, Spot::new(longitude, latitude)))
            }
            _ => Err(Problem::missing_parameter(
                "report",
                "the id of a report, or lat and lng, and not both",
            )),
        }
    }
}

fn degrees(params: &Params, name: &str) -> Result<Option<f64>, Problem> {
    let Some(text) = params.get(name) else { return Ok(None) };
    let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
    number
        .map(Some)
        .ok_or_else(|| Problem::parameter(name, text, &["degrees, as -6.1767"]))
}

/// The unit that is asked about, and the point; none where nobody knows where the report is.
async fn place(state: &Arc<AppState>, asked: Asked) -> Result<(String, Option<Spot>), Problem> {
    let (id, channel, named) = match asked {
        Asked::Point(unit, spot) => return Ok((unit, Some(spot))),
        Asked::Report(id, channel, named) => (id, channel, named),
    };
    let nobody = || Problem::not_found("no report has this id");
    let report = vec![(channel.unwrap_or_default(), id)];
    let standing = state.deeds.stand(state, report).await?.into_iter().next().ok_or_else(nobody)?;
    let unit = Clerk::unit_holding(state, &standing);
    let unit = unit.ok_or_else(|| Problem::not_found("no unit holds this report, so nobody can be sent to it"))?;
    if let Some(named) = named.filter(|named| *named != unit) {
        return Err(Problem::parameter("unit", &named, &["the unit that holds the report, or none"]));
    }
    let session = state.desk.session(&state.city.snapshot())?;
    let question = async move { ask(&session, &standing.id, Some(&standing.channel)).await };
    let report = state.analysts.ask(question).await?.ok_or_else(nobody)?;
    let spot = report.position.map(|(longitude, latitude)| Spot::new(longitude, latitude));
    Ok((unit, spot))
}

fn shown(near: Near) -> NearOfficer {
    let (id, en) = near.direction.words();
    NearOfficer {
        officer: near.officer,
        distance_m: near.distance_m,
        direction: near.direction,
        direction_label: Words {
            id: id.to_owned(),
            en: en.to_owned(),
        },
        age_s: near.age_s,
        accuracy_m: near.accuracy_m,
        open_cases: near.open,
    }
}

/// Where one is, and what one does.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PositionForm {
    /// `free`, `busy` or `off`. Only of who is free the position is kept.
    state: String,
    /// Degrees north; needed of who is free.
    #[serde(default)]
    lat: Option<f64>,
    /// Degrees east.
    #[serde(default)]
    lng: Option<f64>,
    /// Metres by which it may be wrong.
    #[serde(default)]
    accuracy_m: Option<f64>,
    /// RFC 3339, or milliseconds since the epoch; without it now.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    time: Option<Value>,
}

/// What became of it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PositionAnswer {
    /// Whether it is the newest that is known; else a newer one had come.
    taken: bool,
    /// Until when it is kept at most.
    forgotten_at: String,
}

/// Say where one is
///
/// By an officer's own token, of nobody but oneself: the account of the token is the code by which desks find and send one. It goes to the memory
/// of this process and nowhere else, and is forgotten after some minutes. Off unless `officers.http` says otherwise.
#[utoipa::path(
    post,
    path = "/v1/officers/position",
    tag = "cases",
    request_body = PositionForm,
    responses(
        (status = 200, description = "What became of it", body = PositionAnswer),
        (status = 400, description = "A field does not fit", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No credentials", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not an officer of a unit, or switched off", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "Not sent as application/json", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "Not the fields that are described", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn position(
    State(state): State<Arc<AppState>>,
    viewer: Viewer,
    params: Params,
    body: Result<Json<PositionForm>, JsonRejection>,
) -> Result<Response, Problem> {
    params.only(&[])?;
    viewer.require(Right::ReadCases)?;
    let unit = viewer.unit.as_deref().filter(|_| viewer.role == Role::Officer);
    let unit = unit.ok_or_else(|| Problem::forbidden("this is for an officer of a unit, who says where they are themselves"))?;
    if !state.officers.settings().http {
        return Err(Problem::switched_off("officers.http"));
    }
    let Json(form) = body?;
    let now = now_us();
    let said = form.said(&viewer.account, unit, &state, now);
    let said = said.inspect_err(|reason| state.officers.refuse(*reason)).map_err(unfit)?;
    let forgotten_us = said.time_us.saturating_add(state.officers.settings().keep_us);
    // After all that the topic says of the same moment; sent twice it is one.
    let taken = state.officers.take(said, i64::MAX, now);
    json(&PositionAnswer {
        taken,
        forgotten_at: rfc3339(forgotten_us),
    })
}

impl PositionForm {
    fn said(self, officer: &str, unit: &str, state: &AppState, now_us: i64) -> Result<Said, Refused> {
        let at = match &self.time {
            None => now_us,
            Some(time) => time_us(time).ok_or(Refused::Time)?,
        };
        let mut fields = Map::new();
        fields.insert("state".to_owned(), Value::from(self.state));
        for (name, number) in [("lat", self.lat), ("lng", self.lng), ("accuracy_m", self.accuracy_m)] {
            if let Some(number) = number {
                fields.insert(name.to_owned(), Value::from(number));
            }
        }
        Said::of(officer, unit.to_owned(), at, &fields, state.officers.at(now_us))
    }
}

/// What was wrong, without what was sent.
fn unfit(reason: Refused) -> Problem {
    let (field, allowed) = match reason {
        Refused::Officer => {
            let words = "your account is no code of an officer: it wants a letter, and only letters, digits and - _ . :";
            return Problem::forbidden(words);
        }
        Refused::State | Refused::Unreadable | Refused::Unit => ("state", "free, busy or off"),
        Refused::Time => (
            "time",
            "a moment with zone, as 2026-01-15T14:03:00+07:00, or milliseconds since the epoch",
        ),
        Refused::Old => ("time", "younger than positions are kept"),
        Refused::Future => ("time", "at most a minute ahead"),
        Refused::Position => ("lat", "degrees, with lng, of who is free"),
        Refused::Outside => ("lat", "a position in the city, with lng"),
    };
    Problem::parameter(field, "this", &[allowed])
}
