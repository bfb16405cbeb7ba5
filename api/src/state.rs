//! What every handler shares: the city as the lanes publish it, the desk that asks about it, and what does not change.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tanggap_engine::event::Category;
use tanggap_engine::route::Router;
use tanggap_engine::territory::{KelurahanCode, Territory, TerritoryIndex};
use tanggap_queries::Desk;
use tanggap_queries::named::{Cases, HeatLevel, HeatRow, Level, Ranking};
use tanggap_queries::tables::{City, CitySnapshot};

use crate::analysts::Analysts;
use crate::error::Problem;
use crate::fresh::Fresh;
use crate::live::{Grid, Tickers};
use crate::routes::Outlines;

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

/// What is remembered.
pub(crate) struct Answers {
    pub(crate) heat: Fresh<HeatKey, HeatAnswer>,
    pub(crate) cases: Fresh<(), Cases>,
    pub(crate) open: Fresh<(), u64>,
    pub(crate) rankings: Fresh<(Level, Option<Duration>), Vec<Ranking>>,
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
                rankings: Fresh::new(Duration::from_secs(1), 64),
            },
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

    /// Dotted code and name of a kelurahan.
    pub(crate) fn place(&self, kelurahan: Option<i64>) -> (Option<String>, Option<String>) {
        let code = kelurahan.map(KelurahanCode::from_integer);
        let name = code.and_then(|code| self.territory.find(code)).map(|found| found.name.clone());
        (code.map(|code| code.to_string()), name)
    }
}
