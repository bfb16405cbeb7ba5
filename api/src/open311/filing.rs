//! Filing a request by GeoReport: checked, given an id, and written to Kafka before it is answered. It is shown when its lane has read it.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tanggap_connectors::decode::{ReporterKey, ZoneOffset};
use uuid::Uuid;

use super::TOPIC;
use super::form::{Asked, Filled, Form, Found, admit, value};
use super::services::served;
use crate::error::Problem;
use crate::extractors::Segment;
use crate::state::AppState;
use crate::time::{now_us, rfc3339};

/// The longest description, letters, as GeoReport has it.
const LETTERS: usize = 4_000;
/// The longest of the other texts.
const SHORT: usize = 500;
/// The channel of what is filed, whose reporters are told apart from those of others.
const CHANNEL: &str = "open311";
/// Who somebody is: of the first that is given a keyed hash stands for the reporter, and nothing else is kept.
const WHO: [&str; 4] = ["account_id", "device_id", "email", "phone"];

/// File a request
///
/// `GeoReport`, form-encoded: `api_key`, `service_code`, a place (`lat` and `long`, or `address_string`, or `address_id`), and, if there is
/// one, `description`, `media_url`, and one of `account_id`, `device_id`, `email` and `phone`, of which a keyed hash tells reporters apart.
/// Names are not kept. Who files the same again on the same day gets the same id, and it counts once.
#[utoipa::path(
    post,
    path = "/open311/v2/{document}",
    operation_id = "georeport_file",
    tag = "open311",
    params(("document" = String, Path, description = "requests.json or requests.xml")),
    responses(
        (status = 201, description = "It is in the log, under this id", content((serde_json::Value = "application/json"), (String = "text/xml"))),
        (status = 400, description = "Something is missing or does not fit", content((serde_json::Value = "application/json"), (String = "text/xml"))),
        (status = 403, description = "The key is none of ours", content((serde_json::Value = "application/json"), (String = "text/xml"))),
        (status = 404, description = "No such service", content((serde_json::Value = "application/json"), (String = "text/xml"))),
        (status = 415, description = "Not sent as a form", content((serde_json::Value = "application/json"), (String = "text/xml"))),
        (status = 503, description = "Kafka has not acknowledged it", content((serde_json::Value = "application/json"), (String = "text/xml"))),
    )
)]
pub(crate) async fn file(
    State(state): State<Arc<AppState>>,
    Segment(document): Segment<String>,
    Asked(asked): Asked,
    filled: Result<Filled, Problem>,
) -> Response {
    let (name, form) = Form::of(&document);
    let found = match (&form, name) {
        (Ok(_), "requests") => take(&state, asked, filled).await,
        _ => Err(Problem::not_found("requests are filed at requests.json or requests.xml")),
    };
    Form::answer(form, found)
}

async fn take(state: &AppState, asked: Vec<(String, String)>, filled: Result<Filled, Problem>) -> Found {
    // Some clients give key and jurisdiction in the address.
    let Filled(mut given) = filled?;
    given.extend(asked);
    admit(state, &given)?;
    let key = value(&given, "api_key").unwrap_or_default();
    if !state.settings.open311.keys.iter().any(|known| known.is(key)) {
        return Err(Problem::bad_key());
    }
    let now_us = now_us();
    let reporters = state.deeds.reporters();
    let (id, request) = request(&given, key, reporters, now_us)?;
    state
        .take_in(TOPIC.to_owned(), Some(id.clone()), request.to_string().into_bytes())
        .await?;
    let private = value(&given, "service_code")
        .and_then(served)
        .is_some_and(|category| state.router.keeps_private(category));
    let notice = private.then_some("It is for the units that answer it, and is not shown here.");
    let answer = json!([{"service_request_id": id, "service_notice": notice, "account_id": null}]);
    Ok((StatusCode::CREATED, "service_requests", "request", answer))
}

/// The request as it is written, and its id.
fn request(given: &[(String, String)], key: &str, reporters: &ReporterKey, now_us: i64) -> Result<(String, Value), Problem> {
    let code = value(given, "service_code").ok_or_else(|| Problem::missing_parameter("service_code", "services lists them"))?;
    let category = served(code).ok_or_else(|| Problem::not_found("there is no such service_code; services lists them"))?;
    let place = [value(given, "address_string"), value(given, "address_id")];
    let (latitude, longitude) = (degrees(given, "lat", 90.0)?, degrees(given, "long", 180.0)?);
    if latitude.is_some() != longitude.is_some() || (latitude.is_none() && place == [None, None]) {
        return Err(Problem::missing_parameter("lat", "lat and long, or address_string, or address_id"));
    }
    let description = text(given, "description", LETTERS)?;
    let media = text(given, "media_url", SHORT)?;
    if let Some(url) = media
        && !(url.starts_with("https://") || url.starts_with("http://"))
    {
        return Err(Problem::parameter("media_url", url, &["an address that begins with https://"]));
    }
    let who = WHO.iter().find_map(|name| Some((*name, value(given, name)?)));
    let mut request = json!({
        "service_code": category.id(),
        "lat": latitude,
        "long": longitude,
        "address_string": text(given, "address_string", SHORT)?,
        "address_id": text(given, "address_id", SHORT)?,
        "description": description,
        "media_url": media,
        "reporter": match who {
            Some((name, _)) => text(given, name, SHORT)?.map(|who| reporters.pseudonym(CHANNEL, who)),
            None => None,
        },
    });
    let id = match who {
        Some(_) => same_day(&request, key, now_us),
        None => Uuid::new_v4().simple().to_string(),
    };
    request["service_request_id"] = json!(id);
    request["status"] = json!("open");
    request["requested_datetime"] = json!(rfc3339(now_us));
    Ok((id, request))
}

