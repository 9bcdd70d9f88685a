//! A destination's queue on disk, as one process writes, reads back and acknowledges it, and what
//! dead processes left behind for the same destination.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io;

use bytes::Bytes;

use super::disk::{Disk, Lock};
use super::format::{RECORD_HEADER_BYTES, SegmentHeader};
use super::names::Instance;
use super::scan::{Scan, Unreadable, scan};
use super::segment::Segment;

/// Large enough that few files hold a long outage, small enough to be read back in one go.
const MAX_SEGMENT_BYTES: u64 = 8 * 1024 * 1024;
const MIN_SEGMENT_BYTES: u64 = 64 * 1024;
/// What is evicted at once when the directory is full, at most.
const SEGMENTS_IN_FULL_DIRECTORY: u64 = 8;
/// Names are random: that two are alike, or that somebody cleans up one just made, is rare.
const ATTEMPTS_AT_A_NAME: u32 = 8;
/// Under which terms a spool is used.
#[derive(Debug, Clone)]
pub struct Terms {
    /// For the whole directory, whoever writes into it.
    pub max_bytes: u64,
    /// A segment is closed before it grows beyond this.
    pub segment_bytes: u64,
    /// Where these spans may go.
    pub destination: String,
    /// Takes over what was meant for others too: an operator has said so.
    pub takes_all: bool,
    pub pid: u32,
    /// Milliseconds since 1970.
    pub clock: fn() -> u64,
}

/// How large segments are in a directory with this bound.
pub fn segment_bytes(max_bytes: u64) -> u64 {
    (max_bytes / SEGMENTS_IN_FULL_DIRECTORY).clamp(MIN_SEGMENT_BYTES, MAX_SEGMENT_BYTES)
}

/// A record's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticket {
    segment: u32,
    at: u32,
    payload_bytes: u32,
}

impl Ticket {
    /// The segment, as `Appended::evicted` names it.
    pub fn segment(&self) -> u32 {
        self.segment
    }
}

/// What became of a record that was to be written.
#[derive(Debug)]
pub struct Appended {
    pub ticket: Result<Ticket, Refused>,
    /// Whether or not it was written.
    pub evicted: Evicted,
}

/// What had to go to make room.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Evicted {
    /// Segments whose tickets are void now.
    pub segments: Vec<u32>,
    /// Waiting spans of dead processes.
    pub orphaned_spans: u64,
}

/// Why a record was not written. The spans are as safe as they would be without a spool.
#[derive(Debug)]
pub enum Refused {
    /// The directory is full of what may not be evicted, or the record alone is over its bound.
    NoRoom,
    /// The file system did not do it.
    Disk(io::Error),
}

/// What one segment of a dead process held.
#[derive(Debug, Default)]
pub struct Salvage {
    pub records: Vec<(Ticket, u32, Bytes)>,
    /// Stretches and records that cannot be read.
    pub damaged: usize,
    /// Spans in those, as far as is known.
    pub damaged_spans: u64,
    /// A later version wrote it, whose it stays.
    pub is_newer: bool,
}

pub struct Spool {
    disk: Box<dyn Disk>,
    terms: Terms,
    instance: Instance,
    /// Our own, and those of the dead whose segments we have.
    locks: BTreeMap<Instance, Box<dyn Lock>>,
    /// All that may hold something that waits, by number.
    segments: BTreeMap<u32, Segment>,
    last_segment: u32,
    /// The one that is written to.
    active: Option<u32>,
    /// Segments of the dead that have not been read yet, the oldest first.
    orphans: VecDeque<(String, Instance)>,
}

impl Spool {
    /// # Errors
    /// When this directory cannot be used.
    pub fn open(disk: Box<dyn Disk>, terms: Terms) -> io::Result<Self> {
        for _ in 0..ATTEMPTS_AT_A_NAME {
            let instance = Instance::new(terms.pid, fastrand::u64(..), &terms.destination);
            let name = instance.lock_name();
            if let Some(lock) = disk.lock(&name)?
                && lock.is_there()
            {
                return Ok(Self {
                    disk,
                    terms,
                    locks: BTreeMap::from([(instance.clone(), lock)]),
                    instance,
                    segments: BTreeMap::new(),
                    last_segment: 0,
                    active: None,
                    orphans: VecDeque::new(),
                });
            }
        }
        Err(io::Error::other("no lock file could be made"))
    }

    /// Writes a record.
    pub fn append(&mut self, payload: &[u8], spans: u32) -> Appended {
        let mut evicted = Evicted::default();
        let ticket = self.write(payload, spans, &mut evicted);
        Appended { ticket, evicted }
    }

    fn write(
        &mut self,
        payload: &[u8],
        spans: u32,
        evicted: &mut Evicted,
    ) -> Result<Ticket, Refused> {
        let bytes = (RECORD_HEADER_BYTES + payload.len()) as u64;
        let active = match self.active.filter(|number| self.has_room(*number, bytes)) {
            Some(number) => number,
            None => self.begin_segment(bytes, evicted)?,
        };
        let Some(segment) = self.segments.get_mut(&active) else {
            return Err(Refused::Disk(io::ErrorKind::NotFound.into()));
        };
        let place = segment.append(&*self.disk, payload, spans).map_err(Refused::Disk)?;
        let at = u32::try_from(place).map_err(|_| too_large())?;
        let payload_bytes = u32::try_from(payload.len()).map_err(|_| too_large())?;
        Ok(Ticket { segment: active, at, payload_bytes })
    }

