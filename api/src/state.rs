//! What every handler shares: the city as the lanes publish it, the desk that asks about it, and what does not change.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::atomic::AtomicU8;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tanggap_engine::event::Category;
use tanggap_engine::incident::IncidentRules;
use tanggap_engine::route::Router;
use tanggap_engine::territory::{KelurahanCode, Territory, TerritoryIndex};
use tanggap_queries::Desk;
use tanggap_queries::hotspots::{Watch, WatchSettings};
use tanggap_queries::incidents::IncidentBoard;
use tanggap_queries::named::{
    Cases, Chronicle, DutyRule, FloodReport, HeatLevel, HeatRow, Level, Prospects, Ranking, RankingRule, ReporterTally, RisingTerms,
    TermArea,
};
use tanggap_queries::tables::{City, CitySnapshot};
use tokio::sync::Semaphore;

use crate::access::{Access, AccessSettings, Limits};
use crate::alerts::AlertBoard;
use crate::analysts::Analysts;
use crate::deeds::{Clerk, DeedSettings};
use crate::error::Problem;
use crate::fresh::Fresh;
use crate::intake::Intake;
use crate::ledger::AuditLog;
use crate::live::{Grid, Tickers};
use crate::officers::{OfficerSettings, Officers};
use crate::open311::Open311Settings;
use crate::pseudonyms::{Pseudonyms, ReporterSettings};
use crate::routes::{Outlines, Outlook, Waters};

/// A text that does not print.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Keeps a text.
    #[must_use]
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    /// Whether it is this one; takes as long whether the first or the last byte differs.
    #[must_use]
    pub fn is(&self, text: &str) -> bool {
        let (own, other) = (self.0.as_bytes(), text.as_bytes());
        let differences = own.iter().zip(other).fold(0, |sum, (a, b)| sum | (a ^ b));
        !own.is_empty() && own.len() == other.len() && differences == 0
    }

    /// Its bytes, for a signature.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// A system that sends reports by itself.
#[derive(Clone, Debug)]
pub struct WebhookIn {
    /// The end of its address.
    pub name: String,
    /// What it signs with.
    pub secret: Secret,
    /// Where its reports are written.
    pub topic: String,
}

impl WebhookIn {
    /// The channel of its reports.
    #[must_use]
    pub fn channel(&self) -> Option<&str> {
        match self.topic.as_str() {
            "qlue.reports" => Some("qlue"),
            topic => topic.strip_prefix("reports."),
        }
    }
}

/// Settings of the API.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a setting of its own, off or on")]
pub struct ApiSettings {
    /// Whether staff may ask free SQL.
    pub sql_enabled: bool,
    /// Whether the words that tweets are about are kept.
    pub keeps_terms: bool,
    /// Whether history is kept: who asks about the past before it was opened waits for it.
    pub keeps_history: bool,
    /// Areas with fewer different reporters are not counted for the public.
    pub public_minimum_reporters: u32,
    /// What an operator shows.
    pub staff_token: Option<Secret>,
    /// Whoever asks from this machine is an operator: for the demo only.
    pub loopback_is_staff: bool,
    /// Who else is staff, and in which role.
    pub access: AccessSettings,
    /// Requests a second that one client of the public may ask; 0 = as many as it likes.
    pub requests_per_s: u32,
    /// And at once.
    pub burst: u32,
    /// Proxies that say truly for whom they ask.
    pub trusted_proxies: Vec<IpAddr>,
    /// Origins whose pages may do what staff may, with a token.
    pub allowed_origins: Vec<String>,
    /// Whether browsers reach it by TLS only.
    pub behind_tls: bool,
    /// File of the ledger of changes; without it none is kept.
    pub ledger: Option<PathBuf>,
    /// H3 resolution of cells.
    pub resolution: u8,
    /// By how much watermarks run behind the newest event, seconds; as the lanes are told.
    pub delay_s: u32,
    /// Rule of the duty ledger.
    pub duty: DutyRule,
    /// What acting needs to know.
    pub deeds: DeedSettings,
    /// Where positions of officers come from.
    pub officers: OfficerSettings,
    /// What the watch for hotspots is told; without it there is none.
    pub hotspots: Option<WatchSettings>,
    /// Rule of the tables of response times.
    pub rankings: RankingRule,
    /// What the ranking of reporters needs to know.
    pub reporters: ReporterSettings,
    /// What GeoReport needs to know.
    pub open311: Open311Settings,
    /// Systems that send reports by themselves.
    pub webhooks_in: Vec<WebhookIn>,
    /// Where what others send is written; none = nothing is taken.
    pub intake: Option<Arc<dyn Intake>>,
    /// Name of this build; pages reload when it changes.
    pub build: String,
}

