//! A photo as it comes in: checked, seen, and made anew without what its file tells of people. Enters a JPEG or a PNG, leaves a JPEG of the
//! same picture, upright and of a size people look at, its look, and when it was taken.

use std::io::Cursor;

use exif::{DateTime, Exif, In, Reader, Tag, Value};
use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, RgbImage};
use jiff::civil;
use jiff::tz::Offset;

use super::look::look;

/// Largest file that is looked at, bytes.
pub(crate) const MOST_BYTES: usize = 8 << 20;
/// Longest side that is decoded, squares. A telephone's panorama has 12,000.
const MOST_SIDE: u32 = 12_000;
/// Largest picture that is decoded, bytes of its squares: 40 million in colour. A file of 8 MB can claim thousands of times more.
const MOST_DECODED: u64 = 120 << 20;
/// Longest side that is kept, squares.
const KEPT_SIDE: u32 = 2_560;
/// Quality of the JPEG that is kept, 1 to 100.
const QUALITY: u8 = 85;
/// The same of a smaller one of it, for lists on slow lines.
const SMALL_QUALITY: u8 = 75;

/// A photo that can be kept.
#[derive(Debug)]
pub(super) struct Picture {
    /// A JPEG without metadata.
    pub(super) jpeg: Vec<u8>,
    /// Its perceptual hash, of the picture as it came in.
    pub(super) look: u64,
    /// When it was taken, as its file says, µs since epoch UTC.
    pub(super) taken_us: Option<i64>,
}

/// Why a file is no photo for us.
#[derive(Debug)]
pub(crate) enum Unfit {
    /// Neither of the two formats, whatever it calls itself.
    Format,
    /// Too many squares.
    TooLarge,
    /// It does not decode; why.
    Broken(String),
}

impl Unfit {
    /// In words.
    pub(crate) fn says(&self) -> String {
        match self {
            Self::Format => "the file is neither a JPEG nor a PNG".to_owned(),
            Self::TooLarge => format!("the picture is too large: at most {MOST_SIDE} squares a side and 40 million in all"),
            Self::Broken(why) => format!("the file is broken: {why}"),
        }
    }
}

impl Picture {
    /// Looks at a file; times it gives without a zone lie `zone_s` seconds east of UTC.
    ///
    /// Cost: some tenths of a second and some hundred MB for the largest.
    ///
    /// # Errors
    /// It is no photo for us.
    pub(super) fn of(file: &[u8], zone_s: i32) -> Result<Self, Unfit> {
        let format = image::guess_format(file).map_err(|_| Unfit::Format)?;
        if !matches!(format, ImageFormat::Jpeg | ImageFormat::Png) {
            return Err(Unfit::Format);
        }
        let mut reader = ImageReader::with_format(Cursor::new(file), format);
        let mut limits = Limits::no_limits();
        limits.max_image_width = Some(MOST_SIDE);
        limits.max_image_height = Some(MOST_SIDE);
        limits.max_alloc = Some(2 * MOST_DECODED);
        reader.limits(limits);
        let mut decoder = reader.into_decoder().map_err(unfit)?;
        // Before any square of it is decoded.
        // Whatever it has, it is in three colours before it is made smaller.
        let (width, height) = decoder.dimensions();
        if decoder.total_bytes().max(3 * u64::from(width) * u64::from(height)) > MOST_DECODED {
            return Err(Unfit::TooLarge);
        }
        let told = decoder.exif_metadata().ok().flatten();
        let upright = decoder.orientation().unwrap_or(Orientation::NoTransforms);
        let mut whole = DynamicImage::from_decoder(decoder).map_err(unfit)?;
        whole.apply_orientation(upright);
        let mut squares = whole.into_rgb8();
        let look = look(squares.as_raw(), squares.width() as usize);
        if squares.width().max(squares.height()) > KEPT_SIDE {
            squares = DynamicImage::from(squares)
                .resize(KEPT_SIDE, KEPT_SIDE, FilterType::Triangle)
                .into_rgb8();
        }
        let jpeg = written(&squares, QUALITY)?;
        let taken_us = told
            .and_then(|told| Reader::new().read_raw(told).ok())
            .and_then(|told| taken(&told, zone_s));
        Ok(Self { jpeg, look, taken_us })
    }
}

