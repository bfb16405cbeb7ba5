//! Few files and no litter: small files of a day are put together, and what no version names is removed.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use deltalake_core::kernel::Action;
use deltalake_core::operations::vacuum::VacuumMode;
use deltalake_core::protocol::DeltaOperation;
use deltalake_core::{DeltaTable, checkpoints};
use futures::StreamExt as _;
use object_store::ObjectStoreExt as _;

use super::{DeltaHistory, HistoryFile, failed, wrong};
use crate::history::part::newest_of_each_lane;
use crate::history::{HistoryError, HistoryTable};
use crate::store::DRAFT;

/// Files below this are put together with others of their day, bytes.
const SMALL: u64 = 4 << 20;
/// So many small files of a day that is not over are enough to put together.
const MANY: usize = 24;
/// Files are put together up to about this size, bytes: in memory their rows take some twenty times as much, once.
const LARGE: u64 = 16 << 20;

/// Whoever has not written an entry of the log to its end by then will not.
const WRITTEN_BY_THEN: Duration = Duration::from_hours(48);

impl DeltaHistory {
    /// Puts together small files of one day of a table, if it is time; gives how many. Days that are over are left with few files.
    ///
    /// # Errors
    /// [`HistoryError::Moved`] if another process was faster, else what failed.
    pub fn compact(&mut self, table: HistoryTable) -> Result<usize, HistoryError> {
        let files = self.files(table)?;
        let newest = files.last().and_then(|file| file.date.clone());
        let mut by_date: BTreeMap<&Option<String>, Vec<&HistoryFile>> = BTreeMap::new();
        for file in files.iter().filter(|file| file.size < SMALL) {
            by_date.entry(&file.date).or_default().push(file);
        }
        let due = by_date
            .into_iter()
            .find(|(date, small)| small.len() >= if **date == newest { MANY } else { 2 });
        let Some((date, small)) = due else { return Ok(0) };
        let mut bytes = 0;
        let taken: Vec<HistoryFile> = small
            .into_iter()
            .take_while(|file| {
                bytes += file.size;
                bytes <= LARGE
            })
            .cloned()
            .collect();
        let rows = self.ordered(table, &taken)?;
        let date = date.as_deref();
        // Where a lane stood before is of no use once it is known where it stands.
        let superseded = table == HistoryTable::Lanes;
        let file = if superseded {
            self.put(table, date, [Ok(newest_of_each_lane(&rows.whole()?)?)], superseded)?
        } else {
            self.put(table, date, rows.chunks(), superseded)?
        };
        let mut actions = vec![Action::Add(file)];
        if let Some(Ok(state)) = self.tables.get(&table).map(DeltaTable::snapshot) {
            let folder = self.root.clone().join(table.name());
            let log = state.log_data();
            let gone = log.iter().filter(|file| {
                let path = format!("{folder}/{}", file.path());
                taken.iter().any(|taken| taken.path == path)
            });
            actions.extend(gone.map(|file| Action::Remove(file.remove_action(superseded))));
        }
        let operation = DeltaOperation::Optimize {
            predicate: None,
            target_size: i64::try_from(LARGE).unwrap_or(i64::MAX),
        };
        self.commit(table, actions, Vec::new(), operation)?;
        Ok(taken.len())
    }

    /// Removes files that no version of the last days names, and old entries of the log. Gives how many files.
    ///
    /// # Errors
    /// The store fails.
    pub fn vacuum(&mut self, table: HistoryTable) -> Result<usize, HistoryError> {
        let Some(delta) = self.tables.get(&table).filter(|delta| delta.snapshot().is_ok()) else {
            return Ok(0);
        };
        self.sweep(table)?;
        let vacuum = delta.clone().vacuum().with_mode(VacuumMode::Full);
        let (delta, metrics) = self
            .runtime
            .block_on(async {
                let (delta, metrics) = vacuum.await?;
                checkpoints::cleanup_metadata(&delta, None).await?;
                Ok((delta, metrics))
            })
            .map_err(failed(table))?;
        self.tables.insert(table, delta);
        Ok(metrics.files_deleted.len())
    }

    /// Removes what processes were writing to a table's log when they died; of other folders a vacuum does it.
    fn sweep(&self, table: HistoryTable) -> Result<(), HistoryError> {
        let log = self.root.clone().join(table.name()).join("_delta_log");
        let swept = self.runtime.block_on(async {
            let mut files = self.store.list(Some(&log));
            while let Some(file) = files.next().await.transpose()? {
                let draft = file.location.filename().is_some_and(|name| name.starts_with(DRAFT));
                let age = SystemTime::now().duration_since(file.last_modified.into()).unwrap_or_default();
                if draft && age > WRITTEN_BY_THEN {
                    self.store.delete(&file.location).await?;
                }
            }
            Ok::<_, object_store::Error>(())
        });
        swept.map_err(wrong(table))
    }
}
