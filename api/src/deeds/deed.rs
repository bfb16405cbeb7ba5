//! A deed as somebody asks for it: read, held against the table of what may be done, and written as `crm.status` reads it.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tanggap_engine::event::Kind;
use tanggap_queries::named::Standing;
use utoipa::ToSchema;

use super::action::{Action, Stage};
use super::hash::of_parts;
use super::photos::{PhotoFacts, names_photo};
use crate::access::Role;
use crate::error::Problem;
use crate::time::rfc3339;

/// Letters of a note at most.
const NOTE_LETTERS: usize = 2_000;
/// Bytes of a code at most, as the decoder has it.
const CODE_BYTES: usize = 40;
/// Bytes of names of units, officers and channels at most.
const NAME_BYTES: usize = 100;

/// What is to be done with a report.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Deed {
    /// Channel of the report; without one whichever knows the id: QLUE first, then by name.
    #[serde(default)]
    pub(crate) channel: Option<String>,
    pub(crate) action: Action,
    /// Version of the case as the person saw it.
    pub(crate) expected: usize,
    /// Of a redirect: code of the unit it goes to.
    #[serde(default)]
    pub(crate) unit: Option<String>,
    /// Who was sent, as the unit's own systems name them.
    #[serde(default)]
    pub(crate) officer: Option<String>,
    /// Why: a code of at most 40 lower-case letters, digits, `_` and `-`.
    #[serde(default)]
    pub(crate) reason: Option<String>,
    /// For people; it goes to the log and nowhere else.
    #[serde(default)]
    pub(crate) note: Option<String>,
    /// SHA-256 of an uploaded photo.
    #[serde(default)]
    pub(crate) photo: Option<String>,
}

/// Who does it, for the log: a role, never a person.
#[derive(Clone, Copy, Debug)]
pub(super) struct Doer<'a> {
    pub(super) role: Role,
    /// Hash of the idempotency key.
    pub(super) key: &'a str,
}

impl Deed {
    /// Looks at what can be judged without knowing the report.
    ///
    /// # Errors
    /// The first field that does not fit, and what would.
    pub(crate) fn check(&self) -> Result<(), Problem> {
        let name = "at most 100 bytes, without control characters";
        for (field, value) in [("channel", &self.channel), ("unit", &self.unit), ("officer", &self.officer)] {
            if let Some(value) = value
                && (value.is_empty() || value.len() > NAME_BYTES || value.chars().any(char::is_control))
            {
                return Err(Problem::parameter(field, value, &[name]));
            }
        }
        if let Some(reason) = &self.reason
            && !is_code(reason)
        {
            let allowed = "a code of at most 40 lower-case letters, digits, _ and -";
            return Err(Problem::parameter("reason", reason, &[allowed]));
        }
        if let Some(note) = &self.note
            && note.chars().count() > NOTE_LETTERS
        {
            return Err(Problem::parameter("note", "a longer one", &["at most 2000 letters"]));
        }
        if let Some(photo) = &self.photo
            && !names_photo(photo)
        {
            return Err(Problem::parameter("photo", photo, &["the sha256 that POST /v1/photos gave"]));
        }
        match self.action {
            Action::Redirect if self.unit.is_none() => Err(Problem::missing_parameter("unit", "a redirect names the unit it goes to")),
            Action::Close if self.reason.is_none() => Err(Problem::missing_parameter(
                "reason",
                "closing needs a reason; `duplicate` and `not_ours` say what they mean in the status",
            )),
            _ => Ok(()),
        }
    }

    /// Hash of what is asked of which report: the same for the same, however it was written.
    pub(super) fn hash(&self, id: &str) -> String {
        let text = serde_json::to_string(self).unwrap_or_default();
        of_parts(&[id, &text])
    }

    /// Holds it against what may be done with the report now.
    ///
    /// # Errors
    /// It may not be done, and what may; or a photo is missing.
    pub(super) fn fits(&self, report: &Standing, stage: Stage, photo_required: bool) -> Result<(), Problem> {
        let allowed = stage.actions();
        if !allowed.contains(&self.action) {
            let words: Vec<&str> = allowed.iter().map(|action| action.id()).collect();
            let allowed = if words.is_empty() { "nothing".to_owned() } else { words.join(", ") };
            return Err(Problem::unfit_deed(format!(
                "`{}` cannot be done with this report as it stands; what can: {allowed}",
                self.action.id()
            )));
        }
        let photo_needed = photo_required && self.action == Action::Complete && report.kind == Some(Kind::Complaint);
        if photo_needed && self.photo.is_none() {
            return Err(Problem::unfit_deed(
                "a complaint is done when a photo shows it: POST /v1/photos first and give its sha256 as `photo`",
            ));
        }
        Ok(())
    }

    /// The message for `crm.status`: a transition to be at `time_us` (µs since epoch UTC), with the unit that holds the report by it.
    pub(super) fn payload(
        &self,
        report: &Standing,
        time_us: i64,
        unit: Option<&str>,
        photo: Option<&PhotoFacts>,
        doer: Doer<'_>,
    ) -> String {
        let mut message = json!({
            "report_id": report.id,
            "channel": report.channel,
            "status": self.action.status(self.reason.as_deref()).id(),
            "time": rfc3339(time_us),
            "actor_role": actor(doer.role),
            "idempotency_key": doer.key,
        });
        for (field, value) in [
            ("unit", unit),
            ("officer", self.officer.as_deref()),
            ("reason_code", self.reason.as_deref()),
            ("note", self.note.as_deref()),
        ] {
            if let Some(value) = value {
                message[field] = Value::from(value);
            }
        }
        if let Some(photo) = photo {
            let field = if self.action.ends() { "photo_after" } else { "photo_before" };
            message[field] = json!(photo);
        }
        message.to_string()
    }
}

