//! One pass over JSON text, strict about the grammar and lenient about types: a decoder takes the fields it knows as
//! [`Scalar`]s borrowed from the payload and skips the rest without allocation. Bytes go in; events come out elsewhere.
//!
//! Why not a library: sonic-rs skips unknown fields by unbounded recursion (100,000 × `[` overflows the stack), and typed
//! serde refuses a repeated key and any field of another type. Here a repeated key means its last value, as in Python and
//! JavaScript, nesting is bounded by [`MAX_DEPTH`], and a field of an unexpected type is simply not read.

use super::scalar::{Scalar, unescape};

/// Deepest nesting read; deeper payloads are unreadable.
pub(super) const MAX_DEPTH: usize = 1024;

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// The text is no JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Broken;

/// A position in JSON text.
#[derive(Clone, Debug)]
pub(super) struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scanner<'a> {
    /// Starts at the first value of a payload; a byte order mark before it is skipped.
    pub(super) fn new(bytes: &'a [u8]) -> Result<Self, Broken> {
        let text = std::str::from_utf8(bytes).map_err(|_| Broken)?;
        Ok(Self::over(text.strip_prefix('\u{feff}').unwrap_or(text)))
    }

    /// Starts at the first value of a text.
    pub(super) fn over(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// Reads a whole payload that must be one object, giving each field to `field`, which must consume the value.
    pub(super) fn whole_object<F>(bytes: &'a [u8], field: F) -> Result<(), Broken>
    where
        F: FnMut(&str, &mut Self) -> Result<(), Broken>,
    {
        let mut scanner = Self::new(bytes)?;
        if !scanner.open(b'{') {
            return Err(Broken);
        }
        scanner.fields(field)?;
        scanner.end()
    }

    /// The first byte of the next token, not consumed; 0 at the end.
    pub(super) fn peek(&mut self) -> u8 {
        let bytes = self.text.as_bytes();
        loop {
            match bytes.get(self.at) {
                Some(b' ' | b'\n' | b'\r' | b'\t') => self.at += 1,
                Some(byte) => return *byte,
                None => return 0,
            }
        }
    }

    /// Consumes `{` or `[` if it is the next token.
    pub(super) fn open(&mut self, bracket: u8) -> bool {
        let opens = self.peek() == bracket;
        self.at += usize::from(opens);
        opens
    }

    /// Reads the fields of an object whose `{` is consumed, and its `}`.
    pub(super) fn fields<F>(&mut self, mut field: F) -> Result<(), Broken>
    where
        F: FnMut(&str, &mut Self) -> Result<(), Broken>,
    {
        if self.open(b'}') {
            return Ok(());
        }
        loop {
            let (key, escaped) = self.key()?;
            if escaped {
                field(&unescape(key), self)?;
            } else {
                field(key, self)?;
            }
            match self.peek() {
                b',' => self.at += 1,
                b'}' => {
                    self.at += 1;
                    return Ok(());
                }
                _ => return Err(Broken),
            }
        }
    }

    /// Reads the elements of an array whose `[` is consumed, and its `]`.
    pub(super) fn elements<F>(&mut self, mut element: F) -> Result<(), Broken>
    where
        F: FnMut(usize, &mut Self) -> Result<(), Broken>,
    {
        if self.open(b']') {
            return Ok(());
        }
        let mut index = 0;
        loop {
            element(index, self)?;
            index += 1;
            match self.peek() {
                b',' => self.at += 1,
                b']' => {
                    self.at += 1;
                    return Ok(());
                }
                _ => return Err(Broken),
            }
        }
    }

    /// Reads the fields of the next value if it is an object, else skips it.
    pub(super) fn fields_or_skip<F>(&mut self, field: F) -> Result<(), Broken>
    where
        F: FnMut(&str, &mut Self) -> Result<(), Broken>,
    {
        if self.open(b'{') { self.fields(field) } else { self.skip() }
    }

    /// Reads the next value; an object or array is skipped and told as [`Scalar::Nested`].
    pub(super) fn scalar(&mut self) -> Result<Scalar<'a>, Broken> {
        match self.peek() {
            b'"' => {
                self.at += 1;
                let (text, escaped) = self.string()?;
                Ok(if escaped { Scalar::Escaped(text) } else { Scalar::Text(text) })
            }
            b'-' | b'0'..=b'9' => self.number().map(Scalar::Number),
            b't' => self.literal("true").map(|()| Scalar::Bool(true)),
            b'f' => self.literal("false").map(|()| Scalar::Bool(false)),
            b'n' => self.literal("null").map(|()| Scalar::Null),
            _ => self.skip().map(|()| Scalar::Nested),
        }
    }

    /// Skips the next value and gives its text.
    pub(super) fn raw(&mut self) -> Result<&'a str, Broken> {
        let mark = self.mark();
        self.skip()?;
        Ok(self.text_from(mark))
    }

    /// Where the next value starts, for [`Self::text_from`].
    pub(super) fn mark(&mut self) -> usize {
        self.peek();
        self.at
    }

    /// The text from a mark to here.
    pub(super) fn text_from(&self, mark: usize) -> &'a str {
        &self.text[mark..self.at]
    }

    /// Skips the next value, checking its grammar, without recursion.
    pub(super) fn skip(&mut self) -> Result<(), Broken> {
        let mut objects = Levels::default();
        loop {
            match self.peek() {
                bracket @ (b'{' | b'[') => {
                    self.at += 1;
                    let object = bracket == b'{';
                    if !self.open(bracket + 2) {
                        objects.push(object)?;
                        if object {
                            self.key()?;
                        }
                        continue;
                    }
                }
                b'"' => {
                    self.at += 1;
                    self.string()?;
                }
                b'-' | b'0'..=b'9' => {
                    self.number()?;
                }
                b't' => self.literal("true")?,
                b'f' => self.literal("false")?,
                b'n' => self.literal("null")?,
                _ => return Err(Broken),
            }
            // A value is complete: close what it ends, until another value must follow.
            loop {
                let Some(object) = objects.top() else { return Ok(()) };
                let next = self.peek();
                self.at += 1;
                match next {
                    b',' => {
                        if object {
                            self.key()?;
                        }
                        break;
                    }
                    b'}' if object => objects.pop(),
                    b']' if !object => objects.pop(),
                    _ => return Err(Broken),
                }
            }
        }
    }

    /// Nothing but white space may follow.
    pub(super) fn end(&mut self) -> Result<(), Broken> {
        self.peek();
        if self.at >= self.text.len() { Ok(()) } else { Err(Broken) }
    }

    fn key(&mut self) -> Result<(&'a str, bool), Broken> {
        if self.peek() != b'"' {
            return Err(Broken);
        }
        self.at += 1;
        let key = self.string()?;
        if self.peek() != b':' {
            return Err(Broken);
        }
        self.at += 1;
        Ok(key)
    }

    /// The raw inside of a string whose opening quote is consumed, and whether it holds escapes.
    fn string(&mut self) -> Result<(&'a str, bool), Broken> {
        let start = self.at;
        let mut escaped = false;
        loop {
            self.at += plain_run(&self.text.as_bytes()[self.at..]);
            match self.text.as_bytes().get(self.at) {
                Some(b'"') => {
                    let inside = &self.text[start..self.at];
                    self.at += 1;
                    return Ok((inside, escaped));
                }
                Some(b'\\') => {
                    escaped = true;
                    self.escape()?;
                }
                _ => return Err(Broken),
            }
        }
    }

    fn escape(&mut self) -> Result<(), Broken> {
        let bytes = self.text.as_bytes();
        match bytes.get(self.at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 2,
            Some(b'u') => {
                let digits = bytes.get(self.at + 2..self.at + 6).ok_or(Broken)?;
                if !digits.iter().all(u8::is_ascii_hexdigit) {
                    return Err(Broken);
                }
                self.at += 6;
            }
            _ => return Err(Broken),
        }
        Ok(())
    }

    fn number(&mut self) -> Result<&'a str, Broken> {
        let bytes = self.text.as_bytes();
        let start = self.at;
        let mut at = start + usize::from(bytes[start] == b'-');
        let whole = digits(bytes, at);
        if whole == 0 || (whole > 1 && bytes[at] == b'0') {
            return Err(Broken);
        }
        at += whole;
        if bytes.get(at) == Some(&b'.') {
            let fraction = digits(bytes, at + 1);
            if fraction == 0 {
                return Err(Broken);
            }
            at += 1 + fraction;
        }
        if let Some(b'e' | b'E') = bytes.get(at) {
            at += 1;
            at += usize::from(matches!(bytes.get(at), Some(b'+' | b'-')));
            let exponent = digits(bytes, at);
            if exponent == 0 {
                return Err(Broken);
            }
            at += exponent;
        }
        self.at = at;
        Ok(&self.text[start..at])
    }

    fn literal(&mut self, word: &str) -> Result<(), Broken> {
        if self.text.as_bytes()[self.at..].starts_with(word.as_bytes()) {
            self.at += word.len();
            Ok(())
        } else {
            Err(Broken)
        }
    }
}

