//! Sections of the configuration that belong to the program as a whole; the others live with what they configure.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use serde::Deserialize;
use tanggap_connectors::bridge::{MailConfig, NeighbourConfig, WazeConfig, XConfig};
use tanggap_connectors::decode::DecodeConfig;
use tanggap_connectors::kafka::KafkaConfig;
use tanggap_engine::lane::{Bounds, LaneSettings};
use tanggap_engine::territory::PropertyNames;
use tanggap_engine::time::TimeSettings;

use super::text::one_or_several;
use super::{
    AccessConfig, DeedConfig, DutyConfig, HotspotConfig, OfficerConfig, Open311Config, ReporterConfig, RoutesConfig, TextConfig,
    WebhookConfig, WebhookInConfig,
};

/// Everything that can be configured.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Time rules of the lanes.
    pub time: TimeSettings,
    /// Lanes: bounds, resolution, memory.
    pub lanes: LaneConfig,
    /// Decoding.
    pub decode: DecodeConfig,
    /// Whose texts are read, and by which model.
    pub text: TextConfig,
    /// Where to read from; without it the embedded broker is started.
    pub kafka: Option<KafkaConfig>,
    /// Polygons of the kelurahan.
    pub territory: TerritoryConfig,
    /// Who answers what, and further regions.
    pub routes: RoutesConfig,
    /// Windows of `windows.csv`.
    pub windows: WindowConfig,
    /// Response-time rankings.
    pub rankings: RankingConfig,
    /// The ranking of reporters.
    pub reporters: ReporterConfig,
    /// The duty ledger.
    pub duty: DutyConfig,
    /// What units and people may do.
    pub deeds: DeedConfig,
    /// Positions of officers.
    pub officers: OfficerConfig,
    /// The watch for hotspots.
    pub hotspots: HotspotConfig,
    /// How lanes are written down.
    pub store: StoreConfig,
    /// What became of every event, for good.
    pub history: HistoryConfig,
    /// HTTP.
    pub api: ApiConfig,
    /// Who is staff.
    pub access: AccessConfig,
    /// Addresses that want to hear of alerts.
    pub webhooks: Vec<WebhookConfig>,
    /// GeoReport.
    pub open311: Open311Config,
    /// Systems that send reports by themselves.
    pub webhooks_in: Vec<WebhookInConfig>,
    /// Bridge to Waze for Cities.
    pub waze: WazeConfig,
    /// Bridge to X.
    pub x: XConfig,
    /// Bridge to another city's GeoReport.
    pub neighbour: NeighbourConfig,
    /// Bridge to a mailbox of complaints.
    pub mail: MailConfig,
}

/// Lanes: bounds of usable positions, resolution of cells, how long ids are remembered.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LaneConfig {
    /// Usable positions, degrees.
    pub bounds: Bounds,
    /// H3 resolution of cells.
    pub cell_resolution: u8,
    /// Hours of event time that an id is remembered after it was last seen.
    pub remember_ids_h: u32,
    /// Rows of a micro-batch at most. Nothing that comes out depends on it.
    pub batch_rows: usize,
    /// Share of a minute's events that, when refused, raises an alarm.
    pub refused_alarm: f64,
}

impl Default for LaneConfig {
    fn default() -> Self {
        let lane = LaneSettings::default();
        Self {
            bounds: lane.bounds,
            cell_resolution: lane.cell_resolution,
            remember_ids_h: lane.remember_ids_h,
            batch_rows: 8_192,
            refused_alarm: 0.2,
        }
    }
}

impl Config {
    /// Settings of a lane. `keep_signals`: whether reports that are no complaints are kept as rows; where hotspots are looked for, they are told
    /// in any case.
    #[must_use]
    pub fn lane(&self, keep_signals: bool) -> LaneSettings {
        LaneSettings {
            time: self.time.clone(),
            bounds: self.lanes.bounds,
            cell_resolution: self.lanes.cell_resolution,
            remember_ids_h: self.lanes.remember_ids_h,
            keep_signals,
            tell_signals: self.hotspots.enabled,
            places_by_name: false,
        }
    }

