//! The processes of a city and the store they share: started, killed, frozen, asked how far they have read. One alone at first; later a
//! consumer group of two.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::Value;
use tanggap_tests::harness::disk::SmallDisk;
use tanggap_tests::harness::served::Served;

use super::load::Load;
use crate::feeds::TOPICS;

/// A city.
#[derive(Debug)]
pub(super) struct City {
    directory: PathBuf,
    store: PathBuf,
    brokers: String,
    append_s: u64,
    environment: Vec<(String, String)>,
    running: Vec<Process>,
    started: usize,
    grouped: bool,
    fenced: usize,
}

#[derive(Debug)]
struct Process {
    directory: PathBuf,
    served: Served,
    frozen: bool,
}

/// A broker may be away for long, and sessions of a group last six seconds; a loaded machine gets minutes.
const PATIENCE: Duration = Duration::from_mins(5);

impl City {
    /// A city of one process, which appends to its history every so many seconds.
    pub(super) fn start(directory: &Path, store: &Path, brokers: String, append_s: u64, environment: Vec<(String, String)>) -> Self {
        let mut city = Self {
            directory: directory.to_owned(),
            store: store.to_owned(),
            brokers,
            append_s,
            environment,
            running: Vec::new(),
            started: 0,
            grouped: false,
            fenced: 0,
        };
        city.start_one();
        city
    }

    fn settings(&self) -> String {
        let group = if self.grouped {
            "group = \"city\"\nsession_timeout_ms = 6000\n"
        } else {
            ""
        };
        // Few epochs are kept, so that a process which wakes up late finds its next one forgotten.
        format!(
            "[kafka]\nbrokers = {:?}\n{group}[store]\nurl = \"file://{}\"\nepoch_ms = 50\nkeep_epochs = 5\n[history]\nappend_s = {}\n",
            self.brokers,
            self.store.display(),
            self.append_s
        )
    }

    /// One process more, in a directory of its own; all share the store.
    pub(super) fn start_one(&mut self) {
        let directory = self.directory.join(format!("process-{}", self.started));
        std::fs::create_dir_all(&directory).unwrap();
        self.started += 1;
        let settings = self.settings();
        let served = Served::start_by(SmallDisk::program(), &directory, &settings, &[], &self.environment).unwrap();
        served.wait_until_it_answers();
        self.running.push(Process {
            directory,
            served,
            frozen: false,
        });
    }

    /// How many processes there are.
    pub(super) fn size(&self) -> usize {
        self.running.len()
    }

    /// Whether the processes share the lanes as a consumer group.
    pub(super) fn is_grouped(&self) -> bool {
        self.grouped
    }

    /// The numbers by which the system knows the processes.
    pub(super) fn ids(&self) -> Vec<u32> {
        self.running.iter().map(|process| process.served.id()).collect()
    }

    /// Processes that were started anew because another one had written a lane of theirs.
    pub(super) fn fenced(&self) -> usize {
        self.fenced
    }

    /// Kills one.
    pub(super) fn kill(&mut self, place: usize) {
        let logged = self.running.remove(place).served.kill().unwrap();
        check_log(&logged);
    }

    /// Lets one stand still where it is.
    pub(super) fn freeze(&mut self, place: usize) {
        self.running[place].served.signal("STOP").unwrap();
        self.running[place].frozen = true;
    }

    /// Lets it go on.
    pub(super) fn thaw(&mut self, place: usize) {
        self.running[place].served.signal("CONT").unwrap();
        self.running[place].frozen = false;
    }

    /// Ends its one process as an operator would, and goes on as a consumer group of two.
    pub(super) fn form_group(&mut self) {
        self.stop(0);
        self.grouped = true;
        self.start_one();
        self.start_one();
    }

    /// Waits until some process has read all that is in the log, and can write it down.
    pub(super) fn catch_up(&mut self, load: &Load) {
        self.wait_until(|lanes| {
            let read = |(topic, end): &(&str, i64)| lanes.iter().any(|lane| has_read(lane, topic, *end));
            load.acknowledged().iter().all(read)
        });
    }

    /// Ends all processes but one, which must have read and written down all there is; gives its directory and its lanes.
    pub(super) fn settle(&mut self, load: &Load) -> (PathBuf, Vec<Value>) {
        while self.size() > 1 {
            self.stop(0);
        }
        let settled = |lanes: &[Value]| {
            let written = |(topic, end): &(&str, i64)| {
                let done = |lane: &Value| has_read(lane, topic, *end) && lane["lag_messages"] == 0 && lane["unwritten_messages"] == 0;
                lanes.iter().any(done)
            };
            lanes.len() == TOPICS.len() && load.acknowledged().iter().all(written)
        };
        let lanes = self.wait_until(settled);
        (self.running[0].directory.clone(), lanes)
    }

    /// Ends one as an operator would.
    pub(super) fn stop(&mut self, place: usize) {
        let logged = self.running.remove(place).served.stop().unwrap();
        check_log(&logged);
    }

    /// Waits until the lanes of those who are awake are as wanted, and gives them.
    fn wait_until(&mut self, wanted: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        let begun = Instant::now();
        loop {
            let awake = self.running.iter().filter(|process| !process.frozen);
            let lanes: Vec<Value> = awake.flat_map(|process| process.served.lanes()).collect();
            if wanted(&lanes) {
                return lanes;
            }
            self.replace_fenced();
            assert!(begun.elapsed() < PATIENCE, "the lanes are not as wanted: {lanes:#?}");
            std::thread::park_timeout(Duration::from_millis(5));
        }
    }

    /// A process that finds a lane written by another one stops that lane for good, unless a group gives it back. An operator starts it
    /// anew.
    fn replace_fenced(&mut self) {
        if self.grouped {
            return;
        }
        let is_stopped = |process: &Process| !process.frozen && process.served.lanes().iter().any(|lane| lane["alarm"] == "stopped");
        let Some(place) = self.running.iter().position(is_stopped) else {
            return;
        };
        let logged = self.running.remove(place).served.kill().unwrap();
        check_log(&logged);
        let fenced = logged.iter().any(|line| line.contains("was written by another process"));
        assert!(fenced, "a lane has stopped, and not because of another process: {logged:#?}");
        self.fenced += 1;
        self.start_one();
    }
}

/// Whether a lane is of this topic, has read so far, and nothing keeps it from going on.
fn has_read(lane: &Value, topic: &str, end: i64) -> bool {
    let hindered = ["stopped", "stuck", "unwritten"].iter().any(|alarm| lane["alarm"] == *alarm);
    lane["topic"] == topic && lane["next_offset"].as_i64() >= Some(end) && !hindered
}

fn check_log(logged: &[String]) {
    let panics: Vec<&String> = logged.iter().filter(|line| line.contains("panicked")).collect();
    assert!(panics.is_empty(), "{panics:#?}");
}
