//! `tanggap rebuild`: lanes made anew from history, also where Kafka has forgotten their log.

use std::collections::BTreeMap;
use std::io::Write;

use anyhow::{Context, bail, ensure};
use clap::Args;
use datafusion::arrow::array::{Array, AsArray, RecordBatch};
use datafusion::arrow::datatypes::Int64Type;
use tanggap_connectors::history::{DeltaHistory, HistoryFile, HistoryTable, inward};
use tanggap_connectors::store::{lanes, open_store};
use tanggap_engine::event::schema;
use tanggap_engine::lane::relive;

use super::durable::{made_with, writer};
use super::history::Stand;
use super::lane::LaneRunner;
use super::setting::Setting;
use super::store_arguments::StoreArguments;

/// Make the lanes of a data directory anew from its history.
///
/// For when manifests and segments are lost or damaged, or were made with other polygons or settings. The lanes go on where history
/// ends; what came after it is read again from Kafka. Dead letters keep their counts, their bytes are not in history. Stop the server,
/// and move manifests/ and segments/ away first.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  mkdir old && mv data/manifests data/segments old/\n  tanggap rebuild --data-dir data")]
pub(crate) struct RebuildArguments {
    #[command(flatten)]
    store: StoreArguments,
}

/// A lane that lives again.
struct Reborn {
    runner: LaneRunner,
    stand: Stand,
    seq: i64,
}

/// Makes the lanes anew.
///
/// # Errors
/// There is no history or not all of it, lanes are there already, or the store fails.
pub(crate) fn rebuild(arguments: &RebuildArguments) -> anyhow::Result<()> {
    let data_dir = &arguments.store.data_dir;
    let setting = Setting::read(arguments.store.config.as_deref(), None, Some(data_dir))?;
    let url = setting.config.store.url.as_deref();
    let there = lanes(&*open_store(url, data_dir)?)?;
    ensure!(
        there.is_empty(),
        "there are lanes already ({}): move manifests/ and segments/ away first",
        there.join(", ")
    );
    let history = DeltaHistory::open(url, data_dir)?;
    let mut reborn = BTreeMap::new();
    for stand in stands(&history)? {
        let (topic, partition) = stand.lane.rsplit_once('-').with_context(|| format!("{} is no lane", stand.lane))?;
        let store = open_store(url, data_dir)?;
        let runner = LaneRunner::anew(&setting, topic, partition.parse()?, stand.lane.clone(), store, writer())?;
        reborn.insert(stand.lane.clone(), Reborn { runner, stand, seq: 0 });
    }
    ensure!(
        !reborn.is_empty(),
        "there is no history: it is kept in history/ where [history] is enabled"
    );
    for files in by_date(history.files(HistoryTable::Events)?) {
        live_through(&mut reborn, &history.read(HistoryTable::Events, &files)?)?;
    }
    let mut out = std::io::stdout().lock();
    for (lane, mut reborn) in reborn {
        let stand = &reborn.stand;
        ensure!(
            reborn.seq == stand.seq,
            "history has {} of the {} events of {lane}: it was kept only from some time on, or files of it are gone",
            reborn.seq,
            stand.seq
        );
        let otherwise = reborn.runner.stand_at(stand)?;
        writeln!(
            out,
            "{lane}: {} events, as after epoch {}; it goes on at offset {}",
            stand.seq, stand.epoch, stand.next_offset
        )?;
        if stand.made_with != made_with(&setting, reborn.runner.channel())? {
            writeln!(out, "{lane}: made with other settings or polygons than then; answers may differ")?;
        } else if !otherwise.is_empty() {
            bail!("{lane} would have told others otherwise on {}: this is a bug", otherwise.join(", "));
        }
    }
    Ok(())
}

/// Where each lane stands in history.
fn stands(history: &DeltaHistory) -> anyhow::Result<Vec<Stand>> {
    let rows = history.read(HistoryTable::Lanes, &history.files(HistoryTable::Lanes)?)?;
    let text = |column: usize| rows.column(column).as_string::<i32>();
    let number = |column: usize| rows.column(column).as_primitive::<Int64Type>();
    let mut newest = BTreeMap::new();
    for row in 0..rows.num_rows() {
        let stand = Stand {
            lane: text(0).value(row).to_owned(),
            seq: number(1).value(row),
            epoch: u64::try_from(number(2).value(row))?,
            next_offset: number(3).value(row),
            input_hash: text(4).value(row).to_owned(),
            newest_broker_time_us: number(5).is_valid(row).then(|| number(5).value(row)),
            sent: serde_json::from_str(text(6).value(row))?,
            made_with: serde_json::from_str(text(7).value(row))?,
            ..Stand::default()
        };
        // A lane is named with no event before its first ones are appended.
        if stand.seq > 0 {
            newest.insert(stand.lane.clone(), stand);
        }
    }
    Ok(newest.into_values().collect())
}

/// Files day by day: a lane's events lie in the order of the days.
fn by_date(files: Vec<HistoryFile>) -> Vec<Vec<HistoryFile>> {
    let mut days: BTreeMap<Option<String>, Vec<HistoryFile>> = BTreeMap::new();
    for file in files {
        days.entry(file.date.clone()).or_default().push(file);
    }
    days.into_values().collect()
}

/// The events of a day, sorted by lane and number.
fn live_through(reborn: &mut BTreeMap<String, Reborn>, day: &RecordBatch) -> anyhow::Result<()> {
    let lanes = day.column_by_name("lane").context("events have a lane")?.as_string::<i32>();
    let mut from = 0;
    while from < day.num_rows() {
        let name = lanes.value(from);
        let length = (from..day.num_rows()).take_while(|row| lanes.value(*row) == name).count();
        if let Some(reborn) = reborn.get_mut(name) {
            let log = inward(HistoryTable::Events, &day.slice(from, length), &schema::LOG)?;
            live_on(reborn, &log).with_context(|| format!("the history of {name}"))?;
        }
        from += length;
    }
    Ok(())
}

/// Events of one lane in their order, up to where it stands.
fn live_on(reborn: &mut Reborn, log: &RecordBatch) -> anyhow::Result<()> {
    let (numbers, counts) = (log.column(0).as_primitive::<Int64Type>(), log.column(2).as_primitive::<Int64Type>());
    let mut rows = 0;
    for row in 0..log.num_rows() {
        let (seq, n) = (numbers.value(row), counts.value(row));
        if seq > reborn.stand.seq {
            break;
        }
        if seq - n != reborn.seq {
            bail!(
                "event {} is followed by {seq}: it was kept only from some time on, or files of it are gone",
                reborn.seq
            );
        }
        reborn.seq = seq;
        rows += 1;
    }
    // Steps as small as a lane's own keep what they need small.
    let step = reborn.runner.batch_rows();
    for from in (0..rows).step_by(step) {
        for piece in relive(&log.slice(from, step.min(rows - from)))? {
            reborn.runner.relive(&piece)?;
        }
    }
    Ok(())
}
