//! Who asks: the public, or staff in a role, by a token. In the demo whoever sits at the machine is the operator.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};

use crate::access::{Right, Role};
use crate::error::Problem;
use crate::state::AppState;

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Viewer {
    /// What they are to the city.
    pub role: Role,
    /// Where: an officer's unit, by its code; a verifier's kelurahan, kecamatan or kota, by its dotted code.
    pub unit: Option<Arc<str>>,
    /// Who, for the ledger of changes: `anonymous`, `local` for whoever sits at the machine, else an account.
    pub account: Arc<str>,
}

/// What became of the credentials of a request: found once, by the gate, for all who want to know.
#[derive(Clone, Debug)]
pub(crate) struct Shown(pub(crate) Result<Viewer, Problem>);

impl Viewer {
    /// Anybody.
    #[must_use]
    pub fn anonymous() -> Self {
        Self::of(Role::Public, None, "anonymous")
    }

    /// Somebody in a role.
    #[must_use]
    pub fn of(role: Role, unit: Option<&str>, account: &str) -> Self {
        Self {
            role,
            unit: unit.map(Arc::from),
            account: Arc::from(account),
        }
    }

    /// Whether it is staff, in whatever role.
    #[must_use]
    pub fn staff(&self) -> bool {
        self.role != Role::Public
    }

    /// Whether they have this right.
    #[must_use]
    pub fn may(&self, right: Right<'_>) -> bool {
        right.held_by(self.role, self.unit.as_deref())
    }

    /// Refuses whoever has not this right.
    ///
    /// # Errors
    /// 401 to whoever has shown no credentials, 403 to staff who may not.
    pub fn require(&self, right: Right<'_>) -> Result<(), Problem> {
        if self.may(right) { Ok(()) } else { Err(right.refused(self.role)) }
    }

    /// By what a request carries and where it comes from.
    ///
    /// # Errors
    /// It carries credentials that are not good, or that nobody can judge now.
    pub(crate) async fn read(parts: &Parts, state: &AppState) -> Result<Self, Problem> {
        if let Some(value) = parts.headers.get(header::AUTHORIZATION) {
            let token = value.to_str().ok().and_then(|value| value.strip_prefix("Bearer "));
            let token = token.ok_or_else(Problem::unauthorised)?;
            return state.access.recognise(token.trim()).await;
        }
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0);
        let local = state.settings.loopback_is_staff && peer.is_some_and(|peer| peer.ip().is_loopback());
        Ok(if local && direct(&parts.headers) {
            Self::of(Role::Operator, None, "local")
        } else {
            Self::anonymous()
        })
    }
}

impl FromRequestParts<Arc<AppState>> for Viewer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &Arc<AppState>) -> Result<Self, Problem> {
        match parts.extensions.get::<Shown>() {
            Some(Shown(shown)) => shown.clone(),
            None => Self::read(parts, state).await,
        }
    }
}

/// Whether the request was meant for this machine by a page or a program on it: not passed on by a proxy, not sent by a page
/// of another site, not sent here by a name somebody else resolves.
pub(crate) fn direct(headers: &HeaderMap) -> bool {
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
