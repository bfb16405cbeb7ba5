//! The thread that appends to history: all lanes in one commit a table, at most one a minute unless there is much.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::compute::concat_batches;
use tanggap_connectors::history::{DeltaHistory, HistoryError, HistoryTable, Part};
use tanggap_queries::measures::PaneKernel;
use tanggap_queries::tables::City;

use super::board::Due;
use super::rows::{lane_row, position, rows_of};
use super::{Board, Stand, Through, Waiting, view_of};
use crate::run::setting::Setting;

/// Appends to history.
#[derive(Debug)]
pub(in crate::run) struct Historian {
    board: Arc<Board>,
    city: Arc<City>,
    url: Option<String>,
    data_dir: PathBuf,
    every: Duration,
    offset_us: i64,
    history: Option<DeltaHistory>,
    /// Every lane that history knows, and ours.
    lanes: BTreeSet<String>,
    last_vacuum: Instant,
}

/// How long it waits after a failure.
const RETRY: Duration = Duration::from_secs(1);
/// How often it looks anew when another process was faster, before it waits.
const TRIES: usize = 8;
/// How often files that nobody needs are removed.
const VACUUM: Duration = Duration::from_hours(24);

impl Historian {
    /// The historian of a city.
    pub(in crate::run) fn new(setting: &Setting, data_dir: PathBuf, board: Arc<Board>, city: Arc<City>) -> Self {
        Self {
            board,
            city,
            url: setting.config.store.url.clone(),
            data_dir,
            every: Duration::from_secs(setting.config.history.append_s.into()),
            offset_us: setting.config.decode.zone_offset.seconds() * 1_000_000,
            history: None,
            lanes: BTreeSet::new(),
            last_vacuum: Instant::now(),
        }
    }

    /// Appends until the board is closed, and then what is left.
    pub(in crate::run) fn work(mut self) {
        // What is there already is of use at once, and lanes learn how far they are.
        let mut next = Instant::now();
        loop {
            let due = self.board.wait(next.saturating_duration_since(Instant::now()));
            let done = match &due {
                Due::Look => self.look(),
                Due::Append(waiting) | Due::Last(waiting) => self.round(waiting),
            };
            if let Err(error) = &done {
                tracing::error!(
                    error = format!("{error:#}"),
                    "history is not written; what waits is kept, trying again"
                );
            }
            next = match due {
                Due::Last(_) => return,
                _ if done.is_err() => Instant::now() + RETRY,
                Due::Append(_) => Instant::now() + self.every,
                Due::Look => next,
            };
        }
    }

    /// Tells readers what others have appended.
    fn look(&mut self) -> anyhow::Result<()> {
        self.open()?;
        let Some(history) = &mut self.history else { return Ok(()) };
        if history.refresh()? {
            self.lanes.extend(history.lanes()?);
            self.city.remember(view_of(history, &self.lanes)?);
        }
        Ok(())
    }

    /// Opens history, where that has not been done yet.
    fn open(&mut self) -> anyhow::Result<()> {
        if self.history.is_none() {
            let history = DeltaHistory::open(self.url.as_deref(), &self.data_dir)?;
            self.lanes = history.lanes()?;
            self.board.introduce(self.lanes.clone());
            self.city.remember(view_of(&history, &self.lanes)?);
            self.history = Some(history);
        }
        Ok(())
    }

    fn round(&mut self, waiting: &[Waiting]) -> anyhow::Result<()> {
        self.look()?;
        let Some(history) = &mut self.history else { return Ok(()) };
        announce(history, waiting, &mut self.lanes)?;
        append(history, waiting, self.offset_us)?;
        let mut through = BTreeMap::new();
        for waiting in waiting {
            let lane = &waiting.stand.lane;
            if let Some(at) = through_of(history, lane)? {
                through.insert(lane.clone(), at);
            }
        }
        // Readers first: what a lane drops must be found in history.
        self.city.remember(view_of(history, &self.lanes)?);
        for (lane, at) in through {
            self.board.done(&lane, at);
        }
        self.tidy()
    }

