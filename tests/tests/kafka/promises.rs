//! What every broker must keep, one check a sentence.

use std::collections::BTreeMap;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rdkafka::admin::{AdminClient, AdminOptions};
use rdkafka::client::DefaultClientContext;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer as _};
use rdkafka::{ClientConfig, Offset, TopicPartitionList};
use tanggap_connectors::kafka::{KafkaError, KafkaSink, KafkaSource, LaneReader, Message, TopicSpec, ensure_topics};

use super::reading::{PATIENCE, append, config, fill, numbers, read, read_to_end, read_until_error};

/// A check of a broker, by its sentence.
pub(crate) type Check = (&'static str, fn(&str));

macro_rules! checks {
    ($($check:ident),+ $(,)?) => { &[$((stringify!($check), $check)),+] };
}

/// What every broker must keep.
pub(crate) const PROMISES: &[Check] = checks![
    every_message_comes_once_and_in_order_on_its_lane,
    a_reader_resumes_at_the_offset_it_is_given,
    a_lane_opened_again_further_back_gives_nothing_stale,
    a_lane_that_was_away_is_not_at_its_former_end,
    a_message_carries_the_brokers_time_and_not_its_producers,
    a_tombstone_has_no_payload_and_moves_the_offset,
    a_topic_that_does_not_exist_yet_is_waited_for,
    an_offset_beyond_the_log_stops_its_lane,
    an_empty_lane_is_at_its_end,
    a_topic_that_exists_is_left_as_it_is,
];

/// What only a broker that deletes can show.
pub(crate) const DELETIONS: &[Check] = checks![a_log_truncated_by_retention_stops_its_lane_and_says_what_is_left];

pub(crate) fn keep(brokers: &str, promises: &[Check]) {
    for (sentence, check) in promises {
        println!("{sentence}");
        check(brokers);
    }
}

fn every_message_comes_once_and_in_order_on_its_lane(brokers: &str) {
    let config = config(brokers, "three.lanes");
    ensure_topics(&config, &[TopicSpec::new("three.lanes").partitions(3)]).unwrap();
    let sink = KafkaSink::connect(&config).unwrap();
    let mut sent: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for number in 0..9_000 {
        let key = format!("reporter-{}", number % 100);
        sink.send("three.lanes", Some(key.as_bytes()), format!("{key} {number}").as_bytes())
            .unwrap();
        sent.entry(key).or_default().push(number);
    }
    assert_eq!(sink.flush(PATIENCE).unwrap().delivered, 9_000);

    let source = KafkaSource::connect(&config).unwrap();
    let lanes = source.lanes().unwrap();
    assert_eq!(lanes.iter().map(|lane| lane.partition).collect::<Vec<_>>(), [0, 1, 2]);
    assert_eq!(lanes.iter().map(|lane| lane.high - lane.low).sum::<i64>(), 9_000);
    let mut received: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let mut readers: Vec<LaneReader> = lanes.iter().map(|lane| source.open(lane, 0).unwrap()).collect();
    for reader in &mut readers {
        let count = usize::try_from(reader.lane().high).unwrap();
        let given = read(reader, count);
        assert!(
            given.iter().map(|(offset, _)| *offset).eq(0..reader.lane().high),
            "offsets of {}",
            reader.lane()
        );
        for (_, payload) in given {
            let text = String::from_utf8(payload).unwrap();
            let (key, number) = text.split_once(' ').unwrap();
            received.entry(key.to_owned()).or_default().push(number.parse().unwrap());
        }
        assert_eq!(read_to_end(reader), Some(reader.lane().high));
        assert_eq!(reader.next_offset(), reader.lane().high);
    }
    // Same key, same lane, same order.
    assert_eq!(received, sent);
}

fn a_reader_resumes_at_the_offset_it_is_given(brokers: &str) {
    let config = config(brokers, "resumed");
    fill(&config, 500);
    let source = KafkaSource::connect(&config).unwrap();
    let lane = &source.lanes().unwrap()[0];
    let mut reader = source.open(lane, 123).unwrap();
    assert_eq!(read(&mut reader, 377), numbers(123..500));
}

fn a_lane_opened_again_further_back_gives_nothing_stale(brokers: &str) {
    let config = config(brokers, "rewound");
    fill(&config, 2_000);
    let source = KafkaSource::connect(&config).unwrap();
    let lane = &source.lanes().unwrap()[0];
    let mut reader = source.open(lane, 1_000).unwrap();
    let mut first = None;
    while first.is_none() {
        // One message; librdkafka has fetched the rest ahead.
        reader
            .poll(1, Duration::from_millis(100), &mut |message| first = Some(message.offset))
            .unwrap();
    }
    assert_eq!(first, Some(1_000));
    drop(reader);
    let mut reader = source.open(lane, 10).unwrap();
    assert_eq!(read(&mut reader, 1_990), numbers(10..2_000));
}

/// Lanes move between processes and come back. What the client remembers of a lane's end is of the time before.
fn a_lane_that_was_away_is_not_at_its_former_end(brokers: &str) {
    let config = config(brokers, "away");
    fill(&config, 100);
    let source = KafkaSource::connect(&config).unwrap();
    let lane = source.lanes().unwrap().remove(0);
    let mut reader = source.open(&lane, 0).unwrap();
    read(&mut reader, 100);
    assert_eq!(read_to_end(&mut reader), Some(100));
    drop(reader);
    append(&config, 100..150);
    let mut reader = source.open(&lane, 100).unwrap();
    let at_once = reader.poll(0, Duration::ZERO, &mut |_| {}).unwrap();
    assert_eq!((at_once.high_watermark, at_once.at_end), (None, false), "nothing is known yet");
    let (mut given, deadline) = (0, Instant::now() + PATIENCE);
    while given < 50 {
        assert!(Instant::now() < deadline, "{given} messages of 50");
        let polled = reader.poll(1, Duration::from_millis(100), &mut |_| {}).unwrap();
        given += polled.messages;
        assert_eq!(polled.at_end, given == 50, "after {given} of 50");
    }
    assert_eq!(read_to_end(&mut reader), Some(150));
}

fn a_message_carries_the_brokers_time_and_not_its_producers(brokers: &str) {
    let config = config(brokers, "timed");
    ensure_topics(&config, &[TopicSpec::new("timed")]).unwrap();
    let producer: BaseProducer = ClientConfig::new().set("bootstrap.servers", brokers).create().unwrap();
    let micros = || i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_micros()).unwrap();
    let before = micros();
    for _ in 0..3 {
        // A producer whose clock stands at 1970.
        producer
            .send(BaseRecord::<[u8], [u8]>::to("timed").payload(b"x").timestamp(1_000))
            .unwrap();
    }
    producer.flush(PATIENCE).unwrap();
    let after = micros();
    let source = KafkaSource::connect(&config).unwrap();
    let mut reader = source.open(&source.lanes().unwrap()[0], 0).unwrap();
    let mut times = Vec::new();
    let deadline = Instant::now() + PATIENCE;
    while times.len() < 3 && Instant::now() < deadline {
        reader
            .poll(10, Duration::from_millis(100), &mut |message| times.push(message.broker_time))
            .unwrap();
    }
    for time in times {
        let time = time.expect("the broker gives a time");
        assert!((before - 1_000..=after).contains(&time), "{before} <= {time} <= {after}");
    }
}