impl Default for ApiSettings {
    fn default() -> Self {
        Self {
            sql_enabled: false,
            keeps_terms: false,
            keeps_history: false,
            public_minimum_reporters: 5,
            staff_token: None,
            loopback_is_staff: false,
            access: AccessSettings::default(),
            requests_per_s: 50,
            burst: 200,
            trusted_proxies: Vec::new(),
            allowed_origins: Vec::new(),
            behind_tls: false,
            ledger: None,
            resolution: 9,
            delay_s: 60,
            duty: DutyRule::default(),
            deeds: DeedSettings::default(),
            officers: OfficerSettings::default(),
            hotspots: Some(WatchSettings::default()),
            rankings: RankingRule::default(),
            reporters: ReporterSettings::default(),
            open311: Open311Settings::default(),
            webhooks_in: Vec::new(),
            intake: None,
            build: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }
}

/// Which heat is remembered.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct HeatKey {
    pub(crate) level: HeatLevel,
    pub(crate) split: bool,
    /// As the public is told it, or exactly.
    pub(crate) public: bool,
    pub(crate) start_us: i64,
    pub(crate) end_us: i64,
    pub(crate) category: Option<Category>,
    pub(crate) channel: Option<String>,
    pub(crate) kelurahan: Option<i64>,
}

/// A heat and what rises in it. As the public is told it: counts rounded, expectation and surprise by them, without what is of too few people.
#[derive(Debug)]
pub(crate) struct HeatAnswer {
    pub(crate) rows: Vec<HeatRow>,
    pub(crate) rising: Vec<HeatRow>,
}

/// Which rising terms are remembered.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct TermsKey {
    pub(crate) area: TermArea,
    pub(crate) start_us: i64,
    pub(crate) end_us: i64,
    /// As the public is told them, or exactly.
    pub(crate) public: bool,
}

/// Which table of response times is remembered.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct RankingKey {
    pub(crate) level: Level,
    pub(crate) window: Option<Duration>,
    pub(crate) quality: bool,
    /// A moment that has passed, µs since epoch UTC; none = now.
    pub(crate) past_us: Option<i64>,
}

/// A table of response times, and the moment it is about: none before the first event.
#[derive(Debug)]
pub(crate) struct RankingTable {
    pub(crate) as_of_us: Option<i64>,
    pub(crate) rows: Vec<Ranking>,
}

/// Which ranking of reporters is remembered.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ReportersKey {
    /// Filed from here, µs since epoch UTC.
    pub(crate) since_us: i64,
    /// And before this.
    pub(crate) until_us: i64,
    /// A moment that has passed, µs since epoch UTC; none = now.
    pub(crate) past_us: Option<i64>,
    /// Of the ledger of pseudonyms: who asked to be named.
    pub(crate) named: u64,
}

/// What is remembered.
pub(crate) struct Answers {
    pub(crate) heat: Fresh<HeatKey, HeatAnswer>,
    pub(crate) cases: Fresh<(), Cases>,
    pub(crate) open: Fresh<(), u64>,
    /// As of moments that have passed.
    pub(crate) past: Fresh<i64, Cases>,
    /// As of every moment that has passed.
    pub(crate) chronicle: Arc<Fresh<(), Chronicle>>,
    pub(crate) rankings: Arc<Fresh<RankingKey, RankingTable>>,
    /// As of the ends of weeks and months.
    pub(crate) trends: Fresh<RankingKey, RankingTable>,
    pub(crate) reporters: Fresh<ReportersKey, Vec<ReporterTally>>,
    pub(crate) outlook: Fresh<(), Outlook>,
    pub(crate) prospects: Fresh<(), Prospects>,
    pub(crate) waters: Fresh<(), Waters>,
    pub(crate) flood_reports: Fresh<(), Vec<FloodReport>>,
    pub(crate) terms: Fresh<TermsKey, RisingTerms>,
}

