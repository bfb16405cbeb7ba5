//! `POST /v1/webhooks/{name}`: reports that another system sends by itself, signed, and written as they came.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::error::Problem;
use crate::extractors::{Params, Segment};
use crate::state::{AppState, WebhookIn};
use crate::time::now_us;

/// By how much the sender's clock and ours may differ, seconds: what was signed before is no longer good.
const LEEWAY_S: u64 = 300;
/// Where reports have their id: CogniCity's and QLUE's names first.
const IDS: [&str; 4] = ["post_id", "pkey", "report_id", "id"];

/// A report from another system
///
/// One JSON object, as QLUE's and CogniCity's feeds have it (`post_id`, `created_at`, `text`, `location`…), from a source that the
/// configuration names in `[[webhooks_in]]`. Signed: `X-Tanggap-Timestamp` is the Unix time in seconds, at most five minutes from
/// ours, and `X-Tanggap-Signature` is `sha256=` and the hexadecimal HMAC-SHA256 by the source's secret of that time, a full stop, and the
/// body. It is in the log when it is answered; sent again it counts once.
#[utoipa::path(
    post,
    path = "/v1/webhooks/{name}",
    tag = "cases",
    params(("name" = String, Path, description = "name of the source, as `qlue` or `cognicity`")),
    request_body(content = String, content_type = "application/json", description = "one JSON object, as the source sends it"),
    responses(
        (status = 202, description = "It is in the log", body = serde_json::Value, content_type = "application/json"),
        (status = 400, description = "It is no JSON object", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "It is not signed, or was too long ago", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Kafka has not acknowledged it", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn webhook(
    State(state): State<Arc<AppState>>,
    Segment(name): Segment<String>,
    params: Params,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    params.only(&[])?;
    // Which names there are is nobody's to find out who has no secret.
    let source = state.settings.webhooks_in.iter().find(|source| source.name == name);
    let source = source.filter(|source| signed(source, &headers, &body, now_us()));
    let source = source.ok_or_else(Problem::unsigned)?;
    let key = key(&body).ok_or_else(|| Problem::parameter("body", "this", &["one JSON object"]))?;
    state.take_in(source.topic.clone(), key, body.to_vec()).await?;
    let answer = json!({"accepted": true});
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    Ok((StatusCode::ACCEPTED, headers, answer.to_string()).into_response())
}

/// Whether the source has signed these bytes, and lately.
pub(super) fn signed(source: &WebhookIn, headers: &HeaderMap, body: &[u8], now_us: i64) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let (Some(time), Some(signature)) = (text("x-tanggap-timestamp"), text("x-tanggap-signature")) else {
        return false;
    };
    let fresh = time.parse::<i64>().is_ok_and(|time| time.abs_diff(now_us / 1_000_000) <= LEEWAY_S);
    let signature = signature.strip_prefix("sha256=").and_then(bytes);
    let (true, Some(signature)) = (fresh, signature) else {
        return false;
    };
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(source.secret.as_bytes()) else {
        return false;
    };
    mac.update(time.as_bytes());
    mac.update(b".");
    mac.update(body);
    // Takes as long whichever byte differs.
    mac.verify_slice(&signature).is_ok()
}

/// Hexadecimal digits as bytes.
fn bytes(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let pairs = text.as_bytes().chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return None;
    }
    pairs
        .map(|pair| u8::try_from(digit(pair[0])? * 16 + digit(pair[1])?).ok())
        .collect()
}

/// The id in a JSON object, which chooses the partition, so that versions of a report stay in order; none = it has none. None at all if
/// it is no object.
#[expect(clippy::option_option, reason = "no object, an object without id, and an object with one")]
fn key(body: &[u8]) -> Option<Option<String>> {
    let Ok(Value::Object(report)) = serde_json::from_slice(body) else {
        return None;
    };
    let inner = report.get("properties").and_then(Value::as_object);
    let id = IDS.iter().find_map(|name| {
        let value = report.get(*name).or_else(|| inner?.get(*name))?;
        match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    });
    Some(id)
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderName, HeaderValue};

    use super::{bytes, key, signed};
    use crate::state::{Secret, WebhookIn};

    const NOW: i64 = 1_768_460_580_000_000;
    /// By OpenSSL: `printf '1768460580.{"post_id":7}' | openssl dgst -sha256 -hmac rahasia`.
    const SIGNATURE: &str = "sha256=945064e4f3068871038a184b7921e754841d131abd682e5b4f99b09b91931fe6";

    fn source() -> WebhookIn {
        WebhookIn {
            name: "qlue".to_owned(),
            secret: Secret::new("rahasia".to_owned()),
            topic: "qlue.reports".to_owned(),
        }
    }

    fn headers(time: &'static str, signature: &'static str) -> HeaderMap {
        let name = HeaderName::from_static;
        HeaderMap::from_iter([
            (name("x-tanggap-timestamp"), HeaderValue::from_static(time)),
            (name("x-tanggap-signature"), HeaderValue::from_static(signature)),
        ])
    }

    #[test]
    fn only_what_the_source_has_signed_lately_is_taken() {
        let body = br#"{"post_id":7}"#;
        let whole = headers("1768460580", SIGNATURE);
        assert!(signed(&source(), &whole, body, NOW));
        assert!(signed(&source(), &whole, body, NOW + 300_000_000));
        assert!(!signed(&source(), &whole, body, NOW + 301_000_000), "stale");
        assert!(!signed(&source(), &whole, body, NOW - 301_000_000), "from a time to come");
        assert!(!signed(&source(), &whole, br#"{"post_id":8}"#, NOW), "another body");
        assert!(!signed(&source(), &headers("1768460581", SIGNATURE), body, NOW), "another time");
        assert!(!signed(&source(), &HeaderMap::new(), body, NOW));
        for wrong in ["", "sha256=", "sha256=zz", "sha256=abc", "md5=00"] {
            assert!(!signed(&source(), &headers("1768460580", wrong), body, NOW), "{wrong}");
        }
        let mut other = source();
        other.secret = Secret::new("lain".to_owned());
        assert!(!signed(&other, &whole, body, NOW));
    }

    #[test]
    fn hexadecimal_digits_come_in_pairs() {
        assert_eq!(bytes("00ffA1"), Some(vec![0, 255, 161]));
        assert_eq!((bytes("0"), bytes("0g"), bytes("é")), (None, None, None));
    }

    #[test]
    fn a_report_is_known_by_its_id_wherever_its_source_has_it() {
        assert_eq!(key(br#"{"id":1,"post_id":7}"#), Some(Some("7".to_owned())));
        assert_eq!(key(br#"{"type":"Feature","properties":{"pkey":"p"}}"#), Some(Some("p".to_owned())));
        assert_eq!(key(br#"{"text":"x"}"#), Some(None));
        assert_eq!((key(b"[1]"), key(b"x"), key(b"")), (None, None, None));
    }
}