    /// Settings of decoders: the skew is a rule of time, said once in `[time]`.
    #[must_use]
    pub fn decode(&self) -> DecodeConfig {
        DecodeConfig {
            future_skew_s: self.time.future_skew_s,
            ..self.decode.clone()
        }
    }

    /// Looks for values that cannot work.
    ///
    /// # Errors
    /// What is wrong, where, and what is allowed.
    pub fn check(&self) -> Result<(), String> {
        if self.lanes.cell_resolution > 12 {
            return Err(format!(
                "lanes.cell_resolution is {}: use 0 to 12 (9 is 0.1 km²)",
                self.lanes.cell_resolution
            ));
        }
        if self.lanes.batch_rows == 0 || self.lanes.batch_rows > 1 << 20 {
            return Err(format!(
                "lanes.batch_rows is {}: use 1 to 1048576 (8192 is best)",
                self.lanes.batch_rows
            ));
        }
        if !(self.lanes.refused_alarm > 0.0 && self.lanes.refused_alarm.is_finite()) {
            return Err(format!(
                "lanes.refused_alarm is {}: use a share above 0 (above 1 there is no alarm)",
                self.lanes.refused_alarm
            ));
        }
        let bounds = self.lanes.bounds;
        if bounds.west >= bounds.east || bounds.south >= bounds.north {
            return Err("lanes.bounds: west must be less than east, and south less than north".to_owned());
        }
        if self.windows.top == 0 {
            return Err("windows.top is 0: use at least 1".to_owned());
        }
        if !(self.rankings.horizon_h > 0.0 && self.rankings.horizon_h.is_finite()) {
            return Err(format!("rankings.horizon_h is {}: use hours above 0", self.rankings.horizon_h));
        }
        self.reporters.check()?;
        self.duty.check()?;
        WebhookInConfig::check(&self.webhooks_in)?;
        self.deeds.check()?;
        self.officers.check(self.kafka.as_ref().map_or(&[], |kafka| &kafka.topics))?;
        self.hotspots.check()?;
        self.text.check()?;
        self.api.check()?;
        self.access.check()?;
        self.webhooks.iter().try_for_each(WebhookConfig::check)?;
        if !(10..=60_000).contains(&self.store.epoch_ms) {
            return Err(format!(
                "store.epoch_ms is {}: use 10 to 60000 (1000 on a local disk)",
                self.store.epoch_ms
            ));
        }
        if self.store.keep_epochs == 0 {
            return Err("store.keep_epochs is 0: use at least 1".to_owned());
        }
        if !(1..=3_600).contains(&self.history.append_s) {
            return Err(format!("history.append_s is {}: use 1 to 3600", self.history.append_s));
        }
        if let Some(kafka) = &self.kafka {
            kafka.check().map_err(|error| error.to_string())?;
        }
        Ok(())
    }
}

/// Where the kelurahan polygons are.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TerritoryConfig {
    /// GeoJSON of the kelurahan; without it the shipped approximation is used, and said so.
    pub file: Option<PathBuf>,
    /// Names of the properties in that file.
    pub properties: PropertyNames,
}

/// Windows.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WindowConfig {
    /// Rows of `windows.csv` a window.
    pub top: usize,
}

impl Default for WindowConfig {
    fn default() -> Self {
        Self { top: 20 }
    }
}

/// Response-time rankings.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RankingConfig {
    /// Units with fewer complaints have no place.
    pub minimum_n: u64,
    /// Horizon of the restricted mean, hours.
    pub horizon_h: f64,
}

impl Default for RankingConfig {
    fn default() -> Self {
        Self {
            minimum_n: 30,
            horizon_h: 168.0,
        }
    }
}

