//! The tables of history as Delta Lake keeps them. An append is one commit of all lanes' rows with one `txn` a lane, so who appends again
//! after a crash finds how far the lane was.
//!
//! A table that a former version made lacks columns. Its files stay as they are and are read with nulls; the next commit says that the
//! table has them (`columns.rs`).

mod columns;
#[cfg(test)]
mod tests;
mod upkeep;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::path::Path as Folder;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use arrow::array::{AsArray as _, RecordBatch};
use arrow::error::ArrowError;
use bytes::Bytes;
use deltalake_core::kernel::transaction::{CommitBuilder, CommitProperties, TransactionError};
use deltalake_core::kernel::{Action, Add, Transaction};
use deltalake_core::logstore::{StorageConfig, default_logstore, object_store};
use deltalake_core::operations::create::CreateBuilder;
use deltalake_core::protocol::{DeltaOperation, SaveMode};
use deltalake_core::{DeltaTable, DeltaTableError, TableProperty};
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{ObjectStore, ObjectStoreExt as _};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use tanggap_engine::event::completed;
use tokio::runtime::{Builder, Runtime};
use url::Url;

use self::columns::{delta_columns, grown, same_columns};
use super::file::File;
use super::ordered::Ordered;
use super::safe_store::safe_store;
use super::table::{DATE, LANE};
use super::{HistoryError, HistoryTable, Part};

/// A file of a table as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryFile {
    /// Its path in the store of the history.
    pub path: String,
    /// Local date of its folder.
    pub date: Option<String>,
    /// Bytes.
    pub size: u64,
}

/// History.
#[derive(Debug)]
pub struct DeltaHistory {
    runtime: Runtime,
    store: Arc<dyn ObjectStore>,
    root: Path,
    tables: BTreeMap<HistoryTable, DeltaTable>,
    /// How far lanes stand in tables, as far as it was asked: the log is read for it.
    through: RefCell<BTreeMap<(HistoryTable, String), Option<i64>>>,
}

/// Folder of the tables.
const FOLDER: &str = "history";
/// What an address in a store of ours begins with for Delta: no place that it would look for by itself.
const ANYWHERE: &str = "tanggap://city/";
impl DeltaHistory {
    /// The history in a data directory, or at the address of a store (`s3://bucket/folder`, `file:///folder`). Nothing is made before the
    /// first append.
    ///
    /// # Errors
    /// [`HistoryError::Place`] if the address leads nowhere, [`HistoryError::Table`] if a table cannot be read.
    pub fn open(url: Option<&str>, data_dir: &Folder) -> Result<Self, HistoryError> {
        let address = url.map_or_else(|| data_dir.display().to_string(), ToOwned::to_owned);
        let place = |reason: String| HistoryError::Place {
            url: address.clone(),
            reason,
        };
        let on_disk = |folder: &Folder| safe_store(folder).map_err(|error| place(error.to_string()));
        let (store, folder) = match url.map(|url| (url, url.strip_prefix("file://"))) {
            None => (on_disk(data_dir)?, String::new()),
            Some((_, Some(folder))) => (on_disk(Folder::new(folder))?, String::new()),
            Some((url, None)) => crate::store::bucket(url).map_err(|error| place(error.to_string()))?,
        };
        let root = Path::parse(folder.trim_matches('/'))
            .map_err(|error| place(error.to_string()))?
            .join(FOLDER);
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("history")
            .enable_all()
            .build()
            .map_err(|error| place(error.to_string()))?;
        let mut tables = BTreeMap::new();
        for table in HistoryTable::ALL {
            let at = root.clone().join(table.name());
            let url = Url::parse(&format!("{ANYWHERE}{at}/")).map_err(|error| place(error.to_string()))?;
            let own: Arc<dyn ObjectStore> = Arc::new(PrefixStore::new(Arc::clone(&store), at.clone()));
            let log = default_logstore(own, Arc::clone(&store), &url, &StorageConfig::default());
            let mut delta = DeltaTable::new(log);
            if runtime.block_on(is_there(&delta)).map_err(failed(table))? {
                runtime.block_on(delta.load()).map_err(failed(table))?;
                same_columns(table, &delta)?;
            }
            tables.insert(table, delta);
        }
        Ok(Self {
            runtime,
            store,
            root,
            tables,
            through: RefCell::default(),
        })
    }

    /// Looks whether other processes have changed a table, and says so.
    ///
    /// # Errors
    /// The log cannot be read.
    pub fn refresh(&mut self) -> Result<bool, HistoryError> {
        let mut news = false;
        for (table, delta) in &mut self.tables {
            if delta.snapshot().is_err() && !self.runtime.block_on(is_there(delta)).map_err(failed(*table))? {
                continue;
            }
            let before = delta.version();
            self.runtime.block_on(delta.update_state()).map_err(failed(*table))?;
            if delta.version() != before {
                news = true;
                self.through.borrow_mut().retain(|(of, _), _| of != table);
            }
        }
        Ok(news)
    }

