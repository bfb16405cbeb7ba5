//! The connection to a mail server: by TLS, with certificates as the system trusts them, or plain to this machine. No read and no write
//! outlasts a silence, nor the moment by which the answer under way has to be whole.

use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, StreamOwned};
use rustls_platform_verifier::BuilderVerifierExt;

use super::super::config::needed;
use super::super::fetch::interrupted;
use super::super::{BridgeError, Fault, MailConfig, Stop};

/// How long an address may take to answer at all.
const CONNECT: Duration = Duration::from_secs(10);

/// Where a mail server is, and how it is spoken to.
#[derive(Debug)]
pub(super) struct Place {
    host: String,
    port: u16,
    /// With TLS: how, and whose certificate is wanted.
    tls: Option<(Arc<ClientConfig>, ServerName<'static>)>,
    /// How long it may say nothing.
    silence: Duration,
}

impl Place {
    /// Checks where it is.
    ///
    /// # Errors
    /// No host, one that is none, or one without TLS that is not this machine.
    pub(super) fn new(config: &MailConfig) -> Result<Self, BridgeError> {
        let wrong = |key, problem: &str| BridgeError::Setting {
            key,
            problem: problem.to_owned(),
        };
        let host = needed("mail.host", config.host.as_ref())?.trim().to_owned();
        let name = ServerName::try_from(host.clone()).map_err(|_| wrong("mail.host", "is no name like imap.city.example"))?;
        let here = match &name {
            ServerName::DnsName(name) => name.as_ref() == "localhost",
            ServerName::IpAddress(address) => std::net::IpAddr::from(*address).is_loopback(),
            _ => false,
        };
        if !config.tls && !here {
            return Err(wrong(
                "mail.tls",
                "is false: without TLS only 127.0.0.1, ::1 or localhost is connected to",
            ));
        }
        let tls = if config.tls { Some((trusting()?, name)) } else { None };
        Ok(Self {
            host,
            port: config.port,
            tls,
            silence: Duration::from_secs(config.timeout_s.into()),
        })
    }

    /// Connects, and agrees on TLS where it is spoken. The signal closes the connection.
    ///
    /// # Errors
    /// Nobody is there, or it is not whom its certificate says.
    pub(super) fn connect(&self, stop: &Stop) -> Result<Connection, Fault> {
        let addresses = (self.host.as_str(), self.port).to_socket_addrs();
        let addresses = addresses.map_err(|_| Fault::Network("the server's name is not known"))?;
        let mut fault = Fault::Network("the server's name has no address to go to");
        for address in addresses {
            // A name of this machine may still lead away from it.
            if self.tls.is_none() && !address.ip().is_loopback() {
                continue;
            }
            match TcpStream::connect_timeout(&address, CONNECT) {
                Ok(stream) => return self.speak(stream, stop),
                Err(error) => fault = interrupted(&error),
            }
        }
        Err(fault)
    }

    fn speak(&self, stream: TcpStream, stop: &Stop) -> Result<Connection, Fault> {
        let stream = Arc::new(stream);
        stop.closes(&stream);
        // Commands are small and each waits for its answer. A socket that cannot is only slower.
        drop(stream.set_nodelay(true));
        let mut socket = Socket {
            stream,
            silence: self.silence,
            until: Instant::now() + self.silence,
        };
        let Some((config, name)) = &self.tls else {
            return Ok(Connection::Plain(socket));
        };
        let mut tls = ClientConnection::new(Arc::clone(config), name.clone()).map_err(|_| Fault::Network("TLS could not be begun"))?;
        tls.complete_io(&mut socket).map_err(|error| no_tls(&error))?;
        Ok(Connection::Tls(Box::new(StreamOwned::new(tls, socket))))
    }
}

/// TLS with certificates as the system trusts them.
fn trusting() -> Result<Arc<ClientConfig>, BridgeError> {
    // Named, because the process has two providers; the other clients of the bridges take this one.
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(BuilderVerifierExt::with_platform_verifier)
        .map_err(|_| BridgeError::Setting {
            key: "mail.tls",
            problem: "cannot work here: the system has no certificates to trust".to_owned(),
        })?;
    Ok(Arc::new(config.with_no_client_auth()))
}

/// Why TLS was not agreed on.
fn no_tls(error: &io::Error) -> Fault {
    let said = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match said {
        Some(rustls::Error::InvalidCertificate(_)) => {
            Fault::Denied("the server's certificate is not to be trusted: check mail.host, and which authorities the system trusts")
        }
        Some(_) => Fault::Network("the server and we agree on no TLS: check mail.port (993 as a rule)"),
        None => interrupted(error),
    }
}

/// A connection that bytes go over.
pub(super) enum Connection {
    Plain(Socket),
    Tls(Box<StreamOwned<ClientConnection, Socket>>),
}

impl Connection {
    /// From now on all has to be over within so long.
    pub(super) fn allow(&mut self, whole: Duration) {
        let socket = match self {
            Self::Plain(socket) => socket,
            Self::Tls(tls) => &mut tls.sock,
        };
        socket.until = Instant::now() + whole;
    }
}

impl Read for Connection {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(socket) => socket.read(buffer),
            Self::Tls(tls) => tls.read(buffer),
        }
    }
}

impl Write for Connection {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(socket) => socket.write(bytes),
            Self::Tls(tls) => tls.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(socket) => socket.flush(),
            Self::Tls(tls) => tls.flush(),
        }
    }
}

/// A socket that does not wait for ever.
pub(super) struct Socket {
    stream: Arc<TcpStream>,
    silence: Duration,
    until: Instant,
}

impl Socket {
    /// How long the next read or write may take.
    fn left(&self) -> io::Result<Duration> {
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        Ok(left.min(self.silence))
    }
}

impl Read for Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(Some(self.left()?))?;
        self.stream.as_ref().read(buffer)
    }
}

impl Write for Socket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(Some(self.left()?))?;
        self.stream.as_ref().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.as_ref().flush()
    }
}