fn digits(bytes: &[u8], from: usize) -> usize {
    bytes
        .get(from..)
        .map_or(0, |rest| rest.iter().take_while(|byte| byte.is_ascii_digit()).count())
}

/// How many bytes from the start are inside a string: up to a quote, a backslash, a control byte, or the end.
fn plain_run(bytes: &[u8]) -> usize {
    let (words, rest) = bytes.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let zero = |value: u64| value.wrapping_sub(ONES) & !value;
        let quote = zero(word ^ (ONES * 0x22));
        let backslash = zero(word ^ (ONES * 0x5c));
        let control = word.wrapping_sub(ONES * 0x20) & !word;
        // A borrow can only mark bytes above a true one, so the lowest mark is true.
        let stops = (quote | backslash | control) & HIGHS;
        if stops != 0 {
            return index * 8 + stops.trailing_zeros() as usize / 8;
        }
    }
    let tail = rest.iter().take_while(|byte| !matches!(byte, b'"' | b'\\' | 0..0x20)).count();
    words.len() * 8 + tail
}

/// Which of the open brackets are objects, one bit a level.
#[derive(Default)]
struct Levels {
    bits: [u64; MAX_DEPTH / 64],
    depth: usize,
}

impl Levels {
    fn push(&mut self, object: bool) -> Result<(), Broken> {
        let word = self.bits.get_mut(self.depth / 64).ok_or(Broken)?;
        let bit = 1 << (self.depth % 64);
        if object {
            *word |= bit;
        } else {
            *word &= !bit;
        }
        self.depth += 1;
        Ok(())
    }

    fn pop(&mut self) {
        self.depth -= 1;
    }

    fn top(&self) -> Option<bool> {
        let level = self.depth.checked_sub(1)?;
        Some(self.bits[level / 64] >> (level % 64) & 1 == 1)
    }
}

#[cfg(test)]
mod tests;
