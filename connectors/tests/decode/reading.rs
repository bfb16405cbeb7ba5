//! Texts that are read: what becomes of tweets and of reports without a category, and that nobody else is touched.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tanggap_connectors::decode::{DecodeConfig, Decoder, NO_REPORT, RETWEET, TextReader, UNREAD};
use tanggap_engine::event::Kind;
use tanggap_engine::place::Gazetteer;
use tanggap_engine::territory::Territory;
use tanggap_engine::text::TextModel;

use super::support::{Decoded, decode, decode_at};

const SAID: &str = "sampah menumpuk di kelurahan Bukit Duri sudah seminggu belum diangkut, bau";
const BUKIT_DURI: i64 = 3_174_011_005;

fn reader(channels: &[&str], load: impl FnOnce() -> TextModel + Send + 'static) -> Arc<TextReader> {
    let channels = channels.iter().map(|channel| (*channel).to_owned()).collect();
    Arc::new(TextReader::new(channels, Gazetteer::of(&Territory::jakarta_default()), load))
}

fn builtin() -> TextModel {
    TextModel::builtin().clone()
}

fn read(topic: &str, payload: &str) -> Decoded {
    let reader = reader(&["twitter", "email", "lapor"], builtin);
    let mut decoder = Decoder::for_topic(topic, &DecodeConfig::default()).unwrap().reading(Some(&reader));
    let (mut events, rejects) = decode_at(&mut decoder, None, Some(payload.as_bytes()));
    assert_eq!((events.len(), rejects.len()), (1, 0), "{payload}");
    events.remove(0)
}

