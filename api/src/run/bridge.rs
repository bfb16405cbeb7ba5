//! `tanggap bridge`: what the city says elsewhere, fetched and written to Kafka, one process a source.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use clap::{Args, Subcommand};
use tanggap_connectors::bridge::{Clock, CsvConfig, CsvFile, KafkaOutlet, Mailbox, Neighbour, Parts, Stop, SystemClock, Tweets, WazeFeed};
use tanggap_connectors::kafka::KafkaConfig;

use crate::config::{Config, load};

/// A source to fetch from.
#[derive(Subcommand, Debug)]
#[command(
    after_help = "Addresses, tokens and passwords are settings ([waze], [x], [neighbour], [mail]) or variables (TANGGAP_WAZE_URL, \
TANGGAP_X_BEARER_TOKEN, TANGGAP_MAIL_PASSWORD); they are never printed.\n\nExamples:\n  tanggap bridge waze --config tanggap.toml --state \
bridges/waze\n  tanggap bridge csv aduan.csv --channel lapor --brokers 127.0.0.1:9092 --state bridges/aduan"
)]
pub(crate) enum BridgeCommand {
    /// Poll the feed of Waze for Cities.
    Waze(BridgeArguments),
    /// Read X's filtered stream.
    X(BridgeArguments),
    /// Follow another city's Open311 server.
    Open311(BridgeArguments),
    /// Read a mailbox of complaints by IMAP.
    Mail(BridgeArguments),
    /// Write the rows of a CSV file as reports of a channel.
    Csv(CsvArguments),
}

/// What every bridge is told.
#[derive(Args, Debug)]
pub(crate) struct BridgeArguments {
    /// Configuration file.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Write to these brokers instead of those of the configuration.
    #[arg(long, value_name = "HOST:PORT")]
    brokers: Option<String>,
    /// Where it is written down how far it came; one directory a bridge.
    #[arg(long, value_name = "DIR")]
    state: PathBuf,
    /// One poll, or one connection; fails if that fails.
    #[arg(long)]
    once: bool,
}

/// Which file.
#[derive(Args, Debug)]
pub(crate) struct CsvArguments {
    /// The file; `.gz` is unpacked.
    file: PathBuf,
    /// The channel: rows go to `reports.<channel>`, which needs a mapping.
    #[arg(long)]
    channel: String,
    /// Column that names a report; default: the first.
    #[arg(long, value_name = "COLUMN")]
    key: Option<String>,
    /// What lies between two values, one ASCII character.
    #[arg(long, default_value = ",", value_parser = delimiter)]
    delimiter: u8,
    /// Rows a second; 0 = as fast as Kafka takes them.
    #[arg(long, value_name = "ROWS_PER_S", default_value_t = 0)]
    rate: u32,
    #[command(flatten)]
    bridge: BridgeArguments,
}

fn delimiter(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        [byte] if byte.is_ascii() => Ok(*byte),
        _ if text == "\\t" => Ok(b'\t'),
        _ => Err(format!("`{text}` is no delimiter: use one character, as ; or \\t")),
    }
}

/// Runs a bridge until it is told to stop, or is done.
///
/// # Errors
/// A setting cannot work, Kafka or the state directory fail for good, or the only run failed.
pub(crate) fn bridge(command: &BridgeCommand) -> anyhow::Result<()> {
    let stop = Stop::default();
    match command {
        BridgeCommand::Waze(arguments) => {
            let config = arguments.config()?;
            let parts = arguments.parts(&config, &[&config.waze.topic])?;
            WazeFeed::new(&config.waze, parts)?.run(arguments.once, &listening(&stop)?)?;
        }
        BridgeCommand::X(arguments) => {
            let config = arguments.config()?;
            let parts = arguments.parts(&config, &[&config.x.topic])?;
            Tweets::new(&config.x, parts)?.run(arguments.once, &listening(&stop)?)?;
        }
        BridgeCommand::Open311(arguments) => {
            let config = arguments.config()?;
            let topics = [config.neighbour.topic.as_str(), config.neighbour.status_topic.as_str()];
            let parts = arguments.parts(&config, &topics)?;
            Neighbour::new(&config.neighbour, parts)?.run(arguments.once, &listening(&stop)?)?;
        }
        BridgeCommand::Mail(arguments) => {
            let config = arguments.config()?;
            let parts = arguments.parts(&config, &[&config.mail.topic])?;
            Mailbox::new(&config.mail, &config.decode(), parts)?.run(arguments.once, &listening(&stop)?)?;
        }
        BridgeCommand::Csv(arguments) => {
            let config = arguments.bridge.config()?;
            let topic = format!("reports.{}", arguments.channel);
            let parts = arguments.bridge.parts(&config, &[&topic])?;
            let wanted = CsvConfig {
                file: arguments.file.clone(),
                channel: arguments.channel.clone(),
                key: arguments.key.clone(),
                delimiter: arguments.delimiter,
                rate: arguments.rate,
            };
            let ended = CsvFile::new(&wanted, &config.decode(), parts)?.run(&listening(&stop)?)?;
            if !ended {
                tracing::info!("stopped before the end; the same command goes on from here");
            }
        }
    }
    Ok(())
}

impl BridgeArguments {
    fn config(&self) -> anyhow::Result<Config> {
        load(self.config.as_deref(), std::env::vars())
    }

    fn parts(&self, config: &Config, topics: &[&str]) -> anyhow::Result<Parts> {
        let kafka = match (&self.brokers, &config.kafka) {
            (Some(brokers), kafka) => KafkaConfig {
                brokers: brokers.clone(),
                ..kafka.clone().unwrap_or_default()
            },
            (None, Some(kafka)) => kafka.clone(),
            (None, None) => anyhow::bail!("say where to: --brokers HOST:PORT, or a [kafka] section in the configuration"),
        };
        let clock = SystemClock;
        let now = clock.now_us().cast_unsigned();
        Ok(Parts {
            outlet: Box::new(KafkaOutlet::connect(&kafka, topics)?),
            clock: Arc::new(clock),
            state_dir: self.state.clone(),
            // Two processes that fail together do not return together.
            seed: now ^ u64::from(std::process::id()),
        })
    }
}

/// The same signal, raised by SIGINT or SIGTERM.
fn listening(stop: &Stop) -> anyhow::Result<Stop> {
    let raised = stop.clone();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let wait = async {
        let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
        tokio::select! {
            interrupted = tokio::signal::ctrl_c() => interrupted,
            _ = terminate.recv() => Ok(()),
        }
    };
    std::thread::Builder::new()
        .name("signals".to_owned())
        .spawn(move || {
            if runtime.block_on(wait).is_ok() {
                tracing::info!("stopping");
                raised.raise();
            }
        })
        .context("the system gives no thread")?;
    Ok(stop.clone())
}

#[cfg(test)]
mod tests {
    use super::delimiter;

    #[test]
    fn a_delimiter_is_one_character() {
        assert_eq!((delimiter(";"), delimiter("\\t")), (Ok(b';'), Ok(b'\t')));
        assert!(delimiter("").is_err() && delimiter(",,").is_err() && delimiter("é").is_err());
    }
}
