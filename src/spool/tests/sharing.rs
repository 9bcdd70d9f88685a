//! Several processes and several destinations in one directory.

use super::super::store::Terms;
use super::super::{Refused, Spool, clear, survey};
use super::memory_disk::Machine;
use super::{MAX_BYTES, adopt, append, number_of, numbers, open, payload, terms, tickets};

#[test]
fn what_a_living_process_has_is_left_alone() {
    let machine = Machine::default();
    let mut one = open(&machine);
    let ticket = append(&mut one, 1, 100);
    let mut other = open(&machine);
    assert_eq!(numbers(&adopt(&mut other)), [0; 0]);
    assert_eq!(one.read([ticket]).len(), 1);
    assert_eq!(machine.names().len(), 3);
}

#[test]
fn one_process_alone_takes_over_and_gives_nothing_away_before_its_end() {
    let machine = Machine::default();
    let mut dead = open(&machine);
    append(&mut dead, 1, 100);
    append(&mut dead, 2, 100);
    machine.kill_all();
    drop(dead);
    let (mut one, mut other) = (open(&machine), open(&machine));
    let salvaged = adopt(&mut one);
    assert_eq!(numbers(&salvaged), [1, 2]);
    assert_eq!(numbers(&adopt(&mut other)), [0; 0]);
    one.acknowledge(tickets(&salvaged).into_iter().take(1)).expect("a disk");
    drop(one);
    assert_eq!(numbers(&adopt(&mut other)), [2]);
}

#[test]
fn a_process_that_ended_in_order_leaves_what_waits_and_nothing_else() {
    let machine = Machine::default();
    let mut spool = open(&machine);
    let done = append(&mut spool, 1, 100);
    spool.acknowledge([done]).expect("a disk");
    drop(spool);
    assert_eq!(machine.names(), Vec::<String>::new());
    let mut spool = open(&machine);
    append(&mut spool, 2, 100);
    drop(spool);
    let mut next = open(&machine);
    assert_eq!(numbers(&adopt(&mut next)), [2]);
}

#[test]
fn spans_go_to_the_destination_that_they_were_meant_for() {
    let machine = Machine::default();
    let other = || Terms { destination: "http://elsewhere".to_owned(), ..terms() };
    let mut dead = Spool::open(machine.process(), other()).expect("a spool");
    append(&mut dead, 1, 100);
    machine.kill_all();
    drop(dead);
    let mut spool = open(&machine);
    assert_eq!(numbers(&adopt(&mut spool)), [0; 0]);
    drop(spool);
    let all = Terms { takes_all: true, ..terms() };
    let mut told = Spool::open(machine.process(), all).expect("a spool");
    assert_eq!(numbers(&adopt(&mut told)), [1]);
    drop(told);
    let mut right = Spool::open(machine.process(), other()).expect("a spool");
    assert_eq!(numbers(&adopt(&mut right)), [1]);
}

#[test]
fn lock_files_of_the_dead_that_guard_nothing_are_put_away() {
    let machine = Machine::default();
    let dead = open(&machine);
    machine.kill_all();
    drop(dead);
    assert_eq!(machine.names().len(), 1);
    let mut spool = open(&machine);
    adopt(&mut spool);
    drop(spool);
    assert_eq!(machine.names(), Vec::<String>::new());
}

#[test]
fn the_oldest_go_first_whosever_they_are_and_orphans_are_counted_once() {
    let machine = Machine::default();
    let mut dead = open(&machine);
    append(&mut dead, 1, 1_800);
    machine.kill_all();
    drop(dead);
    let mut spool = open(&machine);
    let mut orphaned = 0;
    for number in 2..30 {
        let appended = spool.append(&payload(number, 1_800), 3);
        assert!(appended.ticket.is_ok());
        orphaned += appended.evicted.orphaned_spans;
    }
    assert_eq!(orphaned, 1);
    let bytes: usize = machine.segments().values().map(Vec::len).sum();
    assert!(bytes as u64 <= MAX_BYTES);
    machine.kill_all();
    drop(spool);
    let left = numbers(&adopt(&mut open(&machine)));
    assert_eq!(left, (30 - left.len() as u32..30).collect::<Vec<_>>());
    assert!(left.len() >= 6);
}

