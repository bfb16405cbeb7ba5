//! Question: how fast is a backlog in a real Kafka read, written down in epochs of a second and answered for, at what cost in processor and
//! memory; against the same log only read, and the same lines replayed from files?
//!
//! Goals: at least 300 k events a second and core; a backlog of any size adds less than 15 % to the memory that the same messages take when they are
//! read as they come.
//!
//! `TANGGAP_BACKLOG` says how many messages (600,000; 20,000,000 want some 10 GB where temporary files go). Broker and program share the
//! machine, so the time says less than the processor seconds, in which the broker's are not.

use std::path::Path;
use std::{env, fs, io};

use tanggap_benches::{Drained, at_rest, drain, keep_up, nanoseconds_each, read_alone, report};
use tanggap_connectors::simulate::TOPICS;
use tanggap_tests::harness::kafka::RealKafka;
use tanggap_tests::harness::program::program;
use tanggap_tests::harness::served::output;

const MESSAGES: usize = 600_000;
/// Messages a second that the program keeps up with.
const STEADY: usize = 20_000;
/// Lines replayed at most: the cost of a line does not depend on how many there are.
const REPLAYED: usize = 600_000;

fn main() -> io::Result<()> {
    let messages = match env::var("TANGGAP_BACKLOG") {
        Ok(asked) => asked.parse::<usize>().map_err(io::Error::other)?,
        Err(_) => MESSAGES,
    };
    let Some(kafka) = RealKafka::start_or_skip("backlog")? else {
        return Ok(());
    };
    let directory = tempfile::tempdir()?;
    let directory = directory.path();
    let settings = format!("[kafka]\nbrokers = {:?}\n", kafka.brokers());
    let rest = at_rest(&directory.join("rest"), &settings)?;
    simulate(messages, &["--brokers", &kafka.brokers()])?;
    let alone = read_alone(&kafka.brokers(), &TOPICS)?;
    if usize::try_from(alone.messages) != Ok(messages) {
        let short = format!("{} of {messages} messages are in the log", alone.messages);
        return Err(io::Error::other(short));
    }
    let drained = drain(&directory.join("drained"), &settings, alone.messages)?;
    // The same city by another broker that has seen nothing, as fast as it comes.
    drop(kafka);
    let Some(kafka) = RealKafka::start_or_skip("backlog")? else {
        return Ok(());
    };
    let settings = format!("[kafka]\nbrokers = {:?}\n", kafka.brokers());
    let feeds = directory.join("whole");
    simulate(messages, &["--out", &feeds.display().to_string()])?;
    let (steady, behind) = keep_up(&directory.join("steady"), &settings, &kafka.brokers(), &feeds, &TOPICS, STEADY)?;
    let replayed = nanoseconds_each(replay(directory, messages.min(REPLAYED))?, messages.min(REPLAYED));
    let read = nanoseconds_each(alone.cpu_s, messages);
    say(messages, &drained, alone.seconds, read + replayed);
    let memory = "the same, nothing to read";
    report("memory at its most", drained.usage.peak_mib, memory, rest.peak_mib, "MiB");
    report("memory when all is read", drained.later_mib, memory, rest.resident_mib, "MiB");
    report(
        "memory at its most",
        drained.usage.peak_mib,
        &format!("the same as it comes, {behind} behind at most"),
        steady.peak_mib,
        "MiB",
    );
    Ok(())
}

fn say(messages: usize, drained: &Drained, read_alone_s: f64, parts: f64) {
    let per_second = |seconds: f64| 1e9 / nanoseconds_each(seconds, messages);
    report(
        &format!("{messages} messages, {} events: a second", drained.events),
        per_second(drained.seconds),
        "the same log, only read",
        per_second(read_alone_s),
        "messages/s",
    );
    report(
        "a second and core",
        per_second(drained.usage.cpu_s),
        "the goal",
        300e3,
        "messages/s",
    );
    report(
        "processor time of a message",
        nanoseconds_each(drained.usage.cpu_s, messages),
        "only read + replayed from files",
        parts,
        "ns",
    );
    report(
        &format!("an epoch of {}: half are written in", drained.epochs_ms.len()),
        drained.epoch_ms(50),
        "99 of 100 in",
        drained.epoch_ms(99),
        "ms",
    );
}

/// Runs the simulator.
fn simulate(lines: usize, to: &[&str]) -> io::Result<()> {
    let mut simulate = program();
    simulate.args(["simulate", "--seed", "7", "--duration", "24h", "--events", &lines.to_string()]);
    output(simulate.args(to)).map(drop)
}

/// Processor seconds of a replay of so many lines from files, all its answers among them.
fn replay(directory: &Path, lines: usize) -> io::Result<f64> {
    let (feeds, out) = (directory.join("feeds"), directory.join("replayed"));
    simulate(lines, &["--out", &feeds.display().to_string()])?;
    let mut replay = program();
    replay.arg("replay").arg("--out").arg(&out);
    for topic in TOPICS {
        let file = feeds.join(format!("{topic}.ndjson"));
        replay.arg("--topic").arg(format!("{topic}={}", file.display()));
    }
    output(&mut replay)?;
    let accounting: serde_json::Value = serde_json::from_slice(&fs::read(out.join("accounting.json"))?)?;
    let cpu_s = accounting["cpu_s"].as_f64();
    cpu_s.ok_or_else(|| io::Error::other("the replay does not say its cost"))
}
