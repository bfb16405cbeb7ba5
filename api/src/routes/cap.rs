//! `GET /v1/alerts/cap.xml` and `GET /v1/alerts/{id}.cap`: gauges at Siaga 3 or worse, and flood hotspots, for whoever takes CAP 1.2.
//!
//! No list of messages is kept: which one stands follows from the readings and the hotspots, under the same name in every process.

use std::fmt::Write;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use h3o::CellIndex;
use tanggap_engine::gauge::{Gauge, Gauges, Issued, Siaga};
use tanggap_engine::time::HOUR_US;
use tanggap_queries::hotspots::{Family, Hotspot};

use super::answer::now;
use super::cap_message::{CAP_XML, CapGrade, CapMessage, CapName, CapText, SENDER, escape, tag};
use super::hotspots::{outlook, told_of};
use super::waters::{Water, waters};
use crate::disclosure::Disclosure;
use crate::error::Problem;
use crate::extractors::{Params, Segment, Viewer};
use crate::live::ring;
use crate::state::AppState;
use crate::time::{now_us, rfc3339};

/// A message holds for so long, unless another stands for it.
const HOLDS_US: i64 = 6 * HOUR_US;

/// A message and the end of its address.
struct Standing {
    id: String,
    message: CapMessage,
}

/// CAP feed
///
/// Atom (RFC 4287) with an entry for each CAP 1.2 message that stands: gauges at Siaga 3 or worse, flood hotspots, and for six hours what has ended. Of
/// a city that is made up every message has the status `Test`.
#[utoipa::path(
    get,
    path = "/v1/alerts/cap.xml",
    tag = "water",
    responses((status = 200, description = "The feed", content_type = "application/atom+xml"))
)]
pub(crate) async fn cap_feed(State(state): State<Arc<AppState>>, viewer: Viewer, params: Params) -> Result<Response, Problem> {
    params.only(&[])?;
    let standing = standing(&state, &viewer).await?;
    Ok(now("application/atom+xml; charset=utf-8", feed(&standing, now_us())))
}

