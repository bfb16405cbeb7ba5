//! Channels by mapping file: the shipped ones, a user's own, and what a wrong file is told.

use std::path::PathBuf;

use csv::StringRecord;
use proptest::prelude::*;
use tanggap_connectors::decode::{DecodeConfig, Decoder, csv_row_to_json};
use tanggap_engine::event::{Class, Kind, Status, photo_hash};

use super::support::{Decoded, FRIDAY, Refused, decode, decode_at};

/// A directory of one mapping file, removed at the end.
struct Mappings {
    directory: PathBuf,
}

impl Mappings {
    fn new(name: &str, channel: &str, text: &str) -> Self {
        let directory = std::env::temp_dir().join(format!("tanggap-mapping-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&directory).unwrap();
        std::fs::write(directory.join(format!("{channel}.toml")), text).unwrap();
        Self { directory }
    }

    fn config(&self) -> DecodeConfig {
        DecodeConfig {
            mappings_dir: Some(self.directory.clone()),
            ..DecodeConfig::default()
        }
    }
}

impl Drop for Mappings {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

fn by(name: &str, mapping: &str, payload: &str) -> (Vec<Decoded>, Vec<Refused>) {
    let mappings = Mappings::new(name, "balai", mapping);
    decode_at(
        &mut Decoder::for_topic("reports.balai", &mappings.config()).unwrap(),
        None,
        Some(payload.as_bytes()),
    )
}

fn told(name: &str, mapping: &str) -> String {
    let mappings = Mappings::new(name, "balai", mapping);
    Decoder::for_topic("reports.balai", &mappings.config()).unwrap_err().to_string()
}

#[test]
fn a_surabaya_row_is_a_report_in_utc_and_the_transition_it_tells() {
    let headers = StringRecord::from(vec![
        "id",
        "keluhan",
        "tanggal_keluhan",
        "tanggal_ditanggapi",
        "topik",
        "instansi",
        "kelurahan",
    ]);
    let row = |answered: &str| {
        StringRecord::from(vec![
            "155340",
            "a\n\"b\"",
            "2016-02-05 09:00:00",
            answered,
            "PJU",
            "Dinas Perhubungan",
            "Gundih",
        ])
    };
    let mut json = String::new();
    csv_row_to_json(&headers, &row("2016-02-15 09:00:00"), &mut json);
    let (events, rejects) = decode("reports.surabaya", &json);
    assert_eq!((rejects.len(), events.len()), (0, 2));
    let [report, answer] = &events[..] else { panic!() };
    assert_eq!(
        (report.id.as_str(), report.event_time, report.category),
        ("155340", FRIDAY, Some("penerangan_jalan"))
    );
    assert_eq!(
        (report.unit.as_deref(), report.kind, report.kelurahan),
        (Some("Dinas Perhubungan"), Some(Kind::Complaint), None)
    );
    assert_eq!(
        (answer.class, answer.id.as_str(), answer.status),
        (Class::Transition, "155340", Some(Status::Coordinated))
    );
    assert_eq!(answer.report_channel.as_deref(), Some("surabaya"));
    // Ten days later, but the lane's time goes on from the report.
    assert_eq!((answer.event_time - FRIDAY, answer.own_time), (864_000_000_000, FRIDAY));
    csv_row_to_json(&headers, &row(""), &mut json);
    assert_eq!(decode("reports.surabaya", &json).0.len(), 1);
}

#[test]
fn a_point_without_id_and_time_takes_the_offset_and_the_constant_time() {
    let (events, rejects) = decode("reports.crm_points", r#"{"lat":"-6.22347","lon":"106.8613","jumlah_laporan":"87"}"#);
    assert_eq!(rejects, []);
    assert_eq!(
        (events[0].id.as_str(), events[0].position, events[0].category),
        ("7", Some((106.8613, -6.22347)), Some("pelanggaran"))
    );
    assert_eq!(events[0].event_time, 1_609_434_000_000_000);
}

#[test]
fn a_petabencana_feature_has_its_point_longitude_first() {
    let (events, rejects) = decode(
        "reports.petabencana",
        r#"{"type":"Feature","geometry":{"type":"Point","coordinates":[106.8,-6.2]},"properties":{"pkey":"0001","created_at":"2016-02-05T09:00:00.000Z","status":"confirmed","disaster_type":"flood"}}"#,
    );
    assert_eq!(rejects, []);
    assert_eq!(
        (events[0].id.as_str(), events[0].event_time, events[0].category),
        ("0001", FRIDAY, Some("banjir"))
    );
    assert_eq!(
        (events[0].position, events[0].status),
        (Some((106.8, -6.2)), Some(Status::Received))
    );
}

#[test]
fn a_report_of_the_web_form_keeps_its_words_outside() {
    let (events, rejects) = decode(
        "reports.web",
        r#"{"id":"0af3","time":"2016-02-05T09:00:00Z","category":"banjir","kind":"suggestion","longitude":106.8,"latitude":-6.2,"kelurahan":"31.74.01.1001","reporter":"00ff","claim_sha256":"ab","place":"Gambir","text":"air"}"#,
    );
    assert_eq!((rejects.len(), events.len()), (0, 1));
    assert_eq!(
        (events[0].id.as_str(), events[0].event_time, events[0].category),
        ("0af3", FRIDAY, Some("banjir"))
    );
    assert_eq!(
        (events[0].position, events[0].kind, events[0].kelurahan),
        (Some((106.8, -6.2)), Some(Kind::Suggestion), Some(3_174_011_001))
    );
}

#[test]
fn the_photo_of_a_web_form_is_the_evidence_of_its_being_received() {
    let told = |photo: &str| {
        let report = r#"{"id":"0af3","time":"2016-02-05T09:00:00Z","category":"banjir","longitude":106.8,"latitude":-6.2"#;
        decode("reports.web", &format!("{report},\"photo\":{photo}}}"))
    };
    let (events, rejects) = told(r#"{"sha256":"AB12","phash":"00000000000000ff","captured_at":"2016-02-05T08:00:00Z"}"#);
    assert_eq!((rejects.len(), events.len()), (0, 2));
    let [report, photo] = &events[..] else { panic!() };
    assert_eq!((report.class, photo.class), (Class::Report, Class::Transition));
    assert_eq!(
        (photo.id.as_str(), photo.event_time, photo.status, photo.report_channel.as_deref()),
        ("0af3", FRIDAY, Some(Status::Received), Some("web"))
    );
    let shown = (photo.before_photo, photo.before_look, photo.after_photo);
    assert_eq!(shown, (Some(photo_hash("ab12")), Some(255), None));
    for nothing in ["null", "{}", "[]", "7", r#"{"sha256":"","phash":"ff"}"#] {
        assert_eq!(told(nothing).0.len(), 1, "{nothing}");
    }
}

#[test]
fn lapor_jaki_email_and_open311_read_their_usual_fields() {
    for (channel, payload, category, status) in [
        (
            "lapor",
            r#"{"tracking_id":7,"created_at":"2016-02-05 16:00:00","category":{"name":"Persampahan"},"status":"Belum Terverifikasi","classification":"Aspirasi"}"#,
            "sampah",
            Some(Status::Received),
        ),
        (
            "jaki",
            r#"{"report_id":"7","tanggal_laporan":"2016-02-05 16:00:00","kategori":"Pohon","status":"Koordinasi","opd":"Dinas X","kode_kelurahan":"31.74.01.1001"}"#,
            "pohon_tumbang",
            Some(Status::Coordinated),
        ),
        (
            "email",
            r#"{"Message-ID":"7","Date":"Fri, 05 Feb 2016 16:00:00 +0700","from":"x","subject":"y"}"#,
            "lainnya",
            None,
        ),
        (
            "open311",
            r#"{"service_request_id":"7","requested_datetime":"2016-02-05T04:00:00-05:00","service_name":"Pothole in Street","status":"open","lat":-6.2,"long":106.8}"#,
            "jalan_rusak",
            Some(Status::Received),
        ),
    ] {
        let (events, rejects) = decode(&format!("reports.{channel}"), payload);
        assert_eq!(rejects, [], "{channel}");
        assert_eq!((events[0].id.as_str(), events[0].event_time), ("7", FRIDAY), "{channel}");
        assert_eq!((events[0].category, events[0].status), (Some(category), status), "{channel}");
        match channel {
            "lapor" => assert_eq!(events[0].kind, Some(Kind::Suggestion)),
            "jaki" => assert_eq!(
                (events[0].kelurahan, events[0].unit.as_deref()),
                (Some(3_174_011_001), Some("Dinas X"))
            ),
            _ => {}
        }
    }
}

#[test]
fn a_mapping_of_ones_own_is_read_with_fallbacks_constants_and_words() {
    let mapping = r#"
        zone = "WITA"
        [fields]
        id = ["nested.key", "no"]
        time = "list.1.when"
        updated = "changed"
        category = "jenis"
        status = "tahap"
        reporter = "who"
        [constant]
        unit = "Kelurahan Gambir"
        kelurahan = "31.71.01.1001"
        kind = "suggestion"
        [categories]
        "Lampu Padam" = "penerangan_jalan"
        [statuses]
        "Tutup" = "not_ours"
    "#;
    let (events, rejects) = by(
        "own",
        mapping,
        r#"{"nested":{"key":null},"no":3,"list":[{"when":"x"},{"when":"2016-02-05 17:00:00"}],"changed":"2016-02-05 17:30:00","jenis":"LAMPU padam","tahap":"TUTUP","who":"w"}"#,
    );
    assert_eq!(rejects, []);
    let report = &events[0];
    assert_eq!(
        (report.id.as_str(), report.event_time, report.own_time - FRIDAY),
        ("3", FRIDAY, 1_800_000_000)
    );
    assert_eq!(
        (report.category, report.status, report.kind),
        (Some("penerangan_jalan"), Some(Status::NotOurs), Some(Kind::Suggestion))
    );
    assert_eq!(
        (report.unit.as_deref(), report.kelurahan),
        (Some("Kelurahan Gambir"), Some(3_171_011_001))
    );
    assert!(report.reporter.is_some());
}

#[test]
fn a_duty_report_names_its_post_by_the_fields_of_its_mapping() {
    let mapping = "[fields]\nid = \"id\"\ntime = \"t\"\nkind = \"k\"\nrt = [\"pos.rt\", \"pos\"]\nrw = \"pos.rw\"\n";
    let post = |payload: &str| by("posts", mapping, payload).0[0].duty_post.clone();
    let both = r#"{"id":1,"t":1454662800,"k":"duty","pos":{"rt":"3","rw":5}}"#;
    assert_eq!(post(both).as_deref(), Some("RT 003/RW 05"));
    assert_eq!(
        post(r#"{"id":1,"t":1454662800,"k":"duty","pos":"003/005"}"#).as_deref(),
        Some("RT 003/RW 05")
    );
    assert_eq!(
        post(r#"{"id":1,"t":1454662800,"k":"duty","pos":{"rt":"","rw":"5"}}"#).as_deref(),
        Some("RW 05")
    );
    assert_eq!(post(&both.replace("duty", "complaint")), None);
}

#[test]
fn the_broker_time_may_be_the_event_time() {
    let mappings = Mappings::new("broker", "balai", "[fields]\nid = \"a.b\"\ntime = \"@broker\"\n");
    let mut decoder = Decoder::for_topic("reports.balai", &mappings.config()).unwrap();
    let payload = br#"{"a":{"b":"x"}}"#;
    assert_eq!(decode_at(&mut decoder, Some(FRIDAY), Some(payload)).0[0].event_time, FRIDAY);
    assert_eq!(
        decode_at(&mut decoder, None, Some(payload)).1,
        [("no_event_time", "time".to_owned())]
    );
}

#[test]
fn a_file_of_the_directory_wins_over_the_shipped_one() {
    let mappings = Mappings::new("wins", "lapor", "[fields]\nid = \"kode\"\ntime = \"t\"\n");
    let mut decoder = Decoder::for_topic("reports.lapor", &mappings.config()).unwrap();
    assert_eq!(decode_at(&mut decoder, None, Some(br#"{"kode":"k","t":1454662800}"#)).0[0].id, "k");
    assert!(Decoder::for_topic("reports.jaki", &mappings.config()).is_ok());
}

#[test]
fn a_wrong_mapping_says_where_and_what_is_allowed() {
    for (name, mapping, words) in [
        ("toml", "[fields\n", vec!["balai.toml", "line 1"]),
        (
            "unknown",
            "[fields]\nid = \"a\"\ntime = \"b\"\nlattitude = \"c\"\n",
            vec!["line 4", "lattitude", "latitude"],
        ),
        ("no-id", "[fields]\ntime = \"b\"\n", vec!["id"]),
        ("empty-id", "[fields]\nid = []\ntime = \"b\"\n", vec!["fields.id", "@offset"]),
        ("no-time", "[fields]\nid = \"a\"\n", vec!["fields.time", "@broker", "constant.time"]),
        (
            "two-times",
            "[fields]\nid = \"a\"\ntime = \"b\"\n[constant]\ntime = \"2021-01-01\"\n",
            vec!["constant.time", "keep one"],
        ),
        (
            "bad-time",
            "[fields]\nid = \"a\"\n[constant]\ntime = \"soon\"\n",
            vec!["constant.time", "soon"],
        ),
        ("bad-path", "[fields]\nid = \"a..b\"\ntime = \"b\"\n", vec!["fields.id", "a..b"]),
        ("bad-at", "[fields]\nid = \"@row\"\ntime = \"b\"\n", vec!["fields.id", "@row"]),
        (
            "bad-category",
            "[fields]\nid = \"a\"\ntime = \"b\"\n[categories]\nx = \"roads\"\n",
            vec!["categories", "roads", "jalan_rusak"],
        ),
        (
            "bad-status",
            "[fields]\nid = \"a\"\ntime = \"b\"\n[statuses]\nx = \"ok\"\n",
            vec!["statuses", "resolved"],
        ),
        (
            "bad-kind",
            "[fields]\nid = \"a\"\ntime = \"b\"\n[constant]\nkind = \"rant\"\n",
            vec!["constant.kind", "complaint"],
        ),
        (
            "bad-code",
            "[fields]\nid = \"a\"\ntime = \"b\"\n[constant]\nkelurahan = \"Gambir\"\n",
            vec!["constant.kelurahan", "31.74.01.1001"],
        ),
        (
            "bad-zone",
            "zone = \"Mars\"\n[fields]\nid = \"a\"\ntime = \"b\"\n",
            vec!["line 1", "Asia/Jakarta"],
        ),
        (
            "bad-map",
            "category_map = \"x\"\n[fields]\nid = \"a\"\ntime = \"b\"\n",
            vec!["category_map", "qlue"],
        ),
        (
            "bad-step",
            "[fields]\nid = \"a\"\ntime = \"b\"\n[[transition]]\ntime = \"c\"\nstatus = \"x\"\n",
            vec!["transition.status", "coordinated"],
        ),
    ] {
        let error = told(name, mapping);
        for word in words {
            assert!(error.contains(word), "{name}: {error}");
        }
    }
}

proptest! {
    #[test]
    fn a_csv_row_becomes_json_that_serde_json_reads(row in proptest::collection::vec(any::<String>(), 0..6)) {
        let names: Vec<String> = (0..row.len()).map(|index| format!("k{index}")).collect();
        let mut json = String::from("old");
        csv_row_to_json(&StringRecord::from(names.clone()), &StringRecord::from(row.clone()), &mut json);
        let value: serde_json::Value = serde_json::from_str(&json).unwrap();
        for (name, text) in names.iter().zip(&row) {
            let expected = if text.is_empty() { serde_json::Value::Null } else { serde_json::Value::from(text.as_str()) };
            prop_assert_eq!(&value[name], &expected);
        }
    }
}