/// What every handler shares.
pub struct AppState {
    /// The live tables.
    pub city: Arc<City>,
    /// Makes sessions over them.
    pub desk: Arc<Desk>,
    /// Names and outlines.
    pub territory: Arc<Territory>,
    /// Units and rules.
    pub router: Arc<Router>,
    /// Settings.
    pub settings: ApiSettings,
    /// Cells of the city, by number.
    pub grid: Arc<Grid>,
    /// Who is who.
    pub(crate) access: Access,
    /// How much the public may ask; none = as much as it likes.
    pub(crate) limits: Option<Limits>,
    /// Who changed what.
    pub(crate) ledger: AuditLog,
    /// Who wishes to be named among reporters.
    pub(crate) pseudonyms: Pseudonyms,
    /// Carries out what people do.
    pub(crate) deeds: Arc<Clerk>,
    /// Where officers are.
    pub officers: Arc<Officers>,
    /// What the city was told without asking.
    pub alerts: AlertBoard,
    pub(crate) analysts: Analysts,
    pub(crate) tickers: Tickers,
    pub(crate) outlines: Outlines,
    pub(crate) answers: Answers,
    /// One reads a past moment at a time: each holds all complaints of it.
    pub(crate) past_desk: Semaphore,
    /// Levels whose tables of past moments were asked for, one bit each.
    pub(crate) past_levels: AtomicU8,
    /// Looks for hotspots, if it is to; held while it does so, on a thread of its own, never across an await.
    pub(crate) watch: Option<Arc<Mutex<Watch>>>,
    /// Which reports tell of one incident; held while it follows a snapshot, on a thread of its own, never across an await.
    pub(crate) incidents: Arc<Mutex<IncidentBoard>>,
}

