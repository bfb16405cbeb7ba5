//! A mapping file: where a channel keeps the canonical fields, and what its words mean. TOML in, a checked [`Mapping`] out;
//! unknown keys are refused, and every message says what is allowed. How payloads are read by it is in `mapped.rs`.

use std::collections::BTreeMap;
use std::path::Path;

use hashbrown::HashMap;
use serde::Deserialize;
use tanggap_engine::event::{Category, CategoryMap, Kind, SourceCategories, Status};
use tanggap_engine::territory::KelurahanCode;

use super::config::{DecodeConfig, ZoneOffset};
use super::error::DecodeError;
use super::time;

/// Most distinct paths one mapping may read.
pub(super) const MAX_PATHS: usize = 48;
/// Longest path, keys.
const MAX_STEPS: usize = 8;

/// The mappings the project ships, by channel.
const SHIPPED: [(&str, &str); 8] = [
    ("crm_points", include_str!("../../mappings/crm_points.toml")),
    ("email", include_str!("../../mappings/email.toml")),
    ("jaki", include_str!("../../mappings/jaki.toml")),
    ("lapor", include_str!("../../mappings/lapor.toml")),
    ("open311", include_str!("../../mappings/open311.toml")),
    ("petabencana", include_str!("../../mappings/petabencana.toml")),
    ("surabaya", include_str!("../../mappings/surabaya.toml")),
    ("web", include_str!("../../mappings/web.toml")),
];

/// How to read one channel.
pub(super) struct Mapping {
    zone: Option<ZoneOffset>,
    pub(super) channel: String,
    pub(super) tree: Step,
    pub(super) id: IdRule,
    pub(super) time: TimeRule,
    pub(super) fields: Fields,
    pub(super) constant: Constant,
    pub(super) categories: SourceCategories,
    pub(super) statuses: HashMap<String, Status>,
    pub(super) kinds: HashMap<String, Kind>,
    pub(super) transitions: Vec<TransitionRule>,
}

/// Where paths lead: one key a step, a slot where a wanted value is.
#[derive(Default)]
pub(super) struct Step {
    pub(super) slot: Option<usize>,
    pub(super) next: Vec<(Box<str>, Step)>,
}

/// Slots to try in order.
pub(super) type Slots = Vec<usize>;

/// Where an id comes from.
pub(super) enum IdRule {
    Slots(Slots),
    /// The position in the lane.
    Offset,
}

/// Where an event time comes from.
pub(super) enum TimeRule {
    Slots(Slots),
    /// When the broker stored the payload.
    Broker,
    /// The constant one.
    Constant(i64),
}

/// Slots of the optional fields.
#[derive(Default)]
pub(super) struct Fields {
    pub(super) updated: Slots,
    pub(super) longitude: Slots,
    pub(super) latitude: Slots,
    pub(super) category: Slots,
    pub(super) kind: Slots,
    pub(super) status: Slots,
    pub(super) unit: Slots,
    pub(super) kelurahan: Slots,
    pub(super) reporter: Slots,
    pub(super) rt: Slots,
    pub(super) rw: Slots,
    /// Read where the report has no category and the channel's texts are read.
    pub(super) text: Slots,
    /// Exact hash of the photo the report came with, and its perceptual hash.
    pub(super) photo: Slots,
    pub(super) photo_look: Slots,
}

/// Values a channel does not send, said once for all its reports.
#[derive(Default)]
pub(super) struct Constant {
    pub(super) category: Option<Category>,
    pub(super) kind: Option<Kind>,
    pub(super) status: Option<Status>,
    pub(super) unit: Option<String>,
    pub(super) kelurahan: Option<i64>,
}

