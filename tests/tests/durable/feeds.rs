//! A simulated city as logs, what one that never died says of them, and what two cities must agree on.

use std::io;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;
use tanggap_connectors::kafka::{KafkaConfig, KafkaSink, TopicSpec, ensure_topics};
use tanggap_tests::harness::program::program;
use tanggap_tests::harness::served::{config_file, data_dir, output};

pub(crate) const TOPICS: [&str; 5] = ["qlue.reports", "crm.status", "waze.feed", "twitter.tweets", "gauge.levels"];

/// Topics of what lanes tell.
pub(crate) const OUTPUT_TOPICS: usize = 5;
/// What `verify` says of a lane that is right.
pub(crate) const AS_THE_LOG_SAYS: &str = ": as the log says";
/// What `verify` says of an output topic that is right.
pub(crate) const ALL_TOLD: &str = " 0 lost, 0 told otherwise";

/// What two cities must agree on, to the last row.
pub(crate) const QUESTIONS: [&str; 8] = [
    "SELECT pane, cell, kelurahan, category, channel, sum(n) AS n FROM panes GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5",
    "SELECT id, channel, \"offset\", event_time, cell, kelurahan, category, kind, reporter, unit, late, duty_post FROM reports ORDER BY 2, 3",
    "SELECT id, report_channel, \"offset\", time, status, unit, rating, close_reason, before_photo, before_look, after_photo, after_look, \
     after_taken_at, other FROM transitions WHERE lane LIKE 'crm%' ORDER BY 3, 4, 5",
    "SELECT id, report_channel, \"offset\", time, status, unit FROM transitions WHERE lane NOT LIKE 'crm%' ORDER BY 2, 3, 4, 5",
    "SELECT id, channel, unit_code, rule, reason_id, second_unit FROM routes ORDER BY 1, 2, 3, 4",
    "SELECT id, time, level_cm FROM levels ORDER BY 1, 2, 3",
    "SELECT id, class, first_seen, last_seen, array_to_string(cells, ' '), speed_kmh, delay_s, on_the_road FROM traffic ORDER BY 1, 2, 3",
    "SELECT channel, fate, class, reason, sum(n), sum(\"offset\"), min(seq), max(watermark), sum((longitude_deg * 10000000)::bigint) FROM events \
     GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4",
];

/// The logs of a city, and what is true of them.
pub(crate) struct Feeds {
    /// Lines by topic.
    pub(crate) logs: Vec<(&'static str, Vec<u8>)>,
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
        Self::of_lines(directory, seed, 20_000)
    }

    /// Simulates a city of so many lines, in a day or less however many they are: nothing is forgotten meanwhile.
    pub(crate) fn of_lines(directory: &Path, seed: &str, lines: u64) -> Self {
        let feeds = directory.join("feeds");
        let mut simulate = program();
        simulate.args(["simulate", "--seed", seed, "--duration", "20h", "--events"]);
        output(simulate.arg(lines.to_string()).arg("--out").arg(&feeds)).unwrap();
        let topics: Vec<String> = TOPICS
            .iter()
            .map(|topic| format!("--topic={topic}={}", feeds.join(format!("{topic}.ndjson")).display()))
            .collect();
        let answer = |question: &&str| output(program().args(["sql", question, "--format", "csv"]).args(&topics)).unwrap();
        let answers = QUESTIONS.iter().map(answer).collect();
        let out = directory.join("replayed");
        output(program().arg("replay").arg("--out").arg(&out).args(&topics)).unwrap();
        let accounting: Value = serde_json::from_slice(&std::fs::read(out.join("accounting.json")).unwrap()).unwrap();
        let of_lanes = accounting["lanes"].as_object().unwrap();
        let sum = |counter: &str| of_lanes.values().map(|lane| lane[counter].as_u64().unwrap()).sum();
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
        let report = Self::verify(directory, environment).unwrap();
        let lines = |what: &str| report.lines().filter(|line| line.contains(what)).count();
        assert_eq!(lines(AS_THE_LOG_SAYS), TOPICS.len(), "{report}");
        assert_eq!(lines(ALL_TOLD), OUTPUT_TOPICS, "{report}");
    }

    /// What `verify` says of a directory's last server; an error if anything differs.
    pub(crate) fn verify(directory: &Path, environment: &[(String, String)]) -> io::Result<String> {
        let mut verify = program();
        verify.arg("verify").arg("--config").arg(config_file(directory));
        verify.arg("--data-dir").arg(data_dir(directory)).envs(environment.iter().cloned());
        output(&mut verify)
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
