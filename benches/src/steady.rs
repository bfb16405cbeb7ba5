//! A whole city that comes in at a steady pace, so that nothing piles up: what a backlog is to be held against.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Lines};
use std::path::Path;
use std::thread::park_timeout;
use std::time::{Duration, Instant};

use tanggap_connectors::kafka::{KafkaConfig, KafkaSink};
use tanggap_tests::harness::served::Served;

use crate::{Usage, fill};

/// Lines are sent in bunches, so often.
const BUNCH: Duration = Duration::from_millis(20);
/// How often the program is looked at.
const LOOK: Duration = Duration::from_millis(50);

/// The lines of a topic, and how many there are.
struct Feed<'t> {
    topic: &'t str,
    lines: Lines<BufReader<File>>,
    count: usize,
    sent: usize,
}

/// Starts the program and sends it the lines of these topics (`feeds/{topic}.ndjson`) side by side, so many a second in all, each topic in proportion to
/// its lines. What was used until all of it was read and written down, and what was at most unread meanwhile, messages.
///
/// # Errors
/// The program does not start or ends, the files cannot be read, or the broker does not take the lines.
pub fn keep_up(
    directory: &Path,
    settings: &str,
    brokers: &str,
    feeds: &Path,
    topics: &[&str],
    a_second: usize,
) -> io::Result<(Usage, i64)> {
    std::fs::create_dir_all(directory)?;
    let mut feeds = topics
        .iter()
        .filter_map(|topic| Feed::open(topic, feeds).transpose())
        .collect::<io::Result<Vec<_>>>()?;
    let messages: usize = feeds.iter().map(|feed| feed.count).sum();
    let config = KafkaConfig {
        brokers: brokers.to_owned(),
        ..KafkaConfig::default()
    };
    for topic in topics {
        fill(brokers, topic, [])?;
    }
    let sink = KafkaSink::connect(&config).map_err(io::Error::other)?;
    let served = Served::start(directory, settings, &[])?;
    served.wait_until_it_answers();
    let begun = Instant::now();
    let (mut sent, mut behind) = (0, 0);
    while sent < messages {
        let due = messages.min(usize::try_from(begun.elapsed().as_millis()).map_err(io::Error::other)? * a_second / 1_000);
        for feed in &mut feeds {
            feed.send(&sink, feed.count * due / messages)?;
        }
        sent = feeds.iter().map(|feed| feed.sent).sum();
        park_timeout(BUNCH);
        behind = behind.max(i64::try_from(sent).unwrap_or(i64::MAX) - read(&served));
    }
    let failed = sink.flush(Duration::from_mins(1)).map_err(io::Error::other)?.failed;
    if failed > 0 {
        return Err(io::Error::other(format!("{failed} lines were not taken")));
    }
    while read(&served) < i64::try_from(messages).unwrap_or(i64::MAX) || served.lanes().iter().any(|lane| lane["unwritten_messages"] != 0) {
        park_timeout(LOOK);
        Usage::of(served.id())?;
    }
    Ok((Usage::of(served.id())?, behind))
}

/// How many messages the program has read.
fn read(served: &Served) -> i64 {
    served.lanes().iter().filter_map(|lane| lane["next_offset"].as_i64()).sum()
}

impl<'t> Feed<'t> {
    /// That of a topic; none if it has no lines.
    fn open(topic: &'t str, feeds: &Path) -> io::Result<Option<Self>> {
        let path = feeds.join(format!("{topic}.ndjson"));
        if !path.exists() {
            return Ok(None);
        }
        let count = BufReader::new(File::open(&path)?).lines().count();
        Ok(Some(Self {
            topic,
            lines: BufReader::new(File::open(&path)?).lines(),
            count,
            sent: 0,
        }))
    }

    /// Sends lines until so many are sent.
    fn send(&mut self, sink: &KafkaSink, until: usize) -> io::Result<()> {
        while self.sent < until {
            let line = self
                .lines
                .next()
                .ok_or_else(|| io::Error::other("a feed is shorter than it was"))??;
            sink.send(self.topic, None, line.as_bytes()).map_err(io::Error::other)?;
            self.sent += 1;
        }
        Ok(())
    }
}
