//! `tanggap replay`: the same lanes over files instead of a broker, and their answers as files.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, bail};
use clap::Args;
use tanggap_engine::time::{PANE_US, pane_of};
use tanggap_queries::Desk;
use tanggap_queries::hotspots::{Alert, Watch};
use tanggap_queries::named::{Cases, Level, RankingRule, rankings_table, routes};
use tanggap_queries::statistics::TierRule;
use tanggap_queries::tables::{City, Liveness};

use super::lane::{Keep, LaneRunner};
use super::outputs::{Cost, DeadLetterFile, TableFormat, accounting, hotspots, table, windows};
use super::setting::Setting;
use super::{files, meter};

/// Files in, files out.
#[derive(Args, Debug)]
#[command(
    after_help = "Each --topic is one lane: NDJSON with one payload a line, `kcat -J` envelopes (detected), or CSV with a header (for \
reports.<channel>); .gz too.\n\nWrites windows.csv, kelurahan.csv, hotspots.csv, cases, rankings, routes, accounting.json, and the refused \
events of each lane.\n\nExample:\n  tanggap replay --topic qlue.reports=qlue.ndjson --topic waze.feed=waze.ndjson --territory kelurahan.geojson --out answers"
)]
pub(crate) struct ReplayArguments {
    /// A topic and the file that is its log; several times for several lanes.
    #[arg(long = "topic", value_name = "NAME=FILE", required = true, value_parser = topic_file)]
    topics: Vec<(String, PathBuf)>,
    /// Directory for the answers; made if missing.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Configuration file.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// GeoJSON of the kelurahan; without it the shipped approximation.
    #[arg(long, value_name = "FILE")]
    territory: Option<PathBuf>,
    /// The moment cases are judged at (RFC 3339); default: the largest event time.
    #[arg(long, value_name = "RFC3339")]
    as_of: Option<jiff::Timestamp>,
    /// Format of cases, rankings and routes.
    #[arg(long, value_enum, default_value_t)]
    format: TableFormat,
}

pub(super) fn topic_file(text: &str) -> Result<(String, PathBuf), String> {
    let (topic, file) = text
        .split_once('=')
        .ok_or("write it as NAME=FILE, for instance qlue.reports=qlue.ndjson")?;
    if topic.is_empty() || file.is_empty() {
        return Err("both the topic's name and the file are needed".to_owned());
    }
    Ok((topic.to_owned(), PathBuf::from(file)))
}

/// Runs the lanes over the files and writes the answers.
///
/// # Errors
/// A file cannot be read or written, a topic is unknown, or the configuration does not hold.
pub(crate) fn replay(arguments: &ReplayArguments) -> anyhow::Result<()> {
    let begun = Instant::now();
    let setting = Setting::read(arguments.config.as_deref(), arguments.territory.as_deref(), None)?;
    std::fs::create_dir_all(&arguments.out).with_context(|| format!("cannot make the directory {}", arguments.out.display()))?;
    let mut lanes = run_lanes(&setting, arguments)?;
    hotspots(&arguments.out, &watched(&setting, &mut lanes))?;
    answer(&setting, arguments, &lanes)?;
    let received: u64 = lanes.iter().map(|lane| lane.state().accounting().received).sum();
    #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
    let rows_per_s = received as f64 / begun.elapsed().as_secs_f64().max(1e-9);
    let cost = Cost {
        rows_per_s,
        cpu_s: meter::cpu_s(),
        peak_rss_bytes: meter::peak_rss_bytes(),
    };
    accounting(&arguments.out, lanes.iter().map(|lane| (lane.name(), lane.state())), cost)?;
    if setting.territory.approximate() {
        tracing::warn!("kelurahan are approximate: the shipped territory was used; give real polygons with --territory");
    }
    Ok(())
}

/// Each file is a lane on a thread of its own; lanes share nothing.
fn run_lanes(setting: &Setting, arguments: &ReplayArguments) -> anyhow::Result<Vec<LaneRunner>> {
    let mut runners = Vec::new();
    for (position, (topic, _)) in arguments.topics.iter().enumerate() {
        let earlier = arguments.topics[..position].iter().filter(|(other, _)| other == topic).count();
        let name = if earlier == 0 {
            topic.clone()
        } else {
            format!("{topic}-{earlier}")
        };
        let partition = i32::try_from(earlier)?;
        runners.push(LaneRunner::new(setting, topic, partition, name, Keep::Once)?);
    }
    std::thread::scope(|scope| {
        let threads: Vec<_> = runners
            .into_iter()
            .zip(&arguments.topics)
            .map(|(runner, (_, file))| scope.spawn(|| run_lane(runner, file, &arguments.out)))
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|_| bail!("a lane's thread panicked")))
            .collect()
    })
}

fn run_lane(mut runner: LaneRunner, file: &Path, out: &Path) -> anyhow::Result<LaneRunner> {
    let name = runner.name().to_owned();
    let mut letters = DeadLetterFile::create(out, &name)?;
    files::payloads(file, &mut |payload| {
        runner.take(payload);
        if runner.full() {
            letters.append(&name, &runner.step()?)?;
        }
        Ok(())
    })?;
    letters.append(&name, &runner.step()?)?;
    letters.finish()?;
    Ok(runner)
}

fn answer(setting: &Setting, arguments: &ReplayArguments, lanes: &[LaneRunner]) -> anyhow::Result<()> {
    let panes: Vec<_> = lanes.iter().flat_map(LaneRunner::partials).cloned().collect();
    windows(&arguments.out, &panes, setting.config.windows.top)?;
    drop(panes);
    let city = City::default();
    for lane in lanes {
        city.publish(lane.snapshot(Some(lane.next_offset()), Liveness::Idle));
    }
    let newest = lanes.iter().filter_map(|lane| lane.state().newest_time()).max();
    let as_of = arguments.as_of.map(jiff::Timestamp::as_microsecond).or(newest).unwrap_or(0);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build()?;
    runtime.block_on(async {
        let session = Desk::new(&setting.territory, &setting.router)?.session(&city.snapshot())?;
        let out = &arguments.out;
        table(out, "routes", &routes(&session).await?, arguments.format)?;
        let cases = Cases::collect(&session, as_of).await?;
        table(out, "cases", &cases.table().await?, arguments.format)?;
        let rule = ranking_rule(setting);
        let mut rows = Vec::new();
        for level in Level::ALL {
            rows.extend(cases.rankings(level, None, &rule).await?);
        }
        table(out, "rankings", &[rankings_table(&rows)?], arguments.format)
    })
}

/// What a watch over the reports of all lanes tells, tick by tick, up to the minute of the newest event.
fn watched(setting: &Setting, lanes: &mut [LaneRunner]) -> Vec<Alert> {
    let Some(settings) = setting.config.hotspots.watch() else {
        return Vec::new();
    };
    let mut watch = Watch::new(settings);
    for lane in &mut *lanes {
        let given = lane.take_sightings().give(&mut watch);
        tracing::debug!(lane = lane.name(), given, "sightings for hotspots");
    }
    let newest = lanes.iter().filter_map(|lane| lane.state().newest_time()).max();
    let end = newest.map_or(0, |newest| pane_of(newest).saturating_add(PANE_US));
    watch.advance(end)
}

/// The rule of rankings as configured.
pub(super) fn ranking_rule(setting: &Setting) -> RankingRule {
    let config = &setting.config.rankings;
    RankingRule {
        tau_h: config.horizon_h,
        tiers: TierRule {
            minimum_n: config.minimum_n,
            ..TierRule::default()
        },
        ..RankingRule::default()
    }
}
