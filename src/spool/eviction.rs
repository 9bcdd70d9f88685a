//! Making room: the oldest segments go, whosever they are, but for those of newer versions.

use std::io;

use super::directory::{read_whole, remove_lock_if_alone, segments_on};
use super::names::Instance;
use super::scan::{Unreadable, scan};
use super::store::Spool;

/// What had to go to make room.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Evicted {
    /// Segments whose tickets are void now.
    pub segments: Vec<u32>,
    /// Waiting spans of dead processes.
    pub orphaned_spans: u64,
}

impl Spool {
    pub(super) fn bytes_on_disk(&self) -> io::Result<u64> {
        Ok(segments_on(&*self.disk)?.iter().map(|(listed, _)| listed.1).sum())
    }

    /// Deletes the oldest segments, whosever they are, until there is room.
    pub(super) fn make_room(&mut self, needed: u64, evicted: &mut Evicted) -> io::Result<()> {
        let mut segments = segments_on(&*self.disk)?;
        segments.sort();
        let mut total: u64 = segments.iter().map(|((_, bytes), _)| bytes).sum();
        for ((name, bytes), instance) in segments {
            if total + needed <= self.terms.max_bytes {
                break;
            }
            if self.evict(&name, &instance, evicted) {
                total -= bytes;
            }
        }
        Ok(())
    }

    fn evict(&mut self, name: &str, instance: &Instance, evicted: &mut Evicted) -> bool {
        let ours = self.segments.iter().find(|(_, segment)| segment.name == name);
        if let Some((&number, _)) = ours {
            self.delete(number);
            evicted.segments.push(number);
            return true;
        }
        // Whoever has the lock counts what is lost: the process itself when it finds it gone.
        let lock = match self.locks.contains_key(instance) {
            true => None,
            false => self.disk.lock(&instance.lock_name()).ok().flatten(),
        };
        let is_ours_to_count = lock.is_some() || self.locks.contains_key(instance);
        let Ok(bytes) = read_whole(&*self.disk, name) else { return false };
        let spans = match scan(&bytes) {
            Err(Unreadable::Newer(_)) => return false,
            Err(Unreadable::Damaged) => 0,
            Ok(found) => found.waiting_spans() + found.damaged_spans,
        };
        if self.disk.remove(name).is_err() {
            return false;
        }
        if is_ours_to_count {
            evicted.orphaned_spans += spans;
        }
        self.orphans.retain(|(orphan, _)| orphan != name);
        if lock.is_some() {
            remove_lock_if_alone(&*self.disk, instance);
        }
        self.release_if_empty(instance);
        true
    }
}
