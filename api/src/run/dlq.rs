//! `tanggap dlq`: what was refused, why, and how to give it in once more when the reason is mended.

use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use datafusion::arrow::array::{Array, Int64Array, RecordBatch, StringArray};
use tanggap_connectors::kafka::{KafkaConfig, KafkaSink};
use tanggap_connectors::store::read_lane;
use tanggap_engine::event::Reason;

use super::durable::table;
use super::letters::{self, Letter};
use super::print::{AnswerFormat, print};
use super::store_arguments::StoreArguments;

/// Dead letters.
#[derive(Subcommand, Debug)]
#[command(
    after_help = "Examples:\n  tanggap dlq list --data-dir data --reason no_event_time\n  tanggap dlq show qlue.reports-0/17 --data-dir data\n  \
tanggap dlq replay --reason no_event_time --brokers 127.0.0.1:9092"
)]
pub(crate) enum DlqCommand {
    /// List them: one line each, without what is in them.
    List {
        #[command(flatten)]
        which: Which,
        /// How the list is written.
        #[arg(long, value_enum, default_value_t)]
        format: AnswerFormat,
    },
    /// Show one: why it was refused, and what came in.
    Show {
        /// Its id, as `list` gives it: lane/seq.
        id: String,
        #[command(flatten)]
        store: StoreArguments,
    },
    /// Give them in once more, at the end of the partition they came from.
    Replay {
        #[command(flatten)]
        which: Which,
        /// Brokers to give them to (default: those of the configuration).
        #[arg(long, value_name = "A:P")]
        brokers: Option<String>,
    },
}

/// Which letters.
#[derive(Args, Debug)]
pub(crate) struct Which {
    #[command(flatten)]
    store: StoreArguments,
    /// Only of this lane, as in `qlue.reports-0`.
    #[arg(long)]
    lane: Option<String>,
    /// Only those refused for this reason, as in `no_event_time`.
    #[arg(long, value_parser = reason)]
    reason: Option<Reason>,
}

fn reason(id: &str) -> Result<Reason, String> {
    Reason::from_id(id).ok_or_else(|| {
        let known: Vec<&str> = Reason::ALL.iter().map(|reason| reason.id()).collect();
        format!("there are these reasons: {}", known.join(", "))
    })
}

/// Lists, shows or replays.
///
/// # Errors
/// The data directory cannot be read, there is no such letter, or Kafka does not take them.
pub(crate) fn dlq(command: &DlqCommand) -> anyhow::Result<()> {
    match command {
        DlqCommand::List { which, format } => print(&[list(&chosen(which)?)?], *format),
        DlqCommand::Show { id, store } => show(id, store),
        DlqCommand::Replay { which, brokers } => {
            let kafka = which.store.config()?.kafka;
            let kafka = match (brokers, kafka) {
                (Some(brokers), kafka) => KafkaConfig {
                    brokers: brokers.clone(),
                    ..kafka.unwrap_or_default()
                },
                (None, Some(kafka)) => kafka,
                (None, None) => {
                    bail!("give --brokers, or a --config with a [kafka] section; demo and serve print their embedded broker's address")
                }
            };
            replay(&chosen(which)?, &kafka)
        }
    }
}

/// Letters by lane, oldest first.
fn chosen(which: &Which) -> anyhow::Result<Vec<(String, Letter)>> {
    let mut letters = Vec::new();
    for (lane, letter) in all(&which.store)? {
        let wanted =
            which.lane.as_ref().is_none_or(|wanted| *wanted == lane) && which.reason.is_none_or(|wanted| letter.reason == Some(wanted));
        if wanted {
            letters.push((lane, letter));
        }
    }
    Ok(letters)
}

