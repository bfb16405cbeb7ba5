//! One request to a server of others: whole and checked, or a fault that says what went wrong without saying where.

use std::fmt;
use std::io;
use std::time::Duration;

use ureq::config::RedirectAuthHeaders;
use ureq::http::HeaderMap;
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, Body, http};

/// What went wrong with a request. Its text names no address: some are secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nobody answered, or the answer broke off.
    Network(&'static str),
    /// The server answered, but not with what was asked for.
    Status {
        /// HTTP status.
        code: u16,
        /// How long it asks to wait (`retry-after`).
        retry_after: Option<Duration>,
        /// Until when it asks to wait (`x-rate-limit-reset`), seconds since epoch.
        reset_s: Option<i64>,
    },
    /// The answer cannot be read.
    Content(&'static str),
    /// The server answered and does not let us in: somebody has to change something, and the text says what.
    Denied(&'static str),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Network(what) | Self::Content(what) | Self::Denied(what) => f.write_str(what),
            Self::Status { code, .. } => write!(f, "the server answered with status {code}"),
        }
    }
}

/// An answer read to its end.
#[derive(Debug)]
pub(super) struct Answer {
    /// 200, or 304 where nothing changed.
    pub(super) status: u16,
    /// `etag`, to be asked with next time.
    pub(super) etag: Option<String>,
    /// `last-modified`, likewise.
    pub(super) modified: Option<String>,
    pub(super) body: Vec<u8>,
}

/// How an agent behaves.
#[derive(Clone, Copy, Debug)]
pub(super) struct Manners {
    /// A whole request may take so long; none = a stream.
    pub(super) whole: Option<Duration>,
    /// A single read may take so long.
    pub(super) read: Duration,
}

/// An HTTP client: certificates as the system trusts them, five redirects at most, no credentials along with them.
pub(super) fn agent(manners: Manners) -> Agent {
    // A compressed stream would hold lines back until a block is full.
    let encoding = if manners.whole.is_some() { "gzip" } else { "identity" };
    Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(manners.whole)
        .timeout_connect(Some(Duration::from_secs(10)))
        .timeout_recv_response(Some(manners.read))
        .timeout_per_read(Some(manners.read))
        .max_redirects(5)
        .redirect_auth_headers(RedirectAuthHeaders::Never)
        .accept_encoding(encoding)
        .user_agent(concat!("tanggap/", env!("CARGO_PKG_VERSION")))
        .tls_config(TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build())
        .build()
        .new_agent()
}

/// Asks for an address and reads the answer whole, at most `most_bytes` of it.
pub(super) fn fetch(agent: &Agent, url: &str, headers: &[(&str, &str)], most_bytes: u64) -> Result<Answer, Fault> {
    let mut request = agent.get(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut response = request.call().map_err(|error| fault(&error))?;
    check(&response)?;
    let header = |name| text(response.headers(), name);
    let (etag, modified) = (header("etag"), header("last-modified"));
    let status = response.status().as_u16();
    let body = response.body_mut().with_config().limit(most_bytes).read_to_vec();
    Ok(Answer {
        status,
        etag,
        modified,
        body: body.map_err(|error| fault(&error))?,
    })
}

/// Refuses an answer that is neither what was asked for nor that nothing changed.
pub(super) fn check(response: &http::Response<Body>) -> Result<(), Fault> {
    let code = response.status().as_u16();
    if matches!(code, 200 | 304) {
        return Ok(());
    }
    let seconds = |name| text(response.headers(), name).and_then(|text| text.trim().parse::<u32>().ok());
    Err(Fault::Status {
        code,
        retry_after: seconds("retry-after").map(|seconds| Duration::from_secs(u64::from(seconds))),
        reset_s: text(response.headers(), "x-rate-limit-reset").and_then(|text| text.trim().parse().ok()),
    })
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

/// What an error of the client means. Its own text may name the address.
pub(super) fn fault(error: &ureq::Error) -> Fault {
    match error {
        ureq::Error::Timeout(_) => Fault::Network("the server took too long"),
        ureq::Error::HostNotFound => Fault::Network("the server's name is not known"),
        ureq::Error::TooManyRedirects | ureq::Error::RedirectFailed => Fault::Network("the server sends us in circles"),
        ureq::Error::Io(error) => interrupted(error),
        ureq::Error::BadUri(_) | ureq::Error::Http(_) => Fault::Network("the address is none"),
        ureq::Error::Protocol(_) => Fault::Network("the answer is no HTTP, or broke off"),
        ureq::Error::BodyExceedsLimit(_) => Fault::Content("the answer is too large"),
        ureq::Error::Decompress(..) => Fault::Content("the answer's compression is broken"),
        _ => Fault::Network("the connection could not be made"),
    }
}

/// What an error of reading means.
pub(super) fn interrupted(error: &io::Error) -> Fault {
    // The client hides its own errors in those of reading.
    if let Some(inner) = error.get_ref().and_then(|inner| inner.downcast_ref::<ureq::Error>()) {
        return fault(inner);
    }
    match error.kind() {
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => Fault::Network("the server took too long"),
        io::ErrorKind::ConnectionRefused => Fault::Network("nobody listens at the address"),
        _ => Fault::Network("the connection broke off"),
    }
}
