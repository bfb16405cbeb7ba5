//! A simulated process: the production lane, its follower and its store, until something kills it.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, LazyLock};

use tanggap_connectors::kafka::Lane;
use tanggap_connectors::store::StoreError;
use tanggap_engine::commit::Writer;
use tanggap_engine::lane::Ground;
use tanggap_engine::route::{JAKARTA, Router};
use tanggap_engine::territory::Territory;
use tanggap_queries::tables::City;

use super::super::follower::Follower;
use super::super::lane::LaneRunner;
use super::super::setting::Setting;
use super::disk::SimulatedDisk;
use super::kafka::SimulatedKafka;
use super::world::{Death, World};
use crate::config::Config;

/// The lane of every world; its topic stands for all: what is read differs by the world, see [`super::story`].
pub(super) const LANE: &str = "lane-0";

/// A city whose lanes keep few epochs and wait briefly for what is late, so that much happens in few lines.
pub(super) static SETTING: LazyLock<Setting> = LazyLock::new(|| {
    let mut config = Config::default();
    config.store.keep_epochs = 3;
    config.store.epoch_ms = 400;
    config.store.dead_letters = 5;
    config.time.allowed_lateness_s = 3_600;
    config.lanes.remember_ids_h = 2;
    let territory = Territory::jakarta_default();
    Setting {
        config: Arc::new(config),
        ground: Ground::of(&territory),
        territory: Arc::new(territory),
        router: Arc::new(Router::from_toml(JAKARTA).unwrap()),
        texts: None,
    }
});

/// A living process.
#[derive(Debug)]
pub(super) struct Process {
    number: usize,
    world: Arc<World>,
    city: Arc<City>,
    follower: Follower<SimulatedKafka>,
    seen_epoch: u64,
}

impl Process {
    /// Takes the lane up; `None` if it dies over it or the store fails.
    pub(super) fn start(world: &Arc<World>) -> Option<Self> {
        let number = {
            let mut state = world.state();
            state.alive.push(true);
            state.alive.len() - 1
        };
        let started = alive(|| take_up(world, number))?;
        match started {
            Ok(process) => {
                world.state().tally.taken_up += 1;
                Some(process)
            }
            Err(error) => {
                if !matches!(error.downcast_ref(), Some(StoreError::Io { .. })) {
                    world.state().is_wrong(format!("the lane cannot be taken up: {error:#}"));
                }
                None
            }
        }
    }

    /// Lets it work for so many turns; `None` if it does not live that long.
    pub(super) fn run(mut self, turns: usize) -> Option<Self> {
        for _ in 0..turns {
            let stop = AtomicBool::new(false);
            let worked = alive(|| self.follower.go_on(&stop))?;
            if !self.lives_on(worked) {
                return None;
            }
        }
        Some(self)
    }

    /// Tells it to stop, as an operator does.
    pub(super) fn stop(mut self) {
        if let Some(stopped) = alive(|| self.follower.take_leave()) {
            self.lives_on(stopped);
        }
    }

    fn lives_on(&mut self, worked: anyhow::Result<()>) -> bool {
        let mut state = self.world.state();
        let written = self.city.snapshot().lanes.get(LANE).and_then(|lane| lane.written);
        if let Some(written) = written.filter(|written| written.epoch > self.seen_epoch) {
            self.seen_epoch = written.epoch;
            state.tally.commits += 1;
            let stands = state.safe_epoch();
            if stands < written.epoch {
                state.is_wrong(format!(
                    "epoch {} is said to be written, but {stands} is what stands",
                    written.epoch
                ));
            }
        }
        if state.has_damaged() {
            state.is_wrong("a manifest is damaged, though no disk has failed that way".to_owned());
        }
        let Err(error) = worked else { return true };
        state.alive[self.number] = false;
        match error.downcast_ref() {
            Some(StoreError::Fenced { .. }) => state.tally.fenced += 1,
            Some(StoreError::Io { .. }) => {}
            _ => state.is_wrong(format!("the lane stops: {error:#}")),
        }
        false
    }
}

/// What comes out, unless the process dies over it.
fn alive<T>(work: impl FnOnce() -> T) -> Option<T> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(done) => Some(done),
        Err(end) if end.is::<Death>() => None,
        Err(panic) => resume_unwind(panic),
    }
}

fn take_up(world: &Arc<World>, number: usize) -> anyhow::Result<Process> {
    let store = SimulatedDisk::store(world, number);
    let writer = Writer {
        program: "simulated".to_owned(),
        session: format!("{number:06}"),
    };
    let topic = world.topic;
    let (runner, unsent) = LaneRunner::resume(&SETTING, topic, 0, LANE.to_owned(), store, writer)?;
    let outside = SimulatedKafka::open(world, number, runner.next_offset());
    let lane = Lane {
        topic: topic.to_owned(),
        partition: 0,
        low: 0,
        high: 0,
    };
    let seen_epoch = runner.written().map_or(0, |written| written.epoch);
    let city = Arc::new(City::default());
    Ok(Process {
        number,
        world: Arc::clone(world),
        city: Arc::clone(&city),
        follower: Follower::new(&SETTING, runner, unsent, lane, outside, city),
        seen_epoch,
    })
}
