//! A real Apache Kafka (`KRaft`, one node) in a temporary directory: formatted, started, killed and restarted by the test. It
//! runs from jars (`scripts/install-servers.sh`), not from the shell scripts of a distribution.

mod pair;
pub mod secured;

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::Instant;

use tanggap_connectors::kafka::{KafkaConfig, KafkaSource, Properties};
use tempfile::TempDir;

use super::java::{CURE, START_DEADLINE, failure, found_or_skip, jars, java};
use super::program::free_port;
use super::proxy::Proxy;

/// Any 128-bit id in URL-safe base64 will do: the cluster lives and dies with its directory.
const CLUSTER_ID: &str = "dGFuZ2dhcC10ZXN0cy0wMQ";

/// A running (or killed) Kafka. Killed for good when dropped.
#[derive(Debug)]
pub struct RealKafka {
    directory: TempDir,
    jars: PathBuf,
    port: u16,
    /// What a client must say to be let in.
    client: Properties,
    /// The size of its heap, if not the usual.
    heap: Option<&'static str>,
    process: Option<Child>,
}

impl RealKafka {
    /// Starts a Kafka, or says on standard error why it cannot and how to cure it.
    ///
    /// # Errors
    /// The broker is installed but does not start; or it is not installed and this is a CI run, which must not skip it.
    pub fn start_or_skip(test: &str) -> io::Result<Option<Self>> {
        found_or_skip(test, installed())?.map(|jars| Self::start(jars, None)).transpose()
    }

    /// As [`Self::start_or_skip`], with a second door that the proxy leads to: whoever comes in by it is told that the broker is where the
    /// proxy is. [`Self::brokers`] is the first door.
    ///
    /// # Errors
    /// As [`Self::start_or_skip`].
    pub fn start_behind_or_skip(test: &str, proxy: &Proxy) -> io::Result<Option<Self>> {
        found_or_skip(test, installed())?
            .map(|jars| Self::start(jars, Some(proxy)))
            .transpose()
    }

    fn start(jars: PathBuf, proxy: Option<&Proxy>) -> io::Result<Self> {
        let directory = TempDir::with_prefix("tanggap-kafka-")?;
        let (port, controller) = (free_port()?, free_port()?);
        let mut text = properties(directory.path(), port, controller);
        if let Some(proxy) = proxy {
            let door = SocketAddr::from(([127, 0, 0, 1], free_port()?));
            text = with_door(&text, door, proxy.address());
            proxy.lead_to(door);
        }
        let mut kafka = Self::new(jars, directory, port);
        kafka.begin(&text, &[])?;
        Ok(kafka)
    }

    /// A broker that is neither formatted nor started.
    fn new(jars: PathBuf, directory: TempDir, port: u16) -> Self {
        Self {
            directory,
            jars,
            port,
            client: Properties::default(),
            heap: None,
            process: None,
        }
    }

    /// Formats and starts it with these properties; `format` is what the storage tool is told besides.
    fn begin(&mut self, properties: &str, format: &[&str]) -> io::Result<()> {
        fs::write(self.directory.path().join("server.properties"), properties)?;
        let formatted = self
            .java("kafka.tools.StorageTool", "format.log")?
            .args(["format", "-t", CLUSTER_ID, "-c", "server.properties"])
            .args(format)
            .status()?;
        if !formatted.success() {
            return Err(self.failure("the storage tool failed", "format.log"));
        }
        self.restart()
    }

