//! The simulated world: one machine with a disk, one lane's log, output topics, and a clock. Processes come and go in it. Everything that
//! happens is drawn from one seed, in one thread, so a seed is a story that can be told again.

use std::collections::BTreeMap;
use std::panic::resume_unwind;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::archive::Archive;
use super::files::Files;
use super::process::Process;
use super::story::Line;

/// A mistake that is made on purpose, to see it found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Plant {
    /// A new reader begins one message too late.
    OffsetOffByOne,
    /// Files are not synced before they are named.
    FilesNotSynced,
    /// Folders are not synced after a file was named in them.
    FoldersNotSynced,
    /// Outputs leave before the manifest stands.
    OutboxBeforeCommit,
    /// A manifest may be written over.
    NoFence,
    /// History does not ask how far it was.
    AppendedAgain,
}

/// How often things go wrong: chances at each thing a process does.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Troubles {
    /// It is killed.
    pub(super) killed: f64,
    /// The machine loses power.
    pub(super) power_cut: f64,
    /// It stands still while another process takes its lane.
    pub(super) asleep: f64,
    /// The disk refuses.
    pub(super) disk_fails: f64,
    /// Kafka does not take an output, takes it and does not say so, or takes it much later.
    pub(super) outputs_fail: f64,
    /// The reader gives nothing any more.
    pub(super) reader_stuck: f64,
    /// The clock jumps ahead.
    pub(super) clock_jumps: f64,
}

/// What happened, all seeds together.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    pub(super) commits: u64,
    pub(super) taken_up: u64,
    pub(super) killed: u64,
    pub(super) power_cuts: u64,
    pub(super) put_to_sleep: u64,
    pub(super) fenced: u64,
    pub(super) disk_failures: u64,
    pub(super) output_failures: u64,
    pub(super) stuck_readers: u64,
    pub(super) repeats: u64,
    pub(super) appends: u64,
}

impl Tally {
    fn counts(&mut self) -> [&mut u64; 11] {
        [
            &mut self.commits,
            &mut self.taken_up,
            &mut self.killed,
            &mut self.power_cuts,
            &mut self.put_to_sleep,
            &mut self.fenced,
            &mut self.disk_failures,
            &mut self.output_failures,
            &mut self.stuck_readers,
            &mut self.repeats,
            &mut self.appends,
        ]
    }

    pub(super) fn add(&mut self, mut other: Self) {
        for (sum, count) in self.counts().into_iter().zip(other.counts()) {
            *sum += *count;
        }
    }

    /// What happened least.
    pub(super) fn least(mut self) -> u64 {
        self.counts().into_iter().map(|count| *count).min().unwrap_or_default()
    }
}

/// A process that is no more: unwinds its stack without a word.
pub(super) struct Death;

/// What a disk does when asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Done,
    Refused,
    /// Done, but it says that it failed.
    DoneUnheard,
}

#[derive(Debug)]
pub(super) struct State {
    pub(super) chance: ChaCha8Rng,
    pub(super) troubles: Troubles,
    /// Nothing goes wrong any more, and the whole log is there.
    pub(super) calm: bool,
    pub(super) plant: Option<Plant>,
    pub(super) clock: Duration,
    pub(super) files: Files,
    /// Messages of the log that can be read by now.
    pub(super) published: usize,
    pub(super) topics: BTreeMap<String, Vec<String>>,
    pub(super) archive: Archive,
    /// Outputs that arrive when nobody waits for them any more.
    pub(super) stragglers: Vec<(String, String)>,
    /// Names that a planted mistake gives too late.
    pub(super) held: Vec<(PathBuf, Vec<u8>)>,
    /// Whether each process is alive.
    pub(super) alive: Vec<bool>,
    depth: usize,
    pub(super) tally: Tally,
    pub(super) wrong: Vec<String>,
}

/// The world.
#[derive(Debug)]
pub(super) struct World {
    epoch: Instant,
    pub(super) topic: &'static str,
    pub(super) log: Vec<Line>,
    state: Mutex<State>,
    sleepers: Mutex<Vec<Process>>,
}

/// How many processes may stand still one behind the other.
const DEPTH: usize = 3;

