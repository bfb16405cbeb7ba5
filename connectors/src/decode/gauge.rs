//! Water levels of `gauge.levels`: one payload is one reading, in centimetres, or in the millimetres of the flood posts'
//! `TINGGI_AIR`. What Siaga a level is, is the engine's decision.

use tanggap_engine::event::{Class, Event, Reason};

use super::scalar::{Scalar, first, position};
use super::scanner::{Broken, Scanner};
use super::sink::{Sink, TimeFields};
use super::version;

const TIME_NAMES: [&str; 5] = ["time", "timestamp", "measured_at", "created_at", "TANGGAL"];

#[derive(Default)]
struct Fields<'a> {
    id: [Scalar<'a>; 3],
    level_cm: [Scalar<'a>; 2],
    level_mm: Scalar<'a>,
    time: [Scalar<'a>; 5],
    longitude: [Scalar<'a>; 4],
    latitude: [Scalar<'a>; 3],
}

/// Decodes one reading.
pub(super) fn decode(bytes: &[u8], sink: &mut Sink<'_>) {
    let mut fields = Fields::default();
    if Scanner::whole_object(bytes, |key, scanner| fields.read(key, scanner)).is_err() {
        return sink.reject(Reason::NoJsonObject, "");
    }
    let Some(id) = first(&fields.id, Scalar::text) else {
        return sink.reject(Reason::NoId, "gauge_id");
    };
    let Some(level_cm) = fields.level_cm() else {
        let field = if fields.level_mm.is_present() { "TINGGI_AIR" } else { "level_cm" };
        return sink.reject(Reason::NoLevel, field);
    };
    let Some((event_time, time_field)) = sink.time_of(&fields.time, &TIME_NAMES) else {
        return;
    };
    let version = version::of([version::time(event_time), u64::from(level_cm.cast_unsigned())]);
    let mut event = Event::new(Class::Level, &id, version, event_time);
    event.level_cm = Some(level_cm);
    event.position = position(first(&fields.longitude, Scalar::number), first(&fields.latitude, Scalar::number));
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
            b"gauge_id" => &mut self.id[0],
            b"id" => &mut self.id[1],
            b"ID_PINTU_AIR" => &mut self.id[2],
            b"level_cm" => &mut self.level_cm[0],
            b"level" => &mut self.level_cm[1],
            b"TINGGI_AIR" => &mut self.level_mm,
            b"time" => &mut self.time[0],
            b"timestamp" => &mut self.time[1],
            b"measured_at" => &mut self.time[2],
            b"created_at" => &mut self.time[3],
            b"TANGGAL" => &mut self.time[4],
            b"lng" => &mut self.longitude[0],
            b"lon" => &mut self.longitude[1],
            b"longitude" => &mut self.longitude[2],
            b"LONGITUDE" => &mut self.longitude[3],
            b"lat" => &mut self.latitude[0],
            b"latitude" => &mut self.latitude[1],
            b"LATITUDE" => &mut self.latitude[2],
            _ => return scanner.skip(),
        };
        *field = scanner.scalar()?;
        Ok(())
    }

    fn level_cm(&self) -> Option<i32> {
        if let Some(level) = first(&self.level_cm, Scalar::rounded) {
            return Some(level);
        }
        // Whole centimetres, a half upwards, as the flood posts' own pages show them.
        Some((self.level_mm.rounded()?.checked_add(5)?).div_euclid(10))
    }
}
