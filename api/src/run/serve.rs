//! `tanggap serve`: lanes over a real broker (or the embedded one) and the API, until told to stop.
//!
//! Each lane has a thread of its own: it polls, decodes, applies, publishes its tables, and never waits for another. A watcher
//! looks for new topics and partitions. State is a function of the log: a restarted process reads it again from its first offset.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context;
use clap::Args;
use tanggap_connectors::decode::Payload;
use tanggap_connectors::embedded::EmbeddedBroker;
use tanggap_connectors::kafka::{KafkaConfig, KafkaSink, KafkaSource, Lane, LaneReader, TopicSpec, ensure_topics};
use tanggap_queries::Desk;
use tanggap_queries::tables::{City, Liveness};
use tokio::net::TcpListener;

use super::lane::{DeadLetter, Keep, LaneRunner, named};
use super::outputs::letter_json;
use super::setting::Setting;
use crate::state::{ApiSettings, AppState, Secret};

/// Serve a city.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  tanggap serve --config tanggap.toml --data-dir data\n\n`tanggap config print` shows every setting.")]
pub(crate) struct ServeArguments {
    /// Configuration file.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Where everything that lasts is kept.
    #[arg(long, value_name = "DIR", default_value = "data")]
    data_dir: PathBuf,
    /// Address of the embedded broker, used without a [kafka] section.
    #[arg(long, value_name = "A:P", default_value = "127.0.0.1:9092")]
    broker_listen: SocketAddr,
}

/// Topics read when the configuration names none.
pub(super) const TOPICS: [&str; 5] = ["qlue.reports", "crm.status", "waze.feed", "twitter.tweets", "gauge.levels"];
/// File of a data directory that tells the address of the server that runs on it.
pub(super) const SERVER_FILE: &str = "server.address";
/// Where refused events go.
pub(super) const DEAD_LETTERS: &str = "tanggap.dead-letter";
/// How long a lane waits for messages before it looks at its batch: the freshness of a quiet lane.
const POLL: Duration = Duration::from_millis(50);
/// How often new topics and partitions are looked for.
const WATCH: Duration = Duration::from_secs(2);

/// Serves until SIGINT or SIGTERM.
///
/// # Errors
/// The configuration does not hold, the broker does not answer, or the address is taken.
pub(crate) fn serve(arguments: &ServeArguments) -> anyhow::Result<()> {
    let setting = Setting::read(arguments.config.as_deref(), None, Some(&arguments.data_dir))?;
    let (broker, kafka) = match &setting.config.kafka {
        Some(kafka) => (None, kafka.clone()),
        None => embedded(&arguments.data_dir, arguments.broker_listen)?,
    };
    let listen = setting.config.api.listen;
    let served = Service::start(setting, kafka, listen, &arguments.data_dir)?;
    served.wait()?;
    if let Some(broker) = broker {
        broker.stop();
    }
    Ok(())
}

/// Starts the embedded broker and gives the way to it.
pub(super) fn embedded(data_dir: &Path, listen: SocketAddr) -> anyhow::Result<(Option<EmbeddedBroker>, KafkaConfig)> {
    let directory = data_dir.join("broker");
    std::fs::create_dir_all(&directory).with_context(|| format!("cannot make {}", directory.display()))?;
    let broker = EmbeddedBroker::start(&directory, listen)?;
    let kafka = KafkaConfig {
        brokers: broker.address().to_string(),
        ..KafkaConfig::default()
    };
    Ok((Some(broker), kafka))
}

/// A running city: lanes, watcher and API.
#[derive(Debug)]
pub(super) struct Service {
    address: SocketAddr,
    stop: Arc<AtomicBool>,
    watcher: std::thread::JoinHandle<()>,
    runtime: tokio::runtime::Runtime,
    server: tokio::task::JoinHandle<std::io::Result<()>>,
    shutdown: tokio::sync::watch::Sender<bool>,
    server_file: PathBuf,
}

