//! A real Apache Kafka (`KRaft`, one node) in a temporary directory: formatted, started, killed and restarted by the test. It
//! runs from jars (`scripts/install-servers.sh`), not from the shell scripts of a distribution.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::Instant;

use tanggap_connectors::kafka::{KafkaConfig, KafkaSource};
use tempfile::TempDir;

use super::java::{CURE, START_DEADLINE, failure, found_or_skip, free_port, jars, java};

/// Any 128-bit id in URL-safe base64 will do: the cluster lives and dies with its directory.
const CLUSTER_ID: &str = "dGFuZ2dhcC10ZXN0cy0wMQ";

/// A running (or killed) Kafka. Killed for good when dropped.
#[derive(Debug)]
pub struct RealKafka {
    directory: TempDir,
    jars: PathBuf,
    port: u16,
    process: Option<Child>,
}

impl RealKafka {
    /// Starts a Kafka, or says on standard error why it cannot and how to cure it.
    ///
    /// # Errors
    /// The broker is installed but does not start; or it is not installed and this is a CI run, which must not skip it.
    pub fn start_or_skip(test: &str) -> io::Result<Option<Self>> {
        found_or_skip(test, installed())?.map(Self::start).transpose()
    }

    fn start(jars: PathBuf) -> io::Result<Self> {
        let directory = TempDir::with_prefix("tanggap-kafka-")?;
        let (port, controller) = (free_port()?, free_port()?);
        fs::write(
            directory.path().join("server.properties"),
            properties(directory.path(), port, controller),
        )?;
        let mut kafka = Self {
            directory,
            jars,
            port,
            process: None,
        };
        let formatted = kafka
            .java("kafka.tools.StorageTool", "format.log")?
            .args(["format", "-t", CLUSTER_ID, "-c", "server.properties"])
            .status()?;
        if !formatted.success() {
            return Err(kafka.failure("the storage tool failed", "format.log"));
        }
        kafka.restart()?;
        Ok(kafka)
    }

    /// `host:port` of the broker; the same after a restart.
    #[must_use]
    pub fn brokers(&self) -> String {
        format!("127.0.0.1:{}", self.port)
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
            brokers: self.brokers(),
            timeout_ms: 1_000,
            ..KafkaConfig::default()
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
