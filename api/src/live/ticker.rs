//! Tickers: one task a window, category and audience, as long as somebody listens. It counts when the city has changed, at most
//! four times a second, and tells everybody the same bytes.
//!
//! ```text
//! city.version ──▶ count (250 ms) ──▶ delta ─────┐
//!              └─▶ trending, totals (1 s) ──▶ watermark ──▶ broadcast (bounded) ──▶ listeners; a slow one gets `resync`
//! ```

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use axum::body::Bytes;
use serde_json::{Value, json};
use tanggap_engine::event::Category;
use tanggap_queries::tables::CitySnapshot;
use tokio::sync::broadcast::{Receiver, Sender, channel};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{MissedTickBehavior, interval};

use super::baseline::Baseline;
use super::frame::{Cells, columns, event};
use super::heat::{Heat, totals};
use crate::error::Problem;
use crate::extractors::Viewer;
use crate::routes::{open_complaints, rising, sources};
use crate::state::AppState;
use crate::time::{Window, now_us, rfc3339};

/// The most often a change is told.
const TICK: Duration = Duration::from_millis(250);
/// Ticks between two watermarks: one second.
const TICKS_A_WATERMARK: u32 = 4;
/// Ticks a ticker stays without a listener: a page that reloads finds it warm.
const TICKS_ALONE: u32 = 40;
/// Messages a slow listener may fall behind: some ten seconds. Each is kept once, whoever listens.
const BACKLOG: usize = 64;
/// Listeners at once; a thousand cost one hundredth of a core and some megabytes.
const LISTENERS: usize = 4_000;
/// Rows of the rising list in a watermark.
const RISING: usize = 10;

/// What a ticker counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Topic {
    /// Length of the window, seconds.
    pub(crate) window_s: u32,
    /// Only this category.
    pub(crate) category: Option<Category>,
    /// For whom.
    pub(crate) viewer: Viewer,
}

/// What all listeners of a ticker have been told so far.
#[derive(Debug, Default)]
struct Told {
    seq: u64,
    heat: Heat,
    window: Option<Window>,
    as_of: Option<i64>,
    watermark: Option<Bytes>,
    counted: bool,
}

#[derive(Debug)]
struct Ticker {
    topic: Topic,
    epoch: u64,
    /// Telling and being told are one step: who subscribes gets every message after its snapshot and none before. Never held
    /// across an await.
    told: Mutex<Told>,
    sender: Sender<Bytes>,
}

/// The running tickers.
#[derive(Debug)]
pub(crate) struct Tickers {
    running: Mutex<HashMap<Topic, Arc<Ticker>>>,
    places: Arc<Semaphore>,
    closed: AtomicBool,
}

/// A new listener's share.
pub(super) struct Subscription {
    pub(super) first: Vec<Bytes>,
    pub(super) receiver: Receiver<Bytes>,
    pub(super) place: OwnedSemaphorePermit,
}

impl Tickers {
    pub(crate) fn new() -> Self {
        Self {
            running: Mutex::new(HashMap::new()),
            places: Arc::new(Semaphore::new(LISTENERS)),
            closed: AtomicBool::new(false),
        }
    }

    /// Ends all streams and refuses new ones.
    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
    }

    fn running(&self) -> MutexGuard<'_, HashMap<Topic, Arc<Ticker>>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Joins the ticker of a topic, and starts it if nobody has.
    pub(super) fn subscribe(&self, state: &Arc<AppState>, topic: Topic) -> Result<Subscription, Problem> {
        if self.closed.load(Ordering::SeqCst) {
            return Err(Problem::busy("the server is stopping"));
        }
        let place = Arc::clone(&self.places)
            .try_acquire_owned()
            .map_err(|_| Problem::busy("too many pages listen already"))?;
        let mut running = self.running();
        let ticker = running.entry(topic).or_insert_with(|| {
            let ticker = Arc::new(Ticker::new(topic));
            tokio::spawn(run(Arc::downgrade(state), Arc::clone(&ticker)));
            ticker
        });
        let told = ticker.told();
        let receiver = ticker.sender.subscribe();
        let mut first = Vec::new();
        if told.counted {
            first.push(ticker.snapshot(&told, state.grid.version()));
            first.extend(told.watermark.clone());
        }
        drop(told);
        Ok(Subscription { first, receiver, place })
    }
}