    /// How far a lane stands in a table: the number its last append gave.
    ///
    /// # Errors
    /// The log cannot be read.
    pub fn through(&self, table: HistoryTable, lane: &str) -> Result<Option<i64>, HistoryError> {
        let key = (table, lane.to_owned());
        if let Some(known) = self.through.borrow().get(&key) {
            return Ok(*known);
        }
        let Some(delta) = self.tables.get(&table) else { return Ok(None) };
        let Ok(state) = delta.snapshot() else { return Ok(None) };
        let log = delta.log_store();
        let through = self.runtime.block_on(state.transaction_version(log.as_ref(), lane));
        let through = through.map_err(failed(table))?;
        self.through.borrow_mut().insert(key, through);
        Ok(through)
    }

    /// Every lane that history knows.
    ///
    /// # Errors
    /// A file cannot be read.
    pub fn lanes(&self) -> Result<BTreeSet<String>, HistoryError> {
        let rows = self.read(HistoryTable::Lanes, &self.files(HistoryTable::Lanes)?)?;
        let names = rows.column_by_name(LANE).and_then(|column| column.as_string_opt::<i32>());
        Ok(names.into_iter().flatten().flatten().map(ToOwned::to_owned).collect())
    }

    /// Appends rows, and says how far their lanes stand then. When it returns, the rows survive a power cut.
    ///
    /// # Errors
    /// [`HistoryError::Moved`] if another process has appended meanwhile: look again how far the lanes are. Else what failed; a file that was
    /// written and is in no commit is removed some days later.
    pub fn append(&mut self, table: HistoryTable, parts: &[Part], through: &[(String, i64)]) -> Result<(), HistoryError> {
        self.make(table)?;
        let mut actions = Vec::with_capacity(parts.len());
        for part in parts.iter().filter(|part| part.rows.num_rows() > 0) {
            let rows = [Ok(part.rows.clone())];
            actions.push(Action::Add(self.put(table, part.date.as_deref(), rows, true)?));
        }
        let lanes = through.iter().map(|(lane, at)| Transaction::new(lane, *at)).collect();
        let operation = DeltaOperation::Write {
            mode: SaveMode::Append,
            partition_by: table.dated().then(|| vec![DATE.to_owned()]),
            predicate: None,
        };
        self.commit(table, actions, lanes, operation)?;
        // Nobody else has appended: the log would not have taken it.
        let mut known = self.through.borrow_mut();
        known.extend(through.iter().map(|(lane, at)| ((table, lane.clone()), Some(*at))));
        Ok(())
    }

    /// The files of a table as it is now.
    ///
    /// # Errors
    /// Never in practice: the log was read.
    pub fn files(&self, table: HistoryTable) -> Result<Vec<HistoryFile>, HistoryError> {
        let Some(Ok(state)) = self.tables.get(&table).map(DeltaTable::snapshot) else {
            return Ok(Vec::new());
        };
        let folder = self.root.clone().join(table.name());
        let log = state.log_data();
        let files = log.iter().map(|file| HistoryFile {
            path: format!("{folder}/{}", file.path()),
            date: file.partition_values_map().remove(DATE).flatten(),
            size: u64::try_from(file.size()).unwrap_or_default(),
        });
        let mut files: Vec<HistoryFile> = files.collect();
        files.sort_by(|one, other| (&one.date, &one.path).cmp(&(&other.date, &other.path)));
        Ok(files)
    }

    /// Where paths of files lead.
    #[must_use]
    pub fn store(&self) -> Arc<dyn ObjectStore> {
        Arc::clone(&self.store)
    }

    /// Rows of some files of a table, in the table's order. Columns that a file was written without are null.
    ///
    /// # Errors
    /// A file cannot be read, or has other columns.
    pub fn read(&self, table: HistoryTable, files: &[HistoryFile]) -> Result<RecordBatch, HistoryError> {
        Ok(self.ordered(table, files)?.whole()?)
    }

    fn ordered(&self, table: HistoryTable, files: &[HistoryFile]) -> Result<Ordered, HistoryError> {
        let now = table.columns();
        let mut batches = Vec::new();
        for file in files {
            let path = Path::parse(&file.path).map_err(wrong(table))?;
            let bytes = async { self.store.get(&path).await?.bytes().await };
            let bytes: Bytes = self.runtime.block_on(bytes).map_err(wrong(table))?;
            let reader = ParquetRecordBatchReaderBuilder::try_new(bytes).and_then(ParquetRecordBatchReaderBuilder::build);
            for batch in reader.map_err(|error| wrong(table)(format!("{path}: {error}")))? {
                batches.push(completed(&batch?, &now).ok_or_else(|| HistoryError::Rows {
                    table: table.name(),
                    reason: format!("{path} has other columns"),
                })?);
            }
        }
        Ok(Ordered::new(table, batches)?)
    }

