//! One alert: a JSON object, and what of it the program looks at.

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::time::rfc3339;

/// What an alert is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AlertKind {
    /// A hotspot opened, grew, moved, was merged or closed.
    Hotspot,
    /// A clock of a case ran out, or somebody higher has to hear of it.
    Escalation,
    /// Somebody should look at a lane, or need not any more.
    Operation,
}

impl AlertKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Hotspot, Self::Escalation, Self::Operation];

    /// The word in messages, settings and the API.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Hotspot => "hotspot",
            Self::Escalation => "escalation",
            Self::Operation => "operation",
        }
    }

    /// The kind of a word.
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.id() == id)
    }
}

/// An alert. It names no reporter and holds no text anybody wrote.
#[derive(Clone, Debug, PartialEq)]
pub struct Alert {
    id: String,
    kind: AlertKind,
    revision: u64,
    time_us: i64,
    body: Map<String, Value>,
}

impl Alert {
    /// An alert about what happened at `time_us` (µs since epoch UTC) and left things in a `state`; `more` is told beside that.
    #[must_use]
    pub fn new(kind: AlertKind, id: String, revision: u64, time_us: i64, state: &str, more: Map<String, Value>) -> Self {
        let mut body = Map::from_iter([
            ("id".to_owned(), Value::from(id.as_str())),
            ("kind".to_owned(), Value::from(kind.id())),
            ("revision".to_owned(), Value::from(revision)),
            ("time".to_owned(), Value::from(rfc3339(time_us))),
            ("state".to_owned(), Value::from(state)),
        ]);
        body.extend(more);
        Self {
            id,
            kind,
            revision,
            time_us,
            body,
        }
    }

    /// An alert as [`Self::body`] gave it; none if it is no alert.
    #[must_use]
    pub fn read(body: Value) -> Option<Self> {
        let Value::Object(body) = body else { return None };
        let text = |name: &str| body.get(name).and_then(Value::as_str);
        let time = text("time")?.parse::<Timestamp>().ok()?;
        text("state")?;
        Some(Self {
            id: text("id")?.to_owned(),
            kind: AlertKind::from_id(text("kind")?)?,
            revision: body.get("revision").and_then(Value::as_u64)?,
            time_us: time.as_microsecond(),
            body,
        })
    }

    /// What it is about, for good.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What it is about, as a kind.
    #[must_use]
    pub const fn kind(&self) -> AlertKind {
        self.kind
    }

    /// Goes up with everything that is told under the id.
    #[must_use]
    pub const fn revision(&self) -> u64 {
        self.revision
    }

    /// When it happened, µs since epoch UTC.
    #[must_use]
    pub const fn time_us(&self) -> i64 {
        self.time_us
    }

    /// Everything it says.
    #[must_use]
    pub const fn body(&self) -> &Map<String, Value> {
        &self.body
    }

    /// How things are left.
    #[must_use]
    pub fn state(&self) -> &str {
        self.text("state").unwrap_or_default()
    }

    /// A member that is a text.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.body.get(name).and_then(Value::as_str)
    }

    /// Code of the unit it concerns; none = no unit in particular.
    #[must_use]
    pub fn unit(&self) -> Option<&str> {
        self.text("unit")
    }

    /// Different reporters behind it; 0 where that is no question.
    #[must_use]
    pub fn observed(&self) -> i64 {
        self.body.get("observed").and_then(Value::as_i64).unwrap_or_default()
    }

    /// Whether what it is about goes on.
    pub(super) fn lasts(&self) -> bool {
        self.kind != AlertKind::Escalation && !matches!(self.state(), "closed" | "merged")
    }

    /// It as a message.
    #[must_use]
    pub fn message(&self) -> String {
        Value::Object(self.body.clone()).to_string()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value, json};

    use super::{Alert, AlertKind};

    #[test]
    fn an_alert_comes_back_from_its_message() {
        let more = Map::from_iter([("unit".to_owned(), Value::from("dlh")), ("observed".to_owned(), Value::from(7))]);
        let alert = Alert::new(AlertKind::Hotspot, "flood-1-2".to_owned(), 3, 1_768_460_580_000_000, "grew", more);
        let body: Value = serde_json::from_str(&alert.message()).unwrap();
        assert_eq!(
            (&body["time"], &body["state"]),
            (&Value::from("2026-01-15T07:03:00Z"), &Value::from("grew"))
        );
        assert_eq!((alert.unit(), alert.observed(), alert.lasts()), (Some("dlh"), 7, true));
        assert_eq!(Alert::read(body), Some(alert));
    }

    #[test]
    fn what_is_no_alert_is_none() {
        for wrong in [
            json!(null),
            json!({}),
            json!({"id": "a", "kind": "rumour", "revision": 1, "time": "2026-01-15T07:03:00Z", "state": "due"}),
            json!({"id": "a", "kind": "escalation", "revision": -1, "time": "2026-01-15T07:03:00Z", "state": "due"}),
            json!({"id": "a", "kind": "escalation", "revision": 1, "time": "today", "state": "due"}),
        ] {
            assert_eq!(Alert::read(wrong.clone()), None, "{wrong}");
        }
    }
}