fn a_tombstone_has_no_payload_and_moves_the_offset(brokers: &str) {
    let config = config(brokers, "buried");
    ensure_topics(&config, &[TopicSpec::new("buried")]).unwrap();
    let producer: BaseProducer = ClientConfig::new().set("bootstrap.servers", brokers).create().unwrap();
    producer.send(BaseRecord::<[u8], [u8]>::to("buried").key(b"id")).unwrap();
    producer
        .send(BaseRecord::<[u8], [u8]>::to("buried").key(b"id").payload(b"after"))
        .unwrap();
    producer.flush(PATIENCE).unwrap();
    let source = KafkaSource::connect(&config).unwrap();
    let mut reader = source.open(&source.lanes().unwrap()[0], 0).unwrap();
    let mut given = Vec::new();
    let deadline = Instant::now() + PATIENCE;
    while given.len() < 2 && Instant::now() < deadline {
        let sink = &mut |message: Message<'_>| {
            given.push((message.key.map(<[u8]>::to_vec), message.payload.map(<[u8]>::to_vec)));
        };
        reader.poll(10, Duration::from_millis(100), sink).unwrap();
    }
    assert_eq!(
        given,
        [(Some(b"id".to_vec()), None), (Some(b"id".to_vec()), Some(b"after".to_vec()))]
    );
    assert_eq!(reader.next_offset(), 2);
}

