//! `tanggap serve`: lanes over a real broker (or the embedded one) and the API, until told to stop.
//!
//! A watcher looks for topics and partitions and gives each lane a thread of its own, its follower.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Context;
use axum::serve::ListenerExt;
use clap::Args;
use tanggap_connectors::embedded::EmbeddedBroker;
use tanggap_connectors::kafka::KafkaConfig;
use tanggap_queries::Desk;
use tanggap_queries::tables::City;
use tokio::net::TcpListener;

use super::alerts::Bell;
use super::history::{Board, Historian};
use super::officers::PositionReader;
use super::replay::ranking_rule;
use super::setting::Setting;
use super::watcher::Watcher;
use crate::access::Role;
use crate::config::WebhookInConfig;
use crate::deeds::DeedSettings;
use crate::intake::KafkaIntake;
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
    /// Let lanes go on behind offsets that Kafka has forgotten; they are counted as gap.
    #[arg(long)]
    accept_gap: bool,
}

/// Topics read when the configuration names none.
pub(super) const TOPICS: [&str; 6] = [
    "qlue.reports",
    "crm.status",
    "waze.feed",
    "twitter.tweets",
    "gauge.levels",
    "reports.web",
];
/// File of a data directory that tells the address of the server that runs on it.
pub(super) const SERVER_FILE: &str = "server.address";

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
    let served = Service::start(setting, kafka, listen, &arguments.data_dir, arguments.accept_gap)?;
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
    bell: std::thread::JoinHandle<()>,
    positions: Option<std::thread::JoinHandle<()>>,
    board: Arc<Board>,
    historian: Option<std::thread::JoinHandle<()>>,
    runtime: tokio::runtime::Runtime,
    server: tokio::task::JoinHandle<std::io::Result<()>>,
    shutdown: tokio::sync::watch::Sender<bool>,
    server_file: PathBuf,
}

