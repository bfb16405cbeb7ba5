//! The keys of an identity provider, kept: a thread of its own fetches them when they are first wanted, every quarter of an hour from
//! then on, and when a token names one that is not among them, which is how a provider's change of keys is noticed.
//!
//! ```text
//! request ── key is known ──────────────────────────────▶ key
//!        └── is not ── asks the thread, waits its round ──▶ key, or unknown, or nobody knows (503)
//! ```

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::Thread;
use std::time::{Duration, Instant};

use axum::http::Uri;
use jsonwebtoken::Algorithm;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::sync::watch;
use ureq::tls::{RootCerts, TlsConfig};

use super::keys::{Key, Published, choose};

/// Keys are fetched again this often, so that one the provider has withdrawn is soon no longer believed.
const REFRESH: Duration = Duration::from_mins(15);
/// And believed this long while the provider does not answer.
const GOOD: Duration = Duration::from_hours(1);
/// Keys that nobody has published are asked for no more often, whoever makes up names of keys.
const ANEW: Duration = Duration::from_mins(1);
/// A provider that did not answer is left alone this long.
const RETRY: Duration = Duration::from_secs(5);
/// The longest one fetch may take.
const FETCH: Duration = Duration::from_secs(5);
/// The longest a request waits for keys: a discovery and a fetch.
const PATIENCE: Duration = Duration::from_secs(11);
/// The largest answer of a provider that is read.
const ANSWER_BYTES: u64 = 1 << 20;

/// Why there is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoKey {
    /// The provider has none of this name.
    Unknown,
    /// The provider could not be asked.
    Unreachable,
}

/// What is known of a provider's keys.
#[derive(Clone, Default)]
struct Known {
    keys: Arc<Vec<Key>>,
    fetched: Option<Instant>,
    /// Whether the last try failed.
    failed: bool,
    /// How often somebody asked and was answered.
    round: u64,
}

impl Known {
    fn key(&self, id: Option<&str>, algorithm: Algorithm) -> Option<&Key> {
        self.fetched.filter(|fetched| fetched.elapsed() < GOOD)?;
        choose(&self.keys, id, algorithm)
    }
}

/// What requests and the thread tell each other.
#[derive(Default)]
struct Bell {
    /// The round somebody waits for; the highest.
    wanted: AtomicU64,
    closed: AtomicBool,
}

/// The keys of a provider.
pub(super) struct Provider {
    bell: Arc<Bell>,
    thread: Thread,
    known: watch::Receiver<Known>,
}

impl Provider {
    /// Starts the thread; it fetches nothing until a key is wanted.
    pub(super) fn new(issuer: &str, jwks_url: Option<&str>) -> std::io::Result<Self> {
        let bell = Arc::new(Bell::default());
        let (tell, known) = watch::channel(Known::default());
        let source = Source::new(issuer, jwks_url);
        let rung = Arc::clone(&bell);
        let thread = std::thread::Builder::new()
            .name("identity".to_owned())
            .spawn(move || keep(&source, &rung, &tell))?;
        Ok(Self {
            bell,
            thread: thread.thread().clone(),
            known,
        })
    }

    /// The key of a token.
    pub(super) async fn key(&self, id: Option<&str>, algorithm: Algorithm) -> Result<Key, NoKey> {
        let mut known = self.known.clone();
        let next = {
            let now = known.borrow_and_update();
            if let Some(key) = now.key(id, algorithm) {
                return Ok(key.clone());
            }
            now.round + 1
        };
        self.bell.wanted.fetch_max(next, Ordering::SeqCst);
        self.thread.unpark();
        let answered = tokio::time::timeout(PATIENCE, known.wait_for(|known| known.round >= next)).await;
        let Ok(Ok(now)) = answered else { return Err(NoKey::Unreachable) };
        match now.key(id, algorithm) {
            Some(key) => Ok(key.clone()),
            None if now.failed => Err(NoKey::Unreachable),
            None => Err(NoKey::Unknown),
        }
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.bell.closed.store(true, Ordering::SeqCst);
        self.thread.unpark();
    }
}

/// Fetches when it is time to, until the provider is no longer wanted.
fn keep(source: &Source, bell: &Bell, tell: &watch::Sender<Known>) {
    let mut schedule = Schedule::default();
    let mut round = 0;
    loop {
        std::thread::park_timeout(REFRESH);
        if bell.closed.load(Ordering::SeqCst) {
            return;
        }
        let asked = bell.wanted.load(Ordering::SeqCst) > round;
        let fetched = schedule.due(asked, Instant::now()).then(|| source.fetch());
        match &fetched {
            Some(Ok(_)) => schedule.fetched(Instant::now()),
            Some(Err(reason)) => {
                schedule.failed(Instant::now());
                tracing::error!(
                    reason,
                    "the identity provider's keys could not be fetched: its tokens are refused: {reason}"
                );
            }
            None => {}
        }
        round += u64::from(asked);
        tell.send_modify(|known| {
            known.round = round;
            known.failed = schedule.failing();
            if let Some(Ok(keys)) = fetched {
                known.keys = Arc::new(keys);
                known.fetched = schedule.fetched;
            }
        });
    }
}

/// When to fetch.
#[derive(Debug, Default)]
struct Schedule {
    fetched: Option<Instant>,
    failed: Option<Instant>,
    /// When a key was last looked for that was not among those that were known.
    anew: Option<Instant>,
}

