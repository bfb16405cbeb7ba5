//! Files as lanes: a payload a line. NDJSON as it is, `kcat -J` envelopes unpacked, CSV rows turned into JSON objects by their
//! header; each of them also compressed (`.gz`).

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use anyhow::Context;
use flate2::read::MultiGzDecoder;
use serde_json::Value;
use tanggap_connectors::decode::{Payload, csv_row_to_json};

/// Bytes read at a time.
const CHUNK: usize = 1 << 20;

/// Gives every payload of a file to `take`, in order; offsets are line numbers from 0, or the envelope's own.
///
/// # Errors
/// The file cannot be read, or `take` fails.
pub(super) fn payloads(path: &Path, take: &mut dyn FnMut(&Payload<'_>) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().to_ascii_lowercase())
        .unwrap_or_default();
    let (plain, reader): (&str, Box<dyn Read>) = match name.strip_suffix(".gz") {
        Some(plain) => (plain, Box::new(MultiGzDecoder::new(file))),
        None => (&name, Box::new(file)),
    };
    let read = || format!("cannot read {}", path.display());
    if Path::new(plain).extension().is_some_and(|extension| extension == "csv") {
        rows(reader, take).with_context(read)
    } else {
        lines(reader, take).with_context(read)
    }
}

fn rows(reader: Box<dyn Read>, take: &mut dyn FnMut(&Payload<'_>) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(reader);
    let headers = reader.headers()?.clone();
    let mut record = csv::StringRecord::new();
    let mut json = String::new();
    let mut offset = 0;
    while reader.read_record(&mut record)? {
        json.clear();
        csv_row_to_json(&headers, &record, &mut json);
        take(&Payload {
            offset,
            broker_time: None,
            bytes: Some(json.as_bytes()),
        })?;
        offset += 1;
    }
    Ok(())
}

fn lines(reader: Box<dyn Read>, take: &mut dyn FnMut(&Payload<'_>) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let mut reader = BufReader::with_capacity(CHUNK, reader);
    let mut carried = Vec::new();
    let mut offset = 0;
    let mut envelopes = None;
    loop {
        let chunk = reader.fill_buf()?;
        if chunk.is_empty() {
            break;
        }
        let read = chunk.len();
        let mut rest = chunk;
        while let Some(end) = memchr::memchr(b'\n', rest) {
            let line = if carried.is_empty() {
                &rest[..end]
            } else {
                carried.extend_from_slice(&rest[..end]);
                &carried
            };
            give(line, offset, &mut envelopes, take)?;
            carried.clear();
            offset += 1;
            rest = &rest[end + 1..];
        }
        carried.extend_from_slice(rest);
        reader.consume(read);
    }
    // A last line without a line feed is a line; a file that ends in a line feed has no empty one behind it.
    if !carried.is_empty() {
        give(&carried, offset, &mut envelopes, take)?;
    }
    Ok(())
}

/// One line; the first decides whether the file holds envelopes.
fn give(
    line: &[u8],
    number: i64,
    envelopes: &mut Option<bool>,
    take: &mut dyn FnMut(&Payload<'_>) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if *envelopes.get_or_insert_with(|| envelope(line).is_some())
        && let Some(envelope) = envelope(line)
    {
        let bytes = envelope.payload.as_deref().map(str::as_bytes);
        return take(&Payload {
            offset: envelope.offset,
            broker_time: envelope.broker_time,
            bytes,
        });
    }
    take(&Payload {
        offset: number,
        broker_time: None,
        bytes: Some(line),
    })
}

/// A message as `kcat -J` prints it.
struct Envelope {
    offset: i64,
    broker_time: Option<i64>,
    payload: Option<String>,
}

fn envelope(line: &[u8]) -> Option<Envelope> {
    let Value::Object(mut fields) = serde_json::from_slice(line).ok()? else {
        return None;
    };
    let payload = fields.remove("payload")?;
    let offset = fields.get("offset")?.as_i64()?;
    fields.get("topic")?.as_str()?;
    fields.get("partition")?.as_i64()?;
    let payload = match payload {
        Value::Null => None,
        Value::String(text) => Some(text),
        other => Some(other.to_string()),
    };
    let broker_time = fields
        .get("ts")
        .and_then(Value::as_i64)
        .filter(|time| *time > 0)
        .map(|milliseconds| milliseconds * 1_000);
    Some(Envelope {
        offset,
        broker_time,
        payload,
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::payloads;

    fn read(name: &str, content: &[u8]) -> Vec<(i64, Option<i64>, Option<String>)> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(name);
        std::fs::File::create(&path).unwrap().write_all(content).unwrap();
        let mut read = Vec::new();
        payloads(&path, &mut |payload| {
            let text = payload.bytes.map(|bytes| String::from_utf8_lossy(bytes).into_owned());
            read.push((payload.offset, payload.broker_time, text));
            Ok(())
        })
        .unwrap();
        read
    }

    #[test]
    fn each_line_is_a_payload_an_empty_one_too() {
        let lines = read("a.ndjson", b"{\"a\":1}\r\n\nbroken\n{\"b\":2}");
        let texts: Vec<_> = lines.iter().map(|line| (line.0, line.2.as_deref().unwrap())).collect();
        assert_eq!(texts, [(0, "{\"a\":1}"), (1, ""), (2, "broken"), (3, "{\"b\":2}")]);
        assert_eq!(read("a.ndjson", b"x\n").len(), 1);
        assert!(read("a.ndjson", b"").is_empty());
    }

    #[test]
    fn envelopes_are_unpacked_with_their_offset_and_time() {
        let content = br#"{"topic":"t","partition":0,"offset":17,"tstype":"create","ts":1700000000123,"key":null,"payload":"{\"id\":1}"}
{"topic":"t","partition":0,"offset":18,"ts":-1,"payload":null}
{"no":"envelope"}
"#;
        let lines = read("t.ndjson", content);
        assert_eq!(lines[0], (17, Some(1_700_000_000_123_000), Some("{\"id\":1}".to_owned())));
        assert_eq!(lines[1], (18, None, None));
        assert_eq!(lines[2].2.as_deref(), Some("{\"no\":\"envelope\"}"));
    }

    #[test]
    fn a_line_longer_than_the_buffer_is_one_payload() {
        let long = "x".repeat(3 << 20);
        let lines = read("l.ndjson", format!("a\n{long}\nb\n").as_bytes());
        assert_eq!(lines.len(), 3);
        assert_eq!(lines[1].2.as_ref().map(String::len), Some(3 << 20));
    }
}
