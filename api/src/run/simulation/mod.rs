//! The production lane, its store and its outbox in a simulated world: processes are killed, the power goes, a process stands still while
//! others take its lane, the disk and Kafka fail and lie about it, the clock jumps. Whatever happens, the lane must end as one to which
//! nothing happened, every output be told, with one number, in one wording, and not before it stands, and history have each event once.
//!
//! A seed that fails is told again with `SIMULATION_SEED=… cargo test --release -p tanggap --lib simulation`.
#![expect(clippy::print_stdout, reason = "what happened, for whoever asks with --nocapture")]

mod archive;
mod disk;
mod files;
mod kafka;
mod process;
mod story;
mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::Value;
use tanggap_connectors::decode::Payload;
use tanggap_engine::commit::{Manifest, Writer};

use self::archive::{log_rows, over_rows};
use self::disk::SimulatedDisk;
use self::process::{LANE, Process, SETTING};
use self::story::Line;
use self::world::{Plant, Tally, Troubles, World};
use super::differences::differences;
use super::lane::LaneRunner;
use super::outbox::Message;

/// Seeds of a run; `SIMULATION_SEEDS` asks for more.
const SEEDS: u64 = 10_000;
/// Seeds within which a planted mistake must be found.
const SEEDS_TO_FIND: u64 = 300;

/// Tells the story of a seed; what went wrong in it.
fn tell(seed: u64, plant: Option<Plant>) -> Result<Tally, Vec<String>> {
    let mut chance = ChaCha8Rng::seed_from_u64(seed);
    let (topic, log) = story::draw(&mut chance);
    let world = World::new(seed, topic, log.clone(), troubles(&mut chance), plant);
    let turns = chance.random_range(1..40);
    live_through(&world, turns);
    calm_down(&world);
    let mut wrong = std::mem::take(&mut world.state().wrong);
    if wrong.is_empty() {
        let (reference, manifest, messages) = undisturbed(topic, log);
        wrong.extend(wrong_state(&world, &reference, &manifest).err());
        wrong.extend(wrong_outputs(&world, &messages).err());
        wrong.extend(wrong_history(&world, &reference).err());
    }
    let tally = world.state().tally;
    if wrong.is_empty() { Ok(tally) } else { Err(wrong) }
}

fn troubles(chance: &mut ChaCha8Rng) -> Troubles {
    let mut one_of = |chances: [f64; 3]| chances[chance.random_range(0..3_usize)];
    Troubles {
        killed: one_of([0.0, 0.002, 0.01]),
        power_cut: one_of([0.0, 0.002, 0.01]),
        asleep: one_of([0.0, 0.003, 0.02]),
        disk_fails: one_of([0.0, 0.005, 0.03]),
        outputs_fail: one_of([0.0, 0.02, 0.2]),
        reader_stuck: one_of([0.0, 0.01, 0.05]),
        clock_jumps: one_of([0.0, 0.001, 0.01]),
    }
}

fn live_through(world: &Arc<World>, turns: usize) {
    let mut owner: Option<Process> = None;
    for _ in 0..turns {
        let next = owner.take().or_else(|| if world.draw(3) == 0 { world.wake() } else { None });
        owner = next
            .or_else(|| Process::start(world))
            .and_then(|process| process.run(1 + world.draw(6)));
        match (owner.take(), world.draw(12)) {
            (Some(process), 0) => world.put_to_sleep(process),
            (Some(process), 1) => process.stop(),
            (Some(process), 2) => drop(process),
            (process, _) => owner = process,
        }
        if !world.state().wrong.is_empty() {
            return;
        }
    }
    if let Some(process) = owner {
        world.put_to_sleep(process);
    }
}

/// Nothing goes wrong any more: those who stood still go on, and the last one reads to the end.
fn calm_down(world: &Arc<World>) {
    {
        let mut state = world.state();
        state.troubles = Troubles::default();
        state.calm = true;
    }
    while let Some(process) = world.wake() {
        if let Some(process) = process.run(8) {
            process.stop();
        }
    }
    match Process::start(world).and_then(|process| process.run(40)) {
        Some(process) => process.stop(),
        None => world
            .state()
            .is_wrong("the last process did not live though nothing happened to it".to_owned()),
    }
    let mut state = world.state();
    for (topic, value) in std::mem::take(&mut state.stragglers) {
        state.topics.entry(topic).or_default().push(value);
    }
}

/// The same lane in a world without troubles, in one epoch.
fn undisturbed(topic: &'static str, log: Vec<Line>) -> (LaneRunner, Manifest, Vec<Message>) {
    let world = World::new(0, topic, log, Troubles::default(), None);
    world.state().alive.push(true);
    let store = SimulatedDisk::store(&world, 0);
    let (mut runner, _) = LaneRunner::resume(&SETTING, topic, 0, LANE.to_owned(), store, Writer::default()).unwrap();
    for (position, line) in world.log.iter().enumerate() {
        runner.take(&Payload {
            offset: i64::try_from(position).unwrap(),
            broker_time: Some(line.broker_time),
            bytes: line.payload.as_deref(),
        });
    }
    runner.step().unwrap();
    let messages = runner.commit().unwrap();
    let manifest = world.state().recovered().unwrap().unwrap().manifest;
    (runner, manifest, messages)
}

