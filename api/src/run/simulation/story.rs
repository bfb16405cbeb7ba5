//! What a lane's log holds in a world: lines of the simulated Jakarta, thinned out, repeated, out of order, broken and missing.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use tanggap_connectors::simulate::{City, CityConfig, Faults, TOPICS};

use super::super::simulate::places;
use super::process::SETTING;

/// A message of the log.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// `None` is a tombstone.
    pub(super) payload: Option<Vec<u8>>,
    /// When the broker took it, µs UTC.
    pub(super) broker_time: i64,
}

/// Three days of a city by topic.
static DAYS: LazyLock<BTreeMap<&'static str, Vec<Line>>> = LazyLock::new(|| {
    let config = CityConfig {
        duration_s: 3 * 86_400,
        rate: 0.2,
        places: places(&SETTING.territory),
        faults: Faults {
            duplicate: 0.1,
            late: 0.1,
            broken: 0.02,
            null_island: 0.05,
            unplaced: 0.05,
            outside: 0.02,
        },
        ..CityConfig::default()
    };
    let mut days: BTreeMap<&'static str, Vec<Line>> = BTreeMap::new();
    for message in City::new(config).unwrap() {
        days.entry(message.topic).or_default().push(Line {
            payload: Some(message.payload),
            broker_time: message.publish_time,
        });
    }
    days
});

/// Draws a topic and its log.
pub(super) fn draw(chance: &mut ChaCha8Rng) -> (&'static str, Vec<Line>) {
    let topic = TOPICS[chance.random_range(0..TOPICS.len())];
    let days = &DAYS[topic];
    let (length, stride) = (chance.random_range(1..120_usize), chance.random_range(1..30_usize));
    let first = chance.random_range(0..days.len());
    let mut log: Vec<Line> = (0..length).map(|line| days[(first + line * stride) % days.len()].clone()).collect();
    for position in 0..length {
        let earlier = chance.random_range(0..=position);
        match chance.random_range(0..40_u8) {
            0..4 => log[position].payload = log[earlier].payload.clone(),
            4..6 => log.swap(position, earlier),
            6 => log[position].payload = Some(b"{\"post_id\": ".to_vec()),
            7 => log[position].payload = None,
            _ => {}
        }
    }
    (topic, log)
}
