//! Who reads the texts of a stream: a model says what a text is, names say where it speaks of. Enters a text; leaves its kind, category and
//! the kelurahan it names for sure, and nothing else: no word of it gets past the decoder. Where terms are kept ([`TextReader::keeping_terms`]) of a
//! tweet the words it is about get past it, without order and without what may be a person, with the kota it names.
//!
//! What a tweet and a formal channel make of the same reading differs, since who writes to a complaint channel wants to be heard:
//!
//! ```text
//! the model says     a tweet is                         a report of a mapped channel is
//! a kind, for sure   of that kind                       of that kind
//! no report          of no kind, marked `no_report`     a complaint, marked `unread`: a person looks
//! nothing for sure   of no kind, marked `unread`        a complaint, marked `unread`
//! ```

use std::fmt;
use std::sync::LazyLock;

use tanggap_engine::event::{Category, Kind};
use tanggap_engine::place::{Gazetteer, PlaceLevel, Whereabouts};
use tanggap_engine::territory::KelurahanCode;
use tanggap_engine::text::{TextModel, Verdict, slang_version, terms, terms_version};

/// Mark (`source_category`) of a report that a model read and was not sure of: a person should look.
pub const UNREAD: &str = "text:unread";
/// Mark of a tweet that is no report: news, a joke, an announcement, talk.
pub const NO_REPORT: &str = "text:no_report";
/// Mark of a tweet that only passes another on: nobody saw anything by it.
pub const RETWEET: &str = "text:retweet";

/// Gives the model when the first text comes.
type Load = Box<dyn FnOnce() -> TextModel + Send>;

/// A model, names of places, and the channels whose texts they are for. Shared by all lanes.
pub struct TextReader {
    channels: Vec<String>,
    model: LazyLock<TextModel, Load>,
    gazetteer: Gazetteer,
    terms: bool,
}

impl fmt::Debug for TextReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TextReader")
            .field("channels", &self.channels)
            .finish_non_exhaustive()
    }
}

/// What the text of a report was read to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct TextRead {
    /// Kind, by the channel's rule.
    pub(super) kind: Option<Kind>,
    /// Category, where it is sure.
    pub(super) category: Option<Category>,
    /// The one kelurahan the text names, as an integer code.
    pub(super) kelurahan: Option<i64>,
    /// Why it has no kind, or a doubtful one.
    pub(super) mark: Option<&'static str>,
    /// The one kota a tweet names, itself or by a smaller place in it, as an integer code; where terms are kept.
    pub(super) kota: Option<i64>,
    /// What a tweet is about; where terms are kept.
    pub(super) terms: Option<String>,
}

impl TextReader {
    /// A reader of these channels. `load` gives the model; it is called once, when the first text comes or the version is asked for.
    #[must_use]
    pub fn new(channels: Vec<String>, gazetteer: Gazetteer, load: impl FnOnce() -> TextModel + Send + 'static) -> Self {
        let load: Load = Box::new(load);
        Self {
            channels,
            model: LazyLock::new(load),
            gazetteer,
            terms: false,
        }
    }

    /// From now on tweets have terms, if they are to be kept.
    #[must_use]
    pub fn keeping_terms(self, terms: bool) -> Self {
        Self { terms, ..self }
    }

    /// Whether the texts of a channel are read.
    #[must_use]
    pub fn reads(&self, channel: &str) -> bool {
        self.channels.iter().any(|read| read == channel)
    }

    /// What its answers depend on besides the text and the territory: checksums of the model, and of the lists of slang and of places. Loads
    /// the model.
    #[must_use]
    pub fn version(&self) -> String {
        let read = format!(
            "{}, slang {:016x}, places {:016x}",
            self.model.version(),
            slang_version(),
            Gazetteer::version()
        );
        if self.terms {
            format!("{read}, terms {:016x}", terms_version())
        } else {
            read
        }
    }

    /// What a tweet is. A retweet is not read.
    pub(super) fn tweet(&self, text: &str, retweet: bool) -> TextRead {
        if retweet {
            return TextRead {
                mark: Some(RETWEET),
                ..TextRead::default()
            };
        }
        let gist = self.model.gist(text);
        let (kind, mark) = match gist.verdict {
            // Who is paid by the report files it on the channel that pays.
            Verdict::NoReport | Verdict::Report(Kind::Duty) => (None, Some(NO_REPORT)),
            Verdict::Report(kind) => (Some(kind), None),
            Verdict::Unsure => (None, Some(UNREAD)),
        };
        let report = mark != Some(NO_REPORT);
        let found = (report || self.terms).then(|| self.gazetteer.find(text));
        let kept = found.as_ref().filter(|_| self.terms);
        TextRead {
            kind,
            category: gist.category,
            kelurahan: found.as_ref().filter(|_| report).and_then(kelurahan),
            mark,
            kota: kept.and_then(kota),
            terms: kept.map(|found| terms(text, &found.words)),
        }
    }

    /// What a report of a formal channel is that has no category.
    pub(super) fn report(&self, text: &str) -> TextRead {
        let gist = self.model.gist(text);
        let (kind, mark) = match gist.verdict {
            Verdict::NoReport | Verdict::Report(Kind::Duty) | Verdict::Unsure => (Kind::Complaint, Some(UNREAD)),
            Verdict::Report(kind) => (kind, None),
        };
        TextRead {
            kind: Some(kind),
            category: gist.category,
            kelurahan: kelurahan(&self.gazetteer.find(text)),
            mark,
            ..TextRead::default()
        }
    }
}

