//! Where a format puts the events of one payload: counts them, refuses those from the future, and names the field of a reject
//! by its path in the payload.

use tanggap_engine::event::{Event, EventBatchBuilder, Reason, Reject};

use super::config::{ReporterHasher, ZoneOffset};
use super::reading::TextReader;
use super::scalar::Scalar;

/// The events of one payload.
pub(super) struct Sink<'o> {
    pub(super) offset: i64,
    /// When the broker stored the payload, µs UTC.
    pub(super) broker_time: Option<i64>,
    /// The latest time an event may have, µs UTC.
    pub(super) latest: Option<i64>,
    pub(super) zone: ZoneOffset,
    pub(super) reporters: ReporterHasher,
    /// Who reads the texts, on a channel whose texts are read.
    pub(super) texts: Option<&'o TextReader>,
    /// Which element of which array of the payload is being read.
    pub(super) element: Option<(&'static str, usize)>,
    pub(super) events: usize,
    pub(super) out: &'o mut EventBatchBuilder,
}

/// The names of the fields an event's times came from, for its reject.
#[derive(Clone, Copy)]
pub(super) struct TimeFields {
    pub(super) event: &'static str,
    pub(super) own: &'static str,
}

impl Sink<'_> {
    /// Takes an event, or refuses it as `future`.
    pub(super) fn push(&mut self, event: &Event<'_>, fields: TimeFields) {
        if let Some(latest) = self.latest {
            if event.event_time > latest {
                return self.reject(Reason::Future, fields.event);
            }
            if event.own_time > latest {
                return self.reject(Reason::Future, fields.own);
            }
        }
        self.events += 1;
        self.out.push(self.offset, event);
    }

    /// The first readable of these fields as µs UTC, and its name. Where there is none the event is refused, by the name of the first field
    /// that is there at all.
    pub(super) fn time_of(&mut self, fields: &[Scalar<'_>], names: &[&'static str]) -> Option<(i64, &'static str)> {
        let candidates = || fields.iter().zip(names);
        let found = candidates().find_map(|(field, name)| Some((field.time(self.zone)?, *name)));
        if found.is_none() {
            let present = candidates().find(|(field, _)| field.is_present());
            let name = present.or_else(|| candidates().next()).map_or("", |(_, name)| *name);
            self.reject(Reason::NoEventTime, name);
        }
        found
    }

    /// Refuses an event; an empty field means the whole payload or element.
    pub(super) fn reject(&mut self, reason: Reason, field: &str) {
        let field = match self.element {
            None => field.to_owned(),
            Some((array, index)) if field.is_empty() => format!("{array}[{index}]"),
            Some((array, index)) => format!("{array}[{index}].{field}"),
        };
        self.events += 1;
        self.out.reject(Reject {
            offset: self.offset,
            reason,
            field,
        });
    }
}
