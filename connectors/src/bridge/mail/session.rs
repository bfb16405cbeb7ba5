//! A session with an IMAP server (RFC 3501): let in, a folder opened for reading only, numbers asked for, mails fetched as they are. What
//! the server says in words is nowhere repeated: it may quote what we said, and a password was in it.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::super::Fault;
use super::answer::{GARBAGE, Reader, Response};
use super::argument::{Piece, argument, folder};
use super::fetched::Fetched;
use super::socket::Connection;

/// Bytes of an answer that holds no mail.
const SMALL: u64 = 1 << 20;
/// Bytes of an answer that is numbers.
const NUMBERS: u64 = 8 << 20;
/// Bytes that a mail takes in an answer besides its own.
const BESIDES: u64 = 4 << 10;
/// How many silences a whole answer may take.
const WHOLE: u32 = 10;

const BYE: Fault = Fault::Network("the server says goodbye");
/// A refusal that passes by itself.
const BUSY: Fault = Fault::Network("the server is busy");

/// A session under way.
pub(super) struct Session {
    reader: Reader<Connection>,
    commands: u64,
    whole: Duration,
    /// Whether the server let us in without being asked.
    known: bool,
}

/// How a command ended.
struct Done {
    good: bool,
    /// Whether it may be better in a while (RFC 5530).
    passes: bool,
}

/// What came before a command went on or ended.
enum Heard {
    /// The server wants the rest.
    GoOn,
    Done(Done),
}

impl Session {
    /// Hears the greeting. `silence`: how long the server may say nothing; a whole answer may take ten times as long.
    ///
    /// # Errors
    /// There is none, or it is a goodbye.
    pub(super) fn open(connection: Connection, silence: Duration) -> Result<Self, Fault> {
        let mut session = Self {
            reader: Reader::new(connection),
            commands: 0,
            whole: silence.saturating_mul(WHOLE),
            known: false,
        };
        session.reader.begin(SMALL).allow(session.whole);
        let greeting = session.reader.response()?;
        match second_word(&greeting.text).as_slice() {
            b"OK" => {}
            b"PREAUTH" => session.known = true,
            b"BYE" => return Err(BYE),
            _ => return Err(GARBAGE),
        }
        Ok(session)
    }

    /// Logs in.
    ///
    /// # Errors
    /// [`Fault::Denied`] if the server does not accept who we are.
    pub(super) fn login(&mut self, user: &str, password: &str) -> Result<(), Fault> {
        if self.known {
            return Ok(());
        }
        let command = [text("LOGIN "), argument(user), text(" "), argument(password)];
        match self.command(&command, SMALL, |_| Ok(()))? {
            Done { good: true, .. } => Ok(()),
            Done { passes: true, .. } => Err(BUSY),
            Done { .. } => Err(Fault::Denied(
                "the server does not accept user and password: check mail.user and mail.password, and whether it wants a password for programs",
            )),
        }
    }

    /// Opens a folder for reading only, and gives its UIDVALIDITY: as long as that stays, so do the numbers of its mails.
    ///
    /// # Errors
    /// [`Fault::Denied`] if there is no such folder for us.
    pub(super) fn examine(&mut self, name: &str) -> Result<u32, Fault> {
        let mut validity = None;
        let command = [text("EXAMINE "), argument(&folder(name))];
        let done = self.command(&command, SMALL, |response| {
            validity = validity.or(uid_validity(&response.text));
            Ok(())
        })?;
        match done {
            Done { good: true, .. } => validity.ok_or(Fault::Content("the server numbers mails anew each time: it gives no UIDVALIDITY")),
            Done { passes: true, .. } => Err(BUSY),
            Done { .. } => Err(Fault::Denied("the server opens no such folder for us: check mail.folder")),
        }
    }

    /// Numbers above `after` of mails that the server took in on the day of `since_us` (µs since epoch UTC) or later, ascending.
    ///
    /// # Errors
    /// The server does not search, or the connection broke off.
    pub(super) fn search(&mut self, after: u32, since_us: i64) -> Result<Vec<u32>, Fault> {
        let Some(first) = after.checked_add(1) else { return Ok(Vec::new()) };
        let found = self.numbers(&format!("{first}:*"), &format!(" SINCE {}", day(since_us)))?;
        // `n:*` is from n to the last one either way round: where nothing is new it means the last one again.
        Ok(found.into_iter().filter(|uid| *uid > after).collect())
    }

    /// Which of these the folder still has.
    ///
    /// # Errors
    /// As with [`Session::search`].
    pub(super) fn listed(&mut self, uids: &[u32]) -> Result<Vec<u32>, Fault> {
        let found = self.numbers(&set(uids), "")?;
        Ok(uids.iter().copied().filter(|uid| found.contains(uid)).collect())
    }

    fn numbers(&mut self, uids: &str, besides: &str) -> Result<BTreeSet<u32>, Fault> {
        let mut found = BTreeSet::new();
        let command = [text(&format!("UID SEARCH UID {uids}{besides}"))];
        let done = self.command(&command, NUMBERS, |response| {
            if second_word(&response.text) == b"SEARCH" {
                for word in response.text.split(|byte| *byte == b' ').skip(2).filter(|word| !word.is_empty()) {
                    let uid = std::str::from_utf8(word).ok().and_then(|word| word.parse().ok());
                    found.insert(uid.ok_or(GARBAGE)?);
                }
            }
            Ok(())
        })?;
        match done {
            Done { good: true, .. } => Ok(found),
            Done { passes: true, .. } => Err(BUSY),
            Done { .. } => Err(Fault::Content("the server does not search the folder")),
        }
    }

