//! The table `units`: what sources call a unit, so that a question can tell that two texts name the same one.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, RecordBatch, StringArray};
use tanggap_engine::route::Router;

use crate::QueryError;

/// One row a name: `alias` (lower case), `code, name, kind`, by alias. Every unit has
/// its own code among its aliases, and so has every kelurahan office whose name the router was given.
///
/// # Errors
/// Never in practice: the columns are equally long.
pub fn units_table(router: &Router) -> Result<RecordBatch, QueryError> {
    let mut aliases: Vec<_> = router.aliases().collect();
    aliases.sort_by_key(|(alias, _)| *alias);
    let text = |of: &dyn Fn(usize) -> String| {
        let texts: StringArray = (0..aliases.len()).map(|row| Some(of(row))).collect();
        Arc::new(texts) as ArrayRef
    };
    Ok(RecordBatch::try_from_iter_with_nullable([
        ("alias", text(&|row| aliases[row].0.to_owned()), false),
        ("code", text(&|row| aliases[row].1.code.to_string()), false),
        ("name", text(&|row| aliases[row].1.name.to_string()), false),
        ("kind", text(&|row| aliases[row].1.kind.id().to_owned()), false),
    ])?)
}
