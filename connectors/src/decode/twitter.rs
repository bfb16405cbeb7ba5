//! Tweets: a v2 filtered-stream line (`data`, `includes`, `matching_rules`), a bare v2 tweet, a v2 page (`data` an array: one
//! event each), or v1.1. A place is not a point, so most tweets leave without a position. On a channel whose texts are read they get kind,
//! category and named kelurahan from there, where they are kept also their terms and the kota that is named, and a retweet is a tweet that says
//! nothing; else every tweet is `lainnya` of no kind.

use tanggap_engine::event::{Category, Class, Event, Reason};

use super::scalar::{Scalar, first, position};
use super::scanner::{Broken, Scanner};
use super::sink::{Sink, TimeFields};
use super::version;

#[derive(Default)]
struct Tweet<'a> {
    id: [Scalar<'a>; 2],
    original_id: Scalar<'a>,
    created_at: [Scalar<'a>; 2],
    author: [Scalar<'a>; 3],
    longitude: Scalar<'a>,
    latitude: Scalar<'a>,
    /// The whole text first: `text` is cut where another is there.
    text: [Scalar<'a>; 4],
    retweet: bool,
}

/// What `data` of a v2 answer holds.
#[expect(
    clippy::large_enum_variant,
    reason = "there is one a payload, on the stack; a box would cost an allocation a tweet"
)]
#[derive(Default)]
enum Envelope<'a> {
    #[default]
    None,
    One(Tweet<'a>),
    /// A page; `None` is an element that is no object.
    Page(Vec<Option<Tweet<'a>>>),
}

/// Decodes one payload.
pub(super) fn decode(bytes: &[u8], sink: &mut Sink<'_>) {
    let mut bare = Tweet::default();
    let mut envelope = Envelope::default();
    let mut meta = false;
    let read = Scanner::whole_object(bytes, |key, scanner| match key.as_bytes() {
        b"data" => {
            envelope = read_data(scanner)?;
            Ok(())
        }
        b"meta" => {
            meta = true;
            scanner.skip()
        }
        _ => bare.read(key, scanner),
    });
    if read.is_err() {
        return sink.reject(Reason::NoJsonObject, "");
    }
    match envelope {
        Envelope::None if meta && !bare.id[1].is_present() => {}
        Envelope::None => bare.put(sink, "id", "created_at"),
        Envelope::One(tweet) => tweet.put(sink, "data.id", "data.created_at"),
        Envelope::Page(tweets) => {
            for (index, tweet) in tweets.into_iter().enumerate() {
                sink.element = Some(("data", index));
                match tweet {
                    Some(tweet) => tweet.put(sink, "id", "created_at"),
                    None => sink.reject(Reason::NoJsonObject, ""),
                }
            }
            sink.element = None;
        }
    }
}

fn read_data<'a>(scanner: &mut Scanner<'a>) -> Result<Envelope<'a>, Broken> {
    if scanner.open(b'[') {
        let mut tweets = Vec::new();
        scanner.elements(|_, scanner| {
            tweets.push(if scanner.open(b'{') {
                Some(Tweet::whole(scanner)?)
            } else {
                scanner.skip()?;
                None
            });
            Ok(())
        })?;
        return Ok(Envelope::Page(tweets));
    }
    if scanner.open(b'{') {
        return Ok(Envelope::One(Tweet::whole(scanner)?));
    }
    scanner.skip()?;
    Ok(Envelope::None)
}

impl<'a> Tweet<'a> {
    fn whole(scanner: &mut Scanner<'a>) -> Result<Self, Broken> {
        let mut tweet = Self::default();
        scanner.fields(|key, scanner| tweet.read(key, scanner))?;
        Ok(tweet)
    }

