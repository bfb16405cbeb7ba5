//! The heat behind cells, tiles and the rising list: one question, remembered while the city stays as it is.

use std::collections::HashMap;
use std::future::{Future, ready};
use std::sync::Arc;

use tanggap_engine::event::Category;
use tanggap_queries::QueryError;
use tanggap_queries::named::{Heat, HeatLevel, HeatQuestion, HeatRow, History, MINIMUM_N, MINIMUM_REPORTERS, surprise};
use tanggap_queries::tables::CitySnapshot;

use crate::disclosure::Disclosure;
use crate::error::Problem;
use crate::live::Grid;
use crate::state::{AppState, HeatAnswer, HeatKey};

/// Rows of the rising list that are remembered.
pub(super) const MOST_RISING: usize = 200;

/// The heat of one window.
pub(super) async fn heat(state: &Arc<AppState>, snapshot: &Arc<CitySnapshot>, key: HeatKey) -> Result<Arc<HeatAnswer>, Problem> {
    let split = HeatKey {
        split: true,
        ..key.clone()
    };
    // To the public a cell is told as its categories are together.
    let together = key.public && !key.split && key.level == HeatLevel::Cell && !Disclosure::to(false, state).exact();
    let parts = async {
        if together {
            answered(state, snapshot, split, ready(Ok(None))).await.map(Some)
        } else {
            Ok(None)
        }
    };
    answered(state, snapshot, key, parts).await
}

/// The remembered answer, or a new one; `parts` are the same by category, where it needs them.
async fn answered(
    state: &Arc<AppState>,
    snapshot: &Arc<CitySnapshot>,
    key: HeatKey,
    parts: impl Future<Output = Result<Option<Arc<HeatAnswer>>, Problem>>,
) -> Result<Arc<HeatAnswer>, Problem> {
    let places = match key.level {
        HeatLevel::Cell => state.grid.places(),
        HeatLevel::Kelurahan => u32::try_from(state.territory.kelurahan().len()).unwrap_or(u32::MAX),
    };
    let disclosure = Disclosure::to(!key.public, state);
    let question = HeatQuestion {
        level: key.level,
        split: key.split,
        start_us: key.start_us,
        end_us: key.end_us,
        history: History::before(key.start_us, snapshot),
        places,
        base: disclosure.rounded_to(),
        category: key.category.map(Category::id),
        channel: key.channel.clone(),
        kelurahan: key.kelurahan,
    };
    let (level, grid) = (key.level, Arc::clone(&state.grid));
    let make = async {
        let parts = parts.await?;
        let session = state.desk.session(snapshot)?;
        let answer = async move {
            let heat = Heat::collect(&session, &question).await?;
            let exact = heat.rows()?;
            let answer = if disclosure.exact() {
                HeatAnswer {
                    rows: exact,
                    rising: if question.split {
                        heat.rising(MOST_RISING).await?
                    } else {
                        Vec::new()
                    },
                }
            } else {
                let parts = parts.as_ref().map_or(&[][..], |parts| &parts.rows);
                let rows = told(&exact, parts, level, &grid, disclosure);
                HeatAnswer {
                    rising: if question.split { rising(&rows) } else { Vec::new() },
                    rows,
                }
            };
            Ok::<_, QueryError>(answer)
        };
        state.analysts.ask(answer).await
    };
    state.answers.heat.ask(key, snapshot.version, make).await
}

/// Rows as the public is told them, in the same order; `parts` are their categories, if they are told by category too. Cells of a kelurahan are
/// kept apart from all it has; a kelurahan is what single complaints are told of.
fn told(rows: &[HeatRow], parts: &[HeatRow], level: HeatLevel, grid: &Grid, disclosure: Disclosure) -> Vec<HeatRow> {
    let counts = match level {
        HeatLevel::Cell => {
            let group = |row: &HeatRow| {
                let cell = grid.number(row.area.cast_unsigned()).and_then(|number| grid.at(number));
                (cell.map(|cell| cell.kelurahan).or(row.kelurahan), row.category.clone())
            };
            disclosure.apart(rows.iter().map(|row| (group(row), row.n, row.reporters)))
        }
        HeatLevel::Kelurahan => rows.iter().map(|row| disclosure.count(row.n, row.reporters)).collect(),
    };
    let mut sums: HashMap<i64, i64> = HashMap::new();
    for part in parts {
        *sums.entry(part.area).or_default() += part.n;
    }
    let row = |(row, own): (&HeatRow, Option<i64>)| {
        let n = disclosure.whole(own, sums.get(&row.area).copied().unwrap_or(0))?;
        Some(HeatRow {
            n,
            expected: row.told,
            z: surprise(n, row.told),
            // Each of them has reported: more people than reports would tell of more reports.
            reporters: disclosure.rounded(row.reporters).min(n),
            since_us: row.since_us.map(|since_us| disclosure.quarter(since_us)),
            ..row.clone()
        })
    };
    rows.iter().zip(counts).filter_map(row).collect()
}

/// Of rows as they are told those that rise, in the order of `sql/trending.sql`.
fn rising(rows: &[HeatRow]) -> Vec<HeatRow> {
    let above = |row: &&HeatRow| row.n >= MINIMUM_N && row.reporters >= MINIMUM_REPORTERS && row.z > 0.0;
    let mut rising: Vec<HeatRow> = rows.iter().filter(above).cloned().collect();
    // Stable: of equal ones the order of area and category.
    rising.sort_by(|a, b| b.z.total_cmp(&a.z).then_with(|| b.n.cmp(&a.n)));
    rising.truncate(MOST_RISING);
    rising
}
