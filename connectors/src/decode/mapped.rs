//! Reading a payload by a [`Mapping`]: one JSON object is one report, one transition more if it came with a photo, and one for each time of
//! it the mapping names (Surabaya's `tanggal_ditanggapi`).

use std::borrow::Cow;

use tanggap_engine::event::{Category, Class, Event, Evidence, Kind, Reason, Status, photo_hash};

use super::duty_post::duty_post;
use super::mapping::{IdRule, MAX_PATHS, Mapping, Step, TimeRule};
use super::photo::look;
use super::report::{category_of, kelurahan_of, version_of};
use super::scalar::{Scalar, position};
use super::scanner::{Broken, Scanner};
use super::sink::{Sink, TimeFields};
use super::{version, words};

/// The values of a payload, by slot.
struct Values<'a>([Scalar<'a>; MAX_PATHS]);

impl<'a> Values<'a> {
    fn first<T>(&self, slots: &[usize], read: impl Fn(Scalar<'a>) -> Option<T>) -> Option<T> {
        slots.iter().find_map(|slot| read(self.0[*slot]))
    }

    fn text(&self, slots: &[usize]) -> Option<Cow<'a, str>> {
        self.first(slots, Scalar::text)
    }

    /// The first value of these slots that says anything.
    fn said(&self, slots: &[usize]) -> Scalar<'a> {
        self.first(slots, |value| value.text().map(|_| value)).unwrap_or_default()
    }

    fn read(&mut self, step: &Step, scanner: &mut Scanner<'a>) -> Result<(), Broken> {
        if !step.next.is_empty() {
            if scanner.open(b'{') {
                return scanner.fields(|key, scanner| self.follow(step, key, scanner));
            }
            if scanner.open(b'[') {
                return scanner.elements(|index, scanner| {
                    if index > 99 {
                        return scanner.skip();
                    }
                    self.follow(step, &index.to_string(), scanner)
                });
            }
        }
        let value = scanner.scalar()?;
        if let Some(slot) = step.slot {
            self.0[slot] = value;
        }
        Ok(())
    }

    fn follow(&mut self, step: &Step, key: &str, scanner: &mut Scanner<'a>) -> Result<(), Broken> {
        match step.next.iter().find(|(name, _)| **name == *key) {
            Some((_, step)) => self.read(step, scanner),
            None => scanner.skip(),
        }
    }
}

impl Mapping {
    /// Decodes one payload.
    pub(super) fn decode(&self, bytes: &[u8], sink: &mut Sink<'_>) {
        let mut values = Values([Scalar::Missing; MAX_PATHS]);
        if Scanner::whole_object(bytes, |key, scanner| values.follow(&self.tree, key, scanner)).is_err() {
            return sink.reject(Reason::NoJsonObject, "");
        }
        let id = match &self.id {
            IdRule::Slots(slots) => values.text(slots),
            IdRule::Offset => Some(Cow::Owned(sink.offset.to_string())),
        };
        let Some(id) = id else {
            return sink.reject(Reason::NoId, "id");
        };
        let zone = sink.zone;
        let event_time = match &self.time {
            TimeRule::Slots(slots) => values.first(slots, |time| time.time(zone)),
            TimeRule::Broker => sink.broker_time,
            TimeRule::Constant(time) => Some(*time),
        };
        let Some(event_time) = event_time else {
            return sink.reject(Reason::NoEventTime, "time");
        };
        let own_time = values.first(&self.fields.updated, |time| time.time(zone)).unwrap_or(event_time);
        self.put_report(&values, &id, event_time, own_time, sink);
        self.put_photo(&values, &id, event_time, own_time, sink);
        self.put_transitions(&values, &id, own_time, sink);
    }

