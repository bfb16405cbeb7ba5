//! Data directories as earlier versions wrote them: each stays readable, to the last counter.
//!
//! Each was made by the program of its time: it served a broker that some lines of its simulated city were written to, and was killed after
//! the first epoch of each lane.

use std::path::Path;

use datafusion::arrow::array::{Array, RecordBatch};
use datafusion::arrow::datatypes::SchemaRef;
use tanggap_connectors::store::{DurableLocal, lanes, read_lane};
use tanggap_engine::event::schema;
use tanggap_engine::lane::{LaneSettings, LaneState};

/// Lane, channel, next offset, events, and rows by table.
type Lane = (&'static str, &'static str, i64, u64, &'static [(&'static str, usize)]);

const FORMAT_1: [Lane; 3] = [
    ("gauge.levels-0", "gauge", 40, 40, &[("levels", 38), ("seen", 38)]),
    (
        "qlue.reports-0",
        "qlue",
        41,
        41,
        &[
            ("cases", 33),
            ("dead_letters", 1),
            ("outbox", 34),
            ("panes", 35),
            ("routes", 33),
            ("seen", 40),
            ("signals", 6),
            ("transitions", 40),
        ],
    ),
    ("waze.feed-0", "waze", 40, 40, &[("seen", 38), ("traffic", 2)]),
];

const FORMAT_2: [Lane; 5] = [
    (
        "crm.status-0",
        "crm",
        33,
        33,
        &[("log", 33), ("outbox", 4), ("seen", 33), ("transitions", 33)],
    ),
    ("gauge.levels-0", "gauge", 40, 40, &[("levels", 38), ("log", 40), ("seen", 38)]),
    (
        "qlue.reports-0",
        "qlue",
        49,
        49,
        &[
            ("cases", 31),
            ("log", 49),
            ("outbox", 65),
            ("panes", 34),
            ("routes", 31),
            ("seen", 44),
            ("signals", 8),
            ("transitions", 44),
        ],
    ),
    (
        "twitter.tweets-0",
        "twitter",
        40,
        40,
        &[
            ("dead_letters", 1),
            ("log", 40),
            ("outbox", 33),
            ("panes", 33),
            ("seen", 37),
            ("signals", 36),
        ],
    ),
    (
        "waze.feed-0",
        "waze",
        40,
        40,
        &[
            ("log", 40),
            ("outbox", 1),
            ("over", 2),
            ("panes", 1),
            ("seen", 40),
            ("signals", 1),
            ("traffic", 1),
        ],
    ),
];

const FORMAT_3: [Lane; 5] = [
    (
        "crm.status-0",
        "crm",
        45,
        45,
        &[("log", 45), ("outbox", 44), ("seen", 44), ("transitions", 44)],
    ),
    ("gauge.levels-0", "gauge", 19, 19, &[("levels", 18), ("log", 19), ("seen", 18)]),
    (
        "qlue.reports-0",
        "qlue",
        78,
        78,
        &[
            ("cases", 67),
            ("log", 78),
            ("outbox", 135),
            ("panes", 71),
            ("routes", 67),
            ("seen", 77),
            ("signals", 8),
            ("transitions", 77),
        ],
    ),
    (
        "twitter.tweets-0",
        "twitter",
        20,
        20,
        &[
            ("cases", 14),
            ("log", 20),
            ("outbox", 30),
            ("panes", 18),
            ("routes", 14),
            ("seen", 20),
            ("signals", 6),
        ],
    ),
    (
        "waze.feed-0",
        "waze",
        78,
        78,
        &[("log", 78), ("over", 3), ("panes", 1), ("seen", 77), ("signals", 1), ("traffic", 5)],
    ),
];

/// The tables that have got columns since, with those of now.
fn grown() -> [(&'static str, &'static SchemaRef); 4] {
    [
        ("cases", &*schema::REPORTS),
        ("signals", &*schema::REPORTS),
        ("transitions", &*schema::TRANSITIONS),
        ("log", &*schema::LOG),
    ]
}

#[test]
fn a_directory_of_format_1_is_read() {
    // None of its tables has an added column.
    read(1, &FORMAT_1, |rows, column| column.null_count() == rows.num_rows());
}

#[test]
fn a_directory_of_format_2_is_read() {
    read(2, &FORMAT_2, |_, _| true);
    let store = DurableLocal::new(Path::new("tests/durable/golden/format-2"));
    let mut known = 0;
    for (name, ..) in FORMAT_2 {
        let tables = read_lane(&store, name, None).unwrap().unwrap().tables;
        for rows in ["transitions", "log"].iter().filter_map(|table| tables.get(*table)).flatten() {
            let others = rows.column_by_name(schema::OTHER).unwrap();
            assert_eq!(others.null_count(), rows.num_rows(), "{name}: no link was known then");
            known += rows.num_rows() - rows.column_by_name(schema::BEFORE_PHOTO).unwrap().null_count();
        }
    }
    // Twelve transitions show a photo from before the work, once in the table and once in the log.
    assert_eq!(known, 24);
}

#[test]
fn a_directory_of_format_3_is_read() {
    read(3, &FORMAT_3, |_, _| true);
    let store = DurableLocal::new(Path::new("tests/durable/golden/format-3"));
    for (name, ..) in FORMAT_3 {
        let tables = read_lane(&store, name, None).unwrap().unwrap().tables;
        for rows in ["cases", "signals", "log"].iter().filter_map(|table| tables.get(*table)).flatten() {
            for column in [schema::NAMED_KOTA, schema::TERMS] {
                let nulls = rows.column_by_name(column).unwrap().null_count();
                assert_eq!(nulls, rows.num_rows(), "{name}: no word was kept then");
            }
        }
    }
}

/// Reads every lane of a directory; `added` judges the rows and each column that they did not have in format 1.
fn read(format: u32, expected: &[Lane], added: impl Fn(&RecordBatch, &dyn Array) -> bool) {
    let folder = format!("tests/durable/golden/format-{format}");
    let store = DurableLocal::new(Path::new(&folder));
    let names: Vec<&str> = expected.iter().map(|lane| lane.0).collect();
    assert_eq!(lanes(&store).unwrap(), names);
    for (name, channel, next_offset, events, tables) in expected {
        let recovered = read_lane(&store, name, None).unwrap().unwrap();
        assert_eq!(
            (recovered.manifest.format, recovered.manifest.next_offset),
            (format, *next_offset),
            "{name}"
        );
        assert_eq!(recovered.manifest.state.accounting.received, *events, "{name}");
        let rows = |batches: &[RecordBatch]| batches.iter().map(RecordBatch::num_rows).sum();
        let found: Vec<(&str, usize)> = recovered
            .tables
            .iter()
            .map(|(table, batches)| (table.as_str(), rows(batches)))
            .collect();
        assert_eq!(found, *tables, "{name}");
        for (table, now) in grown() {
            for rows in recovered.tables.get(table).into_iter().flatten() {
                assert_eq!(rows.schema_ref(), now, "{name}: {table}");
                let columns: Vec<_> = schema::ADDED.iter().filter_map(|column| rows.column_by_name(column)).collect();
                assert!(!columns.is_empty() && columns.iter().all(|column| added(rows, column.as_ref())));
            }
        }
        let none = LaneState::new(channel, LaneSettings::default()).traffic();
        let traffic = recovered.tables.get("traffic").map_or(&none, |batches| &batches[0]);
        let state = LaneState::restore(
            channel,
            LaneSettings::default(),
            recovered.manifest.state,
            &recovered.tables["seen"],
            traffic,
        );
        assert!(state.unwrap().ids() > 0, "{name}");
    }
}
