//! The `tanggap` program under test: the one cargo builds beside the suites.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Command;
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

/// `host:port` that nobody listens on. Somebody may take it before the caller does; then the caller fails loudly.
///
/// # Errors
/// The system has no free port.
pub fn free_address() -> io::Result<String> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.to_string())
}
