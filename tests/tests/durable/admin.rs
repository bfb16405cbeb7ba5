//! What an operator does to the topics of a Kafka, and which node leads them.

use std::time::{Duration, Instant};

use futures::executor::block_on;
use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions, NewPartitions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::error::RDKafkaErrorCode;

/// How long the brokers may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// An operator's way to a Kafka.
pub(crate) struct Admin {
    client: AdminClient<DefaultClientContext>,
    options: AdminOptions,
}

impl Admin {
    pub(crate) fn of(brokers: &str) -> Self {
        Self {
            client: ClientConfig::new().set("bootstrap.servers", brokers).create().unwrap(),
            options: AdminOptions::new()
                .request_timeout(Some(PATIENCE))
                .operation_timeout(Some(PATIENCE)),
        }
    }

    /// Makes topics of one partition with a copy on each of these nodes, of which the first leads. Waits for nodes that have just been
    /// started.
    pub(crate) fn make(&self, topics: &[&str], nodes: &[i32]) {
        let copies = [nodes];
        let wanted: Vec<NewTopic<'_>> = topics
            .iter()
            .map(|topic| NewTopic::new(topic, 1, TopicReplication::Variable(&copies)).set("message.timestamp.type", "LogAppendTime"))
            .collect();
        let begun = Instant::now();
        loop {
            let answers = block_on(self.client.create_topics(&wanted, &self.options)).unwrap();
            let mut refused = answers.into_iter().filter_map(Result::err);
            let Some(refused) = refused.find(|(_, code)| *code != RDKafkaErrorCode::TopicAlreadyExists) else {
                return;
            };
            assert!(begun.elapsed() < PATIENCE, "{refused:?}");
            std::thread::park_timeout(Duration::from_millis(100));
        }
    }

    /// Deletes topics with all they hold.
    pub(crate) fn delete(&self, topics: &[&str]) {
        for answer in block_on(self.client.delete_topics(topics, &self.options)).unwrap() {
            answer.unwrap();
        }
    }

    /// Gives a topic more partitions, so that it has this many.
    pub(crate) fn widen(&self, topic: &str, partitions: usize) {
        let wanted = [NewPartitions::new(topic, partitions)];
        for answer in block_on(self.client.create_partitions(&wanted, &self.options)).unwrap() {
            answer.unwrap();
        }
    }

    /// The nodes that lead these topics of one partition.
    pub(crate) fn leaders(&self, topics: &[&str]) -> Vec<i32> {
        let leader = |topic: &&str| {
            let metadata = self.client.inner().fetch_metadata(Some(*topic), PATIENCE).unwrap();
            metadata.topics()[0].partitions()[0].leader()
        };
        topics.iter().map(leader).collect()
    }
}
