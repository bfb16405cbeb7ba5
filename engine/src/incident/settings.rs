//! The file of rules as it is written (`engine/data/incident.toml` says what each number means).

use serde::Deserialize;

use super::IncidentRulesError;

/// The file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Settings {
    pub(super) version: String,
    pub(super) threshold: f64,
    pub(super) growth: f64,
    pub(super) same_reporter: f64,
    pub(super) related: f64,
    pub(super) related_categories: Vec<[String; 2]>,
    pub(super) late_h: u32,
    pub(super) assumption: bool,
    pub(super) photo: PhotoSettings,
    pub(super) unread: UnreadSettings,
    pub(super) family: Vec<FamilySettings>,
}

/// Reports with one photo.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PhotoSettings {
    pub(super) radius_m: f64,
    pub(super) horizon_min: f64,
    pub(super) same_file: f64,
    pub(super) same_look: f64,
    pub(super) other_category: f64,
}

/// Reports of which nobody has said what they are about.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UnreadSettings {
    pub(super) score: f64,
    pub(super) radius_m: f64,
    pub(super) horizon_min: f64,
    pub(super) scatter_m: f64,
    pub(super) pace_min: f64,
    pub(super) witnesses: f64,
    pub(super) chance: f64,
}

/// Categories that behave alike.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FamilySettings {
    pub(super) id: String,
    pub(super) categories: Vec<String>,
    pub(super) radius_m: f64,
    pub(super) horizon_min: f64,
    pub(super) lasting_min: f64,
    pub(super) scatter_m: f64,
    pub(super) pace_min: f64,
    pub(super) witnesses: f64,
    pub(super) chance: f64,
    #[serde(default)]
    pub(super) extent_m: Option<f64>,
}

impl Settings {
    /// Reads and checks the numbers; names are checked by whoever looks them up.
    pub(super) fn read(toml: &str) -> Result<Self, IncidentRulesError> {
        let settings: Self = toml::from_str(toml).map_err(|error| IncidentRulesError::Unreadable(error.to_string()))?;
        let weights = [
            ("threshold", settings.threshold),
            ("growth", settings.growth),
            ("same_reporter", settings.same_reporter),
            ("related", settings.related),
            ("photo.same_file", settings.photo.same_file),
            ("photo.same_look", settings.photo.same_look),
            ("photo.other_category", settings.photo.other_category),
            ("unread.score", settings.unread.score),
        ];
        if let Some((name, _)) = weights.iter().find(|(_, weight)| !weight.is_finite()) {
            return Err(IncidentRulesError::NotFinite(name));
        }
        let (photo, unread) = (&settings.photo, &settings.unread);
        positive("photo", &[("radius_m", photo.radius_m), ("horizon_min", photo.horizon_min)])?;
        positive(
            "unread",
            &[
                ("radius_m", unread.radius_m),
                ("horizon_min", unread.horizon_min),
                ("scatter_m", unread.scatter_m),
                ("pace_min", unread.pace_min),
                ("witnesses", unread.witnesses),
                ("chance", unread.chance),
            ],
        )?;
        for family in &settings.family {
            positive(
                &family.id,
                &[
                    ("radius_m", family.radius_m),
                    ("horizon_min", family.horizon_min),
                    ("lasting_min", family.lasting_min),
                    ("scatter_m", family.scatter_m),
                    ("pace_min", family.pace_min),
                    ("witnesses", family.witnesses),
                    ("chance", family.chance),
                    ("extent_m", family.extent_m.unwrap_or(1.0)),
                ],
            )?;
        }
        Ok(settings)
    }
}

fn positive(place: &str, numbers: &[(&'static str, f64)]) -> Result<(), IncidentRulesError> {
    match numbers.iter().find(|(_, value)| !(value.is_finite() && *value > 0.0)) {
        Some((key, value)) => Err(IncidentRulesError::NotPositive {
            place: place.to_owned(),
            key,
            value: *value,
        }),
        None => Ok(()),
    }
}
