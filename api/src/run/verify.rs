//! `tanggap verify`: is what was written down what the log says? And has an output topic lost anything, or told it twice?

use std::collections::BTreeMap;
use std::io::Write;

use anyhow::bail;
use clap::Args;
use tanggap_connectors::kafka::Lane;
use tanggap_connectors::store::{Recovered, read_lane};

use super::differences::differences_of_kept;
use super::input_hash::InputHash;
use super::lane::{Keep, LaneRunner, named};
use super::log::Log;
use super::outbox;
use super::setting::Setting;
use super::sql::running;
use super::store_arguments::StoreArguments;
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
    #[command(flatten)]
    store: StoreArguments,
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
    let data_dir = &arguments.store.data_dir;
    let setting = Setting::read(arguments.store.config.as_deref(), None, Some(data_dir))?;
    let (store, lanes) = arguments.store.lanes()?;
    let mut kept = BTreeMap::new();
    for name in lanes {
        if let Some(recovered) = read_lane(&*store, &name, None)? {
            kept.insert(name, recovered);
        }
    }
    if setting.config.kafka.is_none() && running(data_dir).is_some() {
        bail!(
            "a server runs on {}: stop it first, as it holds the embedded broker's log open",
            data_dir.display()
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
        None => Log::of_data_dir(data_dir, &outbox::TOPICS)?,
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
        let differences = read_again(&setting, &mut log, &lane, recovered)?;
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
fn read_again(setting: &Setting, log: &mut Log, lane: &Lane, recovered: Recovered) -> anyhow::Result<Vec<String>> {
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

    let mut differences = differences_of_kept(&kept, &again)?;
    if input.to_hex() != manifest.input_hash {
        differences.push("the input".to_owned());
    }
    Ok(differences)
}
