//! The poller of a mailbox: one connection a poll, new mails by their numbers in small portions, each mail a report.
//!
//! What the state file holds is the last number of which Kafka has the mail. A portion is fetched whole before anything of it is written,
//! so a connection that breaks off within one leaves nothing behind. After a poll that failed so, mails are fetched one at a time: what came
//! through is not fetched again, and one that the server never gives is left out after ten polls, with an alarm, and does not hold up the
//! others. A folder that the server numbers anew is read again from `since_days`; a mail has the same id then, and the lane drops it.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use xxhash_rust::xxh3::xxh3_64;

use super::super::backoff::{Backoff, Growth};
use super::super::config::{needed, within};
use super::super::counters::Meter;
use super::super::outlet::StateFile;
use super::super::{BridgeCounters, BridgeError, Fault, MailConfig, Parts, Secret, Stop};
use super::argument::sound;
use super::letter::{Letter, Read, read};
use super::session::Session;
use super::socket::Place;
use crate::decode::{DecodeConfig, Decoder, ReporterKey};
use crate::store::DurableLocal;

const DAY_US: i64 = 86_400_000_000;
/// What lies before 2000-01-01T00:00:00Z, µs, is a broken clock and no time of a mail: no decoder takes it.
const EARLIEST_US: i64 = 946_684_800_000_000;
/// Mails fetched at once.
const PORTION: usize = 20;
/// Polls after which a mail that does not come is left out: some 36 minutes.
const MOST_TRIES: u32 = 10;

const STOPPED: Fault = Fault::Network("it was told to stop");

/// What a restart goes on from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Written {
    /// Hash of server, user and folder: the numbers of another folder mean nothing.
    folder: u64,
    /// As long as it stays, so do numbers.
    uid_validity: u32,
    /// The last number Kafka has the mail of.
    uid: u32,
    /// Mails that came before its day are not read, µs since epoch UTC.
    since_us: i64,
}

/// Why a poll ended before its end.
enum Ended {
    /// By the server.
    Fault(Fault),
    /// By us.
    Error(BridgeError),
}

impl From<Fault> for Ended {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<BridgeError> for Ended {
    fn from(error: BridgeError) -> Self {
        Self::Error(error)
    }
}

/// A mail that came.
struct Came {
    received_us: Option<i64>,
    /// Whether only its beginning was read.
    cut: bool,
    read: Read,
}

/// The poller of a mailbox.
#[derive(Debug)]
pub struct Mailbox {
    config: MailConfig,
    place: Place,
    user: Secret,
    password: Secret,
    reporters: ReporterKey,
    channel: String,
    parts: Parts,
    file: StateFile,
    written: Written,
    /// Whether mails are fetched one at a time, because the last time some did not come.
    careful: bool,
    /// The mail that is fetched alone, and how many polls that failed with it.
    stuck: Option<(u32, u32)>,
    /// Whether a mail was left out since this process began.
    left_out: bool,
    retries: Backoff,
    denials: Backoff,
    meter: Meter,
}

impl Mailbox {
    /// A poller that goes on where the state directory says.
    ///
    /// # Errors
    /// A setting that cannot work, a topic without a mapping, or a state that cannot be read.
    pub fn new(config: &MailConfig, decode: &DecodeConfig, parts: Parts) -> Result<Self, BridgeError> {
        let user = needed("mail.user", config.user.as_ref())?.clone();
        let password = needed("mail.password", config.password.as_ref())?.clone();
        sound("mail.user", user.text())?;
        sound("mail.password", password.text())?;
        sound("mail.folder", &config.folder)?;
        within("mail.poll_s", config.poll_s.into(), 1, 86_400)?;
        within("mail.timeout_s", config.timeout_s.into(), 1, 600)?;
        within("mail.since_days", config.since_days.into(), 0, 3_650)?;
        within("mail.max_bytes", config.max_bytes.into(), 4 << 10, 8 << 20)?;
        let channel = config.topic.strip_prefix("reports.").ok_or_else(|| BridgeError::Setting {
            key: "mail.topic",
            problem: "is no reports.<channel>".to_owned(),
        })?;
        // Nobody could read the mails without one: better said before the first is written.
        Decoder::for_topic(&config.topic, decode)?;
        let file = StateFile::new(&parts, "mail.json");
        let backoff = |first, longest, lane| Backoff::new(Growth::Doubling, first, longest, parts.seed.wrapping_add(lane));
        Ok(Self {
            place: Place::new(config)?,
            user,
            password,
            reporters: decode.reporter_key.clone(),
            channel: channel.to_owned(),
            written: file.load()?,
            file,
            careful: false,
            stuck: None,
            left_out: false,
            retries: backoff(Duration::from_secs(5), Duration::from_mins(15), 0),
            // Whoever knocks too often with a wrong password is locked out.
            denials: backoff(Duration::from_mins(5), Duration::from_hours(1), 1),
            meter: Meter::new("mail", DurableLocal::new(&parts.state_dir)),
            config: config.clone(),
            parts,
        })
    }