    /// Makes a table that is not there.
    fn make(&mut self, table: HistoryTable) -> Result<(), HistoryError> {
        let Some(delta) = self.tables.get(&table).filter(|delta| delta.snapshot().is_err()) else {
            return Ok(());
        };
        let mut create = CreateBuilder::new().with_log_store(delta.log_store()).with_table_name(table.name());
        if table.dated() {
            create = create.with_partition_columns([DATE]);
        }
        let create = create
            .with_columns(delta_columns(table)?)
            .with_configuration_property(TableProperty::CheckpointInterval, Some("100"))
            .with_configuration_property(TableProperty::LogRetentionDuration, Some("interval 7 days"))
            .with_configuration_property(TableProperty::DeletedFileRetentionDuration, Some("interval 2 days"));
        let made = match self.runtime.block_on(create.into_future()) {
            Ok(made) => made,
            // Another process was faster.
            Err(error) => {
                let mut delta = delta.clone();
                match self.runtime.block_on(delta.load()) {
                    Ok(()) => delta,
                    Err(_) => return Err(failed(table)(error)),
                }
            }
        };
        same_columns(table, &made)?;
        self.tables.insert(table, made);
        Ok(())
    }

    /// Puts rows of one date down as a file, and gives its entry for the log. `new`: no other file had them.
    fn put(
        &self,
        table: HistoryTable,
        date: Option<&str>,
        rows: impl IntoIterator<Item = Result<RecordBatch, ArrowError>>,
        new: bool,
    ) -> Result<Add, HistoryError> {
        let mut rows = rows.into_iter().peekable();
        let columns = match rows.peek() {
            Some(Ok(rows)) => rows.schema(),
            _ => table.columns(),
        };
        let mut file = File::new(table, columns).map_err(wrong(table))?;
        for rows in rows {
            file.write(&rows?).map_err(wrong(table))?;
        }
        let (bytes, told) = file.finish().map_err(wrong(table))?;
        let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
        let name = format!("part-{}.zstd.parquet", uuid::Uuid::new_v4());
        let path = match date {
            Some(date) => format!("{DATE}={date}/{name}"),
            None => name,
        };
        let at = Path::parse(format!("{}/{}/{path}", self.root, table.name())).map_err(wrong(table))?;
        self.runtime.block_on(self.store.put(&at, bytes.into())).map_err(wrong(table))?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Ok(Add {
            path,
            partition_values: date.iter().map(|date| (DATE.to_owned(), Some((*date).to_owned()))).collect(),
            size,
            modification_time: i64::try_from(now.as_millis()).unwrap_or(i64::MAX),
            data_change: new,
            stats: Some(told),
            ..Add::default()
        })
    }

    fn commit(
        &mut self,
        table: HistoryTable,
        mut actions: Vec<Action>,
        lanes: Vec<Transaction>,
        operation: DeltaOperation,
    ) -> Result<(), HistoryError> {
        let Some(delta) = self.tables.get_mut(&table) else { return Ok(()) };
        actions.extend(grown(table, delta)?.map(Action::Metadata));
        let properties = CommitProperties::default()
            .with_application_transactions(lanes)
            // What we have read decides what we write: who finds that it moved looks again.
            .with_max_retries(0)
            .with_cleanup_expired_logs(Some(false));
        let committed = self.runtime.block_on(async {
            let log = delta.log_store();
            let state = delta.snapshot()?.clone();
            CommitBuilder::from(properties)
                .with_actions(actions)
                .build(Some(&state), log, operation)
                .await?;
            delta.update_state().await
        });
        match committed {
            Ok(()) => Ok(()),
            Err(
                DeltaTableError::VersionAlreadyExists(_)
                | DeltaTableError::Transaction {
                    source: TransactionError::MaxCommitAttempts(_) | TransactionError::CommitConflict(_),
                },
            ) => {
                self.runtime.block_on(delta.update_state()).map_err(failed(table))?;
                self.through.borrow_mut().retain(|(of, _), _| *of != table);
                Err(HistoryError::Moved(table.name()))
            }
            Err(error) => Err(failed(table)(error)),
        }
    }
}

/// Whether a table was made at its place. What a process leaves there that died while it made one is none.
async fn is_there(delta: &DeltaTable) -> Result<bool, DeltaTableError> {
    delta.log_store().is_delta_table_location().await
}

fn failed(table: HistoryTable) -> impl Fn(DeltaTableError) -> HistoryError {
    move |error| wrong(table)(error)
}

fn wrong<E: Display>(table: HistoryTable) -> impl Fn(E) -> HistoryError {
    move |error| HistoryError::Table {
        table: table.name(),
        reason: error.to_string(),
    }
}
