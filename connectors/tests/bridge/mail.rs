//! The mailbox of complaints: portions, restarts, numbers that change, and servers that break off, make no sense or let nobody in.

use std::sync::atomic::Ordering;

use tanggap_connectors::bridge::{Fault, MailConfig, Secret, Stop};

use super::mail_bench::{Bench, PASSWORD, poll, visit, words};
use super::postbox::{Prank, Visit};
use super::support::{SECOND, due};

#[test]
fn mails_come_in_portions_and_nothing_is_marked() {
    let bench = Bench::new(vec![visit(1..=45)], 9);
    let mut mailbox = bench.mailbox();
    assert_eq!(poll(&mut mailbox), Ok(45));
    assert_eq!(bench.texts(), words(1..=45));
    let asked = bench.postbox.asked();
    assert_eq!(asked[..2], ["LOGIN \"aduan@kota.example\" \"hunter2\"", "EXAMINE \"INBOX\""]);
    assert_eq!(asked[2], "UID SEARCH UID 1:* SINCE 8-Jan-2026");
    assert!(
        asked[3..6]
            .iter()
            .all(|asked| asked.starts_with("UID FETCH ") && asked.contains("BODY.PEEK[]<0.1048576>")),
        "{asked:?}"
    );
    assert_eq!((asked[6].as_str(), asked.len()), ("LOGOUT", 7));
    let counters = mailbox.counters();
    assert_eq!((counters.messages, counters.asked, counters.refused, counters.cut), (45, 1, 0, 0));
}

#[test]
fn another_process_goes_on_and_the_last_mail_that_n_to_star_gives_again_is_not_read_again() {
    let bench = Bench::new(vec![visit(3..=5), visit(3..=5), visit(3..=6), Visit::new(1, &[])], 9);
    assert_eq!(poll(&mut bench.mailbox()), Ok(3));
    let mut mailbox = bench.mailbox();
    bench.clock.advance(86_400 * SECOND);
    assert_eq!(poll(&mut mailbox), Ok(0));
    assert_eq!(mailbox.counters().unchanged, 1);
    assert_eq!(poll(&mut bench.mailbox()), Ok(1));
    assert_eq!(poll(&mut bench.mailbox()), Ok(0), "a folder that was emptied");
    assert_eq!(bench.texts(), words(3..=6));
    let since = "SINCE 8-Jan-2026";
    let expected = [1, 6, 6, 7].map(|first| format!("UID SEARCH UID {first}:* {since}"));
    assert_eq!(bench.asked("UID SEARCH"), expected);
}

#[test]
fn a_folder_that_is_numbered_anew_is_read_again_with_the_same_ids_and_another_folder_from_its_start() {
    let anew = Visit {
        uid_validity: 8,
        ..visit(1..=2)
    };
    let mut bench = Bench::new(vec![visit(1..=2), anew, visit(1..=2)], 9);
    assert_eq!(poll(&mut bench.mailbox()), Ok(2));
    let mut mailbox = bench.mailbox();
    assert_eq!(poll(&mut mailbox), Ok(2));
    assert_eq!(mailbox.counters().notices, 1);
    let keys = bench.outlet.keys();
    assert_eq!(keys[..2], keys[2..], "the lane drops them");
    bench.config.folder = "Lama".to_owned();
    bench.config.since_days = 30;
    assert_eq!(poll(&mut bench.mailbox()), Ok(2));
    assert_eq!(bench.asked("UID SEARCH")[2], "UID SEARCH UID 1:* SINCE 16-Dec-2025");
}

#[test]
fn a_connection_that_breaks_off_anywhere_in_a_mail_loses_and_repeats_nothing() {
    // In the line before it, in its text, before its bracket, and between two mails.
    for bytes in [0, 10, 100, 150, 400, 700] {
        let bench = Bench::new(vec![visit(1..=3).with(Prank::Cut(bytes)), visit(1..=3)], 9);
        let mut mailbox = bench.mailbox();
        assert_eq!(poll(&mut mailbox), Err(Fault::Network("the connection broke off")), "{bytes}");
        assert!(bench.outlet.sent().is_empty(), "{bytes}");
        assert_eq!(poll(&mut mailbox), Ok(3), "{bytes}");
        assert_eq!(bench.texts(), words(1..=3), "{bytes}");
        assert_eq!(bench.asked("UID FETCH").len(), 4, "one at a time after a poll that failed");
    }
}

