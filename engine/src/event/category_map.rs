//! What the channels call things, mapped to the canonical categories. The maps are data (`engine/data/categories.toml`,
//! versioned); here they are read, checked and looked up. A canonical id and its Indonesian label match in every channel.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use hashbrown::HashMap;
use serde::Deserialize;

use super::Category;

static BUILTIN: LazyLock<CategoryMap> = LazyLock::new(|| {
    CategoryMap::parse(include_str!("../../data/categories.toml")).expect("the shipped category maps are checked by the tests of this file")
});

/// Longest name looked up without an allocation, bytes.
const SHORT_NAME: usize = 64;

/// Why category maps could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CategoryMapError {
    /// The text is no TOML of the known shape.
    #[error("category maps are unreadable: {0}")]
    Unreadable(String),
    /// A category id nobody knows.
    #[error("`{id}` in {place} is no category; allowed are {allowed}")]
    UnknownCategory {
        /// The id as written.
        id: String,
        /// Where it stands.
        place: String,
        /// Every id there is.
        allowed: String,
    },
    /// One name of a channel maps to two categories.
    #[error("`{name}` of `{source_name}` maps to both {first} and {second}")]
    Ambiguous {
        /// The channel.
        source_name: String,
        /// The name as looked up: lower case, trimmed.
        name: String,
        /// Id it maps to already.
        first: &'static str,
        /// Id it would map to as well.
        second: &'static str,
    },
    /// A Waze rule that names neither type nor subtype, or both.
    #[error("Waze rule {0} must name exactly one of type and subtype")]
    WazeRule(usize),
}

/// The names of one channel.
#[derive(Clone, Debug, Default)]
pub struct SourceCategories {
    names: HashMap<Box<str>, Category, foldhash::fast::FixedState>,
}

impl SourceCategories {
    /// Only the canonical ids and labels.
    #[must_use]
    pub fn canonical() -> Self {
        let mut source = Self::default();
        for category in Category::ALL {
            source.names.insert(category.id().into(), *category);
            source.names.insert(category.label_id().to_lowercase().into(), *category);
        }
        source
    }

    /// Lets one more name of the channel mean `category`; a later call wins over an earlier one and over the canonical names.
    pub fn insert(&mut self, name: &str, category: Category) {
        self.names.insert(name.trim().to_lowercase().into(), category);
    }

    /// The category of a name, whatever its case and outer spaces. Does not allocate for ASCII names of up to 64 bytes.
    #[must_use]
    pub fn lookup(&self, name: &str) -> Option<Category> {
        let name = name.trim();
        if name.len() > SHORT_NAME || !name.is_ascii() {
            return self.names.get(name.to_lowercase().as_str()).copied();
        }
        let mut lower = [0_u8; SHORT_NAME];
        let lower = &mut lower[..name.len()];
        lower.copy_from_slice(name.as_bytes());
        lower.make_ascii_lowercase();
        self.names.get(std::str::from_utf8(lower).ok()?).copied()
    }
}

#[derive(Clone, Debug)]
enum WazeRule {
    Type(Box<str>, Category),
    Subtype(Box<str>, Category),
}

/// Every channel's names, and the ordered Waze rules.
#[derive(Clone, Debug)]
pub struct CategoryMap {
    version: u32,
    canonical: SourceCategories,
    sources: BTreeMap<String, SourceCategories>,
    waze: Vec<WazeRule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    version: u32,
    maps: BTreeMap<String, BTreeMap<String, Vec<String>>>,
    waze: Vec<RuleEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleEntry {
    r#type: Option<String>,
    subtype: Option<String>,
    category: String,
}

impl CategoryMap {
    /// The maps the project ships.
    ///
    /// # Panics
    /// Never: the shipped file is checked by a test.
    #[must_use]
    pub fn builtin() -> &'static Self {
        &BUILTIN
    }

