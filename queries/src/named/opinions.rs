//! Opinions (`sql/opinions.sql`): what people wish, ask and praise, by area. They are counted apart: no ranking and no case knows of them.

use datafusion::common::ScalarValue;
use datafusion::prelude::SessionContext;
use tanggap_engine::territory::Level;

use super::cases::{ask, moment};
use super::reading::{Texts, Wholes};
use crate::QueryError;

const OPINIONS: &str = include_str!("../../sql/opinions.sql");

/// Opinions of one area: of a kind and category, or all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpinionCount {
    /// Integer code of the area at its level.
    pub area: i64,
    /// Kind and category, ids; none = all opinions of the area, its sample.
    pub topic: Option<(String, String)>,
    /// Reports.
    pub n: u64,
    /// Different reporters.
    pub reporters: u64,
}

/// The opinions in `[since_us, until_us)` (µs since epoch UTC) by area of a level, each area's sample before its topics.
///
/// # Errors
/// If `reports` is not there, or cannot be read.
pub async fn opinions(context: &SessionContext, level: Level, since_us: i64, until_us: i64) -> Result<Vec<OpinionCount>, QueryError> {
    let parameters = vec![
        ("since", moment(since_us)),
        ("until", moment(until_us)),
        ("divisor", ScalarValue::from(level.divisor())),
    ];
    let mut found = Vec::new();
    for batch in ask(context, OPINIONS, parameters).await?.collect().await? {
        let (areas, kinds, categories) = (
            Wholes::of(&batch, "area")?,
            Texts::of(&batch, "kind")?,
            Texts::of(&batch, "category")?,
        );
        let (counts, reporters) = (Wholes::of(&batch, "n")?, Wholes::of(&batch, "reporters")?);
        let whole = |number: Option<i64>| number.and_then(|number| u64::try_from(number).ok()).unwrap_or_default();
        for row in 0..batch.num_rows() {
            let Some(area) = areas.get(row) else { continue };
            found.push(OpinionCount {
                area,
                topic: kinds.get(row).zip(categories.get(row)),
                n: whole(counts.get(row)),
                reporters: whole(reporters.get(row)),
            });
        }
    }
    Ok(found)
}