impl fmt::Debug for AppState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AppState").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl AppState {
    /// The state of a server; makes the grid and the threads that answer questions.
    ///
    /// # Errors
    /// If the system gives no threads, or the ledger of changes, that of pseudonyms or what was done before cannot be opened.
    pub fn new(
        city: Arc<City>,
        desk: Arc<Desk>,
        territory: Arc<Territory>,
        index: &TerritoryIndex,
        router: Arc<Router>,
        settings: ApiSettings,
    ) -> std::io::Result<Arc<Self>> {
        let grid = Arc::new(Grid::of(&territory, index, settings.resolution));
        // A tenth of a second: far below what a person sees, and enough that a hundred readers cost what ten do.
        let heat = Fresh::new(Duration::from_millis(100), 256);
        Ok(Arc::new(Self {
            access: Access::new(&settings.access, settings.staff_token.as_ref(), &router)?,
            limits: Limits::new(settings.requests_per_s, settings.burst),
            ledger: AuditLog::open(settings.ledger.as_deref())?,
            pseudonyms: Pseudonyms::open(settings.deeds.directory.as_deref())?,
            deeds: Arc::new(Clerk::new(settings.deeds.clone())?),
            grid,
            officers: Arc::new(Officers::new(settings.officers.clone())),
            alerts: AlertBoard::default(),
            analysts: Analysts::new()?,
            tickers: Tickers::new(),
            outlines: Outlines::default(),
            answers: Answers {
                heat,
                cases: Fresh::new(Duration::from_secs(1), 1),
                open: Fresh::new(Duration::from_secs(2), 1),
                // The past changes only by what comes late; it is dear to read again, and large.
                past: Fresh::new(Duration::from_mins(1), 2),
                chronicle: Arc::new(Fresh::new(Duration::from_secs(10), 1)),
                rankings: Arc::new(Fresh::new(Duration::from_secs(1), 64)),
                // Only what comes late changes them; a table of all kelurahan takes some 150 kB.
                trends: Fresh::new(Duration::from_mins(10), 128),
                // Only what comes late changes a month that is over.
                reporters: Fresh::new(Duration::from_mins(1), 16),
                outlook: Fresh::new(Duration::from_secs(1), 1),
                // What a year of cases says changes slowly.
                prospects: Fresh::new(Duration::from_mins(1), 1),
                waters: Fresh::new(Duration::from_secs(1), 1),
                flood_reports: Fresh::new(Duration::from_secs(1), 1),
                // A window of an hour changes little in ten seconds, and four weeks of tweets may be behind it.
                terms: Fresh::new(Duration::from_secs(10), 64),
            },
            past_desk: Semaphore::new(1),
            past_levels: AtomicU8::new(0),
            watch: settings.hotspots.clone().map(|settings| Arc::new(Mutex::new(Watch::new(settings)))),
            incidents: Arc::new(Mutex::new(IncidentBoard::new(IncidentRules::builtin().clone()))),
            city,
            desk,
            territory,
            router,
            settings,
        }))
    }

    /// Ends the live streams, so that a server that is told to stop can.
    pub fn close(&self) {
        self.tickers.close();
    }

    /// The complaints as of the city's watermark, computed at most once a second; none before the first event.
    pub(crate) async fn cases(&self, snapshot: &Arc<CitySnapshot>) -> Result<Option<Arc<Cases>>, Problem> {
        let Some(as_of) = snapshot.watermark() else { return Ok(None) };
        let make = async {
            let session = self.desk.session(snapshot)?;
            self.analysts.ask(async move { Cases::collect(&session, as_of).await }).await
        };
        self.answers.cases.ask((), snapshot.version, make).await.map(Some)
    }

    /// When open complaints will be done, from what became of others, at most a minute old; none before the first event.
    pub(crate) async fn prospects(&self, snapshot: &Arc<CitySnapshot>) -> Result<Option<Arc<Prospects>>, Problem> {
        let Some(cases) = self.cases(snapshot).await? else {
            return Ok(None);
        };
        let make = async { self.analysts.ask(async move { cases.prospects().await }).await };
        self.answers.prospects.ask((), snapshot.version, make).await.map(Some)
    }

    /// The complaints as of a moment that has passed, as far back as history goes, computed at most once a minute; none = as of the
    /// city's watermark. None before the first event.
    pub(crate) async fn cases_at(&self, snapshot: &Arc<CitySnapshot>, past_us: Option<i64>) -> Result<Option<Arc<Cases>>, Problem> {
        let Some(as_of) = past_us else {
            return self.cases(snapshot).await;
        };
        let make = async {
            let _alone = self.past_desk.acquire().await.map_err(|_| Problem::internal())?;
            let session = self.long_session(snapshot).await?;
            self.analysts.ask(async move { Cases::collect(&session, as_of).await }).await
        };
        self.answers.past.ask(as_of, snapshot.version, make).await.map(Some)
    }

    /// Dotted code and name of a kelurahan.
    pub(crate) fn place(&self, kelurahan: Option<i64>) -> (Option<String>, Option<String>) {
        let code = kelurahan.map(KelurahanCode::from_integer);
        let name = code.and_then(|code| self.territory.find(code)).map(|found| found.name.clone());
        (code.map(|code| code.to_string()), name)
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn a_secret_is_one_text_and_does_not_print() {
        let text = "0123456789abcdef";
        let secret = Secret::new(text.to_owned());
        assert!(secret.is(text));
        for position in 0..text.len() {
            let mut other = text.to_owned();
            other.replace_range(position..=position, "x");
            assert!(!secret.is(&other), "{other}");
            assert!(!secret.is(&text[..position]), "{position}");
        }
        assert!(!secret.is("0123456789abcdef0"));
        assert!(!Secret::new(String::new()).is(""), "no secret is nobody's");
        assert!(!format!("{secret:?}").contains("0123"));
    }
}