impl Service {
    /// Starts the lanes and the API; returns when the API answers.
    pub(super) fn start(setting: Setting, mut kafka: KafkaConfig, listen: SocketAddr, data_dir: &Path) -> anyhow::Result<Self> {
        if kafka.topics.is_empty() {
            kafka.topics = TOPICS.iter().map(|topic| (*topic).to_owned()).collect();
        }
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("api")
            .enable_all()
            .build()?;
        let city = Arc::new(City::default());
        let desk = Arc::new(Desk::new(&setting.territory, &setting.router)?);
        let state = AppState::new(
            Arc::clone(&city),
            desk,
            Arc::clone(&setting.territory),
            &setting.ground.index,
            Arc::clone(&setting.router),
            settings(&setting),
        )?;
        let listener = runtime
            .block_on(TcpListener::bind(listen))
            .with_context(|| format!("cannot listen on {listen}: is another Tanggap running? Choose another address with api.listen"))?;
        let address = listener.local_addr()?;
        let server_file = data_dir.join(SERVER_FILE);
        std::fs::create_dir_all(data_dir).with_context(|| format!("cannot make {}", data_dir.display()))?;
        std::fs::write(&server_file, address.to_string()).with_context(|| format!("cannot write {}", server_file.display()))?;
        let (shutdown, mut told) = tokio::sync::watch::channel(false);
        let router = crate::router::router(state).into_make_service_with_connect_info::<SocketAddr>();
        let server = runtime.spawn(async move {
            let stopped = async move { drop(told.wait_for(|told| *told).await) };
            axum::serve(listener, router).with_graceful_shutdown(stopped).await
        });
        let stop = Arc::new(AtomicBool::new(false));
        let watcher = {
            let stop = Arc::clone(&stop);
            std::thread::Builder::new()
                .name("watcher".to_owned())
                .spawn(move || watch(&setting, &kafka, &city, &stop))?
        };
        Ok(Self {
            address,
            stop,
            watcher,
            runtime,
            server,
            shutdown,
            server_file,
        })
    }

    /// Where the API answers.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits for SIGINT or SIGTERM, then stops lanes and API.
    pub(super) fn wait(self) -> anyhow::Result<()> {
        self.runtime.block_on(async {
            let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
            tokio::select! {
                interrupted = tokio::signal::ctrl_c() => interrupted,
                _ = terminate.recv() => Ok(()),
            }
        })?;
        tracing::info!("stopping");
        // Without it `tanggap sql` would ask a server that is gone; if it stays, the address just does not answer.
        drop(std::fs::remove_file(&self.server_file));
        self.stop.store(true, Ordering::Relaxed);
        self.shutdown.send_replace(true);
        // Streams of viewers are open for ever: they get a moment to close, then the process goes.
        let closing = self
            .runtime
            .block_on(async { tokio::time::timeout(Duration::from_secs(2), self.server).await });
        drop(closing);
        if self.watcher.join().is_err() {
            anyhow::bail!("the watcher of lanes panicked");
        }
        self.runtime.shutdown_timeout(Duration::from_secs(1));
        Ok(())
    }
}

/// What the API is told.
fn settings(setting: &Setting) -> ApiSettings {
    let api = &setting.config.api;
    ApiSettings {
        sql_enabled: api.sql,
        public_minimum_reporters: api.minimum_reporters,
        staff_token: api.staff_token.as_ref().map(|token| Secret::new(token.0.clone())),
        loopback_is_staff: api.loopback_is_staff,
        resolution: setting.config.lanes.cell_resolution,
        delay_s: setting.config.time.delay_s,
        build: format!("{}-{}", env!("CARGO_PKG_VERSION"), crate::dashboard::BUILD),
    }
}

/// Opens a lane for every topic-partition there is, and for those that appear.
fn watch(setting: &Setting, kafka: &KafkaConfig, city: &Arc<City>, stop: &Arc<AtomicBool>) {
    let mut lanes: Vec<std::thread::JoinHandle<()>> = Vec::new();
    let mut known = BTreeSet::new();
    let (mut source, mut letters) = (None, None);
    while !stop.load(Ordering::Relaxed) {
        if let Err(error) = discover(setting, kafka, city, stop, &mut source, &mut letters, &mut known, &mut lanes) {
            tracing::error!(error = format!("{error:#}"), "cannot look for lanes; trying again");
        }
        let next = Instant::now() + WATCH;
        while Instant::now() < next && !stop.load(Ordering::Relaxed) {
            std::thread::park_timeout(Duration::from_millis(100));
        }
    }
    for lane in lanes {
        if lane.join().is_err() {
            tracing::error!("a lane's thread panicked");
        }
    }
}

