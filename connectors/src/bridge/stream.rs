//! Lines of a stream that never ends, each of bounded length: a server that forgets to end one must not fill the memory.

use std::io::{self, BufRead};

/// The longest line read, bytes; a tweet with all its fields is some ten thousand.
const LONGEST: usize = 1 << 20;

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// A line, without its end; empty = a sign of life.
    Line,
    /// The stream ended between two lines.
    End,
    /// The stream ended within a line, or the line is too long to be one.
    Torn,
}

/// Reads the next line into `line`, replacing what was there.
///
/// # Errors
/// Those of the reader; what was read of the line is in `line` then.
pub(super) fn next_line(reader: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<Next> {
    line.clear();
    loop {
        let ready = reader.fill_buf()?;
        if ready.is_empty() {
            return Ok(if line.is_empty() { Next::End } else { Next::Torn });
        }
        let end = ready.iter().position(|byte| *byte == b'\n');
        let taken = end.unwrap_or(ready.len());
        line.extend_from_slice(&ready[..taken]);
        let consumed = taken + usize::from(end.is_some());
        reader.consume(consumed);
        if line.len() > LONGEST {
            return Ok(Next::Torn);
        }
        if end.is_some() {
            let text = line.trim_ascii().len();
            if text == 0 {
                line.clear();
            } else if line.ends_with(b"\r") {
                line.pop();
            }
            return Ok(Next::Line);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufReader, Read};

    use super::{LONGEST, Next, next_line};

    fn read(text: &[u8], buffer: usize) -> Vec<(Next, Vec<u8>)> {
        let mut reader = BufReader::with_capacity(buffer, text);
        let mut found = Vec::new();
        let mut line = Vec::new();
        loop {
            let next = next_line(&mut reader, &mut line).unwrap();
            found.push((next, line.clone()));
            if next != Next::Line {
                return found;
            }
        }
    }

    #[test]
    fn lines_are_cut_at_their_ends_however_they_arrive() {
        for buffer in [1, 2, 7, 100] {
            let found = read(b"{\"a\":1}\r\n\r\n{\"b\":2}\n\n{\"c\"", buffer);
            let texts: Vec<(Next, &[u8])> = found.iter().map(|(next, line)| (*next, line.as_slice())).collect();
            assert_eq!(
                texts,
                [
                    (Next::Line, &b"{\"a\":1}"[..]),
                    (Next::Line, b""),
                    (Next::Line, b"{\"b\":2}"),
                    (Next::Line, b""),
                    (Next::Torn, b"{\"c\"")
                ]
            );
            assert_eq!(read(b"a\n", buffer).last().unwrap().0, Next::End);
        }
    }

    #[test]
    fn a_line_without_end_is_given_up() {
        let mut endless = BufReader::new(std::io::repeat(b'x').take(u64::MAX));
        let mut line = Vec::new();
        assert_eq!(next_line(&mut endless, &mut line).unwrap(), Next::Torn);
        assert!(line.len() <= 2 * LONGEST);
    }
}