/// How lanes are written down.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StoreConfig {
    /// Where: an address as `s3://bucket/folder` or `file:///folder`; without it the data directory.
    pub url: Option<String>,
    /// Milliseconds between epochs of a lane that has read something.
    pub epoch_ms: u32,
    /// Epochs that can be restored, the last one included.
    pub keep_epochs: usize,
    /// Dead letters kept of each lane, the newest ones.
    pub dead_letters: usize,
}

impl Default for StoreConfig {
    fn default() -> Self {
        Self {
            url: None,
            epoch_ms: 1_000,
            keep_epochs: 64,
            dead_letters: 10_000,
        }
    }
}

/// What became of every event, in tables that other programs read too.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HistoryConfig {
    /// Whether it is kept, beside the lanes.
    pub enabled: bool,
    /// Seconds between appends; where there is much they come sooner.
    pub append_s: u32,
}

impl Default for HistoryConfig {
    fn default() -> Self {
        Self {
            enabled: true,
            append_s: 60,
        }
    }
}

/// HTTP.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ApiConfig {
    /// Address to listen on.
    pub listen: SocketAddr,
    /// Whether `/v1/sql` answers.
    pub sql: bool,
    /// Public answers leave out cells with fewer distinct reporters, and round other counts down to multiples of it; 0 or 1 = they are exact.
    pub minimum_reporters: u32,
    /// An operator sends it as `Authorization: Bearer …`; roles are in `[access]`.
    pub staff_token: Option<Secret>,
    /// Whether whoever asks from this machine is an operator.
    pub loopback_is_staff: bool,
    /// Requests a second of one client of the public, by its address; 0 = no limit.
    pub requests_per_s: u32,
    /// And at once.
    pub burst: u32,
    /// Addresses of proxies whose `X-Forwarded-For` is believed.
    #[serde(deserialize_with = "one_or_several")]
    pub trusted_proxies: Vec<String>,
    /// Origins of other sites whose pages may act here, with a token.
    #[serde(deserialize_with = "one_or_several")]
    pub allowed_origins: Vec<String>,
    /// Whether browsers reach it by TLS only.
    pub behind_tls: bool,
}

impl Default for ApiConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            sql: false,
            minimum_reporters: 5,
            staff_token: None,
            loopback_is_staff: false,
            requests_per_s: 50,
            burst: 200,
            trusted_proxies: Vec::new(),
            allowed_origins: Vec::new(),
            behind_tls: false,
        }
    }
}

impl ApiConfig {
    /// The proxies that are believed.
    #[must_use]
    pub fn proxies(&self) -> Vec<IpAddr> {
        self.trusted_proxies.iter().filter_map(|proxy| proxy.parse().ok()).collect()
    }

    /// Looks for values that cannot work.
    ///
    /// # Errors
    /// What is wrong, and what is allowed.
    pub fn check(&self) -> Result<(), String> {
        if let Some(proxy) = self.trusted_proxies.iter().find(|proxy| proxy.parse::<IpAddr>().is_err()) {
            return Err(format!(
                "api.trusted_proxies has `{proxy}`: use addresses as 10.0.0.1, one for each proxy"
            ));
        }
        let bare = |origin: &str| {
            let site = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
            site.is_some_and(|site| !site.is_empty() && !site.contains(['/', '*', '@', ' ']))
        };
        if let Some(origin) = self.allowed_origins.iter().find(|origin| !bare(origin)) {
            return Err(format!(
                "api.allowed_origins has `{origin}`: use origins as a browser states them, https://desk.example, without a path"
            ));
        }
        if self.requests_per_s > 0 && self.burst == 0 {
            return Err("api.burst is 0: use at least 1 (api.requests_per_s = 0 takes the limit away)".to_owned());
        }
        Ok(())
    }
}

/// A value that never prints.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct Secret(pub String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("(hidden)")
    }
}
