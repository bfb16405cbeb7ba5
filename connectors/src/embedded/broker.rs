//! The broker's life: start (ready when it is returned), address, stop. It runs on threads of its own, so that a blocking
//! client in this process cannot starve it.

use std::fmt;
use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tansu_storage::{BrokerRegistrationRequest, Storage, StorageContainer};
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;
use url::Url;
use uuid::Uuid;

use super::EmbeddedError;
use super::connection::accept;
use super::log::Log;
use super::routes::routes;
use super::storage::{CLUSTER, Directory, NODE};

/// A Kafka-protocol broker in this process. Stops when dropped.
pub struct EmbeddedBroker {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl fmt::Debug for EmbeddedBroker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmbeddedBroker")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

/// One thread for the store, which blocks in `SQLite`, and one for the connections.
const THREADS: usize = 2;

/// How long a stop waits for requests under way. Nothing acknowledged is lost by cutting one off.
const STOP_WAIT: Duration = Duration::from_secs(2);

impl EmbeddedBroker {
    /// Starts the broker on `listen` (port 0: any free port) with its log in `directory`, which is made if it is not there.
    /// Clients can talk to it when this returns. Listening on all addresses, it names itself 127.0.0.1 to its clients: a
    /// client on another machine needs `listen` to be the address it reaches.
    ///
    /// # Errors
    /// The port is taken, the directory is unusable or in use, or its store cannot be opened.
    pub fn start(directory: &Path, listen: SocketAddr) -> Result<Self, EmbeddedError> {
        let directory = Directory::open(directory)?;
        let (stop, stopped) = oneshot::channel();
        let (ready, started) = mpsc::sync_channel(1);
        let thread = std::thread::Builder::new()
            .name("embedded-broker".to_owned())
            .spawn(move || run(&directory, listen, &ready, stopped))
            .map_err(EmbeddedError::Threads)?;
        let address = started.recv().map_err(|_| EmbeddedError::Ended)??;
        tracing::info!(%address, "embedded Kafka broker is ready");
        Ok(Self {
            address,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// Where clients reach it.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops it and waits until its files are closed.
    pub fn stop(self) {
        drop(self);
    }
}

impl Drop for EmbeddedBroker {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // Gone already is stopped too.
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the embedded broker's thread had failed");
        }
    }
}

/// The thread: builds the runtime, says whether it started, serves until stopped.
fn run(
    directory: &Directory,
    listen: SocketAddr,
    ready: &mpsc::SyncSender<Result<SocketAddr, EmbeddedError>>,
    stopped: oneshot::Receiver<()>,
) {
    let runtime = match Builder::new_multi_thread()
        .worker_threads(THREADS)
        .thread_name("embedded-broker")
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            let _ = ready.send(Err(EmbeddedError::Threads(error)));
            return;
        }
    };
    serve(&runtime, directory, listen, ready, stopped);
    runtime.shutdown_timeout(STOP_WAIT);
}

fn serve(
    runtime: &Runtime,
    directory: &Directory,
    listen: SocketAddr,
    ready: &mpsc::SyncSender<Result<SocketAddr, EmbeddedError>>,
    stopped: oneshot::Receiver<()>,
) {
    runtime.block_on(async {
        // Whoever started us waits for this word, so a failed send means there is no one to serve.
        match open(directory, listen).await {
            Ok((listener, log, address)) => match routes(&log) {
                Ok(routes) => {
                    if ready.send(Ok(address)).is_ok() {
                        accept(listener, log, routes, stopped).await;
                    }
                }
                Err(error) => {
                    let _ = ready.send(Err(directory.unusable(&error)));
                }
            },
            Err(error) => {
                let _ = ready.send(Err(error));
            }
        }
    });
}

/// Listens, opens the store and registers the one node there is.
async fn open(directory: &Directory, listen: SocketAddr) -> Result<(TcpListener, Log, SocketAddr), EmbeddedError> {
    let listener = TcpListener::bind(listen).await.map_err(|source| match source.kind() {
        ErrorKind::AddrInUse => EmbeddedError::PortTaken { address: listen },
        _ => EmbeddedError::Listen { address: listen, source },
    })?;
    let bound = listener
        .local_addr()
        .map_err(|source| EmbeddedError::Listen { address: listen, source })?;
    let address = if bound.ip().is_unspecified() {
        SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), bound.port())
    } else {
        bound
    };
    let advertised = Url::parse(&format!("tcp://{address}")).map_err(|error| directory.unusable(&error))?;
    let storage = directory.store(advertised).await?;
    register(&storage).await.map_err(|error| directory.unusable(&error))?;
    // The first question a client asks; if the store cannot answer it, we are not ready.
    storage.metadata(None).await.map_err(|error| directory.unusable(&error))?;
    Ok((listener, Log::new(storage), address))
}

async fn register(storage: &StorageContainer) -> Result<(), tansu_storage::Error> {
    // Unique to this start, which is all an incarnation is for.
    let nanos = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
    storage
        .register_broker(BrokerRegistrationRequest {
            broker_id: NODE,
            cluster_id: CLUSTER.to_owned(),
            incarnation_id: Uuid::from_u128(nanos),
            rack: None,
        })
        .await
}
