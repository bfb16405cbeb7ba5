//! What a simulated city must keep to, whatever its seed.

mod reports;

use std::collections::{HashMap, HashSet};

use serde_json::Value;
use xxhash_rust::xxh3::Xxh3;

use super::*;

fn place(code: &str, name: &str, longitude_deg: f64, latitude_deg: f64, weight: f64) -> Place {
    Place {
        code: code.to_owned(),
        name: name.to_owned(),
        longitude_deg,
        latitude_deg,
        area_km2: 2.0,
        weight,
    }
}

fn config(seed: u64, events: u64) -> CityConfig {
    let places = vec![
        place("31.71.01.1001", "Gambir", 106.826, -6.176, 3.0),
        place("31.74.01.1001", "Tebet Timur", 106.853, -6.230, 20.0),
        place("31.73.01.1001", "Kota \"Bambu\"", 106.800, -6.187, 10.0),
        place("31.75.01.1001", "Bukit Duri", 106.861, -6.223, 40.0),
        place("31.72.01.1001", "Pluit", 106.784, -6.116, 5.0),
    ];
    CityConfig {
        seed,
        events: Some(events),
        places,
        ..CityConfig::default()
    }
}

fn messages(config: CityConfig) -> Vec<Message> {
    City::new(config).unwrap().collect()
}

fn json(message: &Message) -> Option<Value> {
    serde_json::from_slice(&message.payload).ok()
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
    let fingerprint = |seed| {
        let mut hash = Xxh3::new();
        for message in messages(config(seed, 20_000)) {
            hash.update(message.topic.as_bytes());
            hash.update(message.key.as_bytes());
            hash.update(&message.publish_time.to_le_bytes());
            hash.update(&message.payload);
        }
        hash.digest()
    };
    assert_eq!(fingerprint(7), fingerprint(7));
    assert_ne!(fingerprint(7), fingerprint(8));
}

#[test]
fn exactly_the_wanted_number_of_lines_fills_about_the_wanted_time() {
    for (events, duration_s) in [(5_000, 86_400), (20_000, 86_400), (60_000, 6 * 3_600), (50_000, 10 * 86_400)] {
        let city = messages(CityConfig {
            duration_s,
            ..config(3, events)
        });
        assert_eq!(city.len() as u64, events);
        let last = city.last().unwrap().publish_time - DEFAULT_START;
        let share = chance::seconds(last) / chance::seconds(i64::try_from(duration_s).unwrap() * calendar::SECOND);
        assert!(
            (0.8..1.25).contains(&share),
            "{events} events in {duration_s} s ended at {share} of it"
        );
    }
}

#[test]
fn publication_goes_forward_and_shares_are_as_configured() {
    let city = messages(config(5, 100_000));
    assert!(city.windows(2).all(|pair| pair[0].publish_time <= pair[1].publish_time));
    let mut count: HashMap<&str, usize> = HashMap::new();
    for message in &city {
        *count.entry(message.topic).or_default() += 1;
        assert!(!message.payload.contains(&b'\n'));
    }
    assert!((50_000..60_000).contains(&(count[QLUE] + count[CRM])), "{count:?}");
    assert!((31_000..41_000).contains(&count[WAZE]), "{count:?}");
    assert!((7_000..11_000).contains(&count[TWITTER]), "{count:?}");
    assert!(count[GAUGE] > 600, "{count:?}");
    let bytes: usize = city
        .iter()
        .filter(|message| [QLUE, WAZE].contains(&message.topic))
        .map(|message| message.payload.len())
        .sum();
    let mean = bytes / (count[QLUE] + count[WAZE]);
    assert!((330..470).contains(&mean), "qlue and waze lines have {mean} bytes on average");
}

#[test]
fn faults_come_in_the_configured_shares_and_none_where_none_are_wanted() {
    let city = messages(config(9, 100_000));
    let broken = city.iter().filter(|message| !readable(message)).count();
    assert!((200..420).contains(&broken), "{broken} broken lines of 100000, wanted 300");
    let mut seen = HashSet::new();
    let repeats = city
        .iter()
        .filter(|message| readable(message) && !seen.insert((message.topic, &message.payload)))
        .count();
    assert!((2_600..3_300).contains(&repeats), "{repeats} repeats of 100000, wanted about 2900");

    let clean = messages(CityConfig {
        faults: Faults::NONE,
        ..config(9, 50_000)
    });
    assert!(clean.iter().all(readable));
    let distinct: HashSet<_> = clean.iter().map(|message| (message.topic, &message.payload)).collect();
    assert_eq!(distinct.len(), clean.len());
}

/// Valid JSON with an id and a time, by a reader that is not ours.
fn readable(message: &Message) -> bool {
    let Some(value) = json(message) else { return false };
    let has = |names: &[&str]| {
        names.iter().any(|name| {
            value
                .get(name)
                .or_else(|| value.get("data").and_then(|data| data.get(name)))
                .is_some()
        })
    };
    match message.topic {
        QLUE => has(&["post_id"]) && has(&["post_date", "created_at"]),
        CRM => has(&["report_id"]) && has(&["time"]),
        WAZE => has(&["uuid", "id"]) && has(&["pubMillis", "detectionDateMillis"]),
        TWITTER => has(&["id"]) && has(&["created_at"]),
        _ => has(&["gauge_id"]) && has(&["time"]),
    }
}

