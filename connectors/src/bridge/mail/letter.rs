//! One mail as bytes (RFC 5322, MIME) to what of it is a report: an id, a time, who sent it, and what they say. Attachments, mails attached
//! to mails and all other headers are not looked into.
//!
//! Anybody may write to the mailbox, and a mail that ended the process would end it again after each restart. So a mail is read on a thread
//! of its own whose stack grows with the mail: mails attached to mails, as deep as they go, cost up to eight bytes of stack for each of
//! their bytes (`mail-parser` 0.11 drops them one within the other). A panic there is a mail that cannot be read.

use std::borrow::Cow;

use mail_parser::{Address, Message, MessageParser, MessagePart, MimeHeaders, PartType};
use xxhash_rust::xxh3::xxh3_128;

use super::super::Fault;
use super::html::words;
use super::prose::prose;

/// Bytes of the stack that a mail of no size is read on.
const STACK: usize = 2 << 20;
/// Bytes of it for each byte of the mail.
const STACK_A_BYTE: usize = 16;

/// What a mail is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Read {
    /// Somebody says something.
    Letter(Letter),
    /// No person wrote it: an automatic answer, a bounce, a list.
    Automatic,
    /// It says nothing, or cannot be read.
    Wordless,
}

/// What somebody says.
#[derive(PartialEq, Eq)]
pub(super) struct Letter {
    /// The same for the same mail, wherever it lies.
    pub(super) id: String,
    /// When it was sent as it says itself, µs since epoch UTC.
    pub(super) sent_us: Option<i64>,
    /// Address of the sender in small letters. For a pseudonym, and for nothing else.
    pub(super) sender: Option<String>,
    /// What they say; never empty.
    pub(super) text: String,
}

/// Neither who wrote nor what.
impl std::fmt::Debug for Letter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Letter").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Reads a mail, or its beginning.
///
/// # Errors
/// The system gives no thread.
pub(super) fn read(bytes: &[u8]) -> Result<Read, Fault> {
    let stack = STACK.saturating_add(bytes.len().saturating_mul(STACK_A_BYTE));
    std::thread::scope(|scope| {
        let reader = std::thread::Builder::new().name("mail".to_owned()).stack_size(stack);
        let reader = reader.spawn_scoped(scope, || parse(bytes));
        let reader = reader.map_err(|_| Fault::Network("the system gives no thread to read a mail on"))?;
        Ok(reader.join().unwrap_or(Read::Wordless))
    })
}

fn parse(bytes: &[u8]) -> Read {
    let Some(mail) = MessageParser::default().parse(bytes) else {
        return Read::Wordless;
    };
    if is_automatic(&mail) {
        return Read::Automatic;
    }
    let subject = mail.subject().unwrap_or_default();
    let said = prose(subject, &body(&mail, &mail.text_body));
    // A text beside which only the HTML says anything, or an HTML that a cut left alone.
    let text = if said.lines().count() > usize::from(!subject.trim().is_empty()) {
        said
    } else {
        prose(subject, &body(&mail, &mail.html_body))
    };
    if text.is_empty() {
        return Read::Wordless;
    }
    let named = mail.message_id().map(str::trim).filter(|id| !id.is_empty());
    Read::Letter(Letter {
        id: format!("{:032x}", xxh3_128(named.map_or(bytes, str::as_bytes))),
        sent_us: mail
            .date()
            .filter(|date| date.is_valid())
            .map(|date| date.to_timestamp().saturating_mul(1_000_000)),
        sender: sender(&mail),
        text,
    })
}

/// Whether no person wrote it (RFC 3834, RFC 2919, RFC 3464), so that nobody waits for an answer.
fn is_automatic(mail: &Message<'_>) -> bool {
    let told = mail.headers_raw().any(|(name, value)| {
        let value = value.trim().to_ascii_lowercase();
        let word = value.split([';', '(', ' ', '\t', '\r', '\n']).next().unwrap_or_default();
        match name.to_ascii_lowercase().as_str() {
            "auto-submitted" => word != "no",
            "precedence" => matches!(word, "bulk" | "list" | "junk" | "auto_reply"),
            "list-id" => true,
            "return-path" => matches!(value.as_str(), "" | "<>"),
            _ => false,
        }
    });
    let is_daemon = |address: &str| address.trim().to_ascii_lowercase().split('@').next() == Some("mailer-daemon");
    let report = mail.content_type().is_some_and(|kind| {
        kind.ctype().eq_ignore_ascii_case("multipart") && kind.subtype().is_some_and(|kind| kind.eq_ignore_ascii_case("report"))
    });
    told || report || addresses(mail.from()).any(is_daemon)
}

