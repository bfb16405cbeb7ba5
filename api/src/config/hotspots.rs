//! `[hotspots]`: how the watch for hotspots looks at the city. It looks once a minute of event time; that is no setting, because a recurrence
//! interval is counted in looks.

use serde::Deserialize;
use tanggap_queries::hotspots::WatchSettings;

/// The watch for hotspots.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HotspotConfig {
    /// Whether hotspots are looked for.
    pub enabled: bool,
    /// H3 resolution of the cells that are counted; the lanes' where those are coarser.
    pub resolution: u8,
    /// Rings of cells around the centre of the largest disc.
    pub reach: u8,
    /// Minutes of the windows that end now.
    pub windows_min: Vec<u32>,
    /// Days of reports a zone is held against.
    pub study_days: u32,
    /// A hotspot opens when chance does as much in no less than so many days.
    pub open_days: f64,
    /// It goes on as long as chance does as much in no less than so many days.
    pub close_days: f64,
    /// It closes after so many minutes below that.
    pub close_after_min: u32,
    /// Different reporters it needs.
    pub minimum_reporters: u32,
    /// It opens only if so many reporters have at most this probability at that hour of the week there; 1 switches the rule off.
    pub usual_p: f64,
    /// A report that comes later than this, minutes, no longer changes what was said before.
    pub revise_min: u32,
    /// Cities in which nothing happens that a p is taken from.
    pub replicas: u32,
}

impl Default for HotspotConfig {
    fn default() -> Self {
        let watch = WatchSettings::default();
        Self {
            enabled: true,
            resolution: watch.resolution,
            reach: watch.reach,
            windows_min: watch.windows_min,
            study_days: watch.study_days,
            open_days: watch.open_days,
            close_days: watch.close_days,
            close_after_min: watch.close_after_min,
            minimum_reporters: watch.minimum_reporters,
            usual_p: watch.usual_p,
            revise_min: watch.revise_min,
            replicas: watch.replicas,
        }
    }
}

impl HotspotConfig {
    /// What the watch is told; none where hotspots are not looked for.
    #[must_use]
    pub fn watch(&self) -> Option<WatchSettings> {
        self.enabled.then(|| WatchSettings {
            resolution: self.resolution,
            reach: self.reach,
            windows_min: self.windows_min.clone(),
            study_days: self.study_days,
            open_days: self.open_days,
            close_days: self.close_days,
            close_after_min: self.close_after_min,
            minimum_reporters: self.minimum_reporters,
            usual_p: self.usual_p,
            revise_min: self.revise_min,
            replicas: self.replicas,
            ..WatchSettings::default()
        })
    }

    /// Looks for values that cannot work.
    ///
    /// # Errors
    /// What is wrong, and what is allowed.
    pub fn check(&self) -> Result<(), String> {
        if self.resolution > 12 {
            return Err(format!("hotspots.resolution is {}: use 0 to 12 (8 is 0.7 km²)", self.resolution));
        }
        if self.reach > 5 {
            return Err(format!("hotspots.reach is {}: use 0 to 5 rings", self.reach));
        }
        let sound = |minutes: &u32| (1..=1_440).contains(minutes);
        if !(1..=16).contains(&self.windows_min.len()) || !self.windows_min.iter().all(sound) {
            return Err("hotspots.windows_min: use 1 to 16 windows of 1 to 1440 minutes".to_owned());
        }
        if !(1..=56).contains(&self.study_days) {
            return Err(format!("hotspots.study_days is {}: use 1 to 56", self.study_days));
        }
        for (key, days) in [("open_days", self.open_days), ("close_days", self.close_days)] {
            if !(days > 0.0 && days <= 36_500.0) {
                return Err(format!("hotspots.{key} is {days}: use days above 0, at most 36500"));
            }
        }
        if self.close_days > self.open_days {
            return Err("hotspots.close_days is more than open_days: what opened could not go on".to_owned());
        }
        if !(self.usual_p > 0.0 && self.usual_p <= 1.0) {
            return Err(format!(
                "hotspots.usual_p is {}: use a probability above 0, at most 1",
                self.usual_p
            ));
        }
        if self.revise_min > 1_440 {
            return Err(format!("hotspots.revise_min is {}: use at most 1440, a day", self.revise_min));
        }
        if !(99..=9_999).contains(&self.replicas) {
            return Err(format!("hotspots.replicas is {}: use 99 to 9999", self.replicas));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use tanggap_queries::hotspots::WatchSettings;

    use super::HotspotConfig;

    #[test]
    fn what_cannot_work_is_refused_with_what_can() {
        assert_eq!(HotspotConfig::default().check(), Ok(()));
        for wrong in [
            "resolution = 13",
            "reach = 6",
            "windows_min = []",
            "windows_min = [15, 0]",
            "study_days = 0",
            "open_days = 0.0",
            "open_days = nan",
            "close_days = 31.0",
            "usual_p = 0.0",
            "revise_min = 1441",
            "replicas = 9",
        ] {
            let config: HotspotConfig = toml::from_str(wrong).unwrap();
            let (key, _) = wrong.split_once(' ').unwrap();
            assert!(config.check().unwrap_err().contains(key), "{wrong}");
        }
        assert!(toml::from_str::<HotspotConfig>("tick = 60").is_err());
    }

    #[test]
    fn what_is_told_reaches_the_watch() {
        let told = "resolution = 7\nwindows_min = [20]\nopen_days = 90.0\nminimum_reporters = 4";
        let config: HotspotConfig = toml::from_str(told).unwrap();
        let expected = WatchSettings {
            resolution: 7,
            windows_min: vec![20],
            open_days: 90.0,
            minimum_reporters: 4,
            ..WatchSettings::default()
        };
        assert_eq!(config.watch(), Some(expected));
        assert_eq!(HotspotConfig::default().watch(), Some(WatchSettings::default()));
        let off = HotspotConfig {
            enabled: false,
            ..HotspotConfig::default()
        };
        assert_eq!(off.watch(), None);
    }
}