/// A CAP message
///
/// The CAP 1.2 message that stands of a gauge or a flood hotspot, in Indonesian and English.
#[utoipa::path(
    get,
    path = "/v1/alerts/{id}",
    operation_id = "cap_alert",
    tag = "water",
    params(("id" = String, Path, description = "as /v1/alerts/cap.xml links it: gauge-<gauge>.cap, or <hotspot>.cap")),
    responses(
        (status = 200, description = "The message", content_type = "application/cap+xml"),
        (status = 404, description = "No such message stands", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn cap_alert(
    State(state): State<Arc<AppState>>,
    Segment(id): Segment<String>,
    viewer: Viewer,
    params: Params,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let none = || Problem::not_found("no such message stands; /v1/alerts/cap.xml lists those that do");
    let id = id.strip_suffix(".cap").ok_or_else(none)?;
    let standing = standing(&state, &viewer).await?;
    let found = standing.iter().find(|standing| standing.id == id).ok_or_else(none)?;
    Ok(now(CAP_XML, found.message.xml()))
}

/// The messages that stand, gauges first.
async fn standing(state: &Arc<AppState>, viewer: &Viewer) -> Result<Vec<Standing>, Problem> {
    let snapshot = state.city.snapshot();
    // Whoever sits at the machine is an operator in the demo only, whose city is made up.
    let status = if state.settings.loopback_is_staff { "Test" } else { "Actual" };
    let waters = waters(state, &snapshot).await?;
    let Some(as_of_us) = waters.as_of_us else {
        return Ok(Vec::new());
    };
    let mut found: Vec<Standing> = waters.items.iter().filter_map(|water| of_gauge(water, status)).collect();
    let outlook = outlook(state, &snapshot).await?;
    let disclosure = Disclosure::of(viewer, state);
    let hotspots = outlook.living.iter().map(|why| &why.hotspot).chain(&outlook.ended);
    let shown = hotspots.filter(|hotspot| hotspot.family == Family::Flood && told_of(hotspot, disclosure));
    found.extend(shown.map(|hotspot| of_hotspot(state, hotspot, status, as_of_us)));
    found.retain(|standing| standing.message.expires_us > as_of_us);
    Ok(found)
}

fn of_gauge(water: &Water, status: &'static str) -> Option<Standing> {
    let (gauge, warning) = (water.gauge()?, water.warning?);
    let issued = warning.issued;
    Some(Standing {
        id: format!("gauge-{}", gauge.id),
        message: CapMessage {
            name: gauge_name(gauge, issued),
            status,
            before: warning.before.map(|before| gauge_name(gauge, before)),
            over: !issued.siaga.warns(),
            grade: grade(issued.siaga),
            expires_us: issued.reading.time_us.saturating_add(HOLDS_US),
            texts: gauge_texts(gauge, water.number, issued),
            parameters: vec![
                ("siaga", issued.siaga.number().to_string()),
                ("level_cm", issued.reading.level_cm.to_string()),
            ],
            place: format!("{}, {}", gauge.name, gauge.river),
            rings: Vec::new(),
            point: Some(gauge.position),
        },
    })
}

fn gauge_name(gauge: &Gauge, issued: Issued) -> CapName {
    let (siaga, sent_us) = (issued.siaga.number(), issued.reading.time_us);
    CapName {
        identifier: format!("{SENDER}-gauge-{}-{siaga}-{}", gauge.id, sent_us.div_euclid(1_000_000)),
        sent_us,
    }
}

const fn grade(siaga: Siaga) -> CapGrade {
    let (response, urgency, severity) = match siaga {
        Siaga::One => ("Prepare", "Immediate", "Extreme"),
        Siaga::Two => ("Prepare", "Expected", "Severe"),
        Siaga::Three => ("Monitor", "Expected", "Moderate"),
        Siaga::Four => ("AllClear", "Past", "Minor"),
    };
    CapGrade {
        response,
        urgency,
        severity,
        certainty: "Observed",
    }
}

fn gauge_texts(gauge: &Gauge, number: Option<usize>, issued: Issued) -> [CapText; 2] {
    let (siaga, level_cm) = (issued.siaga.number(), issued.reading.level_cm);
    let (name, river) = (&gauge.name, &gauge.river);
    let mut indonesian = format!("Tinggi muka air {river} di {name} {level_cm} cm: Siaga {siaga}.");
    let mut english = format!("The water of the {river} at {name} stands at {level_cm} cm: Siaga {siaga} of 4, where 1 is the worst.");
    if issued.siaga.warns() {
        for lag in number.map(|number| Gauges::builtin().downstream(number)).unwrap_or_default() {
            let below = &Gauges::builtin().all()[lag.gauge].name;
            let _ = write!(indonesian, " Perkiraan tiba di {below}: {} sampai {} jam.", lag.from_h, lag.to_h);
            let _ = write!(english, " Expected at {below} after {} to {} hours.", lag.from_h, lag.to_h);
        }
    }
    if gauge.assumption {
        indonesian.push_str(" Sebagian ambang batasnya asumsi.");
        english.push_str(" Some of its thresholds are assumed.");
    }
    let text = |language, event: &str, description| CapText {
        language,
        event: event.to_owned(),
        headline: format!("{name}: Siaga {siaga} ({level_cm} cm)"),
        description,
    };
    [text("id", "Tinggi muka air", indonesian), text("en", "Water level", english)]
}

/// A hotspot's message is that of its last change, or of each six hours after it.
fn of_hotspot(state: &AppState, hotspot: &Hotspot, status: &'static str, as_of_us: i64) -> Standing {
    let over = !hotspot.alive();
    let since_us = as_of_us.saturating_sub(hotspot.changed_us).max(0);
    let again_us = if over { 0 } else { since_us / HOLDS_US * HOLDS_US };
    let sent_us = hotspot.changed_us.saturating_add(again_us);
    let name = |sent_us: i64| CapName {
        identifier: format!("{SENDER}-{}-{}-{}", hotspot.id, hotspot.revision, sent_us.div_euclid(1_000_000)),
        sent_us,
    };
    let opening = CapName {
        identifier: format!("{SENDER}-{}-0-{}", hotspot.id, hotspot.opened_us.div_euclid(1_000_000)),
        sent_us: hotspot.opened_us,
    };
    let first = !over && sent_us == hotspot.opened_us;
    let cells = hotspot.evidence.cells.iter().filter_map(|cell| CellIndex::try_from(*cell).ok());
    let place = place(state, hotspot);
    Standing {
        id: hotspot.id.clone(),
        message: CapMessage {
            name: if first { opening.clone() } else { name(sent_us) },
            status,
            before: (!first).then_some(opening),
            over,
            grade: CapGrade {
                response: if over { "AllClear" } else { "Monitor" },
                urgency: if over { "Past" } else { "Expected" },
                severity: "Unknown",
                certainty: "Likely",
            },
            expires_us: sent_us.saturating_add(HOLDS_US),
            texts: hotspot_texts(&place, over),
            parameters: vec![("hotspot", hotspot.id.clone())],
            place,
            rings: cells.map(ring).collect(),
            point: None,
        },
    }
}

fn hotspot_texts(place: &str, over: bool) -> [CapText; 2] {
    let text = |language, event: &str, headline: String, description: &str| CapText {
        language,
        event: event.to_owned(),
        headline,
        description: description.to_owned(),
    };
    if over {
        let indonesian = "Laporan banjir di sini tidak lagi lebih banyak daripada kebetulan. Itu tidak berarti airnya sudah surut.";
        let english = "Reports of flooding here are no longer more than chance explains. That does not mean that the water has gone.";
        return [
            text("id", "Laporan banjir", format!("Laporan banjir mereda: {place}"), indonesian),
            text("en", "Reports of flooding", format!("Fewer reports of flooding: {place}"), english),
        ];
    }
    let indonesian =
        "Lebih banyak warga melaporkan banjir di sini daripada yang dapat dijelaskan oleh kebetulan. Belum diperiksa oleh petugas.";
    let english = "More people report flooding here than chance explains. No officer has looked yet.";
    [
        text("id", "Laporan banjir", format!("Banyak laporan banjir: {place}"), indonesian),
        text("en", "Reports of flooding", format!("Many reports of flooding: {place}"), english),
    ]
}

/// Names of its kelurahan; of one outside them all its id.
fn place(state: &AppState, hotspot: &Hotspot) -> String {
    let names = hotspot.evidence.kelurahan.iter().filter_map(|code| {
        let (code, name) = state.place(Some(*code));
        name.or(code)
    });
    let names: Vec<String> = names.collect();
    if names.is_empty() { hotspot.id.clone() } else { names.join(", ") }
}

fn feed(standing: &[Standing], now_us: i64) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\">\n");
    let newest_us = standing.iter().map(|standing| standing.message.name.sent_us).max();
    tag(&mut out, "id", "urn:tanggap:alerts:cap");
    tag(&mut out, "title", "Tanggap: peringatan banjir / flood alerts");
    tag(&mut out, "updated", &rfc3339(newest_us.unwrap_or(now_us)));
    out.push_str("<author>\n");
    tag(&mut out, "name", "Tanggap");
    out.push_str("</author>\n<link rel=\"self\" href=\"/v1/alerts/cap.xml\"/>\n");
    for Standing { id, message } in standing {
        out.push_str("<entry>\n");
        tag(&mut out, "id", &format!("urn:tanggap:cap:{}", message.name.identifier));
        tag(&mut out, "title", &message.texts[0].headline);
        tag(&mut out, "updated", &rfc3339(message.name.sent_us));
        tag(&mut out, "summary", &message.texts[0].description);
        let _ = write!(out, "<link rel=\"alternate\" type=\"{CAP_XML}\" href=\"/v1/alerts/");
        escape(&mut out, id);
        out.push_str(".cap\"/>\n</entry>\n");
    }
    out.push_str("</feed>\n");
    out
}
