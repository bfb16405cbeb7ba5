//! What a server gives of one mail: the items of a `FETCH` response (RFC 3501, section 7.4.2). Items that nobody asked for are passed over.

use std::vec::IntoIter;

use jiff::Timestamp;

use super::super::Fault;
use super::answer::{GARBAGE, Response};

/// What was given of a mail.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Fetched {
    /// Its number in the folder.
    pub(super) uid: Option<u32>,
    /// When the server took it in, µs since epoch UTC.
    pub(super) received_us: Option<i64>,
    /// Bytes it has.
    pub(super) size: Option<u64>,
    /// Its first bytes.
    pub(super) bytes: Option<Vec<u8>>,
}

/// A value of an item.
enum Value {
    Nil,
    Text(Vec<u8>),
    /// In brackets: of no use here.
    List,
}

impl Fetched {
    /// What a response gives of a mail; nothing if it speaks of something else.
    ///
    /// # Errors
    /// It gives something and breaks the rules.
    pub(super) fn read(response: Response) -> Result<Option<Self>, Fault> {
        let Some(start) = items_of(&response.text) else { return Ok(None) };
        let mut items = Items {
            text: &response.text[start..],
            at: 0,
            literals: response.literals.into_iter(),
        };
        let mut fetched = Self::default();
        while let Some(name) = items.name()? {
            let value = items.value()?;
            let Value::Text(bytes) = value else { continue };
            match name.as_str() {
                "UID" => fetched.uid = number(&bytes).and_then(|uid| u32::try_from(uid).ok()),
                "RFC822.SIZE" => fetched.size = number(&bytes),
                "INTERNALDATE" => fetched.received_us = moment(&bytes),
                "BODY[]" | "BODY[]<0>" => fetched.bytes = Some(bytes),
                _ => {}
            }
        }
        Ok(Some(fetched))
    }
}

/// Where the items of `* 12 FETCH (…)` begin.
fn items_of(text: &[u8]) -> Option<usize> {
    let rest = text.strip_prefix(b"* ")?;
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let word = b" FETCH (";
    let follows = rest.get(digits..digits + word.len())?;
    (digits > 0 && follows.eq_ignore_ascii_case(word)).then_some(2 + digits + word.len())
}

fn number(bytes: &[u8]) -> Option<u64> {
    std::str::from_utf8(bytes).ok()?.parse().ok()
}

/// ` 7-Jan-2026 14:03:00 +0700` as µs since epoch UTC.
fn moment(bytes: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(bytes).ok()?.trim();
    let time = Timestamp::strptime("%d-%b-%Y %H:%M:%S %z", text).ok()?;
    Some(time.as_microsecond())
}

/// The items, read from their beginning to their end.
struct Items<'a> {
    text: &'a [u8],
    at: usize,
    literals: IntoIter<Vec<u8>>,
}

