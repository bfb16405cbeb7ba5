//! A server that plays a script: one act a connection, in order. What was asked is kept.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

/// What a connection gets.
pub(crate) enum Act {
    /// A whole answer: status, headers, body.
    Answer(u16, Vec<(&'static str, String)>, Vec<u8>),
    /// The head of an answer and less of its body than it promises.
    Half(&'static [u8]),
    /// An answer without end in sight: these pieces, and then the connection closes.
    Stream(Vec<&'static str>),
    /// The same, and then silence until the client goes.
    Silent(Vec<&'static str>),
    /// Pieces in chunks, of which the last is missing.
    Chunks(Vec<&'static str>),
    /// Nothing at all: the connection closes.
    Close,
    /// A redirect to itself, for as long as it is followed.
    Circle,
}

impl Act {
    pub(crate) fn ok(body: impl Into<Vec<u8>>) -> Self {
        Self::Answer(200, Vec::new(), body.into())
    }

    pub(crate) fn status(code: u16) -> Self {
        Self::Answer(code, Vec::new(), b"no".to_vec())
    }
}

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    asked: Receiver<String>,
}

impl Server {
    pub(crate) fn start(script: Vec<Act>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (tell, asked) = channel();
        std::thread::spawn(move || play(&listener, script, &tell));
        Self { address, asked }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The head of the next request, in lower case.
    pub(crate) fn next_request(&self) -> String {
        self.asked.recv_timeout(Duration::from_mins(1)).unwrap()
    }

    /// The heads of all requests so far.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.asked.try_iter().collect()
    }
}

fn play(listener: &TcpListener, script: Vec<Act>, tell: &Sender<String>) {
    let mut acts = script.into_iter();
    loop {
        // Whoever plays is gone when the test is.
        let Ok((connection, _)) = listener.accept() else { return };
        let Some(head) = head(&connection) else { continue };
        if head.starts_with("get /circle") {
            send(&connection, redirect().as_bytes());
            continue;
        }
        let Some(act) = acts.next() else { return };
        if tell.send(head).is_err() {
            return;
        }
        perform(&connection, act);
    }
}

fn head(connection: &TcpStream) -> Option<String> {
    let mut reader = BufReader::new(connection);
    let mut head = String::new();
    loop {
        let before = head.len();
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
        if head[before..].trim().is_empty() {
            return Some(head.to_lowercase());
        }
    }
}

fn redirect() -> String {
    "HTTP/1.1 302 Found\r\nlocation: /circle\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".to_owned()
}

fn perform(connection: &TcpStream, act: Act) {
    match act {
        Act::Answer(status, headers, body) => {
            let mut head = format!("HTTP/1.1 {status} Said\r\nconnection: close\r\n");
            if status != 304 {
                write!(head, "content-length: {}\r\n", body.len()).unwrap();
            }
            for (name, value) in headers {
                write!(head, "{name}: {value}\r\n").unwrap();
            }
            head.push_str("\r\n");
            send(connection, head.as_bytes());
            if status != 304 {
                send(connection, &body);
            }
        }
        Act::Half(body) => {
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len() + 10);
            send(connection, head.as_bytes());
            send(connection, body);
        }
        Act::Stream(pieces) => stream(connection, &pieces),
        Act::Silent(pieces) => {
            stream(connection, &pieces);
            let mut rest = Vec::new();
            let mut connection = connection;
            drop(connection.read_to_end(&mut rest));
        }
        Act::Chunks(pieces) => {
            send(connection, b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
            for piece in pieces {
                send(connection, format!("{:x}\r\n{piece}\r\n", piece.len()).as_bytes());
            }
        }
        Act::Close => {}
        Act::Circle => send(connection, redirect().as_bytes()),
    }
}

fn stream(connection: &TcpStream, pieces: &[&str]) {
    send(connection, b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n");
    for piece in pieces {
        send(connection, piece.as_bytes());
    }
}

/// The client may have gone, which is its right.
fn send(mut connection: &TcpStream, bytes: &[u8]) {
    drop(connection.write_all(bytes));
    drop(connection.flush());
}
