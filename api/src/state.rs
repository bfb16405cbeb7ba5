//! What every handler shares: the city as the lanes publish it, the desk that asks about it, and what does not change.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tanggap_engine::event::Category;
use tanggap_engine::route::Router;
use tanggap_engine::territory::{KelurahanCode, Territory, TerritoryIndex};
use tanggap_queries::Desk;
use tanggap_queries::hotspots::{Watch, WatchSettings};
use tanggap_queries::named::{Cases, DutyRule, HeatLevel, HeatRow, Level, Ranking};
use tanggap_queries::tables::{City, CitySnapshot};

use crate::analysts::Analysts;
use crate::error::Problem;
use crate::fresh::Fresh;
use crate::live::{Grid, Tickers};
use crate::routes::{Outlines, Outlook};

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
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Settings of the API.
#[derive(Clone, Debug)]
pub struct ApiSettings {
    /// Whether staff may ask free SQL.
    pub sql_enabled: bool,
    /// Areas with fewer different reporters are not counted for the public.
    pub public_minimum_reporters: u32,
    /// What staff show.
    pub staff_token: Option<Secret>,
    /// Whoever asks from this machine is staff: for the demo only.
    pub loopback_is_staff: bool,
    /// H3 resolution of cells.
    pub resolution: u8,
    /// By how much watermarks run behind the newest event, seconds; as the lanes are told.
    pub delay_s: u32,
    /// Rule of the duty ledger.
    pub duty: DutyRule,
    /// Name of this build; pages reload when it changes.
    pub build: String,
}

impl Default for ApiSettings {
    fn default() -> Self {
        Self {
            sql_enabled: false,
            public_minimum_reporters: 5,
            staff_token: None,
            loopback_is_staff: false,
            resolution: 9,
            delay_s: 60,
            duty: DutyRule::default(),
            build: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }
}

/// Which heat is remembered.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct HeatKey {
    pub(crate) level: HeatLevel,
    pub(crate) split: bool,
    pub(crate) start_us: i64,
    pub(crate) end_us: i64,
    pub(crate) category: Option<Category>,
    pub(crate) channel: Option<String>,
    pub(crate) kelurahan: Option<i64>,
}

/// A heat and what rises in it for staff and for the public.
#[derive(Debug)]
pub(crate) struct HeatAnswer {
    pub(crate) rows: Vec<HeatRow>,
    pub(crate) rising: Vec<HeatRow>,
    pub(crate) rising_public: Vec<HeatRow>,
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

/// What is remembered.
pub(crate) struct Answers {
    pub(crate) heat: Fresh<HeatKey, HeatAnswer>,
    pub(crate) cases: Fresh<(), Cases>,
    pub(crate) open: Fresh<(), u64>,
    /// As of moments that have passed.
    pub(crate) past: Fresh<i64, Cases>,
    pub(crate) rankings: Fresh<RankingKey, RankingTable>,
    pub(crate) outlook: Fresh<(), Outlook>,
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
    pub(crate) analysts: Analysts,
    pub(crate) tickers: Tickers,
    pub(crate) outlines: Outlines,
    pub(crate) answers: Answers,
    /// Looks for hotspots; held while it does so, on a thread of its own, never across an await.
    pub(crate) watch: Arc<Mutex<Watch>>,
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
    /// If the system gives no threads.
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
            grid,
            analysts: Analysts::new()?,
            tickers: Tickers::new(),
            outlines: Outlines::default(),
            answers: Answers {
                heat,
                cases: Fresh::new(Duration::from_secs(1), 1),
                open: Fresh::new(Duration::from_secs(2), 1),
                // The past changes only by what comes late; it is dear to read again, and large.
                past: Fresh::new(Duration::from_mins(1), 2),
                rankings: Fresh::new(Duration::from_secs(1), 64),
                outlook: Fresh::new(Duration::from_secs(1), 1),
            },
            watch: Arc::new(Mutex::new(Watch::new(WatchSettings::default()))),
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

    /// The complaints as of a moment that has passed, as far back as history goes, computed at most once a minute; none = as of the
    /// city's watermark. None before the first event.
    pub(crate) async fn cases_at(&self, snapshot: &Arc<CitySnapshot>, past_us: Option<i64>) -> Result<Option<Arc<Cases>>, Problem> {
        let Some(as_of) = past_us else {
            return self.cases(snapshot).await;
        };
        let make = async {
            let session = match self.city.history() {
                Some(history) => self.desk.long_session(snapshot, &history).await?,
                None => self.desk.session(snapshot)?,
            };
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
