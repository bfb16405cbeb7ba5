//! What produce and fetch share: the store, the head of each lane as far as it is known, and a bell that rings at each
//! append. This process is the only writer, so a known head is the truth.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tansu_sans_io::fetch_request::FetchTopic;
use tansu_sans_io::{ErrorCode, IsolationLevel, ListOffset};
use tansu_storage::{Storage, StorageContainer, TopicId, Topition};
use tokio::sync::watch;

/// Partitions of topics, and one past the last offset of the lanes whose head is known. Bounded by the topics there are.
#[derive(Debug, Default)]
struct Known {
    partitions: HashMap<String, i32>,
    names: HashMap<[u8; 16], String>,
    heads: HashMap<(String, i32), i64>,
}

/// The log: cheap to clone, one for all connections.
#[derive(Clone, Debug)]
pub(super) struct Log {
    pub(super) storage: StorageContainer,
    known: Arc<Mutex<Known>>,
    bell: Arc<watch::Sender<()>>,
}

impl Log {
    pub(super) fn new(storage: StorageContainer) -> Self {
        Self {
            storage,
            known: Arc::default(),
            bell: Arc::new(watch::Sender::new(())),
        }
    }

    /// Never held across an await.
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One past the last offset of the lane, if known.
    pub(super) fn head(&self, topic: &str, partition: i32) -> Option<i64> {
        // The pair is built for the look-up: a map of maps would save it, and cost a line more everywhere else.
        self.known().heads.get(&(topic.to_owned(), partition)).copied()
    }

    /// Notes that the lane reaches at least to `head`.
    pub(super) fn note_head(&self, topic: &str, partition: i32, head: i64) {
        let mut known = self.known();
        let entry = known.heads.entry((topic.to_owned(), partition)).or_insert(head);
        *entry = head.max(*entry);
    }

    /// Wakes every fetch that waits.
    pub(super) fn ring(&self) {
        self.bell.send_replace(());
    }

    /// Hears the bell from now on.
    pub(super) fn listen(&self) -> watch::Receiver<()> {
        self.bell.subscribe()
    }

    /// The lane's two ends: its first message and one past its last; equal when retention has left none. The lane must exist.
    pub(super) async fn ends(&self, topic: &str, partition: i32) -> Result<(i64, i64), tansu_storage::Error> {
        let lane = Topition::new(topic, partition);
        let head = self.storage.offset_stage(&lane).await?.high_watermark();
        self.note_head(topic, partition, head);
        let first = self
            .storage
            .list_offsets(IsolationLevel::ReadUncommitted, &[(lane, ListOffset::Earliest)])
            .await?;
        let first = first.into_iter().next().map(|(_, first)| first).unwrap_or_default();
        // The store gives offset 0 and no time when there is no message.
        let low = match first.timestamp()? {
            Some(_) => first.offset().unwrap_or(head),
            None => head,
        };
        Ok((low, head))
    }

    /// The partitions of a topic by its name.
    pub(super) async fn topic_named(&self, name: &str) -> Result<Option<i32>, tansu_storage::Error> {
        let topic = FetchTopic::default().topic(Some(name.to_owned()));
        Ok(self.topic(&topic).await?.map(|(_, partitions)| partitions))
    }

    /// The name of a topic that a fetch gives by name or by id, and its partitions; `None` when there is no such topic. Asks
    /// the store once: topics are never deleted here, nor are partitions added.
    pub(super) async fn topic(&self, topic: &FetchTopic) -> Result<Option<(String, i32)>, tansu_storage::Error> {
        let id = match (&topic.topic, &topic.topic_id) {
            (Some(name), _) if !name.is_empty() => {
                if let Some(partitions) = self.known().partitions.get(name) {
                    return Ok(Some((name.clone(), *partitions)));
                }
                TopicId::Name(name.clone())
            }
            (_, Some(id)) => {
                let known = self.known();
                if let Some(name) = known.names.get(id)
                    && let Some(partitions) = known.partitions.get(name)
                {
                    return Ok(Some((name.clone(), *partitions)));
                }
                TopicId::from(*id)
            }
            (_, None) => return Ok(None),
        };
        let metadata = self.storage.metadata(Some(&[id])).await?;
        let Some(found) = metadata
            .topics()
            .first()
            .filter(|found| found.error_code == i16::from(ErrorCode::None))
        else {
            return Ok(None);
        };
        let Some(name) = found.name.clone() else { return Ok(None) };
        let partitions = found
            .partitions
            .as_ref()
            .map_or(0, |partitions| i32::try_from(partitions.len()).unwrap_or(i32::MAX));
        let mut known = self.known();
        if let Some(id) = found.topic_id {
            known.names.insert(id, name.clone());
        }
        known.partitions.insert(name.clone(), partitions);
        Ok(Some((name, partitions)))
    }
}
