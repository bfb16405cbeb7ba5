//! Names as they stand in a text: the longest first, from the left, at word boundaries; with the title before them (`kelurahan`, `jalan`,
//! `arah`), which says how they are meant.

use super::area::Area;
use super::gazetteer::{Gazetteer, Meaning};
use crate::territory::Level;
use crate::text::{plain, surfaces};

/// How a name is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    /// As the place itself.
    Place,
    /// As where something leads to: `arah Cawang`.
    Direction,
    /// As the name of something else, which need not lie there: `Jalan Tebet Raya`, `Pasar Cikini`.
    Namesake,
}

/// A name in the text.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Mention {
    /// Its first word, and the word after its last.
    pub(super) first: usize,
    pub(super) end: usize,
    pub(super) manner: Manner,
    /// Units it could be; of a road the units it runs through.
    pub(super) areas: Vec<Area>,
    pub(super) street: bool,
    pub(super) position: Option<(f64, f64)>,
    /// As written, in lower case.
    pub(super) words: String,
}

/// A word after replacement, and the surface it came from.
struct Word {
    text: String,
    surface: String,
}

/// All names of a text, in its order.
pub(super) fn mentions(gazetteer: &Gazetteer, text: &str) -> Vec<Mention> {
    let words = words(gazetteer, text);
    let mut found: Vec<Mention> = Vec::new();
    let mut doubtful: Vec<(usize, Vec<Area>)> = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let Some((end, meanings)) = longest(gazetteer, &words, at) else {
            at += 1;
            continue;
        };
        if meanings.contains(&Meaning::Outside) {
            // Another town's: what stands directly before it lies there.
            found.retain(|before| before.end != at);
            doubtful.retain(|(place, _)| *place < found.len());
        } else if !meanings.contains(&Meaning::Nothing) {
            let (mention, ordinary) = read(&words, at, end, meanings);
            if !ordinary.is_empty() {
                doubtful.push((found.len(), ordinary));
            }
            found.push(mention);
        }
        at = end;
    }
    settle(&mut found, &doubtful, &words);
    found.retain(|mention| !mention.areas.is_empty());
    found
}

fn words(gazetteer: &Gazetteer, text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    for surface in surfaces(text) {
        let surface = plain(surface);
        match gazetteer.replaced(&surface) {
            Some(replaced) => words.extend(replaced.iter().map(|text| Word {
                text: text.clone(),
                surface: surface.clone(),
            })),
            None => words.push(Word {
                text: surface.clone(),
                surface,
            }),
        }
    }
    words
}

/// The longest name that begins at a word: the word after it, and what it means.
fn longest<'g>(gazetteer: &'g Gazetteer, words: &[Word], at: usize) -> Option<(usize, &'g [Meaning])> {
    let mut key = String::new();
    let mut best = None;
    for (place, word) in words.iter().enumerate().skip(at).take(gazetteer.longest()) {
        key.push_str(&word.text);
        if let Some(meanings) = gazetteer.meanings(&key) {
            best = Some((place + 1, meanings));
        }
    }
    best
}

/// One name: the mention, and those of its units that are ordinary words and still in doubt.
fn read(words: &[Word], at: usize, end: usize, meanings: &[Meaning]) -> (Mention, Vec<Area>) {
    let title = at
        .checked_sub(1)
        .and_then(|before| words.get(before))
        .map_or("", |word| word.text.as_str());
    let next = words.get(end).map_or("", |word| word.text.as_str());
    // `Kelurahan Tebet` is no kelurahan: then the title says nothing.
    let at_level = |level: &Level| {
        meanings
            .iter()
            .any(|meaning| matches!(meaning, Meaning::Unit { area, .. } if area.level == *level))
    };
    let level = titled(title).filter(at_level);
    let mut mention = Mention {
        first: at,
        end,
        manner: Manner::Place,
        areas: Vec::new(),
        street: false,
        position: None,
        words: surface(&words[at..end]),
    };
    let mut ordinary_areas = Vec::new();
    let known_spot = meanings
        .iter()
        .any(|meaning| matches!(meaning, Meaning::Spot { .. } | Meaning::Street(_)));
    for meaning in meanings {
        match meaning {
            Meaning::Unit { area, ordinary } if level.is_none_or(|level| level == area.level) => {
                if *ordinary && level.is_none() {
                    ordinary_areas.push(*area);
                } else {
                    mention.areas.push(*area);
                }
            }
            Meaning::Spot { areas, position } if level.is_none() => {
                mention.areas.extend(areas);
                mention.position = *position;
            }
            Meaning::Street(areas) if level.is_none() => {
                mention.areas.extend(areas);
                mention.street = true;
            }
            _ => {}
        }
    }
    mention.areas.sort_unstable();
    mention.areas.dedup();
    let namesake = !known_spot && level.is_none() && (named_after(title) || next == "raya");
    if namesake {
        mention.manner = Manner::Namesake;
        mention.street = matches!(title, "jalan" | "gang") || next == "raya";
    } else if matches!(title, "arah" | "menuju" | "jurusan" | "ke") {
        mention.manner = Manner::Direction;
    }
    (mention, if namesake { Vec::new() } else { ordinary_areas })
}

/// The level a title names.
fn titled(title: &str) -> Option<Level> {
    match title {
        "kelurahan" | "lurah" => Some(Level::Kelurahan),
        "kecamatan" | "camat" => Some(Level::Kecamatan),
        "walikota" => Some(Level::Kota),
        _ => None,
    }
}

/// Things that are named after places.
fn named_after(title: &str) -> bool {
    matches!(
        title,
        "jalan"
            | "gang"
            | "stasiun"
            | "halte"
            | "terminal"
            | "pasar"
            | "rs"
            | "rsud"
            | "puskesmas"
            | "sd"
            | "sdn"
            | "smp"
            | "smpn"
            | "sma"
            | "sman"
            | "smk"
            | "tol"
            | "mall"
            | "mal"
            | "apartemen"
    )
}

/// An ordinary word is a place where the next name, directly or after its title, holds it.
fn settle(found: &mut [Mention], doubtful: &[(usize, Vec<Area>)], words: &[Word]) {
    for (place, areas) in doubtful {
        let Some((own, later)) = found.get_mut(*place..).and_then(<[Mention]>::split_first_mut) else {
            continue;
        };
        let Some(next) = later.first() else { continue };
        let directly = next.first == own.end || (next.first == own.end + 1 && titled(&words[own.end].text).is_some());
        if !directly {
            continue;
        }
        let holds = |area: &&Area| next.areas.iter().any(|other| other != *area && other.holds(**area));
        own.areas.extend(areas.iter().filter(holds));
        own.areas.sort_unstable();
    }
}

/// The words of a name as written; a surface that stands for two words is written once.
fn surface(words: &[Word]) -> String {
    let mut written: Vec<&str> = words.iter().map(|word| word.surface.as_str()).collect();
    written.dedup();
    written.join(" ")
}
