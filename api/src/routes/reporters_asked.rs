//! What the ranking of reporters is asked: by whom, over which window, as of when.

use std::sync::Arc;
use std::time::Duration;

use tanggap_queries::named::Month;
use tanggap_queries::tables::CitySnapshot;

use crate::access::Right;
use crate::error::Problem;
use crate::extractors::{Params, Viewer};
use crate::state::{AppState, ReportersKey};

/// The words for whole months, and how many.
const MONTHS: [(&str, usize); 3] = [("month", 1), ("quarter", 3), ("year", 12)];
/// What the public may ask for.
const WHOLE_MONTHS: &str = "the beginning of a month in Jakarta, as 2026-01-01T00:00:00+07:00; staff may ask for any moment";

/// Whether the ranking answers this viewer.
pub(super) fn shown(state: &AppState, viewer: &Viewer) -> bool {
    let settings = &state.settings.reporters;
    settings.ranking && (settings.public || viewer.may(Right::ReadCases))
}

/// What was asked for, checked.
pub(super) struct Asked {
    pub(super) snapshot: Arc<CitySnapshot>,
    /// The window, as asked for.
    pub(super) window: String,
    /// None before the first event.
    pub(super) key: Option<ReportersKey>,
}

impl Asked {
    /// Reads `window` and `as_of`. Whoever asks twice with windows a little apart learns when somebody reported, and from what is public of
    /// reports perhaps which one it was; so the public may ask for whole calendar months only, which begin and end for all at the same time.
    pub(super) fn read(state: &AppState, viewer: &Viewer, params: &Params, named: u64) -> Result<Self, Problem> {
        if !state.settings.reporters.ranking {
            return Err(Problem::not_found("there is no ranking of reporters here: it is switched off"));
        }
        if !shown(state, viewer) {
            return Err(Right::ReadCases.refused(viewer.role));
        }
        let text = params.get("window").unwrap_or("month");
        let months = MONTHS.iter().find(|(word, _)| *word == text).map(|(_, months)| *months);
        let day = Duration::from_hours(24);
        let length = match months {
            Some(_) => Duration::ZERO,
            None if viewer.staff() => params.length("window", day / 24..=day * 3_660, day)?,
            None => return Err(Problem::parameter("window", text, &MONTHS.map(|(word, _)| word))),
        };
        let snapshot = state.city.snapshot();
        let newest = snapshot.watermark();
        let asked = params.moment("as_of")?;
        let whole = |moment: i64| Month::of(moment).start_us() == moment;
        if asked.is_some_and(|moment| !viewer.staff() && !whole(moment)) {
            let text = params.get("as_of").unwrap_or_default();
            return Err(Problem::parameter("as_of", text, &[WHOLE_MONTHS]));
        }
        let key = newest.map(|newest| {
            let as_of = asked.map_or(newest, |asked| asked.min(newest));
            let (since_us, until_us) = match months {
                Some(months) => {
                    let end = Month::of(as_of);
                    let start = (0..months).fold(end, |month, _| month.before());
                    (start.start_us(), end.start_us())
                }
                None => (as_of.saturating_sub(micros(length)), as_of.saturating_add(1)),
            };
            // Of whole months it is told how things stood when they were over.
            let moment = if months.is_some() { until_us } else { as_of };
            ReportersKey {
                since_us,
                until_us,
                past_us: Some(moment).filter(|moment| *moment < newest),
                named,
            }
        });
        Ok(Self {
            window: text.to_owned(),
            snapshot,
            key,
        })
    }
}

fn micros(length: Duration) -> i64 {
    i64::try_from(length.as_micros()).unwrap_or(i64::MAX)
}