/// The same for what the same person says again on the same day: an application that got no answer sends it again. Nobody without the
/// application's key can try reporters against it.
fn same_day(request: &Value, key: &str, now_us: i64) -> String {
    let day = (now_us / 1_000_000 + ZoneOffset::JAKARTA.seconds()).div_euclid(86_400);
    let mut hash = Sha256::new();
    for part in [key, &request.to_string(), &day.to_string()] {
        hash.update(part.len().to_le_bytes());
        hash.update(part.as_bytes());
    }
    let digest = hash.finalize();
    let mut half = [0; 16];
    half.copy_from_slice(&digest[..16]);
    Uuid::from_bytes(half).simple().to_string()
}

fn degrees(given: &[(String, String)], name: &str, most: f64) -> Result<Option<f64>, Problem> {
    let Some(text) = value(given, name) else { return Ok(None) };
    let number = text.parse::<f64>().ok().filter(|degrees| (-most..=most).contains(degrees));
    number
        .map(Some)
        .ok_or_else(|| Problem::parameter(name, text, &["degrees, WGS 84, as -6.2"]))
}

fn text<'a>(given: &'a [(String, String)], name: &str, most: usize) -> Result<Option<&'a str>, Problem> {
    match value(given, name) {
        Some(text) if text.chars().count() > most => Err(Problem::parameter(name, "so much", &[&format!("at most {most} letters")])),
        text => Ok(text),
    }
}

#[cfg(test)]
mod tests {
    use tanggap_connectors::decode::ReporterKey;

    use super::request;

    const NOW: i64 = 1_768_460_580_000_000;
    const DAY: i64 = 86_400_000_000;

    fn given(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    const WHOLE: [(&str, &str); 6] = [
        ("service_code", "banjir"),
        ("lat", "-6.2"),
        ("long", "106.8"),
        ("description", "setinggi lutut"),
        ("device_id", "d-1"),
        ("first_name", "Siti"),
    ];

    #[test]
    fn a_request_keeps_what_happened_and_a_hash_of_who_said_it() {
        let reporters = ReporterKey::new("secret");
        let (id, request) = request(&given(&WHOLE), "key", &reporters, NOW).unwrap();
        assert_eq!((&request["service_request_id"], id.len()), (&id.as_str().into(), 32));
        assert_eq!((&request["lat"], &request["service_code"]), (&(-6.2).into(), &"banjir".into()));
        assert_eq!(
            (&request["reporter"], &request["status"]),
            (&reporters.pseudonym("open311", "d-1").into(), &"open".into())
        );
        assert_eq!(request["requested_datetime"], "2026-01-15T07:03:00Z");
        assert!(!request.to_string().contains("Siti") && !request.to_string().contains("d-1"));
    }

    #[test]
    fn what_is_said_again_on_the_same_day_has_the_same_id() {
        let reporters = ReporterKey::default();
        let id = |pairs: &[(&str, &str)], key, now| request(&given(pairs), key, &reporters, now).unwrap().0;
        let first = id(&WHOLE, "key", NOW);
        assert_eq!(id(&WHOLE, "key", NOW + DAY / 4), first);
        assert_ne!(id(&WHOLE, "key", NOW + DAY), first);
        assert_ne!(id(&WHOLE, "other", NOW), first);
        let mut other = WHOLE;
        other[3].1 = "setinggi dada";
        assert_ne!(id(&other, "key", NOW), first);
        let nobody = [("service_code", "banjir"), ("address_string", "Jl. Medan Merdeka")];
        assert_ne!(id(&nobody, "key", NOW), id(&nobody, "key", NOW), "two people nobody can tell apart");
    }

    #[test]
    fn what_is_missing_or_does_not_fit_is_named() {
        let long = "x".repeat(4_001);
        for (pairs, status, detail) in [
            (vec![("lat", "-6"), ("long", "106")], 400, "service_code"),
            (vec![("service_code", "ufo"), ("address_id", "1")], 404, "service_code"),
            (vec![("service_code", "joki_3in1"), ("address_id", "1")], 404, "service_code"),
            (vec![("service_code", "banjir")], 400, "lat"),
            (vec![("service_code", "banjir"), ("lat", "-6"), ("address_id", "1")], 400, "lat"),
            (vec![("service_code", "banjir"), ("lat", "NaN"), ("long", "106")], 400, "lat"),
            (vec![("service_code", "banjir"), ("lat", "-6"), ("long", "181")], 400, "long"),
            (
                vec![("service_code", "banjir"), ("address_id", "1"), ("description", &long)],
                400,
                "description",
            ),
            (
                vec![("service_code", "banjir"), ("address_id", "1"), ("media_url", "javascript:x")],
                400,
                "media_url",
            ),
        ] {
            let problem = request(&given(&pairs), "key", &ReporterKey::default(), NOW).unwrap_err();
            assert_eq!(problem.status, status, "{pairs:?}");
            assert!(problem.detail.contains(detail), "{}", problem.detail);
        }
    }
}
