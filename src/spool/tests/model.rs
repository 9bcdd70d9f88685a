//! Any sequence of writes, acknowledgements and deaths, at any byte of any write, on a disk that may
//! be full. What holds afterwards:
//!
//! - a record that was written waits on disk until it is acknowledged, or its segment was evicted;
//! - a record that was acknowledged never comes back;
//! - a new process gets exactly what waits, in the order in which it was written;
//! - the directory stays within its bound.

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::vec;
use proptest::prelude::*;

use super::super::{Appended, Spool, Ticket, scan};
use super::memory_disk::Machine;
use super::{MAX_BYTES, adopt, number_of, open, payload};

#[derive(Debug, Clone)]
enum Step {
    Append {
        bytes: usize,
    },
    /// Of what waits, so many from this one on.
    Acknowledge {
        from: usize,
        count: usize,
    },
    Read {
        from: usize,
        count: usize,
    },
    Kill,
    /// In the middle of what comes next.
    KillAfter {
        bytes: usize,
    },
    SetRoom {
        bytes: Option<usize>,
    },
    /// As a process ends in order.
    Close,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (4usize..300).prop_map(|bytes| Step::Append { bytes }),
        2 => (1_000usize..5_000).prop_map(|bytes| Step::Append { bytes }),
        4 => (0usize..50, 1usize..10).prop_map(|(from, count)| Step::Acknowledge { from, count }),
        1 => (0usize..50, 1usize..10).prop_map(|(from, count)| Step::Read { from, count }),
        1 => Just(Step::Kill),
        2 => (0usize..1_500).prop_map(|bytes| Step::KillAfter { bytes }),
        1 => proptest::option::of(0usize..3_000).prop_map(|bytes| Step::SetRoom { bytes }),
        1 => Just(Step::Close),
    ]
}

/// What waits on disk, by number: in which file.
fn on_disk(machine: &Machine) -> BTreeMap<u32, String> {
    let mut waiting = BTreeMap::new();
    for (name, bytes) in machine.segments() {
        let Ok(found) = scan(&bytes) else { continue };
        for record in found.records.iter().filter(|record| !record.is_done) {
            let twice = waiting.insert(number_of(record.payload), name.clone());
            assert_eq!(twice, None, "a record is there twice");
        }
    }
    waiting
}

struct Model {
    machine: Machine,
    spool: Option<Spool>,
    /// Written and not acknowledged, and not evicted as far as anybody was told.
    waiting: BTreeMap<u32, Ticket>,
    acknowledged: BTreeSet<u32>,
    last_number: u32,
}

impl Model {
    fn new() -> Self {
        let machine = Machine::default();
        let spool = Some(open(&machine));
        let (waiting, acknowledged) = (BTreeMap::new(), BTreeSet::new());
        Self { machine, spool, waiting, acknowledged, last_number: 0 }
    }

    fn tickets(&self, from: usize, count: usize) -> Vec<(u32, Ticket)> {
        self.waiting.iter().skip(from).take(count).map(|(n, ticket)| (*n, *ticket)).collect()
    }

    fn take(&mut self, step: &Step) {
        let before = on_disk(&self.machine);
        match *step {
            Step::Append { bytes } => self.append(bytes, &before),
            Step::Acknowledge { from, count } => {
                let chosen = self.tickets(from, count);
                let Some(spool) = &mut self.spool else { return };
                let outcome = spool.acknowledge(chosen.iter().map(|(_, ticket)| *ticket));
                let died = self.machine.is_dead();
                assert!(outcome.is_ok() || died, "{outcome:?}");
                for (number, _) in chosen {
                    // The kill fell between: it may or may not come back.
                    if !died || !on_disk(&self.machine).contains_key(&number) {
                        self.waiting.remove(&number);
                        self.acknowledged.insert(number);
                    }
                }
            }
            Step::Read { from, count } => {
                let chosen = self.tickets(from, count);
                let Some(spool) = &mut self.spool else { return };
                let payloads = spool.read(chosen.iter().map(|(_, ticket)| *ticket));
                if !self.machine.is_dead() {
                    let read: Vec<u32> =
                        payloads.iter().flatten().map(|it| number_of(it)).collect();
                    assert_eq!(read, chosen.iter().map(|(n, _)| *n).collect::<Vec<_>>());
                }
            }
            Step::Kill => self.machine.kill_all(),
            Step::KillAfter { bytes } => self.machine.kill_after(bytes),
            Step::SetRoom { bytes } => self.machine.set_room(bytes),
            Step::Close => {
                self.spool = None;
                self.restart();
            }
        }
        if self.machine.is_dead() {
            self.restart();
        }
        self.check();
    }

    fn append(&mut self, bytes: usize, before: &BTreeMap<u32, String>) {
        self.last_number += 1;
        let number = self.last_number;
        let Some(spool) = &mut self.spool else { return };
        let Appended { ticket, evicted } = spool.append(&payload(number, bytes), 1);
        self.waiting.extend(ticket.ok().map(|ticket| (number, ticket)));
        let evicted = evicted.segments;
        let there = on_disk(&self.machine);
        let is_dead = self.machine.is_dead();
        let files: BTreeSet<_> = there.values().cloned().collect();
        self.waiting.retain(|number, ticket| {
            if evicted.contains(&ticket.segment()) {
                assert!(!there.contains_key(number), "evicted and there");
                return false;
            }
            // Where nobody was left to tell, whole files have gone, and nothing else.
            let has_gone = before.get(number).is_some_and(|file| !files.contains(file));
            !(is_dead && has_gone) || there.contains_key(number)
        });
    }

    /// A new process takes over.
    fn restart(&mut self) {
        self.spool = None;
        self.machine.kill_all();
        let there = on_disk(&self.machine);
        let mut spool = open(&self.machine);
        let salvages = adopt(&mut spool);
        let records = salvages.into_iter().flat_map(|salvage| salvage.records);
        let found: Vec<_> =
            records.map(|(ticket, _, payload)| (number_of(&payload), ticket)).collect();
        let numbers: Vec<u32> = found.iter().map(|(number, _)| *number).collect();
        assert_eq!(numbers, there.into_keys().collect::<Vec<_>>());
        for number in self.waiting.keys() {
            assert!(numbers.contains(number), "{number} has vanished");
        }
        self.waiting = found.into_iter().collect();
        self.spool = Some(spool);
    }

    fn check(&self) {
        let there = on_disk(&self.machine);
        for number in self.waiting.keys() {
            assert!(there.contains_key(number), "{number} has vanished");
        }
        for number in there.keys() {
            assert!(!self.acknowledged.contains(number), "{number} has come back");
        }
        let bytes: usize = self.machine.segments().values().map(Vec::len).sum();
        assert!(bytes as u64 <= MAX_BYTES, "{bytes} bytes");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn nothing_written_vanishes_and_nothing_acknowledged_returns(steps in vec(step(), 1..120)) {
        let mut model = Model::new();
        for step in &steps {
            model.take(step);
        }
        model.restart();
        model.check();
        // Where all is acknowledged, nothing is left behind.
        model.machine.set_room(None);
        let all = model.tickets(0, usize::MAX);
        if let Some(spool) = &mut model.spool {
            prop_assert!(spool.acknowledge(all.into_iter().map(|(_, ticket)| ticket)).is_ok());
        }
        model.spool = None;
        prop_assert_eq!(model.machine.names(), Vec::<String>::new());
    }
}