/// Who sent it: the first address of `From`, else of `Sender`.
fn sender(mail: &Message<'_>) -> Option<String> {
    let mut all = addresses(mail.from()).chain(addresses(mail.sender()));
    all.find(|address| !address.is_empty()).map(str::to_lowercase)
}

fn addresses<'a>(field: Option<&'a Address<'_>>) -> impl Iterator<Item = &'a str> {
    let all = field.into_iter().flat_map(|field| field.iter());
    all.filter_map(|address| address.address.as_deref()).map(str::trim)
}

/// The words of these parts, one after the other.
fn body(mail: &Message<'_>, parts: &[u32]) -> String {
    let mut body = String::new();
    for part in parts.iter().filter_map(|part| mail.part(*part)) {
        match &part.body {
            _ if is_cut_short(part) => {}
            PartType::Text(text) => body.push_str(text),
            PartType::Html(html) => body.push_str(&words(html)),
            _ => {}
        }
        body.push('\n');
    }
    body
}

/// Whether the letters of a part are not its words: base64 that breaks off is left as it stands.
fn is_cut_short(part: &MessagePart<'_>) -> bool {
    let encoding = part.content_transfer_encoding().map(|encoding| Cow::Borrowed(encoding.trim()));
    part.is_encoding_problem && encoding.is_some_and(|encoding| encoding.eq_ignore_ascii_case("base64"))
}

#[cfg(test)]
mod tests {
    use super::{Letter, Read, read};

    fn letter(mail: &str) -> Letter {
        match read(mail.as_bytes()).unwrap() {
            Read::Letter(letter) => letter,
            other => panic!("{other:?}: {mail}"),
        }
    }

    fn text(mail: &str) -> String {
        letter(mail).text
    }

    #[test]
    fn a_text_is_read_in_every_encoding() {
        for (head, body) in [
            ("Content-Type: text/plain; charset=utf-8\r\n", "Jalan rusak é"),
            ("", "Jalan rusak é"),
            (
                "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n",
                "Jalan=\r\n rusak =C3=A9",
            ),
            (
                "Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n",
                "Jalan rusak =E9",
            ),
            (
                "Content-Type: text/plain; charset=\"UTF-8\"\r\nContent-Transfer-Encoding: BASE64\r\n",
                "SmFsYW4gcnVz\r\nYWsgw6k=\r\n",
            ),
            (
                "Content-Type: text/html; charset=utf-8\r\n",
                "<html><head><title>x</title></head><body><p>Jalan rusak &eacute;</p><script>x</script></body></html>",
            ),
        ] {
            let mail = format!("Subject: =?utf-8?Q?Aduan_=C3=A9?=\r\nMIME-Version: 1.0\r\n{head}\r\n{body}");
            assert_eq!(text(&mail), "Aduan é\nJalan rusak é", "{head}");
        }
        let latin = b"Subject: a\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\r\nJalan rusak \xe9";
        let Read::Letter(latin) = read(latin).unwrap() else {
            panic!("no letter")
        };
        assert_eq!(latin.text, "a\nJalan rusak é");
    }

    #[test]
    fn of_several_parts_the_words_are_read_once_and_attachments_are_not() {
        let mail = |kind: &str, parts: &[&str]| {
            let parts = parts.join("\r\n--b\r\n");
            format!("Subject: Aduan\r\nContent-Type: multipart/{kind}; boundary=b\r\n\r\n--b\r\n{parts}\r\n--b--\r\n")
        };
        let plain = "Content-Type: text/plain\r\n\r\nJalan rusak";
        let empty = "Content-Type: text/plain\r\n\r\n  ";
        let html = "Content-Type: text/html\r\n\r\n<p>Jalan rusak</p>";
        let notes = "Content-Type: text/plain\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\nlampiran";
        let photo = "Content-Type: image/jpeg\r\nContent-Transfer-Encoding: base64\r\n\r\n/9j/4AAQ";
        let other = "Content-Type: message/rfc822\r\n\r\nSubject: dalam\r\n\r\nisi";
        for (kind, parts) in [
            ("alternative", &[plain, html][..]),
            ("alternative", &[html]),
            ("alternative", &[empty, html]),
            ("mixed", &[plain, photo, notes, other]),
            ("mixed", &[photo, html]),
            ("related", &[html, photo]),
        ] {
            assert_eq!(text(&mail(kind, parts)), "Aduan\nJalan rusak", "{kind} {parts:?}");
        }
        // A cut runs through the photo, or through the second of two versions.
        for (kind, parts) in [
            ("mixed", &[plain, photo][..]),
            ("mixed", &[html, photo]),
            ("alternative", &[plain, html]),
        ] {
            let whole = mail(kind, parts);
            assert_eq!(text(&whole[..whole.len() - 10]), "Aduan\nJalan rusak", "{kind} {parts:?}");
        }
    }

