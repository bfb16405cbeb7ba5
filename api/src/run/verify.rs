//! `tanggap verify`: is what was written down what the log says? And has an output topic lost anything, or told it twice?

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Args;
use datafusion::arrow::array::{AsArray, BooleanArray, RecordBatch};
use datafusion::arrow::compute::filter_record_batch;
use datafusion::arrow::datatypes::Int64Type;
use datafusion::arrow::row::{RowConverter, SortField};
use tanggap_connectors::kafka::Lane;
use tanggap_connectors::store::{DurableLocal, Recovered, lanes, read_lane};
use tanggap_engine::event::schema;
use tanggap_engine::pane::Kernel;
use tanggap_queries::measures::PaneKernel;
use tanggap_queries::tables::{LaneSnapshot, Liveness};

use super::durable::InputHash;
use super::lane::{KEEP_PANES_US, Keep, LaneRunner, named};
use super::log::Log;
use super::outbox;
use super::pile::since;
use super::setting::Setting;
use super::sql::running;
use super::told::{Told, told};

/// Read the log again and compare what comes out with what was written down, lane by lane; and check the output topics.
///
/// Ends with 1 where anything differs. The embedded broker's log can be read by one process only: stop the server first.
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  tanggap verify --data-dir data\n  tanggap verify --data-dir data --config tanggap.toml\n  \
tanggap verify --data-dir data --topic tanggap.routed"
)]
pub(crate) struct VerifyArguments {
    /// Data directory of `serve` or `demo`.
    #[arg(long, value_name = "DIR", default_value = "data")]
    data_dir: PathBuf,
    /// Configuration file of the server.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Check only this output topic, not the lanes.
    #[arg(long, value_parser = output_topic)]
    topic: Option<String>,
}

fn output_topic(name: &str) -> Result<String, String> {
    if outbox::TOPICS.contains(&name) {
        Ok(name.to_owned())
    } else {
        Err(format!("there are these output topics: {}", outbox::TOPICS.join(", ")))
    }
}

/// Verifies; gives whether all of it holds.
///
/// # Errors
/// The data directory or the log cannot be read.
pub(crate) fn verify(arguments: &VerifyArguments) -> anyhow::Result<bool> {
    let setting = Setting::read(arguments.config.as_deref(), None, Some(&arguments.data_dir))?;
    let store = DurableLocal::new(&arguments.data_dir);
    let mut kept = BTreeMap::new();
    for name in lanes(&store)? {
        if let Some(recovered) = read_lane(&store, &name, None)? {
            kept.insert(name, recovered);
        }
    }
    anyhow::ensure!(
        !kept.is_empty(),
        "{} holds no lane: give the --data-dir of a demo or serve",
        arguments.data_dir.display()
    );
    if setting.config.kafka.is_none() && running(&arguments.data_dir).is_some() {
        bail!(
            "a server runs on {}: stop it first, as it holds the embedded broker's log open",
            arguments.data_dir.display()
        );
    }
    let topics: Vec<&str> = arguments
        .topic
        .as_deref()
        .map_or_else(|| outbox::TOPICS.to_vec(), |topic| vec![topic]);
    let sent: BTreeMap<String, BTreeMap<String, u64>> = kept
        .iter()
        .map(|(lane, recovered)| (lane.clone(), recovered.manifest.sent.clone()))
        .collect();
    let mut holds = true;
    let mut out = std::io::stdout().lock();

    // One opening of the log serves both: the embedded broker has one at a time.
    let mut log = match setting.config.kafka.clone() {
        Some(kafka) => Log::of_kafka(kafka, &outbox::TOPICS)?,
        None => Log::of_data_dir(&arguments.data_dir, &outbox::TOPICS)?,
    };
    for lane in log.lanes()? {
        if outbox::TOPICS.contains(&lane.topic.as_str()) {
            if topics.contains(&lane.topic.as_str()) {
                let told = told(&mut log, &lane, &sent)?;
                holds &= told.holds();
                report_topic(&mut out, &lane, &told)?;
            }
            continue;
        }
        let name = named(&lane.topic, lane.partition);
        let Some(recovered) = kept.remove(&name).filter(|_| arguments.topic.is_none()) else {
            continue;
        };
        let differences = differences(&setting, &mut log, &lane, recovered)?;
        holds &= differences.is_empty();
        let verdict = if differences.is_empty() {
            "as the log says".to_owned()
        } else {
            format!("DIFFERS: {}", differences.join("; "))
        };
        writeln!(out, "{name}: {verdict}")?;
    }
    log.close();
    Ok(holds)
}