/// Who acted, in the words of the city's log.
pub(super) const fn actor(role: Role) -> &'static str {
    match role {
        Role::Officer => "petugas",
        Role::Verifier => "verifikator",
        Role::Leadership => "pimpinan",
        Role::Operator => "operator",
        Role::Public => "warga",
    }
}

/// Whether the decoder reads it as a code.
pub(super) fn is_code(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-');
    !text.is_empty() && text.len() <= CODE_BYTES && text.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::array::{Array, AsArray};
    use tanggap_connectors::decode::{DecodeConfig, Decoder, Payload};
    use tanggap_engine::event::{EventBatchBuilder, Kind};
    use tanggap_queries::named::Standing;

    use super::super::action::{Action, Stage};
    use super::super::photos::PhotoFacts;
    use super::{Deed, Doer};
    use crate::access::Role;

    fn deed(action: Action) -> Deed {
        Deed {
            channel: None,
            action,
            expected: 0,
            unit: Some("dlh".to_owned()),
            officer: None,
            reason: Some("duplicate".to_owned()),
            note: None,
            photo: None,
        }
    }

    fn report(kind: Kind) -> Standing {
        Standing {
            id: "42 \"x\"".to_owned(),
            channel: "qlue".to_owned(),
            kind: Some(kind),
            category: None,
            kelurahan: None,
            filed_us: 0,
            unit: None,
            routed: None,
            moves: Vec::new(),
        }
    }

    type Spoil = fn(&mut Deed);

    #[test]
    fn a_field_that_does_not_fit_is_named() {
        assert!(deed(Action::Close).check().is_ok());
        let faulty: [(&str, Spoil); 8] = [
            ("unit", |deed| deed.unit = None),
            ("unit", |deed| deed.unit = Some(String::new())),
            ("officer", |deed| deed.officer = Some("a\nb".to_owned())),
            ("channel", |deed| deed.channel = Some("x".repeat(101))),
            ("reason", |deed| deed.reason = Some("Salah alamat".to_owned())),
            ("reason", |deed| deed.reason = Some(String::new())),
            ("note", |deed| deed.note = Some("é".repeat(2_001))),
            ("photo", |deed| deed.photo = Some("../../etc".to_owned())),
        ];
        for (field, spoil) in faulty {
            let mut deed = deed(Action::Redirect);
            spoil(&mut deed);
            let problem = deed.check().unwrap_err();
            assert_eq!((problem.status, problem.errors[0].parameter.as_str()), (400, field));
        }
        let mut bare = deed(Action::Close);
        bare.reason = None;
        assert_eq!(bare.check().unwrap_err().errors[0].parameter, "reason");
        bare.action = Action::Accept;
        bare.unit = None;
        assert!(bare.check().is_ok());
    }

    #[test]
    fn a_complaint_is_not_done_without_a_photo_and_a_suggestion_is() {
        let done = deed(Action::Complete);
        assert_eq!(done.fits(&report(Kind::Complaint), Stage::Working, true).unwrap_err().status, 422);
        assert!(done.fits(&report(Kind::Complaint), Stage::Working, false).is_ok());
        assert!(done.fits(&report(Kind::Suggestion), Stage::Working, true).is_ok());
        let refused = done.fits(&report(Kind::Suggestion), Stage::Ended, true).unwrap_err();
        assert!(refused.detail.ends_with("what can: reopen"), "{}", refused.detail);
        assert!(deed(Action::Accept).fits(&report(Kind::Duty), Stage::Nobodys, true).is_err());
    }

    #[test]
    fn the_same_wish_has_the_same_hash() {
        let wish = deed(Action::Accept);
        assert_eq!(wish.hash("1"), wish.clone().hash("1"));
        assert_ne!(wish.hash("1"), wish.hash("2"));
        assert_ne!(wish.hash("1"), deed(Action::Ask).hash("1"));
    }

    #[test]
    fn what_is_written_is_what_the_decoder_of_the_log_reads() {
        let mut wish = deed(Action::Close);
        wish.note = Some("tidak \"ada\"\napa-apa".to_owned());
        let photo = PhotoFacts {
            sha256: "ab".repeat(32),
            phash: "00ff00ff00ff00ff".to_owned(),
            captured_at: Some("2026-01-15T07:03:00Z".to_owned()),
        };
        let doer = Doer {
            role: Role::Officer,
            key: "0123",
        };
        let time_us = 1_768_460_580_000_123;
        let payload = wish.payload(&report(Kind::Complaint), time_us, Some("dlh"), Some(&photo), doer);
        let mut decoder = Decoder::for_topic("crm.status", &DecodeConfig::default()).unwrap();
        let mut rows = EventBatchBuilder::default();
        let message = Payload {
            offset: 0,
            broker_time: Some(time_us),
            bytes: Some(payload.as_bytes()),
        };
        decoder.decode(&message, &mut rows);
        let batch = rows.finish();
        assert!(batch.rejects.is_empty());
        let text = |name: &str| batch.events.column_by_name(name).unwrap().as_string::<i32>().value(0).to_owned();
        assert_eq!(
            (text("id"), text("report_channel"), text("unit")),
            ("42 \"x\"".to_owned(), "qlue".to_owned(), "dlh".to_owned())
        );
        assert_eq!(
            (text("close_reason"), text("actor_role")),
            ("duplicate".to_owned(), "petugas".to_owned())
        );
        for column in ["after_photo", "after_look", "after_taken_at"] {
            assert_eq!(batch.events.column_by_name(column).unwrap().null_count(), 0, "{column}");
        }
        assert_eq!(batch.events.column_by_name("before_photo").unwrap().null_count(), 1);
    }
}
