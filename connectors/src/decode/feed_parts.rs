//! A feed document of Waze taken apart: one message an object, each with the feed's window, as `waze.rs` reads them. And a line of X's
//! stream, looked at for what it is. Objects and lines stay as they were sent, byte for byte.

use std::borrow::Cow;

use super::config::ZoneOffset;
use super::scalar::{Scalar, first};
use super::scanner::{Broken, Scanner};

/// The window of a feed document, µs since epoch UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FeedWindow {
    pub(crate) start_us: Option<i64>,
    pub(crate) end_us: i64,
}

/// One object of a feed document as a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FeedMessage {
    /// Its uuid, or of an irregularity its id; none = it has none, and will be refused by name.
    pub(crate) key: Option<String>,
    pub(crate) payload: Vec<u8>,
}

/// The arrays of a document, what one of each is called, and where its id is.
const ARRAYS: [(&str, &str, [&str; 2]); 3] = [
    ("alerts", "alert", ["uuid", "id"]),
    ("jams", "jam", ["uuid", "id"]),
    ("irregularities", "irregularity", ["id", "uuid"]),
];

/// Takes a document apart; none if it is no feed document to its end: no JSON, no window, or an array that is none.
pub(crate) fn feed_messages(document: &[u8]) -> Option<(FeedWindow, Vec<FeedMessage>)> {
    let mut starts = [Scalar::Missing; 2];
    let mut ends = [Scalar::Missing; 2];
    let mut arrays: [Option<&str>; 3] = [None; 3];
    let read = Scanner::whole_object(document, |key, scanner| {
        match key {
            "startTimeMillis" => starts[0] = scanner.scalar()?,
            "startTime" => starts[1] = scanner.scalar()?,
            "endTimeMillis" => ends[0] = scanner.scalar()?,
            "endTime" => ends[1] = scanner.scalar()?,
            _ => match ARRAYS.iter().position(|(name, _, _)| *name == key) {
                Some(index) => arrays[index] = Some(scanner.raw()?),
                None => scanner.skip()?,
            },
        }
        Ok(())
    });
    read.ok()?;
    // Waze writes the text form in UTC without saying so.
    let time = |fields: &[Scalar<'_>]| first(fields, |field| field.time(ZoneOffset::UTC));
    let window = FeedWindow {
        start_us: time(&starts),
        end_us: time(&ends)?,
    };
    let mut messages = Vec::new();
    for (index, text) in arrays.into_iter().enumerate() {
        if let Some(text) = text.filter(|text| *text != "null") {
            take_array(index, text, window, &mut messages).ok()?;
        }
    }
    Some((window, messages))
}

fn take_array(index: usize, text: &str, window: FeedWindow, messages: &mut Vec<FeedMessage>) -> Result<(), Broken> {
    let (_, kind, id_names) = ARRAYS[index];
    let mut scanner = Scanner::over(text);
    if !scanner.open(b'[') {
        return Err(Broken);
    }
    scanner.elements(|_, scanner| {
        if scanner.peek() != b'{' {
            // As it stands: the lane refuses it as what it is.
            let payload = scanner.raw()?.as_bytes().to_vec();
            messages.push(FeedMessage { key: None, payload });
            return Ok(());
        }
        let mark = scanner.mark();
        let mut ids = [Scalar::Missing; 2];
        scanner.fields_or_skip(|key, scanner| match id_names.iter().position(|name| *name == key) {
            Some(place) => {
                ids[place] = scanner.scalar()?;
                Ok(())
            }
            None => scanner.skip(),
        })?;
        messages.push(FeedMessage {
            key: first(&ids, Scalar::text).map(Cow::into_owned),
            payload: wrapped(kind, scanner.text_from(mark), window),
        });
        Ok(())
    })
}

fn wrapped(kind: &str, object: &str, window: FeedWindow) -> Vec<u8> {
    let start = window
        .start_us
        .map_or_else(String::new, |start| format!("\"startTimeMillis\":{},", start.div_euclid(1_000)));
    let end = window.end_us.div_euclid(1_000);
    format!("{{{start}\"endTimeMillis\":{end},\"{kind}\":{object}}}").into_bytes()
}

/// A line of a filtered stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum StreamLine {
    /// A tweet, by its id.
    Tweet(String),
    /// The stream speaks of itself: why it ends, most often.
    Notice,
    /// Neither.
    Unreadable,
}

