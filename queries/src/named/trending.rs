//! What rises (`sql/trending.sql`): the areas and categories of a heat, the most surprising first.

use datafusion::common::ScalarValue;

use super::cases::ask;
use super::cells::{Heat, HeatRow, rows};
use crate::QueryError;

const TRENDING: &str = include_str!("../../sql/trending.sql");

/// Below this many reports nothing is said to rise.
pub const MINIMUM_N: i64 = 3;
/// Below this many different reporters nothing is said to rise.
pub const MINIMUM_REPORTERS: i64 = 2;

impl Heat {
    /// The first `limit` rows that rise, of at least [`MINIMUM_N`] reports by at least [`MINIMUM_REPORTERS`].
    ///
    /// # Errors
    /// If the query engine fails.
    pub async fn rising(&self, limit: usize) -> Result<Vec<HeatRow>, QueryError> {
        let parameters = vec![
            ("minimum_n", ScalarValue::from(MINIMUM_N)),
            ("minimum_reporters", ScalarValue::from(MINIMUM_REPORTERS)),
            ("limit", ScalarValue::from(i64::try_from(limit).unwrap_or(i64::MAX))),
        ];
        rows(&ask(self.session(), TRENDING, parameters).await?.collect().await?)
    }
}
