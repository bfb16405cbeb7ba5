//! Tweets about the city: filtered-stream lines, bare v2 tweets and v1.1 objects; few with a point, some with a place, most with
//! neither but a name in the text.

use super::chance::{Chance, Weighted};
use super::flaw::Flaw;
use super::ground::{Ground, Point};
use super::line::Line;
use super::vocabulary::SUBJECTS;

/// Around the words of what it is about and where.
const TEMPLATES: [(&str, &str, &str); 8] = [
    ("", " parah di ", " dari tadi pagi, ada yang tahu kenapa?"),
    ("Tolong dong min, ", " di ", " udah berhari-hari ga ditangani"),
    ("lapor ", " lagi di daerah ", " 😡 @DKIJakarta"),
    ("Hati-hati yang lewat, ada ", " dekat ", ""),
    ("Pagi ini ", " di kelurahan ", " bikin telat semua"),
    ("Info: ", " sekitar ", ", cari jalan lain"),
    ("", " terus tiap hari di ", ", capek deh"),
    ("@petugas tolong cek ", " depan kantor lurah ", ". Terima kasih"),
];
/// Talk that is about nothing the city must do.
const CHATTER: [&str; 4] = [
    "Selamat pagi Jakarta, semoga harinya menyenangkan",
    "Akhirnya libur juga minggu depan",
    "Konser semalam seru banget \u{1f389}",
    "Ada rekomendasi tempat makan enak ga?",
];

/// The people who tweet.
#[derive(Debug)]
pub(super) struct Talk {
    chance: Chance,
    subjects: Weighted,
    next_id: u64,
}

impl Talk {
    pub(super) fn new(chance: Chance) -> Self {
        Self {
            chance,
            // Drivers and flood victims tweet more than they file reports.
            subjects: Weighted::new(SUBJECTS.iter().map(|subject| match subject.word {
                "macet" => 500.0,
                "banjir" => 200.0,
                _ => subject.weight,
            })),
            next_id: 2_007_800_000_000_000_000,
        }
    }

    /// Writes one tweet of `created` and gives its id.
    pub(super) fn tweet(&mut self, ground: &Ground, created: i64, flaw: Flaw, line: &mut Line) -> u64 {
        self.next_id += 1 + self.chance.below(4_000_000);
        match self.chance.below(100) {
            0..12 => self.version_1(ground, created, flaw, line),
            12..22 => self.version_2(ground, created, flaw, line),
            _ => {
                line.raw("{\"data\":");
                let (author, tag) = self.version_2(ground, created, flaw, line);
                line.raw(",\"includes\":{\"users\":[{\"id\":\"")
                    .unsigned(author)
                    .raw("\",\"username\":\"warga_")
                    .unsigned(author);
                line.raw("\",\"name\":\"Warga ")
                    .unsigned(author)
                    .raw("\"}]},\"matching_rules\":[{\"id\":\"1734567890123456789\",\"tag\":\"");
                line.raw(tag).raw("\"}]}");
                (author, tag)
            }
        };
        self.next_id
    }

    /// Writes one bare tweet about this word, of `created` and from this point of a place, and gives its id.
    pub(super) fn tweet_from(
        &mut self,
        ground: &Ground,
        (place, at): (usize, Point),
        word: &str,
        created: i64,
        flaw: Flaw,
        line: &mut Line,
    ) -> u64 {
        self.next_id += 1 + self.chance.below(4_000_000);
        let author = self.author();
        line.raw("{");
        if flaw != Flaw::NoId {
            line.raw("\"id\":\"").unsigned(self.next_id).raw("\",");
        }
        line.raw("\"author_id\":\"").unsigned(author).raw("\",");
        if flaw != Flaw::NoTime {
            line.raw("\"created_at\":\"").utc_millis(created).raw("\",");
        }
        let (before, between, after) = *self.chance.pick(&TEMPLATES);
        line.raw("\"text\":\"")
            .raw(before)
            .raw(word)
            .raw(between)
            .raw(&ground.site(place).name)
            .raw(after);
        line.raw("\",\"lang\":\"in\",\"geo\":{\"coordinates\":{\"type\":\"Point\",\"coordinates\":[");
        line.millionths(at.0).raw(",").millionths(at.1).raw("]}}}");
        self.next_id
    }

