//! The response-time table (`sql/rankings*.sql`): what SQL tells of each complaint, and each unit's place among the others with what
//! chance leaves of it.

use std::sync::Arc;
use std::time::Duration;

use datafusion::common::ScalarValue;
use datafusion::prelude::SessionContext;

use super::cases::ask;
use super::{Cases, Level};
use crate::QueryError;
use crate::rankings::{Book, Ranking, RankingRule};

const TERRITORY: &str = include_str!("../../sql/rankings.sql");
pub(super) const AREAS: &str = include_str!("../../sql/rankings_areas.sql");
const DINAS: &str = include_str!("../../sql/rankings_dinas.sql");
const CHANNELS: &str = include_str!("../../sql/rankings_channels.sql");

/// The table of one level, as of `as_of_us` (µs since epoch UTC), over the complaints filed within `window` before it (none = all), by
/// code. Ask [`Cases::rankings`] instead to make several tables of the same moment.
///
/// # Errors
/// If `reports`, `transitions` or `territory` (for dinas: `routes` and `units`) are not there, or cannot be read.
pub async fn rankings(
    context: &SessionContext,
    level: Level,
    as_of_us: i64,
    window: Option<Duration>,
    rule: &RankingRule,
) -> Result<Vec<Ranking>, QueryError> {
    Cases::collect(context, as_of_us).await?.rankings(level, window, rule).await
}

impl Cases {
    /// The table of one level over the complaints filed within `window` before the moment (none = all), by code. The first table of a
    /// level sorts its waits, adjusted for quality or not; every other walks along them.
    ///
    /// # Errors
    /// If `territory` (for dinas: `routes` and `units`) is not there, or cannot be read; adjusted for quality also as [`Cases::flags`].
    pub async fn rankings(&self, level: Level, window: Option<Duration>, rule: &RankingRule) -> Result<Vec<Ranking>, QueryError> {
        let book = self.waits(level, rule.quality).await?;
        Ok(book.table(level, self.since_us(window), rule))
    }

    /// After when a complaint must have been filed to lie in the window, µs since epoch UTC.
    pub(super) fn since_us(&self, window: Option<Duration>) -> i64 {
        let window_us = window.map(|window| i64::try_from(window.as_micros()).unwrap_or(i64::MAX));
        window_us.map_or(i64::MIN, |window| self.as_of_us().saturating_sub(window))
    }

    /// The waits of a level, adjusted for quality or not; read when first asked for.
    pub(super) async fn waits(&self, level: Level, quality: bool) -> Result<&Arc<Book>, QueryError> {
        let book = self.book(level, quality);
        book.get_or_try_init(|| self.read_book(level, quality)).await
    }

    async fn read_book(&self, level: Level, quality: bool) -> Result<Arc<Book>, QueryError> {
        let session = self.session();
        let doubts = self.doubts(quality).await?;
        let limits = self.limits().await?;
        let book = match (level, level.divisor()) {
            (_, Some(divisor)) => {
                let divisor = ("divisor", ScalarValue::from(divisor));
                let named = vec![("level", ScalarValue::from(level.id())), divisor.clone()];
                let areas = ask(session, AREAS, named).await?.collect().await?;
                Book::of(
                    &ask(session, TERRITORY, vec![divisor]).await?.collect().await?,
                    &areas,
                    &doubts,
                    limits,
                )?
            }
            (Level::Channel, None) => Book::of(&ask(session, CHANNELS, vec![]).await?.collect().await?, &[], &doubts, limits)?,
            (_, None) => Book::of(&ask(session, DINAS, vec![]).await?.collect().await?, &[], &doubts, limits)?,
        };
        Ok(Arc::new(book))
    }
}
