//! The heat behind cells, tiles and the rising list: one question, remembered while the city stays as it is.

use std::sync::Arc;

use tanggap_engine::event::Category;
use tanggap_queries::QueryError;
use tanggap_queries::named::{Heat, HeatLevel, HeatQuestion, History};
use tanggap_queries::tables::CitySnapshot;

use crate::error::Problem;
use crate::state::{AppState, HeatAnswer, HeatKey};

/// Rows of the rising list that are remembered.
pub(super) const MOST_RISING: usize = 200;

/// The heat of one window.
pub(super) async fn heat(state: &Arc<AppState>, snapshot: &Arc<CitySnapshot>, key: HeatKey) -> Result<Arc<HeatAnswer>, Problem> {
    let places = match key.level {
        HeatLevel::Cell => state.grid.places(),
        HeatLevel::Kelurahan => u32::try_from(state.territory.kelurahan().len()).unwrap_or(u32::MAX),
    };
    let question = HeatQuestion {
        level: key.level,
        split: key.split,
        start_us: key.start_us,
        end_us: key.end_us,
        history: History::before(key.start_us, snapshot),
        places,
        category: key.category.map(Category::id),
        channel: key.channel.clone(),
        kelurahan: key.kelurahan,
    };
    let minimum = i64::from(state.settings.public_minimum_reporters);
    let make = async {
        let session = state.desk.session(snapshot)?;
        let answer = async move {
            let heat = Heat::collect(&session, &question).await?;
            let (rising, rising_public) = if question.split {
                (heat.rising(0, MOST_RISING).await?, heat.rising(minimum, MOST_RISING).await?)
            } else {
                (Vec::new(), Vec::new())
            };
            Ok::<_, QueryError>(HeatAnswer {
                rows: heat.rows()?,
                rising,
                rising_public,
            })
        };
        state.analysts.ask(answer).await
    };
    state.answers.heat.ask(key, snapshot.version, make).await
}
