//! How long a message takes through a broker: from `send` to the lane reader, one message at a time and under load. Prints
//! figures; judges nothing. Without an argument it starts an embedded broker, else the argument is `host:port`.
//!
//! `cargo run --release -p tanggap-connectors --example broker_latency [BROKERS]`
#![expect(clippy::print_stdout, reason = "printing is what it is for")]

use std::time::{Duration, Instant};

use tanggap_connectors::embedded::EmbeddedBroker;
use tanggap_connectors::kafka::{KafkaConfig, KafkaError, KafkaSink, KafkaSource, LaneReader, TopicSpec, ensure_topics};

/// As large as a mean input line.
const PAYLOAD_BYTES: usize = 441;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let directory = std::env::temp_dir().join(format!("tanggap-latency-{}", std::process::id()));
    let (broker, brokers) = if let Some(brokers) = std::env::args().nth(1) {
        (None, brokers)
    } else {
        let broker = EmbeddedBroker::start(&directory, ([127, 0, 0, 1], 0).into())?;
        let address = broker.address().to_string();
        (Some(broker), address)
    };
    println!("broker {brokers}");
    for linger_ms in [0, 5] {
        for idle_lanes in [0, 15] {
            one_by_one(&brokers, linger_ms, idle_lanes)?;
        }
    }
    flood(&brokers, 100_000)?;
    drop(broker);
    // Left behind only if the temporary directory is gone already.
    let _ = std::fs::remove_dir_all(&directory);
    Ok(())
}

fn open(brokers: &str, topic: &str, linger_ms: u32, idle_lanes: usize) -> Result<(KafkaSink, KafkaSource, Vec<LaneReader>), KafkaError> {
    let mut topics = vec![topic.to_owned()];
    topics.extend((0..idle_lanes).map(|idle| format!("{topic}.idle{idle}")));
    let config = KafkaConfig {
        brokers: brokers.to_owned(),
        topics,
        linger_ms,
        timeout_ms: 30_000,
        ..KafkaConfig::default()
    };
    let specs: Vec<TopicSpec> = config.topics.iter().map(|topic| TopicSpec::new(topic)).collect();
    ensure_topics(&config, &specs)?;
    let source = KafkaSource::connect(&config)?;
    let lanes = source.lanes()?;
    let mut readers = Vec::new();
    for lane in &lanes {
        let reader = source.open(lane, lane.high)?;
        if lane.topic == topic {
            readers.insert(0, reader);
        } else {
            readers.push(reader);
        }
    }
    Ok((KafkaSink::connect(&config)?, source, readers))
}

fn one_by_one(brokers: &str, linger_ms: u32, idle_lanes: usize) -> Result<(), KafkaError> {
    const ROUNDS: usize = 300;
    let (sink, _source, mut readers) = open(brokers, &format!("latency.{linger_ms}.{idle_lanes}"), linger_ms, idle_lanes)?;
    let reader = &mut readers[0];
    let payload = [b'x'; PAYLOAD_BYTES];
    let mut taken = Vec::with_capacity(ROUNDS);
    let mut rng = 1_u64;
    for round in 0..=ROUNDS {
        let start = Instant::now();
        sink.send(&reader.lane().topic.clone(), None, &payload)?;
        while reader.poll(1, Duration::from_secs(1), &mut |_| {})?.messages == 0 {}
        // The first pays for the connections.
        if round > 0 {
            taken.push(start.elapsed());
        }
        // Messages come at no fixed phase of the broker's polling.
        rng = rng.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        std::thread::sleep(Duration::from_micros(rng >> 50));
    }
    taken.sort_unstable();
    let at = |share: usize| taken[(taken.len() - 1) * share / 100].as_secs_f64() * 1e3;
    println!(
        "one by one, linger {linger_ms} ms, {idle_lanes} idle lanes: p50 {:.2} ms, p90 {:.2} ms, p99 {:.2} ms, max {:.2} ms",
        at(50),
        at(90),
        at(99),
        at(100)
    );
    Ok(())
}

fn flood(brokers: &str, count: u32) -> Result<(), KafkaError> {
    let (sink, source, mut readers) = open(brokers, "flood", 5, 0)?;
    let payload = [b'x'; PAYLOAD_BYTES];
    let start = Instant::now();
    for _ in 0..count {
        sink.send("flood", None, &payload)?;
    }
    sink.flush(Duration::from_mins(5))?;
    let produced = start.elapsed();
    let rate = |elapsed: Duration| f64::from(count) / elapsed.as_secs_f64();
    println!("flood of {count}: produced {:.0} messages/s", rate(produced));
    while i64::from(count) > readers[0].next_offset() - readers[0].lane().high {
        readers[0].poll(8_192, Duration::from_secs(1), &mut |_| {})?;
    }
    println!("live reader had all {:.2} s after the first send", start.elapsed().as_secs_f64());
    drop(readers);
    let lane = source.lanes()?.remove(0);
    let mut reader = source.open(&lane, lane.low)?;
    let start = Instant::now();
    while reader.next_offset() < lane.high {
        reader.poll(8_192, Duration::from_secs(1), &mut |_| {})?;
    }
    println!(
        "backlog of {} read at {:.0} messages/s",
        lane.high - lane.low,
        rate(start.elapsed())
    );
    Ok(())
}
