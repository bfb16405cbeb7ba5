//! Rising terms (`sql/terms.sql`): which words and hashtags more people use in an area than they usually do at this hour of the week.

use datafusion::common::ScalarValue;
use datafusion::prelude::SessionContext;
use futures::TryStreamExt as _;
use tanggap_engine::event::Category;

use super::cases::{ask, moment};
use super::reading::{Hashes, Texts, Wholes};
use crate::QueryError;
use crate::terms::{RisingTerms, Tally, TermArea, TermSpan};

const TERMS: &str = include_str!("../../sql/terms.sql");

/// Which terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TermQuestion {
    /// Of which place.
    pub area: TermArea,
    /// Of when, and held against what.
    pub span: TermSpan,
    /// What counts are rounded down to a multiple of, before anything follows from them; at least 1.
    pub base: u64,
    /// People a term needs to be named.
    pub minimum: u64,
}

/// What rises. Rows are read one batch after the other; what is held of them is bounded.
///
/// # Errors
/// If `reports` is not there, or cannot be read.
pub async fn rising_terms(context: &SessionContext, question: TermQuestion) -> Result<RisingTerms, QueryError> {
    let span = question.span;
    let parameters = vec![
        ("start_us", ScalarValue::from(span.start_us)),
        ("window_us", ScalarValue::from(span.length_us())),
        ("end", moment(span.end_us)),
        ("weeks", ScalarValue::from(span.weeks)),
        ("recent_us", ScalarValue::from(span.recent_us())),
        ("since", moment(span.since_us())),
    ];
    let mut tally = Tally::new(span, question.area);
    let mut rows = ask(context, TERMS, parameters).await?.execute_stream().await?;
    while let Some(batch) = rows.try_next().await? {
        let (reporters, times, kota) = (
            Hashes::of(&batch, "reporter")?,
            Wholes::of(&batch, "time_us")?,
            Wholes::of(&batch, "kota")?,
        );
        let (categories, terms) = (Texts::of(&batch, "category")?, Texts::of(&batch, "terms")?);
        for row in 0..batch.num_rows() {
            let (Some(reporter), Some(time_us), Some(terms)) = (reporters.get(row), times.get(row), terms.get(row)) else {
                continue;
            };
            let category = categories.get(row).and_then(|id| Category::from_id(&id));
            tally.add(reporter, time_us, kota.get(row).unwrap_or(0), category, &terms);
        }
    }
    Ok(tally.rising(question.base, question.minimum))
}
