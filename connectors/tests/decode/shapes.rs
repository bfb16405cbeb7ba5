//! Every format, shape by shape: hand-written payloads in, the event or reject a reader of the specification expects out.

use tanggap_connectors::decode::{DecodeConfig, DecodeError, Decoder, ReporterKey};
use tanggap_engine::event::{Class, Kind, Status};

use super::support::{Decoded, FRIDAY, decode, decode_at, decoder, one, refused};

#[test]
fn a_qlue_report_of_the_raw_feed_is_local_time_without_a_zone() {
    let report = one(
        "qlue.reports",
        r#"{"post_id": 4711, "post_date": "2016-02-05 16:00:00", "post_title": "a", "loc_lat": -6.2, "loc_lng": 106.8, "profile_name": "x"}"#,
    );
    assert_eq!(
        (report.id.as_str(), report.class, report.kind),
        ("4711", Class::Report, Some(Kind::Complaint))
    );
    assert_eq!((report.event_time, report.own_time), (FRIDAY, FRIDAY));
    assert_eq!(report.position, Some((106.8, -6.2)));
    assert_eq!((report.category, report.source_category.as_deref()), (Some("lainnya"), None));
    assert!(report.reporter.is_some());
}

#[test]
fn a_qlue_report_of_cognicity_has_its_place_inside() {
    let report = one(
        "qlue.reports",
        r#"{"post_id":"9","created_at":"2016-02-05T09:00:00Z","title":"t","text":"x","qlue_city":"jabodetabek","disaster_type":"flood","location":{"lat":-6.2,"lng":"106.8"}}"#,
    );
    assert_eq!(
        (report.id.as_str(), report.event_time, report.category),
        ("9", FRIDAY, Some("banjir"))
    );
    assert_eq!(report.position, Some((106.8, -6.2)));
}

#[test]
fn a_stored_qlue_row_has_a_short_offset_and_a_binary_point() {
    let report = one(
        "qlue.reports",
        r#"{"post_id":1,"created_at":"2016-02-05 20:00:00+11","text":"x","the_geom_hex_ewkb":"0101000020E6100000CDCCCCCCCCB45A400000000000001AC0"}"#,
    );
    assert_eq!(report.event_time, FRIDAY);
    assert_eq!(report.position, Some((106.825, -6.5)));
}

#[test]
fn a_qlue_report_tells_its_status_and_update_in_any_spelling() {
    for (word, status) in [
        ("wait", Status::Received),
        ("PROCESS", Status::InProgress),
        ("done", Status::Resolved),
        ("selesai", Status::Resolved),
        ("closed_no_action", Status::ClosedNoAction),
    ] {
        let report = one(
            "qlue.reports",
            &format!(
                r#"{{"id":"a","created_at":1454662800,"updated_at":"2016-02-05T17:30:00+07:00","status":"{word}","category":"Macet"}}"#
            ),
        );
        assert_eq!((report.status, report.own_time - report.event_time), (Some(status), 5_400_000_000));
        assert_eq!(report.category, Some("kemacetan"));
    }
}

