//! A disk that is full for a while. Where the programs under test have a small file system of their own it is made as small as what it
//! holds, so that nothing more fits (ENOSPC); else no file of theirs may grow beyond a limit (EFBIG), which needs no rights at all.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::absence::not_run;
use super::program::program;
use super::served::output;

/// A disk that can be full.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SmallDisk {
    /// A file system in memory that we may mount anew: where, and how large it is, bytes.
    Mounted {
        /// Its folder.
        folder: PathBuf,
        /// Its size while it is not full.
        bytes: u64,
    },
    /// A limit on the size of files, for each program by itself.
    Limited,
}

/// Tries to make a file system as small as what it holds, which may grow meanwhile.
const TRIES: usize = 20;
/// The least size of a file system, bytes.
const PAGE: u64 = 4_096;

impl SmallDisk {
    /// The file system at this folder if there is one, else limits; or says on standard error that there are neither.
    ///
    /// # Errors
    /// The folder is no file system; or there are neither and this is a CI run, which must not skip it.
    pub fn find_or_skip(test: &str, folder: Option<PathBuf>) -> io::Result<Option<Self>> {
        if let Some(folder) = folder {
            let bytes = Self::bytes(&folder, "size")?;
            return Ok(Some(Self::Mounted { folder, bytes }));
        }
        let prlimit = Command::new("prlimit").arg("--version").output();
        if prlimit.is_ok_and(|said| said.status.success()) {
            return Ok(Some(Self::Limited));
        }
        not_run(test, "the disk cannot be full: there is no prlimit (util-linux)")?;
        Ok(None)
    }

    /// The program under test, which takes the error of a file that may not grow rather than the signal that would end it.
    #[must_use]
    pub fn program() -> Command {
        let program = program();
        let mut command = Command::new("sh");
        command.args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""]).arg(program.get_program());
        for (name, value) in program.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command
    }

    /// From now on it is full for these programs; files up to `bytes` still fit where it is a limit.
    ///
    /// # Errors
    /// The system refuses.
    pub fn fill(&self, programs: &[u32], bytes: u64) -> io::Result<()> {
        let Self::Mounted { folder, .. } = self else {
            return limit(programs, &bytes.to_string());
        };
        let mut outcome = Ok(());
        for _ in 0..TRIES {
            // A size of nothing would be one without bounds.
            outcome = Self::bytes(folder, "used").and_then(|used| self.resize(used.max(PAGE)));
            if outcome.is_ok() {
                break;
            }
        }
        outcome
    }

    /// From now on there is room again for these programs.
    ///
    /// # Errors
    /// The system refuses.
    pub fn free(&self, programs: &[u32]) -> io::Result<()> {
        match self {
            Self::Mounted { bytes, .. } => self.resize(*bytes),
            Self::Limited => limit(programs, "unlimited"),
        }
    }

    /// The error that programs meet when it is full.
    #[must_use]
    pub const fn error(&self) -> &'static str {
        match self {
            Self::Mounted { .. } => "ENOSPC",
            Self::Limited => "EFBIG",
        }
    }

    fn resize(&self, bytes: u64) -> io::Result<()> {
        let Self::Mounted { folder, .. } = self else { return Ok(()) };
        let mut mount = Command::new("mount");
        mount.arg("-o").arg(format!("remount,size={bytes}")).arg(folder);
        output(&mut mount).map(drop)
    }

    /// A figure of `df` in bytes.
    fn bytes(folder: &Path, figure: &str) -> io::Result<u64> {
        let mut df = Command::new("df");
        df.args(["-B1", &format!("--output={figure}")]).arg(folder);
        let said = output(&mut df)?;
        let bytes = said.lines().nth(1).and_then(|line| line.trim().parse().ok());
        bytes.ok_or_else(|| io::Error::other(format!("df says {said:?} of {}", folder.display())))
    }
}

/// Limits the files of programs. The hard limit stays, so that it can be raised again.
fn limit(programs: &[u32], bytes: &str) -> io::Result<()> {
    for program in programs {
        let mut limit = Command::new("prlimit");
        limit.args(["--pid", &program.to_string(), &format!("--fsize={bytes}:")]);
        output(&mut limit)?;
    }
    Ok(())
}