    /// Reads maps from TOML text.
    ///
    /// # Errors
    /// [`CategoryMapError`] says what is wrong and what is allowed.
    pub fn parse(text: &str) -> Result<Self, CategoryMapError> {
        let document: Document = toml::from_str(text).map_err(|error| CategoryMapError::Unreadable(error.message().to_owned()))?;
        let mut sources = BTreeMap::new();
        for (source_name, categories) in document.maps {
            let source = read_source(&source_name, &categories)?;
            sources.insert(source_name, source);
        }
        let mut waze = Vec::with_capacity(document.waze.len());
        for (number, rule) in document.waze.into_iter().enumerate() {
            let category = category_of(&rule.category, || format!("Waze rule {number}"))?;
            waze.push(match (rule.r#type, rule.subtype) {
                (Some(name), None) => WazeRule::Type(name.into(), category),
                (None, Some(name)) => WazeRule::Subtype(name.into(), category),
                _ => return Err(CategoryMapError::WazeRule(number)),
            });
        }
        Ok(Self {
            version: document.version,
            canonical: SourceCategories::canonical(),
            sources,
            waze,
        })
    }

    /// Version of the maps.
    #[must_use]
    pub fn version(&self) -> u32 {
        self.version
    }

    /// The names of one channel; a channel without a map knows the canonical ids and labels.
    #[must_use]
    pub fn source(&self, source: &str) -> &SourceCategories {
        self.sources.get(source).unwrap_or(&self.canonical)
    }

    /// Channels that have a map of their own.
    pub fn sources(&self) -> impl Iterator<Item = &str> {
        self.sources.keys().map(String::as_str)
    }

    /// The category a channel means by a name; `None` = nobody knows it (it becomes `lainnya`, counted under its name).
    ///
    /// ```
    /// use tanggap_engine::event::{Category, CategoryMap};
    /// let map = CategoryMap::builtin();
    /// assert_eq!(map.lookup("qlue", " parkir LIAR"), Some(Category::ParkirLiar));
    /// assert_eq!(map.lookup("some_new_channel", "jalan_rusak"), Some(Category::JalanRusak));
    /// assert_eq!(map.lookup("qlue", "UFO"), None);
    /// ```
    #[must_use]
    pub fn lookup(&self, source: &str, name: &str) -> Option<Category> {
        self.source(source).lookup(name)
    }

    /// The category of a Waze alert: the first rule its type or subtype fits.
    #[must_use]
    pub fn waze(&self, alert_type: &str, subtype: &str) -> Option<Category> {
        self.waze.iter().find_map(|rule| match rule {
            WazeRule::Type(name, category) => name.eq_ignore_ascii_case(alert_type).then_some(*category),
            WazeRule::Subtype(name, category) => name.eq_ignore_ascii_case(subtype).then_some(*category),
        })
    }
}

fn read_source(source_name: &str, categories: &BTreeMap<String, Vec<String>>) -> Result<SourceCategories, CategoryMapError> {
    let mut own: BTreeMap<String, Category> = BTreeMap::new();
    for (id, names) in categories {
        let category = category_of(id, || format!("`{source_name}`"))?;
        for name in names {
            let name = name.trim().to_lowercase();
            if let Some(first) = own.insert(name.clone(), category)
                && first != category
            {
                return Err(CategoryMapError::Ambiguous {
                    source_name: source_name.to_owned(),
                    name,
                    first: first.id(),
                    second: category.id(),
                });
            }
        }
    }
    let mut source = SourceCategories::canonical();
    for (name, category) in own {
        source.insert(&name, category);
    }
    Ok(source)
}

fn category_of(id: &str, place: impl Fn() -> String) -> Result<Category, CategoryMapError> {
    Category::from_id(id).ok_or_else(|| CategoryMapError::UnknownCategory {
        id: id.to_owned(),
        place: place(),
        allowed: Category::ALL.iter().map(|category| category.id()).collect::<Vec<_>>().join(", "),
    })
}

#[cfg(test)]
mod tests {
    use super::{Category, CategoryMap, CategoryMapError};

