//! The Waze feed: objects, windows, whole documents.

use tanggap_engine::event::Class;

use super::support::{FRIDAY, decode, one, refused};

#[test]
fn a_waze_object_comes_bare_or_wrapped_with_its_window() {
    let alert = r#""uuid":"u-1","pubMillis":"1454662800000","type":"WEATHERHAZARD","subtype":"HAZARD_WEATHER_FLOOD","location":{"x":"106.8","y":-6.2}"#;
    let window = r#""startTimeMillis":1454662740000,"endTimeMillis":1454662860000"#;
    let text_window = r#""startTime":"2016-02-05 08:59:00:000","endTime":"2016-02-05 09:01:00:000""#;
    let mut versions = Vec::new();
    for payload in [
        format!("{{{alert},{window}}}"),
        format!("{{{window},\"alert\":{{{alert}}}}}"),
        format!("{{\"kind\":\"alert\",{alert},{window}}}"),
        format!("{{\"object\":\"alert\",{window},{alert}}}"),
        format!("{{\"object\":{{{alert}}},{text_window}}}"),
        format!("{{{alert},\"window\":{{{window}}}}}"),
        format!("{{\"alerts\":[{{{alert}}}],{window}}}"),
    ] {
        let report = one("waze.feed", &payload);
        assert_eq!(
            (report.class, report.id.as_str(), report.event_time),
            (Class::Report, "u-1", FRIDAY),
            "{payload}"
        );
        assert_eq!(
            (report.position, report.category, report.kind),
            (Some((106.8, -6.2)), Some("banjir"), None)
        );
        assert_eq!(report.seen_at, Some(FRIDAY + 60_000_000));
        versions.push(report.version);
    }
    assert!(versions.iter().all(|version| *version == versions[0]));
    let next_poll = one("waze.feed", &format!("{{{alert},\"endTimeMillis\":1454662980000}}"));
    assert_ne!(next_poll.version, versions[0]);
    let without = one("waze.feed", &format!("{{{alert}}}"));
    assert_eq!(
        (without.seen_at, without.version),
        (None, one("waze.feed", &format!("{{{alert}}}")).version)
    );
}

#[test]
fn a_waze_alert_nobody_mapped_is_kept_by_its_type() {
    let report = one("waze.feed", r#"{"uuid":7,"pubMillis":1454662800000,"type":"POLICE","subtype":""}"#);
    assert_eq!(
        (report.id.as_str(), report.category, report.source_category.as_deref()),
        ("7", Some("lainnya"), Some("POLICE"))
    );
}

#[test]
fn a_waze_jam_is_a_line_in_kmh_whose_unknown_delay_is_null() {
    let jam = one(
        "waze.feed",
        r#"{"jam":{"uuid":1458712744,"id":2,"pubMillis":1454662800000,"speed":2.5,"delay":-1,"length":"528","level":5,"line":[{"x":106.8,"y":-6.2},{"x":null,"y":1},{"x":106.9,"y":-6.3}]},"endTimeMillis":1454662860000}"#,
    );
    assert_eq!(
        (jam.class, jam.id.as_str(), jam.category),
        (Class::Jam, "1458712744", Some("kemacetan"))
    );
    assert_eq!(jam.line, Some(vec![106.8, -6.2, 106.9, -6.3]));
    assert_eq!(
        (jam.position, jam.speed_kmh, jam.delay_s, jam.length_m, jam.jam_level),
        (Some((106.8, -6.2)), Some(9.0), None, Some(528), Some(5))
    );
    let kmh = one(
        "waze.feed",
        r#"{"id":3,"pubMillis":1454662800000,"speed":9,"speedKMH":33.5,"delay":61,"line":[]}"#,
    );
    assert_eq!(
        (kmh.class, kmh.speed_kmh, kmh.delay_s, kmh.line, kmh.position),
        (Class::Jam, Some(33.5), Some(61), None, None)
    );
}

#[test]
fn a_waze_irregularity_is_told_by_its_detection_although_it_has_alerts_of_its_own() {
    let irregularity = one(
        "waze.feed",
        r#"{"id":123,"uuid":"x","detectionDateMillis":1454662800000,"updateDateMillis":1454662860000,"driversCount":8,"regularSpeed":12.27,"speed":5,"delaySeconds":720,"jamLevel":4,"alerts":[],"line":[{"x":106.8,"y":-6.2}],"type":"Medium"}"#,
    );
    assert_eq!((irregularity.class, irregularity.id.as_str()), (Class::Irregularity, "123"));
    assert_eq!((irregularity.event_time, irregularity.own_time), (FRIDAY, FRIDAY + 60_000_000));
    assert_eq!(
        (irregularity.delay_s, irregularity.jam_level, irregularity.speed_kmh),
        (Some(720), Some(4), Some(18.0))
    );
}

#[test]
fn in_a_feed_document_each_object_stands_alone() {
    let (events, rejects) = decode(
        "waze.feed",
        r#"{"alerts":[{"uuid":"a","pubMillis":1454662800000,"type":"JAM"},{"pubMillis":1454662800000},7,{"uuid":"b","pubMillis":"never"}],
           "jams":[{"uuid":1,"pubMillis":1454662800000,"line":[{"x":1,"y":2}]},{"uuid":2,"pubMillis":1454662800000}],
           "irregularities":[{"detectionDateMillis":1454662800000}],"endTimeMillis":1454662860000,"startTimeMillis":1454662740000}"#,
    );
    let ids: Vec<&str> = events.iter().map(|event| event.id.as_str()).collect();
    assert_eq!(ids, ["a", "1", "2"]);
    assert_eq!(
        (events[1].line.as_deref(), events[2].line.as_deref()),
        (Some([1.0, 2.0].as_slice()), None)
    );
    assert_eq!(
        rejects,
        [
            ("no_id", "alerts[1].uuid".to_owned()),
            ("no_json_object", "alerts[2]".to_owned()),
            ("no_event_time", "alerts[3].pubMillis".to_owned()),
            ("no_id", "irregularities[0].id".to_owned()),
        ]
    );
}

#[test]
fn an_empty_feed_document_holds_no_event() {
    for payload in [
        r#"{"alerts":[],"jams":[],"irregularities":[],"startTimeMillis":1454662740000,"endTimeMillis":1454662860000}"#,
        r#"{"startTimeMillis":1454662740000,"endTimeMillis":1454662860000,"startTime":"2016-02-05 08:59:00:000"}"#,
        r#"{"alerts":null,"endTimeMillis":1454662860000}"#,
    ] {
        assert_eq!(decode("waze.feed", payload), (vec![], vec![]));
    }
    assert_eq!(
        refused("waze.feed", r#"{"alerts":{"uuid":1}}"#),
        ("no_json_object", "alerts".to_owned())
    );
}
