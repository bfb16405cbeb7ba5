//! The binary over files, as a user runs it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on may panic")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

fn tanggap(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tanggap"));
    // What the test runner sets would be taken for settings.
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("TANGGAP_")) {
        command.env_remove(name);
    }
    command.args(arguments).output().unwrap()
}

fn succeed(arguments: &[&str]) -> Output {
    let output = tanggap(arguments);
    assert!(
        output.status.success(),
        "{arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn accounting(out: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(out.join("accounting.json")).unwrap()).unwrap()
}

/// `in` of a lane, after checking that everything that came in is somewhere.
fn balanced(name: &str, lane: &Value) -> u64 {
    let count = |field: &str| lane[field].as_u64().unwrap();
    let parts = ["applied", "updated", "duplicate", "late", "rejected", "gap"];
    let sum: u64 = parts.into_iter().map(count).sum();
    assert_eq!(count("in"), sum, "{name}: {lane}");
    count("in")
}

/// The shared data, if it is there; in CI it must be.
#[expect(clippy::print_stdout, reason = "a skipped test must say so")]
fn data() -> Option<PathBuf> {
    let default = Path::new("../../shared/data").to_owned();
    let data = std::env::var_os("TANGGAP_DATA").map_or(default, PathBuf::from);
    if data.is_dir() {
        return Some(data);
    }
    assert!(std::env::var_os("CI").is_none(), "TANGGAP_DATA is not there: {}", data.display());
    println!("NOT RUN: the real data is not there ({}); set TANGGAP_DATA", data.display());
    None
}

#[test]
fn what_comes_out_depends_on_the_log_and_not_on_the_batches() {
    let dir = tempfile::tempdir().unwrap();
    let feeds = dir.path().join("feeds");
    succeed(&[
        "simulate",
        "--seed",
        "11",
        "--duration",
        "40h",
        "--events",
        "12000",
        "--out",
        text(&feeds),
    ]);
    let topics = ["qlue.reports", "crm.status", "waze.feed", "twitter.tweets", "gauge.levels"];
    let logs: Vec<String> = topics
        .iter()
        .map(|topic| format!("{topic}={}", text(&feeds.join(format!("{topic}.ndjson")))))
        .collect();
    let mut outs = Vec::new();
    for rows in [1, 100, 8_192] {
        let out = dir.path().join(format!("out-{rows}"));
        let config = dir.path().join(format!("{rows}.toml"));
        std::fs::write(&config, format!("[lanes]\nbatch_rows = {rows}\n")).unwrap();
        let mut arguments = vec!["replay", "--out", text(&out), "--config", text(&config)];
        for log in &logs {
            arguments.extend(["--topic", log]);
        }
        succeed(&arguments);
        outs.push(out);
    }
    for file in [
        "windows.csv",
        "kelurahan.csv",
        "cases.csv",
        "rankings.csv",
        "routes.csv",
        "dead-letters.qlue.reports.ndjson",
    ] {
        let first = std::fs::read(outs[0].join(file)).unwrap();
        assert!(first.split(|byte| *byte == b'\n').count() > 2, "{file} holds rows");
        for other in &outs[1..] {
            assert!(
                first == std::fs::read(other.join(file)).unwrap(),
                "{file} differs with the batch size"
            );
        }
    }
    let whole = accounting(&outs[0]);
    for (topic, log) in topics.iter().zip(&logs) {
        let lines = std::fs::read_to_string(log.split_once('=').unwrap().1).unwrap().lines().count() as u64;
        assert_eq!(balanced(topic, &whole["lanes"][topic]), lines, "{topic}: every line is an event");
        assert_eq!(whole["lanes"][topic], accounting(&outs[2])["lanes"][topic]);
    }
    let qlue = &whole["lanes"]["qlue.reports"];
    for field in ["updated", "duplicate", "late", "rejected", "unlocated"] {
        assert!(qlue[field].as_u64().unwrap() > 0, "the simulated faults reach {field}: {qlue}");
    }
}

#[test]
fn the_real_feeds_go_through_and_add_up() {
    let Some(data) = data() else { return };
    let dir = tempfile::tempdir().unwrap();
    let waze = dir.path().join("waze.ndjson");
    let document: Value = serde_json::from_slice(&std::fs::read(data.join("feeds/waze_ccp_jakarta_2017-05-03.json")).unwrap()).unwrap();
    std::fs::write(&waze, format!("{document}\n")).unwrap();
    let logs = [
        format!("waze.feed={}", text(&waze)),
        format!("twitter.tweets={}", text(&data.join("feeds/twitter_v2_filtered_stream.jsonl"))),
        format!(
            "reports.surabaya={}",
            text(&data.join("complaints/wargaku_surabaya_2022_2023.csv.gz"))
        ),
    ];
    let out = dir.path().join("out");
    let territory = data.join("boundaries/kelurahan_dki_267.geojson");
    let mut arguments = vec!["replay", "--out", text(&out), "--territory", text(&territory)];
    for log in &logs {
        arguments.extend(["--topic", log]);
    }
    succeed(&arguments);
    let whole = accounting(&out);
    let lane = |name: &str| balanced(name, &whole["lanes"][name]);
    assert_eq!(lane("waze.feed"), 285 + 965 + 37, "every object of the document is an event");
    assert_eq!(lane("twitter.tweets"), 7);
    // A complaint with an answer is two events: the report and the transition.
    let surabaya = lane("reports.surabaya");
    assert!((10_024..=20_048).contains(&surabaya), "{surabaya}");
    let rejected = &whole["lanes"]["reports.surabaya"]["rejected_by"];
    assert!(
        rejected["no_event_time"].as_u64().unwrap_or(0) <= 794,
        "794 rows lack a time: {rejected}"
    );
}

#[test]
fn what_is_wrong_is_said_with_the_way_out() {
    let dir = tempfile::tempdir().unwrap();
    let out = text(dir.path()).to_owned();
    let wrong: [(&[&str], i32, &str); 5] = [
        (&["replay", "--out", &out], 2, "--topic"),
        (&["replay", "--topic", "qlue.reports", "--out", &out], 2, "NAME=FILE"),
        (&["replay", "--topic", "nobody.knows=x", "--out", &out], 1, "nobody.knows"),
        (
            &["replay", "--topic", "qlue.reports=/no/such/file", "--out", &out],
            1,
            "/no/such/file",
        ),
        (&["simulate", "--seed", "1"], 1, "--out"),
    ];
    for (arguments, code, says) in wrong {
        let output = tanggap(arguments);
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {error}");
        assert!(error.contains(says), "{arguments:?}: {error}");
    }
}

/// Labelled sentences of our own: three labels, twelve places.
fn labelled() -> String {
    let mut csv = "nomor,isi,dinas\n".to_owned();
    let places = [
        "rumah", "sekolah", "pasar", "masjid", "kantor", "taman", "halte", "gang", "pos", "kali", "rel", "tol",
    ];
    for (number, place) in places.iter().enumerate() {
        writeln!(csv, "{number},\"banjir, air masuk dekat {place}\",SDA").unwrap();
        writeln!(csv, "{number},lampu jalan mati dekat {place},Bina Marga").unwrap();
        writeln!(csv, "{number},sampah menumpuk bau dekat {place},LH").unwrap();
    }
    csv.push_str("99,tanpa dinas,\n");
    csv
}

#[test]
fn a_model_of_ones_own_is_trained_to_the_same_bytes_and_classifies() {
    let dir = tempfile::tempdir().unwrap();
    let (csv, model, again) = (dir.path().join("a.csv"), dir.path().join("a.model"), dir.path().join("b.model"));
    std::fs::write(&csv, labelled()).unwrap();
    for out in [&model, &again] {
        let output = succeed(&["train", text(&csv), "--text", "isi", "--label", "dinas", "--out", text(out)]);
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(
            said.contains("texts               36") && said.contains("rows left out       1"),
            "{said}"
        );
    }
    assert!(
        std::fs::read(&model).unwrap() == std::fs::read(&again).unwrap(),
        "the same file gives the same bytes"
    );

    let output = succeed(&["classify", text(&csv), "--text", "isi", "--model", text(&model)]);
    let mut reader = csv::Reader::from_reader(output.stdout.as_slice());
    let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    assert_eq!(header, ["nomor", "isi", "dinas", "label", "probability", "abstained", "words"]);
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 37, "every row comes out");
    for row in &rows[..36] {
        assert_eq!(&row[2], &row[3], "{row:?}");
        assert!(row[4].parse::<f64>().unwrap() > 0.5, "{row:?}");
        assert!(
            row[1].contains(row[6].split(' ').next().unwrap()),
            "its words are in the text: {row:?}"
        );
    }
}

