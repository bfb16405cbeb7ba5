//! Every complaint followed once through all that was ever told of it, so that the table of response times of any moment is made at once
//! (`sql/chronicle_reports.sql`, `sql/chronicle_moves.sql`).

use std::sync::Arc;
use std::time::Duration;

use datafusion::common::{ScalarValue, exec_datafusion_err};
use datafusion::prelude::SessionContext;
use tokio::sync::OnceCell;

use super::Level;
use super::cases::{ask, moment, own_session};
use super::rankings::AREAS;
use crate::QueryError;
use crate::rankings::{Lives, Past, Ranking, RankingRule};
use crate::service_clocks::ServiceClocks;
use crate::statistics::Asked;
use crate::unranked::Unranked;

const REPORTS: &str = include_str!("../../sql/chronicle_reports.sql");
const MOVES: &str = include_str!("../../sql/chronicle_moves.sql");

/// The complaints at every moment up to one.
pub struct Chronicle {
    session: SessionContext,
    until_us: i64,
    lives: Arc<Lives>,
    /// The waits of each level, once it was asked about.
    levels: [OnceCell<Arc<Past>>; Level::ALL.len()],
}

impl Chronicle {
    /// Reads every complaint in `reports` with its `transitions`, up to `until_us` (µs since epoch UTC). `territory`, `routes` and `units` come
    /// along where the session has them.
    ///
    /// Cost: a pass over both tables and a sort; some 32 bytes a report and 24 a transition stay.
    ///
    /// # Errors
    /// If `reports` or `transitions` are not there, have other columns, or cannot be read.
    pub async fn collect(context: &SessionContext, until_us: i64) -> Result<Self, QueryError> {
        let session = own_session(context).await?;
        let until = || vec![("until", moment(until_us))];
        session.register_table("ranked", Unranked::left_out(&session, "reports").await?)?;
        let reports = ask(&session, REPORTS, until()).await?.collect().await?;
        let moves = ask(&session, MOVES, until()).await?.collect().await?;
        let routes = if session.table_exist("routes")? {
            let columns = session.table_provider("routes").await?.schema();
            let told = ["unit_code", "rule", "finish_s"]
                .into_iter()
                .filter(|name| columns.index_of(name).is_ok());
            let told: Vec<&str> = told.collect();
            let sql = format!("SELECT case_key(channel, id) AS key, {} FROM routes", told.join(", "));
            Some(ask(&session, &sql, vec![]).await?.collect().await?)
        } else {
            None
        };
        let answerable = routes.is_some() && context.table_exist("regions")?;
        let lives = Lives::of(&reports, &moves, routes.as_deref(), answerable)?;
        Ok(Self {
            session,
            until_us,
            lives: Arc::new(lives),
            levels: Default::default(),
        })
    }

    /// Up to when it goes, µs since epoch UTC.
    #[must_use]
    pub fn until_us(&self) -> i64 {
        self.until_us
    }

    /// Bytes it holds, about.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        let levels = self.levels.iter().filter_map(OnceCell::get);
        self.lives.heap_bytes() + levels.map(|level| level.heap_bytes()).sum::<usize>()
    }

    /// Levels that were asked about.
    #[must_use]
    pub fn opened(&self) -> Vec<Level> {
        let opened = Level::ALL.into_iter().filter(|level| self.levels[*level as usize].initialized());
        opened.collect()
    }

    /// Makes ready what tables of a level are made of; the first who asks about the level otherwise waits for it.
    ///
    /// # Errors
    /// As [`super::Cases::rankings`].
    pub async fn open(&self, level: Level) -> Result<(), QueryError> {
        self.past(level).await.map(|_| ())
    }

    /// The table of one level as of a moment, over the complaints filed within `window` before it (none = all), by code: what
    /// [`super::Cases::rankings`] of that moment gives, to the last bit. None for a moment it does not reach, and for a table adjusted for the
    /// quality of closings: what speaks against a closing hangs on all others of its moment.
    ///
    /// # Errors
    /// As [`super::Cases::rankings`].
    pub async fn rankings(
        &self,
        level: Level,
        as_of_us: i64,
        window: Option<Duration>,
        rule: &RankingRule,
    ) -> Result<Option<Vec<Ranking>>, QueryError> {
        if as_of_us > self.until_us || rule.quality {
            return Ok(None);
        }
        let window_us = window.map(|window| i64::try_from(window.as_micros()).unwrap_or(i64::MAX));
        let asked = Asked {
            at_us: as_of_us,
            since_us: window_us.map_or(i64::MIN, |window_us| as_of_us.saturating_sub(window_us)),
        };
        Ok(Some(self.past(level).await?.table(level, asked, rule)))
    }

    async fn past(&self, level: Level) -> Result<&Arc<Past>, QueryError> {
        self.levels[level as usize].get_or_try_init(|| self.read(level)).await
    }

    async fn read(&self, level: Level) -> Result<Arc<Past>, QueryError> {
        let (lives, clocks) = (&self.lives, ServiceClocks::of(&self.session));
        let past = match (level, level.divisor()) {
            (_, Some(divisor)) => {
                let named = vec![("level", ScalarValue::from(level.id())), ("divisor", ScalarValue::from(divisor))];
                let areas = ask(&self.session, AREAS, named).await?.collect().await?;
                Past::of_areas(lives, clocks, divisor, &areas)?
            }
            (Level::Channel, None) => Past::of_channels(lives, clocks),
            (_, None) => {
                if !self.session.table_exist("routes")? {
                    return Err(exec_datafusion_err!("there is no table `routes` that says who is asked").into());
                }
                let units = self.session.table("units").await?.collect().await?;
                Past::of_holders(lives, clocks, &units)?
            }
        };
        Ok(Arc::new(past))
    }
}
