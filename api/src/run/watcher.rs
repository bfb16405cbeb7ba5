//! Looks for topics and partitions, and gives each lane a follower: at the start those there are, later those that appear.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use tanggap_connectors::kafka::{KafkaConfig, KafkaSink, KafkaSource, Lane, Membership, TopicPartition, TopicSpec, ensure_topics};
use tanggap_connectors::store::open_store;
use tanggap_queries::tables::{Alarm, City, Liveness};

use super::durable::writer;
use super::follower::{ANOTHER_LOG, FORGOTTEN, Follower};
use super::history::Board;
use super::lane::{LaneRunner, named};
use super::outbox;
use super::outside::Kafka;
use super::setting::Setting;

/// How often new topics and partitions are looked for.
const WATCH: Duration = Duration::from_secs(2);
/// How often it is looked whether lanes come or go.
const GLANCE: Duration = Duration::from_millis(20);

/// The way in and out; made when the brokers first answer.
struct Doors {
    source: Arc<KafkaSource>,
    sink: Arc<KafkaSink>,
    /// None of a process that reads all lanes.
    membership: Option<Membership>,
}

/// A lane that is followed.
struct Followed {
    stop: Arc<AtomicBool>,
    /// Another process has written the lane: it was theirs for a while.
    fenced: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

/// Gives every lane a follower.
pub(super) struct Watcher {
    setting: Setting,
    kafka: KafkaConfig,
    data_dir: PathBuf,
    accept_gap: bool,
    city: Arc<City>,
    board: Arc<Board>,
    stop: Arc<AtomicBool>,
    doors: Option<Doors>,
    followed: BTreeMap<TopicPartition, Followed>,
    /// What kept a lane from being followed, said once.
    refused: BTreeMap<String, String>,
}

impl Watcher {
    /// `accept_gap`: whether lanes go on behind offsets that Kafka has forgotten.
    pub(super) fn new(
        setting: Setting,
        kafka: KafkaConfig,
        data_dir: &Path,
        accept_gap: bool,
        city: Arc<City>,
        board: Arc<Board>,
        stop: Arc<AtomicBool>,
    ) -> Self {
        Self {
            setting,
            kafka,
            data_dir: data_dir.to_owned(),
            accept_gap,
            city,
            board,
            stop,
            doors: None,
            followed: BTreeMap::new(),
            refused: BTreeMap::new(),
        }
    }

    /// Looks until told to stop, then ends the followers.
    pub(super) fn watch(mut self) {
        while !self.stop.load(Ordering::Relaxed) {
            // The group waits for these.
            self.let_go();
            if let Err(error) = self.look() {
                tracing::error!(error = format!("{error:#}"), "cannot look for lanes; trying again");
            }
            let (next, ours) = (Instant::now() + WATCH, self.ours());
            while Instant::now() < next && !self.stop.load(Ordering::Relaxed) && self.ours() == ours {
                self.let_go();
                std::thread::park_timeout(GLANCE);
            }
        }
        let places: BTreeSet<TopicPartition> = self.followed.keys().cloned().collect();
        self.end(&places);
    }

    fn membership(&self) -> Option<&Membership> {
        self.doors.as_ref()?.membership.as_ref()
    }

    /// The lanes the group gives us; none where there is no group.
    fn ours(&self) -> Option<BTreeSet<TopicPartition>> {
        self.membership().map(Membership::ours)
    }

    /// Writes down and gives up the lanes that the group takes away.
    fn let_go(&mut self) {
        let leaving = self.membership().map(Membership::leaving).unwrap_or_default();
        if leaving.is_empty() {
            return;
        }
        self.end(&leaving);
        for (topic, partition) in &leaving {
            let name = named(topic, *partition);
            self.city.withdraw(&name);
            self.board.withdraw(&name);
        }
        if let Some(membership) = self.membership() {
            for place in &leaving {
                membership.let_go(place);
            }
        }
    }

