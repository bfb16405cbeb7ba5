//! The shipped model: trained at first use on sentences of our own, so no weights are in the repository and everybody can read what it
//! knows. `docs/model-card.md` says what it was measured to do and what it cannot.

use std::sync::LazyLock;

use super::model::TextModel;
use super::sentences::generate;
use super::training::{Example, TrainSettings};

/// The patterns the sentences are made from.
pub(super) const SENTENCES: &str = include_str!("../../data/text/sentences.toml");
/// Seed of the sentences.
const SEED: u64 = 2024;
/// Share of answers right on patterns never seen. Lower than for examples of people's own: a pattern held out takes its words along,
/// which is harder than a real text is.
const PRECISION: f64 = 0.8;

static BUILTIN: LazyLock<TextModel> = LazyLock::new(|| {
    // As many buckets as a stream's processor keeps near; chosen with the cost on held-out patterns.
    let settings = TrainSettings {
        precision: PRECISION,
        epochs: 8,
        cost: 20.0,
        // How many sentences a label has says nothing of how rare it is: the patterns are as many as we wrote.
        balance: 0.0,
        bits: 15,
        ..TrainSettings::default()
    };
    TextModel::train(&TextModel::builtin_examples(), &settings).expect("the shipped patterns are trained by a test")
});

impl TextModel {
    /// The model the project ships; its labels are a kind, with a category where the kind has one (`complaint/banjir`, `question`), or
    /// `none/…`. The first call trains it, which takes about a second; later ones cost nothing.
    ///
    /// # Panics
    /// Never: what it is trained on is part of the program, and tests train it.
    #[must_use]
    pub fn builtin() -> &'static Self {
        &BUILTIN
    }

    /// The sentences the shipped model is trained on: a ground for a model of people's own ([`Self::train_upon`]).
    ///
    /// # Panics
    /// Never: the patterns are part of the program, and tests read them.
    #[must_use]
    pub fn builtin_examples() -> Vec<Example> {
        generate(SENTENCES, SEED).expect("the shipped patterns are read by a test")
    }
}

#[cfg(test)]
mod tests {
    use super::TextModel;
    use crate::event::{Category, Kind};
    use crate::text::Verdict;

    /// Written for this test; none is an instance of a shipped pattern.
    const COMPLAINTS: [(&str, &str); 12] = [
        (
            "Pak tolong, air selokan meluap masuk ke teras, sekarang sudah semata kaki",
            "banjir",
        ),
        ("udah 5 hari sampah ga diangkut2 di gang mawar, baunya minta ampun", "sampah"),
        ("jalanan depan smp 12 banyak lobang, tadi ada ibu2 jatoh dari motor", "jalan_rusak"),
        ("mobil2 parkir seenaknya di pinggir jalan sampe ga bisa lewat", "parkir_liar"),
        ("lampu jalan di jembatan mati total gelap bgt kalo malem", "penerangan_jalan"),
        ("macet parah bgt dari jam 5 sore ga gerak sama sekali di perempatan", "kemacetan"),
        ("ada pohon gede mau roboh ke kabel, tolong dipangkas", "pohon_tumbang"),
        ("pedagang kaki lima menuhin trotoar, pejalan kaki jadi turun ke jalan", "pkl_liar"),
        (
            "ktp saya udah 4 bulan belum jadi di kelurahan, tiap dateng disuruh balik lagi",
            "layanan_administrasi",
        ),
        ("motor adik saya dicuri maling tadi malam di kontrakan", "kriminal"),
        ("pengemis sama pengamen maksa minta duit di lampu merah", "pengemis"),
        (
            "kabel internet menjuntai rendah di tengah jalan, bahaya buat pengendara motor",
            "bahaya_jalan",
        ),
    ];

    const OTHERS: [&str; 6] = [
        "Pemprov DKI resmikan rumah pompa baru untuk kurangi banjir di Jakarta Utara",
        "hatiku banjir karena kamu wkwk",
        "Sampaikan aduanmu melalui kanal resmi SP4N LAPOR! #pelayananpublik",
        "kak mau tanya, syarat bikin kartu keluarga baru apa saja ya?",
        "terima kasih banyak pasukan oranye, jalan depan rumah sudah bersih lagi",
        "nonton konser tadi malam seru banget, semangat pagi semuanya",
    ];

    #[test]
    fn complaints_in_the_language_of_the_street_get_their_category() {
        let model = TextModel::builtin();
        let mut right = 0;
        for (text, category) in COMPLAINTS {
            let reading = model.read(text);
            let own = reading.label.split('/').next_back().unwrap_or_default();
            assert!(
                reading.label.starts_with("complaint/") || reading.label.starts_with("emergency/"),
                "{text}: {}",
                reading.label
            );
            right += usize::from(own == category);
            assert!(!reading.words.is_empty(), "{text}");
        }
        assert!(right >= 11, "{right} of {}", COMPLAINTS.len());
    }

    #[test]
    fn news_jokes_announcements_questions_and_praise_are_no_complaints() {
        for text in OTHERS {
            let understood = TextModel::builtin().understand(text);
            assert!(understood.complaint_probability < 0.5, "{text}: {understood:?}");
            assert!(
                !matches!(understood.verdict, Verdict::Report(Kind::Complaint | Kind::Emergency)),
                "{text}"
            );
        }
    }

    #[test]
    fn a_complaint_is_understood_with_the_words_that_say_so() {
        let understood = TextModel::builtin().understand("lampu jalan depan rumah mati sudah seminggu, gelap sekali, mohon diperbaiki");
        assert_eq!(understood.verdict, Verdict::Report(Kind::Complaint));
        assert_eq!(understood.category, Some(Category::PeneranganJalan));
        let words: Vec<&str> = understood.words.iter().map(|word| word.word.as_str()).collect();
        assert!(words.contains(&"lampu"), "{words:?}");
    }

    #[test]
    fn the_gist_of_a_text_is_what_it_is_understood_as() {
        let model = TextModel::builtin();
        assert!(model.speaks_of_reports());
        let complaints = COMPLAINTS.iter().map(|(text, _)| *text);
        for text in complaints.chain(OTHERS).chain(["", "@DKIJakarta", "halo", "banjir"]) {
            let (gist, understood) = (model.gist(text), model.understand(text));
            assert_eq!((gist.verdict, gist.category), (understood.verdict, understood.category), "{text}");
        }
        assert_eq!(model.gist("@DKIJakarta https://t.co/x").verdict, Verdict::Unsure);
    }

    #[test]
    fn its_probabilities_hold_on_patterns_it_has_not_seen_and_its_file_is_small() {
        let model = TextModel::builtin();
        let measured = model.reliability();
        assert!(measured.calibration_error < 0.12, "{measured:?}");
        assert!(measured.precision >= 0.8 && measured.answered > 0.25, "{measured:?}");
        let bytes = model.to_bytes();
        assert!(bytes.len() < 2_000_000, "{} bytes", bytes.len());
        assert_eq!(TextModel::from_bytes(&bytes).unwrap().version(), model.version());
    }
}