/// What a line is.
pub(crate) fn stream_line(line: &[u8]) -> StreamLine {
    let mut id = Scalar::Missing;
    let (mut data, mut notice) = (false, false);
    let read = Scanner::whole_object(line, |key, scanner| match key {
        "data" => {
            data = true;
            scanner.fields_or_skip(|key, scanner| {
                if key == "id" {
                    id = scanner.scalar()?;
                    return Ok(());
                }
                scanner.skip()
            })
        }
        "errors" | "title" | "connection_issue" => {
            notice = true;
            scanner.skip()
        }
        _ => scanner.skip(),
    });
    match (read, id.text()) {
        (Ok(()), Some(id)) => StreamLine::Tweet(id.into_owned()),
        (Ok(()), None) if notice && !data => StreamLine::Notice,
        _ => StreamLine::Unreadable,
    }
}

#[cfg(test)]
mod tests {
    use super::{StreamLine, feed_messages, stream_line};
    use crate::decode::{DecodeConfig, Decoder, Payload};
    use tanggap_engine::event::EventBatchBuilder;

    const DOCUMENT: &str = r#"{"startTimeMillis":1768460400000,"endTimeMillis":1768460520000,
        "alerts":[{"uuid":"a-1","pubMillis":1768460500000,"type":"JAM","location":{"x":106.8,"y":-6.2},"odd":[{"deep":null}]},{"pubMillis":1},5],
        "jams":[{"uuid":7,"pubMillis":1768460500000,"line":[{"x":106.8,"y":-6.2}],"speed":1.5}],
        "irregularities":[{"id":9,"uuid":"u","detectionDateMillis":1768460500000}],"users":null}"#;

    #[test]
    fn each_object_is_a_message_that_the_decoder_reads_as_it_reads_the_document() {
        let (window, messages) = feed_messages(DOCUMENT.as_bytes()).unwrap();
        assert_eq!(window.end_us, 1_768_460_520_000_000);
        let keys: Vec<Option<&str>> = messages.iter().map(|message| message.key.as_deref()).collect();
        assert_eq!(keys, [Some("a-1"), None, None, Some("7"), Some("9")]);
        let decode = |payloads: &[&[u8]]| {
            let mut decoder = Decoder::for_topic("waze.feed", &DecodeConfig::default()).unwrap();
            let mut out = EventBatchBuilder::default();
            for bytes in payloads {
                decoder.decode(
                    &Payload {
                        offset: 0,
                        broker_time: None,
                        bytes: Some(bytes),
                    },
                    &mut out,
                );
            }
            out.finish()
        };
        let whole = decode(&[DOCUMENT.as_bytes()]);
        let payloads: Vec<&[u8]> = messages.iter().map(|message| message.payload.as_slice()).collect();
        let apart = decode(&payloads);
        assert_eq!(whole.events, apart.events);
        assert_eq!((whole.rejects.len(), apart.rejects.len()), (2, 2));
    }

    #[test]
    fn what_is_no_feed_document_to_its_end_is_none() {
        for wrong in [
            "",
            "[]",
            "<html>",
            "{\"alerts\":[]}",
            "{\"endTimeMillis\":1768460520000,\"alerts\":{}}",
            "{\"endTimeMillis\":1768460520000,\"alerts\":[{\"uuid\":\"a\"}",
            "{\"endTimeMillis\":1768460520000,\"alerts\":[]} x",
        ] {
            assert_eq!(feed_messages(wrong.as_bytes()), None, "{wrong}");
        }
        let (_, messages) =
            feed_messages(b"{\"endTime\":\"2026-01-15 07:02:00:000\",\"endTimeMillis\":1768460520000,\"jams\":null}").unwrap();
        assert!(messages.is_empty());
    }

    #[test]
    fn a_line_is_a_tweet_a_notice_or_neither() {
        let tweet = |text: &str| stream_line(text.as_bytes());
        assert_eq!(
            tweet(r#"{"data":{"id":"17","text":"x"},"errors":[{}]}"#),
            StreamLine::Tweet("17".to_owned())
        );
        assert_eq!(tweet(r#"{"errors":[{"title":"operational-disconnect"}]}"#), StreamLine::Notice);
        assert_eq!(tweet(r#"{"title":"ConnectionException","detail":"x"}"#), StreamLine::Notice);
        for odd in [r#"{"data":{}}"#, r#"{"data":{"id":"17""#, "{}", "x"] {
            assert_eq!(tweet(odd), StreamLine::Unreadable, "{odd}");
        }
    }
}
