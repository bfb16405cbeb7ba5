//! Connections: length-prefixed frames in, frames out, one request at a time in order, as Kafka does it.

use std::io::{self, ErrorKind};
use std::time::{Duration, SystemTime};

use rama::{Context, Service as _};
use tansu_storage::Storage;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use super::log::Log;
use super::routes::Routes;

/// The largest request. Clients send batches of 1 MB unless told otherwise; the store answers a fetch with 5 MB at most, and a
/// message it could never give back must not come in. HTTP sent here by mistake looks larger.
const MAX_FRAME_BYTES: usize = 4 << 20;

/// Connections at a time; each may hold one frame. Further ones wait in the kernel's backlog.
const MAX_CONNECTIONS: usize = 256;

/// How often old messages are deleted and the store is tidied.
const MAINTENANCE: Duration = Duration::from_mins(10);

/// Accepts until told to stop.
pub(super) async fn accept(listener: TcpListener, log: Log, routes: Routes, mut stop: oneshot::Receiver<()>) {
    let mut connections = JoinSet::new();
    let mut maintenance = tokio::time::interval(MAINTENANCE);
    loop {
        tokio::select! {
            accepted = listener.accept(), if connections.len() < MAX_CONNECTIONS => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(serve(stream, routes.clone()));
                }
                Err(error) => {
                    // Out of descriptors, or a client that left: waiting is all there is to do.
                    tracing::warn!(%error, "the embedded broker could not accept a connection");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            },
            Some(ended) = connections.join_next(), if !connections.is_empty() => match ended {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::debug!(%error, "a connection to the embedded broker ended"),
                Err(error) => tracing::error!(%error, "a connection of the embedded broker failed"),
            },
            _ = maintenance.tick() => {
                if let Err(error) = log.storage.maintain(SystemTime::now()).await {
                    tracing::warn!(%error, "the embedded broker could not tidy its store");
                }
            },
            _ = &mut stop => return,
        }
    }
}

async fn serve(mut stream: TcpStream, routes: Routes) -> io::Result<()> {
    stream.set_nodelay(true)?;
    loop {
        let mut size = [0_u8; 4];
        match stream.read_exact(&mut size).await {
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(()),
            Err(error) => return Err(error),
        }
        let length = usize::try_from(u32::from_be_bytes(size)).unwrap_or(usize::MAX);
        if length > MAX_FRAME_BYTES {
            return Err(io::Error::new(ErrorKind::InvalidData, "frame too large, or not the Kafka protocol"));
        }
        let mut frame = vec![0_u8; 4 + length];
        frame[..4].copy_from_slice(&size);
        stream.read_exact(&mut frame[4..]).await?;
        let answer = routes
            .serve(Context::default(), frame.into())
            .await
            // The error may quote the request, and with it what people wrote; it is not passed on.
            .map_err(|_| io::Error::new(ErrorKind::InvalidData, "a request that is not supported or could not be answered"))?;
        stream.write_all(&answer).await?;
    }
}
