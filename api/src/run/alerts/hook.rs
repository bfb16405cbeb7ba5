//! One address that wants to hear of alerts: a thread of its own posts them, signed, one after the other.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use ureq::tls::{RootCerts, TlsConfig};

use super::queue::{Delivery, Queue};
use super::signature::signature;
use crate::alerts::{Alert, HookCounts};
use crate::config::WebhookConfig;

/// How long a try may take.
const TRY: Duration = Duration::from_secs(5);
/// How long the thread sleeps at most before it looks whether it is to stop, or something is to be tried.
const GLANCE: Duration = Duration::from_millis(200);
/// Deliveries on their way to the thread.
const ON_THE_WAY: usize = 1_000;

/// The way to an address.
#[derive(Debug)]
pub(super) struct Hook {
    config: WebhookConfig,
    counts: Arc<HookCounts>,
    way: SyncSender<Delivery>,
    thread: JoinHandle<()>,
}

impl Hook {
    /// Begins to deliver to an address; ends when told to stop.
    ///
    /// # Errors
    /// The system gives no thread.
    pub(super) fn begin(config: &WebhookConfig, stop: &Arc<AtomicBool>) -> std::io::Result<Self> {
        let counts = Arc::new(HookCounts::of(config.url.host().to_owned()));
        let (way, deliveries) = sync_channel(ON_THE_WAY);
        let post = Post {
            url: config.url.0.clone(),
            secret: config.secret.0.clone(),
            agent: OnceLock::new(),
        };
        let thread = std::thread::Builder::new().name("hook".to_owned()).spawn({
            let (counts, stop) = (Arc::clone(&counts), Arc::clone(stop));
            move || deliver(&post, &deliveries, &counts, &stop)
        })?;
        Ok(Self {
            config: config.clone(),
            counts,
            way,
            thread,
        })
    }

    /// How its deliveries go.
    pub(super) fn counts(&self) -> Arc<HookCounts> {
        Arc::clone(&self.counts)
    }

    /// Hands over an alert, if the address wants to hear of it. Never waits.
    pub(super) fn tell(&self, alert: &Alert, body: &str, now: Instant) {
        if !self.config.wants(alert) {
            return;
        }
        let name = in_a_header(&format!("{}:{}", alert.id(), alert.revision()));
        match self.way.try_send(Delivery::new(name, body.to_owned(), now)) {
            Ok(()) => HookCounts::add(&self.counts.waiting),
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => HookCounts::add(&self.counts.dropped),
        }
    }

    /// Waits for the end of its thread, which was told to stop.
    pub(super) fn end(self) {
        if self.thread.join().is_err() {
            tracing::error!(host = self.counts.host, "the thread of a hook panicked");
        }
    }
}

/// How alerts are posted to an address.
struct Post {
    url: String,
    secret: String,
    /// Made when first needed: it reads the certificates the system trusts.
    agent: OnceLock<ureq::Agent>,
}

impl Post {
    /// Posts one; what was wrong if it was not taken. The address is not in the words: it may hold a secret.
    fn post(&self, delivery: &Delivery) -> Result<(), String> {
        let agent = self.agent.get_or_init(|| {
            let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
            let config = ureq::Agent::config_builder()
                .tls_config(tls)
                .timeout_global(Some(TRY))
                .http_status_as_error(false)
                .max_redirects(0)
                .max_redirects_will_error(false);
            // On this machine: no proxy leads there.
            let config = if self.url.starts_with("http://") {
                config.proxy(None)
            } else {
                config
            };
            config.build().into()
        });
        let request = agent
            .post(&self.url)
            .header("Content-Type", "application/json")
            .header("X-Tanggap-Signature", signature(&self.secret, &delivery.body))
            .header("X-Tanggap-Delivery", &delivery.name);
        match request.send(delivery.body.as_bytes()) {
            Ok(answer) if answer.status().is_success() => Ok(()),
            Ok(answer) => Err(format!("it answered {}", answer.status().as_u16())),
            Err(ureq::Error::Timeout(_)) => Err("it did not answer in time".to_owned()),
            Err(_) => Err("it cannot be reached".to_owned()),
        }
    }
}

