//! Waze: one alert, jam or irregularity with its feed window (beside its fields or around them), or a whole feed document of
//! all three. Within a document each object stands alone: a bad one is refused by its path, its neighbours are kept. A
//! document that is not JSON to its end is refused whole, before any object of it is taken.

use tanggap_engine::event::{Category, CategoryMap, Class, Event, Reason};

use super::config::ZoneOffset;
use super::scalar::{Scalar, first, position};
use super::scanner::{Broken, Scanner};
use super::sink::{Sink, TimeFields};
use super::version;

/// The arrays of a feed document, and what they hold.
const ARRAYS: [(&str, Class); 3] = [
    ("alerts", Class::Report),
    ("jams", Class::Jam),
    ("irregularities", Class::Irregularity),
];

/// Metres per second to km/h.
const KMH: f64 = 3.6;

/// What is kept between payloads, to be reused: points of the line being read, lon, lat, lon, lat…
#[derive(Default)]
pub(super) struct Waze {
    line: Vec<f64>,
}

/// A payload as read: an object's fields stand in it or in a wrapper, or it has arrays of objects.
#[derive(Default)]
struct Document<'a> {
    bare: Object<'a>,
    wrapped: Option<(Object<'a>, &'a str)>,
    class: Option<Class>,
    arrays: [Option<&'a str>; 3],
    window: Window<'a>,
}

#[derive(Default)]
struct Window<'a> {
    end: [Scalar<'a>; 4],
    present: bool,
}

