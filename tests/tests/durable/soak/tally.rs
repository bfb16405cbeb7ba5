//! What befell a city and how soon it was whole again, as a table for people.

use std::time::Duration;

use super::fault::Fault;

/// Counts and times of one run.
#[derive(Debug, Default)]
pub(super) struct Tally {
    befallen: Vec<Fault>,
    /// From a kill, or a process that stands still, to lag 0.
    after_kill: Vec<Duration>,
    /// From the moment a broker, a network or a disk was back to lag 0.
    after_mending: Vec<Duration>,
}

/// What of a run is not counted here.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    pub(super) length: Duration,
    pub(super) seed: u64,
    pub(super) messages: usize,
    /// Processes that another one had fenced off.
    pub(super) fenced: usize,
    /// What is not as the log says.
    pub(super) differences: usize,
    /// The error of a full disk, if it could be full.
    pub(super) disk: Option<&'static str>,
    /// Whether the clock could be moved.
    pub(super) clock: bool,
}

impl Tally {
    /// Takes note of a fault.
    pub(super) fn befell(&mut self, fault: Fault) {
        self.befallen.push(fault);
    }

    /// A city was whole again so long after a process was killed or stood still.
    pub(super) fn whole_after_kill(&mut self, time: Duration) {
        self.after_kill.push(time);
    }

    /// A city was whole again so long after all else was.
    pub(super) fn whole_after_mending(&mut self, time: Duration) {
        self.after_mending.push(time);
    }

    fn count(&self, fault: Fault) -> usize {
        self.befallen.iter().filter(|befallen| **befallen == fault).count()
    }

    /// The run as a table in Markdown.
    pub(super) fn table(&self, run: &Run) -> String {
        let minutes = run.length.as_secs_f64() / 60.0;
        let disk = run
            .disk
            .map_or_else(|| "not run".to_owned(), |error| format!("{} ({error})", self.count(Fault::Disk)));
        let clock = if run.clock {
            self.count(Fault::Clock).to_string()
        } else {
            "not run".to_owned()
        };
        let figures = [
            ("minutes", format!("{minutes:.1}")),
            ("seed", run.seed.to_string()),
            ("kills", self.count(Fault::Kill).to_string()),
            ("stops", self.count(Fault::Freeze).to_string()),
            ("broker kills", self.count(Fault::Broker).to_string()),
            ("cuts", self.count(Fault::Cut).to_string()),
            ("disk faults", disk),
            ("clock moved", clock),
            ("fenced", run.fenced.to_string()),
            ("messages", run.messages.to_string()),
            ("kill to lag 0: median, slowest", middle_and_most(&self.after_kill)),
            ("mended to lag 0: median, slowest", middle_and_most(&self.after_mending)),
            ("differences", run.differences.to_string()),
        ];
        let row = |cells: Vec<&str>| format!("| {} |\n", cells.join(" | "));
        let names = row(figures.iter().map(|(name, _)| *name).collect());
        let rule = row(vec!["--:"; figures.len()]);
        let values = row(figures.iter().map(|(_, value)| value.as_str()).collect());
        format!("{names}{rule}{values}")
    }
}

fn middle_and_most(times: &[Duration]) -> String {
    let mut times = times.to_vec();
    times.sort_unstable();
    match (times.get(times.len() / 2), times.last()) {
        (Some(middle), Some(most)) => format!("{:.2} s, {:.2} s", middle.as_secs_f64(), most.as_secs_f64()),
        _ => "none".to_owned(),
    }
}
