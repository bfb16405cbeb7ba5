//! Question: what does it cost to say what a text is, with and without the words that decided?
//!
//! Goal: at least 20 k texts a second and core, the words included. Texts are the shipped sentences, alone as short ones and several
//! together as long ones; beside each stands the goal.

use std::hint::black_box;

use tanggap_benches::{nanoseconds, report};
use tanggap_engine::text::TextModel;

/// Texts read in a run.
const TEXTS: usize = 4_000;
/// Nanoseconds of the goal.
const GOAL: f64 = 1e9 / 20e3;

fn main() {
    let begun = std::time::Instant::now();
    let model = TextModel::builtin();
    report(
        "the shipped model trained, once",
        begun.elapsed().as_secs_f64(),
        "the goal",
        60.0,
        "s",
    );
    let examples = TextModel::builtin_examples();
    for (what, joined) in [("a short text", 1), ("a long text", 5)] {
        // Sentences far from each other: those of one label stand together.
        let step = examples.len() / (joined + 1);
        let texts: Vec<String> = (0..TEXTS)
            .map(|first| {
                let parts = (0..joined).map(|part| examples[(first + part * step) % examples.len()].text());
                parts.collect::<Vec<_>>().join(". ")
            })
            .collect();
        let letters = texts.iter().map(String::len).sum::<usize>() / TEXTS;
        let say = |how: &str, work: &dyn Fn(&str)| {
            let each = nanoseconds(5, TEXTS, || texts.iter().for_each(|text| work(text)));
            report(&format!("{what}, {letters} letters: {how}"), each, "the goal", GOAL, "ns/text");
        };
        say("kind and category", &|text| {
            black_box(model.gist(text));
        });
        say("with the words that decided", &|text| {
            black_box(model.understand(text));
        });
    }
}
