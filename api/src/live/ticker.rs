//! Tickers: one task a window, category and audience, as long as somebody listens. It counts when the city has changed, at most
//! four times a second, and tells everybody the same bytes.
//!
//! ```text
//! city.version ──▶ count (250 ms) ──▶ delta ─────┐
//!              └─▶ trending, totals (1 s) ──▶ watermark ──▶ broadcast (bounded) ──▶ listeners; a slow one catches up from `Told`
//! ```

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use serde_json::{Value, json};
use tanggap_engine::event::Category;
use tanggap_queries::tables::CitySnapshot;
use tokio::sync::broadcast::{Receiver, Sender, channel};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{MissedTickBehavior, interval};

use super::baseline::Baseline;
use super::event_id::{EventId, Run};
use super::heat::{Heat, totals};
use super::told::{Joined, Message, Told};
use crate::disclosure::Disclosure;
use crate::error::Problem;
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
    /// For whom: staff, or the public.
    pub(crate) staff: bool,
}

/// The one who counts a topic, and whoever wants to hear of it.
#[derive(Debug)]
pub(super) struct Ticker {
    topic: Topic,
    /// Telling and being told are one step: who subscribes gets every message after its snapshot and none before. Never held
    /// across an await.
    told: Mutex<Told>,
    sender: Sender<Message>,
}

/// The running tickers.
#[derive(Debug)]
pub(crate) struct Tickers {
    running: Mutex<HashMap<Topic, Arc<Ticker>>>,
    /// When the server started, ms since epoch.
    since_ms: u64,
    started: AtomicU64,
    places: Arc<Semaphore>,
    closed: AtomicBool,
}

/// A new listener's share.
pub(super) struct Subscription {
    pub(super) joined: Joined,
    pub(super) receiver: Receiver<Message>,
    pub(super) ticker: Weak<Ticker>,
    pub(super) place: OwnedSemaphorePermit,
}

impl Tickers {
    pub(crate) fn new() -> Self {
        Self {
            running: Mutex::new(HashMap::new()),
            since_ms: now_us().unsigned_abs() / 1_000,
            started: AtomicU64::new(0),
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

    /// Joins the ticker of a topic, and starts it if nobody has; who was here before says what it heard last.
    pub(super) fn subscribe(&self, state: &Arc<AppState>, topic: Topic, last: Option<EventId>) -> Result<Subscription, Problem> {
        if self.closed.load(Ordering::SeqCst) {
            return Err(Problem::busy("the server is stopping"));
        }
        let place = Arc::clone(&self.places)
            .try_acquire_owned()
            .map_err(|_| Problem::busy("too many pages listen already"))?;
        let mut running = self.running();
        let ticker = running.entry(topic).or_insert_with(|| {
            let run = Run {
                server: self.since_ms,
                ticker: self.started.fetch_add(1, Ordering::Relaxed) + 1,
            };
            let ticker = Arc::new(Ticker::new(topic, run, Disclosure::to(topic.staff, state)));
            tokio::spawn(tick(Arc::downgrade(state), Arc::clone(&ticker)));
            ticker
        });
        let (joined, receiver) = ticker.join(last, state.grid.version());
        Ok(Subscription {
            joined,
            receiver,
            ticker: Arc::downgrade(ticker),
            place,
        })
    }
}

impl Ticker {
    fn new(topic: Topic, run: Run, disclosure: Disclosure) -> Self {
        Self {
            topic,
            told: Mutex::new(Told::new(run, topic.window_s, disclosure.rounded_to())),
            sender: channel(BACKLOG).0,
        }
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn join(&self, last: Option<EventId>, grid: &str) -> (Joined, Receiver<Message>) {
        let told = self.told();
        let receiver = self.sender.subscribe();
        (told.join(last, grid), receiver)
    }

    /// Joins again after the event of this number.
    pub(super) fn rejoin(&self, heard: u64, grid: &str) -> (Joined, Receiver<Message>) {
        let told = self.told();
        let receiver = self.sender.subscribe();
        (told.join(Some(told.heard(heard)), grid), receiver)
    }

    fn tell_heat(&self, heat: Heat, window: Option<Window>, as_of: Option<i64>, grid: &str) {
        let mut told = self.told();
        if let Some(message) = told.heat(heat, window, as_of, grid) {
            // No receiver is no fault: the ticker stays a while for the next.
            let _ = self.sender.send(message);
        }
    }

    fn tell_watermark(&self, body: &Value) {
        let mut told = self.told();
        let message = told.watermark(body);
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
        let disclosure = Disclosure::to(topic.staff, state);
        let counted = state.analysts.compute(move || {
            let baseline = baseline
                .filter(|baseline| baseline.fits(window))
                .unwrap_or_else(|| Baseline::before(&city, &grid, window, topic.category));
            let heat = Heat::count(&city, &grid, window, topic.category, &baseline, disclosure);
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
            Some(window) => rising(state, snapshot, window, topic.category, topic.staff, RISING)
                .await
                .unwrap_or_default(),
            None => Vec::new(),
        };
        let disclosure = Disclosure::to(topic.staff, state);
        let open = open_complaints(state, snapshot).await.ok().flatten();
        let open = open.and_then(|open| disclosure.many(i64::try_from(open).unwrap_or(i64::MAX)));
        let sums = self
            .window(state, snapshot)
            .map(|window| totals(snapshot, topic.category, window.end_us));
        self.tell_watermark(&json!({
            "as_of": snapshot.watermark().map(rfc3339),
            "now": rfc3339(now),
            "rounded_to": disclosure.rounded_to(),
            "sources": sources(snapshot, state.settings.delay_s, now),
            "trending": trending,
            "totals": {
                "reports_60m": sums.and_then(|sums| disclosure.many(sums.0)),
                "open": open,
                "rate_per_min": sums.and_then(|sums| disclosure.many(sums.1)).map(a_minute),
            },
        }));
    }
}

/// Of five minutes.
fn a_minute(n: i64) -> f64 {
    f64::from(i32::try_from(n).unwrap_or(i32::MAX)) / 5.0
}

/// Ticks until nobody has listened for a while, the server stops, or the state is gone.
async fn tick(state: Weak<AppState>, ticker: Arc<Ticker>) {
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut alone, mut tick) = (0_u32, 0_u32);
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