impl Schedule {
    fn due(&mut self, asked: bool, now: Instant) -> bool {
        let since = |moment: Instant| now.saturating_duration_since(moment);
        if self.failed.is_some_and(|failed| since(failed) < RETRY) {
            return false;
        }
        let Some(fetched) = self.fetched else { return asked };
        if since(fetched) >= REFRESH || self.failing() {
            return true;
        }
        if !asked || self.anew.is_some_and(|anew| since(anew) < ANEW) {
            return false;
        }
        self.anew = Some(now);
        true
    }

    fn fetched(&mut self, now: Instant) {
        self.fetched = Some(now);
        self.failed = None;
    }

    fn failed(&mut self, now: Instant) {
        self.failed = Some(now);
    }

    fn failing(&self) -> bool {
        self.failed.is_some()
    }
}

/// Where the keys are.
struct Source {
    issuer: String,
    jwks_url: Option<String>,
    agent: ureq::Agent,
}

/// What a provider says of itself, as far as it matters here.
#[derive(Deserialize)]
struct Discovery {
    issuer: String,
    jwks_uri: String,
}

impl Source {
    fn new(issuer: &str, jwks_url: Option<&str>) -> Self {
        // Certificates as the system believes them, so that a city's own authority is one.
        let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
        let mut agent = ureq::Agent::config_builder()
            .tls_config(tls)
            .timeout_global(Some(FETCH))
            .max_redirects(0);
        if jwks_url.unwrap_or(issuer).starts_with("http://") {
            // On this machine: no proxy leads there.
            agent = agent.proxy(None);
        }
        Self {
            issuer: issuer.to_owned(),
            jwks_url: jwks_url.map(str::to_owned),
            agent: agent.build().into(),
        }
    }

    fn fetch(&self) -> Result<Vec<Key>, String> {
        let address = match &self.jwks_url {
            Some(address) => address.clone(),
            None => self.discover()?,
        };
        let keys = self.read::<Published>(&address)?.usable();
        if keys.is_empty() {
            return Err(format!("{address} has no key for RS256, ES256 or EdDSA"));
        }
        Ok(keys)
    }

    fn discover(&self) -> Result<String, String> {
        let address = format!("{}/.well-known/openid-configuration", self.issuer.trim_end_matches('/'));
        let found: Discovery = self.read(&address)?;
        if found.issuer != self.issuer {
            return Err(format!(
                "{address} says that the issuer is {}, not {}: set access.oidc.issuer to what it says if that is right",
                found.issuer, self.issuer
            ));
        }
        Ok(found.jwks_uri)
    }

    fn read<T: DeserializeOwned>(&self, address: &str) -> Result<T, String> {
        if !secure(address) {
            return Err(format!("{address} is not https"));
        }
        let failed = |error: ureq::Error| format!("{address}: {error}");
        let mut answer = self.agent.get(address).call().map_err(failed)?;
        answer.body_mut().with_config().limit(ANSWER_BYTES).read_json().map_err(failed)
    }
}

/// Whether what is read from an address is what its host wrote: `https`, or plain `http` on this machine.
pub(crate) fn secure(address: &str) -> bool {
    let Ok(uri) = address.parse::<Uri>() else { return false };
    let named = uri.authority().is_some_and(|authority| !authority.as_str().contains('@'));
    let host = uri.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    let here = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    named && (uri.scheme_str() == Some("https") || (uri.scheme_str() == Some("http") && here))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{ANEW, REFRESH, RETRY, Schedule, secure};

    #[test]
    fn keys_are_fetched_when_wanted_and_then_from_time_to_time() {
        let start = Instant::now();
        let mut schedule = Schedule::default();
        assert!(!schedule.due(false, start), "nobody has asked yet");
        assert!(schedule.due(true, start));
        schedule.fetched(start);
        assert!(!schedule.due(false, start + REFRESH.saturating_sub(Duration::from_secs(1))));
        assert!(schedule.due(false, start + REFRESH));
    }

    #[test]
    fn a_name_nobody_knows_costs_one_fetch_a_minute() {
        let start = Instant::now();
        let mut schedule = Schedule::default();
        assert!(schedule.due(true, start));
        schedule.fetched(start);
        assert!(schedule.due(true, start), "the first change of keys is noticed at once");
        schedule.fetched(start);
        for second in 1..ANEW.as_secs() {
            assert!(!schedule.due(true, start + Duration::from_secs(second)), "{second}");
        }
        assert!(schedule.due(true, start + ANEW));
    }

    #[test]
    fn a_provider_that_does_not_answer_is_asked_again_a_little_later() {
        let start = Instant::now();
        let mut schedule = Schedule::default();
        assert!(schedule.due(true, start));
        schedule.failed(start);
        assert!(schedule.failing());
        assert!(!schedule.due(true, start + Duration::from_secs(1)));
        assert!(schedule.due(true, start + RETRY));
        assert!(!schedule.due(false, start + RETRY), "as long as anybody wants it");
        schedule.fetched(start + RETRY);
        assert!(!schedule.failing());
    }

    #[test]
    fn plain_http_is_for_this_machine_only() {
        for address in [
            "https://login.example/realms/city",
            "http://localhost:8080/keys",
            "http://127.0.0.1:8080/keys",
            "http://[::1]:8080/keys",
        ] {
            assert!(secure(address), "{address}");
        }
        for address in [
            "http://login.example/keys",
            "http://localhost@login.example/keys",
            "http://localhost.login.example/keys",
            "https://somebody@login.example/keys",
            "http://10.0.0.1/keys",
            "file:///keys",
            "login.example/keys",
            "",
        ] {
            assert!(!secure(address), "{address}");
        }
    }
}
