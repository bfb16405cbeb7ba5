//! What a month of duty comes to: the rows that are paid, their sum, and the same as a file whose bytes follow from the rows alone.

use sha2::{Digest, Sha256};
use tanggap_engine::territory::KelurahanCode;

use super::duty_rows::DutyPay;
use super::month::Month;

/// First line of the file.
const HEADER: &str = "month,kelurahan,post,submitted,verified,rejected,waiting,late,days_reported,days_reached,counted_daily,counted,\
    rate_rupiah,amount_rupiah\n";

/// A month of duty. Equal rows give equal bytes, whatever the machine: the file is made of whole numbers and texts, in the rows' order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DutyMonth {
    /// The month.
    pub month: Month,
    /// One row a kelurahan and post, in that order.
    pub rows: Vec<DutyPay>,
    /// Sum of the amounts.
    pub total_rupiah: i64,
    /// The rows as CSV (RFC 4180, but lines end with a line feed): a header, then one line a row; unknown = empty. Warnings are not in it:
    /// they change no amount.
    pub csv: String,
    /// SHA-256 of the bytes of `csv`: what `sha256sum` says of the file.
    pub hash: [u8; 32],
}

impl DutyMonth {
    pub(super) fn of(month: Month, rows: Vec<DutyPay>) -> Self {
        let csv = csv(month, &rows);
        Self {
            month,
            total_rupiah: rows.iter().fold(0, |sum: i64, row| sum.saturating_add(row.amount_rupiah)),
            hash: Sha256::digest(csv.as_bytes()).into(),
            rows,
            csv,
        }
    }

    /// The hash in hexadecimal, lower case.
    #[must_use]
    pub fn hash_text(&self) -> String {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let halves = self.hash.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        halves.map(|half| char::from(DIGITS[usize::from(half)])).collect()
    }
}

fn csv(month: Month, rows: &[DutyPay]) -> String {
    let mut text = String::from(HEADER);
    for row in rows {
        let kelurahan = row
            .kelurahan
            .map(|code| KelurahanCode::from_integer(code).to_string())
            .unwrap_or_default();
        let post = quoted(row.post.as_deref().unwrap_or_default());
        text.push_str(&[month.to_string(), kelurahan, post].join(","));
        for number in [
            row.submitted,
            row.verified,
            row.rejected,
            row.waiting,
            row.late,
            row.days_reported,
            row.days_reached,
            row.counted_daily,
            row.counted,
            row.rate_rupiah,
            row.amount_rupiah,
        ] {
            text.push(',');
            text.push_str(&number.to_string());
        }
        text.push('\n');
    }
    text
}

/// A text between quotes where it needs them. Posts have one of two shapes and need none; what else a channel may call one stays one cell.
fn quoted(text: &str) -> String {
    if text.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::{DutyMonth, quoted};
    use crate::named::Month;

    #[test]
    fn an_empty_month_is_a_header_and_its_hash() {
        let month = DutyMonth::of(Month::parse("2026-10").unwrap(), Vec::new());
        assert_eq!(month.total_rupiah, 0);
        assert_eq!(month.csv.lines().count(), 1);
        // `sha256sum` of that line.
        assert_eq!(
            month.hash_text(),
            "a69e5d4befc4e0c2be4005093558551b1f136669422cd03d9190a09dcf6557e1"
        );
    }

    #[test]
    fn a_post_stays_one_cell() {
        assert_eq!(quoted("RT 003/RW 05"), "RT 003/RW 05");
        assert_eq!(quoted("RT 3, \"RW\" 5"), "\"RT 3, \"\"RW\"\" 5\"");
    }
}
