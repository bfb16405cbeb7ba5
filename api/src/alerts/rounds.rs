//! The rounds: what the city should hear of now and has not heard yet. They are made again and again; what is told is the caller's to send.

use std::io;
use std::path::Path;
use std::sync::Arc;

use tanggap_engine::time::pane_of;

use super::hotspots::{HotspotNews, Sight};
use super::{Alert, Memory, lanes, overruns};
use crate::error::Problem;
use crate::routes::outlook;
use crate::state::AppState;

/// A city whose watermark lies further back than this reads its past: what happened then is no news, µs.
const PAST_US: i64 = 6 * 3_600_000_000;
/// Clocks that ran out longer ago than this are not told of, µs: a day.
const TELL_US: i64 = 24 * 3_600_000_000;
/// Cases and hotspots are looked at this often at most, µs: it costs a look at every case.
const LOOK_US: i64 = 30 * 1_000_000;

/// Makes the rounds.
#[derive(Debug)]
pub struct Rounds {
    memory: Memory,
    hotspots: HotspotNews,
    /// When cases and hotspots were last looked at, by the clock on the wall and by the city's minute.
    looked: Option<(i64, i64)>,
}

impl Rounds {
    /// Rounds that remember what was told in a file, or as long as they last. `now_us`: µs since epoch UTC.
    ///
    /// # Errors
    /// The file cannot be read or written.
    pub fn begin(memory: Option<&Path>, now_us: i64) -> io::Result<Self> {
        Ok(Self {
            memory: Memory::open(memory, now_us)?,
            hotspots: HotspotNews::default(),
            looked: None,
        })
    }

    /// What was told.
    #[must_use]
    pub const fn memory(&self) -> &Memory {
        &self.memory
    }

    /// What is to be told at `now_us` (µs since epoch UTC): of lanes at any time; of hotspots and clocks once a minute of the city, and not while
    /// it reads its past. It is the same again until [`Self::told`] says that it was told.
    ///
    /// # Errors
    /// The city cannot be asked.
    pub async fn make(&mut self, state: &Arc<AppState>, now_us: i64) -> Result<Vec<Alert>, Problem> {
        let city = state.city.snapshot();
        let mut alerts = lanes::news(&city, &self.memory, now_us);
        let Some(watermark) = city.watermark().filter(|watermark| *watermark > now_us.saturating_sub(PAST_US)) else {
            return Ok(alerts);
        };
        let minute = pane_of(watermark);
        if self
            .looked
            .is_some_and(|(at_us, looked)| looked == minute || now_us.saturating_sub(at_us) < LOOK_US)
        {
            return Ok(alerts);
        }
        let outlook = outlook(state, &city).await?;
        if let Some(tick_us) = outlook.tick_us {
            let living = outlook.living.iter().map(|why| &why.hotspot);
            let sights: Vec<Sight> = living.chain(&outlook.ended).map(Sight::from).collect();
            alerts.extend(self.hotspots.of(tick_us, sights, &self.memory));
        }
        if let Some(cases) = state.cases(&city).await? {
            let since_us = cases.as_of_us().saturating_sub(TELL_US);
            let found = state.analysts.ask(async move { cases.overruns(since_us).await }).await?;
            alerts.extend(overruns::news(found, &self.memory));
        }
        self.looked = Some((now_us, minute));
        Ok(alerts)
    }

    /// These were told.
    ///
    /// # Errors
    /// It cannot be written down; see [`Memory::add`].
    pub fn told(&mut self, alerts: &[Arc<Alert>], now_us: i64) -> io::Result<()> {
        self.memory.add(alerts, now_us)
    }

    /// What was made last was not told: the next round makes it again.
    pub const fn again(&mut self) {
        self.looked = None;
    }
}
