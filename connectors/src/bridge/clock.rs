//! The time and the waiting of a bridge, and the signal that ends both.

use std::fmt;
use std::net::{Shutdown, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use ureq::Agent;

/// Where a bridge has its time from.
pub trait Clock: Send + Sync + fmt::Debug {
    /// µs since epoch UTC.
    fn now_us(&self) -> i64;

    /// Waits so long, or until it is told to stop.
    fn wait(&self, length: Duration, stop: &Stop);
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

/// How long a stop may go unheard while a bridge waits.
const SLICE: Duration = Duration::from_millis(50);

impl Clock for SystemClock {
    fn now_us(&self) -> i64 {
        Timestamp::now().as_microsecond()
    }

    fn wait(&self, length: Duration, stop: &Stop) {
        let began = Instant::now();
        while !stop.raised() {
            let left = length.saturating_sub(began.elapsed());
            if left.is_zero() {
                return;
            }
            std::thread::park_timeout(left.min(SLICE));
        }
    }
}

/// Tells a bridge to end; a clone is the same signal. A request under way is broken off.
#[derive(Clone, Default)]
pub struct Stop(Arc<Signal>);

#[derive(Default)]
struct Signal {
    raised: AtomicBool,
    agents: Mutex<Vec<Agent>>,
    /// The connection under way of a bridge that makes its own; one at a time.
    socket: Mutex<Weak<TcpStream>>,
}

impl fmt::Debug for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stop").field("raised", &self.raised()).finish_non_exhaustive()
    }
}

impl Stop {
    /// Tells it.
    pub fn raise(&self) {
        self.0.raised.store(true, Ordering::SeqCst);
        let agents = std::mem::take(&mut *self.0.agents.lock().unwrap_or_else(PoisonError::into_inner));
        for agent in agents {
            agent.shutdown();
        }
        if let Some(socket) = self.0.socket.lock().unwrap_or_else(PoisonError::into_inner).upgrade() {
            // One that is closed already needs no closing.
            drop(socket.shutdown(Shutdown::Both));
        }
    }

    /// Whether it was told.
    #[must_use]
    pub fn raised(&self) -> bool {
        self.0.raised.load(Ordering::SeqCst)
    }

    /// Breaks off what this agent has under way when the signal comes; at once if it came.
    pub(super) fn breaks_off(&self, agent: &Agent) {
        self.0.agents.lock().unwrap_or_else(PoisonError::into_inner).push(agent.clone());
        if self.raised() {
            self.raise();
        }
    }

    /// Closes this connection when the signal comes; at once if it came. The one before is let go.
    pub(super) fn closes(&self, socket: &Arc<TcpStream>) {
        *self.0.socket.lock().unwrap_or_else(PoisonError::into_inner) = Arc::downgrade(socket);
        if self.raised() {
            self.raise();
        }
    }
}