    /// `host:port` of the broker; the same after a restart.
    #[must_use]
    pub fn brokers(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// How a client gets in.
    #[must_use]
    pub fn client(&self) -> KafkaConfig {
        KafkaConfig {
            brokers: self.brokers(),
            properties: self.client.clone(),
            ..KafkaConfig::default()
        }
    }

    /// Kills the broker as a power cut would end its process (SIGKILL).
    ///
    /// # Errors
    /// The system refuses.
    pub fn kill(&mut self) -> io::Result<()> {
        if let Some(mut process) = self.process.take() {
            process.kill()?;
            process.wait()?;
        }
        Ok(())
    }

    /// Starts the broker again on the same log and waits until it answers.
    ///
    /// # Errors
    /// It ends, or does not answer in time; the last lines of its log are in the message.
    pub fn restart(&mut self) -> io::Result<()> {
        self.kill()?;
        let mut command = self.java("kafka.Kafka", "server.log")?;
        self.process = Some(command.arg("server.properties").spawn()?);
        let config = KafkaConfig {
            timeout_ms: 1_000,
            ..self.client()
        };
        let deadline = Instant::now() + START_DEADLINE;
        while KafkaSource::connect(&config).is_err() {
            if let Some(process) = &mut self.process
                && process.try_wait()?.is_some()
            {
                return Err(self.failure("Kafka ended while it started", "server.log"));
            }
            if Instant::now() > deadline {
                return Err(self.failure("Kafka did not answer in time", "server.log"));
            }
        }
        Ok(())
    }

    fn java(&self, class: &str, log: &str) -> io::Result<Command> {
        let mut command = java(self.directory.path(), log)?;
        command
            .args(self.heap)
            .arg("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn")
            .arg("-cp")
            .arg(self.jars.join("*"))
            .arg(class);
        Ok(command)
    }

    fn failure(&self, what: &str, log: &str) -> io::Error {
        failure(self.directory.path(), what, log)
    }
}

impl Drop for RealKafka {
    fn drop(&mut self) {
        // There is nothing left to do if the system refuses to kill a child of ours.
        let _ = self.kill();
    }
}

/// The directory of the jars, or what is missing and how to get it.
fn installed() -> Result<PathBuf, String> {
    let jars = jars("TANGGAP_KAFKA_JARS", "kafka")?;
    let is_broker = |entry: fs::DirEntry| entry.file_name().to_string_lossy().starts_with("kafka_2.13-");
    if fs::read_dir(&jars).is_ok_and(|entries| entries.filter_map(Result::ok).any(is_broker)) {
        return Ok(jars);
    }
    Err(format!("Apache Kafka is not in {}: {CURE}", jars.display()))
}

/// One node that is broker and controller, with as few threads as it takes; every append is synced by the operating system
/// only, as Kafka does by default.
fn properties(directory: &Path, port: u16, controller: u16) -> String {
    format!(
        "process.roles=broker,controller\n\
         node.id=1\n\
         controller.quorum.voters=1@127.0.0.1:{controller}\n\
         listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}\n\
         advertised.listeners=PLAINTEXT://127.0.0.1:{port}\n\
         controller.listener.names=CONTROLLER\n\
         inter.broker.listener.name=PLAINTEXT\n\
         listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT\n\
         log.dirs={}\n\
         auto.create.topics.enable=false\n\
         offsets.topic.replication.factor=1\n\
         offsets.topic.num.partitions=1\n\
         transaction.state.log.replication.factor=1\n\
         transaction.state.log.min.isr=1\n\
         transaction.state.log.num.partitions=1\n\
         group.initial.rebalance.delay.ms=0\n\
         group.consumer.min.session.timeout.ms=1000\n\
         group.consumer.session.timeout.ms=6000\n\
         group.consumer.min.heartbeat.interval.ms=100\n\
         group.consumer.heartbeat.interval.ms=500\n\
         log.cleaner.enable=false\n\
         num.network.threads=2\n\
         num.io.threads=2\n\
         num.replica.fetchers=1\n\
         background.threads=2\n",
        directory.join("data").display()
    )
}

/// These properties with one door more, whose clients are told to come to this address.
fn with_door(properties: &str, door: SocketAddr, told: SocketAddr) -> String {
    let lines = properties.lines().map(|line| match line.split_once('=') {
        Some(("listeners", _)) => format!("{line},PROXIED://{door}\n"),
        Some(("advertised.listeners", _)) => format!("{line},PROXIED://{told}\n"),
        Some(("listener.security.protocol.map", _)) => format!("{line},PROXIED:PLAINTEXT\n"),
        _ => format!("{line}\n"),
    });
    lines.collect()
}
