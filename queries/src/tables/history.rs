//! The tables of history as `DataFusion` scans them: Parquet files of an object store, as they were at one instant.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use datafusion::arrow::array::{Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::TableProvider;
use datafusion::common::Result;
use datafusion::datasource::MemTable;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl};
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::object_store::ObjectStore;
use datafusion::prelude::SessionContext;
use tanggap_engine::event::schema;

use super::CitySnapshot;

/// A table of history at one instant.
#[derive(Clone, Debug)]
pub struct HistoricTable {
    /// Its name.
    pub name: &'static str,
    /// Its columns.
    pub columns: SchemaRef,
    /// Its files, as paths in the store.
    pub files: Vec<String>,
    /// How far it has each lane: running numbers of events, or the newest sight in µs for traffic.
    pub through: BTreeMap<String, i64>,
}

/// History at one instant.
#[derive(Clone)]
pub struct History {
    /// Where its files are.
    pub store: Arc<dyn ObjectStore>,
    /// Its tables: `events`, `transitions`, `traffic`, `panes` and `lanes`.
    pub tables: Vec<HistoricTable>,
}

impl fmt::Debug for History {
    // A store may know keys.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("History").field("tables", &self.tables).finish_non_exhaustive()
    }
}

/// Where a session finds the files.
const STORE: &str = "history://city/";

impl History {
    /// Makes its tables known to a session as `history_<name>`.
    ///
    /// # Errors
    /// `DataFusion` does not take them.
    pub(crate) fn register(&self, session: &SessionContext) -> Result<()> {
        session.register_object_store(ObjectStoreUrl::parse(STORE)?.as_ref(), Arc::clone(&self.store));
        for table in &self.tables {
            session.register_table(format!("history_{}", table.name), table.provider()?)?;
        }
        Ok(())
    }

    /// How far a table has a lane.
    fn through(&self, table: &str, lane: &str) -> i64 {
        let table = self.tables.iter().find(|historic| historic.name == table);
        let through = table.and_then(|table| table.through.get(lane));
        through.copied().unwrap_or(i64::MIN)
    }
}

impl HistoricTable {
    fn provider(&self) -> Result<Arc<dyn TableProvider>> {
        if self.files.is_empty() {
            return Ok(Arc::new(MemTable::try_new(Arc::clone(&self.columns), vec![vec![]])?));
        }
        let files: Result<Vec<_>> = self
            .files
            .iter()
            .map(|file| ListingTableUrl::parse(format!("{STORE}{file}")))
            .collect();
        let format = ListingOptions::new(Arc::new(ParquetFormat::default())).with_file_extension(".parquet");
        let config = ListingTableConfig::new_with_multi_paths(files?)
            .with_listing_options(format)
            .with_schema(Arc::clone(&self.columns));
        Ok(Arc::new(ListingTable::try_new(config)?))
    }
}

/// Where history ends and lanes begin, one row a lane of the snapshot: `lanes_now(lane, events_through, panes_through, traffic_through,
/// signals_from, panes_from)`.
///
/// # Errors
/// Never in practice.
pub(crate) fn lanes_now(snapshot: &CitySnapshot, history: &History) -> Result<RecordBatch> {
    let lanes: Vec<_> = snapshot.lanes.values().collect();
    let numbers = |of: &dyn Fn(&str) -> i64| lanes.iter().map(|lane| Some(of(&lane.lane))).collect::<Int64Array>();
    // Times that no calendar has are earlier than all that has been.
    let time = |time: i64| time.max(-62_135_596_800_000_000);
    let times = |of: Vec<i64>| TimestampMicrosecondArray::from_iter_values(of.into_iter().map(time)).with_data_type(schema::time_type());
    let names: StringArray = lanes.iter().map(|lane| Some(lane.lane.as_str())).collect();
    let traffic = lanes.iter().map(|lane| history.through("traffic", &lane.lane)).collect();
    Ok(RecordBatch::try_from_iter([
        ("lane", Arc::new(names) as _),
        ("events_through", Arc::new(numbers(&|lane| history.through("events", lane))) as _),
        ("panes_through", Arc::new(numbers(&|lane| history.through("panes", lane))) as _),
        ("traffic_through", Arc::new(times(traffic)) as _),
        (
            "signals_from",
            Arc::new(times(lanes.iter().map(|lane| lane.signals_from).collect())) as _,
        ),
        (
            "panes_from",
            Arc::new(times(lanes.iter().map(|lane| lane.panes_from).collect())) as _,
        ),
    ])?)
}
