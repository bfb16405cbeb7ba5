//! Question: what does a refused event cost, and how much slower does a lane get through its good ones when every second event is refused?
//!
//! Goal: a flood of 50 % refused events slows good ones by less than 10 %. A lane reads in order, so a good event waits for the refused one
//! before it: the slowdown of a lane that is behind *is* the cost of a refused event, as a share of a good one's. What a lane that keeps up slows is
//! measured last: how long good reports are on their way from their topic to the one of who must answer them, while as many refused ones come in.
//!
//! Three depths, each with all that the one before has: decode, apply and sum in memory, with the bytes of what is refused kept as a lane
//! keeps them; the program's `replay`, which writes dead letters to a file; the program on a real Kafka, which writes them down twice (to be
//! sent, to be looked at) and sends them.

use std::hint::black_box;
use std::path::Path;
use std::{fs, io};

use tanggap_benches::{Refused, at_rest, drain, fill, lines, nanoseconds, nanoseconds_each, on_their_way, refused, report, send_steadily};
use tanggap_connectors::decode::{DecodeConfig, Decoder, Payload};
use tanggap_connectors::simulate::{CityConfig, Faults};
use tanggap_engine::event::{EventBatchBuilder, Reject};
use tanggap_engine::lane::{Ground, LaneSettings, LaneState};
use tanggap_engine::pane::Kernel;
use tanggap_engine::territory::Territory;
use tanggap_queries::measures::PaneKernel;
use tanggap_tests::harness::kafka::RealKafka;
use tanggap_tests::harness::program::program;
use tanggap_tests::harness::served::{Served, output};

const TOPIC: &str = "qlue.reports";
const GOOD: usize = 200_000;
const BATCH: usize = 8_192;
const RUNS: usize = 3;

fn main() -> io::Result<()> {
    let territory = Territory::jakarta_default();
    let faults = Faults {
        broken: 0.0,
        ..CityConfig::default().faults
    };
    let good = lines(&territory, TOPIC, faults, GOOD);
    let Refused { unreadable, incomplete } = refused(&territory, TOPIC, 20_000);
    let good_alone: Vec<&[u8]> = good.iter().map(Vec::as_slice).collect();
    let logs = [
        ("unreadable", mixed(&good_alone, &unreadable)),
        ("without id or time", mixed(&good_alone, &incomplete)),
    ];

    let ground = Ground::of(&territory);
    let in_memory = |log: &[&[u8]]| nanoseconds(RUNS, GOOD, || go_through(log, &ground));
    let with = logs.each_ref().map(|(kind, log)| (*kind, in_memory(log)));
    compare("in memory", in_memory(&good_alone), with);

    let directory = tempfile::tempdir()?;
    let replayed = |log: &[&[u8]]| replay(directory.path(), log).map(|seconds| nanoseconds_each(seconds, GOOD));
    // What the program needs for itself is no event's.
    let itself = replayed(&good_alone[..1])?;
    let alone = replayed(&good_alone)? - itself;
    let [unreadable, incomplete] = &logs;
    let with = [
        (unreadable.0, replayed(&unreadable.1)? - itself),
        (incomplete.0, replayed(&incomplete.1)? - itself),
    ];
    compare("replay", alone, with);

    let Some(alone) = on_kafka(&directory.path().join("alone"), &good_alone)? else {
        return Ok(());
    };
    let mut with = Vec::new();
    for (number, (kind, log)) in logs.iter().enumerate() {
        let measured = on_kafka(&directory.path().join(number.to_string()), log)?;
        with.extend(measured.map(|nanoseconds| (*kind, nanoseconds)));
    }
    compare("on Kafka", alone, with);
    keeping_up(&directory.path().join("keeping-up"), &good_alone, &unreadable.1)
}

/// Good events a second that come in while a lane keeps up.
const A_SECOND: usize = 2_000;
/// Of a run.
const OF_A_RUN: usize = 10 * A_SECOND;

/// Says how long good events are on their way, alone and with a refused one behind each, in turn.
fn keeping_up(directory: &Path, good: &[&[u8]], mixed: &[&[u8]]) -> io::Result<()> {
    let Some(kafka) = RealKafka::start_or_skip("poison")? else {
        return Ok(());
    };
    let brokers = kafka.brokers();
    fs::create_dir_all(directory)?;
    fill(&brokers, TOPIC, [])?;
    let served = Served::start(directory, &format!("[kafka]\nbrokers = {brokers:?}\ntopics = [{TOPIC:?}]\n"), &[])?;
    served.wait_until_it_answers();
    let mut sent = 0_usize;
    let mut messages = 0_i64;
    for run in 0..2 * RUNS {
        let (lines, a_second) = if run % 2 == 0 {
            (&good[sent..sent + OF_A_RUN], A_SECOND)
        } else {
            (&mixed[2 * sent..2 * (sent + OF_A_RUN)], 2 * A_SECOND)
        };
        send_steadily(&brokers, TOPIC, lines.iter().copied(), a_second)?;
        sent += OF_A_RUN;
        messages += i64::try_from(lines.len()).map_err(io::Error::other)?;
        let settled = served.wait_until(|lanes| {
            let read: i64 = lanes.iter().filter_map(|lane| lane["next_offset"].as_i64()).sum();
            read == messages && lanes.iter().all(|lane| lane["unwritten_messages"] == 0)
        });
        if settled.is_empty() {
            return Err(io::Error::other("there is no lane"));
        }
    }
    drop(served);
    let runs: Vec<&[&[u8]]> = good[..sent].chunks(OF_A_RUN).collect();
    let flows = on_their_way(&brokers, TOPIC, "tanggap.routed", "post_id", &runs)?;
    for pair in flows.chunks_exact(2) {
        let (alone, mixed) = (&pair[0], &pair[1]);
        for percent in [50, 99] {
            let what = format!("{} good events with refused ones: {percent} of 100 in", mixed.lines());
            let beside = format!("{} alone", alone.lines());
            report(&what, mixed.percentile(percent), &beside, alone.percentile(percent), "ms");
        }
    }
    Ok(())
}

