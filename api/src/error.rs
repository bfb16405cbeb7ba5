//! What a request is refused with: RFC 9457 problems. Status and body of every refusal are decided here and nowhere else.

use axum::extract::rejection::{JsonRejection, PathRejection};
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
}

impl Problem {
    fn new(status: StatusCode, kind: &str, title: &str, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("urn:tanggap:problem:{kind}"),
            title: title.to_owned(),
            status: status.as_u16(),
            detail: detail.into(),
            errors: Vec::new(),
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
        Self::new(
            StatusCode::UNAUTHORIZED,
            "bad-token",
            "Bad token",
            "the bearer token is not known here; without one the public answers are given",
        )
    }

    /// Not for this viewer.
    #[must_use]
    pub fn staff_only() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "staff-only",
            "Staff only",
            "this needs `authorization: Bearer` with the staff token",
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
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
        }
        response
    }
}
