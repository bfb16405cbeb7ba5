//! What somebody says in a mail: its subject and its text, without what they quote of others and without their signature. The rules are
//! those of mail itself (RFC 3676: `>` quotes, `-- ` signs) and of how programs introduce a quotation.

/// The most letters kept.
const LONGEST: usize = 20_000;
/// Lines that begin the mail an answer is to, as Outlook has them.
const ORIGINALS: [&str; 3] = ["original message", "pesan asli", "pesan awal"];
/// How the line before a quotation ends, as mail programs write it.
const WROTE: [&str; 3] = ["wrote:", "menulis:", "menulis :"];

/// Subject and text as lines that say something; empty if neither does.
pub(super) fn prose(subject: &str, body: &str) -> String {
    let lines = std::iter::once(plain(subject)).chain(own_lines(body));
    let lines: Vec<String> = lines.filter(|line| !line.is_empty()).collect();
    let mut prose = lines.join("\n");
    if let Some((end, _)) = prose.char_indices().nth(LONGEST) {
        prose.truncate(end);
    }
    prose
}

/// The lines that are the writer's own.
fn own_lines(body: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut quoting = false;
    let mut rest = body.lines().peekable();
    while let Some(raw) = rest.next() {
        let line = plain(raw);
        if line == "--" {
            break;
        }
        let next = rest.peek().map(|next| plain(next)).unwrap_or_default();
        // Where nothing was said before, somebody passes on what others wrote, and that is what they say.
        if begins_original(&line, &next) && lines.iter().any(|line| !line.is_empty()) {
            break;
        }
        if line.starts_with('>') {
            if !quoting {
                drop_introduction(&mut lines);
            }
            quoting = true;
            continue;
        }
        quoting &= line.is_empty();
        lines.push(line);
    }
    lines
}

/// Whether the mail that is answered begins here: it is below all that the writer says.
fn begins_original(line: &str, next: &str) -> bool {
    let bare = line.trim_matches(['-', ' ']).to_lowercase();
    if line.starts_with("--") && ORIGINALS.contains(&bare.as_str()) {
        return true;
    }
    let ruled = line.len() >= 10 && line.bytes().all(|byte| byte == b'_');
    ruled && (next.starts_with("From:") || next.starts_with("Dari:"))
}

/// Takes away `Pada Kam, 15 Jan 2026 … <petugas@kota.example> menulis:`, which names people; programs break it into two lines.
fn drop_introduction(lines: &mut Vec<String>) {
    let Some(last) = lines.iter().rposition(|line| !line.is_empty()) else {
        return;
    };
    let line = lines[last].to_lowercase();
    let wrote = WROTE.iter().any(|ending| line.ends_with(ending));
    let introduces = wrote || (line.ends_with(':') && line.contains('@'));
    if !introduces {
        return;
    }
    let names_someone = |line: &str| line.contains('@') || line.contains(char::is_numeric);
    let broken = wrote && !names_someone(&line) && last > 0 && names_someone(&lines[last - 1]);
    lines.truncate(if broken { last - 1 } else { last });
}

/// A line without letters that nobody sees, and without spaces around it.
fn plain(line: &str) -> String {
    let seen = |letter: char| match letter {
        '\t' | '\u{a0}' => Some(' '),
        '\u{feff}' | '\u{200b}' | '\u{ad}' => None,
        letter if letter.is_control() => None,
        letter => Some(letter),
    };
    let line: String = line.chars().filter_map(seen).collect();
    line.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, prose};

    #[test]
    fn subject_and_text_are_lines_without_gaps() {
        for (subject, body, expected) in [
            ("Banjir", "Air naik.\r\n\r\n\r\n\r\nTolong.\r\n", "Banjir\nAir naik.\nTolong."),
            ("Banjir", "", "Banjir"),
            ("", "\n\n Air\u{a0}naik \u{feff}\n", "Air naik"),
            (" \u{200b}", "\r\n \t\r\n", ""),
            ("Lampu\u{0}\r\n mati", "", "Lampu mati"),
        ] {
            assert_eq!(prose(subject, body), expected, "{body:?}");
        }
    }

    #[test]
    fn quotations_introductions_and_signatures_are_left_out() {
        for (body, expected) in [
            ("Masih.\n-- \nBudi\n021-555", "Masih."),
            ("Masih.\n--\nBudi", "Masih."),
            ("Masih -- belum.\n--- \nx", "Masih -- belum.\n---\nx"),
            (
                "Masih.\n\nPada 5 Mei 2026 Petugas <p@kota.example> menulis:\n> Sudah?\n>\n> Selesai\n\nTerima kasih",
                "Masih.\nTerima kasih",
            ),
            (
                "Masih.\nOn Thu, Jan 15, 2026 Petugas <p@kota.example>\nwrote:\n\n> Sudah?",
                "Masih.",
            ),
            ("Petugas menulis:\n> Sudah?\nBelum", "Belum"),
            ("Bunyi papannya:\n> Dilarang parkir", "Bunyi papannya:"),
            ("Masih.\n\n-----Original Message-----\nFrom: Petugas\nSudah?", "Masih."),
            ("Masih.\n________________________________\nDari: Petugas\nSudah?", "Masih."),
            (
                "-----Original Message-----\nFrom: Warga\nBanjir",
                "-----Original Message-----\nFrom: Warga\nBanjir",
            ),
            ("Meluap.\n__________\nbatas", "Meluap.\n__________\nbatas"),
            ("  > Sudah?", ""),
        ] {
            assert_eq!(prose("", body), expected, "{body:?}");
        }
    }

    #[test]
    fn a_text_without_end_is_cut_between_letters() {
        let long = prose("é", &"é".repeat(2 * LONGEST));
        assert_eq!(long.chars().count(), LONGEST);
    }
}