impl Items<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    /// The next byte; there must be one.
    fn next(&mut self) -> Result<u8, Fault> {
        let byte = self.peek().ok_or(GARBAGE)?;
        self.at += 1;
        Ok(byte)
    }

    /// The name of the next item in capitals; none at the end of the list.
    fn name(&mut self) -> Result<Option<String>, Fault> {
        while self.peek() == Some(b' ') {
            self.at += 1;
        }
        let mut name = Vec::new();
        let mut in_section = false;
        loop {
            match self.next()? {
                b')' if name.is_empty() => return Ok(None),
                b' ' if !in_section => break,
                b'(' | b')' | b'"' | b'{' if !in_section => return Err(GARBAGE),
                byte => {
                    in_section = byte == b'[' || (in_section && byte != b']');
                    name.push(byte.to_ascii_uppercase());
                }
            }
        }
        String::from_utf8(name).map(Some).map_err(|_| GARBAGE)
    }

    fn value(&mut self) -> Result<Value, Fault> {
        match self.peek().ok_or(GARBAGE)? {
            b'"' => self.quoted().map(Value::Text),
            b'{' => self.literal().map(Value::Text),
            b'(' => self.list(),
            _ => Ok(self.atom()),
        }
    }

    fn quoted(&mut self) -> Result<Vec<u8>, Fault> {
        self.at += 1;
        let mut text = Vec::new();
        loop {
            match self.next()? {
                b'"' => return Ok(text),
                b'\\' => text.push(self.next()?),
                byte => text.push(byte),
            }
        }
    }

    fn literal(&mut self) -> Result<Vec<u8>, Fault> {
        while self.next()? != b'}' {}
        self.literals.next().ok_or(GARBAGE)
    }

    /// Passes over a list, whatever is in it, however deep.
    fn list(&mut self) -> Result<Value, Fault> {
        let mut depth = 0_usize;
        loop {
            match self.peek().ok_or(GARBAGE)? {
                b'"' => drop(self.quoted()?),
                b'{' => drop(self.literal()?),
                byte => {
                    self.at += 1;
                    depth += usize::from(byte == b'(');
                    depth -= usize::from(byte == b')');
                }
            }
            if depth == 0 {
                return Ok(Value::List);
            }
        }
    }

    fn atom(&mut self) -> Value {
        let rest = &self.text[self.at..];
        let length = rest.iter().take_while(|byte| !matches!(byte, b' ' | b')')).count();
        self.at += length;
        let atom = &rest[..length];
        if atom.eq_ignore_ascii_case(b"NIL") {
            Value::Nil
        } else {
            Value::Text(atom.to_vec())
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Fetched, Response};

    fn read(text: &str, literals: &[&str]) -> Result<Option<Fetched>, ()> {
        let literals = literals.iter().map(|literal| literal.as_bytes().to_vec()).collect();
        let text = text.as_bytes().to_vec();
        Fetched::read(Response { text, literals }).map_err(|_| ())
    }

    #[test]
    fn the_items_are_read_in_any_order_and_unknown_ones_are_passed_over() {
        let whole = Fetched {
            uid: Some(7),
            received_us: Some(1_768_460_580_000_000),
            size: Some(5),
            bytes: Some(b"a)\"{b".to_vec()),
        };
        for (text, literals) in [
            (
                "* 1 FETCH (UID 7 INTERNALDATE \"15-Jan-2026 14:03:00 +0700\" RFC822.SIZE 5 BODY[]<0> {5})",
                &["a)\"{b"][..],
            ),
            (
                "* 31 fetch (body[] {5} uid 7 flags (\\Seen \"a)b\" (())) internaldate \"15-Jan-2026 07:03:00 +0000\" rfc822.size 5)",
                &["a)\"{b"],
            ),
            (
                "* 1 FETCH (X-A (B {3}) BODY[HEADER.FIELDS (A B)] NIL RFC822.SIZE 5 UID 7 BODY[] \"a)\\\"{b\" INTERNALDATE \"15-Jan-2026 14:03:00 +0700\")",
                &["()\""],
            ),
        ] {
            assert_eq!(read(text, literals).unwrap().unwrap(), whole, "{text}");
        }
        let early = read("* 1 FETCH (INTERNALDATE \" 1-Feb-2026 00:00:00 +0000\")", &[])
            .unwrap()
            .unwrap();
        assert_eq!(early.received_us, Some(1_769_904_000_000_000));
        let flags = read("* 1 FETCH (FLAGS (\\Seen) UID 7 BODY[] NIL)", &[]).unwrap().unwrap();
        assert_eq!((flags.uid, flags.bytes), (Some(7), None));
        assert_eq!(read("* 1 FETCH ()", &[]), Ok(Some(Fetched::default())));
    }

    #[test]
    fn what_speaks_of_no_mail_is_nothing_and_what_breaks_the_rules_is_refused() {
        for other in ["* 3 EXISTS", "* FETCH (UID 7)", "* OK FETCH (", "* 1 FETCH", "t1 FETCH ("] {
            assert_eq!(read(other, &[]), Ok(None), "{other}");
        }
        for broken in [
            "* 1 FETCH (UID 7",
            "* 1 FETCH (UID",
            "* 1 FETCH (UID ",
            "* 1 FETCH (BODY[] {5})",
            "* 1 FETCH (BODY[ {5})",
            "* 1 FETCH (BODY[] \"a)",
            "* 1 FETCH (FLAGS (a)",
            "* 1 FETCH (\"UID\" 7)",
            "* 1 FETCH ({3} 7)",
        ] {
            assert_eq!(read(broken, &[]), Err(()), "{broken}");
        }
        let wild = read("* 1 FETCH (UID 99999999999 RFC822.SIZE x INTERNALDATE \"soon\")", &[]);
        assert_eq!(wild, Ok(Some(Fetched::default())));
    }

    proptest! {
        #[test]
        fn any_items_are_read_or_refused_but_never_panic(items in "[A-B\\[\\]<>0-9 (){}\"\\\\]{0,40}", literals in 0..3_usize) {
            let literals = vec![b"x".to_vec(); literals];
            let text = format!("* 1 FETCH ({items})").into_bytes();
            drop(Fetched::read(Response { text, literals }));
        }
    }
}