#[test]
fn a_server_that_makes_no_sense_leaves_nothing_behind_and_is_asked_again() {
    let login = "LOGIN";
    let fetch = "UID FETCH";
    let search = "UID SEARCH";
    for prank in [
        Prank::Greets(""),
        Prank::Greets("* BYE busy\r\n"),
        Prank::Greets("SSH-2.0-x\r\n"),
        Prank::Says(login, ""),
        Prank::Says(login, "* BYE too many\r\n"),
        Prank::Says(login, "TAG NO [UNAVAILABLE] later\r\n"),
        Prank::Says(login, "TAG MAYBE\r\n"),
        Prank::Says(login, "t99 OK\r\n"),
        Prank::Says("EXAMINE", "TAG OK done\r\n"),
        Prank::Says(search, "* SEARCH 1 x\r\nTAG OK done\r\n"),
        Prank::Says(search, "TAG BAD what\r\n"),
        Prank::Says(fetch, "* 1 FETCH (UID 1 BODY[]<0> {99999999999}\r\n"),
        Prank::Says(fetch, "* 1 FETCH (UID 1 BODY[]<0> {3}\r\nabc\r\nTAG OK done\r\n"),
        Prank::Says(fetch, "\0\r\n\r\n"),
        Prank::Says(fetch, "* BYE\r\n"),
        Prank::Says(fetch, "+ go on\r\n"),
    ] {
        let bench = Bench::new(vec![visit(1..=3).with(prank), visit(1..=3)], 9);
        let mut mailbox = bench.mailbox();
        let fault = poll(&mut mailbox).unwrap_err();
        assert!(matches!(fault, Fault::Network(_) | Fault::Content(_)), "{fault:?}");
        assert!(bench.outlet.sent().is_empty(), "{fault}");
        assert_eq!(poll(&mut mailbox), Ok(3), "{fault}");
        assert_eq!(bench.texts(), words(1..=3), "{fault}");
    }
}

#[test]
fn a_server_that_says_more_than_it_was_asked_is_understood() {
    let bench = Bench::new(vec![visit(1..=3).with(Prank::Chatty)], 9);
    assert_eq!(poll(&mut bench.mailbox()), Ok(3));
    assert_eq!(bench.texts(), words(1..=3));
}

#[test]
fn a_server_that_falls_silent_is_given_up() {
    let mut bench = Bench::new(vec![visit(1..=1).with(Prank::Silent("UID FETCH")), visit(1..=1)], 9);
    bench.config.timeout_s = 1;
    let mut mailbox = bench.mailbox();
    assert_eq!(poll(&mut mailbox), Err(Fault::Network("the server took too long")));
    assert_eq!(poll(&mut mailbox), Ok(1));
}

#[test]
fn who_is_not_let_in_is_told_what_to_do_knocks_seldom_and_prints_no_password() {
    let no = |words| visit(1..=1).with(Prank::Says("LOGIN", words));
    let quotes = "TAG NO [AUTHENTICATIONFAILED] LOGIN aduan@kota.example hunter2 is wrong\r\n";
    let bench = Bench::new(vec![no(quotes), no("TAG BAD hunter2\r\n"), no(quotes), visit(1..=1)], 4);
    let mut mailbox = bench.mailbox();
    mailbox.run(false, &Stop::default()).unwrap();
    let waits = bench.clock.waits();
    for (wait, milliseconds) in waits.iter().zip([300_000, 600_000, 1_200_000, 60_000]) {
        assert!(due(*wait, milliseconds), "{milliseconds}: {waits:?}");
    }
    assert_eq!(
        (bench.outlet.sent().len(), mailbox.counters().failed, mailbox.counters().alarm),
        (1, 3, false)
    );

    let bench = Bench::new(vec![no(quotes)], 9);
    let mut mailbox = bench.mailbox();
    let error = mailbox.run(true, &Stop::default()).unwrap_err();
    assert!(error.to_string().contains("check mail.user and mail.password"), "{error}");
    assert!(mailbox.counters().alarm);
    let said = format!("{error} {error:?} {mailbox:?} {:?}", bench.config);
    assert!(!said.contains(PASSWORD) && !said.contains("aduan@"), "{said}");
    let files = std::fs::read_dir(bench.state.path()).unwrap();
    let kept: String = files
        .filter_map(|file| std::fs::read_to_string(file.unwrap().path()).ok())
        .collect();
    assert!(!kept.contains(PASSWORD), "{kept}");
}

#[test]
fn a_folder_that_is_not_there_needs_somebody_too() {
    let bench = Bench::new(vec![visit(1..=1).with(Prank::Says("EXAMINE", "TAG NO no such mailbox\r\n"))], 9);
    let fault = poll(&mut bench.mailbox()).unwrap_err();
    assert!(matches!(fault, Fault::Denied(what) if what.contains("mail.folder")), "{fault}");
}

#[test]
fn a_mail_that_never_comes_holds_up_no_other_and_is_left_out_in_the_end() {
    let visits = (0..12).map(|_| visit(1..=3).with(Prank::Withholds(2))).collect();
    let bench = Bench::new(visits, 11);
    let mut mailbox = bench.mailbox();
    mailbox.run(false, &Stop::default()).unwrap();
    assert_eq!(bench.texts(), [words(1..=1), words(3..=3)].concat());
    let counters = mailbox.counters();
    assert_eq!(
        (counters.asked, counters.failed, counters.refused, counters.alarm),
        (11, 10, 1, true)
    );
    assert!(due(bench.clock.waits()[9], 900_000), "{:?}", bench.clock.waits());
}