fn wrong_state(world: &World, reference: &LaneRunner, wanted: &Manifest) -> Result<(), String> {
    let recovered = world
        .state()
        .recovered()
        .map_err(|error| error.to_string())?
        .ok_or("nothing was written")?;
    let manifest = recovered.manifest.clone();
    let (offset, wanted_offset) = (manifest.next_offset, wanted.next_offset);
    if (offset, &manifest.input_hash, &manifest.sent) != (wanted_offset, &wanted.input_hash, &wanted.sent) {
        return Err(format!(
            "read up to {offset} of {wanted_offset}, sent {:?} of {:?}, or another input",
            manifest.sent, wanted.sent
        ));
    }
    let kept = LaneRunner::kept(&SETTING, world.topic, 0, LANE.to_owned(), recovered).map_err(|error| format!("{error:#}"))?;
    let differences = differences(&kept, reference).map_err(|error| format!("{error:#}"))?;
    if differences.is_empty() {
        Ok(())
    } else {
        Err(format!("these differ: {}", differences.join(", ")))
    }
}

/// Every message of every topic by its number, in one wording, none missing and none too many.
fn wrong_outputs(world: &World, wanted: &[Message]) -> Result<(), String> {
    let mut state = world.state();
    let mut told: BTreeMap<(String, u64), Value> = BTreeMap::new();
    let mut repeats = 0;
    for (topic, values) in &state.topics {
        let different: BTreeSet<&String> = values.iter().collect();
        repeats += (values.len() - different.len()) as u64;
        for value in different {
            let (seq, wording) = wording(value);
            match told.insert((topic.clone(), seq), wording.clone()) {
                Some(before) if before != wording => return Err(format!("{topic} {seq}: first {before}, then {wording}")),
                Some(_) => repeats += 1,
                None => {}
            }
        }
    }
    state.tally.repeats += repeats;
    let wanted: BTreeMap<(String, u64), Value> = wanted
        .iter()
        .map(|message| {
            let (seq, wording) = wording(&message.value);
            ((message.topic.clone(), seq), wording)
        })
        .collect();
    if told == wanted {
        Ok(())
    } else {
        Err(format!("{} messages were told, there are {}", told.len(), wanted.len()))
    }
}

/// Every event and all traffic that is over, once each.
fn wrong_history(world: &World, reference: &LaneRunner) -> Result<(), String> {
    let wanted = reference.waiting().ok_or("the lane keeps no history")?;
    let mut archive = world.state().archive.clone();
    let log: Vec<Vec<u8>> = log_rows(&wanted, 0).into_iter().map(|(_, row)| row).collect();
    if archive.log != log {
        return Err(format!(
            "history has {} events, there are {}, or others",
            archive.log.len(),
            log.len()
        ));
    }
    let mut over = over_rows(&wanted, i64::MIN);
    over.sort_unstable();
    archive.over.sort_unstable();
    if archive.over == over {
        Ok(())
    } else {
        Err(format!(
            "history has {} episodes, there are {}, or others",
            archive.over.len(),
            over.len()
        ))
    }
}

/// A message's number, and what it says besides the epoch it was written in.
fn wording(value: &str) -> (u64, Value) {
    let mut value: Value = serde_json::from_str(value).unwrap();
    let seq = value["seq"].as_u64().unwrap();
    for by_chance in ["epoch", "version"] {
        value.as_object_mut().unwrap().remove(by_chance);
    }
    (seq, value)
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|number| number.parse().unwrap())
}

#[test]
fn whatever_happens_a_lane_ends_as_one_to_which_nothing_happened() {
    let seeds = match number("SIMULATION_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("SIMULATION_SEEDS").unwrap_or(SEEDS),
    };
    let next = AtomicU64::new(seeds.start);
    let work = || {
        let mut tally = Tally::default();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds.end {
                return tally;
            }
            match tell(seed, None) {
                Ok(of_seed) => tally.add(of_seed),
                Err(wrong) => panic!(
                    "seed {seed}: {}\ntell it again: SIMULATION_SEED={seed} cargo test --release -p tanggap --lib simulation",
                    wrong.join("\n")
                ),
            }
        }
    };
    let tally = std::thread::scope(|scope| {
        let threads = [scope.spawn(work), scope.spawn(work)];
        let mut all = Tally::default();
        for thread in threads {
            all.add(thread.join().unwrap());
        }
        all
    });
    println!("{} seeds: {tally:?}", seeds.end - seeds.start);
    assert!(
        seeds.end - seeds.start < 1_000 || tally.least() > 100,
        "too little happens: {tally:?}"
    );
}

#[test]
fn mistakes_made_on_purpose_are_found() {
    for plant in [
        Plant::OffsetOffByOne,
        Plant::FilesNotSynced,
        Plant::FoldersNotSynced,
        Plant::OutboxBeforeCommit,
        Plant::NoFence,
        Plant::AppendedAgain,
    ] {
        let found = (0..SEEDS_TO_FIND).find_map(|seed| Some((seed, tell(seed, Some(plant)).err()?)));
        let (seed, wrong) = found.unwrap_or_else(|| panic!("{plant:?} was not found in {SEEDS_TO_FIND} seeds"));
        println!("{plant:?}: seed {seed}: {}", wrong[0]);
    }
}
