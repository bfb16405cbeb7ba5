//! Servers that run on Java: how one is started in a directory, what it said, and what is said when it is not installed.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;
use std::{env, io};

use super::absence::not_run;

/// A JVM with a cold cache on a loaded two-core machine needs most of a minute.
pub(super) const START_DEADLINE: Duration = Duration::from_mins(3);

/// What to do when a server is missing.
pub(super) const CURE: &str = "run scripts/install-servers.sh (it fetches the jars, and Java if there is none)";

/// A small JVM that starts fast: no optimising compiler, the simplest collector.
const JVM: &[&str] = &[
    "-Xmx512m",
    "-Xms128m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-Xshare:auto",
];

/// Java in a directory, where all it says goes to a file.
pub(super) fn java(directory: &Path, log: &str) -> io::Result<Command> {
    let output = File::options().create(true).append(true).open(directory.join(log))?;
    let mut command = Command::new("java");
    command
        .current_dir(directory)
        .args(JVM)
        .stdin(Stdio::null())
        .stdout(output.try_clone()?)
        .stderr(output);
    Ok(command)
}

/// What went wrong, with the end of what the server said.
pub(super) fn failure(directory: &Path, what: &str, log: &str) -> io::Error {
    let text = fs::read_to_string(directory.join(log)).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    let tail = lines[lines.len().saturating_sub(30)..].join("\n");
    io::Error::other(format!("{what}:\n{tail}"))
}

/// Where a server's jars are: what the variable says, else a name in the cache.
pub(super) fn jars(variable: &str, name: &str) -> Result<PathBuf, String> {
    let cache = || {
        let own = env::var_os("TANGGAP_CACHE").map(PathBuf::from);
        own.or_else(|| env::home_dir().map(|home| home.join(".cache/tanggap")))
    };
    env::var_os(variable)
        .map(PathBuf::from)
        .or_else(|| cache().map(|cache| cache.join(name)))
        .ok_or_else(|| format!("no home directory and no {variable}"))
}

/// What was found, if Java is there to run it. If not, a CI run fails, and another one says that the test was not run.
pub(super) fn found_or_skip(test: &str, found: Result<PathBuf, String>) -> io::Result<Option<PathBuf>> {
    let java = Command::new("java")
        .arg("-version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    let runs = java.is_ok_and(|status| status.success());
    match found.and_then(|jars| runs.then_some(jars).ok_or_else(|| format!("there is no Java: {CURE}"))) {
        Ok(jars) => Ok(Some(jars)),
        Err(missing) => not_run(test, &missing).map(|()| None),
    }
}