#[test]
fn a_mail_that_was_deleted_meanwhile_is_not_waited_for() {
    let bench = Bench::new(vec![visit(1..=3).with(Prank::Deletes(2)), visit(1..=4)], 9);
    assert_eq!(poll(&mut bench.mailbox()), Ok(2));
    assert_eq!(poll(&mut bench.mailbox()), Ok(1));
    assert_eq!(bench.texts(), [words(1..=1), words(3..=4)].concat());
}

#[test]
fn what_kafka_does_not_take_is_fetched_again() {
    let bench = Bench::new(vec![visit(1..=2), visit(1..=2)], 2);
    bench.outlet.refusals.store(1, Ordering::SeqCst);
    bench.mailbox().run(false, &Stop::default()).unwrap();
    assert_eq!(bench.texts(), words(1..=2));
}

#[test]
fn no_setting_becomes_a_command() {
    let refused = |change: fn(&mut MailConfig), key: &str| {
        let mut bench = Bench::new(Vec::new(), 9);
        change(&mut bench.config);
        let error = bench.try_mailbox().unwrap_err();
        let said = format!("{error} {error:?}");
        assert!(error.to_string().starts_with(key) && !said.contains("DELETE"), "{said}");
    };
    refused(|mail| mail.password = Some(Secret::new("x\r\nt9 DELETE INBOX")), "mail.password");
    refused(|mail| mail.user = Some(Secret::new("x\nt9 DELETE INBOX")), "mail.user");
    refused(|mail| mail.folder = "INBOX\"\r\nt9 DELETE INBOX".to_owned(), "mail.folder");
    refused(|mail| mail.host = Some("a\r\nb".to_owned()), "mail.host");

    let mut bench = Bench::new(vec![visit(1..=1)], 9);
    bench.config.user = Some(Secret::new("a\"b\\c"));
    bench.config.password = Some(Secret::new("{5} sandi é"));
    bench.config.folder = "Aduan & \"Saran\" é".to_owned();
    assert_eq!(poll(&mut bench.mailbox()), Ok(1));
    let asked = bench.postbox.asked();
    assert_eq!(asked[0], "LOGIN \"a\\\"b\\\\c\" {12}{5} sandi é");
    assert_eq!(asked[1], "EXAMINE \"Aduan &- \\\"Saran\\\" &AOk-\"");
}

#[test]
fn what_cannot_work_is_said_before_anybody_is_asked() {
    let refused = |change: fn(&mut MailConfig), said: &str| {
        let mut bench = Bench::new(Vec::new(), 9);
        change(&mut bench.config);
        let error = bench.try_mailbox().unwrap_err();
        assert!(error.to_string().contains(said), "{error}");
    };
    refused(|mail| mail.host = None, "mail.host is needed");
    refused(|mail| mail.user = None, "mail.user is needed");
    refused(|mail| mail.password = None, "mail.password is needed");
    refused(|mail| mail.host = Some("imap.kota.example".to_owned()), "mail.tls is false");
    refused(|mail| mail.host = Some("10.0.0.1".to_owned()), "mail.tls is false");
    refused(|mail| mail.host = Some("no name".to_owned()), "mail.host is no name");
    refused(|mail| mail.topic = "twitter.tweets".to_owned(), "mail.topic");
    refused(|mail| mail.topic = "reports.nosuch".to_owned(), "the topic has no decoder");
    refused(|mail| mail.max_bytes = 1, "mail.max_bytes");
    refused(|mail| mail.poll_s = 0, "mail.poll_s");
}

#[test]
fn tls_with_a_server_that_speaks_none_says_which_setting_to_look_at() {
    let mut bench = Bench::new(vec![visit(1..=1).with(Prank::Greets("* OK hello, I speak no TLS\r\n"))], 9);
    bench.config.tls = true;
    let fault = poll(&mut bench.mailbox()).unwrap_err();
    assert!(matches!(fault, Fault::Network(what) if what.contains("mail.port")), "{fault}");
}

#[test]
fn a_stop_is_heard_while_the_server_is_silent() {
    let mut bench = Bench::new(vec![visit(1..=1).with(Prank::Silent("UID FETCH"))], 9);
    bench.config.timeout_s = 600;
    let mut mailbox = bench.mailbox();
    let stop = Stop::default();
    std::thread::scope(|scope| {
        let running = scope.spawn(|| mailbox.run(false, &stop));
        while !bench.postbox.next_asked().starts_with("UID FETCH") {}
        stop.raise();
        running.join().unwrap().unwrap();
    });
    assert!(bench.outlet.sent().is_empty());
    assert_eq!(mailbox.counters().failed, 0);
}
