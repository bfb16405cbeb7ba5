//! One listener's stream: the build, the city as it is, then what the ticker says; a comment when it has long said nothing.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderName, header};
use axum::response::{IntoResponse, Response};
use futures::stream::unfold;
use serde_json::json;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use super::frame::event;
use super::ticker::Topic;
use crate::error::Problem;
use crate::state::AppState;

/// A proxy closes what is silent; this keeps it open.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

struct Listener {
    first: std::vec::IntoIter<Bytes>,
    receiver: Receiver<Bytes>,
    /// Given back when the listener goes.
    _place: OwnedSemaphorePermit,
    ended: bool,
}

/// A listener's answer.
pub(crate) fn listen(state: &Arc<AppState>, topic: Topic) -> Result<Response, Problem> {
    let subscription = state.tickers.subscribe(state, topic)?;
    let mut first = vec![
        Bytes::from_static(b"retry: 2000\n\n"),
        event(None, "version", &json!({"build": state.settings.build})),
    ];
    first.extend(subscription.first);
    let listener = Listener {
        first: first.into_iter(),
        receiver: subscription.receiver,
        _place: subscription.place,
        ended: false,
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
    if let Some(message) = listener.first.next() {
        return Some(message);
    }
    if listener.ended {
        return None;
    }
    match tokio::time::timeout(KEEP_ALIVE, listener.receiver.recv()).await {
        Err(_) => Some(Bytes::from_static(b":\n\n")),
        Ok(Ok(message)) => Some(message),
        Ok(Err(RecvError::Lagged(missed))) => {
            // Deltas were missed: only a new snapshot helps, and that is what a new connection begins with.
            listener.ended = true;
            Some(event(None, "resync", &json!({"missed": missed})))
        }
        Ok(Err(RecvError::Closed)) => None,
    }
}
