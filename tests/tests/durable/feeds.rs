//! A simulated city as logs, what one that never died says of them, and what two cities must agree on.

use std::path::Path;
use std::time::Duration;

use serde_json::Value;
use tanggap_connectors::kafka::{KafkaConfig, KafkaSink, TopicSpec, ensure_topics};
use tanggap_tests::harness::program::program;
use tanggap_tests::harness::served::{config_file, data_dir, output};

pub(crate) const TOPICS: [&str; 5] = ["qlue.reports", "crm.status", "waze.feed", "twitter.tweets", "gauge.levels"];

/// What two cities must agree on, to the last row.
pub(crate) const QUESTIONS: [&str; 7] = [
    "SELECT pane, cell, kelurahan, category, channel, sum(n) AS n FROM panes GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5",
    "SELECT id, channel, \"offset\", event_time, cell, kelurahan, category, kind, reporter, unit, late FROM reports ORDER BY 2, 3",
    "SELECT id, report_channel, \"offset\", time, status, unit FROM transitions WHERE lane LIKE 'crm%' ORDER BY 3, 4, 5",
    "SELECT id, report_channel, \"offset\", time, status, unit FROM transitions WHERE lane NOT LIKE 'crm%' ORDER BY 2, 3, 4, 5",
    "SELECT id, channel, unit_code, rule, reason_id, second_unit FROM routes ORDER BY 1, 2, 3, 4",
    "SELECT id, time, level_cm FROM levels ORDER BY 1, 2, 3",
    "SELECT id, class, first_seen, last_seen, array_to_string(cells, ' '), speed_kmh, delay_s FROM traffic ORDER BY 1, 2",
];

/// The logs of a city, and what is true of them.
pub(crate) struct Feeds {
    logs: Vec<(&'static str, Vec<u8>)>,
    /// Answers to the questions.
    pub(crate) answers: Vec<String>,
    /// Events that come in: a line may hold a whole feed.
    pub(crate) events: u64,
    /// Events that are refused.
    pub(crate) rejected: u64,
}

impl Feeds {
    /// Simulates a city of some 20,000 lines.
    pub(crate) fn of(directory: &Path, seed: &str) -> Self {
        let feeds = directory.join("feeds");
        let mut simulate = program();
        simulate.args(["simulate", "--seed", seed, "--duration", "20h", "--events", "20000", "--out"]);
        output(simulate.arg(&feeds)).unwrap();
        let topics: Vec<String> = TOPICS
            .iter()
            .map(|topic| format!("--topic={topic}={}", feeds.join(format!("{topic}.ndjson")).display()))
            .collect();
        let answer = |question: &&str| output(program().args(["sql", question, "--format", "csv"]).args(&topics)).unwrap();
        let answers = QUESTIONS.iter().map(answer).collect();
        let out = directory.join("replayed");
        output(program().arg("replay").arg("--out").arg(&out).args(&topics)).unwrap();
        let accounting: Value = serde_json::from_slice(&std::fs::read(out.join("accounting.json")).unwrap()).unwrap();
        let lanes = accounting["lanes"].as_object().unwrap();
        let sum = |counter: &str| lanes.values().map(|lane| lane[counter].as_u64().unwrap()).sum();
        Self {
            logs: TOPICS
                .map(|topic| (topic, std::fs::read(feeds.join(format!("{topic}.ndjson"))).unwrap()))
                .to_vec(),
            answers,
            events: sum("in"),
            rejected: sum("rejected"),
        }
    }

    /// Gives one of `parts` parts of every log to the broker; when this returns they are in it.
    pub(crate) fn produce(&self, sink: &KafkaSink, part: usize, parts: usize) {
        for (topic, log) in &self.logs {
            let lines: Vec<&[u8]> = log.split_inclusive(|byte| *byte == b'\n').collect();
            for line in &lines[lines.len() * part / parts..lines.len() * (part + 1) / parts] {
                sink.send(topic, None, line.strip_suffix(b"\n").unwrap_or(line)).unwrap();
            }
        }
        assert_eq!(sink.flush(Duration::from_mins(2)).unwrap().failed, 0);
    }

    /// Reads the log of a directory's last server again: every lane is as it says, and every output topic has told everything.
    pub(crate) fn check_verified(directory: &Path, environment: &[(String, String)]) {
        let mut verify = program();
        verify.arg("verify").arg("--config").arg(config_file(directory));
        verify.arg("--data-dir").arg(data_dir(directory)).envs(environment.iter().cloned());
        let report = output(&mut verify).unwrap();
        let lines = |what: &str| report.lines().filter(|line| line.contains(what)).count();
        assert_eq!(lines(": as the log says"), TOPICS.len(), "{report}");
        assert_eq!(lines(" 0 lost, 0 told otherwise"), 3, "{report}");
    }

    /// Asks the server of a directory, or its log, and holds the answers to those of a city that never died.
    pub(crate) fn check_answers(&self, directory: &Path) {
        for (question, expected) in QUESTIONS.iter().zip(&self.answers) {
            let found = with_data(directory, &["sql", question, "--format", "csv"]);
            assert!(expected.lines().count() > 1, "{question}: {expected}");
            let (found_lines, expected_lines) = (found.lines().count(), expected.lines().count());
            assert!(&found == expected, "{question}: {found_lines} and {expected_lines} lines");
        }
    }
}

/// A way into the topics of a broker, which are made if they are not there.
pub(crate) fn sink(brokers: &str) -> KafkaSink {
    let config = KafkaConfig {
        brokers: brokers.to_owned(),
        ..KafkaConfig::default()
    };
    ensure_topics(&config, &TOPICS.map(TopicSpec::new)).unwrap();
    KafkaSink::connect(&config).unwrap()
}

/// Runs a command on the data of a directory; it must end with 0.
pub(crate) fn with_data(directory: &Path, arguments: &[&str]) -> String {
    output(program().args(arguments).arg("--data-dir").arg(data_dir(directory))).unwrap()
}
