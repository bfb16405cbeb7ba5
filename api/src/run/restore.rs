//! `tanggap restore`: an earlier epoch of a lane made the newest again.

use std::io::Write;
use std::sync::Arc;

use anyhow::{Context, bail};
use clap::Args;
use datafusion::arrow::array::{Array, Int64Array, RecordBatch, StringArray, UInt64Array};
use tanggap_connectors::store::{LaneLog, epochs, read_lane};
use tanggap_engine::commit::Manifest;

use super::durable::writer;
use super::print::{AnswerFormat, print};
use super::store_arguments::StoreArguments;

/// Go back to an earlier epoch of a lane; without --lane, list what can be restored.
///
/// The lane then reads its log again from where that epoch ended, so Kafka must still have it. Stop the server first: one that runs
/// gives the lane up when it finds the new epoch.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  tanggap restore --data-dir data\n  tanggap restore --data-dir data --lane qlue.reports-0 --epoch 412")]
pub(crate) struct RestoreArguments {
    #[command(flatten)]
    store: StoreArguments,
    /// The lane, as in `qlue.reports-0`.
    #[arg(long, requires = "epoch")]
    lane: Option<String>,
    /// The epoch to go back to.
    #[arg(long, requires = "lane")]
    epoch: Option<u64>,
    /// How the list is written.
    #[arg(long, value_enum, default_value_t)]
    format: AnswerFormat,
}

/// Restores, or lists.
///
/// # Errors
/// The data directory cannot be read or written, or there is no such epoch.
pub(crate) fn restore(arguments: &RestoreArguments) -> anyhow::Result<()> {
    let (store, lanes) = arguments.store.lanes()?;
    let (Some(lane), Some(epoch)) = (&arguments.lane, arguments.epoch) else {
        let mut found = Vec::new();
        for lane in lanes {
            found.extend(epochs(&*store, &lane)?);
        }
        return print(&[list(&found)?], arguments.format);
    };
    let kept = epochs(&*store, lane)?;
    let Some(manifest) = kept.iter().find(|manifest| manifest.epoch == epoch) else {
        let (first, last) = (kept.first().map(|kept| kept.epoch), kept.last().map(|kept| kept.epoch));
        match first.zip(last) {
            Some((first, last)) => bail!("{lane} has no epoch {epoch}; kept are {first} to {last}"),
            None => bail!("there is no lane {lane}; `tanggap restore` without --lane lists them"),
        }
    };
    // Read with all its tables, so that nothing damaged is ever made the newest.
    let whole = read_lane(&*store, lane, Some(epoch))?;
    let whole = whole.with_context(|| format!("epoch {epoch} of {lane} is gone"))?;
    if let Some(fault) = whole.faults.first() {
        bail!("epoch {epoch} of {lane} cannot be used: {}: {}", fault.path, fault.what);
    }
    let (mut log, _) = LaneLog::open(store, lane, writer(), usize::MAX)?;
    let number = log.restore(manifest.clone())?;
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "{lane} is as it was after epoch {epoch}, now epoch {number}; it reads its log again from offset {}",
        manifest.next_offset
    )?;
    Ok(())
}

fn list(manifests: &[Manifest]) -> anyhow::Result<RecordBatch> {
    let lanes: StringArray = manifests.iter().map(|manifest| Some(manifest.lane.as_str())).collect();
    let epochs: UInt64Array = manifests.iter().map(|manifest| manifest.epoch).collect();
    let offsets: Int64Array = manifests.iter().map(|manifest| manifest.next_offset).collect();
    let events: UInt64Array = manifests.iter().map(|manifest| manifest.state.accounting.received).collect();
    Ok(RecordBatch::try_from_iter([
        ("lane", Arc::new(lanes) as Arc<dyn Array>),
        ("epoch", Arc::new(epochs)),
        ("next_offset", Arc::new(offsets)),
        ("events", Arc::new(events)),
    ])?)
}
