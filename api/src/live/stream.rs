//! One listener's stream: the build, the city as it is or what was missed since the last connection, then what the ticker says; a
//! comment when it has long said nothing.

use std::convert::Infallible;
use std::sync::{Arc, Weak};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderName, header};
use axum::response::{IntoResponse, Response};
use futures::stream::unfold;
use serde_json::json;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use super::Grid;
use super::event_id::EventId;
use super::frame::event;
use super::ticker::{Ticker, Topic};
use super::told::Message;
use crate::error::Problem;
use crate::state::AppState;

/// A proxy closes what is silent; this keeps it open.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

struct Listener {
    first: std::vec::IntoIter<Bytes>,
    receiver: Receiver<Message>,
    /// The number of the last event that was sent, or is among the first.
    heard: u64,
    /// Not kept alive by who listens: the stream ends when it does.
    ticker: Weak<Ticker>,
    grid: Arc<Grid>,
    /// Given back when the listener goes.
    _place: OwnedSemaphorePermit,
}

/// A listener's answer; `last` is what it heard last, if it was here before.
pub(crate) fn listen(state: &Arc<AppState>, topic: Topic, last: Option<EventId>) -> Result<Response, Problem> {
    let subscription = state.tickers.subscribe(state, topic, last)?;
    let mut first = vec![
        Bytes::from_static(b"retry: 2000\n\n"),
        event(None, "version", &json!({"build": state.settings.build})),
    ];
    first.extend(subscription.joined.first);
    let listener = Listener {
        first: first.into_iter(),
        receiver: subscription.receiver,
        heard: subscription.joined.heard,
        ticker: subscription.ticker,
        grid: Arc::clone(&state.grid),
        _place: subscription.place,
    };
    let body = Body::from_stream(unfold(listener, |mut listener| async move {
        let message = next(&mut listener).await?;
        Some((Ok::<_, Infallible>(message), listener))
    }));
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
        (HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    Ok((headers, body).into_response())
}

async fn next(listener: &mut Listener) -> Option<Bytes> {
    loop {
        if let Some(message) = listener.first.next() {
            return Some(message);
        }
        match tokio::time::timeout(KEEP_ALIVE, listener.receiver.recv()).await {
            Err(_) => return Some(Bytes::from_static(b":\n\n")),
            Ok(Ok((seq, message))) => {
                listener.heard = seq;
                return Some(message);
            }
            // Too slow for what is under way, not for what is remembered: it goes on as one whose line broke.
            Ok(Err(RecvError::Lagged(_))) => {
                let (joined, receiver) = listener.ticker.upgrade()?.rejoin(listener.heard, listener.grid.version());
                listener.first = joined.first.into_iter();
                listener.heard = joined.heard;
                listener.receiver = receiver;
            }
            Ok(Err(RecvError::Closed)) => return None,
        }
    }
}
