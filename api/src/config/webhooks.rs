//! `[[webhooks]]`: addresses that want to hear of alerts, each with a secret that signs what it is told.

use serde::Deserialize;

use super::sections::Secret;
use crate::access::secure;
use crate::alerts::{Alert, AlertKind};

/// An address that alerts are posted to.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookConfig {
    /// Where to; `https`, or plain `http` on this machine. It does not print, as it may hold a secret of its own.
    pub url: Address,
    /// Signs every delivery: HMAC-SHA-256 of the body, in the header `X-Tanggap-Signature`.
    pub secret: Secret,
    /// Kinds of alerts that are told; without it all.
    #[serde(default)]
    pub kinds: Vec<String>,
    /// Of alerts that concern a unit only those of these, by code; without it all.
    #[serde(default)]
    pub units: Vec<String>,
}

/// An address of which only the host prints.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct Address(pub String);

impl Address {
    /// Its host, and port where it has one.
    #[must_use]
    pub fn host(&self) -> &str {
        let rest = self.0.split_once("://").map_or(self.0.as_str(), |(_, rest)| rest);
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        authority.rsplit_once('@').map_or(authority, |(_, host)| host)
    }
}

impl std::fmt::Debug for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/…", self.host())
    }
}

/// A secret shorter than this can be guessed.
const LEAST_SECRET: usize = 16;

impl WebhookConfig {
    /// Whether the address wants to hear of an alert.
    #[must_use]
    pub fn wants(&self, alert: &Alert) -> bool {
        let kind = self.kinds.is_empty() || self.kinds.iter().any(|kind| kind == alert.kind().id());
        let unit = self.units.is_empty() || alert.unit().is_none_or(|unit| self.units.iter().any(|own| own == unit));
        kind && unit
    }

    /// Looks for values that cannot work.
    ///
    /// # Errors
    /// What is wrong, and what is allowed.
    pub fn check(&self) -> Result<(), String> {
        let host = self.url.host();
        if !secure(&self.url.0) {
            return Err(format!(
                "webhooks.url of {host}: use https://…, or http:// on this machine, without a name or a password in it"
            ));
        }
        if self.secret.0.len() < LEAST_SECRET {
            return Err(format!("webhooks.secret of {host}: use at least {LEAST_SECRET} letters"));
        }
        if let Some(kind) = self.kinds.iter().find(|kind| AlertKind::from_id(kind).is_none()) {
            let known = AlertKind::ALL.map(AlertKind::id).join(", ");
            return Err(format!("webhooks.kinds of {host} has `{kind}`: use {known}"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value};

    use super::WebhookConfig;
    use crate::alerts::{Alert, AlertKind};

    fn read(text: &str) -> WebhookConfig {
        toml::from_str(text).unwrap()
    }

    #[test]
    fn an_address_hears_of_what_it_wants() {
        let alert = |kind, unit: Option<&str>| {
            let more = unit.map(|unit| ("unit".to_owned(), Value::from(unit)));
            Alert::new(kind, "a".to_owned(), 0, 0, "due", more.into_iter().collect::<Map<String, Value>>())
        };
        let all = read("url = 'https://desk.example/x'\nsecret = '0123456789abcdef'");
        assert_eq!(all.check(), Ok(()));
        let some = read("url = 'https://desk.example/x'\nsecret = '0123456789abcdef'\nkinds = ['escalation', 'hotspot']\nunits = ['dlh']");
        assert_eq!(some.check(), Ok(()));
        for (kind, unit, told) in [
            (AlertKind::Escalation, Some("dlh"), true),
            (AlertKind::Escalation, Some("dsda"), false),
            (AlertKind::Hotspot, None, true),
            (AlertKind::Operation, None, false),
        ] {
            assert!(all.wants(&alert(kind, unit)));
            assert_eq!(some.wants(&alert(kind, unit)), told, "{kind:?} {unit:?}");
        }
    }

    #[test]
    fn what_cannot_work_is_refused_and_nothing_secret_prints() {
        for (text, wrong) in [
            ("url = 'http://desk.example/x'\nsecret = '0123456789abcdef'", "https"),
            ("url = 'https://me:secret@desk.example/x'\nsecret = '0123456789abcdef'", "password"),
            ("url = 'https://desk.example/x'\nsecret = 'short'", "webhooks.secret"),
            (
                "url = 'https://desk.example/x'\nsecret = '0123456789abcdef'\nkinds = ['rumour']",
                "`rumour`",
            ),
        ] {
            let error = read(text).check().unwrap_err();
            assert!(error.contains(wrong) && error.contains("desk.example"), "{error}");
            assert!(!error.contains("secret@") && !error.contains("0123"), "{error}");
        }
        assert_eq!(read("url = 'http://127.0.0.1:9000/x'\nsecret = '0123456789abcdef'").check(), Ok(()));
        let hook = read("url = 'https://desk.example:8443/token-abc?key=def'\nsecret = '0123456789abcdef'");
        let shown = format!("{hook:?}");
        assert!(
            !shown.contains("0123") && !shown.contains("abc") && !shown.contains("def"),
            "{shown}"
        );
        assert!(shown.contains("desk.example:8443"), "{shown}");
    }
}
