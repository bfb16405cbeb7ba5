//! The simulated outside of a process: its reader, its outputs, history, its clock.

use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rand::Rng;
use serde_json::Value;
use tanggap_connectors::decode::Payload;
use tanggap_connectors::kafka::{KafkaError, Polled, SinkCounters};

use super::super::history::{Through, Waiting};
use super::super::outbox::Message;
use super::super::outside::Outside;
use super::world::{Plant, World};

/// A process's outside.
#[derive(Debug)]
pub(super) struct SimulatedKafka {
    world: Arc<World>,
    process: usize,
    next: usize,
    stuck: bool,
    progress: Instant,
    deliveries: RefCell<SinkCounters>,
    /// Outputs that are taken, which the process does not know yet.
    unheard: RefCell<u64>,
    offered: Option<Waiting>,
    through: Cell<Option<Through>>,
}

impl SimulatedKafka {
    /// Reads the log from an offset.
    pub(super) fn open(world: &Arc<World>, process: usize, from: i64) -> Self {
        let mut kafka = Self {
            world: Arc::clone(world),
            process,
            next: 0,
            stuck: false,
            progress: world.now(),
            deliveries: RefCell::default(),
            unheard: RefCell::default(),
            offered: None,
            through: Cell::new(None),
        };
        kafka.seek(from);
        kafka
    }

    fn seek(&mut self, from: i64) {
        let from = usize::try_from(from).unwrap();
        let late = from > 0 && self.world.state().plant == Some(Plant::OffsetOffByOne);
        self.next = from + usize::from(late);
        self.stuck = false;
        self.progress = self.world.now();
    }
}

impl Outside for SimulatedKafka {
    fn now(&self) -> Instant {
        self.world.now()
    }

    fn wait(&self, time: Duration) {
        self.world.pass_through(self.process);
        self.world.state().let_time_pass(time);
    }

    fn read(&mut self, most: usize, patience: Duration, take: &mut dyn FnMut(&Payload<'_>)) -> Result<Option<Polled>, KafkaError> {
        self.world.pass_through(self.process);
        let log = &self.world.log;
        let (messages, published) = {
            let mut state = self.world.state();
            let state = &mut *state;
            state.release_held();
            state.published = if state.calm {
                log.len()
            } else {
                log.len().min(state.published + state.chance.random_range(0..12_usize))
            };
            let took = Duration::from_millis(state.chance.random_range(0..400));
            state.let_time_pass(took);
            if !self.stuck && state.happens(state.troubles.reader_stuck) {
                self.stuck = true;
                state.tally.stuck_readers += 1;
            }
            let there = state.published.saturating_sub(self.next).min(most);
            let messages = if self.stuck {
                0
            } else {
                state.chance.random_range(0..=there.min(24))
            };
            if messages == 0 {
                state.let_time_pass(patience);
            }
            (messages, state.published)
        };
        for (position, line) in log.iter().enumerate().skip(self.next).take(messages) {
            take(&Payload {
                offset: i64::try_from(position).unwrap(),
                broker_time: Some(line.broker_time),
                bytes: line.payload.as_deref(),
            });
        }
        self.next += messages;
        let at_end = !self.stuck && self.next >= published;
        if messages > 0 || at_end {
            self.progress = self.world.now();
        }
        Ok(Some(Polled {
            messages,
            bytes: 0,
            high_watermark: Some(i64::try_from(published).unwrap()),
            at_end,
        }))
    }

    fn last_progress(&self) -> Option<Instant> {
        Some(self.progress)
    }

    fn read_anew(&mut self, from: i64) -> Result<(), KafkaError> {
        self.seek(from);
        Ok(())
    }

    fn send(&mut self, messages: &[Message]) {
        let (mut counters, mut unheard) = (SinkCounters::default(), 0);
        let mut state = self.world.state();
        let state = &mut *state;
        if let Some(first) = messages.first() {
            let (epoch, stands) = (epoch_of(&first.value), state.safe_epoch());
            if epoch > stands {
                state.is_wrong(format!("outputs of epoch {epoch} are sent while {stands} is all that stands"));
            }
        }
        let trouble = state.happens(state.troubles.outputs_fail);
        for message in messages {
            counters.queued += 1;
            let arrives = (message.topic.clone(), message.value.clone());
            if !trouble || state.chance.random() {
                unheard += 1;
                state.topics.entry(arrives.0).or_default().push(arrives.1);
                continue;
            }
            state.tally.output_failures += 1;
            match state.chance.random_range(0..3_u8) {
                0 => state.topics.entry(arrives.0).or_default().push(arrives.1),
                1 => state.stragglers.push(arrives),
                _ => {}
            }
            counters.failed += 1;
        }
        self.deliveries.replace(counters);
        self.unheard.replace(unheard);
    }

    fn deliveries(&self) -> SinkCounters {
        let mut state = self.world.state();
        let (mut counters, mut unheard) = (self.deliveries.borrow_mut(), self.unheard.borrow_mut());
        while *unheard > 0 && state.chance.random_bool(0.7) {
            *unheard -= 1;
            counters.delivered += 1;
        }
        *counters
    }

    fn offer(&mut self, waiting: Waiting) {
        let mut state = self.world.state();
        if state.calm {
            self.through.set(state.append(&waiting));
        }
        drop(state);
        self.offered = Some(waiting);
    }

    fn through(&self) -> Option<Through> {
        let heard = self.offered.as_ref().and_then(|waiting| self.world.state().append(waiting));
        self.through.set(heard.or(self.through.get()));
        self.through.get()
    }
}

/// The epoch a message was written in.
fn epoch_of(value: &str) -> u64 {
    let value: Value = serde_json::from_str(value).unwrap();
    value["epoch"].as_u64().unwrap()
}
