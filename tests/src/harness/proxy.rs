//! A way to a server that a test can cut: a TCP proxy with a thread that accepts and two threads a connection, one each way. Bytes pass
//! unread; nothing is lost or made up, only held back or ended.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::JoinHandle;

/// How bytes pass.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Passage {
    /// Both ways.
    #[default]
    Open,
    /// Nothing passes and nobody is told, as behind a cable that is pulled for a while; what was sent arrives when it opens again.
    Silent,
    /// Connections are ended, and new ones at once.
    Closed,
}

/// A proxy before one server. Open at first; ends every connection when dropped.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    gate: Arc<Gate>,
    accepting: Option<JoinHandle<()>>,
}

/// What the threads share.
#[derive(Debug, Default)]
struct Gate {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    passage: Passage,
    /// None until the server is known; whoever comes before is sent away.
    server: Option<SocketAddr>,
    pairs: Vec<Weak<Pair>>,
    over: bool,
}

/// The two ends of a connection, held by its two threads.
#[derive(Debug)]
struct Pair {
    client: TcpStream,
    server: TcpStream,
}

/// Bytes passed on at once.
const AT_ONCE: usize = 64 << 10;

impl Proxy {
    /// A proxy at an address of its own, which leads nowhere yet.
    ///
    /// # Errors
    /// The system has no free port or no thread.
    pub fn bind() -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let address = listener.local_addr()?;
        let gate = Arc::new(Gate::default());
        let accepting = std::thread::Builder::new().name("proxy".to_owned()).spawn({
            let gate = Arc::clone(&gate);
            move || accept(&listener, &gate)
        })?;
        Ok(Self {
            address,
            gate,
            accepting: Some(accepting),
        })
    }

    /// Where clients find it.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// From now on it leads to this server.
    pub fn lead_to(&self, server: SocketAddr) {
        self.gate.state().server = Some(server);
    }

    /// Lets bytes pass like this from now on.
    pub fn set(&self, passage: Passage) {
        let mut ended = Vec::new();
        {
            let mut state = self.gate.state();
            state.passage = passage;
            if passage == Passage::Closed {
                ended = std::mem::take(&mut state.pairs);
            }
        }
        self.gate.changed.notify_all();
        for pair in ended.iter().filter_map(Weak::upgrade) {
            pair.end();
        }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.gate.state().over = true;
        self.set(Passage::Closed);
        // Who waits for a connection looks up when one comes.
        drop(TcpStream::connect(self.address));
        if let Some(accepting) = self.accepting.take() {
            // A panicked thread has nothing left to say.
            drop(accepting.join());
        }
    }
}

fn accept(listener: &TcpListener, gate: &Arc<Gate>) {
    for client in listener.incoming() {
        if gate.state().over {
            return;
        }
        // A client that has gone meanwhile, or a server that is not there: the connection is dropped, which the client sees.
        drop(client.and_then(|client| gate.connect(client)));
    }
}

impl Gate {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn connect(self: &Arc<Self>, client: TcpStream) -> io::Result<()> {
        let (passage, server) = {
            let state = self.state();
            (state.passage, state.server)
        };
        let Some(server) = server.filter(|_| passage != Passage::Closed) else {
            return Ok(());
        };
        let server = TcpStream::connect(server)?;
        client.set_nodelay(true)?;
        server.set_nodelay(true)?;
        let pair = Arc::new(Pair { client, server });
        {
            let mut state = self.state();
            state.pairs.retain(|pair| pair.strong_count() > 0);
            state.pairs.push(Arc::downgrade(&pair));
        }
        for to_server in [true, false] {
            let (gate, pair) = (Arc::clone(self), Arc::clone(&pair));
            std::thread::Builder::new().name("proxy way".to_owned()).spawn(move || {
                let (from, to) = if to_server {
                    (&pair.client, &pair.server)
                } else {
                    (&pair.server, &pair.client)
                };
                gate.pass_on(from, to);
                pair.end();
            })?;
        }
        Ok(())
    }

    /// Passes bytes on until one of the ends is gone or the way is closed.
    fn pass_on(&self, mut from: &TcpStream, mut to: &TcpStream) {
        let mut bytes = vec![0; AT_ONCE];
        loop {
            let read = match from.read(&mut bytes) {
                Ok(0) | Err(_) => return,
                Ok(read) => read,
            };
            if !self.opens() || to.write_all(&bytes[..read]).is_err() {
                return;
            }
        }
    }

    /// Waits while nothing passes; gives whether bytes may pass then.
    fn opens(&self) -> bool {
        let waited = self.changed.wait_while(self.state(), |state| state.passage == Passage::Silent);
        waited.unwrap_or_else(PoisonError::into_inner).passage == Passage::Open
    }
}

impl Pair {
    /// Ends both sides; the threads that read from them return.
    fn end(&self) {
        for end in [&self.client, &self.server] {
            // It may have ended by itself.
            drop(end.shutdown(Shutdown::Both));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::{TcpListener, TcpStream};
    use std::time::Duration;

    use super::{Passage, Proxy};

    /// A proxy before a server that says everything back, and a client.
    fn talking() -> (Proxy, TcpStream) {
        let server = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let proxy = Proxy::bind().unwrap();
        proxy.lead_to(server.local_addr().unwrap());
        std::thread::spawn(move || {
            for peer in server.incoming().map_while(Result::ok) {
                std::thread::spawn(move || std::io::copy(&mut &peer, &mut &peer));
            }
        });
        let client = TcpStream::connect(proxy.address()).unwrap();
        (proxy, client)
    }

    fn echoed(mut client: &TcpStream, word: [u8; 4]) -> std::io::Result<[u8; 4]> {
        let mut back = [0; 4];
        client.write_all(&word)?;
        client.read_exact(&mut back)?;
        Ok(back)
    }

    #[test]
    fn what_waits_behind_a_silent_way_arrives_when_it_opens() {
        let (proxy, mut client) = talking();
        assert_eq!(echoed(&client, *b"open").unwrap(), *b"open");
        proxy.set(Passage::Silent);
        client.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
        assert!(echoed(&client, *b"held").is_err(), "nothing passes");
        client.set_read_timeout(None).unwrap();
        proxy.set(Passage::Open);
        let mut back = [0; 4];
        client.read_exact(&mut back).unwrap();
        assert_eq!(back, *b"held");
    }

    #[test]
    fn a_closed_way_ends_connections_old_and_new() {
        let (proxy, client) = talking();
        assert_eq!(echoed(&client, *b"open").unwrap(), *b"open");
        proxy.set(Passage::Closed);
        assert!(echoed(&client, *b"gone").is_err());
        let late = TcpStream::connect(proxy.address()).unwrap();
        assert!(echoed(&late, *b"gone").is_err());
        proxy.set(Passage::Open);
        let again = TcpStream::connect(proxy.address()).unwrap();
        assert_eq!(echoed(&again, *b"back").unwrap(), *b"back");
    }
}