fn all(arguments: &StoreArguments) -> anyhow::Result<Vec<(String, Letter)>> {
    let (store, lanes) = arguments.lanes()?;
    let mut letters = Vec::new();
    for lane in lanes {
        if let Some(recovered) = read_lane(&*store, &lane, None)? {
            let tables = recovered.tables.get(table::DEAD_LETTERS).map_or(&[][..], Vec::as_slice);
            let first = letters.len();
            letters.extend(letters::read(tables).map(|letter| (lane.clone(), letter)));
            give_each_its_bytes(&mut letters[first..]);
        }
    }
    Ok(letters)
}

/// Of several refused events of one payload, only the first letter was written with its bytes.
fn give_each_its_bytes(letters: &mut [(String, Letter)]) {
    for place in 1..letters.len() {
        let (before, [(_, letter), ..]) = letters.split_at_mut(place) else {
            return;
        };
        if let Some((_, first)) = before
            .last()
            .filter(|(_, first)| first.offset == letter.offset && letter.payload.is_empty())
        {
            letter.payload.clone_from(&first.payload);
        }
    }
}

fn list(letters: &[(String, Letter)]) -> anyhow::Result<RecordBatch> {
    let text = |words: fn(&(String, Letter)) -> String| -> Arc<dyn Array> {
        Arc::new(letters.iter().map(|letter| Some(words(letter))).collect::<StringArray>())
    };
    let number =
        |of: fn(&Letter) -> i64| -> Arc<dyn Array> { Arc::new(letters.iter().map(|(_, letter)| of(letter)).collect::<Int64Array>()) };
    Ok(RecordBatch::try_from_iter([
        ("id", text(|(lane, letter)| format!("{lane}/{}", letter.seq))),
        ("lane", text(|(lane, _)| lane.clone())),
        ("offset", number(|letter| letter.offset)),
        ("reason", text(|(_, letter)| letter.reason.map_or("?", Reason::id).to_owned())),
        ("field", text(|(_, letter)| letter.field.clone())),
        ("bytes", number(|letter| i64::try_from(letter.payload.len()).unwrap_or(i64::MAX))),
    ])?)
}

fn show(id: &str, arguments: &StoreArguments) -> anyhow::Result<()> {
    let found = all(arguments)?
        .into_iter()
        .find(|(lane, letter)| format!("{lane}/{}", letter.seq) == id);
    let (lane, letter) = found.with_context(|| format!("there is no letter {id}; `tanggap dlq list` gives those that are kept"))?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "id      {id}\nlane    {lane}\noffset  {}", letter.offset)?;
    if let Some(reason) = letter.reason {
        writeln!(out, "reason  {}: {}", reason.id(), reason.advice())?;
    }
    if !letter.field.is_empty() {
        writeln!(out, "field   {}", letter.field)?;
    }
    writeln!(out, "bytes   {}\n", letter.payload.len())?;
    out.write_all(&letter.payload)?;
    Ok(writeln!(out)?)
}

fn replay(letters: &[(String, Letter)], kafka: &KafkaConfig) -> anyhow::Result<()> {
    let sink = KafkaSink::connect(kafka)?;
    let (mut given, mut empty) = (0_usize, 0_usize);
    let mut before = None;
    for (lane, letter) in letters {
        // What several events of one payload were refused for is given in once.
        if before.replace((lane, letter.offset)) == Some((lane, letter.offset)) {
            continue;
        }
        let Some((topic, partition)) = lane.rsplit_once('-') else {
            bail!("{lane} is no lane's name");
        };
        if letter.payload.is_empty() {
            empty += 1;
            continue;
        }
        sink.send_to(topic, partition.parse()?, None, &letter.payload)?;
        given += 1;
    }
    let counters = sink.flush(Duration::from_mins(1))?;
    anyhow::ensure!(
        counters.failed == 0,
        "{} of {given} letters were not taken by Kafka; give them in again: a repeat is known by its id",
        counters.failed
    );
    let mut out = std::io::stdout().lock();
    writeln!(out, "{given} letters were given in once more, {empty} empty ones were not")?;
    Ok(())
}