#[test]
fn only_another_status_or_update_is_another_version() {
    let version = |status: &str, updated: &str| {
        let payload = format!(
            r#"{{"post_id":1,"created_at":"2016-02-05 16:00:00","status":{status},"updated_at":{updated},"text":"{}"}}"#,
            status.len()
        );
        one("qlue.reports", &payload).version
    };
    let first = version(r#""wait""#, r#""2016-02-05 17:00:00""#);
    assert_eq!(first, version(r#""menunggu""#, r#""2016-02-05T10:00:00Z""#));
    let others = [
        version(r#""done""#, r#""2016-02-05 17:00:00""#),
        version(r#""wait""#, r#""2016-02-05 17:00:01""#),
        version("null", r#""2016-02-05 17:00:00""#),
        version(r#""wait""#, "null"),
        version(r#""odd""#, "null"),
        version(r#""odder""#, "null"),
        version("null", r#""soon""#),
    ];
    for (index, other) in others.iter().enumerate() {
        assert_ne!(first, *other);
        assert!(!others[..index].contains(other), "{index}");
    }
}

#[test]
fn a_field_of_an_unexpected_type_is_not_read_and_harms_nothing() {
    let report = one(
        "qlue.reports",
        r#"{"post_id":1,"created_at":"2016-02-05T09:00:00Z","lat":[1],"lng":{"a":1},"category":{"id":3},"status":7,"updated_at":[],"user_id":null,"kind":true,"unit":[]}"#,
    );
    assert_eq!(report.position, None);
    assert_eq!((report.category, report.source_category), (Some("lainnya"), None));
    assert_eq!(
        (report.status, report.own_time, report.reporter, report.unit),
        (None, FRIDAY, None, None)
    );
}

#[test]
fn an_unknown_category_is_kept_by_its_name() {
    let report = one(
        "qlue.reports",
        r#"{"post_id":1,"created_at":"2016-02-05T09:00:00Z","kategori":" Kucing Hilang "}"#,
    );
    assert_eq!(
        (report.category, report.source_category.as_deref()),
        (Some("lainnya"), Some("Kucing Hilang"))
    );
}

#[test]
fn a_repeated_key_means_its_last_value() {
    assert_eq!(
        one("qlue.reports", r#"{"post_id":1,"post_id":2,"created_at":"2016-02-05T09:00:00Z"}"#).id,
        "2"
    );
}

#[test]
fn escapes_in_keys_and_ids_are_read() {
    let report = one(
        "qlue.reports",
        r#"{"post\u005fid":"\u0041\/1","created_at":"2016-02-05T09:00:00\u005a"}"#,
    );
    assert_eq!((report.id.as_str(), report.event_time), ("A/1", FRIDAY));
}

#[test]
fn refusals_name_the_reason_and_the_field() {
    for (topic, payload, reason, field) in [
        ("qlue.reports", "", "no_json_object", ""),
        ("qlue.reports", "[]", "no_json_object", ""),
        ("qlue.reports", "[{\"post_id\":1}]", "no_json_object", ""),
        ("qlue.reports", "{\"post_id\":1", "no_json_object", ""),
        ("qlue.reports", "{\"post_id\":1}}", "no_json_object", ""),
        ("qlue.reports", "{}", "no_id", "post_id"),
        (
            "qlue.reports",
            r#"{"post_id":" ","created_at":"2016-02-05T09:00:00Z"}"#,
            "no_id",
            "post_id",
        ),
        ("qlue.reports", r#"{"post_id":1}"#, "no_event_time", "created_at"),
        ("qlue.reports", r#"{"post_id":1,"post_date":"soon"}"#, "no_event_time", "post_date"),
        (
            "qlue.reports",
            r#"{"post_id":1,"created_at":"1999-12-31T23:59:59Z"}"#,
            "no_event_time",
            "created_at",
        ),
        (
            "qlue.reports",
            r#"{"statusCode":200,"result":{"type":"Topology"}}"#,
            "no_id",
            "post_id",
        ),
        (
            "crm.status",
            r#"{"report_id":1,"status":"fine","time":"2016-02-05T09:00:00Z"}"#,
            "no_status",
            "status",
        ),
        ("crm.status", r#"{"report_id":1,"status":"done","at":"?"}"#, "no_event_time", "at"),
        (
            "crm.status",
            r#"{"status":"done","at":"2016-02-05T09:00:00Z"}"#,
            "no_id",
            "report_id",
        ),
        (
            "gauge.levels",
            r#"{"gauge_id":"m","level_cm":"high","time":"2016-02-05T09:00:00Z"}"#,
            "no_level",
            "level_cm",
        ),
        ("waze.feed", r#"{"type":"JAM","pubMillis":1}"#, "no_id", "uuid"),
        ("waze.feed", r#"{"uuid":"u","pubMillis":1}"#, "no_event_time", "pubMillis"),
        (
            "waze.feed",
            r#"{"alerts":[{"uuid":"u","pubMillis":1454662800000},{"#,
            "no_json_object",
            "",
        ),
        ("twitter.tweets", r#"{"delete":{"status":{"id":1}}}"#, "no_id", "id"),
        ("twitter.tweets", r#"{"data":{"text":"x"}}"#, "no_id", "data.id"),
        (
            "twitter.tweets",
            r#"{"data":{"id":"1","created_at":"x"}}"#,
            "no_event_time",
            "data.created_at",
        ),
    ] {
        assert_eq!(refused(topic, payload), (reason, field.to_owned()), "{payload}");
    }
}

#[test]
fn a_tombstone_and_a_huge_payload_are_one_reject_each() {
    let config = DecodeConfig {
        max_payload_bytes: 10,
        ..DecodeConfig::default()
    };
    let mut small = Decoder::for_topic("qlue.reports", &config).unwrap();
    assert_eq!(decode_at(&mut small, None, None).1, [("no_json_object", String::new())]);
    assert_eq!(
        decode_at(&mut small, None, Some(b"{\"post_id\":1}")).1,
        [("too_large", String::new())]
    );
}

#[test]
fn the_future_is_told_by_the_broker_only() {
    let mut decoder = decoder("qlue.reports");
    let payload = |created: &str, updated: &str| format!(r#"{{"post_id":1,"created_at":"{created}","updated_at":"{updated}"}}"#);
    let at = |decoder: &mut Decoder, broker: Option<i64>, payload: &str| decode_at(decoder, broker, Some(payload.as_bytes())).1;
    let just = payload("2016-02-05T09:10:00Z", "2016-02-05T09:10:00Z");
    let beyond = payload("2016-02-05T09:10:01Z", "");
    let updated_beyond = payload("2016-02-05T09:00:00Z", "2016-02-05T09:10:01Z");
    assert_eq!(at(&mut decoder, Some(FRIDAY), &just), []);
    assert_eq!(at(&mut decoder, Some(FRIDAY), &beyond), [("future", "created_at".to_owned())]);
    assert_eq!(
        at(&mut decoder, Some(FRIDAY), &updated_beyond),
        [("future", "updated_at".to_owned())]
    );
    assert_eq!(at(&mut decoder, None, &updated_beyond), []);
}

#[test]
fn a_transition_is_keyed_by_report_and_version() {
    let payload = r#"{"report_id":4711,"status":"done","time":"2016-02-05T09:00:00Z","unit":"Dinas Bina Marga","actor_role":"petugas","channel":"qlue","photo_after":{"url":"u"}}"#;
    let first = one("crm.status", payload);
    assert_eq!(
        (first.class, first.id.as_str(), first.status),
        (Class::Transition, "4711", Some(Status::Resolved))
    );
    assert_eq!(first.unit.as_deref(), Some("Dinas Bina Marga"));
    assert_eq!(
        (first.actor_role.as_deref(), first.report_channel.as_deref()),
        (Some("petugas"), Some("qlue"))
    );
    assert_eq!(
        first.version,
        one("crm.status", &payload.replace("photo_after", "photo_before")).version
    );
    for other in [
        payload.replace("done", "rated"),
        payload.replace("09:00", "09:01"),
        payload.replace("Bina Marga", "Sosial"),
    ] {
        assert_ne!(first.version, one("crm.status", &other).version);
    }
}

#[test]
fn a_tweet_comes_in_four_shapes() {
    let v2 = r#"{"id":"99","created_at":"2016-02-05T09:00:00.000Z","author_id":"7","text":"x","geo":{"coordinates":{"type":"Point","coordinates":[106.8,-6.2]},"place_id":"p"}}"#;
    let v1 = r#"{"created_at":"Fri Feb 05 09:00:00 +0000 2016","id":99,"id_str":"99","full_text":"x","user":{"id":7,"id_str":"7"},"geo":{"type":"Point","coordinates":[-6.2,106.8]},"coordinates":{"type":"Point","coordinates":[106.8,-6.2]}}"#;
    let shapes = [
        v2.to_owned(),
        format!(r#"{{"data":{v2},"includes":{{"users":[{{"id":"7"}}]}},"matching_rules":[{{"id":1}}]}}"#),
        format!(r#"{{"data":[{v2}],"meta":{{"result_count":1}}}}"#),
        v1.to_owned(),
    ];
    let tweets: Vec<Decoded> = shapes.iter().map(|shape| one("twitter.tweets", shape)).collect();
    for tweet in &tweets {
        assert_eq!(
            (tweet.id.as_str(), tweet.event_time, tweet.position),
            ("99", FRIDAY, Some((106.8, -6.2)))
        );
        assert_eq!((tweet.category, tweet.kind), (Some("lainnya"), None));
        assert_eq!((tweet.reporter, tweet.version), (tweets[0].reporter, tweets[0].version));
        assert!(tweet.reporter.is_some());
    }
}

#[test]
fn a_page_of_tweets_is_one_event_each_and_a_place_is_no_point() {
    let (events, rejects) = decode(
        "twitter.tweets",
        r#"{"data":[{"id":"1","created_at":"2016-02-05T09:00:00Z","geo":{"place_id":"p"}},{"id":"2"},"x",{"id":"4","edit_history_tweet_ids":["3","4"],"created_at":"2016-02-05T09:00:00Z"}]}"#,
    );
    assert_eq!(events.iter().map(|event| event.id.as_str()).collect::<Vec<_>>(), ["1", "3"]);
    assert_eq!(events[0].position, None);
    assert_eq!(
        rejects,
        [
            ("no_event_time", "data[1].created_at".to_owned()),
            ("no_json_object", "data[2]".to_owned())
        ]
    );
    assert_eq!(decode("twitter.tweets", r#"{"meta":{"result_count":0}}"#), (vec![], vec![]));
}

#[test]
fn a_gauge_speaks_centimetres_or_the_flood_posts_millimetres() {
    let cm = one(
        "gauge.levels",
        r#"{"gauge_id":"manggarai","level_cm":"749.6","time":"2016-02-05 16:00"}"#,
    );
    assert_eq!(
        (cm.class, cm.id.as_str(), cm.level_cm, cm.event_time),
        (Class::Level, "manggarai", Some(750), FRIDAY)
    );
    let mm = one(
        "gauge.levels",
        r#"{"ID_PINTU_AIR":"116","TINGGI_AIR":"8505","TANGGAL":"2016-02-05T16:00:00+07:00"}"#,
    );
    assert_eq!((mm.id.as_str(), mm.level_cm, mm.event_time), ("116", Some(851), FRIDAY));
    assert_ne!(
        cm.version,
        one("gauge.levels", r#"{"gauge_id":"manggarai","level":751,"time":"2016-02-05 16:00"}"#).version
    );
}

#[test]
fn the_reporter_hash_depends_on_channel_and_key() {
    let report = br#"{"post_id":1,"created_at":"2016-02-05T09:00:00Z","user_id":7}"#;
    let hash = |key: &str| {
        let config = DecodeConfig {
            reporter_key: ReporterKey::new(key),
            ..DecodeConfig::default()
        };
        decode_at(&mut Decoder::for_topic("qlue.reports", &config).unwrap(), None, Some(report)).0[0]
            .reporter
            .unwrap()
    };
    assert_eq!(hash("a"), hash("a"));
    assert_ne!(hash("a"), hash("b"));
    let tweet = one(
        "twitter.tweets",
        r#"{"id":"1","created_at":"2016-02-05T09:00:00Z","author_id":"7"}"#,
    );
    assert_ne!(tweet.reporter, Some(hash("tanggap")));
    assert_eq!(format!("{:?}", ReporterKey::new("secret")), "ReporterKey(…)");
}

#[test]
fn a_topic_without_a_decoder_says_what_there_is() {
    let wrong = |topic: &str| Decoder::for_topic(topic, &DecodeConfig::default()).unwrap_err();
    assert!(matches!(wrong("qlue"), DecodeError::UnknownTopic(_)));
    assert!(matches!(wrong("reports.../etc/passwd"), DecodeError::ChannelName(_)));
    assert!(wrong("reports.nowhere").to_string().contains("surabaya"));
    assert_eq!(decoder("reports.lapor").channel(), "lapor");
    assert_eq!(decoder("waze.feed").channel(), "waze");
}
