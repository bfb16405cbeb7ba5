//! What an officer says of incidents: that two are one, or that a report tells of another one. A line of the log like any deed, and no
//! clock of a case moves by it.

use std::sync::Arc;

use serde_json::json;
use tanggap_engine::event::Status;
use tanggap_engine::incident::ReportKey;
use tanggap_queries::named::shown;
use uuid::Uuid;

use super::answer::DeedAnswer;
use super::clerk::Clerk;
use super::deed::{actor, is_code};
use super::hash::of_parts;
use super::keys::{Intent, Topic};
use super::showing::wait_for;
use crate::access::Role;
use crate::error::Problem;
use crate::extractors::Viewer;
use crate::state::AppState;
use crate::time::{now_us, rfc3339};

/// What is said of two reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bond {
    /// The report it is said of.
    pub(crate) report: ReportKey,
    /// The other one.
    pub(crate) other: ReportKey,
    /// Whether they tell of one incident.
    pub(crate) linked: bool,
    /// Why: a code.
    pub(crate) reason: String,
}

impl Bond {
    /// Looks for a reason that is no code.
    ///
    /// # Errors
    /// It is none.
    pub(crate) fn check(reason: &str) -> Result<(), Problem> {
        if is_code(reason) {
            return Ok(());
        }
        let allowed = "a code of at most 40 lower-case letters, digits, _ and -";
        Err(Problem::parameter("reason", reason, &[allowed]))
    }

    fn intent(&self, role: Role, key: String, body: String, now_us: i64) -> Intent {
        let status = if self.linked { Status::Linked } else { Status::Unlinked };
        let payload = json!({
            "report_id": self.report.id,
            "channel": self.report.channel,
            "status": status.id(),
            "other": self.other.to_string(),
            "time": rfc3339(now_us),
            "actor_role": actor(role),
            "reason_code": self.reason,
            "idempotency_key": key,
        });
        let answer = DeedAnswer {
            id: self.report.id.clone(),
            channel: self.report.channel.clone(),
            status: Some(status.id().to_owned()),
            version: None,
            time: rfc3339(now_us),
            located: None,
            claim: None,
            seen: false,
        };
        Intent {
            key,
            body,
            at_us: now_us,
            answer,
            time_us: now_us,
            unit: None,
            officer: None,
            topic: Topic::Transitions,
            payload: payload.to_string(),
        }
    }
}

/// What somebody asks for under a key. Asked again it is the same, whatever has become of the incidents since: by then they may be one.
#[derive(Clone, Debug)]
pub(crate) struct Wish {
    /// Hash of who and the key they gave.
    key: String,
    /// Hash of what was asked.
    body: String,
}

impl Wish {
    /// What is asked, with the key it was given if there is one.
    pub(crate) fn of(viewer: &Viewer, key: Option<&str>, asked: &[&str]) -> Self {
        let own = Uuid::new_v4().to_string();
        Self {
            key: of_parts(&["bond", &viewer.account, key.unwrap_or(&own)]),
            body: of_parts(asked),
        }
    }
}

impl Clerk {
    /// Whether this was asked before, and may be in the log.
    ///
    /// # Errors
    /// The key was used for something else.
    pub(crate) fn heard(&self, wish: &Wish) -> Result<bool, Problem> {
        Ok(self.known(&wish.key, &wish.body)?.is_some())
    }

    /// Says it, once for each key. Without a bond it says what was asked for before.
    ///
    /// # Errors
    /// The log takes nothing, or the key was used for something else.
    pub(crate) async fn bind(
        self: &Arc<Self>,
        state: &Arc<AppState>,
        viewer: &Viewer,
        wish: Wish,
        bond: Option<&Bond>,
    ) -> Result<DeedAnswer, Problem> {
        let passed = self.pass(&wish.key).await?;
        let known = self.known(&wish.key, &wish.body)?;
        let fresh = known.is_none();
        let intent = match (known, bond) {
            (Some(known), _) if known.done => return Ok(known.intent.answer),
            // Nobody knows whether it came; the same bytes say the same.
            (Some(known), _) => known.intent,
            (None, Some(bond)) => bond.intent(viewer.role, wish.key, wish.body, now_us()),
            // It was on its way a moment ago, and did not come.
            (None, None) => return Err(Problem::busy("nothing was written; send it again")),
        };
        let answer = self.give(intent.clone(), fresh).await?;
        drop(passed);
        let seen = wait_for(state, |snapshot| shown(snapshot, &intent.answer.id, intent.time_us)).await;
        Ok(DeedAnswer { seen, ..answer })
    }
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::array::AsArray;
    use tanggap_connectors::decode::{DecodeConfig, Decoder, Payload};
    use tanggap_engine::event::{EventBatchBuilder, schema};
    use tanggap_engine::incident::ReportKey;

    use super::Bond;
    use crate::access::Role;

    #[test]
    fn what_is_written_is_what_the_decoder_of_the_log_reads() {
        let bond = Bond {
            report: ReportKey::new("qlue", "42 \"x\""),
            other: ReportKey::new("twitter", "7:8"),
            linked: false,
            reason: "lain_kejadian".to_owned(),
        };
        let now_us = 1_768_460_580_000_123;
        let intent = bond.intent(Role::Officer, "0123".to_owned(), String::new(), now_us);
        let mut decoder = Decoder::for_topic("crm.status", &DecodeConfig::default()).unwrap();
        let mut rows = EventBatchBuilder::default();
        let message = Payload {
            offset: 0,
            broker_time: Some(now_us),
            bytes: Some(intent.payload.as_bytes()),
        };
        assert_eq!(decoder.decode(&message, &mut rows), 1);
        let batch = rows.finish();
        assert!(batch.rejects.is_empty());
        let text = |name: &str| batch.events.column_by_name(name).unwrap().as_string::<i32>().value(0).to_owned();
        assert_eq!(
            (text(schema::ID), text(schema::REPORT_CHANNEL)),
            (bond.report.id, bond.report.channel)
        );
        assert_eq!(
            (text(schema::OTHER), text(schema::CLOSE_REASON)),
            (bond.other.to_string(), bond.reason)
        );
    }

    #[test]
    fn a_reason_is_a_code() {
        assert!(Bond::check("kejadian_sama").is_ok());
        for wrong in ["", "Kejadian sama", &"x".repeat(41)] {
            assert_eq!(Bond::check(wrong).unwrap_err().status, 400, "{wrong}");
        }
    }
}
