//! The `tanggap` program under test: the one cargo builds beside the suites.

use std::net::TcpListener;
use std::ops::Range;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicU16, Ordering};
use std::{env, io};

/// A command that runs the program with no setting from this process's environment.
///
/// # Panics
/// The program is not beside the test (`cargo build --release --workspace --bins` makes it) and `TANGGAP_BIN` names none.
#[must_use]
pub fn program() -> Command {
    let built = env::current_exe().ok().and_then(|test| {
        // A test lies in `release/deps`, the program in `release`.
        Some(test.parent()?.parent()?.join("tanggap"))
    });
    let path = env::var_os("TANGGAP_BIN").map(PathBuf::from).or(built).unwrap_or_default();
    assert!(
        path.is_file(),
        "{} is missing: run `make build`, or name the program in TANGGAP_BIN",
        path.display()
    );
    let mut command = Command::new(path);
    // What the test runner sets would be taken for settings.
    for (name, _) in env::vars_os() {
        if name.to_string_lossy().starts_with("TANGGAP_") {
            command.env_remove(name);
        }
    }
    command
}

/// Ports below those that the system gives to connections going out: one of them could otherwise hold the port of a server that is down for
/// a moment.
const PORTS: Range<u16> = 12_000..32_000;
/// How many ports were asked for so far.
static ASKED: AtomicU16 = AtomicU16::new(0);

/// `host:port` that nobody listens on, as [`free_port`] finds it.
///
/// # Errors
/// The system has no free port.
pub fn free_address() -> io::Result<String> {
    Ok(format!("127.0.0.1:{}", free_port()?))
}

/// A port of this machine that nobody listens on, another one each time. Somebody may take it before the caller does; then the caller fails
/// loudly.
///
/// # Errors
/// The system has no free port.
pub fn free_port() -> io::Result<u16> {
    let span = u32::from(PORTS.end - PORTS.start);
    // Programs that test side by side begin at different ports.
    let first = std::process::id().wrapping_mul(97);
    for _ in PORTS {
        let asked = u32::from(ASKED.fetch_add(1, Ordering::Relaxed));
        let port = u32::from(PORTS.start) + first.wrapping_add(asked) % span;
        match TcpListener::bind(("127.0.0.1", u16::try_from(port).map_err(io::Error::other)?)) {
            Ok(listener) => return Ok(listener.local_addr()?.port()),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::other("no port is free"))
}
