//! Messages that are numbers: sent, read back and compared.

use std::time::{Duration, Instant};

use tanggap_connectors::kafka::{KafkaConfig, KafkaError, KafkaSink, LaneReader, TopicSpec, ensure_topics};

/// Nothing here takes long; a broker that stays silent for this long on a loaded machine is broken.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

pub(crate) fn config(brokers: &str, topic: &str) -> KafkaConfig {
    KafkaConfig {
        brokers: brokers.to_owned(),
        topics: vec![topic.to_owned()],
        timeout_ms: 20_000,
        ..KafkaConfig::default()
    }
}

/// What a lane gave: (offset, payload) in order.
pub(crate) type Given = Vec<(i64, Vec<u8>)>;

/// Reads the next `count` messages of the lane.
pub(crate) fn read(reader: &mut LaneReader, count: usize) -> Given {
    let mut given = Given::new();
    let deadline = Instant::now() + PATIENCE;
    while given.len() < count {
        assert!(
            Instant::now() < deadline,
            "{} gave {} of {count} messages",
            reader.lane(),
            given.len()
        );
        reader
            .poll(count - given.len(), Duration::from_millis(100), &mut |message| {
                given.push((message.offset, message.payload.unwrap_or_default().to_vec()));
            })
            .unwrap();
    }
    given
}

/// Polls until the reader fails, and gives the error.
pub(crate) fn read_until_error(reader: &mut LaneReader) -> KafkaError {
    let deadline = Instant::now() + PATIENCE;
    loop {
        assert!(Instant::now() < deadline, "{} did not fail", reader.lane());
        if let Err(error) = reader.poll(1_000, Duration::from_millis(100), &mut |_| {}) {
            return error;
        }
    }
}

/// Polls until the reader says it has reached the end.
pub(crate) fn read_to_end(reader: &mut LaneReader) -> Option<i64> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        assert!(Instant::now() < deadline, "{} did not reach its end", reader.lane());
        let polled = reader.poll(1_000, Duration::from_millis(100), &mut |_| {}).unwrap();
        if polled.at_end {
            return polled.high_watermark;
        }
    }
}

/// Sends `0..count` as text to a new one-partition topic.
pub(crate) fn fill(config: &KafkaConfig, count: usize) {
    ensure_topics(config, &[TopicSpec::new(&config.topics[0])]).unwrap();
    append(config, 0..count);
}

pub(crate) fn append(config: &KafkaConfig, numbers: std::ops::Range<usize>) {
    let sink = KafkaSink::connect(config).unwrap();
    let count = numbers.len() as u64;
    for number in numbers {
        sink.send(&config.topics[0], Some(b"key"), number.to_string().as_bytes()).unwrap();
    }
    let counters = sink.flush(PATIENCE).unwrap();
    assert_eq!((counters.delivered, counters.failed), (count, 0));
}

pub(crate) fn numbers(range: std::ops::Range<usize>) -> Given {
    range
        .map(|number| (i64::try_from(number).unwrap(), number.to_string().into_bytes()))
        .collect()
}
