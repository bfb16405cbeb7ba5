//! Arguments of IMAP commands (RFC 3501, section 4.3): what goes between quotes, what goes as a literal, and how the name of a folder is
//! spelled. No argument ends its line, so none can be a command of its own.

use super::super::BridgeError;

/// A part of a command. It may be a password, so it does not print.
pub(super) enum Piece {
    /// As it stands.
    Text(String),
    /// Bytes that are announced by their number first.
    Literal(Vec<u8>),
}

/// Checks a setting that becomes an argument.
///
/// # Errors
/// It is empty or has a control character; its value is not in the error.
pub(super) fn sound(key: &'static str, text: &str) -> Result<(), BridgeError> {
    let problem = if text.is_empty() {
        "is empty"
    } else if text.contains(char::is_control) {
        "has a line break or another control character"
    } else {
        return Ok(());
    };
    Err(BridgeError::Setting {
        key,
        problem: problem.to_owned(),
    })
}

/// A text as one argument: quoted where it is plain ASCII, else a literal.
pub(super) fn argument(text: &str) -> Piece {
    if !text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Piece::Literal(text.as_bytes().to_vec());
    }
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for letter in text.chars() {
        if matches!(letter, '"' | '\\') {
            quoted.push('\\');
        }
        quoted.push(letter);
    }
    quoted.push('"');
    Piece::Text(quoted)
}

/// The digits of a folder's name (RFC 3501, section 5.1.3): those of base64, with a comma.
const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

/// A folder's name as servers spell it: ASCII as it is, but `&-` for `&`; all else as UTF-16 in base64 between `&` and `-`.
pub(super) fn folder(name: &str) -> String {
    let mut spelled = String::with_capacity(name.len());
    let mut foreign = Vec::new();
    for letter in name.chars() {
        if !matches!(letter, ' '..='~') {
            foreign.extend_from_slice(letter.encode_utf16(&mut [0; 2]));
            continue;
        }
        shift(&mut foreign, &mut spelled);
        spelled.push(letter);
        if letter == '&' {
            spelled.push('-');
        }
    }
    shift(&mut foreign, &mut spelled);
    spelled
}

/// Writes what is not ASCII, and forgets it.
fn shift(foreign: &mut Vec<u16>, spelled: &mut String) {
    if foreign.is_empty() {
        return;
    }
    spelled.push('&');
    let mut digit = |bits: u32| spelled.push(char::from(DIGITS[(bits & 63) as usize]));
    // Less than six bits are left over of each letter, so that twenty-two are held at most.
    let (mut bits, mut count) = (0_u32, 0_u32);
    for unit in foreign.drain(..) {
        bits = bits << 16 | u32::from(unit);
        count += 16;
        while count >= 6 {
            count -= 6;
            digit(bits >> count);
        }
        bits &= (1 << count) - 1;
    }
    if count > 0 {
        digit(bits << (6 - count));
    }
    spelled.push('-');
}

#[cfg(test)]
mod tests {
    use super::{Piece, argument, folder, sound};

    #[test]
    fn a_plain_text_is_quoted_and_any_other_is_a_literal() {
        let quoted = |text| match argument(text) {
            Piece::Text(quoted) => quoted,
            Piece::Literal(bytes) => format!("{{{}}}", bytes.len()),
        };
        assert_eq!(quoted("INBOX"), "\"INBOX\"");
        assert_eq!(quoted(""), "\"\"");
        assert_eq!(quoted("a\"b\\c {7}"), "\"a\\\"b\\\\c {7}\"");
        assert_eq!(quoted("sandi é"), "{8}");
        assert_eq!(quoted("x\r\na2 DELETE INBOX"), "{18}");
    }

    /// The spelled names are those of RFC 3501, section 5.1.3, and of Python's `imapclient.imap_utf7`.
    #[test]
    fn a_folder_is_spelled_as_servers_do() {
        for (name, spelled) in [
            ("Keluhan & Saran", "Keluhan &- Saran"),
            ("~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-"),
            ("Entwürfe", "Entw&APw-rfe"),
            ("😀", "&2D3eAA-"),
            ("", ""),
        ] {
            assert_eq!(folder(name), spelled);
        }
    }

    #[test]
    fn no_argument_holds_a_line_break_and_no_error_holds_the_argument() {
        for text in ["", "hunter2\r\na2 LOGOUT", "hunter2\n", "hunter2\0"] {
            let error = sound("mail.password", text).unwrap_err().to_string();
            assert!(error.starts_with("mail.password") && !error.contains("hunter2"), "{error}");
        }
        sound("mail.password", "hunter2 \"é\"").unwrap();
    }
}