    /// A record that is larger than a segment gets one of its own.
    fn has_room(&self, number: u32, bytes: u64) -> bool {
        self.segments
            .get(&number)
            .is_some_and(|segment| segment.bytes + bytes <= self.terms.segment_bytes)
    }

    fn begin_segment(&mut self, record_bytes: u64, evicted: &mut Evicted) -> Result<u32, Refused> {
        self.seal();
        let created_ms = (self.terms.clock)();
        let header = SegmentHeader {
            created_ms,
            pid: self.terms.pid,
            salt: fastrand::u64(..),
            destination: self.terms.destination.clone(),
        };
        let needed = self.terms.segment_bytes.max(header.write().len() as u64 + record_bytes);
        self.make_room(needed, evicted).map_err(Refused::Disk)?;
        if self.bytes_on_disk().map_err(Refused::Disk)? + needed > self.terms.max_bytes {
            return Err(Refused::NoRoom);
        }
        let number = self.last_segment + 1;
        let name = self.instance.segment_name(created_ms, number);
        let segment = Segment::create(&*self.disk, name, self.instance.clone(), &header)
            .map_err(Refused::Disk)?;
        self.last_segment = number;
        self.segments.insert(number, segment);
        self.active = Some(number);
        Ok(number)
    }

    /// Nothing more is written to the active segment.
    fn seal(&mut self) {
        let Some(number) = self.active.take() else { return };
        if let Some(segment) = self.segments.get_mut(&number) {
            segment.close();
            if segment.waiting == 0 {
                self.delete(number);
            }
        }
    }

    /// The records' payloads, `None` for those that are gone or damaged.
    pub fn read(&mut self, tickets: impl IntoIterator<Item = Ticket>) -> Vec<Option<Vec<u8>>> {
        let mut read = |ticket: Ticket| {
            let segment = self.segments.get_mut(&ticket.segment)?;
            segment.read(&*self.disk, u64::from(ticket.at), ticket.payload_bytes).ok()
        };
        let payloads = tickets.into_iter().map(&mut read).collect();
        self.close_files();
        payloads
    }

    /// These spans have been delivered, or given up for good. Deletes what is not needed any more.
    ///
    /// # Errors
    /// When that could not be written down: they may be sent again by another process.
    pub fn acknowledge(&mut self, tickets: impl IntoIterator<Item = Ticket>) -> io::Result<()> {
        let mut outcome = Ok(());
        let mut touched = BTreeSet::new();
        for ticket in tickets {
            // Without its segment it was evicted.
            let Some(segment) = self.segments.get_mut(&ticket.segment) else { continue };
            touched.insert(ticket.segment);
            match segment.acknowledge(&*self.disk, u64::from(ticket.at)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => outcome = Err(error),
                _ => {}
            }
        }
        for number in touched {
            let Some(segment) = self.segments.get_mut(&number) else { continue };
            match segment.waiting {
                0 if self.active == Some(number) => segment.empty(&*self.disk),
                0 => self.delete(number),
                _ => {}
            }
        }
        self.close_files();
        outcome
    }

    /// Files are few: the one that is written to is open, and others while they are needed.
    fn close_files(&mut self) {
        for (number, segment) in &mut self.segments {
            if self.active != Some(*number) {
                segment.close();
            }
        }
    }

    /// Takes over what dead processes left behind for this destination, to be read with
    /// [`Spool::next_orphan`], and puts away what has no use.
    ///
    /// # Errors
    /// When the directory cannot be read.
    pub fn adopt(&mut self) -> io::Result<()> {
        let (mut owners, mut with_segments) = (BTreeSet::new(), BTreeSet::new());
        for listed in self.disk.list()? {
            if let Some(instance) = Instance::of_segment(&listed.name) {
                with_segments.insert(instance.clone());
                owners.insert(instance);
            }
            owners.extend(Instance::of_lock(&listed.name));
        }
        let mut adopted = BTreeSet::new();
        for instance in owners {
            let is_wanted = !with_segments.contains(&instance) || self.may_take(&instance);
            if !is_wanted || self.locks.contains_key(&instance) {
                continue;
            }
            let lock = self.disk.lock(&instance.lock_name());
            if let Ok(Some(lock)) = lock
                && lock.is_there()
            {
                adopted.insert(instance.clone());
                self.locks.insert(instance, lock);
            }
        }
        // Only now nobody else changes what they have.
        let mut names: Vec<_> = self.disk.list()?.into_iter().map(|listed| listed.name).collect();
        names.sort();
        for name in names {
            if let Some(instance) = Instance::of_segment(&name).filter(|it| adopted.contains(it)) {
                self.orphans.push_back((name, instance));
            }
        }
        adopted.iter().for_each(|instance| self.release_if_empty(instance));
        Ok(())
    }

