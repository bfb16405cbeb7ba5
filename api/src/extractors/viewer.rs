//! Who asks: the public, or staff with the token. In the demo whoever sits at the machine is staff.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};

use crate::error::Problem;
use crate::state::AppState;

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Viewer {
    /// Anybody: areas with few reporters are suppressed.
    Public,
    /// Staff.
    Staff,
}

impl Viewer {
    /// Whether it is staff.
    #[must_use]
    pub const fn staff(self) -> bool {
        matches!(self, Self::Staff)
    }

    /// Different reporters an area must have to be counted for this viewer.
    #[must_use]
    pub fn minimum_reporters(self, state: &AppState) -> i64 {
        match self {
            Self::Staff => 0,
            Self::Public => i64::from(state.settings.public_minimum_reporters),
        }
    }
}

impl FromRequestParts<Arc<AppState>> for Viewer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &Arc<AppState>) -> Result<Self, Problem> {
        if let Some(value) = parts.headers.get(header::AUTHORIZATION) {
            let token = value.to_str().ok().and_then(|value| value.strip_prefix("Bearer "));
            let known = token
                .zip(state.settings.staff_token.as_ref())
                .is_some_and(|(token, known)| known.is(token.trim()));
            return if known { Ok(Self::Staff) } else { Err(Problem::unauthorised()) };
        }
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0);
        let local = state.settings.loopback_is_staff && peer.is_some_and(|peer| peer.ip().is_loopback());
        Ok(if local && direct(&parts.headers) {
            Self::Staff
        } else {
            Self::Public
        })
    }
}

/// Whether the request was meant for this machine by a page or a program on it: not passed on by a proxy, not sent by a page
/// of another site, not sent here by a name somebody else resolves.
fn direct(headers: &HeaderMap) -> bool {
    let passed_on = headers.contains_key(header::FORWARDED) || headers.contains_key("x-forwarded-for");
    let text = |name: header::HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let host = text(header::HOST).is_none_or(loopback_name);
    let origin = text(header::ORIGIN).is_none_or(|origin| origin.split_once("://").is_some_and(|(_, host)| loopback_name(host)));
    !passed_on && host && origin
}

fn loopback_name(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    matches!(name, "localhost" | "127.0.0.1" | "::1")
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue, header};

    use super::direct;

    fn headers(pairs: &[(header::HeaderName, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.clone(), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn only_a_request_meant_for_this_machine_is_direct() {
        assert!(direct(&headers(&[(header::HOST, "127.0.0.1:8080")])));
        assert!(direct(&headers(&[
            (header::HOST, "[::1]:8080"),
            (header::ORIGIN, "http://localhost:8080")
        ])));
        assert!(
            !direct(&headers(&[(header::HOST, "evil.example:8080")])),
            "a name that resolves to here"
        );
        assert!(!direct(&headers(&[
            (header::HOST, "127.0.0.1:8080"),
            (header::ORIGIN, "https://evil.example")
        ])));
        assert!(!direct(&headers(&[(header::HOST, "127.0.0.1:8080"), (header::ORIGIN, "null")])));
        assert!(!direct(&headers(&[
            (header::HOST, "localhost"),
            (header::FORWARDED, "for=1.2.3.4")
        ])));
    }
}
