//! Rings: makes the rounds every few seconds, sends what is new to `tanggap.alerts`, and when Kafka has it, writes it down, shows it and hands it
//! to the hooks.
//!
//! ```text
//! city ──▶ rounds ──▶ tanggap.alerts ──▶ alerts.ndjson ──▶ /v1/alerts, hooks
//! ```
//!
//! A process that dies between the second and the third arrow tells the same again, under the same ids and revisions. Of several processes
//! of a consumer group each tells of the lanes it reads: a hotspot is of the reports that one of them has.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context;
use tanggap_connectors::kafka::{Deliveries, KafkaConfig, KafkaSink, TopicSpec, ensure_topics};
use tokio::runtime::Handle;

use super::hook::Hook;
use crate::alerts::{Alert, Rounds};
use crate::config::WebhookConfig;
use crate::state::AppState;
use crate::time::now_us;

/// Where alerts are told.
const ALERTS: &str = "tanggap.alerts";
/// File of a data directory that remembers what was told.
const FILE: &str = "alerts.ndjson";
/// How often the rounds are made.
const ROUND: Duration = Duration::from_secs(5);
/// How often it is looked whether to stop.
const GLANCE: Duration = Duration::from_millis(100);
/// How long Kafka may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often it is looked whether Kafka has taken all.
const LOOK: Duration = Duration::from_millis(5);

/// What rings.
pub(in crate::run) struct Bell {
    state: Arc<AppState>,
    kafka: KafkaConfig,
    rounds: Rounds,
    hooks: Vec<Hook>,
    /// Made when Kafka first answers.
    sink: Option<KafkaSink>,
    /// Where questions to the city are asked.
    runtime: Handle,
    stop: Arc<AtomicBool>,
    /// What kept it from ringing, said once.
    hindered: Option<String>,
}

impl Bell {
    /// Takes up what was told before, and begins to deliver to the hooks.
    ///
    /// # Errors
    /// The memory cannot be read, or the system gives no threads.
    pub(in crate::run) fn new(
        state: Arc<AppState>,
        kafka: KafkaConfig,
        webhooks: &[WebhookConfig],
        data_dir: &Path,
        runtime: Handle,
        stop: Arc<AtomicBool>,
    ) -> anyhow::Result<Self> {
        let file: PathBuf = data_dir.join(FILE);
        let rounds = Rounds::begin(Some(&file), now_us()).with_context(|| format!("cannot open {}", file.display()))?;
        state.alerts.hang(rounds.memory().all());
        let mut hooks = Vec::with_capacity(webhooks.len());
        for webhook in webhooks {
            let hook = Hook::begin(webhook, &stop)?;
            state.alerts.watch(hook.counts());
            hooks.push(hook);
        }
        Ok(Self {
            state,
            kafka,
            rounds,
            hooks,
            sink: None,
            runtime,
            stop,
            hindered: None,
        })
    }

    /// Rings until told to stop.
    pub(in crate::run) fn ring(mut self) {
        while !self.stop.load(Ordering::Relaxed) {
            match self.round() {
                Ok(()) => self.hindered = None,
                Err(error) => {
                    let why = format!("{error:#}");
                    if self.hindered.as_ref() != Some(&why) {
                        tracing::error!(error = why, "alerts are not told; trying again");
                        self.hindered = Some(why);
                    }
                    self.rounds.again();
                }
            }
            let next = Instant::now() + ROUND;
            while Instant::now() < next && !self.stop.load(Ordering::Relaxed) {
                std::thread::park_timeout(GLANCE);
            }
        }
        for hook in self.hooks {
            hook.end();
        }
    }

    fn round(&mut self) -> anyhow::Result<()> {
        let made = self.runtime.block_on(self.rounds.make(&self.state, now_us()));
        let alerts = made.map_err(|problem| anyhow::anyhow!("the city cannot be asked: {}", problem.detail))?;
        if alerts.is_empty() {
            return Ok(());
        }
        let alerts: Vec<(Arc<Alert>, String)> = alerts
            .into_iter()
            .map(|alert| {
                let message = alert.message();
                (Arc::new(alert), message)
            })
            .collect();
        self.send(&alerts)?;
        let told: Vec<Arc<Alert>> = alerts.iter().map(|(alert, _)| Arc::clone(alert)).collect();
        if let Err(error) = self.rounds.told(&told, now_us()) {
            tracing::error!(%error, "alerts were told, but cannot be written down; the next start may tell them again");
        }
        let now = Instant::now();
        for (alert, message) in &alerts {
            for hook in &self.hooks {
                hook.tell(alert, message, now);
            }
        }
        self.state.alerts.hang(told);
        Ok(())
    }

    /// Sends alerts to the topic and waits until Kafka has them.
    fn send(&mut self, alerts: &[(Arc<Alert>, String)]) -> anyhow::Result<()> {
        let sink = if let Some(sink) = self.sink.take() {
            sink
        } else {
            ensure_topics(&self.kafka, &[TopicSpec::new(ALERTS)])?;
            KafkaSink::connect(&self.kafka)?
        };
        let deliveries = Deliveries::default();
        for (alert, message) in alerts {
            // A producer that failed for good is left behind: the next round has a new one.
            sink.send_counted(ALERTS, Some(alert.id().as_bytes()), message.as_bytes(), &deliveries)?;
        }
        let begun = Instant::now();
        while deliveries.counters().in_flight() > 0 && begun.elapsed() < PATIENCE && !self.stop.load(Ordering::Relaxed) {
            std::thread::sleep(LOOK);
        }
        self.sink = Some(sink);
        let delivered = deliveries.counters().delivered;
        anyhow::ensure!(
            delivered == alerts.len() as u64,
            "Kafka has taken {delivered} of {} alerts",
            alerts.len()
        );
        Ok(())
    }
}
