//! Question: how soon are answers given to 200 requests a second while 500 pages listen and reports come in, and what memory does it take?
//!
//! Goal: 99 of 100 within 50 ms. `TANGGAP_SECONDS` says for how long (60). Each request has a moment at which it is due, and its time counts
//! from then: a server that stalls is not asked less. Askers, pages, broker and program share the machine.

use std::fmt::Write as _;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{ChildStdin, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use std::{env, fs};

use tanggap_benches::{Usage, report};
use tanggap_tests::harness::program::{free_address, program};
use tanggap_tests::harness::served::{Served, output, sum};

/// Messages the city has heard before anybody asks.
const BEFORE: usize = 200_000;
/// Reports that come in a second meanwhile.
const INGESTED_A_SECOND: usize = 2_000;
const VIEWERS: usize = 500;
/// Within which 99 of 100 are to be answered, ms.
const GOAL_MS: f64 = 50.0;
const REQUESTS_A_SECOND: u32 = 200;
/// Who asks; more than are ever waiting.
const ASKERS: u32 = 32;
const PATHS: [&str; 6] = [
    "/v1/cells",
    "/v1/cells?window=15m&split=category",
    "/v1/trending",
    "/v1/hotspots",
    "/v1/rankings/kelurahan",
    "/v1/sources",
];
/// How often a page looks whether it is to go.
const LOOK: Duration = Duration::from_millis(200);
/// How often lines are given to the producer.
const PACE: Duration = Duration::from_millis(20);

fn main() -> io::Result<()> {
    let seconds = match env::var("TANGGAP_SECONDS") {
        Ok(asked) => asked.parse::<u32>().map_err(io::Error::other)?,
        Err(_) => 60,
    };
    let directory = tempfile::tempdir()?;
    let directory = directory.path();
    let broker = free_address()?;
    let city = Served::start(directory, "", &["--broker-listen", &broker])?;
    city.wait_until_it_answers();
    simulate(BEFORE, "7", &["--brokers", &broker])?;
    let heard = u64::try_from(BEFORE).map_err(io::Error::other)?;
    drop(city.wait_until(|lanes| sum(lanes, "in") >= heard));
    let lines = lines(directory, seconds)?;
    let address = city.address().to_owned();
    let alone = times(&address, seconds.min(10))?;
    let before = Usage::of(city.id())?;

    let (over, told) = (AtomicBool::new(false), AtomicUsize::new(0));
    let (together, usage) = std::thread::scope(|scope| {
        let viewers: Vec<_> = (0..VIEWERS)
            .map(|_| {
                std::thread::Builder::new()
                    .stack_size(256 << 10)
                    .spawn_scoped(scope, || view(&address, &over, &told))
            })
            .collect::<Result<_, _>>()?;
        let feeder = scope.spawn(|| feed(&lines, &broker, &over));
        let together = times(&address, seconds);
        let usage = Usage::of(city.id());
        over.store(true, Ordering::Relaxed);
        feeder.join().map_err(|_| io::Error::other("the feeder panicked"))??;
        for viewer in viewers {
            viewer.join().map_err(|_| io::Error::other("a page panicked"))??;
        }
        Ok::<_, io::Error>((together?, usage?))
    })?;

    let (half, most) = (quantile(&together, 50, None), quantile(&together, 99, None));
    report("half are answered in", half, "asked alone", quantile(&alone, 50, None), "ms");
    report("99 of 100 are answered in", most, "asked alone", quantile(&alone, 99, None), "ms");
    report("99 of 100 are answered in", most, "the goal", GOAL_MS, "ms");
    for path in PATHS {
        let name = format!("99 of 100 of {path} in");
        report(&name, quantile(&together, 99, Some(path)), "the goal", GOAL_MS, "ms");
    }
    report(
        "memory with 500 pages",
        usage.resident_mib,
        "before they came",
        before.resident_mib,
        "MiB",
    );
    #[expect(clippy::cast_precision_loss, reason = "counts of a benchmark fit")]
    let (told, pages) = (told.load(Ordering::Relaxed) as f64, VIEWERS as f64);
    report(
        "events a page is told a second",
        told / pages / f64::from(seconds),
        "watermarks alone",
        1.0,
        "/s",
    );
    city.stop().map(drop)
}

/// Runs the simulator.
fn simulate(events: usize, seed: &str, to: &[&str]) -> io::Result<()> {
    let mut simulate = program();
    simulate.args(["simulate", "--seed", seed, "--duration", "24h", "--events", &events.to_string()]);
    output(simulate.args(to)).map(drop)
}

/// Lines of reports for so many seconds, of the day after.
fn lines(directory: &Path, seconds: u32) -> io::Result<Vec<u8>> {
    let feeds = directory.join("feeds");
    let events = INGESTED_A_SECOND * usize::try_from(seconds).map_err(io::Error::other)? * 4;
    simulate(events, "8", &["--out", &feeds.display().to_string()])?;
    fs::read(feeds.join("qlue.reports.ndjson"))
}

/// Gives lines to a producer, so many a second, from the first again after the last.
fn feed(lines: &[u8], broker: &str, over: &AtomicBool) -> io::Result<()> {
    let mut producer = program();
    producer.args(["simulate", "--stdin", "qlue.reports", "--brokers", broker]);
    let mut producer = producer.stdin(Stdio::piped()).stdout(Stdio::null()).spawn()?;
    let mut into: ChildStdin = producer.stdin.take().ok_or_else(|| io::Error::other("no pipe to the producer"))?;
    let mut left = lines.split_inclusive(|byte| *byte == b'\n').cycle();
    let at_once = INGESTED_A_SECOND / 50;
    let mut due = Instant::now();
    while !over.load(Ordering::Relaxed) {
        for line in left.by_ref().take(at_once) {
            into.write_all(line)?;
        }
        into.flush()?;
        due += PACE;
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
    }
    drop(into);
    producer.wait().map(drop)
}

fn request(address: &str, path: &str, more: &str) -> io::Result<TcpStream> {
    let mut stream = TcpStream::connect(address)?;
    let mut head = String::new();
    // Writing into a text does not fail.
    let _ = write!(head, "GET {path} HTTP/1.1\r\nHost: {address}\r\n{more}\r\n");
    stream.write_all(head.as_bytes())?;
    Ok(stream)
}

/// Listens to the city until it is over, and counts what it is told.
fn view(address: &str, over: &AtomicBool, told: &AtomicUsize) -> io::Result<()> {
    let mut stream = request(address, "/v1/live", "")?;
    stream.set_read_timeout(Some(LOOK))?;
    let mut buffer = vec![0; 16 << 10];
    while !over.load(Ordering::Relaxed) {
        match stream.read(&mut buffer) {
            Ok(0) => return Err(io::Error::other("the city stopped talking")),
            Ok(read) => {
                // The chunks of HTTP end as events do not; an event begins with its id, wherever it is cut.
                let events = buffer[..read].windows(4).filter(|bytes| *bytes == b"id: ").count();
                told.fetch_add(events, Ordering::Relaxed);
            }
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Milliseconds from when each request was due to its last byte, with its path; the shortest first.
fn times(address: &str, seconds: u32) -> io::Result<Vec<(f64, &'static str)>> {
    let begun = Instant::now();
    let all = seconds * REQUESTS_A_SECOND;
    let mut times = std::thread::scope(|scope| {
        let askers: Vec<_> = (0..ASKERS)
            .map(|asker| scope.spawn(move || asked(address, begun, asker, all)))
            .collect();
        let mut times = Vec::new();
        for asker in askers {
            times.extend(asker.join().map_err(|_| io::Error::other("an asker panicked"))??);
        }
        Ok::<_, io::Error>(times)
    })?;
    times.sort_by(|one, other| one.0.total_cmp(&other.0));
    Ok(times)
}

/// What one asker has to wait for its share of the requests.
fn asked(address: &str, begun: Instant, asker: u32, all: u32) -> io::Result<Vec<(f64, &'static str)>> {
    let mut times = Vec::new();
    let step = usize::try_from(ASKERS).map_err(io::Error::other)?;
    for (path, number) in PATHS
        .into_iter()
        .cycle()
        .skip(usize::try_from(asker).unwrap_or(0))
        .zip((asker..all).step_by(step))
    {
        let due = begun + Duration::from_secs(1) / REQUESTS_A_SECOND * number;
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        let mut answer = Vec::new();
        request(address, path, "Connection: close\r\n")?.read_to_end(&mut answer)?;
        if !answer.starts_with(b"HTTP/1.1 200") {
            let said = String::from_utf8_lossy(&answer[..answer.len().min(200)]).into_owned();
            return Err(io::Error::other(format!("{path}: {said}")));
        }
        times.push((due.elapsed().as_secs_f64() * 1e3, path));
    }
    Ok(times)
}

/// So many of a hundred take no longer, of all or of a path; 0 of none.
fn quantile(times: &[(f64, &str)], percent: usize, path: Option<&str>) -> f64 {
    let mut own = times.iter().filter(|(_, asked)| path.is_none_or(|path| path == *asked));
    let count = own.clone().count();
    let position = (count * percent / 100).min(count.saturating_sub(1));
    own.nth(position).map_or(0.0, |(time, _)| *time)
}
