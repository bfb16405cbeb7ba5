//! Looks for topics and partitions, and gives each lane a follower: at the start those there are, later those that appear.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::bail;
use tanggap_connectors::kafka::{KafkaConfig, KafkaSink, KafkaSource, Lane, TopicSpec, ensure_topics};
use tanggap_queries::tables::City;

use super::follower::Follower;
use super::lane::{LaneRunner, named};
use super::outbox;
use super::setting::Setting;

/// How often new topics and partitions are looked for.
const WATCH: Duration = Duration::from_secs(2);

/// The way in and out; made when the brokers first answer.
struct Doors {
    source: Arc<KafkaSource>,
    sink: Arc<KafkaSink>,
}

/// Gives every lane a follower.
pub(super) struct Watcher {
    setting: Setting,
    kafka: KafkaConfig,
    data_dir: PathBuf,
    accept_gap: bool,
    city: Arc<City>,
    stop: Arc<AtomicBool>,
    doors: Option<Doors>,
    followed: BTreeSet<(String, i32)>,
    /// What kept a lane from being followed, said once.
    refused: BTreeMap<String, String>,
    threads: Vec<JoinHandle<()>>,
}

impl Watcher {
    /// `accept_gap`: whether lanes go on behind offsets that Kafka has forgotten.
    pub(super) fn new(
        setting: Setting,
        kafka: KafkaConfig,
        data_dir: &Path,
        accept_gap: bool,
        city: Arc<City>,
        stop: Arc<AtomicBool>,
    ) -> Self {
        Self {
            setting,
            kafka,
            data_dir: data_dir.to_owned(),
            accept_gap,
            city,
            stop,
            doors: None,
            followed: BTreeSet::new(),
            refused: BTreeMap::new(),
            threads: Vec::new(),
        }
    }

    /// Looks until told to stop, then waits for the followers.
    pub(super) fn watch(mut self) {
        while !self.stop.load(Ordering::Relaxed) {
            if let Err(error) = self.look() {
                tracing::error!(error = format!("{error:#}"), "cannot look for lanes; trying again");
            }
            let next = Instant::now() + WATCH;
            while Instant::now() < next && !self.stop.load(Ordering::Relaxed) {
                std::thread::park_timeout(Duration::from_millis(100));
            }
        }
        for thread in self.threads {
            if thread.join().is_err() {
                tracing::error!("a lane's thread panicked");
            }
        }
    }

    fn look(&mut self) -> anyhow::Result<()> {
        let doors = match self.doors.take() {
            Some(doors) => doors,
            None => self.open_doors()?,
        };
        let lanes = doors.source.lanes();
        let doors = self.doors.insert(doors);
        for lane in lanes? {
            let place = (lane.topic.clone(), lane.partition);
            if self.followed.contains(&place) {
                continue;
            }
            let name = named(&lane.topic, lane.partition);
            let follower = follower(&self.setting, &self.data_dir, self.accept_gap, &self.city, doors, &lane);
            match follower.and_then(|follower| start(follower, &lane, &self.stop)) {
                Ok(thread) => {
                    self.threads.push(thread);
                    self.followed.insert(place);
                    self.refused.remove(&name);
                }
                // One lane that cannot go on keeps no other from it.
                Err(error) => {
                    let why = format!("{error:#}");
                    if self.refused.get(&name) != Some(&why) {
                        tracing::error!(lane = name, error = why, "the lane is not read; trying again");
                        self.refused.insert(name, why);
                    }
                }
            }
        }
        Ok(())
    }

    fn open_doors(&self) -> anyhow::Result<Doors> {
        ensure_topics(&self.kafka, &outbox::TOPICS.map(TopicSpec::new))?;
        Ok(Doors {
            source: Arc::new(KafkaSource::connect(&self.kafka)?),
            sink: Arc::new(KafkaSink::connect(&self.kafka)?),
        })
    }
}

fn follower(
    setting: &Setting,
    data_dir: &Path,
    accept_gap: bool,
    city: &Arc<City>,
    doors: &Doors,
    lane: &Lane,
) -> anyhow::Result<Follower> {
    let name = named(&lane.topic, lane.partition);
    let (mut runner, unsent) = LaneRunner::resume(setting, &lane.topic, lane.partition, name, data_dir)?;
    let from = match runner.next_offset() {
        // A lane that was never written down begins with what there is.
        0 => lane.low,
        next if next < lane.low && accept_gap => {
            runner.accept_gap(lane.low);
            lane.low
        }
        next if next < lane.low => bail!(
            "Kafka has forgotten its offsets {next} to {}: put the topic back, or start with --accept-gap to go on without them (they are \
             counted as gap)",
            lane.low - 1
        ),
        next if next > lane.high => bail!(
            "it has read up to offset {next}, but the log ends at {}: was the topic deleted and made anew? Restore it, or remove the lane \
             from the data directory's manifests and segments to begin anew",
            lane.high
        ),
        next => next,
    };
    let reader = doors.source.open(lane, from)?;
    Ok(Follower::new(
        setting,
        runner,
        unsent,
        (Arc::clone(&doors.source), reader),
        Arc::clone(city),
        Arc::clone(&doors.sink),
    ))
}

fn start(follower: Follower, lane: &Lane, stop: &Arc<AtomicBool>) -> anyhow::Result<JoinHandle<()>> {
    let stop = Arc::clone(stop);
    let thread = std::thread::Builder::new().name(format!("lane {lane}"));
    Ok(thread.spawn(move || follower.follow(&stop))?)
}
