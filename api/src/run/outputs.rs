//! The files of a replay.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::Context;
use clap::ValueEnum;
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::csv::WriterBuilder;
use datafusion::parquet::arrow::ArrowWriter;
use serde_json::{Map, Value, json};
use tanggap_engine::event::Category;
use tanggap_engine::lane::LaneState;
use tanggap_engine::pane::SlidingWindows;
use tanggap_engine::territory::KelurahanCode;
use tanggap_queries::hotspots::Alert;
use tanggap_queries::statistics::Emerging;

use super::lane::DeadLetter;
use super::messages::LetterMessage;

/// How tables are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum TableFormat {
    /// RFC 4180, header line, UTF-8.
    #[default]
    Csv,
    /// Parquet.
    Parquet,
}

/// Writes `windows.csv` and `kelurahan.csv`: the `top` cells and all kelurahan of every 15-minute window.
pub(super) fn windows(out: &Path, panes: &[RecordBatch], top: usize) -> anyhow::Result<()> {
    let mut cells = create(&out.join("windows.csv"))?;
    let mut kelurahan = create(&out.join("kelurahan.csv"))?;
    cells.write_all(b"window_end_ms,rank,h3,category,n\n")?;
    kelurahan.write_all(b"window_end_ms,kelurahan,n\n")?;
    let mut windows = SlidingWindows::new(panes);
    while let Some(end) = windows.advance() {
        let end_ms = end / 1_000;
        for (place, count) in windows.top(top).iter().enumerate() {
            let category = Category::from_number(count.category).map_or("", Category::id);
            writeln!(cells, "{end_ms},{},{:x},{category},{}", place + 1, count.cell, count.n)?;
        }
        for count in windows.kelurahan() {
            writeln!(kelurahan, "{end_ms},{},{}", KelurahanCode::from_integer(count.kelurahan), count.n)?;
        }
    }
    cells.flush()?;
    kelurahan.flush()?;
    Ok(())
}

/// Writes `hotspots.csv`: a row a change of a hotspot, none for the ticks between; cells and kelurahan are separated by spaces. `label` is how the
/// hotspot came to be (`new_hot` …; empty where there is no pattern), and in its last row what ended it: `merged`, `closed` or `withdrawn`.
pub(super) fn hotspots(out: &Path, alerts: &[Alert]) -> anyhow::Result<()> {
    let mut file = create(&out.join("hotspots.csv"))?;
    file.write_all(b"tick_ms,id,category,cells,kelurahan,observed,expected,statistic,p,recurrence_days,reporters,label\n")?;
    for alert in alerts {
        let evidence = &alert.hotspot.evidence;
        let cells: Vec<String> = evidence.cells.iter().map(|cell| format!("{cell:x}")).collect();
        let kelurahan: Vec<String> = evidence
            .kelurahan
            .iter()
            .map(|code| KelurahanCode::from_integer(*code).to_string())
            .collect();
        writeln!(
            file,
            "{},{},{},{},{},{},{},{},{:e},{},{},{}",
            alert.tick_us / 1_000,
            alert.hotspot.id,
            evidence.category.id(),
            cells.join(" "),
            kelurahan.join(" "),
            evidence.observed,
            evidence.expected,
            evidence.statistic,
            evidence.p,
            evidence.recurrence_days,
            evidence.observed,
            label(alert)
        )?;
    }
    Ok(file.flush()?)
}

fn label(alert: &Alert) -> &'static str {
    if alert.change.ends() {
        return alert.change.id();
    }
    alert.hotspot.label.map_or("", Emerging::id)
}

/// Writes a table of one schema as `<name>.csv` or `<name>.parquet`.
pub(super) fn table(out: &Path, name: &str, batches: &[RecordBatch], format: TableFormat) -> anyhow::Result<()> {
    let Some(first) = batches.first() else {
        anyhow::bail!("the table {name} has no columns");
    };
    match format {
        TableFormat::Csv => {
            let mut writer = WriterBuilder::new()
                .with_header(true)
                .build(create(&out.join(format!("{name}.csv")))?);
            for batch in batches {
                writer.write(batch)?;
            }
            writer.into_inner().flush()?;
        }
        TableFormat::Parquet => {
            let mut writer = ArrowWriter::try_new(create(&out.join(format!("{name}.parquet")))?, first.schema(), None)?;
            for batch in batches {
                writer.write(batch)?;
            }
            writer.close()?;
        }
    }
    Ok(())
}

/// What a run cost.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cost {
    pub(super) rows_per_s: f64,
    pub(super) cpu_s: f64,
    pub(super) peak_rss_bytes: u64,
}

/// Writes `accounting.json`.
pub(super) fn accounting<'a>(out: &Path, lanes: impl Iterator<Item = (&'a str, &'a LaneState)>, cost: Cost) -> anyhow::Result<()> {
    let mut by_lane = Map::new();
    for (name, state) in lanes {
        let mut counts = serde_json::to_value(state.accounting())?;
        if let Value::Object(counts) = &mut counts {
            counts.insert(
                "watermark_ms".to_owned(),
                json!(state.watermark().map(|time| time.div_euclid(1_000))),
            );
        }
        by_lane.insert(name.to_owned(), counts);
    }
    let whole = json!({
        "lanes": by_lane,
        "rows_per_s": cost.rows_per_s.round(),
        "cpu_s": cost.cpu_s,
        "peak_rss_bytes": cost.peak_rss_bytes,
    });
    let mut file = create(&out.join("accounting.json"))?;
    serde_json::to_writer_pretty(&mut file, &whole)?;
    file.write_all(b"\n")?;
    Ok(file.flush()?)
}

/// The refused events of a replay, a line each with lane, offset, reason, field, and the payload in hexadecimal.
#[derive(Debug)]
pub(super) struct DeadLetterFile(BufWriter<File>);

impl DeadLetterFile {
    /// An empty `dead-letters.<lane>.ndjson`.
    pub(super) fn create(out: &Path, lane: &str) -> anyhow::Result<Self> {
        Ok(Self(create(&out.join(format!("dead-letters.{lane}.ndjson")))?))
    }

    /// Adds the letters of a step.
    pub(super) fn append(&mut self, lane: &str, letters: &[DeadLetter]) -> anyhow::Result<()> {
        for letter in letters {
            serde_json::to_writer(&mut self.0, &LetterMessage::of(letter, usize::MAX, Some(lane)))?;
            self.0.write_all(b"\n")?;
        }
        Ok(())
    }

    /// Writes what is still in memory.
    pub(super) fn finish(mut self) -> anyhow::Result<()> {
        Ok(self.0.flush()?)
    }
}

fn create(path: &Path) -> anyhow::Result<BufWriter<File>> {
    let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(BufWriter::with_capacity(1 << 18, file))
}