/// Says what good events cost with and without refused ones between them, nanoseconds each.
fn compare(depth: &str, alone: f64, with: impl IntoIterator<Item = (&'static str, f64)>) {
    for (kind, mixed) in with {
        let what = format!("{depth}: a good event and one {kind}");
        report(&what, mixed, "a good event", alone, "ns");
        let what = format!("{depth}: one {kind}");
        report(&what, mixed - alone, "a tenth of a good event, the goal", alone / 10.0, "ns");
    }
}

/// A refused event behind each good one.
fn mixed<'a>(good: &[&'a [u8]], refused: &'a [Vec<u8>]) -> Vec<&'a [u8]> {
    let refused = refused.iter().map(Vec::as_slice).cycle();
    good.iter().zip(refused).flat_map(|(good, refused)| [*good, refused]).collect()
}

/// Decodes, applies and sums a log as a lane does. What is refused is kept with its bytes until its batch is applied.
fn go_through(log: &[&[u8]], ground: &Ground) {
    let mut decoder = Decoder::for_topic(TOPIC, &DecodeConfig::default()).expect("the topic is known");
    let mut state = LaneState::new(decoder.channel(), LaneSettings::default());
    let mut kernel = PaneKernel::new().expect("the SQL of the crate plans");
    let mut builder = EventBatchBuilder::default();
    let mut dead: Vec<(Reject, Vec<u8>)> = Vec::new();
    let mut step = |builder: &mut EventBatchBuilder, dead: &mut Vec<(Reject, Vec<u8>)>| {
        let step = state.apply(&builder.finish(), ground);
        if step.counted.num_rows() > 0 {
            black_box(kernel.sum(&[step.counted]).expect("the plan runs"));
        }
        black_box(std::mem::take(dead));
    };
    for (offset, line) in (0_i64..).zip(log) {
        let payload = Payload {
            offset,
            broker_time: None,
            bytes: Some(line),
        };
        let known = builder.rejects().len();
        decoder.decode(&payload, &mut builder);
        for reject in &builder.rejects()[known..] {
            dead.push((reject.clone(), line.to_vec()));
        }
        if builder.rows() >= BATCH || builder.rejects().len() >= BATCH {
            step(&mut builder, &mut dead);
        }
    }
    step(&mut builder, &mut dead);
}

/// Least processor seconds of some replays of a log.
fn replay(directory: &Path, log: &[&[u8]]) -> io::Result<f64> {
    let (file, out) = (directory.join("log.ndjson"), directory.join("replayed"));
    let mut bytes = log.join(&b'\n');
    bytes.push(b'\n');
    fs::write(&file, bytes)?;
    let mut least = f64::INFINITY;
    for _ in 0..RUNS {
        let mut replay = program();
        replay.arg("replay").arg("--out").arg(&out);
        replay.arg("--topic").arg(format!("{TOPIC}={}", file.display()));
        output(&mut replay)?;
        let accounting: serde_json::Value = serde_json::from_slice(&fs::read(out.join("accounting.json"))?)?;
        let cpu_s = accounting["cpu_s"].as_f64();
        least = least.min(cpu_s.ok_or_else(|| io::Error::other("the replay does not say its cost"))?);
    }
    Ok(least)
}

/// Processor nanoseconds of the program for each good event of a log in a Kafka of its own, until all is written down, without what it needs
/// for itself; `None` without a Kafka.
fn on_kafka(directory: &Path, log: &[&[u8]]) -> io::Result<Option<f64>> {
    let Some(kafka) = RealKafka::start_or_skip("poison")? else {
        return Ok(None);
    };
    let brokers = kafka.brokers();
    let settings = format!("[kafka]\nbrokers = {brokers:?}\ntopics = [{TOPIC:?}]\n");
    let itself = at_rest(&directory.join("rest"), &settings)?;
    fill(&brokers, TOPIC, log.iter().copied())?;
    let messages = i64::try_from(log.len()).map_err(io::Error::other)?;
    let drained = drain(&directory.join("drained"), &settings, messages)?;
    Ok(Some(nanoseconds_each(drained.usage.cpu_s - itself.cpu_s, GOOD)))
}