fn tweet(fields: &str) -> Decoded {
    read(
        "twitter.tweets",
        &format!(r#"{{"data":{{"id":"5","created_at":"2024-05-01T00:00:00.000Z","author_id":"9",{fields}}}}}"#),
    )
}

#[test]
fn a_tweet_gets_its_kind_category_and_kelurahan_in_every_shape_it_comes_in() {
    let old = |text: &str| {
        let payload = format!(r#"{{"created_at":"Mon Mar 07 15:13:47 +0000 2016","id_str":"5","user":{{"id_str":"9"}},{text}}}"#);
        read("twitter.tweets", &payload)
    };
    let cut = "sampah menumpuk di…";
    for decoded in [
        tweet(&format!(r#""text":"{SAID}""#)),
        tweet(&format!(r#""text":"{cut}","note_tweet":{{"text":"{SAID}","entities":{{}}}}"#)),
        old(&format!(r#""text":"{SAID}""#)),
        old(&format!(r#""full_text":"{SAID}""#)),
        old(&format!(r#""text":"{cut}","extended_tweet":{{"full_text":"{SAID}"}}"#)),
    ] {
        assert_eq!((decoded.kind, decoded.category), (Some(Kind::Complaint), Some("sampah")));
        assert_eq!((decoded.kelurahan, decoded.source_category), (Some(BUKIT_DURI), None));
        assert_eq!(decoded.position, None, "a name is no point");
    }
}

#[test]
fn a_tweet_that_is_no_report_or_not_sure_has_no_kind_and_says_why() {
    let announced = tweet(r#""text":"sampaikan pengaduan layanan publik melalui SP4N LAPOR""#);
    assert_eq!((announced.kind, announced.category), (None, Some("lainnya")));
    assert_eq!(announced.source_category.as_deref(), Some(NO_REPORT));
    for fields in [r#""text":"jalan sudirman""#, r#""text":"""#, r#""lang":"in""#] {
        let unsure = tweet(fields);
        assert_eq!((unsure.kind, unsure.category), (None, Some("lainnya")), "{fields}");
        assert_eq!(unsure.source_category.as_deref(), Some(UNREAD), "{fields}");
    }
}

#[test]
fn a_retweet_is_no_new_witness_by_whichever_sign_it_is_known() {
    for fields in [
        format!(r#""text":"RT @warga: {SAID}""#),
        format!(r#""text":"{SAID}","referenced_tweets":[{{"id":"4","type":"retweeted"}}]"#),
        format!(r#""text":"{SAID}","retweeted_status":{{"id_str":"4","text":"{SAID}"}}"#),
    ] {
        let again = tweet(&fields);
        assert_eq!(
            (again.kind, again.category, again.kelurahan),
            (None, Some("lainnya"), None),
            "{fields}"
        );
        assert_eq!(again.source_category.as_deref(), Some(RETWEET), "{fields}");
    }
    for fields in [
        format!(r#""text":"{SAID}","referenced_tweets":[{{"id":"4","type":"replied_to"}}]"#),
        format!(r#""text":"{SAID}","referenced_tweets":7,"retweeted_status":null"#),
    ] {
        assert_eq!(tweet(&fields).kind, Some(Kind::Complaint), "{fields}");
    }
}

#[test]
fn a_formal_report_is_read_where_its_channel_says_nothing_and_stays_a_complaint_in_doubt() {
    let mail = |rest: &str| {
        read(
            "reports.email",
            &format!(r#"{{"message_id":"m1","date":"2024-05-01T08:00:00+07:00",{rest}}}"#),
        )
    };
    let told = mail(&format!(r#""body":"{SAID}""#));
    assert_eq!((told.kind, told.category), (Some(Kind::Complaint), Some("sampah")));
    assert_eq!((told.kelurahan, told.source_category), (Some(BUKIT_DURI), None));
    let asked = mail(r#""body":"kak mau tanya, syarat bikin KTP apa saja ya?""#);
    assert_eq!((asked.kind, asked.source_category), (Some(Kind::Question), None));
    let unsure = mail(r#""body":"zwembad quartz xylofon""#);
    assert_eq!((unsure.kind, unsure.category), (Some(Kind::Complaint), Some("lainnya")));
    assert_eq!(unsure.source_category.as_deref(), Some(UNREAD));
    let wordless = mail(r#""from":"a""#);
    assert_eq!((wordless.kind, wordless.source_category), (Some(Kind::Complaint), None));
}

#[test]
fn what_the_channel_says_wins_over_what_the_text_says() {
    let lapor = |rest: &str| {
        let payload = format!(r#"{{"tracking_id":"7","created_at":"2024-05-01T08:00:00+07:00","content":"{SAID}",{rest}}}"#);
        read("reports.lapor", &payload)
    };
    let named = lapor(r#""category":"Nama yang tidak dikenal","kode_kelurahan":"31.71.06.1001""#);
    assert_eq!((named.category, named.kelurahan), (Some("lainnya"), Some(3_171_061_001)));
    assert_eq!(named.source_category.as_deref(), Some("Nama yang tidak dikenal"));
    let kind = lapor(r#""classification":"aspirasi""#);
    assert_eq!((kind.kind, kind.category), (Some(Kind::Suggestion), Some("sampah")));
}

#[test]
fn a_channel_that_is_not_read_is_as_it_was_and_no_model_is_made_before_the_first_text() {
    static LOADED: AtomicUsize = AtomicUsize::new(0);
    let counted = || {
        LOADED.fetch_add(1, Ordering::Relaxed);
        builtin()
    };
    let line = format!(r#"{{"id":"5","created_at":"2024-05-01T00:00:00Z","text":"{SAID}"}}"#);
    let reader = reader(&["email"], counted);
    let mut tweets = Decoder::for_topic("twitter.tweets", &DecodeConfig::default())
        .unwrap()
        .reading(Some(&reader));
    assert!(!tweets.reads());
    assert_eq!(decode_at(&mut tweets, None, Some(line.as_bytes())), decode("twitter.tweets", &line));
    let mut mails = Decoder::for_topic("reports.email", &DecodeConfig::default())
        .unwrap()
        .reading(Some(&reader));
    assert!(mails.reads());
    decode_at(
        &mut mails,
        None,
        Some(br#"{"id":"1","date":"2024-05-01T08:00:00Z","category":"Banjir","body":"x"}"#),
    );
    assert_eq!(LOADED.load(Ordering::Relaxed), 0);
    for id in ["2", "3"] {
        let mail = format!(r#"{{"id":"{id}","date":"2024-05-01T08:00:00Z","body":"{SAID}"}}"#);
        decode_at(&mut mails, None, Some(mail.as_bytes()));
    }
    assert_eq!(LOADED.load(Ordering::Relaxed), 1);
}
