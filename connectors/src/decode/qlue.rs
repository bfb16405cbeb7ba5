//! QLUE reports: the raw feed, CogniCity's rows and feed posts, and the simple stored form, told apart by nothing but the
//! fields they carry. One payload is one report; what is no QLUE report (a PetaBencana answer) has no id and is refused.

use tanggap_engine::event::{Class, Event, Kind, Reason, SourceCategories};

use super::duty_post::duty_post;
use super::report::{category_of, kelurahan_of, version_of};
use super::scalar::{Scalar, first, position};
use super::scanner::{Broken, Scanner};
use super::sink::{Sink, TimeFields};
use super::words;

/// The fields of a report, each under the names it goes by, the most telling first.
#[derive(Default)]
struct Fields<'a> {
    id: [Scalar<'a>; 2],
    created_at: Scalar<'a>,
    post_date: Scalar<'a>,
    updated_at: Scalar<'a>,
    status: Scalar<'a>,
    category: [Scalar<'a>; 5],
    kind: [Scalar<'a>; 3],
    longitude: [Scalar<'a>; 5],
    latitude: [Scalar<'a>; 3],
    location: Location<'a>,
    geometry: Scalar<'a>,
    reporter: [Scalar<'a>; 4],
    unit: Scalar<'a>,
    kelurahan: [Scalar<'a>; 2],
    rt: Scalar<'a>,
    rw: Scalar<'a>,
}

#[derive(Default)]
struct Location<'a> {
    longitude: [Scalar<'a>; 4],
    latitude: [Scalar<'a>; 2],
}

/// Decodes one report.
pub(super) fn decode(bytes: &[u8], categories: &SourceCategories, sink: &mut Sink<'_>) {
    let mut fields = Fields::default();
    if Scanner::whole_object(bytes, |key, scanner| fields.read(key, scanner)).is_err() {
        return sink.reject(Reason::NoJsonObject, "");
    }
    let Some(id) = first(&fields.id, Scalar::text) else {
        return sink.reject(Reason::NoId, "post_id");
    };
    let zone = sink.zone;
    let Some((event_time, time_field)) = fields.event_time(zone) else {
        let field = if fields.created_at.is_present() || !fields.post_date.is_present() {
            "created_at"
        } else {
            "post_date"
        };
        return sink.reject(Reason::NoEventTime, field);
    };
    let status_text = fields.status.text();
    let status = status_text.as_deref().and_then(words::status);
    let category_name = first(&fields.category, Scalar::text);
    let (category, source_category) = category_of(categories, category_name.as_deref());
    let reporters = sink.reporters;
    let unit = fields.unit.text();
    let kind = first(&fields.kind, |kind| words::kind(&kind.text()?)).unwrap_or(Kind::Complaint);
    let duty_post = if kind == Kind::Duty {
        duty_post(fields.rt, fields.rw)
    } else {
        None
    };
    let mut event = Event::new(
        Class::Report,
        &id,
        version_of(status, status_text.as_deref(), fields.updated_at, zone),
        event_time,
    );
    event.own_time = fields.updated_at.time(zone).unwrap_or(event_time);
    event.position = fields.position();
    event.category = category;
    event.source_category = source_category;
    event.kind = Some(kind);
    event.status = status;
    event.reporter = first(&fields.reporter, Scalar::text).map(|reporter| reporters.hash(&reporter));
    event.unit = unit.as_deref();
    event.kelurahan = first(&fields.kelurahan, kelurahan_of);
    event.duty_post = duty_post.as_deref();
    sink.push(
        &event,
        TimeFields {
            event: time_field,
            own: "updated_at",
        },
    );
}

impl<'a> Fields<'a> {
    fn read(&mut self, key: &str, scanner: &mut Scanner<'a>) -> Result<(), Broken> {
        let field = match key.as_bytes() {
            b"post_id" => &mut self.id[0],
            b"id" => &mut self.id[1],
            b"created_at" => &mut self.created_at,
            b"post_date" => &mut self.post_date,
            b"updated_at" => &mut self.updated_at,
            b"status" => &mut self.status,
            b"category" => &mut self.category[0],
            b"kategori" => &mut self.category[1],
            b"category_name" => &mut self.category[2],
            b"disaster_type" => &mut self.category[3],
            b"label" => &mut self.category[4],
            b"kind" => &mut self.kind[0],
            b"type" => &mut self.kind[1],
            b"jenis" => &mut self.kind[2],
            b"loc_lng" => &mut self.longitude[0],
            b"lng" => &mut self.longitude[1],
            b"longitude" => &mut self.longitude[2],
            b"lon" => &mut self.longitude[3],
            b"long" => &mut self.longitude[4],
            b"loc_lat" => &mut self.latitude[0],
            b"lat" => &mut self.latitude[1],
            b"latitude" => &mut self.latitude[2],
            b"location" => return self.location.read(scanner),
            b"the_geom_hex_ewkb" | b"the_geom" => &mut self.geometry,
            b"user_id" => &mut self.reporter[0],
            b"profile_id" => &mut self.reporter[1],
            b"profile_name" => &mut self.reporter[2],
            b"username" => &mut self.reporter[3],
            b"unit" => &mut self.unit,
            b"kelurahan_code" => &mut self.kelurahan[0],
            b"kelurahan" => &mut self.kelurahan[1],
            b"rt" => &mut self.rt,
            b"rw" => &mut self.rw,
            _ => return scanner.skip(),
        };
        *field = scanner.scalar()?;
        Ok(())
    }

    fn event_time(&self, zone: super::config::ZoneOffset) -> Option<(i64, &'static str)> {
        if let Some(time) = self.created_at.time(zone) {
            return Some((time, "created_at"));
        }
        Some((self.post_date.time(zone)?, "post_date"))
    }

    fn position(&self) -> Option<(f64, f64)> {
        position(first(&self.longitude, Scalar::number), first(&self.latitude, Scalar::number))
            .or_else(|| {
                position(
                    first(&self.location.longitude, Scalar::number),
                    first(&self.location.latitude, Scalar::number),
                )
            })
            .or_else(|| ewkb_point(&self.geometry.text()?))
    }
}

impl<'a> Location<'a> {
    fn read(&mut self, scanner: &mut Scanner<'a>) -> Result<(), Broken> {
        scanner.fields_or_skip(|key, scanner| {
            let field = match key.as_bytes() {
                b"lng" => &mut self.longitude[0],
                b"lon" => &mut self.longitude[1],
                b"long" => &mut self.longitude[2],
                b"longitude" => &mut self.longitude[3],
                b"lat" => &mut self.latitude[0],
                b"latitude" => &mut self.latitude[1],
                _ => return scanner.skip(),
            };
            *field = scanner.scalar()?;
            Ok(())
        })
    }
}

/// A WGS 84 point as CogniCity's database writes it: hexadecimal little-endian EWKB with SRID 4326.
fn ewkb_point(hex: &str) -> Option<(f64, f64)> {
    const HEAD: &str = "0101000020E6100000";
    let digits = hex.as_bytes();
    if digits.len() != HEAD.len() + 32
        || !digits[..HEAD.len()].eq_ignore_ascii_case(HEAD.as_bytes())
        || !digits.iter().all(u8::is_ascii_hexdigit)
    {
        return None;
    }
    let coordinate = |from: usize| {
        let bits = u64::from_str_radix(hex.get(from..from + 16)?, 16).ok()?;
        Some(f64::from_bits(bits.swap_bytes())).filter(|number| number.is_finite())
    };
    position(coordinate(HEAD.len()), coordinate(HEAD.len() + 16))
}

#[cfg(test)]
mod tests {
    use super::ewkb_point;

    #[test]
    fn an_ewkb_point_is_read_as_postgis_wrote_it() {
        // SELECT ST_SetSRID(ST_MakePoint(106.825, -6.5), 4326), by Python's struct: '<BIIdd'.
        let (longitude, latitude) = ewkb_point("0101000020E6100000CDCCCCCCCCB45A400000000000001AC0").unwrap();
        assert!((longitude - 106.825).abs() < 1e-12 && (latitude + 6.5).abs() < 1e-12);
        for wrong in [
            "",
            "0101",
            "0101000020E6100000CDCCCCCCCCB45A40000000000000F07F",
            "é",
            "0101000020E6100000+DCCCCCCCCB45A400000000000001AC0",
        ] {
            assert!(ewkb_point(wrong).is_none(), "{wrong}");
        }
    }
}
