//! `tanggap sql`: a question over the live tables, from the shell.
//!
//! State is a function of the log, so a question needs no server: lanes are taken up where they were written down, the log of the data
//! directory's broker, or of files, is read to its end and asked. Where a server runs on that directory it is asked instead, as it
//! holds the log open.

use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::Args;
use tanggap_connectors::history::DeltaHistory;
use tanggap_connectors::store::{open_store, read_lane};
use tanggap_queries::tables::{City, Liveness};
use tanggap_queries::{Desk, ask_free};

use super::files;
use super::history::{no_history, view_of};
use super::lane::{Keep, LaneRunner, named};
use super::log::Log;
use super::print::{AnswerFormat, print};
use super::replay::topic_file;
use super::serve::SERVER_FILE;
use super::setting::Setting;

/// A question in SQL.
#[derive(Args, Debug)]
#[command(
    after_help = "Tables: panes, reports, transitions, routes, traffic, levels, events, territory, units, categories.\n\nExamples:\n  tanggap sql \
\"SELECT category, count(*) FROM reports GROUP BY category ORDER BY 2 DESC\" --data-dir data\n  tanggap sql \"SELECT count(*) FROM reports\" \
--topic qlue.reports=qlue.ndjson --format csv"
)]
pub(crate) struct SqlArguments {
    /// One SELECT statement.
    query: String,
    /// Data directory of `serve` or `demo`.
    #[arg(long, value_name = "DIR", default_value = "data")]
    data_dir: PathBuf,
    /// Ask the log in a file instead; several times for several lanes.
    #[arg(long = "topic", value_name = "NAME=FILE", value_parser = topic_file)]
    topics: Vec<(String, PathBuf)>,
    /// Configuration file.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// How the answer is written.
    #[arg(long, value_enum, default_value_t)]
    format: AnswerFormat,
}

/// Rows an answer may have.
const ROWS: usize = 1_000_000;

/// Answers the question on standard output.
///
/// # Errors
/// The log cannot be read, or the question is no SELECT that plans and runs.
pub(crate) fn sql(arguments: &SqlArguments) -> anyhow::Result<()> {
    if arguments.topics.is_empty()
        && let Some(address) = running(&arguments.data_dir)
    {
        return ask_server(address, arguments);
    }
    let setting = Setting::read(arguments.config.as_deref(), None, Some(&arguments.data_dir))?;
    let city = City::default();
    if arguments.topics.is_empty() {
        read_broker(&setting, &arguments.data_dir, &city)?;
    } else {
        for (position, (topic, file)) in arguments.topics.iter().enumerate() {
            let mut runner = LaneRunner::new(&setting, topic, 0, named(topic, i32::try_from(position)?), Keep::Live)?;
            runner.keep_log();
            files::payloads(file, &mut |payload| {
                runner.take(payload);
                if runner.full() {
                    runner.step()?;
                }
                Ok(())
            })?;
            runner.step()?;
            city.publish(runner.snapshot(None, Liveness::Idle));
        }
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let batches = runtime.block_on(async {
        let (desk, snapshot) = (Desk::new(&setting.territory, &setting.router)?, city.snapshot());
        let history = city.history().unwrap_or_else(|| Arc::new(no_history()));
        let session = desk.long_session(&snapshot, &history).await?;
        ask_free(&session, &arguments.query, ROWS, Duration::from_mins(10)).await
    })?;
    print(&batches, arguments.format)
}

/// Address of the server that runs on a data directory, if it answers.
pub(super) fn running(data_dir: &Path) -> Option<SocketAddr> {
    let text = std::fs::read_to_string(data_dir.join(SERVER_FILE)).ok()?;
    let address: SocketAddr = text.trim().parse().ok()?;
    std::net::TcpStream::connect_timeout(&address, Duration::from_millis(500))
        .ok()
        .map(|_| address)
}

fn ask_server(address: SocketAddr, arguments: &SqlArguments) -> anyhow::Result<()> {
    let question = serde_json::json!({ "sql": arguments.query });
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let url = format!("http://{address}/v1/sql?format={}", arguments.format.id());
    let mut answer = agent
        .post(&url)
        .send_json(&question)
        .with_context(|| format!("the server on {address} does not answer"))?;
    let status = answer.status();
    let body = answer.body_mut().with_config().limit(1 << 30).read_to_vec()?;
    if !status.is_success() {
        bail!("the server on {address} refused with {status}: {}", String::from_utf8_lossy(&body));
    }
    Ok(std::io::stdout().lock().write_all(&body)?)
}

/// Takes up every lane where it was written down, and reads the rest of its log.
fn read_broker(setting: &Setting, data_dir: &Path, city: &City) -> anyhow::Result<()> {
    let store = open_store(setting.config.store.url.as_deref(), data_dir)?;
    let mut log = match setting.config.kafka.clone() {
        Some(kafka) => Log::of_kafka(kafka, &[])?,
        None => Log::of_data_dir(data_dir, &[])?,
    };
    for lane in log.lanes()? {
        let name = named(&lane.topic, lane.partition);
        let mut runner = if let Some(recovered) = read_lane(&*store, &name, None)? {
            LaneRunner::kept(setting, &lane.topic, lane.partition, name, recovered)?
        } else {
            let mut runner = LaneRunner::new(setting, &lane.topic, lane.partition, name, Keep::Live)?;
            runner.keep_log();
            runner
        };
        log.read(&lane, lane.high, &mut runner, &mut |_| {})?;
        city.publish(runner.snapshot(Some(lane.high), Liveness::Idle));
    }
    log.close();
    if setting.config.history.enabled {
        let history = DeltaHistory::open(setting.config.store.url.as_deref(), data_dir)?;
        city.remember(view_of(&history, &history.lanes()?)?);
    }
    Ok(())
}
