//! What a transition proves, and whose post a duty report is of: every way to spell it, and what is not taken.
//!
//! Hashes of hashes are those of Python's `xxhash` 3 (`xxh3_64_intdigest`).

use tanggap_engine::event::{Kind, Status};

use super::support::{Decoded, FRIDAY, one};

const SHA256: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
const SHA256_HASHED: u64 = 0xeee4_5d50_818e_8098;
const MD5: &str = "d41d8cd98f00b204e9800998ecf8427e";
const MD5_HASHED: u64 = 0xf69c_6247_c9bf_08a1;
const ADDRESS: &str = "https://img.example/c/4711-After.jpg";
const ADDRESS_HASHED: u64 = 0x68d2_66d0_b701_bbd0;

/// A transition with these fields more.
fn transition(more: &str) -> Decoded {
    one(
        "crm.status",
        &format!(r#"{{"report_id":4711,"status":"done","time":"2016-02-05T09:00:00Z",{more}}}"#),
    )
}

/// A photo's exact hash and look.
type Seen = (Option<u64>, Option<u64>);

fn after(photo: &str) -> Seen {
    let read = transition(&format!(r#""photo_after":{photo}"#));
    (read.after_photo, read.after_look)
}

#[test]
fn both_photos_are_read_wherever_they_lie() {
    let before =
        format!(r#"{{"url":"{ADDRESS}","sha256":"{SHA256}","phash":"00ff00ff00ff00fe","captured_at":"2016-02-05T15:00:00+07:00"}}"#);
    let after = format!(r#"{{"md5":"{MD5}","dhash":"8000000000000001","taken_at":"2016-02-05T15:30:00+07:00"}}"#);
    for more in [
        format!(r#""photo_before":{before},"photo_after":{after}"#),
        format!(r#""after":{after},"before":{before}"#),
        format!(r#""photos":{{"before":{before},"during":{{"x":[1]}},"after":{after}}}"#),
        format!(r#""photo_before":null,"before":{before},"photo_after":{{}},"photos":{{"after":{after}}}"#),
    ] {
        let read = transition(&more);
        assert_eq!(
            (read.before_photo, read.before_look),
            (Some(SHA256_HASHED), Some(0x00ff_00ff_00ff_00fe))
        );
        assert_eq!((read.after_photo, read.after_look), (Some(MD5_HASHED), Some(0x8000_0000_0000_0001)));
        assert_eq!(read.after_taken_at, Some(FRIDAY - 1_800_000_000), "{more}");
    }
}

#[test]
fn a_photo_is_known_by_its_best_hash_or_else_by_its_address() {
    let hashed = Some(SHA256_HASHED);
    assert_eq!(after(&format!(r#"{{"md5":"{MD5}","sha256":"{SHA256}"}}"#)), (hashed, None));
    assert_eq!(
        after(&format!(r#"{{"hash":"{}"}}"#, SHA256.to_uppercase())),
        (hashed, None),
        "case is no difference"
    );
    assert_eq!(
        after(&format!(r#"{{"url":"{ADDRESS}","perceptual_hash":"ABCDEF0123456789"}}"#)),
        (Some(ADDRESS_HASHED), Some(0xabcd_ef01_2345_6789))
    );
    assert_eq!(after(&format!(r#""{ADDRESS}""#)), (Some(ADDRESS_HASHED), None));
    assert_ne!(
        after(&format!(r#""{}""#, ADDRESS.to_lowercase())).0,
        Some(ADDRESS_HASHED),
        "of an address it is"
    );
}

#[test]
fn what_is_no_photo_is_none_and_harms_nothing() {
    for photo in [
        "null",
        "7",
        "true",
        "[]",
        "[{\"sha256\":\"ab\"}]",
        "{}",
        "\"selesai\"",
        "{\"sha256\":null,\"phash\":\"\"}",
        "{\"sha256\":[\"ab\"],\"phash\":{\"a\":1}}",
        "{\"phash\":\"00ff\"}",
        "{\"phash\":\"00ff00ff00ff00fg\"}",
        "{\"phash\":\"+0ff00ff00ff00ff\"}",
        "{\"phash\":1234567890123456}",
        "{\"captured_at\":\"soon\"}",
    ] {
        let read = transition(&format!(r#""photo_after":{photo},"unit":"Dinas""#));
        assert_eq!(
            (read.after_photo, read.after_look, read.after_taken_at),
            (None, None, None),
            "{photo}"
        );
        assert_eq!(read.unit.as_deref(), Some("Dinas"));
    }
}

#[test]
fn a_mark_is_a_whole_number_from_one_to_five() {
    let rating = |value: &str| transition(&format!(r#""rating":{value}"#)).rating;
    assert_eq!(["1", "\"5\"", "4.0", "3"].map(rating), [Some(1), Some(5), Some(4), Some(3)]);
    assert_eq!(["0", "6", "4.5", "-1", "\"baik\"", "null", "[]"].map(rating), [None; 7]);
}

#[test]
fn a_reason_is_taken_as_a_code_only() {
    let reason = |more: &str| transition(more).close_reason;
    assert_eq!(reason(r#""reason":"not_found""#).as_deref(), Some("not_found"));
    assert_eq!(
        reason(r#""reason":"warga salah lokasi","reason_code":"wrong-place-2""#).as_deref(),
        Some("wrong-place-2")
    );
    assert_eq!(
        reason(r#""reason":"a","reason_code":"b","close_reason":" c ""#).as_deref(),
        Some("c")
    );
    let longest = "x".repeat(40);
    assert_eq!(reason(&format!(r#""reason":"{longest}""#)).as_deref(), Some(longest.as_str()));
    for text in ["Budi", "sudah diperbaiki", "", "x.y", "caf\u{e9}", &"x".repeat(41)] {
        assert_eq!(reason(&format!(r#""reason":"{text}""#)), None, "{text}");
    }
}

#[test]
fn what_is_proved_makes_no_other_transition() {
    let plain = transition(r#""unit":"Dinas""#);
    let proved = transition(&format!(r#""unit":"Dinas","rating":4,"reason":"fixed","after":{{"md5":"{MD5}"}}"#));
    assert_eq!(plain.version, proved.version);
    assert_eq!(
        plain,
        Decoded {
            rating: None,
            close_reason: None,
            after_photo: None,
            ..proved
        }
    );
}

#[test]
fn a_reporter_takes_a_report_back_or_is_asked() {
    for (word, status) in [
        ("withdrawn", Status::Withdrawn),
        ("Dicabut", Status::Withdrawn),
        ("cancelled", Status::Withdrawn),
        ("asked", Status::Asked),
        ("menunggu pelapor", Status::Asked),
        ("waiting-reporter", Status::Asked),
    ] {
        let payload = format!(r#"{{"report_id":1,"status":"{word}","time":"2016-02-05T09:00:00Z"}}"#);
        assert_eq!(one("crm.status", &payload).status, Some(status));
    }
}

#[test]
fn a_link_names_the_other_report_and_nothing_else_does() {
    let said = |status: &str, other: &str| {
        let payload = format!(r#"{{"report_id":1,"status":"{status}","time":"2016-02-05T09:00:00Z","other":{other}}}"#);
        one("crm.status", &payload)
    };
    for (word, status) in [("linked", Status::Linked), ("unlinked", Status::Unlinked)] {
        let read = said(word, "\"twitter:7:8\"");
        assert_eq!((read.status, read.other.as_deref()), (Some(status), Some("twitter:7:8")));
        assert_ne!(read.version, said(word, "\"twitter:9\"").version, "two links of one moment are two");
        for no_address in ["\"7\"", "\":7\"", "\"qlue:\"", "7", "null", "\"qlue:a\\nb\""] {
            assert_eq!(said(word, no_address).other, None, "{no_address}");
        }
    }
    assert_eq!(said("duplicate", "\"twitter:7\"").other, None);
}

#[test]
fn a_duty_report_names_its_post_and_a_complaint_none() {
    let report = |more: &str| {
        one(
            "qlue.reports",
            &format!(r#"{{"post_id":1,"created_at":"2016-02-05T09:00:00Z",{more}}}"#),
        )
    };
    for (more, post) in [
        (r#""kind":"duty","rt":3,"rw":5"#, Some("RT 003/RW 05")),
        (r#""rw":"05","rt":"003","kind":"tugas""#, Some("RT 003/RW 05")),
        (r#""kind":"laporan rt","rt":"RT 3\/RW 5""#, Some("RT 003/RW 05")),
        (r#""kind":"duty","rw":"RW 05""#, Some("RW 05")),
        (r#""kind":"duty","rt":3"#, None),
        (r#""kind":"duty","rt":"rumah Pak RT","rw":5"#, None),
        (r#""kind":"complaint","rt":3,"rw":5"#, None),
        (r#""rt":3,"rw":5"#, None),
    ] {
        let report = report(more);
        assert_eq!(report.duty_post.as_deref(), post, "{more}");
        assert_eq!(
            report.kind == Some(Kind::Duty),
            more.contains("kind") && !more.contains("complaint")
        );
    }
}