impl Ticker {
    fn new(topic: Topic) -> Self {
        Self {
            topic,
            epoch: now_us().unsigned_abs() / 1_000,
            told: Mutex::new(Told::default()),
            sender: channel(BACKLOG).0,
        }
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn snapshot(&self, told: &Told, grid: &str) -> Bytes {
        let cells = told.heat.cells.iter().map(|(number, heat)| (*number, *heat));
        event(Some((self.epoch, told.seq)), "snapshot", &self.cells(told, grid, columns(cells)))
    }

    fn cells<'a>(&self, told: &Told, grid: &'a str, cells: (Vec<u32>, Vec<i64>, Vec<i32>)) -> Cells<'a> {
        Cells {
            grid,
            window_s: self.topic.window_s,
            as_of: told.as_of.map(rfc3339),
            complete: told.window.is_some_and(|window| window.complete),
            columns: cells,
        }
    }

    /// Tells what changed: the first time everything, later the difference.
    fn tell_heat(&self, heat: Heat, window: Option<Window>, as_of: Option<i64>, grid: &str) {
        let mut told = self.told();
        let changed = heat.since(&told.heat);
        let first = !told.counted;
        told.heat = heat;
        told.window = window;
        told.as_of = as_of;
        told.counted = true;
        if !first && changed.is_empty() {
            return;
        }
        told.seq += 1;
        let message = if first {
            self.snapshot(&told, grid)
        } else {
            event(Some((self.epoch, told.seq)), "delta", &self.cells(&told, grid, columns(changed)))
        };
        // No receiver is no fault: the ticker stays a while for the next.
        let _ = self.sender.send(message);
    }

    fn tell_watermark(&self, body: &Value) {
        let mut told = self.told();
        told.seq += 1;
        let message = event(Some((self.epoch, told.seq)), "watermark", body);
        told.watermark = Some(message.clone());
        let _ = self.sender.send(message);
    }

    fn window(&self, state: &AppState, snapshot: &CitySnapshot) -> Option<Window> {
        Window::of(snapshot, i64::from(self.topic.window_s) * 1_000_000, state.settings.delay_s, None)
    }

    /// Counts the heat of now, on the analysts' threads.
    async fn count(&self, state: &Arc<AppState>, snapshot: &Arc<CitySnapshot>, baseline: Option<Baseline>) -> Option<Baseline> {
        let Some(window) = self.window(state, snapshot) else {
            self.tell_heat(Heat::default(), None, None, state.grid.version());
            return None;
        };
        let (city, grid, topic) = (Arc::clone(snapshot), Arc::clone(&state.grid), self.topic);
        let minimum = usize::try_from(topic.viewer.minimum_reporters(state)).unwrap_or(usize::MAX);
        let counted = state.analysts.compute(move || {
            let baseline = baseline
                .filter(|baseline| baseline.fits(window))
                .unwrap_or_else(|| Baseline::before(&city, &grid, window, topic.category));
            let heat = Heat::count(&city, &grid, window, topic.category, &baseline, minimum);
            (heat, baseline)
        });
        // A failure is logged where it happens; the listeners keep what they have.
        let (heat, baseline) = counted.await.ok()?;
        self.tell_heat(heat, Some(window), snapshot.watermark(), state.grid.version());
        Some(baseline)
    }

    async fn watermark(&self, state: &Arc<AppState>, snapshot: &Arc<CitySnapshot>) {
        let topic = self.topic;
        let now = now_us();
        let trending = match self.window(state, snapshot) {
            Some(window) => rising(state, snapshot, window, topic.category, topic.viewer, RISING)
                .await
                .unwrap_or_default(),
            None => Vec::new(),
        };
        let open = open_complaints(state, snapshot).await.ok().flatten();
        let sums = self
            .window(state, snapshot)
            .map(|window| totals(snapshot, topic.category, window.end_us));
        self.tell_watermark(&json!({
            "as_of": snapshot.watermark().map(rfc3339),
            "now": rfc3339(now),
            "sources": sources(snapshot, state.settings.delay_s, now),
            "trending": trending,
            "totals": {
                "reports_60m": sums.map(|sums| sums.0),
                "open": open,
                "rate_per_min": sums.map(|sums| f64::from(i32::try_from(sums.1).unwrap_or(i32::MAX)) / 5.0),
            },
        }));
    }
}

/// Ticks until nobody has listened for a while, the server stops, or the state is gone.
async fn run(state: Weak<AppState>, ticker: Arc<Ticker>) {
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut alone, mut tick) = (0, 0);
    let mut version = None;
    let mut baseline = None;
    loop {
        ticks.tick().await;
        let Some(state) = state.upgrade() else { return };
        if state.tickers.closed.load(Ordering::SeqCst) {
            state.tickers.running().remove(&ticker.topic);
            return;
        }
        alone = if ticker.sender.receiver_count() == 0 { alone + 1 } else { 0 };
        if alone > TICKS_ALONE {
            let mut running = state.tickers.running();
            // Subscribing takes this lock too, so nobody can join between looking and leaving.
            if ticker.sender.receiver_count() == 0 {
                running.remove(&ticker.topic);
                return;
            }
        }
        let snapshot = state.city.snapshot();
        if version != Some(snapshot.version) {
            version = Some(snapshot.version);
            baseline = ticker.count(&state, &snapshot, baseline.take()).await;
        }
        if tick % TICKS_A_WATERMARK == 0 {
            ticker.watermark(&state, &snapshot).await;
        }
        tick = tick.wrapping_add(1);
    }
}