fn a_topic_that_does_not_exist_yet_is_waited_for(brokers: &str) {
    let config = config(brokers, "later");
    let source = KafkaSource::connect(&config).unwrap();
    assert_eq!(source.lanes().unwrap(), []);
    fill(&config, 10);
    let deadline = Instant::now() + PATIENCE;
    let lanes = loop {
        let lanes = source.lanes().unwrap();
        if !lanes.is_empty() {
            break lanes;
        }
        assert!(Instant::now() < deadline, "the topic did not appear");
    };
    let mut reader = source.open(&lanes[0], 0).unwrap();
    assert_eq!(read(&mut reader, 10), numbers(0..10));
}

fn an_offset_beyond_the_log_stops_its_lane(brokers: &str) {
    let config = config(brokers, "short");
    fill(&config, 5);
    let source = KafkaSource::connect(&config).unwrap();
    let mut reader = source.open(&source.lanes().unwrap()[0], 50).unwrap();
    let error = read_until_error(&mut reader);
    assert!(
        matches!(
            error,
            KafkaError::LogTruncated {
                wanted: 50,
                low: 0,
                high: 5,
                ..
            }
        ),
        "{error}"
    );
}

fn an_empty_lane_is_at_its_end(brokers: &str) {
    let config = config(brokers, "empty");
    fill(&config, 0);
    let source = KafkaSource::connect(&config).unwrap();
    let lane = &source.lanes().unwrap()[0];
    assert_eq!((lane.low, lane.high), (0, 0));
    let mut reader = source.open(lane, 0).unwrap();
    assert_eq!(read_to_end(&mut reader), Some(0));
    append(&config, 0..3);
    assert_eq!(read(&mut reader, 3), numbers(0..3));
}

fn a_topic_that_exists_is_left_as_it_is(brokers: &str) {
    let config = config(brokers, "twice");
    let spec = TopicSpec::new("twice").partitions(2);
    assert_eq!(ensure_topics(&config, std::slice::from_ref(&spec)).unwrap(), ["twice"]);
    assert_eq!(ensure_topics(&config, &[spec.partitions(4)]).unwrap(), Vec::<String>::new());
    assert_eq!(KafkaSource::connect(&config).unwrap().lanes().unwrap().len(), 2);
}

/// Deletes the first messages of a lane, as retention would.
fn delete_before(brokers: &str, topic: &str, offset: i64) {
    let admin: AdminClient<DefaultClientContext> = ClientConfig::new().set("bootstrap.servers", brokers).create().unwrap();
    let mut list = TopicPartitionList::new();
    list.add_partition_offset(topic, 0, Offset::Offset(offset)).unwrap();
    let options = AdminOptions::new().operation_timeout(Some(PATIENCE));
    futures::executor::block_on(admin.delete_records(&list, &options)).unwrap();
}

fn a_log_truncated_by_retention_stops_its_lane_and_says_what_is_left(brokers: &str) {
    let config = config(brokers, "truncated");
    fill(&config, 100);
    delete_before(brokers, "truncated", 60);
    let source = KafkaSource::connect(&config).unwrap();
    let lane = &source.lanes().unwrap()[0];
    assert_eq!((lane.low, lane.high), (60, 100));
    let error = read_until_error(&mut source.open(lane, 20).unwrap());
    assert!(
        matches!(
            error,
            KafkaError::LogTruncated {
                wanted: 20,
                low: 60,
                high: 100,
                ..
            }
        ),
        "{error}"
    );
    // Accepting the gap is the operator's decision: the lane opens again where the log begins.
    assert_eq!(read(&mut source.open(lane, 60).unwrap(), 40), numbers(60..100));
}