    fn read(&mut self, key: &str, scanner: &mut Scanner<'a>) -> Result<(), Broken> {
        match key.as_bytes() {
            // v1.1 has both; its number loses digits in some senders.
            b"id_str" => self.id[0] = scanner.scalar()?,
            b"id" => self.id[1] = scanner.scalar()?,
            b"created_at" => self.created_at[0] = scanner.scalar()?,
            b"timestamp_ms" => self.created_at[1] = scanner.scalar()?,
            b"author_id" => self.author[0] = scanner.scalar()?,
            b"user" => scanner.fields_or_skip(|key, scanner| {
                match key.as_bytes() {
                    b"id_str" => self.author[1] = scanner.scalar()?,
                    b"id" => self.author[2] = scanner.scalar()?,
                    _ => scanner.skip()?,
                }
                Ok(())
            })?,
            b"edit_history_tweet_ids" => self.read_edits(scanner)?,
            // v2 has `geo.coordinates.coordinates`; the `geo` of v1.1 is latitude first and left alone.
            b"geo" => scanner.fields_or_skip(|key, scanner| match key.as_bytes() {
                b"coordinates" => self.read_point(scanner),
                _ => scanner.skip(),
            })?,
            b"coordinates" => self.read_point(scanner)?,
            b"note_tweet" => self.text[0] = inner(scanner, "text")?,
            b"extended_tweet" => self.text[1] = inner(scanner, "full_text")?,
            b"full_text" => self.text[2] = scanner.scalar()?,
            b"text" => self.text[3] = scanner.scalar()?,
            b"retweeted_status" => self.retweet |= scanner.scalar()? == Scalar::Nested,
            b"referenced_tweets" => self.read_references(scanner)?,
            _ => scanner.skip()?,
        }
        Ok(())
    }

    fn read_references(&mut self, scanner: &mut Scanner<'a>) -> Result<(), Broken> {
        if !scanner.open(b'[') {
            return scanner.skip();
        }
        scanner.elements(|_, scanner| {
            let kind = inner(scanner, "type")?;
            self.retweet |= kind.text().as_deref() == Some("retweeted");
            Ok(())
        })
    }

    fn read_edits(&mut self, scanner: &mut Scanner<'a>) -> Result<(), Broken> {
        if !scanner.open(b'[') {
            return scanner.skip();
        }
        scanner.elements(|index, scanner| {
            let id = scanner.scalar()?;
            if index == 0 {
                self.original_id = id;
            }
            Ok(())
        })
    }

    /// Reads a GeoJSON point: longitude, latitude.
    fn read_point(&mut self, scanner: &mut Scanner<'a>) -> Result<(), Broken> {
        scanner.fields_or_skip(|key, scanner| {
            if key != "coordinates" || !scanner.open(b'[') {
                return scanner.skip();
            }
            scanner.elements(|index, scanner| {
                let coordinate = scanner.scalar()?;
                match index {
                    0 => self.longitude = coordinate,
                    1 => self.latitude = coordinate,
                    _ => {}
                }
                Ok(())
            })
        })
    }

    fn put(&self, sink: &mut Sink<'_>, id_field: &'static str, time_field: &'static str) {
        let Some(id) = first(&self.id, Scalar::text) else {
            return sink.reject(Reason::NoId, id_field);
        };
        let zone = sink.zone;
        let Some(event_time) = first(&self.created_at, |time| time.time(zone)) else {
            return sink.reject(Reason::NoEventTime, time_field);
        };
        // An edited tweet has a new id; the first one names it, and each edit is a version.
        let original = self.original_id.text();
        let mut event = Event::new(Class::Report, original.as_deref().unwrap_or(&id), version::text(&id), event_time);
        event.position = position(self.longitude.number(), self.latitude.number());
        event.category = Some(Category::Lainnya);
        let mut terms = None;
        if let Some(reader) = sink.texts {
            let text = first(&self.text, Scalar::text).unwrap_or_default();
            let read = reader.tweet(&text, self.retweet || text.starts_with("RT @"));
            event.kind = read.kind;
            event.category = read.category.or(event.category);
            event.source_category = read.mark;
            event.kelurahan = read.kelurahan;
            event.named_kota = read.kota;
            terms = read.terms;
        }
        event.terms = terms.as_deref();
        let reporters = sink.reporters;
        event.reporter = first(&self.author, Scalar::text).map(|author| reporters.hash(&author));
        sink.push(
            &event,
            TimeFields {
                event: time_field,
                own: time_field,
            },
        );
    }
}

/// The value of one key of the next value, if that is an object.
fn inner<'a>(scanner: &mut Scanner<'a>, wanted: &str) -> Result<Scalar<'a>, Broken> {
    let mut found = Scalar::Missing;
    scanner.fields_or_skip(|key, scanner| {
        if key == wanted {
            found = scanner.scalar()?;
            return Ok(());
        }
        scanner.skip()
    })?;
    Ok(found)
}
