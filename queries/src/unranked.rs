//! What stands in no ranking: complaints of private categories. Each of the others is public by itself; of a table that counted all, whoever takes
//! those away would have the number of the private ones, however few.

use std::sync::Arc;

use datafusion::catalog::TableProvider;
use datafusion::prelude::{SessionContext, col, lit};
use tanggap_engine::event::Category;
use tanggap_engine::route::Router;

use crate::QueryError;

/// Categories that stand in no ranking.
#[derive(Clone, Debug, Default)]
pub(crate) struct Unranked(Vec<&'static str>);

impl Unranked {
    /// Those that some rule keeps private.
    pub(crate) fn of(router: &Router) -> Self {
        let private = Category::ALL.iter().filter(|category| router.keeps_private(**category));
        Self(private.map(|category| category.id()).collect())
    }

    /// What is ranked of the rows of a table of a session; none are left out where its desk does not say so.
    ///
    /// # Errors
    /// If the table is not there, or has no `category`.
    pub(crate) async fn left_out(session: &SessionContext, table: &str) -> Result<Arc<dyn TableProvider>, QueryError> {
        let unranked: Option<Arc<Self>> = session.copied_config().get_extension();
        let categories: Vec<_> = unranked.iter().flat_map(|unranked| &unranked.0).map(|id| lit(*id)).collect();
        if categories.is_empty() {
            return Ok(session.table_provider(table).await?);
        }
        let ranked = session.table(table).await?.filter(col("category").in_list(categories, true))?;
        Ok(ranked.into_view())
    }
}