#[test]
fn the_shipped_model_and_the_places_answer_beside_the_text() {
    let dir = tempfile::tempdir().unwrap();
    let csv = dir.path().join("a.csv");
    let texts = "text,label\n\"Lampu jalan mati di kel. Bukit Duri, gelap sekali\",a\n\"selamat pagi semuanya, semangat ya\",b\n,c\n";
    std::fs::write(&csv, texts).unwrap();
    let output = succeed(&["classify", text(&csv), "--text", "text", "--places"]);
    let mut reader = csv::Reader::from_reader(output.stdout.as_slice());
    let header = reader.headers().unwrap().clone();
    assert_eq!(header.iter().nth(2), Some("model_label"), "{header:?}");
    assert_eq!(header.iter().nth(6), Some("complaint_probability"), "{header:?}");
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(&rows[0][2], "complaint/penerangan_jalan");
    assert!(rows[0][6].parse::<f64>().unwrap() > 0.5, "{:?}", rows[0]);
    assert_eq!((&rows[0][7], &rows[0][8]), ("kelurahan", "31.74.01.1005"));
    assert!(rows[1][2].starts_with("none/"), "{:?}", rows[1]);
    assert_eq!(
        (&rows[2][4], &rows[2][5], &rows[2][7]),
        ("true", "", "none"),
        "no text: a person should look"
    );
}

