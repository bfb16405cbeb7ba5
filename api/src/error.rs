//! What a request is refused with: RFC 9457 problems. Status and body of every refusal are decided here and nowhere else.

use std::time::Duration;

use axum::extract::rejection::{BytesRejection, FormRejection, JsonRejection, PathRejection};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use tanggap_queries::QueryError;
use utoipa::ToSchema;

/// Media type of a problem.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// One parameter that does not fit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ParameterProblem {
    /// Name of the parameter.
    pub parameter: String,
    /// What it may be: values, or a rule in words.
    pub allowed: Vec<String>,
}

/// How a case is, for whoever acted on it as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CaseNow {
    /// Its status.
    pub status: String,
    /// The unit that holds it; null = nobody was ever named.
    pub unit: Option<String>,
    /// How many transitions it has had: what to expect next time.
    pub version: usize,
    /// When the last of them was; null = there was none.
    pub time: Option<String>,
}

/// A problem as it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Problem {
    /// Stable name of the kind of problem.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind in words.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// What is wrong with this request.
    pub detail: String,
    /// The parameters that do not fit.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ParameterProblem>,
    /// How the case is now, where somebody saw it otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current: Option<Box<CaseNow>>,
    /// Seconds to wait; sent as `Retry-After`.
    #[serde(skip)]
    pub retry_after_s: Option<u32>,
}

impl Problem {
    fn new(status: StatusCode, kind: &str, title: &str, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("urn:tanggap:problem:{kind}"),
            title: title.to_owned(),
            status: status.as_u16(),
            detail: detail.into(),
            errors: Vec::new(),
            current: None,
            retry_after_s: (status == StatusCode::SERVICE_UNAVAILABLE).then_some(2),
        }
    }

    /// A parameter is not one of what it may be.
    #[must_use]
    pub fn parameter(name: &str, found: &str, allowed: &[&str]) -> Self {
        let found: String = found.chars().take(100).collect();
        Self {
            errors: vec![ParameterProblem {
                parameter: name.to_owned(),
                allowed: allowed.iter().map(|&word| word.to_owned()).collect(),
            }],
            ..Self::new(
                StatusCode::BAD_REQUEST,
                "bad-parameter",
                "Bad parameter",
                format!("`{name}` cannot be `{found}`; allowed: {}", allowed.join(", ")),
            )
        }
    }

    /// A parameter nobody knows here.
    #[must_use]
    pub fn unknown_parameter(name: &str, known: &[&str]) -> Self {
        let name: String = name.chars().take(100).collect();
        let known_words = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        Self {
            errors: vec![ParameterProblem {
                parameter: name.clone(),
                allowed: known.iter().map(|&word| word.to_owned()).collect(),
            }],
            ..Self::new(
                StatusCode::BAD_REQUEST,
                "unknown-parameter",
                "Unknown parameter",
                format!("there is no parameter `{name}` here; there is: {known_words}"),
            )
        }
    }

    /// A parameter that is needed is not there.
    #[must_use]
    pub fn missing_parameter(name: &str, allowed: &str) -> Self {
        Self {
            errors: vec![ParameterProblem {
                parameter: name.to_owned(),
                allowed: vec![allowed.to_owned()],
            }],
            ..Self::new(
                StatusCode::BAD_REQUEST,
                "missing-parameter",
                "Missing parameter",
                format!("`{name}` is needed: {allowed}"),
            )
        }
    }

    /// What was asked for is not there.
    #[must_use]
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", "Not found", detail)
    }

    /// The address is there, the method is not.
    #[must_use]
    pub fn method_not_allowed() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method-not-allowed",
            "Method not allowed",
            "this address does not answer to this method; the header `allow` says which it answers to",
        )
    }

    /// A token that is none of ours.
    #[must_use]
    pub fn unauthorised() -> Self {
        Self::bad_token("the bearer token is not known here; without one the public answers are given")
    }

    /// A token that does not hold, and why.
    #[must_use]
    pub fn bad_token(detail: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "bad-token", "Bad token", detail)
    }

    /// Not for the public.
    #[must_use]
    pub fn no_credentials() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "no-credentials",
            "Staff only",
            "this is for staff: send `authorization: Bearer` with a token",
        )
    }

    /// Not for staff of this role.
    #[must_use]
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", "Not for this role", detail)
    }

    /// A page of another site wants to change something.
    #[must_use]
    pub fn foreign_origin() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "foreign-origin",
            "Foreign origin",
            "a page of another site may change nothing here; if it may, name its origin in `api.allowed_origins` (behind a proxy, let \
             the proxy pass on the header `host`)",
        )
    }

    /// Nobody can say whether a token holds.
    #[must_use]
    pub fn no_provider() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "no-identity-provider",
            "No identity provider",
            "the keys of the identity provider cannot be had, so no token of it can be checked: try again soon; whoever runs this finds \
             the reason in its log, and the address in `access.oidc`",
        )
    }

    /// One client asks too much.
    #[must_use]
    pub fn too_often(wait: Duration) -> Self {
        // Up to the next whole second: who asks a moment early is refused again.
        let wait_s = u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).saturating_add(1);
        Self {
            retry_after_s: Some(wait_s),
            ..Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "too-often",
                "Too often",
                format!("too many requests from your address: wait {wait_s} s (see `retry-after`)"),
            )
        }
    }

    /// A message that its source has not signed, or too long ago.
    #[must_use]
    pub fn unsigned() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "unsigned",
            "Unsigned",
            "sign it with the secret of its source, with the time of now: see `X-Tanggap-Signature` and `X-Tanggap-Timestamp` in /docs",
        )
    }

    /// A program's key that is none of ours.
    #[must_use]
    pub fn bad_key() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "bad-key",
            "Bad key",
            "the api_key is missing or not known here; whoever runs this gives them out",
        )
    }

    /// Switched off in the configuration.
    #[must_use]
    pub fn switched_off(setting: &str) -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "switched-off",
            "Switched off",
            format!("this is off unless the configuration says `{setting} = true`"),
        )
    }

    /// It took too long.
    #[must_use]
    pub fn timeout() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "timeout",
            "Timeout",
            "the answer took too long; ask for less, or later",
        )
    }

    /// History is kept, and nobody can read it.
    #[must_use]
    pub fn no_history() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "no-history",
            "No history",
            "history cannot be read yet, and what lanes keep is not all of the past: try again soon; whoever runs this finds the reason in its log",
        )
    }

    /// There are too many of this kind already.
    #[must_use]
    pub fn busy(detail: &str) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", "Busy", detail)
    }

    /// A free question got no answer. What `DataFusion` says of it is the asker's to read: it is their own text.
    #[must_use]
    pub fn sql(error: QueryError) -> Self {
        match error {
            QueryError::Engine(cause) => {
                let detail = cause.strip_backtrace();
                Self::new(StatusCode::BAD_REQUEST, "unfit-sql", "SQL that cannot be answered", detail)
            }
            QueryError::TooManyRows(_) | QueryError::TooSlow(_) => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "too-much", "Too much", error.to_string())
            }
            other => other.into(),
        }
    }

    /// Somebody has acted on the case since it was looked at.
    #[must_use]
    pub fn stale_case(current: CaseNow) -> Self {
        let detail = format!(
            "somebody has acted on this case since: it is `{}` in version {} now; look at it again, and expect that version",
            current.status, current.version
        );
        Self {
            current: Some(Box::new(current)),
            ..Self::new(StatusCode::CONFLICT, "stale-case", "The case has changed", detail)
        }
    }

    /// It cannot be done with this report as it stands.
    #[must_use]
    pub fn unfit_deed(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "unfit-deed", "It cannot be done", detail)
    }

    /// Somebody else has it.
    #[must_use]
    pub fn taken(detail: &str) -> Self {
        Self::new(StatusCode::CONFLICT, "taken", "Taken", detail)
    }

    /// A key that was used for something else.
    #[must_use]
    pub fn key_reused() -> Self {
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "key-reused",
            "Idempotency key used before",
            "this idempotency key was used for something else in the last day; each deed needs one of its own",
        )
    }

    /// It was not written, or nobody knows whether it was.
    #[must_use]
    pub fn unwritten(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unwritten", "Not written", detail)
    }

    /// A body that is no photo for us.
    #[must_use]
    pub fn unfit_photo(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "unfit-photo", "No usable photo", detail)
    }

    /// A body of a kind that is not read here.
    #[must_use]
    pub fn media_type(allowed: &str) -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "media-type",
            "Unsupported media type",
            format!("send `content-type`: {allowed}"),
        )
    }

    /// The program is at fault; the log says more.
    #[must_use]
    pub fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "Internal error",
            "the program is at fault; its log says more",
        )
    }
}