    #[test]
    fn an_id_is_that_of_the_message_or_of_its_bytes() {
        let id = |mail: &str| letter(mail).id;
        let named = id("Message-ID: <1@example.org>\r\nSubject: a\r\n\r\nb");
        assert_eq!(named, id("Received: by x\r\nMessage-Id:  <1@example.org> \r\nSubject: c\r\n\r\nd"));
        let nameless = id("Subject: a\r\n\r\nb");
        assert_eq!(nameless, id("Subject: a\r\n\r\nb"));
        let others = [
            named.as_str(),
            &id("Subject: a\r\n\r\nc"),
            &id("Message-ID: <>\r\nSubject: a\r\n\r\nb"),
        ];
        assert!(!others.contains(&nameless.as_str()) && named.len() == 32, "{others:?}");
    }

    #[test]
    fn who_sent_it_and_when_is_read_and_nothing_of_it_prints() {
        let budi = letter(
            "From: \"Budi\" <Budi@Example.ORG>, x@example.org\r\nDate: Thu, 15 Jan 2026 14:03:00 +0700 (WIB)\r\nSubject: rahasia\r\n\r\n",
        );
        assert_eq!(budi.sender.as_deref(), Some("budi@example.org"));
        assert_eq!(budi.sent_us, Some(1_768_460_580_000_000));
        let printed = format!("{budi:?}").to_lowercase();
        assert!(!printed.contains("budi") && !printed.contains("rahasia"), "{printed}");
        assert_eq!(
            letter("Sender: a@example.org\r\nSubject: x\r\n\r\n").sender.as_deref(),
            Some("a@example.org")
        );
        let nobody = letter("From: undisclosed:;\r\nDate: soon\r\nSubject: x\r\n\r\n");
        assert_eq!((nobody.sender, nobody.sent_us), (None, None));
    }

    #[test]
    fn what_no_person_wrote_is_told_from_what_a_person_wrote() {
        for head in [
            "Auto-Submitted: auto-replied",
            "auto-submitted: auto-generated (rejected)",
            "Precedence: bulk",
            "Precedence: List",
            "Precedence: junk",
            "List-Id: Berita <berita.example.org>",
            "Return-Path: <>",
            "Return-Path:",
            "From: Mail Delivery <MAILER-DAEMON@example.org>",
            "Content-Type: multipart/report; report-type=delivery-status; boundary=b",
        ] {
            let mail = format!("Subject: x\r\n{head}\r\n\r\n--b\r\n\r\nisi\r\n--b--\r\n");
            assert_eq!(read(mail.as_bytes()), Ok(Read::Automatic), "{head}");
        }
        for head in [
            "Auto-Submitted: no",
            "Auto-Submitted: NO; x=y",
            "Precedence: first-class",
            "Return-Path: <a@example.org>",
            "From: mailer@example.org",
        ] {
            assert_eq!(text(&format!("{head}\r\nSubject: x\r\n\r\n")), "x", "{head}");
        }
    }

    #[test]
    fn what_says_nothing_is_refused() {
        for mail in [
            "",
            "\r\n",
            "Subject:\r\n\r\n",
            "Subject: \r\n\r\n> dikutip\r\n",
            "From: a@example.org\r\n\r\n<p></p>\r\n",
        ] {
            let wordless = read(mail.as_bytes()).unwrap();
            assert!(wordless == Read::Wordless || mail.contains("<p>"), "{mail:?}");
        }
        let photo = "Content-Type: image/jpeg\r\nContent-Transfer-Encoding: base64\r\n\r\n/9j/4AAQ";
        assert_eq!(read(photo.as_bytes()), Ok(Read::Wordless));
    }

    #[test]
    fn mails_in_mails_without_end_harm_nobody() {
        for level in [
            "Content-Type:message/rfc822\n\n",
            "Content-Type:multipart/digest;boundary=b\n\n--b\n\n",
        ] {
            let deep = level.repeat((8 << 20) / level.len());
            read(deep.as_bytes()).unwrap();
        }
    }
}