#[test]
fn tweets_are_read_where_the_configuration_says_so_and_nowhere_else() {
    let dir = tempfile::tempdir().unwrap();
    let (config, tweets) = (dir.path().join("tanggap.toml"), dir.path().join("tweets.ndjson"));
    std::fs::write(&config, "[text]\nchannels = [\"twitter\"]\n").unwrap();
    let said = "sampah menumpuk di kelurahan Bukit Duri sudah seminggu belum diangkut, bau";
    let tweet = |id: u32, text: &str, rest: &str| {
        format!(r#"{{"data":{{"id":"{id}","created_at":"2024-05-01T00:0{id}:00Z","author_id":"{id}","text":"{text}"{rest}}}}}"#)
    };
    let point = r#","geo":{"coordinates":{"type":"Point","coordinates":[106.8317,-6.1771]}}"#;
    let lines = [
        tweet(1, said, ""),
        tweet(2, said, point),
        tweet(3, &format!("RT @warga: {said}"), ""),
        tweet(4, "sampaikan pengaduan layanan publik melalui SP4N LAPOR", ""),
    ];
    std::fs::write(&tweets, lines.join("\n")).unwrap();
    let topic = format!("twitter.tweets={}", text(&tweets));
    let run = |name: &str, more: &[&str]| {
        let out = dir.path().join(name);
        let mut arguments = vec!["replay", "--topic", &topic, "--out", text(&out)];
        arguments.extend_from_slice(more);
        succeed(&arguments);
        let of = |file: &str, columns: &[&str]| -> Vec<Vec<String>> {
            let mut reader = csv::Reader::from_path(out.join(file)).unwrap();
            let header = reader.headers().unwrap().clone();
            let places = columns.iter().map(|column| header.iter().position(|name| name == *column).unwrap());
            let places: Vec<usize> = places.collect();
            let row = |row: csv::StringRecord| -> Vec<String> { places.iter().map(|place| row[*place].to_owned()).collect() };
            reader.records().map(|record| row(record.unwrap())).collect()
        };
        let categories: std::collections::BTreeSet<String> = of("windows.csv", &["category"]).into_iter().flatten().collect();
        let kelurahan: std::collections::BTreeSet<String> = of("kelurahan.csv", &["kelurahan"]).into_iter().flatten().collect();
        (of("cases.csv", &["id", "category", "kelurahan"]), categories, kelurahan)
    };
    let (cases, categories, kelurahan) = run("unread", &[]);
    assert_eq!((cases.len(), categories), (0, ["lainnya".to_owned()].into()));
    let (cases, categories, counted) = run("read", &["--config", text(&config)]);
    assert_eq!(cases[0], ["1", "sampah", "31.74.01.1005"], "by its name");
    assert_eq!(cases[1][..2], ["2", "sampah"]);
    assert_ne!(cases[1][2], "31.74.01.1005", "the point wins");
    assert_eq!((cases.len(), categories), (2, ["sampah".to_owned()].into()));
    assert_eq!(counted, kelurahan, "a name is counted in no window");
}

#[test]
fn what_cannot_be_trained_or_classified_is_said_with_the_way_out() {
    let dir = tempfile::tempdir().unwrap();
    let (good, short, damaged) = (dir.path().join("a.csv"), dir.path().join("b.csv"), dir.path().join("c.model"));
    std::fs::write(&good, labelled()).unwrap();
    std::fs::write(&short, "isi,dinas\nsatu,a\ndua,b\n").unwrap();
    std::fs::write(&damaged, "isi,dinas\n").unwrap();
    let (good, short, damaged, out) = (text(&good), text(&short), text(&damaged), text(dir.path()).to_owned() + "/m");
    let wrong: [(&[&str], i32, &str); 6] = [
        (
            &["train", good, "--text", "text", "--label", "dinas", "--out", &out],
            1,
            "nomor, isi, dinas",
        ),
        (
            &["train", short, "--text", "isi", "--label", "dinas", "--out", &out],
            1,
            "at least 6",
        ),
        (&["train", good, "--text", "isi", "--out", &out], 2, "--label"),
        (
            &[
                "train",
                good,
                "--text",
                "isi",
                "--label",
                "dinas",
                "--out",
                &out,
                "--precision",
                "1.5",
            ],
            2,
            "up to 1",
        ),
        (&["classify", good, "--text", "isi", "--model", damaged], 1, "tanggap train"),
        (&["classify", "/no/such.csv", "--text", "isi"], 1, "/no/such.csv"),
    ];
    for (arguments, code, says) in wrong {
        let output = tanggap(arguments);
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {error}");
        assert!(error.contains(says), "{arguments:?}: {error}");
    }
}
