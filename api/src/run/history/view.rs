//! History as readers see it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use datafusion::object_store::memory::InMemory;
use tanggap_connectors::history::{DeltaHistory, HistoryError, HistoryTable};
use tanggap_queries::tables::{HistoricTable, History};

/// The files of history as they are now, and how far each table has these lanes.
///
/// # Errors
/// The log cannot be read.
pub(in crate::run) fn view_of(history: &DeltaHistory, lanes: &BTreeSet<String>) -> Result<History, HistoryError> {
    let table = |table: HistoryTable| -> Result<HistoricTable, HistoryError> {
        let mut through = BTreeMap::new();
        for lane in lanes {
            if let Some(at) = history.through(table, lane)? {
                through.insert(lane.clone(), at);
            }
        }
        Ok(HistoricTable {
            name: table.name(),
            columns: table.columns(),
            files: history.files(table)?.into_iter().map(|file| file.path).collect(),
            through,
        })
    };
    Ok(History {
        store: history.store(),
        tables: HistoryTable::ALL.into_iter().map(table).collect::<Result<_, _>>()?,
    })
}

/// The history of lanes that have none: all of it waits in them.
pub(in crate::run) fn no_history() -> History {
    let table = |table: HistoryTable| HistoricTable {
        name: table.name(),
        columns: table.columns(),
        files: Vec::new(),
        through: BTreeMap::new(),
    };
    History {
        store: Arc::new(InMemory::new()),
        tables: HistoryTable::ALL.into_iter().map(table).collect(),
    }
}
