//! A model as bytes, and back. Little-endian:
//!
//! ```text
//! "tanggap text\n" · format u32 · XXH3 of the rest u64
//! buckets u32, as a power of two (not in format 1: there were 2^15) · labels u32 · (length u32 · UTF-8) each
//! temperature, threshold, unseen rarity f64 · texts u64 · reliability: texts u64, five f64
//! scale f32 a label · used columns u32 · (column u32 · rarity f32 · weight i16 a label) each
//! ```
//!
//! Columns without any weight are left out. Floating-point numbers are their bits, so that what is read back is what was written.

use xxhash_rust::xxh3::xxh3_64;

use super::calibration::Reliability;
use super::error::ModelError;
use super::features::{Buckets, Rarity};
use super::model::{TextModel, means};

const MAGIC: &[u8] = b"tanggap text\n";
/// Format written; older ones are read as long as this file knows them.
const FORMAT: u32 = 2;
/// Power of two of the buckets in format 1.
const BITS_OF_FORMAT_1: u32 = 15;

impl TextModel {
    /// The bytes of the model's file.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let body = body(self);
        let mut bytes = MAGIC.to_vec();
        bytes.extend(FORMAT.to_le_bytes());
        bytes.extend(xxh3_64(&body).to_le_bytes());
        bytes.extend(body);
        bytes
    }

    /// Reads the bytes of a model's file.
    ///
    /// # Errors
    /// It is none, is of a later format, or is damaged; the text says what to do.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelError> {
        let mut reader = Reader(bytes.strip_prefix(MAGIC).ok_or(ModelError::NotAModel)?);
        let found = u32::from_le_bytes(reader.take()?);
        if found > FORMAT {
            return Err(ModelError::Later { found, known: FORMAT });
        }
        let checksum = u64::from_le_bytes(reader.take()?);
        if checksum != xxh3_64(reader.0) {
            return Err(ModelError::Damaged("its checksum does not fit"));
        }
        let bits = if found == 1 {
            BITS_OF_FORMAT_1
        } else {
            u32::from_le_bytes(reader.take()?)
        };
        let buckets = Buckets::of_bits(bits).ok_or(ModelError::Damaged("its number of buckets cannot be"))?;
        read_body(reader, checksum, buckets)
    }
}

/// Checksum of a model, in hexadecimal.
pub(super) fn version(model: &TextModel) -> String {
    named(xxh3_64(&body(model)))
}

fn named(checksum: u64) -> String {
    format!("{checksum:016x}")
}

fn body(model: &TextModel) -> Vec<u8> {
    let mut body = model.rarity.buckets.bits().to_le_bytes().to_vec();
    put_count(&mut body, model.labels.len());
    for label in &model.labels {
        put_count(&mut body, label.len());
        body.extend(label.as_bytes());
    }
    for number in [model.temperature, model.threshold] {
        body.extend(number.to_le_bytes());
    }
    body.extend(f64::from(model.rarity.unseen).to_le_bytes());
    body.extend(model.texts.to_le_bytes());
    let measured = &model.reliability;
    body.extend(measured.texts.to_le_bytes());
    for number in [
        measured.accuracy,
        measured.brier,
        measured.calibration_error,
        measured.answered,
        measured.precision,
    ] {
        body.extend(number.to_le_bytes());
    }
    for scale in &model.scales {
        body.extend(scale.to_le_bytes());
    }
    let columns: Vec<(usize, &[i16])> = model
        .weights
        .chunks(model.labels.len())
        .enumerate()
        .filter(|(_, weights)| weights.iter().any(|weight| *weight != 0))
        .collect();
    put_count(&mut body, columns.len());
    for (column, weights) in columns {
        put_count(&mut body, column);
        let rarity = model.rarity.of.get(column).copied().unwrap_or(1.0);
        body.extend(rarity.to_le_bytes());
        for weight in weights {
            body.extend(weight.to_le_bytes());
        }
    }
    body
}

fn put_count(body: &mut Vec<u8>, count: usize) {
    // Counts are of labels, their bytes and columns: never near the limit.
    body.extend(u32::try_from(count).unwrap_or(u32::MAX).to_le_bytes());
}

/// What is left to read.
struct Reader<'b>(&'b [u8]);

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], ModelError> {
        let (head, rest) = self.0.split_first_chunk::<N>().ok_or(ModelError::Damaged("it ends too early"))?;
        self.0 = rest;
        Ok(*head)
    }

    fn count(&mut self) -> Result<usize, ModelError> {
        Ok(u32::from_le_bytes(self.take()?) as usize)
    }

    fn number(&mut self) -> Result<f64, ModelError> {
        let number = f64::from_le_bytes(self.take()?);
        if number.is_finite() {
            Ok(number)
        } else {
            Err(ModelError::Damaged("a number is none"))
        }
    }

    fn text(&mut self) -> Result<String, ModelError> {
        let length = self.count()?;
        let (text, rest) = self.0.split_at_checked(length).ok_or(ModelError::Damaged("it ends too early"))?;
        self.0 = rest;
        String::from_utf8(text.to_vec()).map_err(|_| ModelError::Damaged("a label is no text"))
    }
}

