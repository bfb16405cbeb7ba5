//! The words of an HTML mail as plain lines. What no reader sees (scripts, styles, comments, the head) and what the writer only quotes is
//! left out; tables and lists become lines. No tree is built, so nothing can be too deep.

use mail_parser::decoders::html::add_html_token;

/// Elements that end a line where they begin and where they end.
const BLOCKS: [&str; 24] = [
    "address",
    "article",
    "blockquote",
    "br",
    "center",
    "dd",
    "div",
    "dl",
    "dt",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "li",
    "p",
    "section",
    "table",
    "tr",
    "ul",
];
/// Elements whose content is not text, up to their end tag whatever lies between.
const RAW: [&str; 2] = ["script", "style"];
/// Elements that are left out with all that is in them.
const UNSEEN: [&str; 4] = ["blockquote", "head", "template", "title"];
/// The longest name of a letter, as `&CounterClockwiseContourIntegral;`.
const LONGEST_NAME: usize = 40;

/// The words of a document.
pub(super) fn words(html: &str) -> String {
    let mut page = Page::default();
    let mut rest = html;
    while let Some(at) = rest.find(['<', '&']) {
        page.say(&rest[..at]);
        rest = &rest[at..];
        rest = if rest.starts_with('&') {
            page.letter(rest)
        } else if let Some(after) = rest.strip_prefix("<!--") {
            after.split_once("-->").map_or("", |(_, after)| after)
        } else if rest[1..].starts_with(|letter: char| letter.is_ascii_alphabetic() || matches!(letter, '/' | '!' | '?')) {
            page.tag(rest)
        } else {
            page.say("<");
            &rest[1..]
        };
    }
    page.say(rest);
    page.lines
}

/// What is read so far.
#[derive(Default)]
struct Page {
    lines: String,
    /// The element that is left out, and how many of its name are open.
    unseen: Option<(&'static str, usize)>,
}

impl Page {
    /// Says what lies between tags; line ends in it are spaces.
    fn say(&mut self, text: &str) {
        if self.unseen.is_some() {
            return;
        }
        for letter in text.chars() {
            if !letter.is_whitespace() {
                self.lines.push(letter);
            } else if !self.lines.ends_with([' ', '\n']) {
                self.lines.push(' ');
            }
        }
    }

    /// Reads a letter by its name; gives what comes after it.
    fn letter<'a>(&mut self, rest: &'a str) -> &'a str {
        let name = |letter: u8| letter.is_ascii_alphanumeric() || letter == b'#';
        let length = 1 + rest.bytes().skip(1).take(LONGEST_NAME).take_while(|letter| name(*letter)).count();
        if rest.as_bytes().get(length) != Some(&b';') {
            self.say("&");
            return &rest[1..];
        }
        let mut letter = String::new();
        add_html_token(&mut letter, &rest.as_bytes()[..=length], false);
        self.say(&letter);
        &rest[length + 1..]
    }

    /// Reads a tag; gives what comes after it, and after all that is no text.
    fn tag<'a>(&mut self, rest: &'a str) -> &'a str {
        let (tag, mut after) = cut_tag(rest);
        let closing = tag.starts_with('/');
        let name = tag.trim_start_matches('/');
        let name = name
            .split(|letter: char| letter.is_whitespace() || letter == '/')
            .next()
            .unwrap_or_default();
        let name = name.to_ascii_lowercase();
        let is = |names: &[&'static str]| names.iter().copied().find(|known| *known == name);
        if let Some(raw) = is(&RAW)
            && !closing
        {
            after = past_end_tag(after, raw);
        }
        let outside = self.unseen.is_none();
        // A head without an end is over where the body begins.
        if name == "body" && matches!(self.unseen, Some(("head" | "title", _))) {
            self.unseen = None;
        }
        match (self.unseen, closing) {
            (Some((unseen, open)), closing) if unseen == name => {
                let open = if closing { open - 1 } else { open + 1 };
                self.unseen = (open > 0).then_some((unseen, open));
            }
            (None, false) => self.unseen = is(&UNSEEN).map(|unseen| (unseen, 1)),
            _ => {}
        }
        if is(&BLOCKS).is_some() && (outside || self.unseen.is_none()) {
            self.end_line();
        } else if matches!(name.as_str(), "td" | "th") {
            self.say(" ");
        }
        if outside && matches!(self.unseen, Some(("blockquote", _))) {
            // So that whoever reads the lines sees that something was quoted here.
            self.lines.push_str(">\n");
        }
        after
    }

    /// Ends a line that says something.
    fn end_line(&mut self) {
        if self.lines.ends_with(' ') {
            self.lines.pop();
        }
        if !self.lines.is_empty() && !self.lines.ends_with('\n') {
            self.lines.push('\n');
        }
    }
}

