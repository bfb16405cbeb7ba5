//! What the reports of a simulated city must keep to: their lives, their closings, who makes them and who tells of the same.

use std::collections::{HashMap, HashSet};

use serde_json::Value;
use tanggap_engine::event::Category;

use super::super::{Burst, CRM, City, CityConfig, DEFAULT_START, Faults, Message, Planted, QLUE, TWITTER, WAZE, calendar};
use super::{config, json, messages};

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

#[test]
fn planted_incidents_are_told_on_three_channels_and_no_message_says_so() {
    let config = CityConfig {
        faults: Faults::NONE,
        witnessed: 0.3,
        duration_s: 2 * 86_400,
        ..config(53, 60_000)
    };
    let mut city = City::new(config).unwrap();
    let messages: Vec<Message> = city.by_ref().collect();
    assert_eq!(messages.len(), 60_000);
    let ids: HashSet<(&str, &str)> = messages.iter().map(|message| (message.topic, message.key.as_str())).collect();
    let mut told: HashMap<u64, Vec<&Planted>> = HashMap::new();
    for planted in city.planted() {
        told.entry(planted.incident).or_default().push(planted);
    }
    assert!(told.len() > 500, "{} incidents", told.len());
    assert!(told.values().all(|reports| reports[0].channel == "qlue"));
    for (channel, topic, least) in [("qlue", QLUE, 900), ("waze", WAZE, 20), ("twitter", TWITTER, 60)] {
        let of_channel = city.planted().iter().filter(|planted| planted.channel == channel);
        let (there, all) = of_channel.fold((0, 0), |(there, all), planted| {
            (there + usize::from(ids.contains(&(topic, planted.id.as_str()))), all + 1)
        });
        assert!(there > least && there * 10 > all * 9, "{there} of {all} on {channel}");
    }
    let plain = City::new(self::config(53, 1_000)).unwrap();
    assert!(plain.planted().is_empty());
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
