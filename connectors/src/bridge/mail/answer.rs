//! What an IMAP server says, one response at a time: a line, and the literals in it. What is read of one answer is bounded, whatever
//! lengths the server names: memory is taken as bytes come, and not as they are promised.

use std::io::{BufRead, BufReader, Read, Write};

use super::super::Fault;
use super::super::fetch::interrupted;

/// The longest line read, bytes: numbers of some four hundred thousand mails.
const LONGEST_LINE: u64 = 4 << 20;

/// The fault of an answer that makes no sense.
pub(super) const GARBAGE: Fault = Fault::Content("the answer is no IMAP");
const TOO_LARGE: Fault = Fault::Content("the answer is too large");
const BROKE_OFF: Fault = Fault::Network("the connection broke off");

/// One response.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Response {
    /// Its text without the end of its lines; each literal is left out after its `{length}`.
    pub(super) text: Vec<u8>,
    /// The literals, in order.
    pub(super) literals: Vec<Vec<u8>>,
}

/// Reads responses.
pub(super) struct Reader<C> {
    connection: BufReader<C>,
    /// Bytes that the answer may still have.
    left: u64,
}

impl<C: Read> Reader<C> {
    pub(super) fn new(connection: C) -> Self {
        Self {
            connection: BufReader::new(connection),
            left: 0,
        }
    }

    /// Begins an answer of so many bytes at most.
    pub(super) fn begin(&mut self, most_bytes: u64) -> &mut C {
        self.left = most_bytes;
        self.connection.get_mut()
    }

    /// The next response.
    ///
    /// # Errors
    /// The connection broke off, or the answer is larger than it may be.
    pub(super) fn response(&mut self) -> Result<Response, Fault> {
        let mut response = Response::default();
        loop {
            self.line(&mut response.text)?;
            let Some(length) = literal_at_end(&response.text) else {
                return Ok(response);
            };
            let literal = self.literal(length)?;
            response.literals.push(literal);
        }
    }

    /// Appends the next line to `text`, without its end.
    fn line(&mut self, text: &mut Vec<u8>) -> Result<(), Fault> {
        let most = self.left.min(LONGEST_LINE);
        let read = self.connection.by_ref().take(most).read_until(b'\n', text);
        let read = read.map_err(|error| interrupted(&error))? as u64;
        self.left -= read;
        if text.last() != Some(&b'\n') || read == 0 {
            return Err(if read < most { BROKE_OFF } else { TOO_LARGE });
        }
        text.pop();
        if text.last() == Some(&b'\r') {
            text.pop();
        }
        Ok(())
    }

    fn literal(&mut self, length: u64) -> Result<Vec<u8>, Fault> {
        if length > self.left {
            return Err(TOO_LARGE);
        }
        self.left -= length;
        let mut literal = Vec::new();
        let read = self.connection.by_ref().take(length).read_to_end(&mut literal);
        let read = read.map_err(|error| interrupted(&error))? as u64;
        if read < length { Err(BROKE_OFF) } else { Ok(literal) }
    }
}

impl<C: Read + Write> Reader<C> {
    /// Sends bytes.
    ///
    /// # Errors
    /// The connection broke off.
    pub(super) fn send(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        let connection = self.connection.get_mut();
        let sent = connection.write_all(bytes).and_then(|()| connection.flush());
        sent.map_err(|error| interrupted(&error))
    }
}

/// The length of the literal that follows a line, where one does. None follows what the server says in words: those may end in anything.
fn literal_at_end(text: &[u8]) -> Option<u64> {
    let digits = text.strip_suffix(b"}")?;
    let open = digits.iter().rposition(|byte| *byte == b'{')?;
    let length = std::str::from_utf8(&digits[open + 1..]).ok()?;
    if in_words(text) || length.is_empty() || !length.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    length.parse().ok()
}

/// Whether a line ends in words for people: a status, or the wish to hear more.
fn in_words(text: &[u8]) -> bool {
    let mut words = text.split(|byte| *byte == b' ');
    let tag = words.next().unwrap_or_default();
    let status = words.next().unwrap_or_default().to_ascii_uppercase();
    tag == b"+" || matches!(status.as_slice(), b"OK" | b"NO" | b"BAD" | b"BYE" | b"PREAUTH")
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::{BROKE_OFF, Fault, Reader, Response, TOO_LARGE};

    fn read(text: &[u8], most_bytes: u64) -> Result<Response, Fault> {
        let mut reader = Reader::new(text);
        reader.begin(most_bytes);
        reader.response()
    }

    fn response(text: &str, literals: &[&str]) -> Response {
        Response {
            text: text.as_bytes().to_vec(),
            literals: literals.iter().map(|literal| literal.as_bytes().to_vec()).collect(),
        }
    }

    #[test]
    fn a_response_is_a_line_and_its_literals() {
        let whole = b"* 1 FETCH (UID 7 BODY[] {5}\r\na\r\n)b X {0}\r\n Y \"{3}\" {2}\nab)\r\n* BYE\r\n";
        let expected = response("* 1 FETCH (UID 7 BODY[] {5} X {0} Y \"{3}\" {2})", &["a\r\n)b", "", "ab"]);
        assert_eq!(read(whole, 1_000), Ok(expected));
        for words in ["* OK ready {5}", "t1 NO {5}", "+ more {5}", "* LIST (A) {x}", "* SEARCH {}"] {
            assert_eq!(read(format!("{words}\r\n").as_bytes(), 1_000), Ok(response(words, &[])));
        }
    }

    #[test]
    fn what_breaks_off_is_told_from_what_is_too_large() {
        for cut in ["", "* 1 FETCH", "* X {5}\r\n", "* X {5}\r\nabc", "* X {3}\r\nabc"] {
            assert_eq!(read(cut.as_bytes(), 1_000), Err(BROKE_OFF), "{cut}");
        }
        for (large, most_bytes) in [("* X {99999999999}\r\n", 1_000), ("* X {990}\r\n", 1_000), ("* OK ready\r\n", 5)] {
            assert_eq!(read(large.as_bytes(), most_bytes), Err(TOO_LARGE), "{large}");
        }
        let mut endless = Reader::new(std::io::repeat(b'x').take(u64::MAX));
        endless.begin(u64::MAX);
        assert_eq!(endless.response(), Err(TOO_LARGE));
        // No number that fits: then it is no literal.
        assert!(read(b"* X {99999999999999999999}\r\n", 1_000).is_ok());
    }
}
