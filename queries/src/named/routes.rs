//! Who must answer each complaint, and why (`sql/routes.sql`).

use datafusion::arrow::array::RecordBatch;
use datafusion::prelude::SessionContext;

use super::cases::whole;
use crate::QueryError;

const ROUTES: &str = include_str!("../../sql/routes.sql");

/// The rows of `routes.csv`: columns as `sql/routes.sql` lists them; at least one batch, which may be empty.
///
/// # Errors
/// If `routes` is not there, or cannot be read.
pub async fn routes(context: &SessionContext) -> Result<Vec<RecordBatch>, QueryError> {
    whole(context.sql(ROUTES).await?).await
}
