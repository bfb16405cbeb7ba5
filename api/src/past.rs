//! What reaches back: the lanes together with history, and the complaints at every moment that has passed, read once for all who ask about
//! one of them.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use datafusion::prelude::SessionContext;
use tanggap_queries::QueryError;
use tanggap_queries::named::{Chronicle, Level};
use tanggap_queries::tables::CitySnapshot;

use crate::error::Problem;
use crate::state::AppState;

/// How long whoever asks about the past waits until history was opened: after a start it takes a moment.
const OPENING: Duration = Duration::from_secs(5);
/// How often it is looked meanwhile.
const GLANCE: Duration = Duration::from_millis(20);

impl AppState {
    /// Whether the past is known beyond what lanes keep.
    pub(crate) fn reaches_back(&self) -> bool {
        self.settings.keeps_history || self.city.history().is_some()
    }

    /// A session that sees lanes and history as one; of a city that keeps no history, what lanes keep.
    ///
    /// # Errors
    /// There is a history, and it cannot be opened: half of the past would pass for all of it.
    pub(crate) async fn long_session(&self, snapshot: &Arc<CitySnapshot>) -> Result<SessionContext, Problem> {
        let begun = Instant::now();
        loop {
            // Younger than the snapshot: it has what lanes have dropped by then.
            if let Some(history) = self.city.history() {
                return Ok(self.desk.long_session(snapshot, &history).await?);
            }
            if !self.settings.keeps_history {
                return Ok(self.desk.session(snapshot)?);
            }
            if begun.elapsed() >= OPENING {
                return Err(Problem::no_history());
            }
            tokio::time::sleep(GLANCE).await;
        }
    }

    /// The complaints at every moment up to the watermark as it was a little before, for tables of `level`; none before the first event. Made
    /// anew beside, where there is one that is not old: the past changes only by what comes late.
    pub(crate) async fn chronicle(self: &Arc<Self>, snapshot: &Arc<CitySnapshot>, level: Level) -> Result<Option<Arc<Chronicle>>, Problem> {
        let Some(until_us) = snapshot.watermark() else { return Ok(None) };
        self.past_levels.fetch_or(1 << (level as u8), Ordering::Relaxed);
        let (own, snapshot, version) = (Arc::clone(self), Arc::clone(snapshot), snapshot.version);
        let make = async move {
            let _alone = own.past_desk.acquire().await.map_err(|_| Problem::internal())?;
            let session = own.long_session(&snapshot).await?;
            let asked = own.past_levels.load(Ordering::Relaxed);
            let read = async move {
                let chronicle = Chronicle::collect(&session, until_us).await?;
                // Nobody shall wait for what was ready in the one before.
                for level in Level::ALL.into_iter().filter(|level| asked >> (*level as u8) & 1 == 1) {
                    chronicle.open(level).await?;
                }
                Ok::<_, QueryError>(chronicle)
            };
            own.analysts.ask(read).await
        };
        self.answers.chronicle.ask_beside((), version, make).await.map(Some)
    }
}
