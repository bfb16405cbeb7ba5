//! Creates the topics we need, as we need them: the broker's clock on every message, a stated retention.

use std::time::{Duration, Instant};

use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::error::RDKafkaErrorCode;

use super::asker::Asker;
use super::source::{configuration, is_unknown_topic, unreachable};
use super::{KafkaConfig, KafkaError};

/// A topic as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicSpec {
    /// Its name.
    pub name: String,
    /// Its partitions; each becomes a lane. Frozen once created: keys would move.
    pub partitions: i32,
    /// Copies.
    pub replication: i32,
    /// How long the broker keeps messages.
    pub retention: Duration,
}

impl TopicSpec {
    /// One partition, one copy, kept for 7 days.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            partitions: 1,
            replication: 1,
            retention: Duration::from_hours(7 * 24),
        }
    }

    /// With other partitions.
    #[must_use]
    pub const fn partitions(mut self, partitions: i32) -> Self {
        self.partitions = partitions;
        self
    }
}

/// How long to wait before a new topic is looked for again: a controller tells its brokers within milliseconds.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// Creates the topics that do not exist and gives their names; one that exists is left as it is. Returns when all of them can
/// be written and read. Blocks up to `timeout_ms` to create them and as long again for each to appear.
///
/// # Errors
/// No broker that answers, or one that refuses.
pub fn ensure_topics(config: &KafkaConfig, topics: &[TopicSpec]) -> Result<Vec<String>, KafkaError> {
    let Some(first) = topics.first() else {
        return Ok(Vec::new());
    };
    // The admin client cannot say why it gets no answer.
    Asker::new(config)?.partitions(&first.name)?;
    let admin: AdminClient<DefaultClientContext> = config.admin()?.create().map_err(|source| configuration(config, source))?;
    let retentions: Vec<String> = topics.iter().map(|topic| topic.retention.as_millis().to_string()).collect();
    let wanted: Vec<NewTopic<'_>> = topics
        .iter()
        .zip(&retentions)
        .map(|(topic, retention)| {
            NewTopic::new(&topic.name, topic.partitions, TopicReplication::Fixed(topic.replication))
                .set("message.timestamp.type", "LogAppendTime")
                .set("cleanup.policy", "delete")
                .set("retention.ms", retention)
        })
        .collect();
    let options = AdminOptions::new()
        .request_timeout(Some(config.timeout()))
        .operation_timeout(Some(config.timeout()));
    let answers = futures::executor::block_on(admin.create_topics(&wanted, &options)).map_err(|source| unreachable(config, source))?;
    let mut created = Vec::new();
    for answer in answers {
        match answer {
            Ok(topic) => created.push(topic),
            Err((_, RDKafkaErrorCode::TopicAlreadyExists)) => {}
            Err((topic, code)) => {
                return Err(KafkaError::CreateTopic {
                    topic,
                    reason: code.to_string(),
                });
            }
        }
    }
    for topic in topics {
        let deadline = Instant::now() + config.timeout();
        while !exists(&admin, config, &topic.name)? {
            if Instant::now() > deadline {
                return Err(KafkaError::CreateTopic {
                    topic: topic.name.clone(),
                    reason: "it was created and did not appear".to_owned(),
                });
            }
            std::thread::sleep(LOOK_AGAIN);
        }
    }
    Ok(created)
}

/// Whether the topic is there and all its partitions have a leader.
fn exists(admin: &AdminClient<DefaultClientContext>, config: &KafkaConfig, topic: &str) -> Result<bool, KafkaError> {
    match admin.inner().fetch_metadata(Some(topic), config.timeout()) {
        Ok(metadata) => Ok(metadata.topics().iter().any(|found| {
            let led = found.partitions().iter().all(|partition| partition.leader() >= 0);
            found.name() == topic && found.error().is_none() && led && !found.partitions().is_empty()
        })),
        Err(source) if is_unknown_topic(source.rdkafka_error_code()) => Ok(false),
        Err(source) => Err(unreachable(config, source)),
    }
}
