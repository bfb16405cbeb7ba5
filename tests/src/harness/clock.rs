//! The wall clock of programs under test, moved while they run. A few lines of C stand between them and the C library; they are compiled
//! by the compiler that the build needs anyway. Their monotonic clock runs on, as it does on a machine whose time is set.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::process::Command;

use tempfile::TempDir;

use super::absence::not_run;

/// A clock that is right until it is moved.
#[derive(Debug)]
pub struct MovedClock {
    directory: TempDir,
    ahead: File,
}

const SOURCE: &str = include_str!("clock.c");

impl MovedClock {
    /// Makes a clock, or says on standard error why it cannot.
    ///
    /// # Errors
    /// The system refuses a file; or there is no C compiler and this is a CI run, which must not skip it.
    pub fn make_or_skip(test: &str) -> io::Result<Option<Self>> {
        let directory = TempDir::with_prefix("tanggap-clock-")?;
        let source = directory.path().join("clock.c");
        fs::write(&source, SOURCE)?;
        let mut compile = Command::new("cc");
        compile.args(["-shared", "-fPIC", "-O1", "-o"]);
        compile.arg(directory.path().join("clock.so")).arg(&source);
        if !compile.status().is_ok_and(|status| status.success()) {
            not_run(test, "the clock cannot be moved without a C compiler (cc)")?;
            return Ok(None);
        }
        let ahead = File::create(directory.path().join("ahead"))?;
        let clock = Self { directory, ahead };
        clock.move_to(0)?;
        Ok(Some(clock))
    }

    /// What a program's environment must say so that it looks at this clock.
    #[must_use]
    pub fn environment(&self) -> Vec<(String, String)> {
        [("LD_PRELOAD", "clock.so"), ("MOVED_CLOCK", "ahead")]
            .map(|(name, file)| (name.to_owned(), self.directory.path().join(file).display().to_string()))
            .to_vec()
    }

    /// From now on the clock is so many seconds ahead of the true time, for all who look at it.
    ///
    /// # Errors
    /// The system refuses.
    pub fn move_to(&self, ahead_s: i64) -> io::Result<()> {
        // Over the bytes that are there: the file is mapped, and must not be shorter for a moment.
        self.ahead.write_all_at(&ahead_s.to_ne_bytes(), 0)
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;
    use std::time::{SystemTime, UNIX_EPOCH};

    use super::MovedClock;

    #[test]
    fn a_program_sees_the_time_it_is_given() {
        let Some(clock) = MovedClock::make_or_skip("a_program_sees_the_time_it_is_given").unwrap() else {
            return;
        };
        clock.move_to(-86_400).unwrap();
        let said = Command::new("date").arg("+%s").envs(clock.environment()).output().unwrap();
        let said: u64 = String::from_utf8(said.stdout).unwrap().trim().parse().unwrap();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        assert!((now - 86_410..=now - 86_390).contains(&said), "{said}, and it is {now}");
    }
}