    fn version_2(&mut self, ground: &Ground, created: i64, flaw: Flaw, line: &mut Line) -> (u64, &'static str) {
        let place = ground.draw(&mut self.chance);
        let author = self.author();
        line.raw("{");
        if flaw != Flaw::NoId {
            line.raw("\"id\":\"").unsigned(self.next_id).raw("\",");
        }
        line.raw("\"author_id\":\"").unsigned(author).raw("\",");
        if flaw != Flaw::NoTime {
            line.raw("\"created_at\":\"").utc_millis(created).raw("\",");
        }
        line.raw("\"text\":\"");
        let tag = self.text(ground, place, line);
        line.raw("\",\"lang\":\"in\"");
        match self.chance.below(100) {
            0..8 => {
                let (east, north) = ground.stand(place, &mut self.chance);
                line.raw(",\"geo\":{\"coordinates\":{\"type\":\"Point\",\"coordinates\":[")
                    .millionths(east)
                    .raw(",")
                    .millionths(north);
                line.raw("]}}");
            }
            8..23 => {
                line.raw(",\"geo\":{\"place_id\":\"")
                    .hex(0x00b4_3f9a_0000_0000 + place as u64, 16)
                    .raw("\"}");
            }
            _ => {}
        }
        let likes = self.chance.below(30);
        line.raw(",\"public_metrics\":{\"retweet_count\":")
            .unsigned(likes / 5)
            .raw(",\"reply_count\":")
            .unsigned(likes / 7);
        line.raw(",\"like_count\":")
            .unsigned(likes)
            .raw(",\"quote_count\":0},\"possibly_sensitive\":false}");
        (author, tag)
    }

    fn version_1(&mut self, ground: &Ground, created: i64, flaw: Flaw, line: &mut Line) -> (u64, &'static str) {
        let place = ground.draw(&mut self.chance);
        let author = self.author();
        line.raw("{");
        if flaw != Flaw::NoTime {
            line.raw("\"created_at\":\"").twitter_v1(created).raw("\",");
        }
        if flaw != Flaw::NoId {
            line.raw("\"id\":")
                .unsigned(self.next_id)
                .raw(",\"id_str\":\"")
                .unsigned(self.next_id)
                .raw("\",");
        }
        line.raw(if self.chance.happens(0.5) {
            "\"full_text\":\""
        } else {
            "\"text\":\""
        });
        let tag = self.text(ground, place, line);
        line.raw("\",\"truncated\":false,\"user\":{\"id\":")
            .unsigned(author)
            .raw(",\"id_str\":\"")
            .unsigned(author);
        line.raw("\",\"screen_name\":\"warga_")
            .unsigned(author)
            .raw("\",\"location\":\"Jakarta\"},\"geo\":null,\"coordinates\":");
        if self.chance.happens(0.1) {
            let (east, north) = ground.stand(place, &mut self.chance);
            line.raw("{\"type\":\"Point\",\"coordinates\":[")
                .millionths(east)
                .raw(",")
                .millionths(north)
                .raw("]}");
        } else {
            line.raw("null");
        }
        line.raw(",\"place\":null,\"retweet_count\":0,\"favorite_count\":1,\"lang\":\"in\"}");
        (author, tag)
    }

    fn author(&mut self) -> u64 {
        100_000_000 + self.chance.below(60_000)
    }

    fn text(&mut self, ground: &Ground, place: usize, line: &mut Line) -> &'static str {
        if self.chance.happens(0.2) {
            let chatter: &str = CHATTER[self.chance.index(CHATTER.len())];
            line.raw(chatter);
            return "jakarta";
        }
        let word = SUBJECTS[self.subjects.draw(&mut self.chance)].word;
        let (before, between, after) = *self.chance.pick(&TEMPLATES);
        let place = if self.chance.happens(0.6) {
            ground.site(place).name.as_str()
        } else {
            "sini"
        };
        line.raw(before).raw(word).raw(between).raw(place).raw(after);
        word
    }
}
