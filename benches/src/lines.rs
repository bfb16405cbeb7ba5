//! Lines of a simulated city, by topic: good ones, and ones that are refused.

use tanggap_connectors::decode::{DecodeConfig, Decoder, Payload};
use tanggap_connectors::simulate::{City, CityConfig, Faults, Place};
use tanggap_engine::event::{EventBatchBuilder, Reason};
use tanggap_engine::territory::Territory;

/// So many lines of a topic, with these faults.
///
/// # Panics
/// The faults are no shares.
#[must_use]
pub fn lines(territory: &Territory, topic: &str, faults: Faults, count: usize) -> Vec<Vec<u8>> {
    let places = territory.kelurahan().iter().filter_map(|kelurahan| {
        let first = kelurahan.shape.0.first()?.exterior().0.first()?;
        Some(Place {
            code: kelurahan.code.to_string(),
            name: kelurahan.name.clone(),
            longitude_deg: first.x,
            latitude_deg: first.y,
            area_km2: kelurahan.area_km2,
            weight: kelurahan.area_km2,
        })
    });
    let config = CityConfig {
        seed: 7,
        endless: true,
        rate: 200.0,
        places: places.collect(),
        faults,
        ..CityConfig::default()
    };
    let city = City::new(config).expect("the configuration is a city");
    city.filter(|message| message.topic == topic)
        .map(|message| message.payload)
        .take(count)
        .collect()
}

/// Lines that a topic refuses, as the simulated city spoils them.
#[derive(Clone, Debug, Default)]
pub struct Refused {
    /// No JSON objects: cut off, empty, a proxy's error page.
    pub unreadable: Vec<Vec<u8>>,
    /// Whole objects without an id or a time.
    pub incomplete: Vec<Vec<u8>>,
}

/// The refused lines among so many, of which nine in ten are spoiled.
///
/// # Panics
/// The topic is unknown.
#[must_use]
pub fn refused(territory: &Territory, topic: &str, count: usize) -> Refused {
    let faults = Faults {
        broken: 0.9,
        ..Faults::NONE
    };
    let mut decoder = Decoder::for_topic(topic, &DecodeConfig::default()).expect("the topic is known");
    let mut refused = Refused::default();
    for line in lines(territory, topic, faults, count) {
        let mut builder = EventBatchBuilder::default();
        let payload = Payload {
            offset: 0,
            broker_time: None,
            bytes: Some(&line),
        };
        decoder.decode(&payload, &mut builder);
        match builder.rejects().first().map(|reject| reject.reason) {
            Some(Reason::NoJsonObject) => refused.unreadable.push(line),
            Some(_) => refused.incomplete.push(line),
            None => {}
        }
    }
    refused
}
