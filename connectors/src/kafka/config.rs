//! How to reach Kafka and how much to prefetch: one section of `tanggap.toml`. Security settings pass through as
//! librdkafka properties; their values are secrets and are never printed.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::config::RDKafkaLogLevel;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::KafkaError;

/// The `[kafka]` section.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct KafkaConfig {
    /// Bootstrap servers, `host:port[,host:port…]`.
    pub brokers: String,
    /// Topics to read. One that does not exist yet is waited for.
    pub topics: Vec<String>,
    /// How we name ourselves to the broker (client id and, cosmetic, group id).
    pub client_id: String,
    /// Consumer group that shares out the lanes among the processes of one city; without it this process reads all of them.
    pub group: Option<String>,
    /// Name of this process in the group. With one, a restart within the session timeout moves no lane.
    pub member: Option<String>,
    /// How the group shares out.
    pub group_protocol: GroupProtocol,
    /// How long a process that says nothing keeps its lanes, milliseconds (of the protocol `consumer` the brokers decide).
    pub session_timeout_ms: u32,
    /// Bytes of prefetched messages over all lanes. Each lane gets an equal part, at least 1 MiB.
    pub queue_bytes: u64,
    /// Bytes a producer may hold unacknowledged.
    pub in_flight_bytes: u64,
    /// How long a producer waits for more messages before it sends a batch, milliseconds.
    pub linger_ms: u32,
    /// How long a question to the broker (metadata, watermarks, topic creation) may take, milliseconds.
    pub timeout_ms: u64,
    /// Whether to ask librdkafka for its own statistics every 5 s (queue lengths; costs some throughput).
    pub statistics: bool,
    /// Any other librdkafka property (`security.protocol`, `sasl.username`, `ssl.ca.location`…).
    pub properties: Properties,
}

impl Default for KafkaConfig {
    fn default() -> Self {
        Self {
            brokers: "127.0.0.1:9092".to_owned(),
            topics: Vec::new(),
            client_id: "tanggap".to_owned(),
            group: None,
            member: None,
            group_protocol: GroupProtocol::Classic,
            session_timeout_ms: 10_000,
            queue_bytes: 64 << 20,
            in_flight_bytes: 32 << 20,
            linger_ms: 5,
            timeout_ms: 5_000,
            statistics: false,
            properties: Properties::default(),
        }
    }
}

/// How a consumer group shares out its lanes. Either way one by one: lanes that stay with a process are read on meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupProtocol {
    /// By the members (cooperative-sticky), with any Kafka.
    Classic,
    /// By the brokers (KIP-848), from Kafka 4.0 on.
    Consumer,
}

/// Librdkafka properties by name. Values may be secrets: `Debug` and `Serialize` show the names only.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Properties(pub BTreeMap<String, String>);

/// What stands in for a value that is not shown.
pub(super) const HIDDEN: &str = "(hidden)";

/// A value as it may be written.
#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "a value is a text, a whole number or a boolean, and a name with dots stands in quotes"
)]
enum Value {
    Text(String),
    Number(i64),
    Flag(bool),
}

impl<'de> Deserialize<'de> for Properties {
    /// Takes a password of digits as it stands; were it refused, the refusal would quote it.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let values: BTreeMap<String, Value> = BTreeMap::deserialize(deserializer)?;
        let text = |value| match value {
            Value::Text(text) => text,
            Value::Number(number) => number.to_string(),
            Value::Flag(flag) => flag.to_string(),
        };
        Ok(Self(values.into_iter().map(|(name, value)| (name, text(value))).collect()))
    }
}

impl fmt::Debug for Properties {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.0.keys().map(|name| (name, HIDDEN))).finish()
    }
}

impl Serialize for Properties {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.keys().map(|name| (name, HIDDEN)))
    }
}

