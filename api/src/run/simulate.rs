//! `tanggap simulate`: a seeded Jakarta, as files or to a broker; and single payloads from standard input to a broker.

use std::io::BufRead;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::Args;
use geo::InteriorPoint;
use tanggap_connectors::kafka::{KafkaConfig, KafkaSink, TopicSpec, ensure_topics};
use tanggap_connectors::simulate::{City, CityConfig, Place, TOPICS, write_ndjson};
use tanggap_engine::territory::Territory;

use super::setting::Setting;

/// A simulated stretch of the city.
#[derive(Args, Debug)]
#[command(
    after_help = "The same seed gives the same bytes.\n\nExamples:\n  tanggap simulate --seed 7 --duration 24h --events 200000 --out feeds\n  \
tanggap simulate --seed 7 --duration 1h --brokers 127.0.0.1:9092\n  echo '{\"post_id\":1,…}' | tanggap simulate --stdin qlue.reports --brokers \
127.0.0.1:9092"
)]
pub(crate) struct SimulateArguments {
    /// Seed of everything that is left to chance.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How long a stretch of the city (`90s`, `30m`, `24h`, `7d`).
    #[arg(long, default_value = "24h", value_parser = duration)]
    duration: Duration,
    /// Exactly this many messages; default: 20 a second.
    #[arg(long)]
    events: Option<u64>,
    /// First moment (RFC 3339); default: a fixed Monday, so that every run gives the same bytes.
    #[arg(long, value_name = "RFC3339")]
    start: Option<jiff::Timestamp>,
    /// One Waze document a poll instead of a message an object.
    #[arg(long)]
    whole_documents: bool,
    /// Write one NDJSON file a topic into this directory.
    #[arg(long, value_name = "DIR", conflicts_with = "brokers")]
    out: Option<PathBuf>,
    /// Produce to these brokers, as fast as they take it.
    #[arg(long, value_name = "HOST:PORT")]
    brokers: Option<String>,
    /// Instead of a city, produce the lines of standard input to this topic.
    #[arg(long, value_name = "TOPIC", requires = "brokers")]
    stdin: Option<String>,
    /// GeoJSON of the kelurahan; without it the shipped approximation.
    #[arg(long, value_name = "FILE")]
    territory: Option<PathBuf>,
}

/// A duration with a unit: `90s`, `30m`, `24h`, `7d`.
///
/// # Errors
/// What a duration looks like.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("`{text}` is no duration: use 90s, 30m, 24h or 7d");
    let (number, unit) = text.split_at(text.len() - text.chars().next_back().map_or(0, char::len_utf8));
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return Err(wrong()),
    };
    let number: u64 = number.parse().map_err(|_| wrong())?;
    number
        .checked_mul(seconds)
        .filter(|seconds| *seconds > 0)
        .map(Duration::from_secs)
        .ok_or_else(wrong)
}

/// Where the simulated people are: all kelurahan, by area.
pub(super) fn places(territory: &Territory) -> Vec<Place> {
    let place = |kelurahan: &tanggap_engine::territory::Kelurahan| {
        let point = kelurahan.shape.interior_point()?;
        Some(Place {
            code: kelurahan.code.to_string(),
            name: kelurahan.name.clone(),
            longitude_deg: point.x(),
            latitude_deg: point.y(),
            area_km2: kelurahan.area_km2,
            weight: kelurahan.area_km2.max(0.01),
        })
    };
    territory.kelurahan().iter().filter_map(place).collect()
}

/// Writes or produces the stretch.
///
/// # Errors
/// The directory cannot be written, or no broker takes the messages.
pub(crate) fn simulate(arguments: &SimulateArguments) -> anyhow::Result<()> {
    if let (Some(topic), Some(brokers)) = (&arguments.stdin, &arguments.brokers) {
        return produce_lines(topic, brokers);
    }
    let setting = Setting::read(None, arguments.territory.as_deref(), None)?;
    let config = CityConfig {
        seed: arguments.seed,
        duration_s: arguments.duration.as_secs(),
        events: arguments.events,
        places: places(&setting.territory),
        whole_documents: arguments.whole_documents,
        start: arguments.start.map_or(CityConfig::default().start, jiff::Timestamp::as_microsecond),
        ..CityConfig::default()
    };
    let city = City::new(config)?;
    match (&arguments.out, &arguments.brokers) {
        (Some(out), _) => {
            for file in write_ndjson(out, city).with_context(|| format!("cannot write into {}", out.display()))? {
                tracing::info!(topic = file.topic, lines = file.lines, bytes = file.bytes, path = %file.path.display(), "written");
            }
            Ok(())
        }
        (None, Some(brokers)) => {
            let sink = connect(brokers, &TOPICS)?;
            for message in city {
                sink.send(message.topic, Some(message.key.as_bytes()), &message.payload)?;
            }
            finish(&sink)
        }
        (None, None) => bail!("say where to: --out DIR for files, or --brokers HOST:PORT for a broker"),
    }
}

fn connect(brokers: &str, topics: &[&str]) -> anyhow::Result<KafkaSink> {
    let config = KafkaConfig {
        brokers: brokers.to_owned(),
        ..KafkaConfig::default()
    };
    let specs: Vec<TopicSpec> = topics.iter().map(|topic| TopicSpec::new(topic)).collect();
    ensure_topics(&config, &specs)?;
    Ok(KafkaSink::connect(&config)?)
}

fn produce_lines(topic: &str, brokers: &str) -> anyhow::Result<()> {
    let sink = connect(brokers, &[topic])?;
    for line in std::io::stdin().lock().split(b'\n') {
        let line = line.context("cannot read standard input")?;
        sink.send(topic, None, &line)?;
    }
    finish(&sink)
}

fn finish(sink: &KafkaSink) -> anyhow::Result<()> {
    let counters = sink.flush(Duration::from_mins(1))?;
    tracing::info!(?counters, "produced");
    anyhow::ensure!(counters.failed == 0, "{} messages were not taken by Kafka", counters.failed);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::duration;

    #[test]
    fn durations_need_a_unit_and_a_number_above_zero() {
        assert_eq!(duration("24h").unwrap().as_secs(), 86_400);
        assert_eq!(duration("90s").unwrap().as_secs(), 90);
        for wrong in ["", "h", "0m", "1", "1w", "-1h", "1.5h", "99999999999999999999d", "1ä"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }
}