#[test]
fn a_waze_object_is_in_every_poll_until_it_disappears() {
    let city = messages(CityConfig {
        faults: Faults::NONE,
        ..config(17, 60_000)
    });
    let mut seen: HashMap<String, Vec<i64>> = HashMap::new();
    for message in city.iter().filter(|message| message.topic == WAZE) {
        let end = json(message).unwrap()["endTimeMillis"].as_i64().unwrap();
        seen.entry(message.key.clone()).or_default().push(end);
    }
    assert!(seen.len() > 500);
    for polls in seen.values() {
        assert!(polls.windows(2).all(|pair| pair[1] - pair[0] == 120_000));
    }
    let mean = seen.values().map(Vec::len).sum::<usize>() / seen.len();
    assert!((5..30).contains(&mean), "an object is seen {mean} times on average");
}

#[test]
fn whole_documents_hold_the_same_three_lists() {
    let city = messages(CityConfig {
        whole_documents: true,
        faults: Faults::NONE,
        ..config(19, 20_000)
    });
    let documents: Vec<Value> = city
        .iter()
        .filter(|message| message.topic == WAZE)
        .map(|message| json(message).unwrap())
        .collect();
    assert!(documents.len() > 600);
    let objects = |list: &str| {
        documents
            .iter()
            .map(|document| document[list].as_array().unwrap().len())
            .sum::<usize>()
    };
    assert!(objects("jams") > objects("alerts") && objects("alerts") > objects("irregularities") && objects("irregularities") > 0);
}

#[test]
fn an_endless_city_keeps_its_rate_and_takes_another() {
    let quiet = CityConfig {
        rate: 2.0,
        ..config(37, 1)
    };
    let mut city = City::with_clock_from(DEFAULT_START, quiet).unwrap();
    let until = |city: &mut City, end: i64| {
        let mut count = 0;
        while city.next_due(end).is_some() {
            count += 1;
        }
        count
    };
    let days = |number: i64| DEFAULT_START + number * calendar::DAY;
    until(&mut city, days(7));
    let week = until(&mut city, days(14));
    assert!(
        (1_000_000..1_400_000).contains(&week),
        "{week} messages in a week at 2 a second, wanted 1209600"
    );
    city.set_rate(8.0).unwrap();
    until(&mut city, days(15));
    let busy = until(&mut city, days(16));
    assert!(busy > 3 * week / 7, "{busy} messages in a day at 8 a second");
    assert!(city.set_rate(f64::NAN).is_err());
}

#[test]
fn a_flood_wave_reaches_manggarai_nine_hours_after_katulampa() {
    let crest = DEFAULT_START + 6 * calendar::HOUR;
    let city = messages(CityConfig {
        flood: Some(FloodWave { crest, strength: 1.0 }),
        faults: Faults::NONE,
        ..config(29, 5_000)
    });
    let highest = |gauge: &str| {
        let readings = city.iter().filter(|message| message.topic == GAUGE && message.key == gauge);
        readings.max_by_key(|message| json(message).unwrap()["level_cm"].as_i64()).unwrap()
    };
    let (katulampa, manggarai) = (highest("katulampa"), highest("manggarai"));
    assert!(json(katulampa).unwrap()["level_cm"].as_i64().unwrap() >= 150);
    assert!(json(manggarai).unwrap()["level_cm"].as_i64().unwrap() >= 850);
    let hours = (manggarai.publish_time - katulampa.publish_time) / calendar::HOUR;
    assert!((8..=10).contains(&hours), "{hours} h");
}

#[test]
fn a_configuration_that_is_no_city_is_refused_in_words() {
    let none = City::new(CityConfig::default()).unwrap_err();
    assert_eq!(none, ConfigError::NoPlaces);
    let mut lost = config(1, 1);
    lost.places[0].longitude_deg = f64::NAN;
    assert!(City::new(lost).unwrap_err().to_string().contains("31.71.01.1001"));
    let endless = CityConfig {
        rate: f64::INFINITY,
        ..config(1, 1)
    };
    assert_eq!(City::new(endless).unwrap_err(), ConfigError::Rate);
}

#[test]
fn files_hold_a_payload_a_line() {
    let dir = tempfile::tempdir().unwrap();
    let written = write_ndjson(dir.path(), City::new(config(31, 5_000)).unwrap()).unwrap();
    assert_eq!(written.iter().map(|file| file.lines).sum::<u64>(), 5_000);
    for file in &written {
        let bytes = std::fs::read(&file.path).unwrap();
        assert_eq!(bytes.len() as u64, file.bytes);
        assert_eq!(bytes.split(|byte| *byte == b'\n').count() as u64, file.lines + 1);
    }
}