/// Properties that carry the exactly-once protocol or have a field of their own.
const RESERVED: &[(&str, &str)] = &[
    ("bootstrap.servers", "use kafka.brokers"),
    ("metadata.broker.list", "use kafka.brokers"),
    ("client.id", "use kafka.client_id"),
    ("enable.auto.commit", "offsets are kept in the manifests"),
    ("enable.auto.offset.store", "offsets are kept in the manifests"),
    ("auto.offset.reset", "a lost offset must stop its lane, not skip events silently"),
    ("enable.partition.eof", "lanes are told when they reach the end"),
    ("enable.idempotence", "a retried message must not be written twice"),
    ("transactional.id", "outputs are idempotent by lane, epoch and seq"),
    ("group.id", "use kafka.group"),
    ("group.instance.id", "use kafka.member"),
    ("group.protocol", "use kafka.group_protocol"),
    ("session.timeout.ms", "use kafka.session_timeout_ms"),
    ("partition.assignment.strategy", "lanes must move one by one"),
];

/// The least a lane may prefetch: below this a single large message fills the queue and each fetch is a round trip.
const MIN_LANE_BYTES: u64 = 1 << 20;

impl KafkaConfig {
    /// Says what is wrong with the section, without asking the broker.
    ///
    /// # Errors
    /// [`KafkaError::ReservedProperty`] for a property that is ours.
    pub fn check(&self) -> Result<(), KafkaError> {
        for (name, reason) in RESERVED {
            if self.properties.0.contains_key(*name) {
                return Err(KafkaError::ReservedProperty {
                    name: (*name).to_owned(),
                    reason,
                });
            }
        }
        Ok(())
    }

    /// How long a question to the broker may take.
    #[must_use]
    pub const fn timeout(&self) -> Duration {
        Duration::from_millis(self.timeout_ms)
    }

    /// What every client of ours shares.
    fn client(&self) -> Result<ClientConfig, KafkaError> {
        self.check()?;
        let mut client = ClientConfig::new();
        client
            .set("bootstrap.servers", &self.brokers)
            .set("client.id", &self.client_id)
            // The default doubles up to 10 s; a restarted broker should be found again within the 5 s we promise.
            .set("reconnect.backoff.max.ms", "1000")
            .set("allow.auto.create.topics", "false")
            .set_log_level(RDKafkaLogLevel::Warning);
        Ok(client)
    }

    fn pass_through(&self, client: &mut ClientConfig) {
        for (name, value) in &self.properties.0 {
            client.set(name, value);
        }
    }

    /// The configuration of a client that only asks questions.
    pub(super) fn admin(&self) -> Result<ClientConfig, KafkaError> {
        let mut client = self.client()?;
        self.pass_through(&mut client);
        Ok(client)
    }

    /// The configuration of a consumer of `lanes` lanes: the byte budget is divided among them, as librdkafka's limits are
    /// per partition.
    pub(super) fn consumer(&self, lanes: usize) -> Result<ClientConfig, KafkaError> {
        let lanes = u64::try_from(lanes).unwrap_or(u64::MAX).max(1);
        let lane_bytes = (self.queue_bytes / lanes).clamp(MIN_LANE_BYTES, 1 << 30);
        let lane_messages = (lane_bytes / 512).clamp(1_000, 100_000);
        let mut client = self.client()?;
        client
            .set("group.id", &self.client_id)
            .set("enable.auto.commit", "false")
            .set("enable.auto.offset.store", "false")
            .set("auto.offset.reset", "error")
            .set("enable.partition.eof", "true")
            .set("check.crcs", "true")
            // How soon after its lane was opened a deleted topic is noticed; the default of 30 s would keep the lane silent for so long.
            .set("topic.metadata.propagation.max.ms", "5000")
            .set("queued.max.messages.kbytes", (lane_bytes / 1024).to_string())
            .set("queued.min.messages", lane_messages.to_string())
            .set("fetch.message.max.bytes", MIN_LANE_BYTES.to_string())
            // A full queue is looked at again after this; the default of 1 s would stall a small queue for that long.
            .set("fetch.queue.backoff.ms", "10")
            .set("fetch.error.backoff.ms", "100")
            // Only idle connections wait this long; it also bounds how long a new lane waits for the fetch under way.
            .set("fetch.wait.max.ms", "100");
        if self.statistics {
            client.set("statistics.interval.ms", "5000");
        }
        self.pass_through(&mut client);
        Ok(client)
    }

