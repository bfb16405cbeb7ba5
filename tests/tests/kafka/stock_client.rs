//! kcat, as a distribution ships it (Debian 12: librdkafka 2.0), against the embedded broker: what the README tells people to do.

use std::env;
use std::io::Write;
use std::net::SocketAddr;
use std::process::{Command, Stdio};

use tanggap_connectors::embedded::EmbeddedBroker;
use tanggap_connectors::kafka::{KafkaSource, TopicSpec, ensure_topics};
use tempfile::TempDir;

use super::reading::{config, fill, numbers, read};

/// Runs kcat with this input; gives what it printed.
fn kcat(brokers: &str, arguments: &[&str], input: &str) -> String {
    let mut command = Command::new("kcat");
    command.args(["-b", brokers]).args(arguments);
    let mut process = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    process.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = process.wait_with_output().unwrap();
    assert!(
        output.status.success(),
        "{arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn kcat_produces_to_and_reads_from_the_embedded_broker() {
    if Command::new("kcat").arg("-V").stdout(Stdio::null()).status().is_err() {
        assert!(env::var_os("CI").is_none(), "kcat is missing: run scripts/install-servers.sh");
        println!("NOT RUN: kcat is not installed (scripts/install-servers.sh)");
        return;
    }
    let directory = TempDir::new().unwrap();
    let broker = EmbeddedBroker::start(directory.path(), SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
    let brokers = broker.address().to_string();

    let config = config(&brokers, "said");
    ensure_topics(&config, &[TopicSpec::new("said")]).unwrap();
    let lines: Vec<String> = (0..200).map(|number| number.to_string()).collect();
    kcat(&brokers, &["-P", "-t", "said"], &lines.join("\n"));
    let source = KafkaSource::connect(&config).unwrap();
    let mut reader = source.open(&source.lanes().unwrap()[0], 0).unwrap();
    assert_eq!(read(&mut reader, 200), numbers(0..200));

    fill(&super::reading::config(&brokers, "heard"), 300);
    let heard = kcat(&brokers, &["-C", "-t", "heard", "-o", "beginning", "-e", "-q", "-f", "%s\n"], "");
    assert_eq!(
        heard.lines().map(|line| line.parse().unwrap()).collect::<Vec<usize>>(),
        (0..300).collect::<Vec<_>>()
    );

    let listed = kcat(&brokers, &["-L"], "");
    assert!(listed.contains("topic \"said\" with 1 partitions"), "{listed}");
    broker.stop();
}
