//! A running `tanggap serve`: started on a data directory, asked over HTTP, killed or stopped, and its log kept.

use std::fs;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::program::{free_address, program};

/// Start-up, some 10,000 payloads and their tables take seconds; a loaded machine gets minutes.
const PATIENCE: Duration = Duration::from_mins(3);

/// A running server, killed when dropped.
#[derive(Debug)]
pub struct Served {
    process: Child,
    address: String,
    log: Receiver<String>,
}

impl Served {
    /// Starts the program on `directory/data` with these settings in its configuration, besides where it listens.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn start(directory: &Path, settings: &str, arguments: &[&str]) -> io::Result<Self> {
        Self::start_with(directory, settings, arguments, &[])
    }

    /// As [`Self::start`], with more in its environment.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn start_with(directory: &Path, settings: &str, arguments: &[&str], environment: &[(String, String)]) -> io::Result<Self> {
        Self::start_by(program(), directory, settings, arguments, environment)
    }

    /// As [`Self::start_with`], by a command that runs the program with the arguments it is given.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn start_by(
        mut command: Command,
        directory: &Path,
        settings: &str,
        arguments: &[&str],
        environment: &[(String, String)],
    ) -> io::Result<Self> {
        let address = free_address()?;
        let config = config_file(directory);
        fs::write(
            &config,
            format!("{settings}\n[api]\nlisten = {address:?}\nsql = true\nloopback_is_staff = true\n"),
        )?;
        let mut process = command
            .arg("serve")
            .args(arguments)
            .arg("--config")
            .arg(config)
            .arg("--data-dir")
            .arg(data_dir(directory))
            .envs(environment.iter().cloned())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()?;
        let (tell, log) = channel();
        let errors = process.stderr.take().ok_or_else(|| io::Error::other("no pipe to its log"))?;
        std::thread::spawn(move || {
            for line in BufReader::new(errors).lines().map_while(Result::ok) {
                // Nobody may read it any more.
                drop(tell.send(line));
            }
        });
        Ok(Self { process, address, log })
    }

    /// The number by which the system knows it.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// What it says at `/metrics`; nothing while it does not answer.
    #[must_use]
    pub fn metrics(&self) -> String {
        let asked = ureq::get(format!("http://{}/metrics", self.address)).call();
        let said = asked.ok().and_then(|mut answer| answer.body_mut().read_to_string().ok());
        said.unwrap_or_default()
    }

    /// The lanes of `/v1/sources`; none while it does not answer.
    #[must_use]
    pub fn lanes(&self) -> Vec<Value> {
        let asked = ureq::get(format!("http://{}/v1/sources", self.address)).call();
        let answer: Option<Value> = asked.ok().and_then(|mut answer| answer.body_mut().read_json().ok());
        answer.and_then(|answer| answer["items"].as_array().cloned()).unwrap_or_default()
    }

    /// Waits until the lanes are as wanted, and gives them.
    ///
    /// # Panics
    /// They are not within three minutes; the last ones are in the message.
    #[must_use]
    pub fn wait_until(&self, wanted: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        let begun = Instant::now();
        loop {
            let lanes = self.lanes();
            if wanted(&lanes) {
                return lanes;
            }
            assert!(begun.elapsed() < PATIENCE, "the lanes are not as wanted: {lanes:#?}");
            std::thread::park_timeout(Duration::from_millis(5));
        }
    }

    /// Waits until it answers.
    ///
    /// # Panics
    /// It does not within three minutes.
    pub fn wait_until_it_answers(&self) {
        let begun = Instant::now();
        while ureq::get(format!("http://{}/healthz", self.address)).call().is_err() {
            assert!(begun.elapsed() < PATIENCE, "the server does not answer");
            std::thread::park_timeout(Duration::from_millis(5));
        }
    }

    /// What it answers at a path: status and JSON (null if it is none).
    ///
    /// # Errors
    /// It does not answer.
    pub fn ask(&self, path: &str) -> io::Result<(u16, Value)> {
        let request = ureq::get(format!("http://{}{path}", self.address));
        let answered = request.config().http_status_as_error(false).build().call();
        Self::told(answered)
    }

    /// Where it answers, as host and port.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// What it answers to something that is sent to a path with these headers.
    ///
    /// # Errors
    /// It does not answer.
    pub fn send(&self, path: &str, headers: &[(&str, &str)], body: &[u8]) -> io::Result<(u16, Value)> {
        Self::send_to(&self.address, path, headers, body)
    }

    /// As [`Self::send`], from a thread that has no more than the address.
    ///
    /// # Errors
    /// It does not answer.
    pub fn send_to(address: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> io::Result<(u16, Value)> {
        let mut request = ureq::post(format!("http://{address}{path}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answered = request.config().http_status_as_error(false).build().send(body);
        Self::told(answered)
    }

    fn told(answered: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> io::Result<(u16, Value)> {
        let mut answer = answered.map_err(io::Error::other)?;
        let status = answer.status().as_u16();
        Ok((status, answer.body_mut().read_json().unwrap_or_default()))
    }

    /// What it has logged since it was last asked.
    #[must_use]
    pub fn logged(&self) -> Vec<String> {
        self.log.try_iter().collect()
    }

    /// Lets it stand still (`STOP`), or go on (`CONT`).
    ///
    /// # Errors
    /// The system refuses.
    pub fn signal(&self, name: &str) -> io::Result<()> {
        let told = Command::new("kill")
            .arg(format!("-{name}"))
            .arg(self.process.id().to_string())
            .status()?;
        if told.success() {
            Ok(())
        } else {
            Err(io::Error::other(format!("kill -{name} failed")))
        }
    }

    /// Kills it as a power cut would end its process; gives what it logged.
    ///
    /// # Errors
    /// The system refuses.
    pub fn kill(mut self) -> io::Result<Vec<String>> {
        self.process.kill()?;
        self.process.wait()?;
        Ok(self.log.iter().collect())
    }

    /// Ends it as an operator would; gives what it logged.
    ///
    /// # Errors
    /// The system refuses, or it ends with a failure.
    pub fn stop(mut self) -> io::Result<Vec<String>> {
        self.signal("TERM")?;
        let ended = self.process.wait()?;
        if ended.success() {
            return Ok(self.log.iter().collect());
        }
        Err(io::Error::other(format!("it ended with {ended}")))
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // There is nothing left to do if the system refuses to kill a child of ours.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// Where a server of this directory has its data.
#[must_use]
pub fn data_dir(directory: &Path) -> PathBuf {
    directory.join("data")
}

/// The configuration of the last server that was started in this directory.
#[must_use]
pub fn config_file(directory: &Path) -> PathBuf {
    directory.join("tanggap.toml")
}

/// What a command says on standard output.
///
/// # Errors
/// It fails; what it says on standard error is in the message.
pub fn output(command: &mut Command) -> io::Result<String> {
    let output = command.output()?;
    if output.status.success() {
        return String::from_utf8(output.stdout).map_err(io::Error::other);
    }
    Err(io::Error::other(format!(
        "{command:?}: {}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )))
}

/// The sum of a counter over lanes.
#[must_use]
pub fn sum(lanes: &[Value], counter: &str) -> u64 {
    lanes.iter().filter_map(|lane| lane["accounting"][counter].as_u64()).sum()
}

/// Holds every lane to `in = applied + updated + duplicate + late + rejected + gap`.
///
/// # Panics
/// It does not hold.
pub fn check_accounting(lanes: &[Value]) {
    for lane in lanes {
        let lane = std::slice::from_ref(lane);
        let parts = ["applied", "updated", "duplicate", "late", "rejected", "gap"];
        let parts: u64 = parts.into_iter().map(|part| sum(lane, part)).sum();
        assert_eq!(sum(lane, "in"), parts, "{lane:?}");
    }
}
