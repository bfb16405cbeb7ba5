//! Whether what was written down shows yet: in the log it is done, on desks it is once a lane has read it.

use std::time::{Duration, Instant};

use tanggap_queries::named::shown;
use tanggap_queries::tables::CitySnapshot;

use super::answer::DeedAnswer;
use super::keys::Intent;
use crate::state::AppState;

/// How long an answer waits for the lane to show what was written.
const SEEN_WITHIN: Duration = Duration::from_secs(2);
/// How often it is looked.
const LOOK_AGAIN: Duration = Duration::from_millis(25);

/// The first answer once more; only what desks show may have changed.
pub(super) fn told_again(state: &AppState, intent: &Intent) -> DeedAnswer {
    DeedAnswer {
        seen: transition_shown(&state.city.snapshot(), intent),
        ..intent.answer.clone()
    }
}

/// Whether the lane shows the transition.
pub(super) fn transition_shown(snapshot: &CitySnapshot, intent: &Intent) -> bool {
    shown(snapshot, &intent.answer.id, intent.time_us)
}

/// Waits until a snapshot shows what it should, for as long as somebody waits for an answer.
pub(super) async fn wait_for(state: &AppState, shows: impl Fn(&CitySnapshot) -> bool) -> bool {
    let (begun, mut looked_at) = (Instant::now(), None);
    loop {
        let snapshot = state.city.snapshot();
        if looked_at != Some(snapshot.version) {
            looked_at = Some(snapshot.version);
            if shows(&snapshot) {
                return true;
            }
        }
        if begun.elapsed() >= SEEN_WITHIN {
            return false;
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}