impl From<QueryError> for Problem {
    fn from(error: QueryError) -> Self {
        tracing::error!(error = &error as &dyn std::error::Error, "a question failed");
        Self::internal()
    }
}

impl From<FormRejection> for Problem {
    fn from(rejection: FormRejection) -> Self {
        let (kind, title) = match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => ("too-large", "Body too large"),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => ("media-type", "Unsupported media type"),
            _ => ("bad-form", "Bad form"),
        };
        Self::new(rejection.status(), kind, title, rejection.body_text())
    }
}

impl From<JsonRejection> for Problem {
    fn from(rejection: JsonRejection) -> Self {
        let (kind, title) = match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => ("too-large", "Body too large"),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => ("media-type", "Unsupported media type"),
            _ => ("bad-json", "Bad JSON"),
        };
        Self::new(rejection.status(), kind, title, rejection.body_text())
    }
}

impl From<BytesRejection> for Problem {
    fn from(rejection: BytesRejection) -> Self {
        let (kind, title) = match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => ("too-large", "Body too large"),
            _ => ("bad-body", "Unreadable body"),
        };
        Self::new(rejection.status(), kind, title, rejection.body_text())
    }
}

impl From<PathRejection> for Problem {
    fn from(rejection: PathRejection) -> Self {
        Self::new(rejection.status(), "bad-path", "Bad path", rejection.body_text())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = (
            status,
            [(header::CONTENT_TYPE, PROBLEM_JSON), (header::CACHE_CONTROL, "no-store")],
            body,
        )
            .into_response();
        if status == StatusCode::UNAUTHORIZED {
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.retry_after_s {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