    /// What it did so far.
    #[must_use]
    pub fn counters(&self) -> &BridgeCounters {
        &self.meter.counters
    }

    /// Polls until it is told to stop, or once.
    ///
    /// # Errors
    /// Kafka or the state directory fail for good; with `once` also what made the poll fail.
    pub fn run(&mut self, once: bool, stop: &Stop) -> Result<(), BridgeError> {
        while !stop.raised() {
            let polled = match self.poll(stop) {
                Err(error) if error.passes() && !once => {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "bridge mail: Kafka did not take mails, which are fetched again"
                    );
                    Err(Fault::Network("Kafka did not take it"))
                }
                polled => polled?,
            };
            if stop.raised() {
                break;
            }
            if let Err(fault) = polled {
                self.meter.counters.failed += 1;
                tracing::warn!(%fault, "bridge mail: a poll failed: {fault}");
            }
            if once {
                self.meter.tell()?;
                return match polled {
                    Ok(_) => Ok(()),
                    Err(fault) => Err(BridgeError::Once {
                        what: "the poll failed",
                        fault,
                    }),
                };
            }
            let wait = self.wait_after(polled.err());
            self.meter.tick(self.parts.clock.now_us())?;
            self.parts.clock.wait(wait, stop);
        }
        self.meter.tell()
    }

    fn wait_after(&mut self, fault: Option<Fault>) -> Duration {
        match fault {
            None => {
                self.retries.reset();
                self.denials.reset();
                Duration::from_secs(self.config.poll_s.into())
            }
            Some(Fault::Denied(_)) => self.denials.next(),
            Some(_) => self.retries.next(),
        }
    }

    /// Polls once; gives how many messages were written, or what went wrong with the server.
    ///
    /// # Errors
    /// Kafka or the state directory fail.
    pub fn poll(&mut self, stop: &Stop) -> Result<Result<u64, Fault>, BridgeError> {
        self.meter.counters.asked += 1;
        let polled = self.fetch_new(stop);
        let counters = &mut self.meter.counters;
        match polled {
            Ok(written) => {
                counters.unchanged += u64::from(written == 0);
                counters.alarm = self.left_out;
                self.careful = false;
                Ok(Ok(written))
            }
            Err(Ended::Error(error)) => Err(error),
            Err(Ended::Fault(fault)) => {
                if let Fault::Denied(what) = fault
                    && !counters.alarm
                {
                    counters.alarm = true;
                    tracing::error!("bridge mail: somebody has to look: {what}");
                }
                Ok(Err(fault))
            }
        }
    }

    /// Fetches and writes all that is new.
    fn fetch_new(&mut self, stop: &Stop) -> Result<u64, Ended> {
        let silence = Duration::from_secs(self.config.timeout_s.into());
        let mut session = Session::open(self.place.connect(stop)?, silence)?;
        session.login(self.user.text(), self.password.text())?;
        let uid_validity = session.examine(&self.config.folder)?;
        self.begin(uid_validity)?;
        let uids = session.search(self.written.uid, self.written.since_us)?;
        let (mut rest, mut written) = (uids.as_slice(), 0);
        while !rest.is_empty() {
            if stop.raised() {
                return Err(STOPPED.into());
            }
            let size = if self.careful { 1 } else { PORTION };
            let (portion, later) = rest.split_at(size.min(rest.len()));
            if let [uid] = *portion
                && self.is_hopeless(uid)
            {
                self.leave_out(uid)?;
                rest = later;
                continue;
            }
            match self.portion(&mut session, portion) {
                Ok(Some(taken)) => {
                    written += taken;
                    rest = later;
                }
                Ok(None) => self.careful = true,
                Err(ended) => {
                    self.careful = true;
                    self.tried(portion, &ended, stop);
                    return Err(ended);
                }
            }
        }
        session.logout();
        self.stuck = None;
        Ok(written)
    }

    /// Begins a folder anew if it is another, or numbered anew.
    fn begin(&mut self, uid_validity: u32) -> Result<(), BridgeError> {
        let host = self.config.host.as_deref().unwrap_or_default();
        let folder = xxh3_64(format!("{host}\n{}\n{}", self.user.text(), self.config.folder).as_bytes());
        if (self.written.folder, self.written.uid_validity) == (folder, uid_validity) {
            return Ok(());
        }
        if self.written.folder == folder {
            tracing::warn!("bridge mail: the server has numbered the folder anew, which is read again");
            self.meter.counters.notices += 1;
        }
        self.stuck = None;
        self.written = Written {
            folder,
            uid_validity,
            uid: 0,
            since_us: self.parts.clock.now_us() - DAY_US * i64::from(self.config.since_days),
        };
        self.file.save(&self.written)
    }

