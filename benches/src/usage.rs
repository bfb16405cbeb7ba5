//! What a program uses of the machine, as the kernel counted it: `/proc` of Linux.

use std::{fs, io};

/// A program's use of the machine so far.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Usage {
    /// Processor seconds, user and system.
    pub cpu_s: f64,
    /// Memory that is resident now, MiB.
    pub resident_mib: f64,
    /// Most memory that ever was, MiB.
    pub peak_mib: f64,
}

impl Usage {
    /// That of the program with this number.
    ///
    /// # Errors
    /// It has ended, or this is no Linux.
    pub fn of(program: u32) -> io::Result<Self> {
        let status = fs::read_to_string(format!("/proc/{program}/status"))?;
        let mib = |name: &str| -> Option<f64> {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            let kib: f64 = line.split_whitespace().next()?.parse().ok()?;
            Some(kib / 1_024.0)
        };
        let memory = mib("VmRSS:").zip(mib("VmHWM:"));
        let (resident_mib, peak_mib) = memory.ok_or_else(|| io::Error::other("the program has ended"))?;
        Ok(Self {
            cpu_s: cpu_s(program)?,
            resident_mib,
            peak_mib,
        })
    }
}

fn cpu_s(program: u32) -> io::Result<f64> {
    let stat = fs::read_to_string(format!("/proc/{program}/stat"))?;
    // The second field is the program's name in brackets and may hold spaces; times are fields 14 and 15, in ticks of 10 ms.
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let times = after_name.split_whitespace().skip(11).take(2);
    let ticks: f64 = times.filter_map(|field| field.parse::<f64>().ok()).sum();
    Ok(ticks / 100.0)
}