fn report_topic(out: &mut impl Write, lane: &Lane, told: &Told) -> anyhow::Result<()> {
    writeln!(
        out,
        "{}: {} messages, {} repeats of the same, {} lost, {} told otherwise before",
        named(&lane.topic, lane.partition),
        told.messages,
        told.repeats,
        told.lost,
        told.otherwise
    )?;
    Ok(())
}

/// What a lane that reads the log again has otherwise than it was written down.
fn differences(setting: &Setting, log: &mut Log, lane: &Lane, recovered: Recovered) -> anyhow::Result<Vec<String>> {
    let manifest = recovered.manifest.clone();
    let name = named(&lane.topic, lane.partition);
    if lane.low > 0 {
        return Ok(vec![format!(
            "Kafka has forgotten the log up to offset {}, so it cannot be read again",
            lane.low
        )]);
    }
    if lane.high < manifest.next_offset {
        return Ok(vec![format!(
            "it has read up to offset {}, but the log ends at {}",
            manifest.next_offset, lane.high
        )]);
    }
    let kept = LaneRunner::kept(setting, &lane.topic, lane.partition, name.clone(), recovered)?;
    let mut again = LaneRunner::new(setting, &lane.topic, lane.partition, name, Keep::Live)?;
    let mut input = InputHash::default();
    log.read(lane, manifest.next_offset, &mut again, &mut |payload| input.add(payload))?;

    let mut differences = Vec::new();
    let mut same = |what: &str, same: bool| {
        if !same {
            differences.push(what.to_owned());
        }
    };
    let watermark = kept.state().watermark().unwrap_or(i64::MIN);
    same("the input", input.to_hex() == manifest.input_hash);
    let seen = |runner: &LaneRunner| remembered(&runner.state().all_seen(), watermark);
    same("the ids remembered", seen(&kept)? == seen(&again)?);
    let (kept, again) = (kept.snapshot(None, Liveness::Idle), again.snapshot(None, Liveness::Idle));
    same("the counters", kept.accounting == again.accounting);
    same("the watermark", kept.watermark == again.watermark);
    same("the broker's time", kept.newest_broker_time == again.newest_broker_time);
    for (what, of) in tables() {
        same(what, of(&kept)? == of(&again)?);
    }
    Ok(differences)
}

/// A table of a lane as sorted rows.
type Rows = Vec<Vec<u8>>;
/// Gives a table of a lane.
type Table = fn(&LaneSnapshot) -> anyhow::Result<Rows>;

fn tables() -> [(&'static str, Table); 7] {
    [
        ("panes", |lane| {
            let segments: Vec<RecordBatch> = lane.segments.iter().map(|segment| segment.rows().clone()).collect();
            let sum = PaneKernel::new()?.sum(&segments)?;
            // Which older ones are still kept depends on how they were merged.
            let oldest = lane.watermark.unwrap_or(i64::MIN).saturating_sub(KEEP_PANES_US);
            rows(&[since(&sum, schema::PANE, oldest)?])
        }),
        ("cases", |lane| rows(&lane.cases)),
        ("signals", |lane| rows(&lane.signals)),
        ("transitions", |lane| rows(&lane.transitions)),
        ("routes", |lane| rows(&lane.routes)),
        ("levels", |lane| rows(&lane.levels)),
        ("traffic", |lane| rows(lane.traffic.as_slice())),
    ]
}

/// Ids that must be remembered; when the others are forgotten is nobody's affair.
fn remembered(seen: &RecordBatch, watermark: i64) -> anyhow::Result<Rows> {
    let until = seen
        .column_by_name(schema::KEEP_UNTIL)
        .context("no column of times")?
        .as_primitive::<Int64Type>();
    let keep: BooleanArray = until.values().iter().map(|until| Some(*until > watermark)).collect();
    rows(&[filter_record_batch(seen, &keep)?])
}

/// Rows of one schema as bytes, sorted.
fn rows(batches: &[RecordBatch]) -> anyhow::Result<Rows> {
    let mut all = Vec::new();
    for batch in batches {
        let fields = batch
            .schema_ref()
            .fields()
            .iter()
            .map(|field| SortField::new(field.data_type().clone()));
        let converted = RowConverter::new(fields.collect())?.convert_columns(batch.columns())?;
        all.extend(converted.iter().map(|row| row.as_ref().to_vec()));
    }
    all.sort_unstable();
    Ok(all)
}