    /// Fetches a portion and writes it; gives how many messages that were, or none if the folder has a mail of it that did not come.
    fn portion(&mut self, session: &mut Session, uids: &[u32]) -> Result<Option<u64>, Ended> {
        let most_bytes = self.config.max_bytes;
        let mut came: BTreeMap<u32, Came> = BTreeMap::new();
        session.fetch(uids, most_bytes, |fetched| {
            // Servers also tell what they were not asked, as flags of other mails.
            if let (Some(uid), Some(bytes)) = (fetched.uid, fetched.bytes)
                && uids.contains(&uid)
                && !came.contains_key(&uid)
            {
                let whole = bytes.len() as u64;
                came.insert(
                    uid,
                    Came {
                        received_us: fetched.received_us,
                        cut: whole >= u64::from(most_bytes) && fetched.size.is_none_or(|size| size > whole),
                        read: read(&bytes)?,
                    },
                );
            }
            Ok(())
        })?;
        let missing: Vec<u32> = uids.iter().copied().filter(|uid| !came.contains_key(uid)).collect();
        // What was deleted meanwhile is not there to come.
        if !missing.is_empty() && !session.listed(&missing)?.is_empty() {
            if uids.len() > 1 {
                return Ok(None);
            }
            return Err(Fault::Content("the server does not give a mail that it lists").into());
        }
        let last = uids.iter().copied().max().unwrap_or(self.written.uid);
        Ok(Some(self.write(&came, last)?))
    }

    /// Writes what came, and remembers that it did.
    fn write(&mut self, came: &BTreeMap<u32, Came>, last: u32) -> Result<u64, BridgeError> {
        let now_us = self.parts.clock.now_us();
        let (mut automatic, mut refused, mut cut) = (0, 0, 0);
        for mail in came.values() {
            match &mail.read {
                Read::Automatic => automatic += 1,
                Read::Wordless => refused += 1,
                Read::Letter(letter) => {
                    let payload = self.payload(letter, mail.received_us, now_us);
                    self.parts
                        .outlet
                        .put(&self.config.topic, Some(letter.id.as_bytes()), payload.as_bytes())?;
                }
            }
            cut += u64::from(mail.cut);
        }
        let settled = self.parts.outlet.settle()?;
        self.written.uid = last;
        self.file.save(&self.written)?;
        let counters = &mut self.meter.counters;
        counters.messages += settled;
        counters.automatic += automatic;
        counters.refused += refused;
        counters.cut += cut;
        if settled > 0 {
            counters.last_new_us = Some(now_us);
        }
        Ok(settled)
    }

    /// A mail as the mapping `email` reads it.
    fn payload(&self, letter: &Letter, received_us: Option<i64>, now_us: i64) -> String {
        let received_us = received_us.unwrap_or(now_us).min(now_us);
        let sent_us = letter.sent_us.filter(|sent_us| *sent_us >= EARLIEST_US);
        let sender = letter
            .sender
            .as_deref()
            .map(|sender| self.reporters.pseudonym(&self.channel, sender));
        json!({
            "id": letter.id,
            // Whoever dates a mail ahead would be first in every list.
            "date": moment(sent_us.map_or(received_us, |sent_us| sent_us.min(received_us))),
            "sender": sender,
            "text": letter.text,
        })
        .to_string()
    }

    /// Remembers a poll that failed with one mail.
    fn tried(&mut self, portion: &[u32], ended: &Ended, stop: &Stop) {
        if let ([uid], Ended::Fault(_), false) = (portion, ended, stop.raised()) {
            let before = self.stuck.filter(|(stuck, _)| stuck == uid).map_or(0, |(_, tries)| tries);
            self.stuck = Some((*uid, before + 1));
        }
    }

    fn is_hopeless(&self, uid: u32) -> bool {
        self.stuck.is_some_and(|(stuck, tries)| stuck == uid && tries >= MOST_TRIES)
    }

    /// Goes on without a mail that does not come.
    fn leave_out(&mut self, uid: u32) -> Result<(), BridgeError> {
        tracing::error!(
            uid,
            "bridge mail: the server does not give a mail, which is left out: somebody has to look at it"
        );
        self.meter.counters.refused += 1;
        self.left_out = true;
        self.stuck = None;
        self.written.uid = uid;
        self.file.save(&self.written)
    }
}

/// RFC 3339 in UTC.
fn moment(time_us: i64) -> String {
    Timestamp::from_microsecond(time_us)
        .map(|time| time.to_string())
        .unwrap_or_default()
}