#[test]
fn a_living_processs_oldest_goes_too_and_it_finds_out_when_it_reads() {
    let machine = Machine::default();
    let mut one = open(&machine);
    let oldest = append(&mut one, 1, 1_800);
    let newest = append(&mut one, 2, 1_800);
    let mut other = open(&machine);
    for number in 3..10 {
        let appended = other.append(&payload(number, 1_800), 1);
        assert!(appended.ticket.is_ok() && appended.evicted.orphaned_spans == 0);
    }
    let read: Vec<_> = one.read([oldest, newest]);
    assert_eq!(read.iter().map(Option::is_some).collect::<Vec<_>>(), [false, true]);
    one.acknowledge([oldest, newest]).expect("what is gone is no fault");
}

#[test]
fn a_record_over_the_bound_is_refused_and_evicts_everything_at_worst() {
    let machine = Machine::default();
    let mut spool = open(&machine);
    let too_large = vec![0; usize::try_from(MAX_BYTES).expect("a size")];
    assert!(matches!(spool.append(&too_large, 1).ticket, Err(Refused::NoRoom)));
    append(&mut spool, 1, 100);
}

#[test]
fn a_newer_versions_segments_count_and_are_not_evicted() {
    let machine = Machine::default();
    let mut dead = open(&machine);
    append(&mut dead, 1, 1_800);
    machine.kill_all();
    drop(dead);
    let name = machine.segments().into_keys().next().expect("a segment");
    let size = usize::try_from(MAX_BYTES).expect("a size");
    machine.change(&name, |bytes| {
        bytes[8] = 2;
        bytes.resize(size, 0);
    });
    let mut spool = open(&machine);
    assert!(matches!(spool.append(&payload(2, 10), 1).ticket, Err(Refused::NoRoom)));
    assert!(machine.segments().contains_key(&name));
}

#[test]
fn a_full_disk_refuses_records_and_takes_acknowledgements() {
    let machine = Machine::default();
    let mut spool = open(&machine);
    let tickets: Vec<_> = (1..=3).map(|number| append(&mut spool, number, 300)).collect();
    machine.set_room(Some(200));
    assert!(matches!(spool.append(&payload(4, 300), 1).ticket, Err(Refused::Disk(_))));
    assert!(matches!(spool.append(&payload(5, 300), 1).ticket, Err(Refused::Disk(_))));
    spool.acknowledge(tickets.into_iter().take(2)).expect("no room is needed");
    machine.set_room(None);
    append(&mut spool, 6, 10);
    machine.kill_all();
    drop(spool);
    assert_eq!(numbers(&adopt(&mut open(&machine))), [3, 6]);
}

#[test]
fn operators_see_what_is_there_and_clear_what_nobody_has() {
    let machine = Machine::default();
    let mut dead = open(&machine);
    append(&mut dead, 1, 100);
    append(&mut dead, 2, 100);
    machine.kill_all();
    drop(dead);
    let mut living = open(&machine);
    append(&mut living, 3, 100);
    let disk = machine.process();
    let found = survey(&*disk).expect("a directory");
    let facts: Vec<_> =
        found.iter().map(|it| (it.is_held, it.waiting_spans, it.segments)).collect();
    assert!(facts.contains(&(false, 2, 1)) && facts.contains(&(true, 1, 1)), "{facts:?}");
    assert!(found.iter().all(|it| it.destination == terms().destination && it.pid == 1));
    let cleared = clear(&*disk).expect("a directory");
    assert_eq!((cleared.waiting_spans, cleared.segments), (2, 1));
    assert_eq!(survey(&*disk).expect("a directory").len(), 1);
    let ticket = append(&mut living, 4, 10);
    let read = living.read([ticket]);
    assert_eq!(read[0].as_deref().map(number_of), Some(4));
}

#[test]
fn what_was_delivered_does_not_stay_on_disk_while_its_process_lives() {
    let machine = Machine::default();
    let mut spool = open(&machine);
    let tickets: Vec<_> = (1..=3).map(|number| append(&mut spool, number, 300)).collect();
    spool.acknowledge(tickets).expect("a disk");
    let left: usize = machine.segments().values().map(Vec::len).sum();
    assert!(left < 100, "{left} bytes");
    let ticket = append(&mut spool, 4, 300);
    assert_eq!(spool.read([ticket])[0].as_deref().map(number_of), Some(4));
    machine.kill_all();
    drop(spool);
    assert_eq!(numbers(&adopt(&mut open(&machine))), [4]);
}