impl World {
    pub(super) fn new(seed: u64, topic: &'static str, log: Vec<Line>, troubles: Troubles, plant: Option<Plant>) -> Arc<Self> {
        Arc::new(Self {
            epoch: Instant::now(),
            topic,
            log,
            state: Mutex::new(State {
                chance: ChaCha8Rng::seed_from_u64(seed),
                troubles,
                calm: false,
                plant,
                clock: Duration::ZERO,
                files: Files::default(),
                published: 0,
                topics: BTreeMap::new(),
                archive: Archive::default(),
                stragglers: Vec::new(),
                held: Vec::new(),
                alive: Vec::new(),
                depth: 0,
                tally: Tally::default(),
                wrong: Vec::new(),
            }),
            sleepers: Mutex::new(Vec::new()),
        })
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn sleepers(&self) -> MutexGuard<'_, Vec<Process>> {
        self.sleepers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Draws a number below `below`.
    pub(super) fn draw(&self, below: usize) -> usize {
        self.state().chance.random_range(0..below)
    }

    pub(super) fn now(&self) -> Instant {
        self.epoch + self.state().clock
    }

    pub(super) fn put_to_sleep(&self, process: Process) {
        self.sleepers().push(process);
    }

    /// A sleeper, if there is one.
    pub(super) fn wake(&self) -> Option<Process> {
        let sleepers = self.sleepers().len();
        (sleepers > 0).then(|| {
            let which = self.draw(sleepers);
            self.sleepers().swap_remove(which)
        })
    }

    /// A process does something: what may happen to it then, happens.
    pub(super) fn pass_through(self: &Arc<Self>, process: usize) {
        let falls_asleep = {
            let mut state = self.state();
            if !state.alive[process] {
                drop(state);
                resume_unwind(Box::new(Death));
            }
            state.let_time_pass(Duration::from_micros(300));
            state.let_stragglers_in();
            let troubles = state.troubles;
            if state.happens(troubles.power_cut) {
                state.lose_power();
            } else if state.happens(troubles.killed) {
                state.alive[process] = false;
                state.tally.killed += 1;
            }
            if !state.alive[process] {
                drop(state);
                resume_unwind(Box::new(Death));
            }
            let falls_asleep = state.depth < DEPTH && state.happens(troubles.asleep);
            if falls_asleep {
                state.depth += 1;
                state.tally.put_to_sleep += 1;
            }
            falls_asleep
        };
        if falls_asleep {
            let turns = 1 + self.draw(30);
            let other = Process::start(self).and_then(|other| other.run(turns));
            // The other one stands still in turn, or is killed.
            if let Some(other) = other.filter(|_| self.draw(2) == 0) {
                self.put_to_sleep(other);
            }
            let mut state = self.state();
            state.depth -= 1;
            if !state.alive[process] {
                drop(state);
                resume_unwind(Box::new(Death));
            }
        }
    }
}

impl State {
    pub(super) fn happens(&mut self, chance: f64) -> bool {
        chance > 0.0 && self.chance.random_bool(chance)
    }

    pub(super) fn let_time_pass(&mut self, time: Duration) {
        self.clock += time;
        if self.happens(self.troubles.clock_jumps) {
            self.clock += Duration::from_secs(self.chance.random_range(1..120));
        }
    }

    pub(super) fn answer_of_disk(&mut self) -> Answer {
        if !self.happens(self.troubles.disk_fails) {
            return Answer::Done;
        }
        self.tally.disk_failures += 1;
        if self.chance.random() {
            Answer::Refused
        } else {
            Answer::DoneUnheard
        }
    }

    fn let_stragglers_in(&mut self) {
        if !self.stragglers.is_empty() && (self.chance.random_bool(0.05) || self.calm) {
            let which = self.chance.random_range(0..self.stragglers.len());
            let (topic, value) = self.stragglers.swap_remove(which);
            self.topics.entry(topic).or_default().push(value);
        }
    }

    fn lose_power(&mut self) {
        self.tally.power_cuts += 1;
        self.alive.fill(false);
        self.held.clear();
        let mut files = std::mem::take(&mut self.files);
        files.lose_power(&mut self.chance);
        self.files = files;
    }

    /// Notes what must never be.
    pub(super) fn is_wrong(&mut self, what: String) {
        self.wrong.push(what);
    }
}
