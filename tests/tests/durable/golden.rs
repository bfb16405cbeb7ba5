//! Data directories as earlier versions wrote them: each stays readable, to the last counter.

use std::path::Path;

use datafusion::arrow::array::{Array, RecordBatch};
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

#[test]
fn a_directory_of_format_1_is_read() {
    let store = DurableLocal::new(Path::new("tests/durable/golden/format-1"));
    assert_eq!(lanes(&store).unwrap(), FORMAT_1.map(|lane| lane.0));
    for (name, channel, next_offset, events, tables) in FORMAT_1 {
        let recovered = read_lane(&store, name, None).unwrap().unwrap();
        assert_eq!(
            (recovered.manifest.format, recovered.manifest.next_offset),
            (1, next_offset),
            "{name}"
        );
        assert_eq!(recovered.manifest.state.accounting.received, events, "{name}");
        let rows = |batches: &[RecordBatch]| batches.iter().map(RecordBatch::num_rows).sum();
        let found: Vec<(&str, usize)> = recovered
            .tables
            .iter()
            .map(|(table, batches)| (table.as_str(), rows(batches)))
            .collect();
        assert_eq!(found, tables, "{name}");
        for (table, now) in [
            ("cases", &schema::REPORTS),
            ("signals", &schema::REPORTS),
            ("transitions", &schema::TRANSITIONS),
        ] {
            for rows in recovered.tables.get(table).into_iter().flatten() {
                assert_eq!(rows.schema_ref(), &**now, "{name}: {table}");
                let added: Vec<_> = schema::ADDED.iter().filter_map(|column| rows.column_by_name(column)).collect();
                assert!(!added.is_empty() && added.iter().all(|column| column.null_count() == rows.num_rows()));
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
