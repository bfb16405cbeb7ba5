//! Rows as former versions wrote them: a table has got more columns since, and its old rows have nulls there.

use std::sync::Arc;

use arrow::array::{RecordBatch, new_null_array};
use arrow::datatypes::SchemaRef;

use super::schema::ADDED;

/// Rows of a table with all the columns it has `now`: those of [`ADDED`] that the rows lack are null. `None` if the rows lack another
/// column, or have one that the table does not have, or others of its names or types, or in another order.
///
/// Nothing is copied. Columns are compared by name and type; the rows come back as rows of `now`.
#[must_use]
pub fn completed(rows: &RecordBatch, now: &SchemaRef) -> Option<RecordBatch> {
    let there = rows.schema_ref().fields();
    let mut columns = Vec::with_capacity(now.fields().len());
    let mut next = 0;
    for field in now.fields() {
        let found = there
            .get(next)
            .is_some_and(|known| known.name() == field.name() && known.data_type() == field.data_type());
        if found {
            columns.push(Arc::clone(rows.column(next)));
            next += 1;
        } else if ADDED.contains(&field.name().as_str()) {
            columns.push(new_null_array(field.data_type(), rows.num_rows()));
        } else {
            return None;
        }
    }
    if next < there.len() {
        return None;
    }
    RecordBatch::try_new(Arc::clone(now), columns).ok()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{Array, ArrayRef, BooleanArray, Int64Array, RecordBatch, StringArray, new_null_array};
    use arrow::compute::cast;
    use arrow::datatypes::{DataType, SchemaRef};

    use super::completed;
    use crate::event::schema;

    /// One row of this schema as far as `keep` wants its columns; all that may be null is.
    fn row(of: &SchemaRef, keep: impl Fn(&str) -> bool) -> RecordBatch {
        let kept: Vec<usize> = (0..of.fields().len()).filter(|column| keep(of.field(*column).name())).collect();
        let columns = of.fields().iter().map(|field| -> ArrayRef {
            match field.data_type() {
                _ if field.is_nullable() => new_null_array(field.data_type(), 1),
                DataType::Utf8 => Arc::new(StringArray::from(vec!["x"])),
                DataType::Boolean => Arc::new(BooleanArray::from(vec![true])),
                other => cast(&Int64Array::from(vec![1]), other).unwrap(),
            }
        });
        RecordBatch::try_new(Arc::clone(of), columns.collect())
            .unwrap()
            .project(&kept)
            .unwrap()
    }

    #[test]
    fn rows_of_format_1_get_nulls_where_they_have_no_columns() {
        let tables = [
            (&schema::EVENTS, 24),
            (&schema::LOG, 32),
            (&schema::REPORTS, 13),
            (&schema::TRANSITIONS, 8),
        ];
        for (table, columns) in tables {
            let former = row(table, |name| !schema::ADDED.contains(&name));
            assert_eq!(former.num_columns(), columns, "what format 1 had does not change");
            let now = completed(&former, table).unwrap();
            assert_eq!(now.schema_ref(), &**table);
            for name in schema::ADDED {
                assert!(now.column_by_name(name).is_none_or(|column| column.is_null(0)), "{name}");
            }
            assert_eq!(now, row(table, |_| true));
            assert_eq!(completed(&now, table), Some(now));
        }
    }

    #[test]
    fn rows_that_lack_another_column_or_have_a_foreign_one_are_refused() {
        let without = |name: &str| row(&schema::TRANSITIONS, |column| column != name);
        assert!(completed(&without(schema::SNAPSHOT), &schema::TRANSITIONS).is_none());
        assert!(completed(&without(schema::UNIT), &schema::TRANSITIONS).is_none());
        assert!(completed(&without(schema::RATING), &schema::TRANSITIONS).is_some());
        assert!(completed(&row(&schema::TRANSITIONS, |_| true), &schema::REPORTS).is_none());
        let foreign = RecordBatch::try_from_iter([("n", Arc::new(Int64Array::from(vec![1])) as _)]).unwrap();
        assert!(completed(&foreign, &schema::TRANSITIONS).is_none());
        let turned = row(&schema::TRANSITIONS, |_| true).project(&[1, 0, 2, 3, 4, 5, 6, 7]).unwrap();
        assert!(completed(&turned, &schema::TRANSITIONS).is_none());
    }
}