/// Reads what the checksum stands for. What a wrong writer could have signed is refused, too.
fn read_body(mut reader: Reader<'_>, checksum: u64, buckets: Buckets) -> Result<TextModel, ModelError> {
    let count = reader.count()?;
    if !(2..=256).contains(&count) {
        return Err(ModelError::Damaged("its number of labels cannot be"));
    }
    let labels = (0..count).map(|_| reader.text()).collect::<Result<Vec<String>, _>>()?;
    let (temperature, threshold) = (reader.number()?, reader.number()?);
    if temperature <= 0.0 {
        return Err(ModelError::Damaged("its temperature cannot be"));
    }
    let unseen = narrow(reader.number()?);
    let texts = u64::from_le_bytes(reader.take()?);
    let reliability = Reliability {
        texts: u64::from_le_bytes(reader.take()?),
        accuracy: reader.number()?,
        brier: reader.number()?,
        calibration_error: reader.number()?,
        answered: reader.number()?,
        precision: reader.number()?,
    };
    let mut scales = Vec::with_capacity(count);
    for _ in 0..count {
        scales.push(f32::from_le_bytes(reader.take()?));
    }
    let mut rarity = vec![unseen; buckets.count()];
    let mut weights = vec![0_i16; buckets.columns() * count];
    for _ in 0..reader.count()? {
        let column = reader.count()?;
        if column >= buckets.columns() {
            return Err(ModelError::Damaged("a column cannot be"));
        }
        let own = f32::from_le_bytes(reader.take()?);
        if let Some(rarity) = rarity.get_mut(column) {
            *rarity = own;
        }
        for weight in &mut weights[column * count..(column + 1) * count] {
            *weight = i16::from_le_bytes(reader.take()?);
        }
    }
    if !reader.0.is_empty() {
        return Err(ModelError::Damaged("something follows its end"));
    }
    Ok(TextModel {
        labels,
        temperature,
        threshold,
        texts,
        reliability,
        rarity: Rarity {
            buckets,
            of: rarity,
            unseen,
        },
        means: means(&weights, &scales),
        scales,
        weights,
        version: named(checksum),
    })
}

/// A number that was an `f32` when it was written.
#[expect(clippy::cast_possible_truncation, reason = "it was widened to be written")]
fn narrow(number: f64) -> f32 {
    number as f32
}

#[cfg(test)]
mod tests {
    use super::super::{Example, TrainSettings};
    use super::{BITS_OF_FORMAT_1, FORMAT, MAGIC, ModelError, TextModel, xxh3_64};

    fn examples() -> Vec<Example> {
        let words = ["air", "kali", "hujan", "lampu", "tiang", "gelap"];
        let example =
            |(place, word): (usize, &&str)| Example::new(format!("{word} parah"), if place < 3 { "banjir" } else { "lampu" }.to_owned());
        words.iter().enumerate().map(example).collect()
    }

    fn model() -> TextModel {
        TextModel::train(&examples(), &TrainSettings::default()).unwrap()
    }

    #[test]
    fn what_is_read_back_reads_as_what_was_written_and_has_the_same_bytes() {
        let written = model();
        let bytes = written.to_bytes();
        let read = TextModel::from_bytes(&bytes).unwrap();
        assert_eq!(read.to_bytes(), bytes);
        assert_eq!(read.version(), written.version());
        for text in ["hujan dan kali meluap", "gelap", "kata yang tidak dikenal", ""] {
            assert_eq!(read.read(text), written.read(text), "{text}");
        }
    }

    #[test]
    fn a_file_with_any_byte_changed_or_missing_is_refused() {
        let bytes = model().to_bytes();
        for place in (0..bytes.len())
            .step_by(97)
            .chain([0, MAGIC.len(), MAGIC.len() + 4, bytes.len() - 1])
        {
            let mut harmed = bytes.clone();
            harmed[place] ^= 0x40;
            assert!(TextModel::from_bytes(&harmed).is_err(), "byte {place}");
            assert!(TextModel::from_bytes(&bytes[..place]).is_err(), "{place} bytes");
        }
        let mut longer = bytes;
        longer.push(0);
        assert!(matches!(TextModel::from_bytes(&longer), Err(ModelError::Damaged(_))));
    }

    #[test]
    fn a_file_of_format_1_reads_as_it_did() {
        let now = TextModel::train(
            &examples(),
            &TrainSettings {
                bits: BITS_OF_FORMAT_1,
                ..TrainSettings::default()
            },
        )
        .unwrap();
        let bytes = now.to_bytes();
        // Before the body stand the name, the format and the checksum; the body of format 1 lacked the buckets.
        let former_body = &bytes[MAGIC.len() + 16..];
        let mut former = MAGIC.to_vec();
        former.extend(1_u32.to_le_bytes());
        former.extend(xxh3_64(former_body).to_le_bytes());
        former.extend(former_body);
        let read = TextModel::from_bytes(&former).unwrap();
        for text in ["hujan dan kali meluap", "gelap", ""] {
            assert_eq!(read.read(text), now.read(text), "{text}");
        }
    }

    #[test]
    fn a_later_format_and_another_file_are_told_apart_from_damage() {
        let mut later = model().to_bytes();
        later[MAGIC.len()] = 9;
        assert_eq!(TextModel::from_bytes(&later), Err(ModelError::Later { found: 9, known: FORMAT }));
        assert_eq!(TextModel::from_bytes(b"text,label\n"), Err(ModelError::NotAModel));
        assert_eq!(TextModel::from_bytes(b""), Err(ModelError::NotAModel));
    }
}