    /// Puts small files together, and now and then removes those that nobody needs.
    fn tidy(&mut self) -> anyhow::Result<()> {
        let Some(history) = &mut self.history else { return Ok(()) };
        let mut tidied = 0;
        for table in HistoryTable::ALL {
            match history.compact(table) {
                Ok(files) => tidied += files,
                Err(HistoryError::Moved(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        if self.last_vacuum.elapsed() >= VACUUM {
            self.last_vacuum = Instant::now();
            for table in HistoryTable::ALL {
                history.vacuum(table)?;
            }
        }
        if tidied > 0 {
            self.city.remember(view_of(history, &self.lanes)?);
        }
        Ok(())
    }
}

/// How far all tables have a lane; none before the first append.
fn through_of(history: &DeltaHistory, lane: &str) -> Result<Option<Through>, HistoryError> {
    let mut seq = i64::MAX;
    for table in HistoryTable::ALL.into_iter().filter(|table| *table != HistoryTable::Traffic) {
        match history.through(table, lane)? {
            Some(at) => seq = seq.min(at),
            None => return Ok(None),
        }
    }
    let sight_us = history.through(HistoryTable::Traffic, lane)?.unwrap_or(i64::MIN);
    Ok(Some(Through { seq, sight_us }))
}

/// Names lanes that history does not know before anything of them is appended: who reads a table must know whose rows may be in it.
fn announce(history: &mut DeltaHistory, waiting: &[Waiting], known: &mut BTreeSet<String>) -> anyhow::Result<()> {
    let mut rows = Vec::new();
    for stand in waiting
        .iter()
        .map(|waiting| &waiting.stand)
        .filter(|stand| !known.contains(&stand.lane))
    {
        rows.push(lane_row(&Stand {
            lane: stand.lane.clone(),
            ..Stand::default()
        })?);
    }
    if rows.is_empty() {
        return Ok(());
    }
    let rows = concat_batches(&HistoryTable::Lanes.columns(), &rows)?;
    let part = [Part { date: None, rows }];
    while_it_moves(|| Ok(history.append(HistoryTable::Lanes, &part, &[])?))?;
    known.extend(waiting.iter().map(|waiting| waiting.stand.lane.clone()));
    Ok(())
}

/// Appends what waits to all tables.
fn append(history: &mut DeltaHistory, waiting: &[Waiting], offset_us: i64) -> anyhow::Result<()> {
    let mut kernel = PaneKernel::new()?;
    for table in HistoryTable::ALL {
        while_it_moves(|| append_to(history, table, waiting, offset_us, &mut kernel))?;
    }
    Ok(())
}

/// Tries again while other processes are faster.
fn while_it_moves(mut attempt: impl FnMut() -> anyhow::Result<()>) -> anyhow::Result<()> {
    for _ in 1..TRIES {
        match attempt() {
            Err(error) if matches!(error.downcast_ref(), Some(HistoryError::Moved(_))) => {}
            done => return done,
        }
    }
    attempt()
}

fn append_to(
    history: &mut DeltaHistory,
    table: HistoryTable,
    waiting: &[Waiting],
    offset_us: i64,
    kernel: &mut PaneKernel,
) -> anyhow::Result<()> {
    let mut by_date: BTreeMap<Option<String>, Vec<RecordBatch>> = BTreeMap::new();
    let mut through = Vec::new();
    for waiting in waiting {
        let (lane, from) = (&waiting.stand.lane, history.through(table, &waiting.stand.lane)?);
        let Some(to) = position(table, &waiting.stand).filter(|to| from.is_none_or(|from| *to > from)) else {
            continue;
        };
        for part in rows_of(table, waiting, from.unwrap_or(i64::MIN), offset_us, kernel)? {
            by_date.entry(part.date).or_default().push(part.rows);
        }
        through.push((lane.clone(), to));
    }
    if through.is_empty() {
        return Ok(());
    }
    let parts: Result<Vec<Part>, _> = by_date
        .into_iter()
        .map(|(date, rows)| concat_batches(&table.columns(), &rows).map(|rows| Part { date, rows }))
        .collect();
    Ok(history.append(table, &parts?, &through)?)
}