    /// Ends the followers of these lanes, all at once.
    fn end(&mut self, places: &BTreeSet<TopicPartition>) {
        let ending: Vec<Followed> = places.iter().filter_map(|place| self.followed.remove(place)).collect();
        for followed in &ending {
            followed.stop.store(true, Ordering::Relaxed);
        }
        for followed in ending {
            if followed.thread.join().is_err() {
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
        self.doors = Some(doors);
        let ours = self.ours();
        if ours.is_some() {
            // The group has given it back to us since, or will take it away.
            self.followed.retain(|_, followed| !followed.fenced.load(Ordering::Relaxed));
        }
        for lane in lanes? {
            let place = (lane.topic.clone(), lane.partition);
            if self.followed.contains_key(&place) || ours.as_ref().is_some_and(|ours| !ours.contains(&place)) {
                continue;
            }
            let name = named(&lane.topic, lane.partition);
            match self.follow(&lane) {
                Ok(followed) => {
                    self.followed.insert(place, followed);
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
            membership: Membership::join(&self.kafka)?,
        })
    }

    fn follow(&self, lane: &Lane) -> anyhow::Result<Followed> {
        let doors = self.doors.as_ref().context("no way to Kafka")?;
        let follower = self.follower(doors, lane)?;
        let (stop, fenced) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
        let thread = std::thread::Builder::new().name(format!("lane {lane}")).spawn({
            let (stop, fenced) = (Arc::clone(&stop), Arc::clone(&fenced));
            move || fenced.store(follower.follow(&stop), Ordering::Relaxed)
        })?;
        Ok(Followed { stop, fenced, thread })
    }

    fn follower(&self, doors: &Doors, lane: &Lane) -> anyhow::Result<Follower<Kafka>> {
        let name = named(&lane.topic, lane.partition);
        let store = open_store(self.setting.config.store.url.as_deref(), &self.data_dir)?;
        let (mut runner, unsent) = LaneRunner::resume(&self.setting, &lane.topic, lane.partition, name, store, writer())?;
        if runner.written().is_none() {
            self.is_new_to_history(runner.name())?;
        }
        let another = self.is_another_log(&runner, doors, lane)?;
        let from = match begin(&mut runner, lane, self.accept_gap, another) {
            Ok(from) => from,
            Err(error) => {
                // It is served as it was left: a lane that is not there raises no alarm.
                let mut stopped = runner.snapshot(None, Liveness::Stalled);
                stopped.alarm = Some(Alarm::Stopped);
                self.city.publish(stopped);
                return Err(error);
            }
        };
        let outside = Kafka::open(
            Arc::clone(&doors.source),
            lane,
            from,
            Arc::clone(&doors.sink),
            Arc::clone(&self.board),
        )?;
        Ok(Follower::new(
            &self.setting,
            runner,
            unsent,
            lane.clone(),
            outside,
            Arc::clone(&self.city),
        ))
    }

    /// A lane that was never written down, but is in history, was lost: were it begun anew, its numbers would be those of other events.
    fn is_new_to_history(&self, name: &str) -> anyhow::Result<()> {
        match self.board.knows(name) {
            Some(false) => Ok(()),
            Some(true) => bail!(
                "it is not in the store, but history has it: `tanggap rebuild` makes the lanes anew from history; to begin anew instead, move the \
                 folder history/ away too"
            ),
            None => bail!("history cannot be opened yet"),
        }
    }

    /// Whether the log is not the one the lane has read, though long enough to be: offsets begin anew with a topic, times do not.
    fn is_another_log(&self, runner: &LaneRunner, doors: &Doors, lane: &Lane) -> anyhow::Result<bool> {
        // The embedded broker deletes no topics, and looks for a time by reading everything.
        let deletes = self.setting.config.kafka.is_some();
        match runner.snapshot(None, Liveness::Stalled).newest_broker_time {
            Some(newest) if deletes => Ok(doors.source.holds_newer_below(lane, runner.next_offset(), newest)?),
            _ => Ok(false),
        }
    }
}

/// The offset a lane is read from.
fn begin(runner: &mut LaneRunner, lane: &Lane, accept_gap: bool, another: bool) -> anyhow::Result<i64> {
    match runner.next_offset() {
        // A lane that was never written down begins with what there is.
        0 => Ok(lane.low),
        next if next < lane.low && accept_gap => {
            runner.accept_gap(lane.low);
            Ok(lane.low)
        }
        next if next < lane.low => bail!("Kafka has forgotten its offsets {next} to {}: {FORGOTTEN}", lane.low - 1),
        next if next > lane.high => bail!("it has read up to offset {next}, but the log ends at {}: {ANOTHER_LOG}", lane.high),
        next if another => bail!("its log holds newer messages below offset {next} than it has read up to there: {ANOTHER_LOG}"),
        next => Ok(next),
    }
}