    #[test]
    fn the_fixed_qlue_names_map_as_the_design_says() {
        let map = CategoryMap::builtin();
        for (name, id) in [
            ("Sampah", "sampah"),
            ("Parkir Liar", "parkir_liar"),
            ("Jalan Rusak", "jalan_rusak"),
            ("Macet", "kemacetan"),
            ("Banjir", "banjir"),
            ("PKL Liar", "pkl_liar"),
            ("Fasilitas Umum", "fasilitas_umum"),
            ("Pelanggaran", "pelanggaran"),
            ("Iklan Liar", "pelanggaran"),
            ("Pohon Tumbang", "pohon_tumbang"),
            ("Lampu Jalan Mati", "penerangan_jalan"),
            ("Kebakaran", "kebakaran"),
        ] {
            for spelling in [name.to_owned(), name.to_uppercase(), format!("  {} ", name.to_lowercase())] {
                assert_eq!(map.lookup("qlue", &spelling).map(Category::id), Some(id), "{spelling}");
            }
        }
    }

    #[test]
    fn waze_alerts_map_by_the_first_rule_that_fits() {
        let map = CategoryMap::builtin();
        for (alert_type, subtype, id) in [
            ("JAM", "HAZARD_WEATHER_FLOOD", Some("kemacetan")),
            ("ACCIDENT", "ACCIDENT_MAJOR", Some("kecelakaan")),
            ("WEATHERHAZARD", "HAZARD_WEATHER_FLOOD", Some("banjir")),
            ("HAZARD", "HAZARD_ON_ROAD_POT_HOLE", Some("jalan_rusak")),
            ("HAZARD", "HAZARD_ON_ROAD_TRAFFIC_LIGHT_FAULT", Some("fasilitas_umum")),
            ("ROAD_CLOSED", "ROAD_CLOSED_EVENT", Some("penutupan_jalan")),
            ("WEATHERHAZARD", "HAZARD_ON_ROAD_CONSTRUCTION", Some("penutupan_jalan")),
            ("WEATHERHAZARD", "", Some("bahaya_jalan")),
            ("HAZARD", "HAZARD_ON_ROAD_OBJECT", Some("bahaya_jalan")),
            ("POLICE", "POLICE_HIDING", None),
            ("", "", None),
        ] {
            assert_eq!(map.waze(alert_type, subtype).map(Category::id), id, "{alert_type} {subtype}");
        }
    }

    #[test]
    fn canonical_ids_and_labels_match_in_every_channel() {
        let map = CategoryMap::builtin();
        for source in map.sources().chain(["never_heard_of"]) {
            for category in Category::ALL {
                assert_eq!(map.lookup(source, category.id()), Some(*category), "{source} {}", category.id());
                assert_eq!(
                    map.lookup(source, category.label_id()),
                    Some(*category),
                    "{source} {}",
                    category.label_id()
                );
            }
        }
        assert_eq!(map.lookup("qlue", "CAFÉ "), None);
        assert_eq!(map.lookup("qlue", &"x".repeat(200)), None);
        assert_eq!(map.lookup("qlue", ""), None);
    }

    #[test]
    fn a_wrong_map_says_what_is_allowed() {
        let unknown = CategoryMap::parse("version = 1\nwaze = []\n[maps.qlue]\nroads = [\"Jalan\"]\n").unwrap_err();
        assert!(unknown.to_string().contains("jalan_rusak"), "{unknown}");
        let twice = CategoryMap::parse("version = 1\nwaze = []\n[maps.qlue]\nbanjir = [\"air\"]\nsampah = [\" AIR\"]\n").unwrap_err();
        assert!(matches!(twice, CategoryMapError::Ambiguous { .. }), "{twice}");
        assert!(CategoryMap::parse("version = 1\nwaze = []\nmapz = 1\n[maps]\n").is_err());
        let rule = CategoryMap::parse("version = 1\nmaps = {}\n[[waze]]\ncategory = \"banjir\"\n").unwrap_err();
        assert_eq!(rule, CategoryMapError::WazeRule(0));
    }
}