impl Service {
    /// Starts the lanes and the API; returns when the API answers.
    pub(super) fn start(
        setting: Setting,
        mut kafka: KafkaConfig,
        listen: SocketAddr,
        data_dir: &Path,
        accept_gap: bool,
    ) -> anyhow::Result<Self> {
        if kafka.topics.is_empty() {
            kafka.topics = TOPICS.iter().map(|topic| (*topic).to_owned()).collect();
            let config = &setting.config;
            let filed = (!config.open311.keys.is_empty()).then(|| crate::open311::TOPIC.to_owned());
            for topic in config.webhooks_in.iter().map(|source| source.topic.clone()).chain(filed) {
                if !kafka.topics.contains(&topic) {
                    kafka.topics.push(topic);
                }
            }
        }
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("api")
            .enable_all()
            .build()?;
        let city = Arc::new(City::default());
        let desk = Arc::new(Desk::of_city(&setting.territory, &setting.router)?);
        check_places(&setting)?;
        let state = AppState::new(
            Arc::clone(&city),
            desk,
            Arc::clone(&setting.territory),
            &setting.ground.index,
            Arc::clone(&setting.router),
            settings(&setting, &kafka, data_dir),
        )?;
        let listener = runtime
            .block_on(TcpListener::bind(listen))
            .with_context(|| format!("cannot listen on {listen}: is another Tanggap running? Choose another address with api.listen"))?;
        let address = listener.local_addr()?;
        // The last piece of an answer does not wait until the one before is acknowledged: that takes 40 ms.
        let listener = listener.tap_io(|stream| {
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!(error = &error as &dyn std::error::Error, "a connection sends in large pieces only");
            }
        });
        let server_file = data_dir.join(SERVER_FILE);
        std::fs::create_dir_all(data_dir).with_context(|| format!("cannot make {}", data_dir.display()))?;
        std::fs::write(&server_file, address.to_string()).with_context(|| format!("cannot write {}", server_file.display()))?;
        let (shutdown, mut told) = tokio::sync::watch::channel(false);
        let router = crate::router::router(Arc::clone(&state)).into_make_service_with_connect_info::<SocketAddr>();
        let server = runtime.spawn(async move {
            let stopped = async move { drop(told.wait_for(|told| *told).await) };
            axum::serve(listener, router).with_graceful_shutdown(stopped).await
        });
        let stop = Arc::new(AtomicBool::new(false));
        let board = Arc::new(Board::new(setting.config.history.enabled));
        let historian = setting
            .config
            .history
            .enabled
            .then(|| {
                let historian = Historian::new(&setting, data_dir.to_owned(), Arc::clone(&board), Arc::clone(&city));
                let thread = std::thread::Builder::new().name("historian".to_owned());
                thread.spawn(move || historian.work())
            })
            .transpose()?;
        let positions = state
            .officers
            .settings()
            .on()
            .then(|| {
                // A broker of our own has the topics that are needed.
                let reader = PositionReader::new(&state, &kafka, setting.config.kafka.is_none(), Arc::clone(&stop));
                let thread = std::thread::Builder::new().name("officers".to_owned());
                thread.spawn(move || reader.work())
            })
            .transpose()?;
        let webhooks = &setting.config.webhooks;
        let bell = Bell::new(
            state,
            kafka.clone(),
            webhooks,
            data_dir,
            runtime.handle().clone(),
            Arc::clone(&stop),
        )?;
        let bell = std::thread::Builder::new().name("bell".to_owned()).spawn(move || bell.ring())?;
        let watcher = Watcher::new(setting, kafka, data_dir, accept_gap, city, Arc::clone(&board), Arc::clone(&stop));
        let watcher = std::thread::Builder::new()
            .name("watcher".to_owned())
            .spawn(move || watcher.watch())?;
        Ok(Self {
            address,
            stop,
            watcher,
            bell,
            positions,
            board,
            historian,
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
        if std::fs::read_to_string(&self.server_file).is_ok_and(|address| address == self.address.to_string()) {
            drop(std::fs::remove_file(&self.server_file));
        }
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
        if self.bell.join().is_err() {
            anyhow::bail!("the thread that tells of alerts panicked");
        }
        if self.positions.is_some_and(|positions| positions.join().is_err()) {
            anyhow::bail!("the thread that reads where officers are panicked");
        }
        // The lanes have told all they had to tell.
        self.board.close();
        if self.historian.is_some_and(|historian| historian.join().is_err()) {
            anyhow::bail!("the thread that writes history panicked");
        }
        self.runtime.shutdown_timeout(Duration::from_secs(1));
        Ok(())
    }
}

/// An account that acts for nobody there is would be found out when it is needed.
fn check_places(setting: &Setting) -> anyhow::Result<()> {
    for one in &setting.config.access.account {
        let unit = one.unit.as_deref().unwrap_or_default();
        match Role::of_staff(&one.role) {
            Some(Role::Officer) => anyhow::ensure!(
                setting.router.recognise(unit).is_some(),
                "access.account {} has the unit `{unit}`, which the rules do not name; /v1/units lists those they do",
                one.account
            ),
            Some(Role::Verifier) => anyhow::ensure!(
                setting.territory.unit(unit).is_some(),
                "access.account {} has the area `{unit}`, which is not in the territory; use a code as 31.71, 31.71.01 or 31.71.01.1001",
                one.account
            ),
            _ => {}
        }
    }
    Ok(())
}

/// What the API is told.
fn settings(setting: &Setting, kafka: &KafkaConfig, data_dir: &Path) -> ApiSettings {
    let api = &setting.config.api;
    ApiSettings {
        sql_enabled: api.sql,
        keeps_terms: setting.config.text.terms,
        keeps_history: setting.config.history.enabled,
        public_minimum_reporters: api.minimum_reporters,
        staff_token: api.staff_token.as_ref().map(|token| Secret::new(token.0.clone())),
        loopback_is_staff: api.loopback_is_staff,
        access: setting.config.access.settings(),
        requests_per_s: api.requests_per_s,
        burst: api.burst,
        trusted_proxies: api.proxies(),
        allowed_origins: api.allowed_origins.clone(),
        behind_tls: api.behind_tls,
        ledger: Some(data_dir.join(crate::ledger::FILE)),
        resolution: setting.config.lanes.cell_resolution,
        delay_s: setting.config.time.delay_s,
        duty: setting.config.duty.rule(),
        deeds: deeds(setting, kafka, data_dir),
        officers: setting.config.officers.settings(setting.config.lanes.bounds),
        rankings: ranking_rule(setting),
        reporters: setting.config.reporters.settings(),
        hotspots: setting.config.hotspots.watch(),
        open311: setting.config.open311.settings(),
        webhooks_in: setting.config.webhooks_in.iter().map(WebhookInConfig::settings).collect(),
        // A broker of our own has the topics that are needed; who has a Kafka has also said how many partitions.
        intake: Some(Arc::new(KafkaIntake::new(kafka, setting.config.kafka.is_none()))),
        build: format!("{}-{}", env!("CARGO_PKG_VERSION"), crate::dashboard::BUILD),
    }
}

/// What acting is told: it writes to the log that is read.
fn deeds(setting: &Setting, kafka: &KafkaConfig, data_dir: &Path) -> DeedSettings {
    let (deeds, decode) = (&setting.config.deeds, setting.config.decode());
    DeedSettings {
        kafka: Some(kafka.clone()),
        // Without a [kafka] section the broker is our own.
        makes_topics: setting.config.kafka.is_none(),
        directory: Some(data_dir.to_owned()),
        patience: deeds.patience(),
        photo_required: deeds.photo_required,
        photo_bytes: deeds.photo_bytes(),
        zone: decode.zone_offset,
        bounds: setting.config.lanes.bounds,
        reporter_key: decode.reporter_key,
    }
}
