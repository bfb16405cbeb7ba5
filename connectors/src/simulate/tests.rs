//! What a simulated city must keep to, whatever its seed.

use std::collections::{HashMap, HashSet};

use serde_json::Value;
use tanggap_engine::event::Category;
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
fn a_complaint_is_posted_again_as_it_moves_from_wait_to_done() {
    let city = messages(CityConfig {
        faults: Faults::NONE,
        duty: 0.0,
        duration_s: 6 * 86_400,
        ..config(13, 60_000)
    });
    let mut lives: HashMap<String, Vec<String>> = HashMap::new();
    for message in city.iter().filter(|message| message.topic == QLUE) {
        let report = json(message).unwrap();
        if report.get("kind").is_some_and(|kind| kind != "complaint") {
            continue;
        }
        let status = report["status"].as_str().unwrap().to_owned();
        lives.entry(message.key.clone()).or_default().push(status);
    }
    assert!(lives.values().all(|life| life[0] == "wait"));
    let done = lives.values().filter(|life| life.iter().any(|status| status == "done")).count();
    assert!(done * 2 > lives.len(), "{done} of {} reports done after six days", lives.len());
    assert!(
        lives
            .values()
            .filter(|life| life.contains(&"done".to_owned()))
            .all(|life| life.contains(&"process".to_owned()))
    );
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
fn false_closings_change_nothing_but_what_transitions_claim() {
    let with = |false_closings| {
        messages(CityConfig {
            false_closings,
            ..config(41, 30_000)
        })
    };
    let (honest, doubtful) = (with(0.0), with(0.5));
    assert_eq!(honest.len(), doubtful.len());
    let mut otherwise = 0;
    for (one, other) in honest.iter().zip(&doubtful) {
        assert_eq!(
            (one.topic, &one.key, one.publish_time),
            (other.topic, &other.key, other.publish_time)
        );
        if one.payload == other.payload {
            continue;
        }
        assert_eq!(one.topic, CRM);
        let (Some(mut one), Some(mut other)) = (json(one), json(other)) else {
            continue;
        };
        for claim in ["time", "rating", "photo_before", "photo_after"] {
            for line in [&mut one, &mut other] {
                line.as_object_mut().unwrap().remove(claim);
            }
        }
        assert_eq!(one, other);
        otherwise += 1;
    }
    assert!(otherwise > 50, "{otherwise} transitions claim something else");
}

/// What the closings of a city show, counted.
#[derive(Debug, Default)]
struct Shown {
    all: usize,
    /// With the file of an earlier one.
    reused: usize,
    /// With another file that looks like that of an earlier one.
    alike: usize,
    /// With the photo from before the work.
    unchanged: usize,
    /// With a photo older than the report.
    early: usize,
    /// Within ten minutes of the assignment.
    hurried: usize,
}

fn shown(false_closings: f64) -> Shown {
    let city = messages(CityConfig {
        faults: Faults::NONE,
        false_closings,
        duration_s: 6 * 86_400,
        ..config(43, 60_000)
    });
    let mut shown = Shown::default();
    let mut assigned = HashMap::new();
    let (mut files, mut looks) = (HashSet::new(), Vec::new());
    let text = |photo: &Value, field: &str| photo[field].as_str().unwrap().to_owned();
    for message in city.iter().filter(|message| message.topic == CRM) {
        let said = json(message).unwrap();
        let time = text(&said, "time").parse::<jiff::Timestamp>().unwrap().as_second();
        if said["status"] == "assigned" {
            assigned.insert(&message.key, time);
        }
        if said["status"] != "resolved" {
            continue;
        }
        let (before, after) = (&said["photo_before"], &said["photo_after"]);
        let look = u64::from_str_radix(&text(after, "phash"), 16).unwrap();
        let new = files.insert(text(after, "sha256"));
        shown.all += 1;
        shown.reused += usize::from(!new);
        shown.alike += usize::from(new && looks.iter().any(|known| (known ^ look).count_ones() <= 2));
        shown.unchanged += usize::from(text(after, "sha256") == text(before, "sha256"));
        // One zone, one form: earlier sorts first.
        shown.early += usize::from(text(after, "captured_at") < text(before, "captured_at"));
        shown.hurried += usize::from(assigned.get(&message.key).is_some_and(|assigned| time - assigned < 600));
        looks.push(look);
    }
    shown
}

#[test]
fn false_closings_can_be_found_by_what_they_show_and_honest_ones_show_nothing() {
    let honest = shown(0.0);
    assert!(honest.all > 1_000, "{honest:?}");
    assert_eq!(honest.reused + honest.alike + honest.unchanged + honest.early, 0, "{honest:?}");
    assert!(honest.hurried <= honest.all / 500, "{honest:?}");

    let found = shown(0.4);
    let least = found.all / 40;
    let ways = [found.reused, found.alike, found.unchanged, found.early, found.hurried];
    assert!(ways.iter().all(|way| *way > least), "{found:?}");
    let planted: usize = ways.iter().sum();
    assert!((found.all / 3..found.all / 2).contains(&planted), "{found:?}, wanted 40 %");
}

#[test]
fn a_head_of_an_rt_or_rw_keeps_the_post() {
    let city = messages(CityConfig {
        faults: Faults::NONE,
        duty: 0.5,
        ..config(47, 30_000)
    });
    let mut posts: HashMap<u64, String> = HashMap::new();
    // Heads of an RW name one number, those of an RT two.
    let mut reports = [0_u32; 2];
    for message in city.iter().filter(|message| message.topic == QLUE) {
        let report = json(message).unwrap();
        if report["kind"] != "duty" {
            assert!(report.get("rt").is_none() && report.get("rw").is_none());
            continue;
        }
        // Every shape spells it otherwise: the numbers are the same.
        let digits = |field: &str| report.get(field).map(ToString::to_string).unwrap_or_default();
        let numbers: Vec<u32> = format!("{} {}", digits("rt"), digits("rw"))
            .split(|letter: char| !letter.is_ascii_digit())
            .filter_map(|number| number.parse().ok())
            .collect();
        assert!((1..=2).contains(&numbers.len()), "{report}");
        reports[numbers.len() - 1] += 1;
        let head = report["user_id"].as_u64().unwrap();
        let post = format!("{numbers:?}");
        assert_eq!(posts.entry(head).or_insert_with(|| post.clone()), &post);
    }
    assert!(reports[1] > 1_000 && (8..16).contains(&(reports[1] / reports[0])), "{reports:?}");
}

#[test]
fn a_burst_is_witnessed_by_different_people_near_its_centre() {
    let mut city = City::with_clock_from(DEFAULT_START, config(23, 1)).unwrap();
    let now = DEFAULT_START + calendar::HOUR;
    while city.next_due(now).is_some() {}
    city.inject(&Burst {
        category: Category::Banjir,
        longitude_deg: 106.861,
        latitude_deg: -6.223,
        radius_m: 150.0,
        reports: 40,
        start: 0,
        duration_s: 60,
    });
    let mut people = HashSet::new();
    while let Some(message) = city.next_due(now + 3 * calendar::MINUTE) {
        let Some(report) = json(&message).filter(|report| report["category"] == "Banjir" && report["status"] == "wait") else {
            continue;
        };
        if report["user_id"]
            .as_u64()
            .is_some_and(|person| (200_000..800_000).contains(&person))
        {
            people.insert(report["user_id"].as_u64().unwrap());
        }
    }
    assert!(people.len() >= 38, "{} of 40 witnesses", people.len());
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