/// The one kelurahan a text names, itself or by a spot in it. A kecamatan, a kota and a road are none, nor are two kelurahan.
fn kelurahan(found: &Whereabouts) -> Option<i64> {
    if !matches!(found.level, PlaceLevel::Kelurahan | PlaceLevel::Point) {
        return None;
    }
    // Of a spot between several kelurahan the code is that of a kecamatan, which does not parse.
    found.code.as_deref()?.parse::<KelurahanCode>().ok().map(KelurahanCode::integer)
}

/// The kota that holds all a text names, if one does: `31.74…` → 3174.
fn kota(found: &Whereabouts) -> Option<i64> {
    let mut parts = found.code.as_deref()?.split('.');
    let (province, kota) = (parts.next()?, parts.next()?);
    format!("{province}{kota}").parse().ok()
}

#[cfg(test)]
mod tests {
    use tanggap_engine::event::{Category, Kind};
    use tanggap_engine::place::Gazetteer;
    use tanggap_engine::territory::Territory;
    use tanggap_engine::text::TextModel;

    use super::{NO_REPORT, RETWEET, TextReader, UNREAD, kelurahan};

    fn reader() -> TextReader {
        let gazetteer = Gazetteer::of(&Territory::jakarta_default());
        TextReader::new(vec!["twitter".to_owned()], gazetteer, || TextModel::builtin().clone())
    }

    #[test]
    fn a_complaint_has_its_kind_its_category_and_the_kelurahan_it_names() {
        let read = reader().tweet("sampah menumpuk di kelurahan Bukit Duri sudah seminggu belum diangkut, bau", false);
        assert_eq!((read.kind, read.category), (Some(Kind::Complaint), Some(Category::Sampah)));
        assert_eq!((read.kelurahan, read.mark), (Some(3_174_011_005), None));
    }

    #[test]
    fn a_kecamatan_a_road_and_a_border_are_no_kelurahan() {
        let reader = reader();
        for text in [
            "banjir di Tebet",
            "banjir di Menteng",
            "macet di Jalan Sudirman",
            "air naik di pintu air Manggarai",
            "banjir di Bukit Duri dan Manggarai",
            "banjir di Jakarta Selatan",
            "banjir",
        ] {
            assert_eq!(kelurahan(&reader.gazetteer.find(text)), None, "{text}");
        }
        assert_eq!(kelurahan(&reader.gazetteer.find("ramai di Stasiun Gambir")), Some(3_171_011_001));
    }

    #[test]
    fn terms_are_kept_of_tweets_only_and_only_where_they_are_to_be_with_the_kota_that_is_named() {
        let text = "sampah menumpuk di kelurahan Bukit Duri sudah seminggu belum diangkut, bau @DKIJakarta";
        let without = reader().tweet(text, false);
        assert_eq!((without.kota, without.terms), (None, None));
        let reader = reader().keeping_terms(true);
        let read = reader.tweet(text, false);
        assert_eq!((read.kota, read.kelurahan), (Some(3_174), Some(3_174_011_005)));
        let terms = read.terms.unwrap();
        assert!(terms.contains("sampah") && terms.contains("bau"), "{terms}");
        assert!(!terms.contains("duri") && !terms.contains("dki"), "{terms}");
        assert_eq!(reader.tweet("banjir di Jakarta Selatan", false).kota, Some(3_174));
        assert_eq!(reader.tweet("banjir di Tebet dan Gambir", false).kota, None, "two kota");
        assert_eq!(reader.tweet("banjir", false).terms.as_deref(), Some("banjir"));
        assert_eq!(reader.tweet("", false).terms.as_deref(), Some(""), "a person who named no topic");
        assert_eq!(reader.tweet(text, true).terms, None, "a retweet is another's");
        assert_eq!(
            reader.report(text).terms,
            None,
            "who complains to an office does not speak in public"
        );
    }

    #[test]
    fn what_is_not_sure_goes_to_a_person_and_a_formal_channel_is_never_unheard() {
        let reader = reader();
        for text in ["", "@DKIJakarta", "jalan sudirman"] {
            let (tweet, report) = (reader.tweet(text, false), reader.report(text));
            assert_eq!((tweet.kind, tweet.mark), (None, Some(UNREAD)), "{text}");
            assert_eq!((report.kind, report.mark), (Some(Kind::Complaint), Some(UNREAD)), "{text}");
        }
        let announcement = "sampaikan pengaduan layanan publik melalui SP4N LAPOR";
        assert_eq!(reader.tweet(announcement, false).mark, Some(NO_REPORT));
        let mailed = reader.report(announcement);
        assert_eq!((mailed.kind, mailed.mark), (Some(Kind::Complaint), Some(UNREAD)));
    }

    #[test]
    fn a_retweet_saw_nothing() {
        let read = reader().tweet("sampah menumpuk di kelurahan Bukit Duri sudah seminggu belum diangkut, bau", true);
        assert_eq!(
            (read.kind, read.category, read.kelurahan, read.mark),
            (None, None, None, Some(RETWEET))
        );
    }

    #[test]
    fn the_version_names_all_that_its_answers_rest_on() {
        let version = reader().version();
        assert!(version.starts_with(TextModel::builtin().version()), "{version}");
        assert!(
            version.contains("slang ") && version.contains("places ") && !version.contains("terms "),
            "{version}"
        );
        assert!(reader().keeping_terms(true).version().starts_with(&format!("{version}, terms ")));
    }
}
