//! The columns of a table of history as Delta names them: whether those that are there are ours, and how a table gets those it lacks.

use deltalake_core::DeltaTable;
use deltalake_core::kernel::engine::arrow_conversion::TryIntoKernel as _;
use deltalake_core::kernel::{DataType, Metadata, MetadataExt as _, StructField, StructType};
use tanggap_engine::event::schema::ADDED;

use crate::history::table::DATE;
use crate::history::{HistoryError, HistoryTable};

/// The columns of a table as Delta names them, that of its folders last.
pub(super) fn delta_columns(table: HistoryTable) -> Result<Vec<StructField>, HistoryError> {
    let columns: Result<Vec<StructField>, _> = table
        .columns()
        .fields()
        .iter()
        .map(|field| field.as_ref().try_into_kernel())
        .collect();
    let mut columns = columns.map_err(|error| HistoryError::Rows {
        table: table.name(),
        reason: error.to_string(),
    })?;
    if table.dated() {
        columns.push(StructField::nullable(DATE, DataType::DATE));
    }
    Ok(columns)
}

/// What the log must say of a table that lacks columns of now: all else as it was. None of one that has them.
pub(super) fn grown(table: HistoryTable, delta: &DeltaTable) -> Result<Option<Metadata>, HistoryError> {
    let Ok(state) = delta.snapshot() else { return Ok(None) };
    let columns = delta_columns(table)?;
    if state.schema().num_fields() == columns.len() {
        return Ok(None);
    }
    let wrong = |reason: String| HistoryError::Table {
        table: table.name(),
        reason,
    };
    let whole = StructType::try_new(columns).map_err(|error| wrong(error.to_string()))?;
    let metadata = state.metadata().clone().with_schema(&whole);
    metadata.map(Some).map_err(|error| wrong(error.to_string()))
}

/// A table with other columns was made by another version; those of [`ADDED`] may be missing.
pub(super) fn same_columns(table: HistoryTable, delta: &DeltaTable) -> Result<(), HistoryError> {
    let Ok(state) = delta.snapshot() else { return Ok(()) };
    let schema = state.schema();
    let there: Vec<&str> = schema
        .fields()
        .map(|field| field.name().as_str())
        .filter(|name| *name != DATE)
        .collect();
    let columns = table.columns();
    let ours: Vec<&str> = columns.fields().iter().map(|field| field.name().as_str()).collect();
    let lacking = ours.iter().filter(|name| !ADDED.contains(name) || there.contains(name));
    if there.iter().eq(lacking) {
        return Ok(());
    }
    let odd = |of: &[&str], other: &[&str]| {
        of.iter()
            .filter(|name| !other.contains(name))
            .map(|name| (*name).to_owned())
            .collect::<Vec<_>>()
    };
    Err(HistoryError::Columns {
        table: table.name(),
        columns: [odd(&there, &ours), odd(&ours, &there)].concat().join(", "),
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{Array as _, ArrayRef, Int64Array, RecordBatch, StringArray, new_null_array};
    use deltalake_core::kernel::{DataType, StructField};
    use deltalake_core::operations::create::CreateBuilder;
    use tanggap_engine::event::schema;

    use super::{delta_columns, grown};
    use crate::history::delta::DeltaHistory;
    use crate::history::table::{DATE, LANE};
    use crate::history::{HistoryError, HistoryTable, Part};

    const TABLE: HistoryTable = HistoryTable::Events;

    fn is_former(name: &str) -> bool {
        !schema::ADDED.contains(&name)
    }

    /// A history whose events were made with these columns.
    fn made(folder: &std::path::Path, columns: impl IntoIterator<Item = StructField>) {
        let history = DeltaHistory::open(None, folder).unwrap();
        let create = CreateBuilder::new()
            .with_log_store(history.tables[&TABLE].log_store())
            .with_table_name(TABLE.name())
            .with_partition_columns([DATE])
            .with_columns(columns);
        history.runtime.block_on(create.into_future()).unwrap();
    }

    /// One event, with the columns that `keep` wants; the mark of each that has one is 4.
    fn event(seq: i64, keep: impl Fn(&str) -> bool) -> Part {
        let columns = TABLE.columns();
        let arrays = columns.fields().iter().map(|field| -> ArrayRef {
            match field.name().as_str() {
                LANE => Arc::new(StringArray::from(vec!["crm.status-0"])),
                schema::SEQ => Arc::new(Int64Array::from(vec![seq])),
                schema::RATING => Arc::new(arrow::array::Int32Array::from(vec![4])),
                _ => new_null_array(field.data_type(), 1),
            }
        });
        let whole = RecordBatch::try_new(Arc::clone(&columns), arrays.collect()).unwrap();
        let kept: Vec<usize> = (0..whole.num_columns())
            .filter(|column| keep(columns.field(*column).name()))
            .collect();
        Part {
            date: Some("2016-03-07".to_owned()),
            rows: whole.project(&kept).unwrap(),
        }
    }

    fn append(history: &mut DeltaHistory, seq: i64, keep: impl Fn(&str) -> bool) {
        let through = [("crm.status-0".to_owned(), seq)];
        history.append(TABLE, &[event(seq, keep)], &through).unwrap();
    }

    #[test]
    fn a_table_of_a_former_version_is_read_with_nulls_and_gets_its_columns() {
        let folder = tempfile::tempdir().unwrap();
        let former = delta_columns(TABLE).unwrap().into_iter().filter(|column| is_former(column.name()));
        made(folder.path(), former);
        let mut history = DeltaHistory::open(None, folder.path()).unwrap();
        assert!(grown(TABLE, &history.tables[&TABLE]).unwrap().is_some());
        append(&mut history, 1, is_former);
        append(&mut history, 2, |_| true);
        assert!(
            grown(TABLE, &history.tables[&TABLE]).unwrap().is_none(),
            "the log says that it has them"
        );

        let history = DeltaHistory::open(None, folder.path()).unwrap();
        assert!(grown(TABLE, &history.tables[&TABLE]).unwrap().is_none());
        let rows = history.read(TABLE, &history.files(TABLE).unwrap()).unwrap();
        assert_eq!(rows.schema(), TABLE.columns());
        let marks = rows.column_by_name(schema::RATING).unwrap();
        assert_eq!((rows.num_rows(), marks.is_null(0), marks.is_null(1)), (2, true, false));
        assert_eq!(history.through(TABLE, "crm.status-0").unwrap(), Some(2));
    }

    #[test]
    fn a_table_with_foreign_columns_or_without_old_ones_is_refused() {
        let ours = || delta_columns(TABLE).unwrap().into_iter();
        let foreign = ours().chain([StructField::nullable("colour", DataType::STRING)]);
        let lacking = ours().filter(|column| column.name() != schema::UNIT);
        for (columns, odd) in [(foreign.collect::<Vec<_>>(), "colour"), (lacking.collect(), schema::UNIT)] {
            let folder = tempfile::tempdir().unwrap();
            made(folder.path(), columns);
            let refused = DeltaHistory::open(None, folder.path());
            assert!(matches!(refused, Err(HistoryError::Columns { columns, .. }) if columns == odd));
        }
    }
}
