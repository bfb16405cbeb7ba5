//! A server of the S3 API with one bucket in a temporary directory: started, killed and started again by the test.

use std::io;
use std::path::PathBuf;
use std::process::Child;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::java::{CURE, START_DEADLINE, failure, found_or_skip, jars, java};
use super::program::free_port;

/// A running (or killed) S3. Killed for good when dropped.
#[derive(Debug)]
pub struct RealS3 {
    directory: TempDir,
    jar: PathBuf,
    port: u16,
    process: Option<Child>,
}

/// The one bucket.
const BUCKET: &str = "city";

impl RealS3 {
    /// Starts an S3, or says on standard error why it cannot and how to cure it.
    ///
    /// # Errors
    /// The server is installed but does not start; or it is not installed and this is a CI run, which must not skip it.
    pub fn start_or_skip(test: &str) -> io::Result<Option<Self>> {
        let jar = jars("TANGGAP_S3_JAR", "s3/s3mock.jar");
        let jar = jar.and_then(|jar| {
            if jar.is_file() {
                Ok(jar)
            } else {
                Err(format!("{} is missing: {CURE}", jar.display()))
            }
        });
        let Some(jar) = found_or_skip(test, jar)? else {
            return Ok(None);
        };
        let mut s3 = Self {
            directory: TempDir::with_prefix("tanggap-s3-")?,
            jar,
            port: free_port()?,
            process: None,
        };
        std::fs::create_dir(s3.directory.path().join("files"))?;
        s3.restart()?;
        Ok(Some(s3))
    }

    /// Address of a folder of the bucket.
    #[must_use]
    pub fn url(&self, folder: &str) -> String {
        format!("s3://{BUCKET}/{folder}")
    }

    /// What a program's environment must say so that it finds the server.
    #[must_use]
    pub fn environment(&self) -> Vec<(String, String)> {
        [
            ("AWS_ENDPOINT", format!("http://127.0.0.1:{}", self.port)),
            ("AWS_ALLOW_HTTP", "true".to_owned()),
            ("AWS_REGION", "ap-southeast-3".to_owned()),
            ("AWS_ACCESS_KEY_ID", "any".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "any".to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .to_vec()
    }

    /// Kills the server (SIGKILL).
    ///
    /// # Errors
    /// The system refuses.
    pub fn kill(&mut self) -> io::Result<()> {
        if let Some(mut process) = self.process.take() {
            process.kill()?;
            process.wait()?;
        }
        Ok(())
    }

    /// Starts the server again on the same files and waits until it answers.
    ///
    /// # Errors
    /// It ends, or does not answer in time; the last lines of its log are in the message.
    pub fn restart(&mut self) -> io::Result<()> {
        self.kill()?;
        let directory = self.directory.path();
        let files = directory.join("files");
        let mut command = java(directory, "server.log")?;
        command
            .arg("-jar")
            .arg(&self.jar)
            .arg("--server.port=0")
            .arg(format!("--com.adobe.testing.s3mock.httpPort={}", self.port))
            .arg(format!("--com.adobe.testing.s3mock.store.root={}", files.display()))
            .arg("--com.adobe.testing.s3mock.store.retainFilesOnExit=true")
            .arg(format!("--com.adobe.testing.s3mock.store.initialBuckets={BUCKET}"));
        let mut process = command.spawn()?;
        let bucket = format!("http://127.0.0.1:{}/{BUCKET}", self.port);
        let deadline = Instant::now() + START_DEADLINE;
        while ureq::get(&bucket).call().is_err() {
            if process.try_wait()?.is_some() {
                return Err(failure(directory, "S3 ended while it started", "server.log"));
            }
            if Instant::now() > deadline {
                process.kill()?;
                return Err(failure(directory, "S3 did not answer in time", "server.log"));
            }
            std::thread::park_timeout(Duration::from_millis(50));
        }
        self.process = Some(process);
        Ok(())
    }
}

impl Drop for RealS3 {
    fn drop(&mut self) {
        // There is nothing left to do if the system refuses to kill a child of ours.
        drop(self.kill());
    }
}