/// A transition told by a time in the report itself.
pub(super) struct TransitionRule {
    pub(super) time: Slots,
    pub(super) status: Status,
    pub(super) actor_role: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[expect(dead_code, reason = "for the person who reads the file")]
    description: Option<String>,
    zone: Option<ZoneOffset>,
    category_map: Option<String>,
    fields: FieldPaths,
    #[serde(default)]
    constant: ConstantValues,
    #[serde(default)]
    categories: BTreeMap<String, String>,
    #[serde(default)]
    statuses: BTreeMap<String, String>,
    #[serde(default)]
    kinds: BTreeMap<String, String>,
    #[serde(default)]
    transition: Vec<TransitionValues>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FieldPaths {
    id: Paths,
    time: Option<Paths>,
    #[serde(default)]
    updated: Paths,
    #[serde(default)]
    longitude: Paths,
    #[serde(default)]
    latitude: Paths,
    #[serde(default)]
    category: Paths,
    #[serde(default)]
    kind: Paths,
    #[serde(default)]
    status: Paths,
    #[serde(default)]
    unit: Paths,
    #[serde(default)]
    kelurahan: Paths,
    #[serde(default)]
    reporter: Paths,
    #[serde(default)]
    rt: Paths,
    #[serde(default)]
    rw: Paths,
    #[serde(default)]
    text: Paths,
    #[serde(default)]
    photo: Paths,
    #[serde(default)]
    photo_look: Paths,
}

/// One path or several, tried in order.
#[derive(Deserialize)]
#[serde(untagged)]
enum Paths {
    One(String),
    Several(Vec<String>),
}

impl Default for Paths {
    fn default() -> Self {
        Self::Several(Vec::new())
    }
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ConstantValues {
    time: Option<String>,
    category: Option<String>,
    kind: Option<String>,
    status: Option<String>,
    unit: Option<String>,
    kelurahan: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TransitionValues {
    time: Paths,
    status: String,
    actor_role: Option<String>,
}

impl Mapping {
    /// The mapping of a channel: `<channel>.toml` of the configured directory, else the shipped one.
    pub(super) fn of_channel(channel: &str, config: &DecodeConfig) -> Result<Self, DecodeError> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-');
        if channel.is_empty() || !channel.bytes().all(plain) {
            return Err(DecodeError::ChannelName(channel.to_owned()));
        }
        if let Some(directory) = &config.mappings_dir
            && let Some(text) = read_file(&directory.join(format!("{channel}.toml")))?
        {
            return Self::parse(channel, &text, config.zone_offset);
        }
        match SHIPPED.iter().find(|(name, _)| *name == channel) {
            Some((_, text)) => Self::parse(channel, text, config.zone_offset),
            None => Err(DecodeError::NoMapping {
                channel: channel.to_owned(),
                shipped: SHIPPED.map(|(name, _)| name).join(", "),
            }),
        }
    }

    /// The zone of the channel's times without one, if the mapping names it.
    pub(super) fn zone(&self) -> Option<ZoneOffset> {
        self.zone
    }

    pub(super) fn parse(channel: &str, text: &str, default_zone: ZoneOffset) -> Result<Self, DecodeError> {
        let file = format!("{channel}.toml");
        let document: Document = toml::from_str(text).map_err(|error| DecodeError::Mapping {
            file: file.clone(),
            key: error.span().map_or_else(
                || "its TOML".to_owned(),
                |span| format!("line {}", 1 + text[..span.start].matches('\n').count()),
            ),
            problem: error.message().to_owned(),
        })?;
        let mut reader = Reader {
            file,
            tree: Step::default(),
            paths: Vec::new(),
        };
        let zone = document.zone;
        let constant_time = document.constant.time.as_deref();
        let fields = document.fields;
        let id = reader.id(&fields.id)?;
        let time = reader.time(fields.time.as_ref(), constant_time, zone.unwrap_or(default_zone))?;
        let fields = Fields {
            updated: reader.slots("fields.updated", &fields.updated)?,
            longitude: reader.slots("fields.longitude", &fields.longitude)?,
            latitude: reader.slots("fields.latitude", &fields.latitude)?,
            category: reader.slots("fields.category", &fields.category)?,
            kind: reader.slots("fields.kind", &fields.kind)?,
            status: reader.slots("fields.status", &fields.status)?,
            unit: reader.slots("fields.unit", &fields.unit)?,
            kelurahan: reader.slots("fields.kelurahan", &fields.kelurahan)?,
            reporter: reader.slots("fields.reporter", &fields.reporter)?,
            rt: reader.slots("fields.rt", &fields.rt)?,
            rw: reader.slots("fields.rw", &fields.rw)?,
            text: reader.slots("fields.text", &fields.text)?,
            photo: reader.slots("fields.photo", &fields.photo)?,
            photo_look: reader.slots("fields.photo_look", &fields.photo_look)?,
        };
        let mut transitions = Vec::with_capacity(document.transition.len());
        for rule in &document.transition {
            transitions.push(TransitionRule {
                time: reader.slots("transition.time", &rule.time)?,
                status: reader.status("transition.status", &rule.status)?,
                actor_role: rule.actor_role.clone(),
            });
        }
        Ok(Self {
            zone,
            channel: channel.to_owned(),
            id,
            time,
            fields,
            constant: reader.constant(&document.constant)?,
            categories: reader.categories(channel, document.category_map.as_deref(), &document.categories)?,
            statuses: reader.words("statuses", &document.statuses, Reader::status)?,
            kinds: reader.words("kinds", &document.kinds, Reader::kind)?,
            transitions,
            tree: reader.tree,
        })
    }
}

fn read_file(file: &Path) -> Result<Option<String>, DecodeError> {
    match std::fs::read_to_string(file) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(DecodeError::Unreadable {
            file: file.to_owned(),
            source,
        }),
    }
}

/// Checks the values of one mapping file and gathers its paths.
struct Reader {
    file: String,
    tree: Step,
    paths: Vec<String>,
}

impl Reader {
    fn wrong(&self, key: &str, problem: String) -> DecodeError {
        DecodeError::Mapping {
            file: self.file.clone(),
            key: format!("`{key}`"),
            problem,
        }
    }

