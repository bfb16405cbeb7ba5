//! The complaints at every moment that has passed, read once for all who ask about one of them.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use tanggap_queries::QueryError;
use tanggap_queries::named::{Chronicle, Level};
use tanggap_queries::tables::CitySnapshot;

use crate::error::Problem;
use crate::state::AppState;

impl AppState {
    /// The complaints at every moment up to the watermark as it was a little before, for tables of `level`; none before the first event. Made
    /// anew beside, where there is one that is not old: the past changes only by what comes late.
    pub(crate) async fn chronicle(self: &Arc<Self>, snapshot: &Arc<CitySnapshot>, level: Level) -> Result<Option<Arc<Chronicle>>, Problem> {
        let Some(until_us) = snapshot.watermark() else { return Ok(None) };
        self.past_levels.fetch_or(1 << (level as u8), Ordering::Relaxed);
        let (own, snapshot, version) = (Arc::clone(self), Arc::clone(snapshot), snapshot.version);
        let make = async move {
            let _alone = own.past_desk.acquire().await.map_err(|_| Problem::internal())?;
            let session = match own.city.history() {
                Some(history) => own.desk.long_session(&snapshot, &history).await?,
                None => own.desk.session(&snapshot)?,
            };
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