#[expect(
    clippy::too_many_arguments,
    reason = "the loop's own variables, made on the first success and kept"
)]
fn discover(
    setting: &Setting,
    kafka: &KafkaConfig,
    city: &Arc<City>,
    stop: &Arc<AtomicBool>,
    source: &mut Option<KafkaSource>,
    letters: &mut Option<Arc<KafkaSink>>,
    known: &mut BTreeSet<(String, i32)>,
    lanes: &mut Vec<std::thread::JoinHandle<()>>,
) -> anyhow::Result<()> {
    if letters.is_none() {
        ensure_topics(kafka, &[TopicSpec::new(DEAD_LETTERS)])?;
        *letters = Some(Arc::new(KafkaSink::connect(kafka)?));
    }
    let source = match source {
        Some(source) => source,
        None => source.insert(KafkaSource::connect(kafka)?),
    };
    for lane in source.lanes()? {
        if !known.insert((lane.topic.clone(), lane.partition)) {
            continue;
        }
        let runner = LaneRunner::new(setting, &lane.topic, lane.partition, named(&lane.topic, lane.partition), Keep::Live)?;
        let reader = source.open(&lane, lane.low)?;
        let follower = Follower {
            runner,
            reader,
            city: Arc::clone(city),
            letters: letters.clone(),
            idle_after: Duration::from_secs(setting.config.time.idle_after_s.into()),
        };
        let stop = Arc::clone(stop);
        lanes.push(
            std::thread::Builder::new()
                .name(format!("lane {lane}"))
                .spawn(move || follower.follow(&lane, &stop))?,
        );
    }
    Ok(())
}

/// A lane's thread.
struct Follower {
    runner: LaneRunner,
    reader: LaneReader,
    city: Arc<City>,
    letters: Option<Arc<KafkaSink>>,
    idle_after: Duration,
}

impl Follower {
    fn follow(mut self, lane: &Lane, stop: &AtomicBool) {
        tracing::info!(lane = %lane, from = lane.low, "reading");
        let mut last_message = Instant::now();
        let mut shown = None;
        while !stop.load(Ordering::Relaxed) {
            match self.turn(&mut last_message, &mut shown) {
                Ok(()) => {}
                Err(error) => {
                    // A lane that cannot go on stops loudly and keeps serving what it has; it must never skip.
                    tracing::error!(lane = %lane, error = format!("{error:#}"), "the lane stops; its answers grow old from here");
                    self.city.publish(self.runner.snapshot(None, Liveness::Stalled));
                    return;
                }
            }
        }
    }

    fn turn(&mut self, last_message: &mut Instant, shown: &mut Option<Liveness>) -> anyhow::Result<()> {
        let runner = &mut self.runner;
        let rows = runner.batch_rows();
        let polled = self.reader.poll(rows, POLL, &mut |message| {
            runner.take(&Payload {
                offset: message.offset,
                broker_time: message.broker_time,
                bytes: message.payload,
            });
        })?;
        let liveness = if polled.messages > 0 {
            *last_message = Instant::now();
            Liveness::Live
        } else if polled.at_end && last_message.elapsed() >= self.idle_after {
            Liveness::Idle
        } else {
            Liveness::Live
        };
        if polled.messages > 0 || *shown != Some(liveness) {
            let dead = self.runner.step()?;
            self.send(&dead)?;
            self.city.publish(self.runner.snapshot(polled.high_watermark, liveness));
            *shown = Some(liveness);
        }
        Ok(())
    }

    fn send(&self, dead: &[DeadLetter]) -> anyhow::Result<()> {
        let Some(letters) = &self.letters else { return Ok(()) };
        for letter in dead {
            let name = self.runner.name();
            letters.send(
                DEAD_LETTERS,
                Some(name.as_bytes()),
                letter_json(name, letter).to_string().as_bytes(),
            )?;
        }
        Ok(())
    }
}
