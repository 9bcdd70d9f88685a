//! What there is in a spool's directory, for everybody who goes through it.

use std::io;

use super::disk::Disk;
use super::names::Instance;

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