    fn id(&mut self, paths: &Paths) -> Result<IdRule, DecodeError> {
        if matches!(paths, Paths::One(path) if path == "@offset") {
            return Ok(IdRule::Offset);
        }
        let slots = self.slots("fields.id", paths)?;
        if slots.is_empty() {
            return Err(self.wrong("fields.id", "needs a path, or \"@offset\"".to_owned()));
        }
        Ok(IdRule::Slots(slots))
    }

    fn time(&mut self, paths: Option<&Paths>, constant: Option<&str>, zone: ZoneOffset) -> Result<TimeRule, DecodeError> {
        match (paths, constant) {
            (Some(_), Some(_)) => Err(self.wrong("constant.time", "is set while `fields.time` is; keep one".to_owned())),
            (Some(Paths::One(path)), None) if path == "@broker" => Ok(TimeRule::Broker),
            (Some(paths), None) => {
                let slots = self.slots("fields.time", paths)?;
                if slots.is_empty() {
                    return Err(self.wrong("fields.time", "needs a path, or \"@broker\"".to_owned()));
                }
                Ok(TimeRule::Slots(slots))
            }
            (None, Some(text)) => match time::parse(text, zone) {
                Some(time) => Ok(TimeRule::Constant(time)),
                None => Err(self.wrong("constant.time", format!("`{text}` is no time like 2021-01-01T00:00:00+07:00"))),
            },
            (None, None) => Err(self.wrong("fields.time", "is missing: give a path, \"@broker\", or `constant.time`".to_owned())),
        }
    }

    fn slots(&mut self, key: &str, paths: &Paths) -> Result<Slots, DecodeError> {
        let paths = match paths {
            Paths::One(path) => std::slice::from_ref(path),
            Paths::Several(paths) => paths,
        };
        paths.iter().map(|path| self.slot(key, path)).collect()
    }

