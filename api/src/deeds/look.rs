//! What a picture looks like, in 64 bits: the difference hash of N. Krawetz ("Kind of Like That", 2013) as Python's `imagehash.dhash` has it,
//! bit for bit, so that photos hashed here and by a city's other programs can be compared. Two that differ in few bits look alike.
//!
//! The picture is made grey (ITU-R 601-2 in 16-bit fixed point), shrunk to 9 × 8 with a Lanczos filter in two passes of 8-bit results,
//! and each bit says whether a square is brighter than the one to its left: row by row, the first one highest.

use std::f64::consts::PI;

/// Squares in a row, and rows.
const WIDE: usize = 9;
const HIGH: usize = 8;
/// The filter's reach, in squares of the result.
const REACH: f64 = 3.0;
/// Bits behind the point of a weight.
const POINT: u32 = 22;

/// The look of a picture of `width` columns, three bytes a square, row by row. A picture without squares looks like nothing: 0.
#[must_use]
pub(crate) fn look(rgb: &[u8], width: usize) -> u64 {
    if width == 0 || rgb.len() < 3 * width {
        return 0;
    }
    let grey: Vec<u8> = rgb.chunks_exact(3).map(grey).collect();
    let rows: Vec<&[u8]> = grey.chunks_exact(width).collect();
    let across = Weights::of(width, WIDE);
    let narrow: Vec<Vec<u8>> = rows.iter().map(|row| across.apply(row)).collect();
    let down = Weights::of(narrow.len(), HIGH);
    let columns: Vec<Vec<u8>> = (0..WIDE)
        .map(|column| {
            let whole: Vec<u8> = narrow.iter().map(|row| row[column]).collect();
            down.apply(&whole)
        })
        .collect();
    let mut bits = 0;
    for row in 0..HIGH {
        for pair in columns.windows(2) {
            bits = (bits << 1) | u64::from(pair[1][row] > pair[0][row]);
        }
    }
    bits
}

fn grey(square: &[u8]) -> u8 {
    let [red, green, blue] = [0, 1, 2].map(|channel| u32::from(square[channel]));
    let grey = (red * 19_595 + green * 38_470 + blue * 7_471 + 0x8000) >> 16;
    u8::try_from(grey).unwrap_or(u8::MAX)
}

/// What each square of a shorter line is made of: where it begins in the longer one, and its weights.
struct Weights {
    /// Of lines as long as the result, nothing is to be done.
    same: bool,
    parts: Vec<(usize, Vec<i64>)>,
}

impl Weights {
    fn of(from: usize, to: usize) -> Self {
        let parts = (0..to).map(|place| part(from, to, place)).collect();
        Self { same: from == to, parts }
    }

    fn apply(&self, line: &[u8]) -> Vec<u8> {
        if self.same {
            return line.to_vec();
        }
        self.parts
            .iter()
            .map(|(start, weights)| {
                let products = weights
                    .iter()
                    .zip(&line[*start..])
                    .map(|(weight, value)| weight * i64::from(*value));
                let sum = (1 << (POINT - 1)) + products.sum::<i64>();
                u8::try_from((sum >> POINT).clamp(0, 255)).unwrap_or(u8::MAX)
            })
            .collect()
    }
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a picture has fewer than 2^53 columns, and what is cut off is at least 0"
)]
fn part(from: usize, to: usize, place: usize) -> (usize, Vec<i64>) {
    let scale = from as f64 / to as f64;
    // A line that grows is not smoothed.
    let stretch = scale.max(1.0);
    let centre = (place as f64 + 0.5) * scale;
    let start = (centre - REACH * stretch + 0.5).max(0.0) as usize;
    let end = ((centre + REACH * stretch + 0.5) as usize).min(from);
    let weights: Vec<f64> = (start..end)
        .map(|column| lanczos((column as f64 - centre + 0.5) / stretch))
        .collect();
    let sum: f64 = weights.iter().sum();
    let whole = f64::from(1_u32 << POINT);
    (start, weights.iter().map(|weight| (weight / sum * whole).round() as i64).collect())
}

fn lanczos(x: f64) -> f64 {
    if (-REACH..REACH).contains(&x) {
        sinc(x) * sinc(x / REACH)
    } else {
        0.0
    }
}

fn sinc(x: f64) -> f64 {
    if x == 0.0 { 1.0 } else { (x * PI).sin() / (x * PI) }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::look;

    /// By another package: `photo_oracle.py` in the folder of the table.
    const EXPECTED: &str = include_str!("../../../tests/oracle/photo_expected.json");

    /// The pictures of the oracle, drawn by the same whole numbers.
    fn draw(name: &str, width: u32, height: u32) -> Vec<u8> {
        let mut state = 1_u32;
        let mut picture = Vec::new();
        for y in 0..height {
            for x in 0..width {
                // Numerical Recipes' generator: bits that look like chance, the same in both languages.
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let noise = state >> 24;
                let (dx, dy) = (x.abs_diff(width / 3), y.abs_diff(height / 2));
                let square = match name {
                    "slope" => [x * 255 / width, y * 255 / height, (x + y) * 127 / (width + height)],
                    "noise" => [noise, 255 - noise, noise / 2],
                    "disc" if dx * dx + dy * dy < width * height / 16 => [230, 40, 40],
                    "disc" => [30, 90, 160],
                    "checks" if (x * 5 / width + y * 3 / height).is_multiple_of(2) => [250, 250, 240],
                    "checks" => [10, 10, 20],
                    "road" => [(x * x + y * 7) % 256, (x * 3 + y * y) % 256, (x + noise) % 256],
                    _ => [128; 3],
                };
                picture.extend(square.map(|channel| u8::try_from(channel).unwrap()));
            }
        }
        picture
    }

    #[test]
    fn pictures_look_as_imagehash_says() {
        let table: Value = serde_json::from_str(EXPECTED).unwrap();
        let rows = table["pictures"].as_array().unwrap();
        assert!(rows.len() >= 20);
        for row in rows {
            let side = |name: &str| u32::try_from(row[name].as_u64().unwrap()).unwrap();
            let (name, width, height) = (row["name"].as_str().unwrap(), side("width"), side("height"));
            let found = format!("{:016x}", look(&draw(name, width, height), width as usize));
            assert_eq!(found, row["dhash"].as_str().unwrap(), "{name} {width} x {height}");
        }
    }

    #[test]
    fn no_picture_looks_like_nothing() {
        assert_eq!(look(&[], 0), 0);
        assert_eq!(look(&[], 5), 0);
        assert_eq!(look(&[1, 2], 1), 0);
    }
}
