//! `POST /v1/pseudonyms`: the application of a channel tells that a reporter of it wishes to be named in the ranking, or does no more. Of
//! the reporter nothing is kept but the hash that events have anyway, and nothing at all is in the program's log.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use tanggap_queries::named::NamedReporter;
use utoipa::ToSchema;

use super::answer::json;
use super::webhooks_in::signed;
use crate::access::{Right, Role};
use crate::error::Problem;
use crate::extractors::{Params, Viewer};
use crate::pseudonyms::{NotNamed, check};
use crate::state::AppState;
use crate::time::now_us;

/// Bytes of a reporter's id at most.
const ID_BYTES: usize = 256;
/// And of a channel's name.
const CHANNEL_BYTES: usize = 64;

/// What a reporter wishes. It does not print: it has the reporter's id.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PseudonymWish {
    /// The channel they report on, as `qlue`.
    channel: String,
    /// Their id, a text, as the channel's messages have it. It is hashed at once and not kept.
    reporter: String,
    /// What they wish to be called: 3 to 24 of a-z, A-Z, 0-9, `.`, `_` and `-`, fewer than six digits in a row. Left out by who withdraws.
    pseudonym: Option<String>,
    /// Whether they consent to be named; false withdraws.
    consent: bool,
}

/// What holds from now on.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PseudonymAnswer {
    /// Whether they are named in the ranking, where there is one.
    named: bool,
}

/// A reporter's wish to be named
///
/// From the application of the channel, which knows that it was the reporter who asked: signed by a source of `[[webhooks_in]]` whose topic is
/// the channel's, as `/v1/webhooks/{name}` is (`X-Tanggap-Timestamp`, `X-Tanggap-Signature`), or from an operator. With `consent: true` the
/// reporter is named by `pseudonym` from now on, for what they told before too; with another pseudonym than before the former is forgotten. With
/// `consent: false` they are in no answer any more when this is answered, and their pseudonym is in no file of this process; that
/// is taken also where the ranking is off. Said again it changes nothing. Several processes of a city must each be told.
#[utoipa::path(
    post,
    path = "/v1/pseudonyms",
    tag = "rankings",
    request_body = PseudonymWish,
    responses(
        (status = 200, description = "It is on the disk", body = PseudonymAnswer),
        (status = 400, description = "A field does not fit", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "Neither signed by a source of this channel nor from an operator", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "No operator, or the ranking is off", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "Somebody else has this pseudonym, however it is written", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "Too large", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "It is not on the disk: to be said again", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn consent(
    State(state): State<Arc<AppState>>,
    viewer: Viewer,
    headers: HeaderMap,
    params: Params,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let body = body?;
    let wish = serde_json::from_slice::<PseudonymWish>(&body).ok();
    let viewer = sender(&state, viewer, &headers, &body, wish.as_ref())?;
    let allowed = "an object of the texts `channel` and `reporter`, `consent` true or false, and with true the text `pseudonym`";
    let wish = wish.ok_or_else(|| Problem::parameter("body", "this", &[allowed]))?;
    let pseudonym = read(&state, &wish)?;
    let who = NamedReporter {
        key: state.settings.deeds.reporter_key.key_of(&wish.channel, &wish.reporter),
        channel: wish.channel,
    };
    // It waits for the disk, and whoever hangs up has said it all the same.
    let work = tokio::task::spawn_blocking(move || set(&state, &viewer, &who, pseudonym.as_deref()));
    json(&work.await.map_err(|_| Problem::internal())??)
}

/// Who says so: a source that signed it, for its own channel only, or an operator.
fn sender(state: &AppState, viewer: Viewer, headers: &HeaderMap, body: &[u8], wish: Option<&PseudonymWish>) -> Result<Viewer, Problem> {
    if viewer.may(Right::Operate) {
        return Ok(viewer);
    }
    let mut sources = state.settings.webhooks_in.iter();
    let own = |channel: Option<&str>| channel.is_some() && channel == wish.map(|wish| wish.channel.as_str());
    if let Some(source) = sources.find(|source| own(source.channel()) && signed(source, headers, body, now_us())) {
        return Ok(Viewer::of(Role::Public, None, &source.name));
    }
    Err(if headers.contains_key("x-tanggap-signature") {
        Problem::unsigned()
    } else {
        Right::Operate.refused(viewer.role)
    })
}

/// The pseudonym of who consents, none of who withdraws. No refusal repeats what was sent.
fn read(state: &AppState, wish: &PseudonymWish) -> Result<Option<String>, Problem> {
    let refused = |name: &str, allowed: &str| Problem::parameter(name, "this", &[allowed]);
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    if wish.channel.is_empty() || wish.channel.len() > CHANNEL_BYTES || !wish.channel.bytes().all(plain) {
        return Err(refused("channel", "the name of a channel, as qlue"));
    }
    if wish.reporter.trim().is_empty() || wish.reporter.len() > ID_BYTES {
        return Err(refused(
            "reporter",
            "the reporter's id as the channel's messages have it, at most 256 bytes",
        ));
    }
    match (&wish.pseudonym, wish.consent) {
        (None, false) => Ok(None),
        (Some(_), false) => Err(refused("pseudonym", "nothing, as consent is false")),
        (None, true) => Err(Problem::missing_parameter("pseudonym", "what the reporter wishes to be called")),
        (Some(pseudonym), true) => {
            if !state.settings.reporters.ranking {
                return Err(Problem::switched_off("reporters.ranking"));
            }
            check(pseudonym, &wish.reporter).map_err(|allowed| refused("pseudonym", allowed))?;
            Ok(Some(pseudonym.clone()))
        }
    }
}

/// Writes it down, and in the ledger of changes that something was said of somebody of a channel: neither who, nor the pseudonym.
fn set(state: &AppState, viewer: &Viewer, who: &NamedReporter, pseudonym: Option<&str>) -> Result<PseudonymAnswer, Problem> {
    let done = match pseudonym {
        Some(pseudonym) => state.pseudonyms.consent(who, pseudonym, now_us()),
        None => state.pseudonyms.withdraw(who, now_us()).map_err(NotNamed::Disk),
    };
    let what = if pseudonym.is_some() { "pseudonym" } else { "pseudonym withdrawn" };
    let done = done.map_err(problem);
    let outcome = done.as_ref().map_or_else(
        |problem| format!("refused: {}", problem.kind.rsplit(':').next().unwrap_or_default()),
        |()| "taken in".to_owned(),
    );
    state.ledger.record(viewer, what, &who.channel, &outcome);
    done.map(|()| PseudonymAnswer {
        named: pseudonym.is_some(),
    })
}

fn problem(refusal: NotNamed) -> Problem {
    match refusal {
        NotNamed::Taken => Problem::taken("somebody else has this pseudonym; capital and small letters are the same"),
        NotNamed::Full => Problem::unwritten("as many reporters are named as there may be"),
        NotNamed::Disk(error) => {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "the ledger of pseudonyms could not be written"
            );
            Problem::unwritten("it could not be written down: say it again")
        }
    }
}
