//! What lies in a spool's directory, for the people who look after it.

use std::collections::BTreeMap;
use std::io;

use super::disk::Disk;
use super::names::Instance;
use super::scan::{Unreadable, scan};
use super::store::{read_whole, remove_lock_if_alone, segments_on};

/// What one process left, or has, in the directory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Survey {
    pub pid: u32,
    /// Its process, or one that has taken over from it, has it in hand. Otherwise the next one will.
    pub is_held: bool,
    /// Where the spans may be sent; empty where no segment says so.
    pub destination: String,
    pub segments: u64,
    pub bytes: u64,
    /// Spans that have not been delivered.
    pub waiting_spans: u64,
    /// Stretches and records that cannot be read.
    pub damaged: u64,
    /// Segments that only a newer version can read.
    pub newer: u64,
    /// When the oldest segment with something in it was begun, milliseconds since 1970.
    pub oldest_ms: Option<u64>,
}

/// Looks at everything and changes nothing; the oldest process comes first.
///
/// # Errors
/// When the directory cannot be read.
pub fn survey(disk: &dyn Disk) -> io::Result<Vec<Survey>> {
    let mut found: BTreeMap<Instance, Survey> = BTreeMap::new();
    let listed = disk.list()?;
    let mut segments = segments_on(disk)?;
    segments.sort();
    for ((name, bytes), instance) in segments {
        let pid = instance.pid().unwrap_or_default();
        let survey = found.entry(instance).or_insert_with(|| Survey { pid, ..Survey::default() });
        survey.segments += 1;
        survey.bytes += bytes;
        let Ok(read) = read_whole(disk, &name) else { continue };
        match scan(&read) {
            Ok(scan) => {
                let waiting = scan.waiting_spans();
                survey.waiting_spans += waiting;
                survey.damaged += scan.damaged as u64;
                if waiting > 0 {
                    survey.oldest_ms.get_or_insert(scan.created_ms);
                }
                survey.destination = scan.destination;
            }
            Err(Unreadable::Newer(_)) => survey.newer += 1,
            Err(Unreadable::Damaged) => survey.damaged += u64::from(!read.is_empty()),
        }
    }
    for (instance, survey) in &mut found {
        // A lock that cannot be tried is somebody's, as far as anybody can say.
        survey.is_held = listed.iter().any(|file| file.name == instance.lock_name())
            && !matches!(disk.lock(&instance.lock_name()), Ok(Some(_)));
    }
    let mut surveys: Vec<_> = found.into_values().collect();
    surveys.sort_by_key(|survey| survey.oldest_ms.unwrap_or(u64::MAX));
    Ok(surveys)
}

/// Deletes what no process has in hand, but for what a newer version wrote. Returns what it was.
///
/// # Errors
/// When the directory cannot be read, or a file in it cannot be deleted.
pub fn clear(disk: &dyn Disk) -> io::Result<Survey> {
    let mut cleared = Survey::default();
    let mut owners: Vec<Instance> = segments_on(disk)?.into_iter().map(|(_, it)| it).collect();
    owners.sort();
    owners.dedup();
    for instance in owners {
        let Some(lock) = disk.lock(&instance.lock_name())? else { continue };
        for ((name, bytes), owner) in segments_on(disk)? {
            if owner != instance {
                continue;
            }
            let read = read_whole(disk, &name)?;
            match scan(&read) {
                Err(Unreadable::Newer(_)) => {
                    cleared.newer += 1;
                    continue;
                }
                Err(Unreadable::Damaged) => {}
                Ok(scan) => cleared.waiting_spans += scan.waiting_spans(),
            }
            disk.remove(&name)?;
            cleared.segments += 1;
            cleared.bytes += bytes;
        }
        remove_lock_if_alone(disk, &instance);
        drop(lock);
    }
    Ok(cleared)
}
