//! `tanggap demo`: embedded broker, simulated Jakarta, engine and dashboard in one process.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::Context;
use clap::Args;
use tanggap_connectors::embedded::EmbeddedBroker;
use tanggap_connectors::kafka::{KafkaConfig, KafkaSink, TopicSpec, ensure_topics};
use tanggap_connectors::simulate::{City, CityConfig};

use super::serve::{Service, TOPICS, embedded};
use super::setting::Setting;
use super::simulate::places;
use crate::config::Secret;

/// See it run.
#[derive(Args, Debug)]
#[command(
    after_help = "Everything stays on this machine. Data of an earlier demo in the same directory is read again first.\n\nSend a report of your \
own:\n  echo '{\"post_id\": 1, \"created_at\": \"'$(date -u +%FT%TZ)'\", \"category\": \"Banjir\", \"location\": {\"lat\": -6.2, \"lng\": 106.83}}' \
| kcat -P -b 127.0.0.1:9092 -t qlue.reports"
)]
pub(crate) struct DemoArguments {
    /// Address of the dashboard and the API.
    #[arg(long, value_name = "A:P", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Address of the embedded broker.
    #[arg(long, value_name = "A:P", default_value = "127.0.0.1:9092")]
    broker_listen: SocketAddr,
    /// Where the broker keeps its log; default: a fresh directory that goes when the demo stops.
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Seed of the simulated city.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Messages a second on average; 0 = no simulated city.
    #[arg(long, value_name = "EVENTS_PER_S", default_value_t = 20.0)]
    rate: f64,
    /// How much of the past is simulated first (`30m`, `2h`).
    #[arg(long, default_value = "2h", value_parser = super::simulate::duration)]
    history: Duration,
    /// GeoJSON of the kelurahan; without it the shipped approximation.
    #[arg(long, value_name = "FILE")]
    territory: Option<PathBuf>,
    /// How fast the simulated clock runs. Above 1 it overtakes ours, so event times beyond the broker's are not refused then.
    #[arg(long, value_name = "X", default_value_t = 1.0)]
    speed: f64,
}

/// Runs the demo until it is told to stop.
///
/// # Errors
/// An address is taken, or the data directory cannot be written.
pub(crate) fn demo(arguments: &DemoArguments) -> anyhow::Result<()> {
    anyhow::ensure!(
        arguments.speed > 0.0 && arguments.speed.is_finite(),
        "--speed is {}: use a number above 0",
        arguments.speed
    );
    anyhow::ensure!(
        arguments.rate >= 0.0 && arguments.rate.is_finite(),
        "--rate is {}: use a number from 0",
        arguments.rate
    );
    let mut setting = Setting::read(None, arguments.territory.as_deref(), arguments.data_dir.as_deref())?;
    let config = Arc::make_mut(&mut setting.config);
    config.api.loopback_is_staff = true;
    config.api.sql = true;
    config.open311.keys = vec![Secret("demo".to_owned())];
    if arguments.speed > 1.0 {
        config.time.future_skew_s = u32::MAX;
    }
    let scratch = if arguments.data_dir.is_none() {
        Some(tempfile::Builder::new().prefix("tanggap-demo-").tempdir()?)
    } else {
        None
    };
    let data_dir = match (&arguments.data_dir, &scratch) {
        (Some(dir), _) => dir.clone(),
        (None, Some(scratch)) => scratch.path().to_owned(),
        (None, None) => anyhow::bail!("no data directory"),
    };
    let (broker, kafka) = embedded(&data_dir, arguments.broker_listen)?;
    ensure_topics(&kafka, &TOPICS.map(TopicSpec::new))?;
    let city = CityConfig {
        seed: arguments.seed,
        rate: arguments.rate.max(0.001),
        endless: true,
        places: places(&setting.territory),
        witnessed: 0.2,
        ..CityConfig::default()
    };
    let service = Service::start(setting, kafka.clone(), arguments.listen, &data_dir, false)?;
    let stop = Arc::new(AtomicBool::new(false));
    let publisher = (arguments.rate > 0.0).then(|| {
        let (stop, speed, history) = (Arc::clone(&stop), arguments.speed, arguments.history);
        std::thread::Builder::new().name("city".to_owned()).spawn(move || {
            if let Err(error) = publish(city, &kafka, speed, history, &stop) {
                tracing::error!(error = format!("{error:#}"), "the simulated city stops");
            }
        })
    });
    let brokers = broker.as_ref().map_or(arguments.broker_listen, EmbeddedBroker::address);
    announce(service.address(), brokers)?;
    let ended = service.wait();
    stop.store(true, Ordering::Relaxed);
    if let Some(publisher) = publisher
        && publisher?.join().is_err()
    {
        tracing::error!("the simulated city panicked");
    }
    if let Some(broker) = broker {
        broker.stop();
    }
    ended
}

/// Says where to look. Standard output, as people and scripts wait for it.
fn announce(listen: SocketAddr, brokers: SocketAddr) -> anyhow::Result<()> {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    writeln!(out, "Tanggap is serving on http://{listen} (broker on {brokers})")?;
    writeln!(out, "A simulated Jakarta: every report is made up. Stop with Ctrl-C.")?;
    out.flush().context("cannot write to standard output")
}

fn now_us() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

/// How often the city publishes what is due.
const TICK: Duration = Duration::from_millis(100);

/// Publishes what the city says, in its time: first the past as fast as the broker takes it, then as the clock goes.
fn publish(city: CityConfig, kafka: &KafkaConfig, speed: f64, history: Duration, stop: &AtomicBool) -> anyhow::Result<()> {
    let sink = KafkaSink::connect(kafka)?;
    let began = Instant::now();
    let present = now_us();
    let mut city = City::with_clock_from(present - i64::try_from(history.as_micros())?, city)?;
    while !stop.load(Ordering::Relaxed) {
        #[expect(clippy::cast_possible_truncation, reason = "microseconds of a demo fit")]
        let simulated = present + (began.elapsed().as_secs_f64() * speed * 1e6) as i64;
        while let Some(message) = city.next_due(simulated) {
            sink.send(message.topic, Some(message.key.as_bytes()), &message.payload)?;
            if stop.load(Ordering::Relaxed) {
                break;
            }
        }
        std::thread::park_timeout(TICK);
    }
    Ok(())
}
