//! `tanggap routes try`: new rules on what was reported, without changing anything.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use tanggap_connectors::decode::Decoder;
use tanggap_connectors::store::read_lane;
use tanggap_engine::event::Kind;
use tanggap_queries::tables::Liveness;

use super::moves::Moves;
use crate::run::durable::table;
use crate::run::files;
use crate::run::lane::{Keep, LaneRunner};
use crate::run::pile::of_kind;
use crate::run::print::{AnswerFormat, print};
use crate::run::replay::topic_file;
use crate::run::setting::Setting;
use crate::run::store_arguments::StoreArguments;

/// Say which reports other rules would send elsewhere: how many of each category, from whom to whom, with examples.
///
/// The reports are those that a data directory's lanes have written down, or the lines of files. They are decided by the rules of the
/// configuration and by the new ones; nothing is changed. A server may run meanwhile.
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  tanggap routes try --data-dir data --rules new.toml\n  tanggap routes try --topic qlue.reports=qlue.ndjson \
--rules new.toml --format csv"
)]
pub(crate) struct TrialArguments {
    /// The new rules of the home region.
    #[arg(long, value_name = "FILE")]
    rules: PathBuf,
    /// A topic and the file that is its log; several times for several.
    #[arg(long = "topic", value_name = "NAME=FILE", required_unless_present = "data_dir", value_parser = topic_file)]
    topics: Vec<(String, PathBuf)>,
    /// Data directory of `serve` or `demo`.
    #[arg(long, value_name = "DIR", conflicts_with = "topics")]
    data_dir: Option<PathBuf>,
    /// Configuration file.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// GeoJSON of the kelurahan; without it the configured one, the imported one, or the shipped approximation.
    #[arg(long, value_name = "FILE")]
    territory: Option<PathBuf>,
    /// How the table is written.
    #[arg(long, value_enum, default_value_t)]
    format: AnswerFormat,
}

/// Tries.
pub(super) fn trial(arguments: &TrialArguments) -> anyhow::Result<()> {
    let setting = Setting::read(
        arguments.config.as_deref(),
        arguments.territory.as_deref(),
        arguments.data_dir.as_deref(),
    )?;
    let new = setting.with_rules(&arguments.rules)?;
    let mut moves = Moves::default();
    match &arguments.data_dir {
        Some(data_dir) => written_down(&setting, &new, arguments, data_dir, &mut moves)?,
        None => {
            for (topic, file) in &arguments.topics {
                read_again(&setting, &new, topic, file, &mut moves)?;
            }
        }
    }
    print(&[moves.table()?], arguments.format)?;
    if arguments.format == AnswerFormat::Table {
        let mut out = std::io::stdout().lock();
        writeln!(
            out,
            "{} of {} reports would move; {} more would stay, but by another rule or with other clocks",
            moves.moved(),
            moves.reports,
            moves.otherwise
        )?;
    }
    Ok(())
}

/// The reports of a data directory.
fn written_down(old: &Setting, new: &Setting, arguments: &TrialArguments, data_dir: &Path, moves: &mut Moves) -> anyhow::Result<()> {
    let place = StoreArguments {
        data_dir: data_dir.to_owned(),
        config: arguments.config.clone(),
    };
    let (store, lanes) = place.lanes()?;
    for lane in lanes {
        let Some(recovered) = read_lane(&*store, &lane, None)? else {
            continue;
        };
        let (topic, _) = lane.rsplit_once('-').with_context(|| format!("{lane} is no lane"))?;
        let channel = Decoder::for_topic(topic, &old.config.decode())
            .with_context(|| format!("the topic {topic} cannot be read"))?
            .channel()
            .to_owned();
        let rows = |name: &str| recovered.tables.get(name).map(Vec::as_slice).unwrap_or_default();
        for reports in rows(table::CASES) {
            moves.look(&old.router, &new.router, &channel, reports, &old.ground);
        }
        for reports in rows(table::SIGNALS) {
            moves.look(&old.router, &new.router, &channel, &of_kind(reports, Kind::Emergency)?, &old.ground);
        }
    }
    Ok(())
}

/// The reports of a file.
fn read_again(old: &Setting, new: &Setting, topic: &str, file: &Path, moves: &mut Moves) -> anyhow::Result<()> {
    let mut lane = LaneRunner::new(old, topic, 0, topic.to_owned(), Keep::Once)?;
    files::payloads(file, &mut |payload| {
        lane.take(payload);
        if lane.full() {
            lane.step()?;
        }
        Ok(())
    })?;
    lane.step()?;
    let channel = lane.channel().to_owned();
    let shown = lane.snapshot(None, Liveness::Idle);
    for reports in &shown.cases {
        moves.look(&old.router, &new.router, &channel, reports, &old.ground);
    }
    for reports in &shown.signals {
        moves.look(&old.router, &new.router, &channel, &of_kind(reports, Kind::Emergency)?, &old.ground);
    }
    Ok(())
}
