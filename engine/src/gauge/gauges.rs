//! The gauges of a city as its file tells of them (`engine/data/gauges.toml` says what each key means): what is known of a gauge beside its readings.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::error::GaugesError;
use super::siaga::Thresholds;

static BUILTIN: LazyLock<Gauges> =
    LazyLock::new(|| Gauges::read(include_str!("../../data/gauges.toml")).expect("the shipped gauges are read by a test"));

/// What is known of a gauge.
#[derive(Clone, Debug, PartialEq)]
pub struct Gauge {
    /// Its id in `gauge.levels`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The river it stands in.
    pub river: String,
    /// Rivers whose water meets.
    pub basin: String,
    /// Longitude and latitude, degrees WGS 84.
    pub position: (f64, f64),
    /// The first level of each Siaga.
    pub thresholds: Thresholds,
    /// Whether some of them are assumed.
    pub assumption: bool,
    /// What its owner writes where nothing was read, centimetres: no level, and not calm water.
    pub missing_cm: Option<i32>,
    downstream: Vec<Lag>,
}

/// How long a wave needs to a gauge further down.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lag {
    /// Number of that gauge in [`Gauges::all`].
    pub gauge: usize,
    /// At the soonest, hours.
    pub from_h: f64,
    /// At the latest, hours.
    pub to_h: f64,
}

impl Lag {
    /// When a wave that is there at `time_us` has to be expected further down: at the soonest and at the latest, µs since epoch UTC.
    #[must_use]
    pub fn arrival_us(&self, time_us: i64) -> (i64, i64) {
        (
            time_us.saturating_add(micros(self.from_h)),
            time_us.saturating_add(micros(self.to_h)),
        )
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the cast saturates; travel times are hours")]
fn micros(hours: f64) -> i64 {
    (hours * 3_600_000_000.0).round() as i64
}

/// The gauges of a city.
#[derive(Clone, Debug, PartialEq)]
pub struct Gauges {
    version: String,
    all: Vec<Gauge>,
    /// Ids and aliases in lower case.
    names: BTreeMap<String, usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: String,
    gauge: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: String,
    #[serde(default)]
    aliases: Vec<String>,
    name: String,
    river: String,
    basin: String,
    position: [f64; 2],
    siaga3_cm: Option<i32>,
    siaga2_cm: Option<i32>,
    siaga1_cm: Option<i32>,
    missing_cm: Option<i32>,
    #[serde(default)]
    assumption: bool,
    #[serde(default)]
    downstream: Vec<LagEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LagEntry {
    id: String,
    lag_h_from: f64,
    lag_h_to: f64,
}

impl Gauges {
    /// Reads a file of gauges.
    ///
    /// # Errors
    /// [`GaugesError`] says what is wrong with it.
    pub fn read(toml: &str) -> Result<Self, GaugesError> {
        let file: File = toml::from_str(toml).map_err(|error| GaugesError::Unreadable(error.to_string()))?;
        let mut names = BTreeMap::new();
        for (number, entry) in file.gauge.iter().enumerate() {
            for name in std::iter::once(&entry.id).chain(&entry.aliases) {
                if names.insert(name.to_lowercase(), number).is_some() {
                    return Err(GaugesError::TwoNamed(name.clone()));
                }
            }
        }
        let gauges = file
            .gauge
            .into_iter()
            .map(|entry| entry.gauge(&names))
            .collect::<Result<Vec<_>, _>>()?;
        match circle(&gauges) {
            Some(gauge) => Err(GaugesError::Circle(gauge.id.clone())),
            None => Ok(Self {
                version: file.version,
                all: gauges,
                names,
            }),
        }
    }

    /// The shipped ones: those of Jakarta.
    #[must_use]
    pub fn builtin() -> &'static Self {
        &BUILTIN
    }

    /// Which file they are of.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// All of them, in the order of their file.
    #[must_use]
    pub fn all(&self) -> &[Gauge] {
        &self.all
    }

    /// The number in [`Self::all`] of the gauge a stream names so, by its id or an alias, in whatever case.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<usize> {
        self.names.get(&name.to_lowercase()).copied()
    }

    /// The gauges water comes to from here, however far, the soonest first. Along several ways: from the soonest to the latest.
    #[must_use]
    pub fn downstream(&self, gauge: usize) -> Vec<Lag> {
        let below = |gauge: usize| self.all.get(gauge).map_or(&[][..], |gauge| gauge.downstream.as_slice());
        let mut found: BTreeMap<usize, Lag> = BTreeMap::new();
        let mut open = below(gauge).to_vec();
        // It ends: no water comes back.
        while let Some(lag) = open.pop() {
            let known = found.entry(lag.gauge).or_insert(lag);
            known.from_h = known.from_h.min(lag.from_h);
            known.to_h = known.to_h.max(lag.to_h);
            open.extend(below(lag.gauge).iter().map(|further| Lag {
                gauge: further.gauge,
                from_h: lag.from_h + further.from_h,
                to_h: lag.to_h + further.to_h,
            }));
        }
        let mut found: Vec<Lag> = found.into_values().collect();
        found.sort_by(|a, b| a.from_h.total_cmp(&b.from_h).then(a.gauge.cmp(&b.gauge)));
        found
    }
}

impl Entry {
    fn gauge(self, names: &BTreeMap<String, usize>) -> Result<Gauge, GaugesError> {
        let [longitude_deg, latitude_deg] = self.position;
        // Not a number is in no range.
        if !((-180.0..=180.0).contains(&longitude_deg) && (-90.0..=90.0).contains(&latitude_deg)) {
            return Err(GaugesError::NoPosition(self.id));
        }
        let thresholds = Thresholds {
            one_cm: self.siaga1_cm,
            two_cm: self.siaga2_cm,
            three_cm: self.siaga3_cm,
        };
        if !thresholds.rise() {
            return Err(GaugesError::NotRising(self.id));
        }
        let mut downstream = Vec::with_capacity(self.downstream.len());
        for lag in self.downstream {
            let Some(gauge) = names.get(&lag.id.to_lowercase()).copied() else {
                return Err(GaugesError::Nowhere {
                    gauge: self.id,
                    downstream: lag.id,
                });
            };
            if !(lag.lag_h_from >= 0.0 && lag.lag_h_to >= lag.lag_h_from && lag.lag_h_to.is_finite()) {
                return Err(GaugesError::NoLag(self.id));
            }
            downstream.push(Lag {
                gauge,
                from_h: lag.lag_h_from,
                to_h: lag.lag_h_to,
            });
        }
        Ok(Gauge {
            id: self.id,
            name: self.name,
            river: self.river,
            basin: self.basin,
            position: (longitude_deg, latitude_deg),
            thresholds,
            assumption: self.assumption,
            missing_cm: self.missing_cm,
            downstream,
        })
    }
}

/// A gauge whose water comes back to it, or to one it comes to.
fn circle(gauges: &[Gauge]) -> Option<&Gauge> {
    let mut done = vec![false; gauges.len()];
    // Whose water only comes to gauges that are done is done, from the sea upwards.
    while let Some(next) = (0..gauges.len()).find(|&number| !done[number] && gauges[number].downstream.iter().all(|lag| done[lag.gauge])) {
        done[next] = true;
    }
    done.iter().position(|done| !done).map(|number| &gauges[number])
}

#[cfg(test)]
mod tests {
    use super::{Gauges, GaugesError};

