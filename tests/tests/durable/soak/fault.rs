//! What can happen to a city, one at a time or a kill in the midst of another, and how it is mended.

use std::time::{Duration, Instant};

use tanggap_tests::harness::clock::MovedClock;
use tanggap_tests::harness::disk::SmallDisk;
use tanggap_tests::harness::kafka::RealKafka;
use tanggap_tests::harness::proxy::{Passage, Proxy};

use super::city::City;
use super::dice::Dice;
use super::load::Load;
use super::tally::Tally;

/// A kind of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// A process is killed, now and then once more while it starts.
    Kill,
    /// A process stands still, others take its lanes, it wakes up.
    Freeze,
    /// The broker is killed and comes back.
    Broker,
    /// Nothing passes between city and broker for a while, or every connection is ended.
    Cut,
    /// The disk is full for a while.
    Disk,
    /// The wall clock is set.
    Clock,
}

/// All that faults befall.
#[derive(Debug)]
pub(super) struct World {
    pub(super) city: City,
    pub(super) load: Load,
    pub(super) tally: Tally,
    pub(super) dice: Dice,
    pub(super) kafka: RealKafka,
    pub(super) proxy: Proxy,
    pub(super) disk: Option<SmallDisk>,
    pub(super) clock: Option<MovedClock>,
    /// How long a fault lasts at most.
    pub(super) longest: Duration,
    /// How long a cut lasts now and then: longer than producers wait.
    pub(super) long_cut: Option<Duration>,
}

/// How long two processes that both think they own a lane are left to it.
const BOTH_AT_WORK: Duration = Duration::from_secs(2);
/// How far the clock is set, seconds.
const CLOCKS: [i64; 7] = [-86_400, -3_600, -7, 0, 7, 3_600, 86_400];
/// What a limited file may hold, bytes: nothing; half a manifest; most of them and no segment; small segments.
const LIMITS: [u64; 4] = [0, 512, 4_096, 32_768];

impl World {
    /// The faults that can be made here.
    pub(super) fn faults(&self) -> Vec<Fault> {
        let mut faults = vec![Fault::Kill, Fault::Freeze, Fault::Broker, Fault::Cut];
        faults.extend(self.disk.as_ref().map(|_| Fault::Disk));
        faults.extend(self.clock.as_ref().map(|_| Fault::Clock));
        faults
    }

    /// Lets a fault befall the city, mends it, and waits until the city is whole again.
    pub(super) fn befall(&mut self, fault: Fault) {
        self.tally.befell(fault);
        match fault {
            Fault::Kill => self.kill(),
            Fault::Freeze => self.freeze(),
            Fault::Broker => self.kill_broker(),
            Fault::Cut => self.cut(),
            Fault::Disk => self.fill_disk(),
            Fault::Clock => self.set_clock(),
        }
    }

    fn pause(&mut self, most: Duration) {
        let time = self.dice.time(most);
        std::thread::park_timeout(time);
    }

    fn kill(&mut self) {
        let begun = Instant::now();
        self.kill_and_start();
        while self.dice.one_in(3) {
            self.tally.befell(Fault::Kill);
            self.pause(Duration::from_millis(300));
            self.kill_and_start();
        }
        self.city.catch_up(&self.load);
        self.tally.whole_after_kill(begun.elapsed());
    }

    fn kill_and_start(&mut self) {
        let place = self.dice.place(self.city.size());
        self.city.kill(place);
        self.city.start_one();
    }

    /// A kill in the midst of something else.
    fn perhaps_kill(&mut self) {
        if self.dice.one_in(3) {
            self.tally.befell(Fault::Kill);
            self.kill_and_start();
        }
    }

    fn freeze(&mut self) {
        let begun = Instant::now();
        let place = self.dice.place(self.city.size());
        self.city.freeze(place);
        if !self.city.is_grouped() {
            self.city.start_one();
        }
        self.city.catch_up(&self.load);
        self.tally.whole_after_kill(begun.elapsed());
        self.pause(self.longest);
        self.city.thaw(place);
        self.pause(BOTH_AT_WORK);
        if !self.city.is_grouped() {
            self.city.kill(place);
        }
        self.city.catch_up(&self.load);
    }

    fn kill_broker(&mut self) {
        self.kafka.kill().unwrap();
        self.pause(self.longest / 2);
        self.perhaps_kill();
        self.pause(self.longest / 2);
        self.kafka.restart().unwrap();
        self.mended();
    }

    fn cut(&mut self) {
        let passage = self.dice.one_of(&[Passage::Silent, Passage::Closed]);
        self.proxy.set(passage);
        let long = self.long_cut.filter(|_| self.dice.one_in(10));
        std::thread::park_timeout(long.unwrap_or_default());
        self.pause(self.longest / 2);
        self.perhaps_kill();
        self.pause(self.longest / 2);
        self.proxy.set(Passage::Open);
        self.mended();
    }

    fn fill_disk(&mut self) {
        let Some(disk) = self.disk.clone() else { return };
        let bytes = self.dice.one_of(&LIMITS);
        disk.fill(&self.city.ids(), bytes).unwrap();
        self.pause(self.longest / 2);
        self.perhaps_kill();
        self.pause(self.longest / 2);
        disk.free(&self.city.ids()).unwrap();
        self.mended();
    }

    fn set_clock(&mut self) {
        let ahead_s = self.dice.one_of(&CLOCKS);
        if let Some(clock) = &self.clock {
            clock.move_to(ahead_s).unwrap();
        }
        self.pause(self.longest);
        self.city.catch_up(&self.load);
    }

    fn mended(&mut self) {
        let begun = Instant::now();
        self.city.catch_up(&self.load);
        self.tally.whole_after_mending(begun.elapsed());
    }
}
