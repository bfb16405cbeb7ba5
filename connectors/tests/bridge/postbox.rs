//! An IMAP server with one folder, on this machine and without TLS: one visit a connection, in order. It keeps to RFC 3501, also where that
//! is a trap, unless the visit says otherwise. What was asked is kept, without tags.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};

/// What a visitor finds.
pub(crate) struct Visit {
    pub(crate) uid_validity: u32,
    /// Number, INTERNALDATE, the mail as it is.
    pub(crate) mails: Vec<(u32, &'static str, Vec<u8>)>,
    pub(crate) prank: Prank,
}

/// How a visit goes wrong.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Prank {
    /// It does not.
    None,
    /// This instead of a greeting; then the connection closes.
    Greets(&'static str),
    /// This instead of an answer to commands that begin so, `TAG` being their tag; then the connection closes.
    Says(&'static str, &'static str),
    /// Nothing at all to commands that begin so, until the visitor goes.
    Silent(&'static str),
    /// The connection closes after so many bytes of mails.
    Cut(usize),
    /// The server says that all is well and does not give this mail.
    Withholds(u32),
    /// This mail is deleted once it was found.
    Deletes(u32),
    /// A literal where a mail's text would fit between quotes, other mails' flags in between, and items that nobody asked for.
    Chatty,
}

/// 14:00 in Jakarta, three minutes before `NOW`.
const RECEIVED: &str = "15-Jan-2026 14:00:00 +0700";

impl Visit {
    /// A folder with these mails, numbered from `first`.
    pub(crate) fn new(first: u32, mails: &[&str]) -> Self {
        let numbered = mails.iter().zip(first..);
        Self {
            uid_validity: 7,
            mails: numbered.map(|(mail, uid)| (uid, RECEIVED, mail.as_bytes().to_vec())).collect(),
            prank: Prank::None,
        }
    }

    pub(crate) fn with(mut self, prank: Prank) -> Self {
        self.prank = prank;
        self
    }
}

pub(crate) struct Postbox {
    pub(crate) address: SocketAddr,
    asked: Receiver<String>,
}

impl Postbox {
    pub(crate) fn open(visits: Vec<Visit>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (tell, asked) = channel();
        std::thread::spawn(move || {
            for visit in visits {
                // Whoever visits is gone when the test is.
                let Ok((connection, _)) = listener.accept() else { return };
                receive(&connection, &visit, &tell);
            }
        });
        Self { address, asked }
    }

    /// All commands so far.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.try_iter().collect()
    }

    /// The next command, when it comes.
    pub(crate) fn next_asked(&self) -> String {
        self.asked.recv_timeout(std::time::Duration::from_mins(1)).unwrap()
    }
}

/// One visit, until somebody goes.
fn receive(connection: &TcpStream, visit: &Visit, tell: &Sender<String>) {
    let mut reader = BufReader::new(connection);
    if let Prank::Greets(words) = visit.prank {
        say(connection, words.as_bytes());
        return;
    }
    say(connection, b"* OK [CAPABILITY IMAP4rev1] hello {5}\r\n");
    while let Some(line) = command(&mut reader) {
        let (tag, command) = line.split_once(' ').unwrap_or((&line, ""));
        drop(tell.send(command.to_owned()));
        match visit.prank {
            Prank::Says(begin, words) if command.starts_with(begin) => {
                say(connection, words.replace("TAG", tag).as_bytes());
                return;
            }
            Prank::Silent(begin) if command.starts_with(begin) => {
                let mut rest = Vec::new();
                drop(reader.read_to_end(&mut rest));
                return;
            }
            _ => {}
        }
        let mut answer = answer(command, visit);
        if let Prank::Cut(bytes) = visit.prank
            && command.starts_with("UID FETCH")
        {
            answer.truncate(bytes);
            say(connection, &answer);
            return;
        }
        answer.extend_from_slice(format!("{tag} OK [READ-ONLY] done\r\n").as_bytes());
        say(connection, &answer);
        if command == "LOGOUT" {
            return;
        }
    }
}

/// A command with its literals as they came, after `{length}`.
fn command(reader: &mut BufReader<&TcpStream>) -> Option<String> {
    let mut line = Vec::new();
    loop {
        if reader.read_until(b'\n', &mut line).ok()? == 0 {
            return None;
        }
        let text = String::from_utf8(line.clone()).unwrap();
        let text = text.trim_end_matches(['\r', '\n']);
        let Some((_, length)) = text.strip_suffix('}').and_then(|text| text.rsplit_once('{')) else {
            return Some(text.to_owned());
        };
        line.truncate(text.len());
        say(reader.get_ref(), b"+ go on\r\n");
        let mut literal = vec![0; length.parse().unwrap()];
        reader.read_exact(&mut literal).ok()?;
        line.extend_from_slice(&literal);
    }
}

/// What precedes the tagged line.
fn answer(command: &str, visit: &Visit) -> Vec<u8> {
    if command.starts_with("EXAMINE") {
        let (count, validity) = (visit.mails.len(), visit.uid_validity);
        return format!("* {count} EXISTS\r\n* FLAGS (\\Seen)\r\n* OK [UIDVALIDITY {validity}] UIDs valid\r\n").into_bytes();
    }
    if let Some(uids) = command.strip_prefix("UID SEARCH UID ") {
        let found: Vec<String> = chosen(uids, visit).iter().map(|(uid, ..)| uid.to_string()).collect();
        return format!("* SEARCH {}\r\n", found.join(" ")).into_bytes();
    }
    if command == "LOGOUT" {
        return b"* BYE until then\r\n".to_vec();
    }
    let Some(rest) = command.strip_prefix("UID FETCH ") else {
        return Vec::new();
    };
    let most = rest.split_once("<0.").and_then(|(_, most)| most.split_once('>')).unwrap().0;
    let mut answer = Vec::new();
    for (number, (uid, received, mail)) in chosen(rest, visit).into_iter().enumerate() {
        if visit.prank == Prank::Withholds(*uid) {
            continue;
        }
        let bytes = &mail[..mail.len().min(most.parse().unwrap())];
        let (flags, before) = match visit.prank {
            Prank::Chatty => (
                " FLAGS (\\Seen \"a)\") X {2}\r\n)\"",
                "* 9 FETCH (FLAGS (\\Deleted) UID 99)\r\n* 12 EXISTS\r\n",
            ),
            _ => ("", ""),
        };
        let (number, size, length) = (number + 1, mail.len(), bytes.len());
        let head =
            format!("{before}* {number} FETCH (UID {uid}{flags} INTERNALDATE \"{received}\" RFC822.SIZE {size} BODY[]<0> {{{length}}}\r\n");
        answer.extend_from_slice(head.as_bytes());
        answer.extend_from_slice(bytes);
        answer.extend_from_slice(b")\r\n");
    }
    answer
}

/// The mails of a set: numbers, or `n:*`, which is from n to the last one either way round.
fn chosen<'a>(set: &str, visit: &'a Visit) -> Vec<&'a (u32, &'static str, Vec<u8>)> {
    let set = set.split(' ').next().unwrap();
    let last = visit.mails.iter().map(|(uid, ..)| *uid).max().unwrap_or(0);
    let wanted = |uid: u32| match set.strip_suffix(":*") {
        Some(first) => uid >= last.min(first.parse().unwrap()),
        None => visit.prank != Prank::Deletes(uid) && set.split(',').any(|number| number.parse() == Ok(uid)),
    };
    visit.mails.iter().filter(|(uid, ..)| wanted(*uid)).collect()
}

/// The visitor may have gone, which is their right.
fn say(mut connection: &TcpStream, bytes: &[u8]) {
    drop(connection.write_all(bytes));
    drop(connection.flush());
}