    #[test]
    fn the_shipped_gauges_are_read_and_found_by_every_name() {
        let gauges = Gauges::builtin();
        assert!(gauges.all().len() >= 12 && !gauges.version().is_empty());
        let manggarai = gauges.find("manggarai").unwrap();
        assert_eq!(
            (gauges.find("122"), gauges.find("PA-Manggarai")),
            (Some(manggarai), Some(manggarai))
        );
        assert_eq!(gauges.find("nowhere"), None);
        assert!(gauges.all().iter().all(|gauge| gauge.thresholds.three_cm.is_some()));
        assert_eq!(gauges.all()[manggarai].missing_cm, Some(0));
    }

    #[test]
    fn a_wave_of_katulampa_comes_to_manggarai_after_that_of_depok() {
        let gauges = Gauges::builtin();
        let below = gauges.downstream(gauges.find("katulampa").unwrap());
        let told: Vec<(&str, f64, f64)> = below
            .iter()
            .map(|lag| (gauges.all()[lag.gauge].id.as_str(), lag.from_h, lag.to_h))
            .collect();
        assert_eq!(told, [("depok", 3.0, 4.0), ("manggarai", 9.0, 11.0)]);
        assert_eq!(below[1].arrival_us(7), (32_400_000_007, 39_600_000_007));
        assert!(gauges.downstream(gauges.find("pasar-ikan").unwrap()).is_empty());
    }

    #[test]
    fn a_file_that_cannot_be_meant_is_refused() {
        let gauge = |id: &str, more: &str| {
            format!("[[gauge]]\nid = \"{id}\"\nname = \"N\"\nriver = \"R\"\nbasin = \"B\"\nposition = [106.8, -6.2]\n{more}\n")
        };
        let read = |gauges: &[String]| Gauges::read(&format!("version = \"x\"\n{}", gauges.concat()));
        let to = |id: &str, hours: &str| format!("downstream = [{{ id = \"{id}\", {hours} }}]");
        let hours = "lag_h_from = 1.0, lag_h_to = 2.0";
        assert!(read(&[gauge("a", ""), gauge("b", &to("a", hours))]).is_ok());
        let refused = |gauges: &[String]| read(gauges).unwrap_err();
        assert_eq!(
            refused(&[gauge("a", "aliases = [\"B\"]"), gauge("b", "")]),
            GaugesError::TwoNamed("b".to_owned())
        );
        assert_eq!(
            refused(&[gauge("a", "siaga3_cm = 100\nsiaga1_cm = 100")]),
            GaugesError::NotRising("a".to_owned())
        );
        assert!(matches!(refused(&[gauge("a", &to("z", hours))]), GaugesError::Nowhere { .. }));
        assert_eq!(
            refused(&[gauge("a", ""), gauge("b", &to("a", "lag_h_from = 3.0, lag_h_to = 2.0"))]),
            GaugesError::NoLag("b".to_owned())
        );
        assert!(matches!(
            refused(&[gauge("a", &to("b", hours)), gauge("b", &to("a", hours))]),
            GaugesError::Circle(_)
        ));
        let nowhere = gauge("a", "").replace("[106.8, -6.2]", "[206.8, -6.2]");
        assert_eq!(refused(&[nowhere]), GaugesError::NoPosition("a".to_owned()));
        assert!(matches!(refused(&[gauge("a", "siaga4_cm = 1")]), GaugesError::Unreadable(_)));
    }
}
