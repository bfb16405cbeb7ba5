//! The program over the same feeds with and without duty reports: what citizens' reports come to differs by no byte.

use std::fmt::Write;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

fn tanggap(arguments: &[&str]) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tanggap"));
    // What the test runner sets would be taken for settings.
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("TANGGAP_")) {
        command.env_remove(name);
    }
    let output = command.args(arguments).output().unwrap();
    assert!(
        output.status.success(),
        "{arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// The feed with a duty report after every report, of the same instant and place, and how many there are. Lines that
/// bring no later time leave the watermark where it is, so that nothing else of the feed becomes late by them.
fn with_duty(reports: &str) -> (String, usize) {
    let (mut both, mut added) = (String::new(), 0);
    for line in reports.lines() {
        writeln!(both, "{line}").unwrap();
        let Ok(Value::Object(mut report)) = serde_json::from_str::<Value>(line) else {
            continue;
        };
        if !report.contains_key("post_id") && !report.contains_key("id") {
            continue;
        }
        report.insert("post_id".to_owned(), (900_000_000 + added).into());
        report.insert("kind".to_owned(), "duty".into());
        report.insert("rt".to_owned(), (1 + added % 12).into());
        report.insert("rw".to_owned(), 5.into());
        writeln!(both, "{}", Value::Object(report)).unwrap();
        added += 1;
    }
    (both, added)
}

/// The log with a verdict after every transition, of the same instant.
fn with_verdicts(log: &str, reports: usize) -> String {
    let mut both = String::new();
    for (number, line) in log.lines().enumerate() {
        writeln!(both, "{line}").unwrap();
        let Ok(Value::Object(mut change)) = serde_json::from_str::<Value>(line) else {
            continue;
        };
        if !change.contains_key("report_id") || !change.contains_key("status") {
            continue;
        }
        change.insert("report_id".to_owned(), (900_000_000 + number % reports).to_string().into());
        let status = if number.is_multiple_of(5) { "closed_no_action" } else { "verified" };
        change.insert("status".to_owned(), status.into());
        writeln!(both, "{}", Value::Object(change)).unwrap();
    }
    both
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn applied(out: &Path) -> u64 {
    let accounting: Value = serde_json::from_slice(&std::fs::read(out.join("accounting.json")).unwrap()).unwrap();
    accounting["lanes"]["qlue.reports"]["applied"].as_u64().unwrap()
}

#[test]
fn duty_reports_change_no_byte_of_what_replay_writes_of_the_city() {
    let dir = tempfile::tempdir().unwrap();
    let feeds = dir.path().join("feeds");
    tanggap(&[
        "simulate",
        "--seed",
        "903",
        "--duration",
        "30h",
        "--events",
        "6000",
        "--out",
        path(&feeds),
    ]);
    let read = |name: &str| std::fs::read_to_string(feeds.join(name)).unwrap();
    let (reports, added) = with_duty(&read("qlue.reports.ndjson"));
    assert!(added > 100, "{added}");
    std::fs::write(feeds.join("qlue.both.ndjson"), reports).unwrap();
    std::fs::write(feeds.join("crm.both.ndjson"), with_verdicts(&read("crm.status.ndjson"), added)).unwrap();
    let out = |name: &str, qlue: &str, crm: &str| {
        let out = dir.path().join(name);
        let lane = |topic: &str, file: &str| format!("{topic}={}", path(&feeds.join(file)));
        let lanes = [
            lane("qlue.reports", qlue),
            lane("crm.status", crm),
            lane("waze.feed", "waze.feed.ndjson"),
            lane("twitter.tweets", "twitter.tweets.ndjson"),
        ];
        let mut arguments = vec!["replay", "--out", path(&out)];
        for lane in &lanes {
            arguments.extend(["--topic", lane]);
        }
        tanggap(&arguments);
        out
    };
    let without = out("without", "qlue.reports.ndjson", "crm.status.ndjson");
    let with = out("with", "qlue.both.ndjson", "crm.both.ndjson");
    assert!(applied(&with) > applied(&without) + 100, "the duty reports came in");
    for file in ["windows.csv", "kelurahan.csv", "cases.csv", "rankings.csv", "routes.csv"] {
        let (before, after) = (std::fs::read(without.join(file)).unwrap(), std::fs::read(with.join(file)).unwrap());
        assert!(before.split(|byte| *byte == b'\n').count() > 2, "{file} holds rows");
        assert!(before == after, "{file} differs");
    }
}