    /// Fetches mails by their numbers, of each its first `most_bytes`, and marks none of them as read. What of them came is given to `each`
    /// as it comes; a mail that does not come is no error.
    ///
    /// # Errors
    /// The connection broke off, the answer makes no sense, or `each` fails.
    pub(super) fn fetch(&mut self, uids: &[u32], most_bytes: u32, mut each: impl FnMut(Fetched) -> Result<(), Fault>) -> Result<(), Fault> {
        let items = format!("(UID INTERNALDATE RFC822.SIZE BODY.PEEK[]<0.{most_bytes}>)");
        let command = [text(&format!("UID FETCH {} {items}", set(uids)))];
        let mails = uids.len() as u64;
        let most = SMALL.saturating_add(mails.saturating_mul(u64::from(most_bytes) + BESIDES));
        self.command(&command, most, |response| match Fetched::read(response)? {
            Some(fetched) => each(fetched),
            None => Ok(()),
        })?;
        Ok(())
    }

    /// Takes leave. A server that does not answer is left all the same.
    pub(super) fn logout(mut self) {
        drop(self.command(&[text("LOGOUT")], SMALL, |_| Ok(())));
    }

    /// One command from its first byte to its last answer; what comes in between is given to `each`.
    fn command(&mut self, pieces: &[Piece], most_bytes: u64, mut each: impl FnMut(Response) -> Result<(), Fault>) -> Result<Done, Fault> {
        self.commands += 1;
        let tag = format!("t{}", self.commands);
        self.reader.begin(most_bytes).allow(self.whole);
        let mut bytes = format!("{tag} ").into_bytes();
        for piece in pieces {
            match piece {
                Piece::Text(text) => bytes.extend_from_slice(text.as_bytes()),
                Piece::Literal(literal) => {
                    bytes.extend_from_slice(format!("{{{}}}\r\n", literal.len()).as_bytes());
                    self.reader.send(&bytes)?;
                    if let Heard::Done(done) = self.hear(&tag, &mut each)? {
                        return Ok(done);
                    }
                    bytes.clone_from(literal);
                }
            }
        }
        bytes.extend_from_slice(b"\r\n");
        self.reader.send(&bytes)?;
        match self.hear(&tag, &mut each)? {
            Heard::Done(done) => Ok(done),
            Heard::GoOn => Err(GARBAGE),
        }
    }

    fn hear(&mut self, tag: &str, each: &mut impl FnMut(Response) -> Result<(), Fault>) -> Result<Heard, Fault> {
        loop {
            let response = self.reader.response()?;
            let said = response.text.as_slice();
            if said == b"+" || said.starts_with(b"+ ") {
                return Ok(Heard::GoOn);
            }
            if let Some(rest) = said.strip_prefix(tag.as_bytes())
                && rest.first() == Some(&b' ')
            {
                return Done::read(said).map(Heard::Done);
            }
            if !said.starts_with(b"* ") {
                return Err(GARBAGE);
            }
            if second_word(said) == b"BYE" {
                return Err(BYE);
            }
            each(response)?;
        }
    }
}

impl Done {
    fn read(said: &[u8]) -> Result<Self, Fault> {
        let good = match second_word(said).as_slice() {
            b"OK" => true,
            b"NO" | b"BAD" => false,
            _ => return Err(GARBAGE),
        };
        let code = said.split(|byte| *byte == b' ').nth(2).unwrap_or_default().to_ascii_uppercase();
        let passes = matches!(code.as_slice(), b"[UNAVAILABLE]" | b"[INUSE]" | b"[SERVERBUG]");
        Ok(Self { good, passes })
    }
}

fn text(words: &str) -> Piece {
    Piece::Text(words.to_owned())
}

/// What a response is about, in capitals: the word after its tag.
fn second_word(said: &[u8]) -> Vec<u8> {
    said.split(|byte| *byte == b' ').nth(1).unwrap_or_default().to_ascii_uppercase()
}

/// `* OK [UIDVALIDITY 3857529045] …`; 0 is none.
fn uid_validity(said: &[u8]) -> Option<u32> {
    let mut words = said.split(|byte| *byte == b' ').skip(2);
    if !words.next()?.eq_ignore_ascii_case(b"[UIDVALIDITY") {
        return None;
    }
    let digits = words.next()?.strip_suffix(b"]")?;
    std::str::from_utf8(digits).ok()?.parse().ok().filter(|validity| *validity > 0)
}

/// Numbers joined by commas.
fn set(uids: &[u32]) -> String {
    let uids: Vec<String> = uids.iter().map(u32::to_string).collect();
    uids.join(",")
}

/// The day of a moment in UTC, as IMAP writes days.
fn day(time_us: i64) -> String {
    let time = Timestamp::from_microsecond(time_us).unwrap_or(Timestamp::UNIX_EPOCH);
    time.to_zoned(TimeZone::UTC).strftime("%-d-%b-%Y").to_string()
}

#[cfg(test)]
mod tests {
    use super::{day, uid_validity};

    #[test]
    fn days_and_uid_validities_are_spelled_as_the_protocol_has_them() {
        assert_eq!(day(1_768_460_580_000_000), "15-Jan-2026");
        assert_eq!(day(-1), "31-Dec-1969");
        assert_eq!(day(1_769_904_000_000_000), "1-Feb-2026");
        for (said, validity) in [
            ("* OK [UIDVALIDITY 3857529045] UIDs valid", Some(3_857_529_045)),
            ("* ok [uidvalidity 7]", Some(7)),
            ("* OK [UIDVALIDITY 0] x", None),
            ("* OK [UIDVALIDITY 99999999999] x", None),
            ("* OK [UIDNEXT 7] x", None),
            ("* OK", None),
        ] {
            assert_eq!(uid_validity(said.as_bytes()), validity, "{said}");
        }
    }
}