/// A JPEG of the picture of a JPEG of ours, at most `side` squares a side and never larger than it was.
///
/// Cost: some tens of milliseconds and some 20 MB for the largest we keep.
///
/// # Errors
/// It is no JPEG of ours.
pub(super) fn smaller(jpeg: &[u8], side: u32) -> Result<Vec<u8>, Unfit> {
    let mut reader = ImageReader::with_format(Cursor::new(jpeg), ImageFormat::Jpeg);
    let mut limits = Limits::no_limits();
    limits.max_image_width = Some(KEPT_SIDE);
    limits.max_image_height = Some(KEPT_SIDE);
    reader.limits(limits);
    let whole = reader.decode().map_err(unfit)?;
    let small = if whole.width().max(whole.height()) > side {
        whole.resize(side, side, FilterType::Triangle)
    } else {
        whole
    };
    written(&small.into_rgb8(), SMALL_QUALITY)
}

fn written(squares: &RgbImage, quality: u8) -> Result<Vec<u8>, Unfit> {
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, quality)
        .encode_image(squares)
        .map_err(unfit)?;
    Ok(jpeg)
}

fn unfit(error: ImageError) -> Unfit {
    match error {
        ImageError::Limits(_) => Unfit::TooLarge,
        other => Unfit::Broken(other.to_string()),
    }
}

/// When the shutter opened: `DateTimeOriginal`, with `OffsetTimeOriginal` where the camera knew it.
fn taken(told: &Exif, zone_s: i32) -> Option<i64> {
    let text = |tag: Tag| match &told.get_field(tag, In::PRIMARY)?.value {
        Value::Ascii(texts) => texts.first(),
        _ => None,
    };
    let mut time = DateTime::from_ascii(text(Tag::DateTimeOriginal)?).ok()?;
    if let Some(offset) = text(Tag::OffsetTimeOriginal) {
        // A blank offset is no offset.
        drop(time.parse_offset(offset));
    }
    let small = |number: u8| i8::try_from(number).ok();
    let local = civil::DateTime::new(
        i16::try_from(time.year).ok()?,
        small(time.month)?,
        small(time.day)?,
        small(time.hour)?,
        small(time.minute)?,
        small(time.second)?,
        0,
    )
    .ok()?;
    let seconds = time.offset.map_or(zone_s, |minutes| 60 * i32::from(minutes));
    let moment = Offset::from_seconds(seconds).ok()?.to_timestamp(local).ok()?;
    Some(moment.as_microsecond())
}

#[cfg(test)]
pub(super) mod tests {
    use std::io::Cursor;

    use exif::experimental::Writer;
    use exif::{Field, In, Tag, Value};
    use image::{ImageFormat, ImageReader, Rgb, RgbImage};

    use super::{KEPT_SIDE, MOST_SIDE, Picture, Unfit};

    const JAKARTA_S: i32 = 25_200;

    /// A picture that grows brighter and darker everywhere, so that its look does not hang on a single square.
    pub(crate) fn drawn(width: u32, height: u32) -> RgbImage {
        RgbImage::from_fn(width, height, |x, y| {
            let wave = (x * 1_020 / width) % 510;
            let bright = u8::try_from(wave.abs_diff(255) * (height + y) / (2 * height)).unwrap_or(u8::MAX);
            Rgb([bright, bright / 2, 255 - bright])
        })
    }

