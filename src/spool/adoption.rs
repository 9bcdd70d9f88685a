//! Taking over what dead processes left behind. Whoever has the lock of a process may read, change and
//! delete what it wrote, and nobody else may.

use std::collections::BTreeSet;
use std::io;

use bytes::Bytes;

use super::directory::read_whole;
use super::names::Instance;
use super::scan::{Scan, Unreadable, scan};
use super::segment::Segment;
use super::store::{Spool, Ticket};

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

impl Spool {
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
        let read = read_whole(&*self.disk, &name);
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
}
