//! A file of rows, as LAPOR! and open-data portals export them, written as reports of a channel: one JSON object a row, header names as
//! keys, as the channel's mapping reads them. At a chosen rate; stopped and started again it goes on after the last row Kafka has.

use std::fs::File;
use std::io::Read;
use std::path::PathBuf;
use std::time::Duration;

use csv::{ByteRecord, ReaderBuilder, StringRecord};
use flate2::read::MultiGzDecoder;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::counters::Meter;
use super::outlet::StateFile;
use super::{BridgeCounters, BridgeError, Parts, Stop};
use crate::decode::{DecodeConfig, Decoder, csv_row_to_json};
use crate::store::DurableLocal;

/// Which file, and how.
#[derive(Clone, Debug)]
pub struct CsvConfig {
    /// The file; `.gz` is unpacked.
    pub file: PathBuf,
    /// The channel: rows go to `reports.<channel>`, which must have a mapping.
    pub channel: String,
    /// Column that names a report, so that its versions stay in order; none = the first.
    pub key: Option<String>,
    /// What lies between two values.
    pub delimiter: u8,
    /// Rows a second; 0 = as fast as Kafka takes them.
    pub rate: u32,
}

/// Rows that are made sure of at once where there is no rate.
const BATCH: u32 = 1_000;

/// What a restart goes on from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Written {
    /// Rows that Kafka has.
    rows: u64,
    /// Hash of them, each seeded with the one before: another file cannot be gone on with.
    hash: u64,
}

/// The import of a file.
#[derive(Debug)]
pub struct CsvFile {
    config: CsvConfig,
    topic: String,
    parts: Parts,
    file: StateFile,
    written: Written,
    meter: Meter,
}

impl CsvFile {
    /// An import that goes on where the state directory says.
    ///
    /// # Errors
    /// The channel has no mapping, or the state cannot be read.
    pub fn new(config: &CsvConfig, decode: &DecodeConfig, parts: Parts) -> Result<Self, BridgeError> {
        let topic = format!("reports.{}", config.channel);
        // Nobody could read the rows without one: better said before the first is written.
        Decoder::for_topic(&topic, decode)?;
        let file = StateFile::new(&parts, "csv.json");
        Ok(Self {
            config: config.clone(),
            topic,
            written: file.load()?,
            file,
            meter: Meter::new("csv", DurableLocal::new(&parts.state_dir)),
            parts,
        })
    }

    /// What it did so far.
    #[must_use]
    pub fn counters(&self) -> &BridgeCounters {
        &self.meter.counters
    }

    /// Writes the rows that are left, until it is told to stop; gives whether it came to the end.
    ///
    /// # Errors
    /// The file cannot be read or is another than was begun, or Kafka does not take its rows.
    pub fn run(&mut self, stop: &Stop) -> Result<bool, BridgeError> {
        let unreadable = |file: &PathBuf, source: csv::Error| BridgeError::Input {
            file: file.clone(),
            source,
        };
        let path = self.config.file.clone();
        let opened = File::open(&path).map_err(|error| unreadable(&path, error.into()))?;
        let bytes: Box<dyn Read> = if path.extension().is_some_and(|extension| extension == "gz") {
            Box::new(MultiGzDecoder::new(opened))
        } else {
            Box::new(opened)
        };
        let mut reader = ReaderBuilder::new()
            .delimiter(self.config.delimiter)
            .flexible(true)
            .from_reader(bytes);
        let headers = reader.byte_headers().map_err(|error| unreadable(&path, error))?.clone();
        let headers = StringRecord::from_byte_record_lossy(headers);
        let key = self.key_column(&headers)?;
        let mut row = ByteRecord::new();
        let mut json = String::new();
        let (mut rows, mut hash, mut unsure) = (0_u64, 0_u64, 0_u32);
        let batch = if self.config.rate == 0 { BATCH } else { self.config.rate };
        while !stop.raised() {
            if !reader.read_byte_record(&mut row).map_err(|error| unreadable(&path, error))? {
                if rows < self.written.rows {
                    return Err(self.changed());
                }
                self.make_sure(rows, hash)?;
                self.meter.tell()?;
                return Ok(true);
            }
            // A letter of another encoding costs the letter, not the row.
            let record = StringRecord::from_byte_record_lossy(row.clone());
            csv_row_to_json(&headers, &record, &mut json);
            hash = xxh3_64_with_seed(json.as_bytes(), hash);
            rows += 1;
            if rows <= self.written.rows {
                if rows == self.written.rows && hash != self.written.hash {
                    return Err(self.changed());
                }
                continue;
            }
            let key = record.get(key).filter(|key| !key.is_empty());
            self.parts.outlet.put(&self.topic, key.map(str::as_bytes), json.as_bytes())?;
            unsure += 1;
            if unsure == batch {
                unsure = 0;
                self.make_sure(rows, hash)?;
                if self.config.rate > 0 {
                    self.parts.clock.wait(Duration::from_secs(1), stop);
                }
            }
        }
        if rows > self.written.rows {
            self.make_sure(rows, hash)?;
        }
        self.meter.tell()?;
        Ok(false)
    }

    fn key_column(&self, headers: &StringRecord) -> Result<usize, BridgeError> {
        let Some(column) = &self.config.key else { return Ok(0) };
        let plain = |name: &str| name.trim_start_matches('\u{feff}').trim().to_owned();
        headers
            .iter()
            .position(|name| plain(name) == *column)
            .ok_or_else(|| BridgeError::NoColumn {
                file: self.config.file.clone(),
                column: column.clone(),
                columns: headers.iter().map(plain).collect::<Vec<_>>().join(", "),
            })
    }

    fn changed(&self) -> BridgeError {
        BridgeError::InputChanged {
            file: self.config.file.clone(),
            rows: self.written.rows,
        }
    }

    fn make_sure(&mut self, rows: u64, hash: u64) -> Result<(), BridgeError> {
        let settled = self.parts.outlet.settle()?;
        self.written = Written { rows, hash };
        self.file.save(&self.written)?;
        let now_us = self.parts.clock.now_us();
        self.meter.counters.messages += settled;
        if settled > 0 {
            self.meter.counters.last_new_us = Some(now_us);
        }
        self.meter.tick(now_us)
    }
}
