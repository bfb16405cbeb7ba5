//! Whether a city is as a batch over its whole log says: every row of every question, every lane, every output topic.

use std::path::Path;

use crate::feeds::{ALL_TOLD, AS_THE_LOG_SAYS, Feeds, OUTPUT_TOPICS, QUESTIONS, TOPICS, with_data};

/// Rows asked for at once: a server answers with no more.
const PAGE: usize = 10_000;

/// The questions that the server of a directory answers otherwise than the batch, and from which row on.
pub(super) fn answered_otherwise(feeds: &Feeds, directory: &Path) -> Vec<String> {
    let answers = QUESTIONS.iter().zip(&feeds.answers);
    let differing = answers.filter_map(|(question, expected)| {
        let rows: Vec<&str> = expected.lines().skip(1).collect();
        let difference = differs_from(question, &rows, directory)?;
        Some(format!("{question}: {difference}, of {} rows", rows.len()))
    });
    differing.collect()
}

/// The first rows that differ. Every question says its order, so its pages are pages of one answer.
fn differs_from(question: &str, rows: &[&str], directory: &Path) -> Option<String> {
    // One page more than there are full ones: nothing may come behind the last row.
    for page in 0..=rows.len() / PAGE {
        let first = page * PAGE;
        let expected = &rows[first..rows.len().min(first + PAGE)];
        let asked = format!("{question} LIMIT {PAGE} OFFSET {first}");
        let found = with_data(directory, &["sql", &asked, "--format", "csv"]);
        let found: Vec<&str> = found.lines().skip(1).collect();
        if found != expected {
            let row = found.iter().zip(expected).take_while(|(found, expected)| found == expected).count();
            let of = |rows: &[&str]| rows.get(row).copied().unwrap_or("nothing").to_owned();
            return Some(format!("row {}: {} and not {}", first + row, of(&found), of(expected)));
        }
    }
    None
}

/// What `verify` finds wrong with the lanes and output topics of a directory's last server.
pub(super) fn unverified(directory: &Path) -> Vec<String> {
    let report = Feeds::verify(directory, &[]).unwrap_or_else(|error| error.to_string());
    let is_right = |line: &&str| line.contains(AS_THE_LOG_SAYS) || line.contains(ALL_TOLD);
    let (right, wrong): (Vec<&str>, Vec<&str>) = report.lines().partition(is_right);
    let missing = (TOPICS.len() + OUTPUT_TOPICS).saturating_sub(right.len());
    let mut found: Vec<String> = wrong.into_iter().map(str::to_owned).collect();
    if missing > 0 {
        found.push(format!("verify: {missing} lanes or output topics are not right"));
    }
    found
}