/// Delivers until told to stop. What waits then is lost to this address, but not to the topic.
fn deliver(post: &Post, deliveries: &Receiver<Delivery>, counts: &HookCounts, stop: &AtomicBool) {
    let mut queue = Queue::new(Instant::now());
    while !stop.load(Ordering::Relaxed) {
        let idle = queue.due(Instant::now()).is_none();
        match deliveries.recv_timeout(if idle { GLANCE } else { Duration::ZERO }) {
            Ok(delivery) => {
                counts.dropped.fetch_add(queue.push(delivery), Ordering::Relaxed);
                // All of them are in the queue before the next is tried.
                for delivery in deliveries.try_iter() {
                    counts.dropped.fetch_add(queue.push(delivery), Ordering::Relaxed);
                }
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) if queue.len() == 0 => return,
            // Whoever rings has gone: what waits is still tried.
            Err(RecvTimeoutError::Disconnected) => std::thread::park_timeout(GLANCE),
        }
        counts.dropped.fetch_add(queue.give_up(Instant::now()), Ordering::Relaxed);
        counts.waiting.store(queue.len() as u64, Ordering::Relaxed);
        let Some(next) = queue.due(Instant::now()) else { continue };
        match post.post(next) {
            Ok(()) => {
                queue.taken(Instant::now());
                HookCounts::add(&counts.delivered);
            }
            Err(reason) => {
                tracing::warn!(
                    host = counts.host,
                    delivery = next.name,
                    reason,
                    "a hook was not taken; trying again"
                );
                queue.failed(Instant::now());
                HookCounts::add(&counts.failed);
            }
        }
        counts.waiting.store(queue.len() as u64, Ordering::Relaxed);
    }
}

/// A text as it may stand in a header: what is no visible letter of ASCII as `%` and two hexadecimal digits.
fn in_a_header(text: &str) -> String {
    let mut header = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_graphic() && byte != b'%' {
            header.push(char::from(byte));
        } else {
            header.push('%');
            for half in [byte >> 4, byte & 15] {
                header.push(char::from_digit(half.into(), 16).unwrap_or('0').to_ascii_uppercase());
            }
        }
    }
    header
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader, Read, Write};
    use std::net::{TcpListener, TcpStream};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::Instant;

    use serde_json::Map;

    use super::{Hook, in_a_header, signature};
    use crate::alerts::{Alert, AlertKind};
    use crate::config::WebhookConfig;

    /// Reads a request and answers it; its headers, in lower case, and its body.
    fn answer(stream: TcpStream, status: &str) -> (Vec<String>, String) {
        let mut reader = BufReader::new(stream);
        let mut headers = Vec::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            let line = line.trim_end();
            if line.is_empty() {
                break;
            }
            headers.push(line.to_ascii_lowercase());
        }
        let length = headers.iter().find_map(|header| header.strip_prefix("content-length: ")).unwrap();
        let mut body = vec![0; length.parse().unwrap()];
        reader.read_exact(&mut body).unwrap();
        let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        reader.into_inner().write_all(answer.as_bytes()).unwrap();
        (headers, String::from_utf8(body).unwrap())
    }

    #[test]
    fn an_alert_is_posted_with_its_signature_and_again_until_it_is_taken() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let config = format!(
            "url = 'http://{}/alerts'\nsecret = 'a secret of the desk'\nkinds = ['escalation']",
            listener.local_addr().unwrap()
        );
        let config: WebhookConfig = toml::from_str(&config).unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        let hook = Hook::begin(&config, &stop).unwrap();
        let alert = |kind, id: &str| Alert::new(kind, id.to_owned(), 2, 0, "told", Map::new());
        let unwanted = alert(AlertKind::Hotspot, "flood-1-2");
        hook.tell(&unwanted, &unwanted.message(), Instant::now());
        let wanted = alert(AlertKind::Escalation, "escalation-qlue:r 1-respond");
        hook.tell(&wanted, &wanted.message(), Instant::now());
        let (first, body) = answer(listener.accept().unwrap().0, "503 Service Unavailable");
        assert_eq!(body, wanted.message());
        assert!(
            first.contains(&"x-tanggap-delivery: escalation-qlue:r%201-respond:2".to_owned()),
            "{first:?}"
        );
        let signed = format!("x-tanggap-signature: {}", signature("a secret of the desk", &body));
        assert!(first.contains(&signed), "{first:?}");
        let (second, again) = answer(listener.accept().unwrap().0, "204 No Content");
        assert_eq!((again, second.contains(&signed)), (body, true));
        let counts = hook.counts();
        while counts.delivered.load(Ordering::Relaxed) == 0 {
            std::thread::yield_now();
        }
        stop.store(true, Ordering::Relaxed);
        hook.end();
        let load = |counter: &std::sync::atomic::AtomicU64| counter.load(Ordering::Relaxed);
        assert_eq!((load(&counts.failed), load(&counts.dropped), load(&counts.waiting)), (1, 0, 0));
    }

    #[test]
    fn what_is_no_visible_ascii_is_written_otherwise_in_a_header() {
        assert_eq!(in_a_header("a-b:7"), "a-b:7");
        assert_eq!(in_a_header("r 1\r\né%"), "r%201%0D%0A%C3%A9%25");
    }
}