/// The fields of an alert, a jam or an irregularity.
#[derive(Default)]
struct Object<'a> {
    uuid: Scalar<'a>,
    id: Scalar<'a>,
    published: Scalar<'a>,
    detected: [Scalar<'a>; 2],
    updated: [Scalar<'a>; 2],
    alert_type: Scalar<'a>,
    subtype: Scalar<'a>,
    longitude: Scalar<'a>,
    latitude: Scalar<'a>,
    speed: Scalar<'a>,
    speed_kmh: Scalar<'a>,
    delay: [Scalar<'a>; 2],
    length: Scalar<'a>,
    level: [Scalar<'a>; 2],
    located: bool,
    irregular: bool,
    lined: bool,
}

impl Waze {
    /// Decodes one payload.
    pub(super) fn decode(&mut self, bytes: &[u8], sink: &mut Sink<'_>) {
        self.line.clear();
        let mut document = Document::default();
        if Scanner::whole_object(bytes, |key, scanner| document.read(key, scanner, &mut self.line)).is_err() {
            return sink.reject(Reason::NoJsonObject, "");
        }
        let seen_at = document.window.end();
        if let Some((object, text)) = &document.wrapped {
            let class = document.class.unwrap_or_else(|| object.class());
            return object.put(class, &self.line, seen_at, text.as_bytes(), sink);
        }
        let has_arrays = document.arrays.iter().any(Option::is_some);
        if document.bare.speaks_of_one() || (!has_arrays && document.bare.has_values()) {
            let class = document.class.unwrap_or_else(|| document.bare.class());
            return document.bare.put(class, &self.line, seen_at, bytes, sink);
        }
        if !has_arrays && !document.window.present {
            return sink.reject(Reason::NoId, "uuid");
        }
        for ((name, class), text) in ARRAYS.iter().zip(document.arrays) {
            if let Some(text) = text {
                self.put_array(name, *class, text, seen_at, sink);
            }
        }
    }

    fn put_array(&mut self, name: &'static str, class: Class, text: &str, seen_at: Option<i64>, sink: &mut Sink<'_>) {
        let mut scanner = Scanner::over(text);
        if text == "null" {
            return;
        }
        if !scanner.open(b'[') {
            return sink.reject(Reason::NoJsonObject, name);
        }
        let read = scanner.elements(|index, scanner| {
            sink.element = Some((name, index));
            if scanner.peek() != b'{' {
                sink.reject(Reason::NoJsonObject, "");
                return scanner.skip();
            }
            let (object, object_text) = Object::whole(scanner, &mut self.line)?;
            object.put(class, &self.line, seen_at, object_text.as_bytes(), sink);
            Ok(())
        });
        sink.element = None;
        debug_assert!(read.is_ok(), "the array was read once already");
    }
}

impl<'a> Document<'a> {
    fn read(&mut self, key: &str, scanner: &mut Scanner<'a>, line: &mut Vec<f64>) -> Result<(), Broken> {
        match key.as_bytes() {
            b"alerts" => self.arrays[0] = Some(scanner.raw()?),
            b"jams" => self.arrays[1] = Some(scanner.raw()?),
            b"irregularities" => self.arrays[2] = Some(scanner.raw()?),
            b"alert" | b"jam" | b"irregularity" if scanner.peek() == b'{' => {
                self.class = class_named(key);
                self.wrapped = Some(Object::whole(scanner, line)?);
            }
            b"object" if scanner.peek() == b'{' => self.wrapped = Some(Object::whole(scanner, line)?),
            b"kind" | b"object" => self.class = scanner.scalar()?.text().and_then(|name| class_named(&name)).or(self.class),
            b"window" | b"feed" if scanner.peek() == b'{' => scanner.fields_or_skip(|key, scanner| match self.window.field(key) {
                Some(field) => {
                    *field = scanner.scalar()?;
                    Ok(())
                }
                None => scanner.skip(),
            })?,
            _ => match self.window.field(key) {
                Some(field) => *field = scanner.scalar()?,
                None => return self.bare.read(key, scanner, line),
            },
        }
        Ok(())
    }
}

fn class_named(name: &str) -> Option<Class> {
    match name {
        "alert" => Some(Class::Report),
        "jam" => Some(Class::Jam),
        "irregularity" => Some(Class::Irregularity),
        _ => None,
    }
}

impl<'a> Window<'a> {
    fn field(&mut self, key: &str) -> Option<&mut Scalar<'a>> {
        let field = match key.as_bytes() {
            b"endTimeMillis" => 0,
            b"end_time_millis" => 1,
            b"endTime" => 2,
            b"end_time" => 3,
            b"startTimeMillis" | b"start_time_millis" | b"startTime" | b"start_time" => {
                self.present = true;
                return None;
            }
            _ => return None,
        };
        self.present = true;
        self.end.get_mut(field)
    }

    /// The end of the window, µs UTC; Waze writes its text form in UTC without saying so.
    fn end(&self) -> Option<i64> {
        first(&self.end, |end| end.time(ZoneOffset::UTC))
    }
}

impl<'a> Object<'a> {
    /// Reads an object and gives its text too.
    fn whole(scanner: &mut Scanner<'a>, line: &mut Vec<f64>) -> Result<(Self, &'a str), Broken> {
        line.clear();
        let mark = scanner.mark();
        let mut object = Self::default();
        scanner.fields_or_skip(|key, scanner| object.read(key, scanner, line))?;
        Ok((object, scanner.text_from(mark)))
    }

    fn read(&mut self, key: &str, scanner: &mut Scanner<'a>, line: &mut Vec<f64>) -> Result<(), Broken> {
        let field = match key.as_bytes() {
            b"uuid" => &mut self.uuid,
            b"id" => &mut self.id,
            b"pubMillis" => &mut self.published,
            b"type" => &mut self.alert_type,
            b"subtype" => &mut self.subtype,
            b"location" => {
                self.located = true;
                return read_point(scanner, &mut self.longitude, &mut self.latitude);
            }
            b"line" => {
                self.lined = true;
                return read_line(scanner, line);
            }
            b"speed" => &mut self.speed,
            b"speedKMH" => &mut self.speed_kmh,
            b"delay" => &mut self.delay[0],
            b"delaySeconds" => &mut self.delay[1],
            b"length" => &mut self.length,
            b"level" => &mut self.level[0],
            b"jamLevel" => &mut self.level[1],
            b"detectionDateMillis" => {
                self.irregular = true;
                &mut self.detected[0]
            }
            b"detectionDate" => &mut self.detected[1],
            b"updateDateMillis" => &mut self.updated[0],
            b"updateDate" => &mut self.updated[1],
            b"driversCount" | b"regularSpeed" => {
                self.irregular = true;
                return scanner.skip();
            }
            _ => return scanner.skip(),
        };
        *field = scanner.scalar()?;
        Ok(())
    }

    /// Whether the fields are such as no feed document has.
    fn speaks_of_one(&self) -> bool {
        self.uuid.is_present()
            || self.published.is_present()
            || self.located
            || self.lined
            || self.irregular
            || self.alert_type.is_present()
    }

    /// Whether there is any field of an object at all.
    fn has_values(&self) -> bool {
        let values = [
            self.id,
            self.subtype,
            self.speed,
            self.speed_kmh,
            self.delay[0],
            self.length,
            self.level[0],
        ];
        values.iter().any(|value| value.is_present())
    }

    fn class(&self) -> Class {
        if self.irregular {
            Class::Irregularity
        } else if self.lined {
            Class::Jam
        } else {
            Class::Report
        }
    }

    fn put(&self, class: Class, line: &[f64], seen_at: Option<i64>, text: &[u8], sink: &mut Sink<'_>) {
        let irregularity = class == Class::Irregularity;
        let (ids, id_field) = if irregularity {
            ([self.id, self.uuid], "id")
        } else {
            ([self.uuid, self.id], "uuid")
        };
        let Some(id) = first(&ids, Scalar::text) else {
            return sink.reject(Reason::NoId, id_field);
        };
        let detected = [self.detected[0], self.detected[1], self.published];
        let (times, event_field) = if irregularity {
            (&detected[..], "detectionDateMillis")
        } else {
            (&detected[2..], "pubMillis")
        };
        let Some(event_time) = first(times, |time| time.time(ZoneOffset::UTC)) else {
            return sink.reject(Reason::NoEventTime, event_field);
        };
        let version = version::of([seen_at.map_or_else(|| xxhash_rust::xxh3::xxh3_64(text), version::time)]);
        let alert_type = self.alert_type.text();
        let mut event = Event::new(class, &id, version, event_time);
        event.seen_at = seen_at;
        if class == Class::Report {
            self.put_alert(&mut event, alert_type.as_deref());
        } else {
            self.put_line(&mut event, if self.lined { line } else { &[] });
        }
        if irregularity {
            event.own_time = first(&self.updated, |time| time.time(ZoneOffset::UTC)).unwrap_or(event_time);
        }
        sink.push(
            &event,
            TimeFields {
                event: event_field,
                own: "updateDateMillis",
            },
        );
    }

    fn put_alert<'e>(&self, event: &mut Event<'e>, alert_type: Option<&'e str>) {
        event.position = position(self.longitude.number(), self.latitude.number());
        let subtype = self.subtype.text();
        let category = CategoryMap::builtin().waze(alert_type.unwrap_or(""), subtype.as_deref().unwrap_or(""));
        event.category = category.or(Some(Category::Lainnya));
        event.source_category = if category.is_some() { None } else { alert_type };
    }

    fn put_line<'e>(&self, event: &mut Event<'e>, line: &'e [f64]) {
        event.line = (!line.is_empty()).then_some(line);
        event.category = Some(Category::Kemacetan);
        event.position = line.first().copied().zip(line.get(1).copied());
        event.speed_kmh = self.speed_kmh.number().or_else(|| Some(self.speed.number()? * KMH));
        event.delay_s = first(&self.delay, Scalar::rounded).filter(|delay| *delay >= 0);
        event.length_m = self.length.rounded();
        event.jam_level = first(&self.level, Scalar::rounded).and_then(|level| u8::try_from(level).ok());
    }
}

fn read_point<'a>(scanner: &mut Scanner<'a>, longitude: &mut Scalar<'a>, latitude: &mut Scalar<'a>) -> Result<(), Broken> {
    scanner.fields_or_skip(|key, scanner| {
        match key.as_bytes() {
            b"x" => *longitude = scanner.scalar()?,
            b"y" => *latitude = scanner.scalar()?,
            _ => scanner.skip()?,
        }
        Ok(())
    })
}

/// Reads the points of a line; a point that is no point is left out.
fn read_line(scanner: &mut Scanner<'_>, line: &mut Vec<f64>) -> Result<(), Broken> {
    line.clear();
    if !scanner.open(b'[') {
        return scanner.skip();
    }
    scanner.elements(|_, scanner| {
        let (mut longitude, mut latitude) = (Scalar::Missing, Scalar::Missing);
        read_point(scanner, &mut longitude, &mut latitude)?;
        if let Some((longitude, latitude)) = position(longitude.number(), latitude.number()) {
            line.extend([longitude, latitude]);
        }
        Ok(())
    })
}
