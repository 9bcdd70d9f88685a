//! The spool in a file system that fails, fills up and loses processes, and in the real one.

mod damage;
mod format;
mod memory_disk;
mod model;
mod real;
mod sharing;

use std::sync::atomic::{AtomicU64, Ordering};

use super::store::Terms;
use super::{Salvage, Spool, Ticket};
use memory_disk::Machine;

const SEGMENT_BYTES: u64 = 2_000;
const MAX_BYTES: u64 = 16_000;

fn terms() -> Terms {
    Terms {
        max_bytes: MAX_BYTES,
        segment_bytes: SEGMENT_BYTES,
        destination: "http://collector/v1/traces".to_owned(),
        takes_all: false,
        pid: 1,
        clock: tick,
    }
}

/// Later every time.
fn tick() -> u64 {
    static NOW_MS: AtomicU64 = AtomicU64::new(1_763_740_000_000);
    NOW_MS.fetch_add(1, Ordering::Relaxed)
}

fn open(machine: &Machine) -> Spool {
    Spool::open(machine.process(), terms()).expect("a spool")
}

/// A payload that says which one it is.
fn payload(number: u32, bytes: usize) -> Vec<u8> {
    let mut payload = vec![b'.'; bytes.max(4)];
    payload[..4].copy_from_slice(&number.to_le_bytes());
    payload
}

fn number_of(payload: &[u8]) -> u32 {
    u32::from_le_bytes(payload[..4].try_into().expect("four bytes"))
}

fn append(spool: &mut Spool, number: u32, bytes: usize) -> Ticket {
    spool.append(&payload(number, bytes), 1).ticket.expect("room")
}

/// All that dead processes left behind.
fn adopt(spool: &mut Spool) -> Vec<Salvage> {
    spool.adopt().expect("a directory");
    std::iter::from_fn(|| spool.next_orphan()).collect()
}

fn numbers(salvages: &[Salvage]) -> Vec<u32> {
    let records = salvages.iter().flat_map(|salvage| &salvage.records);
    records.map(|(_, _, payload)| number_of(payload)).collect()
}

fn tickets(salvages: &[Salvage]) -> Vec<Ticket> {
    salvages.iter().flat_map(|salvage| &salvage.records).map(|(ticket, ..)| *ticket).collect()
}