    /// The configuration of a member of the group, if there is one.
    pub(super) fn member(&self) -> Result<Option<ClientConfig>, KafkaError> {
        let Some(group) = &self.group else { return Ok(None) };
        let mut client = self.client()?;
        client
            .set("group.id", group)
            .set("enable.auto.commit", "false")
            .set("auto.offset.reset", "latest");
        if let Some(member) = &self.member {
            client.set("group.instance.id", member);
        }
        match self.group_protocol {
            GroupProtocol::Classic => client
                .set("partition.assignment.strategy", "cooperative-sticky")
                .set("session.timeout.ms", self.session_timeout_ms.to_string())
                .set("heartbeat.interval.ms", (self.session_timeout_ms / 5).max(1).to_string()),
            GroupProtocol::Consumer => client.set("group.protocol", "consumer"),
        };
        self.pass_through(&mut client);
        Ok(Some(client))
    }

    /// The configuration of an idempotent producer.
    pub(super) fn producer(&self) -> Result<ClientConfig, KafkaError> {
        let mut client = self.client()?;
        client
            .set("enable.idempotence", "true")
            .set("linger.ms", self.linger_ms.to_string())
            .set("queue.buffering.max.kbytes", (self.in_flight_bytes / 1024).max(1).to_string())
            .set(
                "queue.buffering.max.messages",
                (self.in_flight_bytes / 64).clamp(1_000, 1_000_000).to_string(),
            )
            // A message a broker did not take for this long is counted as failed; its sender decides what then.
            .set("message.timeout.ms", "60000");
        self.pass_through(&mut client);
        Ok(client)
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use super::{KafkaConfig, Properties};
    use crate::kafka::{KafkaError, KafkaSource};

    fn with(name: &str, value: &str) -> KafkaConfig {
        KafkaConfig {
            properties: Properties([(name.to_owned(), value.to_owned())].into()),
            ..KafkaConfig::default()
        }
    }

    #[test]
    fn a_secret_is_neither_debugged_nor_serialised() {
        let config = with("sasl.password", "hunter2");
        let shown = format!("{config:?} {}", toml::to_string(&config).unwrap());
        assert!(!shown.contains("hunter2"), "{shown}");
        assert!(shown.contains("sasl.password"), "{shown}");
    }

    #[test]
    fn an_unknown_key_is_refused_and_properties_are_read() {
        let config: KafkaConfig = toml::from_str("brokers = \"a:1\"\n[properties]\n\"sasl.username\" = \"u\"").unwrap();
        assert_eq!(config.properties.0["sasl.username"], "u");
        assert!(toml::from_str::<KafkaConfig>("broker = \"a:1\"").is_err());
    }

    #[test]
    fn a_password_of_digits_is_taken_and_a_refused_one_is_not_quoted() {
        let config: KafkaConfig = toml::from_str("[properties]\n\"sasl.password\" = 31415926").unwrap();
        assert_eq!(config.properties.0["sasl.password"], "31415926");
        for refused in ["\"sasl.password\" = [\"hunter2\"]", "sasl.password = \"hunter2\""] {
            let error = toml::from_str::<KafkaConfig>(&format!("[properties]\n{refused}")).unwrap_err();
            assert!(!error.message().contains("hunter2"), "{}", error.message());
            assert!(error.message().contains("stands in quotes"), "{}", error.message());
        }
    }

    #[test]
    fn a_mistyped_property_is_named_and_its_value_is_not() {
        let config = with("sasl.pasword", "hunter2");
        let error = KafkaSource::connect(&config).unwrap_err();
        let shown = format!("{error:?} {}", error.source().unwrap());
        assert!(shown.contains("sasl.pasword") && !shown.contains("hunter2"), "{shown}");
    }

    #[test]
    fn a_property_that_would_skip_events_is_refused() {
        let error = with("auto.offset.reset", "latest").check().unwrap_err();
        assert!(
            matches!(error, KafkaError::ReservedProperty { ref name, .. } if name == "auto.offset.reset"),
            "{error}"
        );
    }

    #[test]
    fn the_byte_budget_is_divided_among_the_lanes_and_never_starves_one() {
        let config = KafkaConfig::default();
        let kbytes = |lanes| {
            config
                .consumer(lanes)
                .unwrap()
                .get("queued.max.messages.kbytes")
                .unwrap()
                .to_owned()
        };
        assert_eq!(kbytes(1), "65536");
        assert_eq!(kbytes(8), "8192");
        assert_eq!(kbytes(10_000), "1024");
    }
}
