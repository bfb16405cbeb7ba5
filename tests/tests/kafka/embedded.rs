//! The embedded broker: the promises, restart, kill -9, and what it says when it cannot start.

use std::env;
use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use tanggap_connectors::embedded::{EmbeddedBroker, EmbeddedError};
use tanggap_connectors::kafka::{KafkaSink, KafkaSource, TopicSpec, ensure_topics};
use tempfile::TempDir;

use super::promises::{PROMISES, keep};
use super::reading::{PATIENCE, config, fill, numbers, read};

fn embedded(directory: &TempDir, port: u16) -> EmbeddedBroker {
    EmbeddedBroker::start(directory.path(), SocketAddr::from(([127, 0, 0, 1], port))).unwrap()
}

#[test]
fn the_embedded_broker_keeps_every_promise() {
    let directory = TempDir::with_prefix("tanggap embedded ").unwrap();
    let broker = embedded(&directory, 0);
    keep(&broker.address().to_string(), PROMISES);
    broker.stop();
}

#[test]
fn the_embedded_broker_keeps_its_log_through_a_restart_and_clients_go_on() {
    let directory = TempDir::new().unwrap();
    let broker = embedded(&directory, 0);
    let address = broker.address();
    let config = config(&address.to_string(), "kept");
    fill(&config, 1_000);
    let source = KafkaSource::connect(&config).unwrap();
    let mut reader = source.open(&source.lanes().unwrap()[0], 0).unwrap();
    let sink = KafkaSink::connect(&config).unwrap();
    let before = read(&mut reader, 700);
    broker.stop();
    let broker = embedded(&directory, address.port());
    for number in 1_000..1_100_usize {
        sink.send("kept", Some(b"key"), number.to_string().as_bytes()).unwrap();
    }
    assert_eq!(sink.flush(PATIENCE).unwrap().delivered, 100);
    let after = read(&mut reader, 400);
    assert_eq!([before, after].concat(), numbers(0..1_100));
    broker.stop();
}

/// Where the broker of the kill test keeps its log, and where it listens.
const CHILD: (&str, &str) = ("TANGGAP_TEST_BROKER_DIRECTORY", "TANGGAP_TEST_BROKER_ADDRESS");

#[test]
#[ignore = "the other half of the kill test, run by it in a process of its own"]
fn a_broker_to_be_killed() {
    let directory = env::var(CHILD.0).expect("started by the kill test");
    let address = env::var(CHILD.1).expect("started by the kill test");
    let _broker = EmbeddedBroker::start(directory.as_ref(), address.parse().unwrap()).unwrap();
    loop {
        std::thread::park();
    }
}

/// A child that does not outlive its test.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn broker_process(directory: &TempDir, address: SocketAddr) -> Killed {
    let child = Command::new(env::current_exe().unwrap())
        .args(["--exact", "embedded::a_broker_to_be_killed", "--ignored"])
        .env(CHILD.0, directory.path())
        .env(CHILD.1, address.to_string())
        .stdout(Stdio::null())
        .spawn();
    Killed(child.unwrap())
}

#[test]
fn the_embedded_broker_loses_nothing_it_acknowledged_to_kill_nine() {
    const ROUNDS: usize = 3;
    const MESSAGES: usize = 2_000;
    let directory = TempDir::new().unwrap();
    let address = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
    let config = config(&address.to_string(), "acknowledged");
    let mut broker = broker_process(&directory, address);
    let deadline = Instant::now() + PATIENCE;
    while ensure_topics(&config, &[TopicSpec::new("acknowledged")]).is_err() {
        assert!(Instant::now() < deadline, "the broker did not start");
    }
    let sink = KafkaSink::connect(&config).unwrap();
    for round in 0..ROUNDS {
        for number in round * MESSAGES..(round + 1) * MESSAGES {
            sink.send("acknowledged", Some(b"key"), number.to_string().as_bytes()).unwrap();
        }
        // Some of the round is acknowledged, some is under way.
        let deadline = Instant::now() + PATIENCE;
        while sink.counters().delivered <= (round * MESSAGES) as u64 {
            assert!(Instant::now() < deadline, "nothing was acknowledged in round {round}");
            std::thread::yield_now();
        }
        drop(broker);
        broker = broker_process(&directory, address);
    }
    let counters = sink.flush(PATIENCE).unwrap();
    assert_eq!((counters.delivered, counters.failed), ((ROUNDS * MESSAGES) as u64, 0));
    let source = KafkaSource::connect(&config).unwrap();
    let lane = &source.lanes().unwrap()[0];
    assert_eq!(
        lane.high,
        i64::try_from(ROUNDS * MESSAGES).unwrap(),
        "no message is missing and none is there twice"
    );
    assert_eq!(
        read(&mut source.open(lane, 0).unwrap(), ROUNDS * MESSAGES),
        numbers(0..ROUNDS * MESSAGES)
    );
    drop(broker);
}

#[test]
fn a_taken_port_and_a_directory_in_use_are_said_with_what_to_do() {
    let (directory, other) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let broker = embedded(&directory, 0);
    let taken = EmbeddedBroker::start(other.path(), broker.address()).unwrap_err();
    assert!(matches!(taken, EmbeddedError::PortTaken { .. }), "{taken}");
    assert!(taken.to_string().contains("choose another port"), "{taken}");
    let in_use = EmbeddedBroker::start(directory.path(), SocketAddr::from(([127, 0, 0, 1], 0))).unwrap_err();
    assert!(matches!(in_use, EmbeddedError::InUse { .. }), "{in_use}");
}
