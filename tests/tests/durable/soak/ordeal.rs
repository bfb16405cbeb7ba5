//! The ordeal: a real broker behind a proxy, a simulated city as its load, real processes that read it, and faults drawn from a seed until
//! the load is over. Then the city must be what a batch over its whole log says.
//!
//! `TANGGAP_SOAK_MINUTES` says how long, `TANGGAP_SOAK_SEED` which faults, `TANGGAP_SOAK_DISK` names a small file system that may be mounted
//! anew (`scripts/soak.sh` makes one).

use std::env;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::{Duration, Instant};

use tanggap_tests::harness::clock::MovedClock;
use tanggap_tests::harness::disk::SmallDisk;
use tanggap_tests::harness::kafka::RealKafka;
use tanggap_tests::harness::proxy::Proxy;
use tanggap_tests::harness::served::{check_accounting, sum};

use super::city::City;
use super::dice::Dice;
use super::fault::World;
use super::load::Load;
use super::tally::{Run, Tally};
use super::verdict::{answered_otherwise, unverified};
use crate::feeds::Feeds;

/// Long enough for every kind of fault once.
const SHORT: Duration = Duration::from_secs(12);
/// Every run of the tests meets the same faults.
const SEED: u64 = 12;
/// Lines given a second: little enough that a city is at lag 0 between two faults.
const LINES_PER_S: u64 = 100;
/// A shorter city would have no case that ends.
const FEWEST_LINES: u64 = 6_000;
/// From this length on a city is a consumer group in its second half; a kill costs a group the seconds of its session.
const GROUP_FROM: Duration = Duration::from_mins(4);
/// From this length on some cuts are longer than producers wait for a broker.
const LONG_CUTS_FROM: Duration = Duration::from_mins(10);
const LONG_CUT: Duration = Duration::from_secs(70);
/// How often history is appended to in a run.
const APPENDS: u64 = 100;
/// A fault, and the peace between two of them, lasts at most a twentieth of the run, and within these.
const FAULTS_LAST: (Duration, Duration) = (Duration::from_millis(600), Duration::from_secs(12));

#[test]
fn a_city_to_which_everything_happens_is_what_its_log_says() {
    let name = "a_city_to_which_everything_happens_is_what_its_log_says";
    let length = setting::<f64>("TANGGAP_SOAK_MINUTES").map_or(SHORT, |minutes| Duration::from_secs_f64(minutes * 60.0));
    let seed = setting("TANGGAP_SOAK_SEED").unwrap_or(SEED);
    let folder = env::var_os("TANGGAP_SOAK_DISK").map(PathBuf::from);
    said(&format!("seed {seed}, {} s", length.as_secs()));
    let proxy = Proxy::bind().unwrap();
    let Some(kafka) = RealKafka::start_behind_or_skip(name, &proxy).unwrap() else {
        return;
    };
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    let store = folder.as_deref().unwrap_or(directory).join("shared");
    let disk = SmallDisk::find_or_skip(name, folder).unwrap();
    let clock = MovedClock::make_or_skip(name).unwrap();
    let events = (length.as_secs() * LINES_PER_S).max(FEWEST_LINES);
    let mut feeds = Feeds::of_lines(directory, &seed.to_string(), events);
    let append_s = (length.as_secs() / APPENDS).clamp(2, 60);
    let environment = clock.as_ref().map(MovedClock::environment).unwrap_or_default();
    let mut world = World {
        load: Load::start(&kafka.brokers(), std::mem::take(&mut feeds.logs), length),
        city: City::start(directory, &store, proxy.address().to_string(), append_s, environment),
        tally: Tally::default(),
        dice: Dice::new(seed),
        kafka,
        proxy,
        disk,
        clock,
        longest: (length / 20).clamp(FAULTS_LAST.0, FAULTS_LAST.1),
        long_cut: (length >= LONG_CUTS_FROM).then_some(LONG_CUT),
    };
    suffer(&mut world, length);

    let messages = world.load.finish();
    let (last, lanes) = world.city.settle(&world.load);
    let mut differences = answered_otherwise(&feeds, &last);
    if sum(&lanes, "in") != feeds.events {
        differences.push(format!("{} events came in, and {} are in the log", sum(&lanes, "in"), feeds.events));
    }
    world.city.stop(0);
    differences.extend(unverified(&last));
    let run = Run {
        length,
        seed,
        messages,
        fenced: world.city.fenced(),
        differences: differences.len(),
        disk: world.disk.as_ref().map(SmallDisk::error),
        clock: world.clock.is_some(),
    };
    said(&world.tally.table(&run));
    assert!(differences.is_empty(), "{differences:#?}");
    check_accounting(&lanes);
}

/// Lets every kind of fault befall the city in turn, in another order each time, until the load is over.
fn suffer(world: &mut World, length: Duration) {
    let begun = Instant::now();
    let faults = world.faults();
    loop {
        for fault in world.dice.shuffled(&faults) {
            let peace = world.dice.time(world.longest);
            std::thread::park_timeout(peace);
            if length >= GROUP_FROM && begun.elapsed() > length / 2 && !world.city.is_grouped() {
                world.city.form_group();
            }
            world.befall(fault);
            said(&format!("{:>8.1} s  {fault:?}", begun.elapsed().as_secs_f64()));
        }
        if world.load.is_over() {
            return;
        }
    }
}

/// A number in the environment.
fn setting<T: FromStr>(name: &str) -> Option<T> {
    let text = env::var(name).ok().filter(|text| !text.is_empty())?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name}={text} is no number")))
}

#[expect(clippy::print_stdout, reason = "a run is told as it goes, for whoever asks with --nocapture")]
fn said(line: &str) {
    println!("{line}");
}
