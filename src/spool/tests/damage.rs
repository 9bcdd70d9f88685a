//! Segments that are not as they were written: they cost what is damaged, and nothing else.

use proptest::collection::vec;
use proptest::prelude::*;

use super::super::format::{MARKER, RECORD_HEADER_BYTES};
use super::super::{Unreadable, scan};
use super::memory_disk::Machine;
use super::{adopt, append, numbers, open};

/// A dead process's segment with five records, and its name.
fn machine_with_five() -> (Machine, String) {
    let machine = Machine::default();
    let mut spool = open(&machine);
    for number in 1..=5 {
        append(&mut spool, number, 100);
    }
    machine.kill_all();
    drop(spool);
    let name = machine.segments().into_keys().next().expect("a segment");
    (machine, name)
}

fn places(machine: &Machine, name: &str) -> Vec<usize> {
    let bytes = machine.segments()[name].clone();
    let found = scan(&bytes).expect("a segment");
    found.records.iter().map(|record| usize::try_from(record.at).expect("a place")).collect()
}

fn damaged(change: impl FnOnce(&mut Vec<u8>, &[usize])) -> (Vec<u32>, usize, u64) {
    let (machine, name) = machine_with_five();
    let places = places(&machine, &name);
    machine.change(&name, |bytes| change(bytes, &places));
    let mut spool = open(&machine);
    let salvages = adopt(&mut spool);
    let damaged = salvages.iter().map(|salvage| salvage.damaged).sum();
    let spans = salvages.iter().map(|salvage| salvage.damaged_spans).sum();
    (numbers(&salvages), damaged, spans)
}

#[test]
fn what_is_not_damaged_is_all_there() {
    assert_eq!(damaged(|_, _| {}), (vec![1, 2, 3, 4, 5], 0, 0));
}

#[test]
fn a_tail_that_was_cut_off_costs_its_record() {
    let cut = |at: usize| damaged(|bytes, places| bytes.truncate(places[4] + at));
    assert_eq!(cut(0), (vec![1, 2, 3, 4], 0, 0));
    assert_eq!(cut(5), (vec![1, 2, 3, 4], 1, 0));
    assert_eq!(cut(RECORD_HEADER_BYTES + 50), (vec![1, 2, 3, 4], 1, 1));
}

#[test]
fn a_record_in_the_middle_costs_itself_whether_in_its_payload_or_its_header() {
    let flip = |at: usize| damaged(|bytes, places| bytes[places[2] + at] ^= 1);
    for at in 0..RECORD_HEADER_BYTES {
        let expected = match at {
            4 => (vec![1, 2, 3, 4, 5], 0, 0),
            // Nothing is kept there.
            5..=7 => (vec![1, 2, 3, 4, 5], 0, 0),
            _ => (vec![1, 2, 4, 5], 1, 0),
        };
        assert_eq!(flip(at), expected, "byte {at}");
    }
    assert_eq!(flip(RECORD_HEADER_BYTES + 7), (vec![1, 2, 4, 5], 1, 1));
}

#[test]
fn zeros_in_the_place_of_what_a_power_cut_took_are_skipped() {
    let zeros = damaged(|bytes, places| {
        let (from, to) = (places[1], places[3]);
        bytes[from..to].fill(0);
        bytes.extend(vec![0; 10_000]);
    });
    assert_eq!(zeros, (vec![1, 4, 5], 2, 0));
}

#[test]
fn markers_in_a_payload_are_no_records() {
    let machine = Machine::default();
    let mut spool = open(&machine);
    append(&mut spool, 1, 100);
    let whole = machine.segments().into_values().next().expect("a segment");
    let first = places(&machine, &machine.segments().into_keys().next().expect("a segment"))[0];
    // A span may hold a whole record of another segment, and of this one.
    let mut forged = 2u32.to_le_bytes().to_vec();
    forged.extend(MARKER.repeat(20));
    forged.extend(&whole[first..]);
    spool.append(&forged, 1).ticket.expect("room");
    append(&mut spool, 3, 100);
    machine.kill_all();
    drop(spool);
    let name = machine.segments().into_keys().next().expect("a segment");
    let place = places(&machine, &name)[1];
    machine.change(&name, |bytes| bytes[place + 12] ^= 0xFF);
    let mut next = open(&machine);
    assert_eq!(numbers(&adopt(&mut next)), [1, 3]);
}

#[test]
fn a_file_that_is_no_segment_is_put_away_and_counted() {
    let (machine, name) = machine_with_five();
    machine.change(&name, |bytes| bytes[0] = b'X');
    let mut spool = open(&machine);
    let salvages = adopt(&mut spool);
    assert_eq!((numbers(&salvages), salvages[0].damaged), (vec![], 1));
    drop(spool);
    assert_eq!(machine.names(), Vec::<String>::new());
}

#[test]
fn a_beginning_that_holds_nothing_is_no_damage() {
    let (machine, name) = machine_with_five();
    machine.change(&name, Vec::clear);
    let mut spool = open(&machine);
    assert_eq!(adopt(&mut spool)[0].damaged, 0);
    drop(spool);
    assert_eq!(machine.names(), Vec::<String>::new());
}

#[test]
fn a_newer_versions_segment_stays_as_it_is() {
    let (machine, name) = machine_with_five();
    machine.change(&name, |bytes| bytes[8] = 2);
    let before = machine.segments();
    let mut spool = open(&machine);
    let salvages = adopt(&mut spool);
    assert!(salvages[0].is_newer && salvages[0].records.is_empty());
    assert_eq!(scan(&before[&name]), Err(Unreadable::Newer(2)));
    drop(spool);
    assert_eq!(machine.segments(), before);
}

proptest! {
    /// Bytes from anywhere are read to their end without a fault, and nothing is made up.
    #[test]
    fn changed_bytes_give_a_part_of_what_was_written(
        changes in vec((any::<prop::sample::Index>(), any::<u8>()), 0..20),
        cut in any::<prop::sample::Index>(),
    ) {
        let (machine, name) = machine_with_five();
        let mut bytes = machine.segments()[&name].clone();
        let header = places(&machine, &name)[0];
        for (at, value) in &changes {
            let at = header + at.index(bytes.len() - header);
            bytes[at] = *value;
        }
        bytes.truncate(header + cut.index(bytes.len() - header + 1));
        let whole = machine.segments()[&name].clone();
        let written = scan(&whole).expect("a segment");
        let found = scan(&bytes).expect("the header is whole");
        for record in &found.records {
            let original = written.records.iter().find(|other| other.at == record.at);
            prop_assert_eq!(original.map(|it| it.payload), Some(record.payload));
        }
    }
}