    fn put_report(&self, values: &Values<'_>, id: &str, event_time: i64, own_time: i64, sink: &mut Sink<'_>) {
        let status_text = values.text(&self.fields.status);
        let status = status_text.as_deref().and_then(|word| self.status_of(word));
        let updated = values.said(&self.fields.updated);
        let version = version_of(status, status_text.as_deref(), updated, sink.zone);
        let category_name = values.text(&self.fields.category);
        let (category, source_category) = match (&category_name, self.constant.category) {
            (None, Some(constant)) => (Some(constant), None),
            (name, _) => category_of(&self.categories, name.as_deref()),
        };
        let read = match (&category_name, self.constant.category, sink.texts) {
            (None, None, Some(reader)) => values.text(&self.fields.text).map(|text| reader.report(&text)),
            _ => None,
        };
        let unit = values.text(&self.fields.unit);
        let reporter = values.text(&self.fields.reporter);
        let kind = values
            .text(&self.fields.kind)
            .and_then(|word| self.kind_of(&word))
            .or(self.constant.kind)
            .or(read.as_ref().and_then(|read| read.kind))
            .unwrap_or(Kind::Complaint);
        let duty_post = if kind == Kind::Duty {
            duty_post(values.said(&self.fields.rt), values.said(&self.fields.rw))
        } else {
            None
        };
        let mut event = Event::new(Class::Report, id, version, event_time);
        event.own_time = own_time;
        event.position = position(
            values.first(&self.fields.longitude, Scalar::number),
            values.first(&self.fields.latitude, Scalar::number),
        );
        event.category = read
            .as_ref()
            .and_then(|read| read.category)
            .or(category)
            .or(Some(Category::Lainnya));
        event.source_category = source_category.or(read.as_ref().and_then(|read| read.mark));
        event.kind = Some(kind);
        event.status = status.or(self.constant.status);
        event.reporter = reporter.map(|reporter| sink.reporters.hash(&reporter));
        event.unit = unit.as_deref().or(self.constant.unit.as_deref());
        let named = values.first(&self.fields.kelurahan, kelurahan_of).or(self.constant.kelurahan);
        event.kelurahan = named.or(read.as_ref().and_then(|read| read.kelurahan));
        event.duty_post = duty_post.as_deref();
        sink.push(
            &event,
            TimeFields {
                event: "time",
                own: "updated",
            },
        );
    }

    /// Pushes the photo the report came with, as the evidence of its being received: that moves no clock, and photos are kept with transitions.
    fn put_photo(&self, values: &Values<'_>, id: &str, event_time: i64, own_time: i64, sink: &mut Sink<'_>) {
        let file = values.text(&self.fields.photo).map(|hash| photo_hash(&hash));
        let seen = values.first(&self.fields.photo_look, look);
        if file.is_none() && seen.is_none() {
            return;
        }
        // Another photo of the same report is another transition.
        let version = version::of([
            u64::from(Status::Received as u8),
            version::time(event_time),
            version::part(file),
            version::part(seen),
        ]);
        let mut event = Event::new(Class::Transition, id, version, event_time);
        event.own_time = own_time;
        event.status = Some(Status::Received);
        event.report_channel = Some(&self.channel);
        event.evidence = Evidence {
            before_photo: file,
            before_look: seen,
            ..Evidence::NONE
        };
        sink.push(
            &event,
            TimeFields {
                event: "time",
                own: "updated",
            },
        );
    }

    /// Pushes what the report tells of its own course. Such a transition may lie weeks after the report in the same payload, so
    /// it does not move the watermark further than the report does.
    fn put_transitions(&self, values: &Values<'_>, id: &str, own_time: i64, sink: &mut Sink<'_>) {
        for rule in &self.transitions {
            let zone = sink.zone;
            let Some(time) = values.first(&rule.time, |time| time.time(zone)) else {
                continue;
            };
            let version = version::of([u64::from(rule.status as u8), version::time(time)]);
            let unit = values.text(&self.fields.unit);
            let mut event = Event::new(Class::Transition, id, version, time);
            event.own_time = own_time;
            event.status = Some(rule.status);
            event.unit = unit.as_deref();
            event.actor_role = rule.actor_role.as_deref();
            event.report_channel = Some(&self.channel);
            sink.push(
                &event,
                TimeFields {
                    event: "transition.time",
                    own: "updated",
                },
            );
        }
    }

    fn status_of(&self, word: &str) -> Option<Status> {
        self.statuses
            .get(word.trim().to_lowercase().as_str())
            .copied()
            .or_else(|| words::status(word))
    }

    fn kind_of(&self, word: &str) -> Option<Kind> {
        self.kinds
            .get(word.trim().to_lowercase().as_str())
            .copied()
            .or_else(|| words::kind(word))
    }
}