    fn may_take(&self, instance: &Instance) -> bool {
        self.terms.takes_all || instance.is_for(&self.terms.destination)
    }

    /// How many segments there are to get with [`Spool::next_orphan`].
    pub fn orphans(&self) -> usize {
        self.orphans.len()
    }

    /// What waits in the oldest segment that was taken over and not read yet.
    pub fn next_orphan(&mut self) -> Option<Salvage> {
        let (name, instance) = self.orphans.pop_front()?;
        let read = self.read_whole(&name);
        let mut salvage = Salvage::default();
        let Ok(bytes) = read else {
            self.release_if_empty(&instance);
            return Some(salvage);
        };
        let bytes = Bytes::from(bytes);
        match scan(&bytes) {
            Ok(found) if self.terms.takes_all || found.destination == self.terms.destination => {
                salvage = self.take_over(&name, &instance, &bytes, &found);
            }
            Ok(_) => {}
            Err(Unreadable::Newer(_)) => salvage.is_newer = true,
            Err(Unreadable::Damaged) => {
                // An empty one is what is left of a beginning.
                salvage.damaged = usize::from(!bytes.is_empty());
                let _ = self.disk.remove(&name);
            }
        }
        self.release_if_empty(&instance);
        Some(salvage)
    }

    fn take_over(
        &mut self,
        name: &str,
        instance: &Instance,
        bytes: &Bytes,
        found: &Scan<'_>,
    ) -> Salvage {
        let number = self.last_segment + 1;
        self.last_segment = number;
        let mut records = Vec::new();
        for record in found.records.iter().filter(|record| !record.is_done) {
            let place = u32::try_from(record.at).ok().zip(u32::try_from(record.payload.len()).ok());
            if let Some((at, payload_bytes)) = place {
                let ticket = Ticket { segment: number, at, payload_bytes };
                records.push((ticket, record.spans, bytes.slice_ref(record.payload)));
            }
        }
        let length = bytes.len() as u64;
        let segment =
            Segment::found(name.to_owned(), instance.clone(), length, found.salt, records.len());
        self.segments.insert(number, segment);
        if records.is_empty() {
            self.delete(number);
        }
        Salvage {
            records,
            damaged: found.damaged,
            damaged_spans: found.damaged_spans,
            is_newer: false,
        }
    }

    fn read_whole(&self, name: &str) -> io::Result<Vec<u8>> {
        read_whole(&*self.disk, name)
    }

    /// The segment is done with, or has to go.
    fn delete(&mut self, number: u32) {
        let Some(segment) = self.segments.remove(&number) else { return };
        let _ = self.disk.remove(&segment.name);
        let instance = segment.instance.clone();
        drop(segment);
        self.release_if_empty(&instance);
    }

    /// Lets go of a dead process's lock when nothing of it is left to guard.
    fn release_if_empty(&mut self, instance: &Instance) {
        let is_used = *instance == self.instance
            || self.segments.values().any(|segment| segment.instance == *instance)
            || self.orphans.iter().any(|(_, owner)| owner == instance);
        if is_used {
            return;
        }
        let Some(lock) = self.locks.remove(instance) else { return };
        remove_lock_if_alone(&*self.disk, instance);
        drop(lock);
    }

    fn bytes_on_disk(&self) -> io::Result<u64> {
        Ok(segments_on(&*self.disk)?.iter().map(|(listed, _)| listed.1).sum())
    }

    /// Deletes the oldest segments, whosever they are, until there is room.
    fn make_room(&mut self, needed: u64, evicted: &mut Evicted) -> io::Result<()> {
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
        let Ok(bytes) = self.read_whole(name) else { return false };
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

impl Drop for Spool {
    /// What waits stays for the next process.
    fn drop(&mut self) {
        self.seal();
        for instance in self.locks.keys() {
            remove_lock_if_alone(&*self.disk, instance);
        }
    }
}

fn too_large() -> Refused {
    Refused::Disk(io::ErrorKind::FileTooLarge.into())
}

/// Removes a lock file that guards nothing, by whoever holds the lock.
pub(super) fn remove_lock_if_alone(disk: &dyn Disk, instance: &Instance) {
    let is_alone =
        segments_on(disk).is_ok_and(|all| all.iter().all(|(_, owner)| owner != instance));
    if is_alone {
        let _ = disk.remove(&instance.lock_name());
    }
}

type NameAndBytes = (String, u64);

/// All segments in the directory.
pub(super) fn segments_on(disk: &dyn Disk) -> io::Result<Vec<(NameAndBytes, Instance)>> {
    let listed = disk.list()?.into_iter();
    Ok(listed
        .filter_map(|listed| {
            let instance = Instance::of_segment(&listed.name)?;
            Some(((listed.name, listed.bytes), instance))
        })
        .collect())
}

/// More than any segment of ours has: a record of the largest request in a segment of its own.
const MAX_READ_BYTES: usize = 80 * 1024 * 1024;

pub(super) fn read_whole(disk: &dyn Disk, name: &str) -> io::Result<Vec<u8>> {
    disk.open(name)?.read_at(0, MAX_READ_BYTES)
}
