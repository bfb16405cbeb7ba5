//! `[duty]`: what is asked of the heads of RT and RW and what is paid. Figures of a decree, not law of the program: another city, or
//! another year, sets others.

use serde::Deserialize;
use tanggap_queries::named::DutyRule;

/// The duty ledger.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DutyConfig {
    /// Reports asked of a post a day.
    pub reports_a_day: u32,
    /// Verified reports of a post that are paid a day at most.
    pub paid_a_day: u32,
    /// Verified reports of a post that are paid a month at most.
    pub paid_a_month: u32,
    /// Rupiah for one report of an RT.
    pub rupiah_rt: u32,
    /// Rupiah for one report of an RW.
    pub rupiah_rw: u32,
    /// Metres within which a report may repeat an earlier one of its post, day and category.
    pub near_m: f64,
    /// Minutes within which it may.
    pub near_minutes: u32,
    /// Whether the state a report's own channel shows verifies it, though it names nobody.
    pub trust_channel: bool,
}

impl Default for DutyConfig {
    fn default() -> Self {
        let rule = DutyRule::default();
        Self {
            reports_a_day: rule.reports_a_day,
            paid_a_day: rule.paid_a_day,
            paid_a_month: rule.paid_a_month,
            rupiah_rt: rule.rupiah_rt,
            rupiah_rw: rule.rupiah_rw,
            near_m: rule.near_m,
            near_minutes: rule.near_minutes,
            trust_channel: rule.trust_channel,
        }
    }
}

impl DutyConfig {
    /// The rule the ledger is made by.
    #[must_use]
    pub const fn rule(&self) -> DutyRule {
        DutyRule {
            reports_a_day: self.reports_a_day,
            paid_a_day: self.paid_a_day,
            paid_a_month: self.paid_a_month,
            rupiah_rt: self.rupiah_rt,
            rupiah_rw: self.rupiah_rw,
            near_m: self.near_m,
            near_minutes: self.near_minutes,
            trust_channel: self.trust_channel,
        }
    }

    /// Looks for values that cannot work.
    ///
    /// # Errors
    /// What is wrong, and what is allowed.
    pub fn check(&self) -> Result<(), String> {
        if self.reports_a_day == 0 {
            return Err("duty.reports_a_day is 0: use at least 1".to_owned());
        }
        if !(0.0..=1_000.0).contains(&self.near_m) {
            return Err(format!("duty.near_m is {}: use metres from 0 to 1000", self.near_m));
        }
        if self.near_minutes > 1_440 {
            return Err(format!("duty.near_minutes is {}: use at most 1440, a day", self.near_minutes));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::DutyConfig;

    #[test]
    fn what_cannot_work_is_refused_with_what_can() {
        assert_eq!(DutyConfig::default().check(), Ok(()));
        for wrong in ["reports_a_day = 0", "near_m = -1.0", "near_m = nan", "near_minutes = 1441"] {
            let config: DutyConfig = toml::from_str(wrong).unwrap();
            let (key, _) = wrong.split_once(' ').unwrap();
            assert!(config.check().unwrap_err().contains(key), "{wrong}");
        }
        assert!(toml::from_str::<DutyConfig>("rupiah = 1").is_err());
        assert!(toml::from_str::<DutyConfig>("rupiah_rt = -1").is_err());
    }
}
