//! A real Apache Kafka (`KRaft`, one node) in a temporary directory: formatted, started, killed and restarted by the test. It
//! runs from jars (`scripts/install-kafka.sh`), not from the shell scripts of a distribution.

use std::fs::{self, File};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, io};

use tanggap_connectors::kafka::{KafkaConfig, KafkaSource};
use tempfile::TempDir;

/// Any 128-bit id in URL-safe base64 will do: the cluster lives and dies with its directory.
const CLUSTER_ID: &str = "dGFuZ2dhcC10ZXN0cy0wMQ";

/// A JVM with a cold cache on a loaded two-core machine needs most of a minute.
const START_DEADLINE: Duration = Duration::from_mins(3);

/// A small JVM that starts fast: no optimising compiler, the simplest collector.
const JVM: &[&str] = &[
    "-Xmx512m",
    "-Xms128m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-Xshare:auto",
];

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
        match installed() {
            Ok(jars) => Self::start(jars).map(Some),
            Err(missing) if env::var_os("CI").is_some() => Err(io::Error::other(missing)),
            Err(missing) => {
                skip(test, &missing);
                Ok(None)
            }
        }
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
        let output = File::options().create(true).append(true).open(self.directory.path().join(log))?;
        let mut command = Command::new("java");
        command
            .current_dir(self.directory.path())
            .args(JVM)
            .arg("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn")
            .arg("-cp")
            .arg(self.jars.join("*"))
            .arg(class)
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output);
        Ok(command)
    }

    fn failure(&self, what: &str, log: &str) -> io::Error {
        let text = fs::read_to_string(self.directory.path().join(log)).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        let tail = lines[lines.len().saturating_sub(30)..].join("\n");
        io::Error::other(format!("{what}:\n{tail}"))
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
    const CURE: &str = "run scripts/install-kafka.sh (it fetches the jars, and Java if there is none)";
    let cache = || {
        let own = env::var_os("TANGGAP_CACHE").map(PathBuf::from);
        own.or_else(|| env::home_dir().map(|home| home.join(".cache/tanggap")))
            .map(|cache| cache.join("kafka"))
    };
    let jars = env::var_os("TANGGAP_KAFKA_JARS")
        .map(PathBuf::from)
        .or_else(cache)
        .ok_or("no home directory and no TANGGAP_KAFKA_JARS")?;
    let has_broker = fs::read_dir(&jars).is_ok_and(|entries| {
        entries
            .filter_map(Result::ok)
            .any(|entry| entry.file_name().to_string_lossy().starts_with("kafka_2.13-"))
    });
    if !has_broker {
        return Err(format!("Apache Kafka is not in {}: {CURE}", jars.display()));
    }
    let java = Command::new("java")
        .arg("-version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    if !java.is_ok_and(|status| status.success()) {
        return Err(format!("there is no Java to run Apache Kafka: {CURE}"));
    }
    Ok(jars)
}

#[expect(clippy::print_stderr, reason = "a test that did not run must say so where people look")]
fn skip(test: &str, missing: &str) {
    eprintln!("NOT RUN: {test}: {missing}");
}

/// A port nobody uses now. Another program may take it before Kafka does; the test then fails and says so.
fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
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
         log.cleaner.enable=false\n\
         num.network.threads=2\n\
         num.io.threads=2\n\
         num.replica.fetchers=1\n\
         background.threads=2\n",
        directory.join("data").display()
    )
}
