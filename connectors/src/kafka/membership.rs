//! Which lanes are ours when several processes share a city: the consumer group says so, and lets a lane go only after it was written down.
//!
//! The member reads nothing itself: what it is assigned it pauses, and the lanes are read by [`super::KafkaSource`] from where their
//! manifests say. The group's own offsets play no part.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext, Rebalance};
use rdkafka::error::KafkaError as Native;
use rdkafka::{ClientContext, TopicPartitionList};

use super::context::log;
use super::source::configuration;
use super::{KafkaConfig, KafkaError};

/// A topic and a partition.
pub type TopicPartition = (String, i32);

/// A member of a consumer group. Leaves it when dropped; its lanes are let go then without waiting.
pub struct Membership {
    consumer: Arc<BaseConsumer<Member>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// How long the member's thread sleeps in librdkafka; bounds how long `drop` waits for it.
const POLL: Duration = Duration::from_millis(100);
/// How long a lane may take to be written down before it is let go anyway: who has it then is fenced.
const LETTING_GO: Duration = Duration::from_secs(15);

#[derive(Debug, Default)]
struct Member {
    lanes: Mutex<Lanes>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Lanes {
    closing: bool,
    ours: BTreeSet<TopicPartition>,
    leaving: BTreeSet<TopicPartition>,
}

impl Membership {
    /// Joins the group of the configuration; lanes come as the group assigns them.
    ///
    /// # Errors
    /// A bad configuration.
    pub fn join(config: &KafkaConfig) -> Result<Option<Self>, KafkaError> {
        let Some(client) = config.member()? else {
            return Ok(None);
        };
        let consumer: BaseConsumer<Member> = client
            .create_with_context(Member::default())
            .map_err(|source| configuration(config, source))?;
        let topics: Vec<&str> = config.topics.iter().map(String::as_str).collect();
        consumer.subscribe(&topics).map_err(|source| configuration(config, source))?;
        let (consumer, stop) = (Arc::new(consumer), Arc::new(AtomicBool::new(false)));
        let thread = std::thread::Builder::new()
            .name("kafka-member".to_owned())
            .spawn({
                let (consumer, stop) = (Arc::clone(&consumer), Arc::clone(&stop));
                move || {
                    while !stop.load(Ordering::Relaxed) {
                        // What comes out was fetched before it was paused; the lane's reader gets it too.
                        drop(consumer.poll(POLL));
                    }
                }
            })
            .map_err(KafkaError::Thread)?;
        Ok(Some(Self {
            consumer,
            stop,
            thread: Some(thread),
        }))
    }

    /// The lanes that are ours.
    #[must_use]
    pub fn ours(&self) -> BTreeSet<TopicPartition> {
        self.consumer.context().lanes().ours.clone()
    }

    /// The lanes that another member wants: the group waits until each is written down and [`Self::let_go`] says so.
    #[must_use]
    pub fn leaving(&self) -> BTreeSet<TopicPartition> {
        self.consumer.context().lanes().leaving.clone()
    }

    /// A lane is written down and read no more.
    pub fn let_go(&self, lane: &TopicPartition) {
        let member = self.consumer.context();
        member.lanes().leaving.remove(lane);
        member.changed.notify_all();
    }
}

impl fmt::Debug for Membership {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Membership")
            .field("member", self.consumer.context())
            .finish_non_exhaustive()
    }
}

impl Drop for Membership {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        let member = self.consumer.context();
        member.lanes().closing = true;
        member.changed.notify_all();
        if let Some(thread) = self.thread.take() {
            // A panicked thread has nothing left to say.
            drop(thread.join());
        }
    }
}

impl Member {
    fn lanes(&self) -> MutexGuard<'_, Lanes> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ClientContext for Member {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        log(level, facility, message);
    }

    fn error(&self, error: Native, reason: &str) {
        tracing::debug!(%error, reason, "Kafka reports an error to the group's member");
    }
}

impl ConsumerContext for Member {
    fn pre_rebalance(&self, _: &BaseConsumer<Self>, rebalance: &Rebalance<'_>) {
        let Rebalance::Revoke(list) = rebalance else { return };
        let taken = lanes_of(list);
        tracing::info!(lanes = ?taken, "the group takes lanes away; they are written down first");
        let mut lanes = self.lanes();
        for place in &taken {
            if lanes.ours.remove(place) {
                lanes.leaving.insert(place.clone());
            }
        }
        let waited = self
            .changed
            .wait_timeout_while(lanes, LETTING_GO, |lanes| !lanes.closing && !lanes.leaving.is_disjoint(&taken));
        let (mut lanes, late) = waited.unwrap_or_else(PoisonError::into_inner);
        if late.timed_out() {
            tracing::error!(lanes = ?lanes.leaving, "these lanes were not written down in time; their next owner reads on from their last epoch");
            lanes.leaving.retain(|place| !taken.contains(place));
        }
    }

    fn post_rebalance(&self, consumer: &BaseConsumer<Self>, rebalance: &Rebalance<'_>) {
        match rebalance {
            Rebalance::Assign(list) => {
                let given = lanes_of(list);
                if let Err(error) = consumer.pause(list) {
                    tracing::debug!(%error, "a lane of the group's member is not paused");
                }
                tracing::info!(lanes = ?given, "the group gives lanes to this process");
                self.lanes().ours.extend(given);
            }
            Rebalance::Revoke(_) => {}
            Rebalance::Error(error) => tracing::error!(%error, "the group cannot share out its lanes"),
        }
    }
}

fn lanes_of(list: &TopicPartitionList) -> BTreeSet<TopicPartition> {
    let elements = list.elements();
    elements.iter().map(|lane| (lane.topic().to_owned(), lane.partition())).collect()
}
