//! A file of rows: written once, gone on with after a stop, and refused when it is another.

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use flate2::Compression;
use flate2::write::GzEncoder;
use tanggap_connectors::bridge::{BridgeError, CsvConfig, CsvFile, Stop};
use tanggap_connectors::decode::DecodeConfig;
use tempfile::TempDir;

use super::support::{Letterbox, TestClock, parts};

const ROWS: &str = "tracking_id,tanggal,kategori\n1,2026-01-15,Banjir\n2,2026-01-15,\"Jalan, rusak\"\n3,2026-01-15,\n4,2026-01-16,Banjir\n5,2026-01-16,Banjir\n";

struct Bench {
    clock: Arc<TestClock>,
    outlet: Letterbox,
    state: TempDir,
    config: CsvConfig,
}

impl Bench {
    fn new(name: &str, bytes: &[u8], stop_after: usize) -> Self {
        let state = tempfile::tempdir().unwrap();
        let file = state.path().join(name);
        std::fs::write(&file, bytes).unwrap();
        Self {
            clock: TestClock::new(stop_after),
            outlet: Letterbox::default(),
            state,
            config: CsvConfig {
                file,
                channel: "lapor".to_owned(),
                key: None,
                delimiter: b',',
                rate: 2,
            },
        }
    }

    fn import(&self) -> Result<CsvFile, BridgeError> {
        let parts = parts(&self.outlet, &self.clock, self.state.path());
        CsvFile::new(&self.config, &DecodeConfig::default(), parts)
    }
}

#[test]
fn an_import_that_was_stopped_goes_on_after_the_last_row_that_is_safe() {
    let bench = Bench::new("rows.csv", ROWS.as_bytes(), 1);
    assert!(!bench.import().unwrap().run(&Stop::default()).unwrap());
    assert_eq!(bench.outlet.keys(), ["1", "2"], "a second's rows, and then it was told to stop");
    let mut bench = bench;
    bench.clock = TestClock::new(9);
    assert!(bench.import().unwrap().run(&Stop::default()).unwrap());
    assert_eq!(bench.outlet.keys(), ["1", "2", "3", "4", "5"]);
    let sent = bench.outlet.sent();
    assert_eq!(
        (sent[1].0.as_str(), sent[1].2.as_str()),
        (
            "reports.lapor",
            r#"{"tracking_id":"2","tanggal":"2026-01-15","kategori":"Jalan, rusak"}"#
        )
    );
    assert!(bench.import().unwrap().run(&Stop::default()).unwrap(), "nothing is left");
    assert_eq!(bench.outlet.keys().len(), 5);
}

#[test]
fn rows_that_kafka_does_not_take_are_not_taken_for_written() {
    let bench = Bench::new("rows.csv", ROWS.as_bytes(), 9);
    bench.outlet.refusals.store(1, std::sync::atomic::Ordering::SeqCst);
    let error = bench.import().unwrap().run(&Stop::default()).unwrap_err();
    assert!(matches!(error, BridgeError::Undelivered { messages: 2 }), "{error}");
    assert!(bench.import().unwrap().run(&Stop::default()).unwrap());
    assert_eq!(bench.outlet.keys(), ["1", "2", "3", "4", "5"]);
}

#[test]
fn a_file_that_has_changed_or_shrunk_is_not_gone_on_with() {
    for other in [
        ROWS.replace("Jalan", "Jembatan"),
        "tracking_id,tanggal,kategori\n1,2026-01-15,Banjir\n".to_owned(),
    ] {
        let bench = Bench::new("rows.csv", ROWS.as_bytes(), 1);
        bench.import().unwrap().run(&Stop::default()).unwrap();
        std::fs::write(&bench.config.file, other).unwrap();
        let error = bench.import().unwrap().run(&Stop::default()).unwrap_err();
        assert!(matches!(error, BridgeError::InputChanged { rows: 2, .. }), "{error}");
    }
}

#[test]
fn packed_files_other_letters_and_other_delimiters_are_read() {
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(b"\xef\xbb\xbfid;nomor\n1;caf\xe9\n").unwrap();
    let mut bench = Bench::new("rows.csv.gz", &packed.finish().unwrap(), 9);
    bench.config.delimiter = b';';
    bench.config.rate = 0;
    bench.config.key = Some("nomor".to_owned());
    assert!(bench.import().unwrap().run(&Stop::default()).unwrap());
    assert_eq!(bench.outlet.sent()[0].2, "{\"id\":\"1\",\"nomor\":\"caf\u{fffd}\"}");
    assert_eq!(bench.outlet.keys(), ["caf\u{fffd}"]);
}

#[test]
fn what_cannot_work_is_said_before_anything_is_written() {
    let mut bench = Bench::new("rows.csv", ROWS.as_bytes(), 9);
    bench.config.key = Some("nomor".to_owned());
    let error = bench.import().unwrap().run(&Stop::default()).unwrap_err();
    assert!(error.to_string().contains("tracking_id, tanggal, kategori"), "{error}");
    bench.config.file = PathBuf::from("nowhere.csv");
    assert!(matches!(
        bench.import().unwrap().run(&Stop::default()),
        Err(BridgeError::Input { .. })
    ));
    bench.config.channel = "nobody".to_owned();
    assert!(matches!(bench.import(), Err(BridgeError::Decode(_))));
    assert!(bench.outlet.sent().is_empty());
}
