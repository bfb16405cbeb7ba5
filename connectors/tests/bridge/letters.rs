//! What becomes of mails: which are reports, what of them is written, and that a decoder reads it.

use serde_json::{Value, json};
use tanggap_connectors::decode::{DecodeConfig, Decoder, Payload};
use tanggap_engine::event::EventBatchBuilder;

use super::mail_bench::{Bench, mail, poll, visit, words};
use super::postbox::Visit;
use super::support::NOW;

#[test]
fn a_mail_becomes_a_report_that_the_mapping_reads_and_nothing_is_told_of_who_wrote() {
    let bench = Bench::new(vec![visit(1..=1)], 9);
    assert_eq!(poll(&mut bench.mailbox()), Ok(1));
    let (topic, key, payload) = bench.outlet.sent().swap_remove(0);
    let config = DecodeConfig::default();
    let expected = json!({
        "id": key,
        "date": "2026-01-15T06:30:00Z",
        "sender": config.reporter_key.pseudonym("email", "warga@example.org"),
        "text": "aduan 1\nisi",
    });
    assert_eq!(topic, "reports.email");
    assert_eq!(serde_json::from_str::<Value>(&payload).unwrap(), expected);
    assert!(
        !payload.to_lowercase().contains("example") && !payload.contains("Budi"),
        "{payload}"
    );
    let mut decoder = Decoder::for_topic(&topic, &config).unwrap();
    let mut out = EventBatchBuilder::default();
    let message = Payload {
        offset: 0,
        broker_time: Some(NOW),
        bytes: Some(payload.as_bytes()),
    };
    assert_eq!(decoder.decode(&message, &mut out), 1);
    let batch = out.finish();
    assert_eq!((batch.events.num_rows(), batch.rejects.len()), (1, 0));
}

#[test]
fn of_a_huge_mail_the_beginning_is_read_and_no_attachment() {
    let photo = "/9j/4AAQSkZJRgABAQAAAQABAAD/\r\n".repeat(10_000);
    let huge = format!(
        "Message-ID: <1@example.org>\r\nSubject: lampu mati\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: \
         text/plain\r\n\r\nsejak kemarin\r\n--b\r\nContent-Type: image/jpeg; name=rumah-budi.jpg\r\nContent-Transfer-Encoding: base64\r\n\r\n{photo}--b--\r\n"
    );
    let mut bench = Bench::new(vec![Visit::new(1, &[&huge, &mail(2)])], 9);
    bench.config.max_bytes = 4_096;
    let mut mailbox = bench.mailbox();
    assert_eq!(poll(&mut mailbox), Ok(2));
    assert_eq!(bench.texts(), ["lampu mati\nsejak kemarin", "aduan 2\nisi"]);
    assert_eq!((mailbox.counters().cut, mailbox.counters().refused), (1, 0));
    let payload = &bench.outlet.sent()[0].2;
    assert!(!payload.contains("rumah") && !payload.contains("9j"), "{payload}");
    assert!(bench.asked("UID FETCH")[0].contains("BODY.PEEK[]<0.4096>"));
}

#[test]
fn mails_of_machines_and_mails_without_words_are_counted_and_not_taken() {
    let away = mail(1).replace("\r\nSubject", "\r\nAuto-Submitted: auto-replied\r\nSubject");
    let bounce = mail(2).replace("<warga@example.org>", "<>");
    let list = mail(3).replace("\r\nSubject", "\r\nList-Id: <berita.example.org>\r\nSubject");
    let wordless = "From: a@example.org\r\nSubject: \r\n\r\n> dikutip\r\n-- \r\nBudi\r\n";
    let person = mail(5).replace("\r\nSubject", "\r\nAuto-Submitted: no\r\nSubject");
    let bench = Bench::new(vec![Visit::new(1, &[&away, &bounce, &list, wordless, &person]), visit(1..=5)], 9);
    let mut mailbox = bench.mailbox();
    assert_eq!(poll(&mut mailbox), Ok(1));
    assert_eq!(bench.texts(), words(5..=5));
    let counters = mailbox.counters();
    assert_eq!((counters.automatic, counters.refused, counters.messages), (3, 1, 1));
    assert_eq!(poll(&mut mailbox), Ok(0), "they are not asked for again");
}

#[test]
fn mails_are_read_in_every_encoding() {
    let quoted = "Subject: =?iso-8859-1?Q?Keluhan_caf=E9?=\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: \
                  quoted-printable\r\n\r\nBanjir di caf=E9=\r\n lama\r\n";
    let base64 = "Subject: =?utf-8?B?QmFuamly?=\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\nQWlyIG5haWsgw6kK\r\n";
    let html = "Subject: Sampah\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<html><head><style>p{}</style></head><body><script>alert(1)</script><div>di \
                Jalan&nbsp;A</div><div>sejak&nbsp;Senin</div><blockquote>lama</blockquote></body></html>";
    let mut visit = Visit::new(1, &[quoted, base64, html, ""]);
    visit.mails[3].2 = b"Subject: Jalan\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\r\nrusak \xe9".to_vec();
    let bench = Bench::new(vec![visit], 9);
    assert_eq!(poll(&mut bench.mailbox()), Ok(4));
    assert_eq!(
        bench.texts(),
        [
            "Keluhan café\nBanjir di café lama",
            "Banjir\nAir naik é",
            "Sampah\ndi Jalan A\nsejak Senin",
            "Jalan\nrusak é"
        ]
    );
}

#[test]
fn a_time_is_that_of_the_mail_but_not_after_the_server_had_it() {
    let dated = |date: &str| format!("Subject: x\r\n{date}\r\n\r\n{date}");
    let mails = [
        "Date: Thu, 15 Jan 2026 13:30:00 +0700",
        "Date: Thu, 15 Jan 2026 14:30:00 +0700",
        "Date: Tue, 1 Jan 1980 00:00:00 +0000",
        "Date: kemarin",
        "X-Date: x",
    ]
    .map(dated);
    let mails: Vec<&str> = mails.iter().map(String::as_str).collect();
    let mut visit = Visit::new(1, &mails);
    visit.mails.push((6, "15-Jan-2030 14:00:00 +0700", dated("X-Date: y").into_bytes()));
    let bench = Bench::new(vec![visit], 9);
    assert_eq!(poll(&mut bench.mailbox()), Ok(6));
    let dates = bench.outlet.sent().into_iter().map(|(.., payload)| {
        let payload: Value = serde_json::from_str(&payload).unwrap();
        payload["date"].as_str().unwrap().to_owned()
    });
    let received = "2026-01-15T07:00:00Z";
    let expected = [
        "2026-01-15T06:30:00Z",
        received,
        received,
        received,
        received,
        "2026-01-15T07:03:00Z",
    ];
    assert_eq!(dates.collect::<Vec<_>>(), expected);
}
