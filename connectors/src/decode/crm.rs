//! Lifecycle transitions of `crm.status`: one payload is one transition of one report. Photos are not read yet.

use tanggap_engine::event::{Class, Event, Reason};

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
    let version = version::of([
        u64::from(status as u8),
        version::time(event_time),
        version::part(unit.as_deref().map(version::text)),
    ]);
    let mut event = Event::new(Class::Transition, &id, version, event_time);
    event.status = Some(status);
    event.unit = unit.as_deref();
    event.actor_role = actor_role.as_deref();
    event.report_channel = channel.as_deref();
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
            _ => return scanner.skip(),
        };
        *field = scanner.scalar()?;
        Ok(())
    }
}