    pub(crate) fn file(picture: &RgbImage, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    /// A JPEG with an Exif segment of these fields after its first two bytes.
    fn told(jpeg: &[u8], fields: &[Field]) -> Vec<u8> {
        let mut writer = Writer::new();
        for field in fields {
            writer.push_field(field);
        }
        let mut exif = Cursor::new(Vec::new());
        writer.write(&mut exif, false).unwrap();
        let exif = exif.into_inner();
        let mut bytes = jpeg[..2].to_vec();
        bytes.extend([0xff, 0xe1]);
        bytes.extend(u16::try_from(exif.len() + 8).unwrap().to_be_bytes());
        bytes.extend(b"Exif\0\0");
        bytes.extend(exif);
        bytes.extend(&jpeg[2..]);
        bytes
    }

    fn text(tag: Tag, value: &str) -> Field {
        Field {
            tag,
            ifd_num: In::PRIMARY,
            value: Value::Ascii(vec![value.as_bytes().to_vec()]),
        }
    }

    #[test]
    fn a_photo_tells_when_it_was_taken_and_keeps_nothing_else_of_its_file() {
        let jpeg = file(&drawn(90, 60), ImageFormat::Jpeg);
        let taken = text(Tag::DateTimeOriginal, "2026:01:15 14:03:00");
        let camera = text(Tag::Artist, "Siti Rahayu");
        let known = Picture::of(&told(&jpeg, &[taken.clone(), camera.clone()]), JAKARTA_S).unwrap();
        // 2026-01-15 14:03 in Jakarta.
        assert_eq!(known.taken_us, Some(1_768_460_580_000_000));
        assert!(!known.jpeg.windows(4).any(|bytes| bytes == b"Exif" || bytes == b"Siti"));
        let offset = text(Tag::OffsetTimeOriginal, "+08:00");
        let east = Picture::of(&told(&jpeg, &[taken, offset, camera]), JAKARTA_S).unwrap();
        assert_eq!(east.taken_us, Some(1_768_460_580_000_000 - 3_600_000_000));
        let plain = Picture::of(&jpeg, JAKARTA_S).unwrap();
        assert_eq!((plain.taken_us, plain.look), (None, known.look));
        let nonsense = told(&jpeg, &[text(Tag::DateTimeOriginal, "2026:13:45 99:99:99")]);
        assert_eq!(Picture::of(&nonsense, JAKARTA_S).unwrap().taken_us, None);
    }

    #[test]
    fn a_photo_is_kept_upright() {
        let jpeg = file(&drawn(90, 60), ImageFormat::Jpeg);
        let turned = Field {
            tag: Tag::Orientation,
            ifd_num: In::PRIMARY,
            value: Value::Short(vec![6]),
        };
        let kept = Picture::of(&told(&jpeg, &[turned]), 0).unwrap();
        let size = ImageReader::with_format(Cursor::new(kept.jpeg), ImageFormat::Jpeg).into_dimensions();
        assert_eq!(size.unwrap(), (60, 90));
    }

    #[test]
    fn a_png_is_kept_as_a_jpeg_that_looks_alike_and_a_large_one_smaller() {
        let drawing = drawn(3_000, 400);
        let png = Picture::of(&file(&drawing, ImageFormat::Png), 0).unwrap();
        let kept = Picture::of(&png.jpeg, 0).unwrap();
        assert!((png.look ^ kept.look).count_ones() <= 2, "{:016x} {:016x}", png.look, kept.look);
        let size = ImageReader::with_format(Cursor::new(png.jpeg), ImageFormat::Jpeg).into_dimensions();
        assert_eq!(size.unwrap().0, KEPT_SIDE);
    }

    #[test]
    fn what_is_no_photo_is_refused_before_it_costs_anything() {
        let png = file(&drawn(40, 30), ImageFormat::Png);
        assert!(matches!(Picture::of(b"GIF89a, or so it says", 0), Err(Unfit::Format)));
        assert!(matches!(Picture::of(b"", 0), Err(Unfit::Format)));
        assert!(matches!(Picture::of(&png[..40], 0), Err(Unfit::Broken(_))));
        // It claims to be as wide as a street is long: the width is the first number after the chunk's name, with its checksum behind.
        // The last is grey, and would be three times as large in colour.
        for (width, height, colour) in [(MOST_SIDE + 1, 1, 2), (MOST_SIDE, MOST_SIDE, 2), (8_000, 6_000, 0)] {
            let mut bomb = png.clone();
            bomb[16..20].copy_from_slice(&width.to_be_bytes());
            bomb[20..24].copy_from_slice(&height.to_be_bytes());
            bomb[25] = colour;
            let checksum = crc(&bomb[12..29]);
            bomb[29..33].copy_from_slice(&checksum.to_be_bytes());
            let found = Picture::of(&bomb, 0);
            assert!(matches!(found, Err(Unfit::TooLarge)), "{width} x {height}: {found:?}");
        }
    }

    /// CRC-32 of PNG (ISO 3309), bit by bit.
    fn crc(bytes: &[u8]) -> u32 {
        let mut sum = u32::MAX;
        for byte in bytes {
            sum ^= u32::from(*byte);
            for _ in 0..8 {
                sum = (sum >> 1) ^ if sum & 1 == 1 { 0xedb8_8320 } else { 0 };
            }
        }
        !sum
    }
}