    fn slot(&mut self, key: &str, path: &str) -> Result<usize, DecodeError> {
        if let Some(slot) = self.paths.iter().position(|known| known == path) {
            return Ok(slot);
        }
        let steps: Vec<&str> = path.split('.').collect();
        if steps.len() > MAX_STEPS || steps.iter().any(|step| step.is_empty()) || path.starts_with('@') {
            return Err(self.wrong(
                key,
                format!("`{path}` is no path: keys joined by dots, at most {MAX_STEPS}, like `location.lat`"),
            ));
        }
        if self.paths.len() == MAX_PATHS {
            return Err(self.wrong(key, format!("is one path too many: a mapping may read {MAX_PATHS}")));
        }
        let slot = self.paths.len();
        self.paths.push(path.to_owned());
        let mut at = &mut self.tree;
        for step in steps {
            let known = at.next.iter().position(|(name, _)| **name == *step);
            let index = known.unwrap_or_else(|| {
                at.next.push((step.into(), Step::default()));
                at.next.len() - 1
            });
            at = &mut at.next[index].1;
        }
        at.slot = Some(slot);
        Ok(slot)
    }

    fn constant(&self, values: &ConstantValues) -> Result<Constant, DecodeError> {
        let kelurahan = values.kelurahan.as_deref().map(|code| {
            let parsed: Result<KelurahanCode, _> = code.parse();
            parsed
                .map(KelurahanCode::integer)
                .map_err(|error| self.wrong("constant.kelurahan", error.to_string()))
        });
        Ok(Constant {
            category: values
                .category
                .as_deref()
                .map(|id| self.category("constant.category", id))
                .transpose()?,
            kind: values.kind.as_deref().map(|id| self.kind("constant.kind", id)).transpose()?,
            status: values.status.as_deref().map(|id| self.status("constant.status", id)).transpose()?,
            unit: values.unit.clone(),
            kelurahan: kelurahan.transpose()?,
        })
    }

    fn categories(&self, channel: &str, map: Option<&str>, own: &BTreeMap<String, String>) -> Result<SourceCategories, DecodeError> {
        let shipped = CategoryMap::builtin();
        if let Some(map) = map
            && !shipped.sources().any(|known| known == map)
        {
            let known: Vec<&str> = shipped.sources().collect();
            return Err(self.wrong("category_map", format!("`{map}` is none of {}", known.join(", "))));
        }
        let mut categories = shipped.source(map.unwrap_or(channel)).clone();
        for (name, id) in own {
            categories.insert(name, self.category("categories", id)?);
        }
        Ok(categories)
    }

    fn words<T>(
        &self,
        key: &str,
        words: &BTreeMap<String, String>,
        read: impl Fn(&Self, &str, &str) -> Result<T, DecodeError>,
    ) -> Result<HashMap<String, T>, DecodeError> {
        words
            .iter()
            .map(|(word, id)| Ok((word.trim().to_lowercase(), read(self, key, id)?)))
            .collect()
    }

    fn category(&self, key: &str, id: &str) -> Result<Category, DecodeError> {
        Category::from_id(id).ok_or_else(|| self.not_one_of(key, id, Category::ALL.iter().map(|category| category.id())))
    }

    fn status(&self, key: &str, id: &str) -> Result<Status, DecodeError> {
        Status::from_id(id).ok_or_else(|| self.not_one_of(key, id, Status::ALL.iter().map(|status| status.id())))
    }

    fn kind(&self, key: &str, id: &str) -> Result<Kind, DecodeError> {
        Kind::from_id(id).ok_or_else(|| self.not_one_of(key, id, Kind::ALL.iter().map(|kind| kind.id())))
    }

    fn not_one_of(&self, key: &str, id: &str, allowed: impl Iterator<Item = &'static str>) -> DecodeError {
        self.wrong(key, format!("`{id}` is none of {}", allowed.collect::<Vec<_>>().join(", ")))
    }
}
