//! A bridge to a mailbox on this machine, its outlet and its clock, and mails with nothing odd about them.

use std::ops::RangeInclusive;
use std::sync::Arc;

use serde_json::Value;
use tanggap_connectors::bridge::{BridgeError, Fault, MailConfig, Mailbox, Secret, Stop};
use tanggap_connectors::decode::DecodeConfig;
use tempfile::TempDir;

use super::postbox::{Postbox, Visit};
use super::support::{Letterbox, TestClock, parts};

/// Must never be printed.
pub(crate) const PASSWORD: &str = "hunter2";

/// A mailbox, and all that the bridge to it is given.
pub(crate) struct Bench {
    pub(crate) clock: Arc<TestClock>,
    pub(crate) outlet: Letterbox,
    pub(crate) state: TempDir,
    pub(crate) postbox: Postbox,
    pub(crate) config: MailConfig,
}

impl Bench {
    pub(crate) fn new(visits: Vec<Visit>, stop_after: usize) -> Self {
        let postbox = Postbox::open(visits);
        Self {
            clock: TestClock::new(stop_after),
            outlet: Letterbox::default(),
            state: tempfile::tempdir().unwrap(),
            config: MailConfig {
                host: Some("127.0.0.1".to_owned()),
                port: postbox.address.port(),
                tls: false,
                user: Some(Secret::new("aduan@kota.example")),
                password: Some(Secret::new(PASSWORD)),
                timeout_s: 20,
                ..MailConfig::default()
            },
            postbox,
        }
    }

    pub(crate) fn try_mailbox(&self) -> Result<Mailbox, BridgeError> {
        let parts = parts(&self.outlet, &self.clock, self.state.path());
        Mailbox::new(&self.config, &DecodeConfig::default(), parts)
    }

    pub(crate) fn mailbox(&self) -> Mailbox {
        self.try_mailbox().unwrap()
    }

    /// The commands so far that begin so.
    pub(crate) fn asked(&self, begin: &str) -> Vec<String> {
        let asked = self.postbox.asked().into_iter();
        asked.filter(|command| command.starts_with(begin)).collect()
    }

    /// What was written, in order, by the words.
    pub(crate) fn texts(&self) -> Vec<String> {
        let payload = |payload: &str| serde_json::from_str::<Value>(payload).unwrap();
        let sent = self.outlet.sent();
        sent.iter()
            .map(|(.., sent)| payload(sent)["text"].as_str().unwrap().to_owned())
            .collect()
    }
}

/// A mail of a person.
pub(crate) fn mail(number: u32) -> String {
    format!(
        "Return-Path: <warga@example.org>\r\nMessage-ID: <{number}@example.org>\r\nFrom: Budi <Warga@Example.org>\r\nDate: Thu, 15 Jan 2026 13:30:00 \
         +0700\r\nSubject: aduan {number}\r\n\r\nisi\r\n"
    )
}

/// A visit to a folder with the mails of these numbers.
pub(crate) fn visit(uids: RangeInclusive<u32>) -> Visit {
    let first = *uids.start();
    let mails: Vec<String> = uids.map(mail).collect();
    let mails: Vec<&str> = mails.iter().map(String::as_str).collect();
    Visit::new(first, &mails)
}

/// What they say.
pub(crate) fn words(uids: RangeInclusive<u32>) -> Vec<String> {
    uids.map(|uid| format!("aduan {uid}\nisi")).collect()
}

pub(crate) fn poll(mailbox: &mut Mailbox) -> Result<u64, Fault> {
    mailbox.poll(&Stop::default()).unwrap()
}
