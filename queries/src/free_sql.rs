//! SQL that people write themselves: one SELECT, read-only, bounded in rows and time.

use std::time::Duration;

use datafusion::arrow::array::RecordBatch;
use datafusion::execution::context::SQLOptions;
use datafusion::prelude::SessionContext;

use crate::QueryError;

/// Answers one SELECT (or EXPLAIN) with at most `rows` rows, within `time`. There is at least one batch, so the columns are known.
///
/// # Errors
/// [`QueryError::Engine`] if the statement changes anything, does not plan, or fails; [`QueryError::TooManyRows`] and
/// [`QueryError::TooSlow`] past the bounds: an answer is whole or it is none.
pub async fn ask_free(session: &SessionContext, sql: &str, rows: usize, time: Duration) -> Result<Vec<RecordBatch>, QueryError> {
    let options = SQLOptions::new()
        .with_allow_ddl(false)
        .with_allow_dml(false)
        .with_allow_statements(false);
    let answer = async {
        let frame = session.sql_with_options(sql, options).await?.limit(0, Some(rows + 1))?;
        let empty = RecordBatch::new_empty(std::sync::Arc::new(frame.schema().as_arrow().clone()));
        let mut batches = frame.collect().await?;
        if batches.is_empty() {
            batches.push(empty);
        }
        Ok::<_, QueryError>(batches)
    };
    let batches = tokio::time::timeout(time, answer).await.map_err(|_| QueryError::TooSlow(time))??;
    if batches.iter().map(RecordBatch::num_rows).sum::<usize>() > rows {
        return Err(QueryError::TooManyRows(rows));
    }
    Ok(batches)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use datafusion::prelude::SessionContext;

    use super::ask_free;
    use crate::QueryError;

    #[tokio::test]
    async fn only_bounded_reading_is_answered() {
        let session = SessionContext::new();
        let ask = |sql: &'static str, rows| ask_free(&session, sql, rows, Duration::from_secs(20));
        assert_eq!(ask("SELECT 1 AS one WHERE false", 5).await.unwrap()[0].num_columns(), 1);
        assert!(matches!(
            ask("SELECT * FROM (VALUES (1), (2), (3))", 2).await,
            Err(QueryError::TooManyRows(2))
        ));
        for sql in [
            "CREATE TABLE t AS SELECT 1",
            "DROP TABLE t",
            "SET a = 1",
            "COPY (SELECT 1) TO '/tmp/x.csv'",
            "SELEC 1",
        ] {
            assert!(matches!(ask(sql, 5).await, Err(QueryError::Engine(_))), "{sql}");
        }
    }
}
