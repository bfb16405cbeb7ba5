//! Lifecycle transitions of `crm.status`: one payload is one transition of one report. Of what it proves are read the reporter's mark, a
//! code of the reason, and of photos their hashes; notes are not. A link also names the other report (`other`, `<channel>:<id>`).

use std::borrow::Cow;

use tanggap_engine::event::{Class, Event, Evidence, Reason, Status};

use super::photo::Photo;
use super::scalar::{Scalar, first};
use super::scanner::{Broken, Scanner};
use super::sink::{Sink, TimeFields};
use super::{version, words};

const TIME_NAMES: [&str; 4] = ["time", "timestamp", "created_at", "at"];

#[derive(Default)]
struct Fields<'a> {
    id: [Scalar<'a>; 2],
    status: Scalar<'a>,
    time: [Scalar<'a>; 4],
    unit: Scalar<'a>,
    actor_role: [Scalar<'a>; 2],
    channel: [Scalar<'a>; 2],
    rating: Scalar<'a>,
    reason: [Scalar<'a>; 3],
    other: Scalar<'a>,
    before: [Photo<'a>; 3],
    after: [Photo<'a>; 3],
}

/// Decodes one transition.
pub(super) fn decode(bytes: &[u8], sink: &mut Sink<'_>) {
    let mut fields = Fields::default();
    if Scanner::whole_object(bytes, |key, scanner| fields.read(key, scanner)).is_err() {
        return sink.reject(Reason::NoJsonObject, "");
    }
    let Some(id) = first(&fields.id, Scalar::text) else {
        return sink.reject(Reason::NoId, "report_id");
    };
    let Some(status) = fields.status.text().and_then(|word| words::status(&word)) else {
        return sink.reject(Reason::NoStatus, "status");
    };
    let Some((event_time, time_field)) = sink.time_of(&fields.time, &TIME_NAMES) else {
        return;
    };
    let unit = fields.unit.text();
    let actor_role = first(&fields.actor_role, Scalar::text);
    let channel = first(&fields.channel, Scalar::text);
    let close_reason = first(&fields.reason, code);
    let (before, after) = (known(&fields.before), known(&fields.after));
    let links = matches!(status, Status::Linked | Status::Unlinked);
    let other = fields.other.text().filter(|other| links && addresses(other));
    // What a transition proves tells no versions apart: it is the same one when a photo is sent after it.
    let mut version = version::of([
        u64::from(status as u8),
        version::time(event_time),
        version::part(unit.as_deref().map(version::text)),
    ]);
    if let Some(other) = &other {
        version = version::of([version, version::text(other)]);
    }
    let mut event = Event::new(Class::Transition, &id, version, event_time);
    event.status = Some(status);
    event.unit = unit.as_deref();
    event.actor_role = actor_role.as_deref();
    event.report_channel = channel.as_deref();
    event.evidence = Evidence {
        rating: rating(fields.rating),
        close_reason: close_reason.as_deref(),
        before_photo: before.exact,
        before_look: before.look,
        after_photo: after.exact,
        after_look: after.look,
        after_taken_at: after.taken_at(sink.zone),
    };
    event.other = other.as_deref();
    sink.push(
        &event,
        TimeFields {
            event: time_field,
            own: time_field,
        },
    );
}

impl<'a> Fields<'a> {
    fn read(&mut self, key: &str, scanner: &mut Scanner<'a>) -> Result<(), Broken> {
        let field = match key.as_bytes() {
            b"report_id" => &mut self.id[0],
            b"id" => &mut self.id[1],
            b"status" => &mut self.status,
            b"time" => &mut self.time[0],
            b"timestamp" => &mut self.time[1],
            b"created_at" => &mut self.time[2],
            b"at" => &mut self.time[3],
            b"unit" => &mut self.unit,
            b"actor_role" => &mut self.actor_role[0],
            b"role" => &mut self.actor_role[1],
            b"channel" => &mut self.channel[0],
            b"source" => &mut self.channel[1],
            b"rating" => &mut self.rating,
            b"close_reason" => &mut self.reason[0],
            b"reason_code" => &mut self.reason[1],
            b"reason" => &mut self.reason[2],
            b"other" => &mut self.other,
            _ => return self.photo(key, scanner),
        };
        *field = scanner.scalar()?;
        Ok(())
    }

    /// Photos lie beside the other fields, or in an object of their own.
    fn photo(&mut self, key: &str, scanner: &mut Scanner<'a>) -> Result<(), Broken> {
        let photo = match key.as_bytes() {
            b"photo_before" => &mut self.before[0],
            b"before" => &mut self.before[1],
            b"photo_after" => &mut self.after[0],
            b"after" => &mut self.after[1],
            b"photos" => {
                return scanner.fields_or_skip(|key, scanner| {
                    let photo = match key.as_bytes() {
                        b"before" => &mut self.before[2],
                        b"after" => &mut self.after[2],
                        _ => return scanner.skip(),
                    };
                    *photo = Photo::read(scanner)?;
                    Ok(())
                });
            }
            _ => return scanner.skip(),
        };
        *photo = Photo::read(scanner)?;
        Ok(())
    }
}

/// The first photo of which anything is known.
fn known<'a>(photos: &[Photo<'a>]) -> Photo<'a> {
    photos.iter().copied().find(Photo::is_known).unwrap_or_default()
}

/// A mark from 1 to 5, a whole number or its text.
fn rating(field: Scalar<'_>) -> Option<u8> {
    let number = field.number()?;
    (1..=5_u8).find(|mark| (f64::from(*mark) - number).abs() < 1e-9)
}

/// Whether a text is the address of a report: `<channel>:<id>`, at most 200 bytes without control characters.
fn addresses(text: &str) -> bool {
    let named = text
        .split_once(':')
        .is_some_and(|(channel, id)| !channel.is_empty() && !id.is_empty());
    named && text.len() <= 200 && !text.chars().any(char::is_control)
}

/// A code: at most 40 lower-case ASCII letters, digits, `_` and `-`. Anything else may be what a person wrote, and stays outside.
fn code(field: Scalar<'_>) -> Option<Cow<'_, str>> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-');
    field.text().filter(|text| text.len() <= 40 && text.bytes().all(plain))
}