/// What is in a tag, and what comes after it. A `>` in a quoted value ends none.
fn cut_tag(rest: &str) -> (&str, &str) {
    let mut quote = None;
    let mut before = b' ';
    for (at, byte) in rest.bytes().enumerate().skip(1) {
        match (quote, byte) {
            (None, b'>') => return (&rest[1..at], &rest[at + 1..]),
            // Only a value is quoted: what stands elsewhere is a letter as any other.
            (None, b'"' | b'\'') if before == b'=' => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
        if !byte.is_ascii_whitespace() {
            before = byte;
        }
    }
    // A value without an end would swallow the mail: then the next `>` is the tag's.
    match rest.find('>') {
        Some(at) => (&rest[1..at], &rest[at + 1..]),
        None => (&rest[1..], ""),
    }
}

/// What comes after the end tag of an element; nothing if it has none.
fn past_end_tag<'a>(rest: &'a str, name: &str) -> &'a str {
    let mut from = rest;
    while let Some(at) = from.find("</") {
        from = &from[at + 2..];
        let end = from.as_bytes().get(..name.len());
        if end.is_some_and(|end| end.eq_ignore_ascii_case(name.as_bytes())) {
            return from.split_once('>').map_or("", |(_, after)| after);
        }
    }
    ""
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::words;

    #[test]
    fn what_a_reader_sees_becomes_lines() {
        for (html, lines) in [
            (
                "<p>Banjir di <b>RT&nbsp;03</b></p><p>sejak  pagi\r\nini</p>",
                "Banjir di RT 03\nsejak pagi ini\n",
            ),
            ("<div>satu</div><div>dua<br>tiga</div>", "satu\ndua\ntiga\n"),
            ("<table><tr><td>Jalan</td><td>rusak</td></tr></table>", " Jalan rusak\n"),
            ("a &lt; b &amp; c &eacute;&#233;&#xE9; &unknown; &", "a < b & c ééé &unknown; &"),
            ("5 < 6 dan 7 > 6", "5 < 6 dan 7 > 6"),
            ("<a href=\"x>y\" title='a>b'>tautan</a>", "tautan"),
            ("<p class=it's>lampu mati</p>", "lampu mati\n"),
            ("<a href=\"x>lampu</a> mati", "lampu mati"),
        ] {
            assert_eq!(words(html), lines, "{html}");
        }
    }

    #[test]
    fn what_no_reader_sees_and_what_is_quoted_is_left_out() {
        for (html, lines) in [
            ("<script>if (a<b) { '</p>' }</SCRIPT>x", "x"),
            ("<head><title>t</title><style>p>a{}</style></head><body>x</body>", "x"),
            ("<head><title>t<body>x", "x"),
            ("x<!-- <p>y</p> -->z<!-- y", "xz"),
            ("<!doctype html><?xml y?>x<template>y</template>", "x"),
            ("x<script>y", "x"),
            (
                "<p>Pada 5 Mei Petugas menulis:</p><blockquote>a<blockquote>b</blockquote>c</blockquote>x",
                "Pada 5 Mei Petugas menulis:\n>\nx",
            ),
            ("</blockquote>x", "x"),
        ] {
            assert_eq!(words(html), lines, "{html}");
        }
    }

    #[test]
    fn any_text_is_read_to_its_end() {
        for html in [
            "<",
            "<a",
            "&",
            "&#;",
            "&#x110000;",
            "<é>",
            "</",
            "<!--",
            "<a b='",
            "&é;",
            "<script",
            "é&",
        ] {
            words(html);
        }
        let deep = "<div><blockquote>".repeat(100_000);
        assert!(words(&deep).len() < 10);
    }

    proptest! {
        #[test]
        fn any_page_is_read_to_its_end(page in "(<|</|<!--|-->|>|script|head|body|blockquote|p|&|amp;|\"|'|=| |é|\n){0,40}") {
            let words = words(&page);
            prop_assert!(words.len() <= page.len() + 2, "{}", words);
        }
    }
}
