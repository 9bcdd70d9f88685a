//! A machine whose disk is memory, whose room is known, and whose processes die when they are told
//! to: after so many more bytes and changes, in the middle of a write.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, ErrorKind};
use std::rc::Rc;

use super::super::disk::{Disk, DiskFile, Listed, Lock};

#[derive(Clone, Default)]
pub struct Machine(Rc<RefCell<State>>);

#[derive(Default)]
struct State {
    files: BTreeMap<String, Vec<u8>>,
    /// By process.
    locked: BTreeMap<String, u32>,
    last_process: u32,
    dead: BTreeSet<u32>,
    /// What the processes may still write before they all die.
    budget: Option<usize>,
    /// What fits on the disk besides what is there.
    room: Option<usize>,
}

impl Machine {
    /// A new process's view of the directory.
    pub fn process(&self) -> Box<dyn Disk> {
        let mut state = self.0.borrow_mut();
        state.last_process += 1;
        Box::new(Process { state: Rc::clone(&self.0), id: state.last_process })
    }

    /// All processes die at once; locks go with them, files stay.
    pub fn kill_all(&self) {
        let mut state = self.0.borrow_mut();
        let last = state.last_process;
        state.dead.extend(1..=last);
        state.locked.clear();
        state.budget = None;
    }

    /// They die as soon as they have written so much more.
    pub fn kill_after(&self, bytes: usize) {
        self.0.borrow_mut().budget = Some(bytes);
    }

    pub fn is_dead(&self) -> bool {
        let state = self.0.borrow();
        state.dead.contains(&state.last_process)
    }

    pub fn set_room(&self, bytes: Option<usize>) {
        self.0.borrow_mut().room = bytes;
    }

    pub fn names(&self) -> Vec<String> {
        self.0.borrow().files.keys().cloned().collect()
    }

    pub fn segments(&self) -> BTreeMap<String, Vec<u8>> {
        let state = self.0.borrow();
        let segments = state.files.iter().filter(|(name, _)| name.ends_with(".spool"));
        segments.map(|(name, bytes)| (name.clone(), bytes.clone())).collect()
    }

    pub fn change(&self, name: &str, change: impl FnOnce(&mut Vec<u8>)) {
        change(self.0.borrow_mut().files.entry(name.to_owned()).or_default());
    }
}

struct Process {
    state: Rc<RefCell<State>>,
    id: u32,
}

impl State {
    fn check(&self, process: u32) -> io::Result<()> {
        if self.dead.contains(&process) { Err(ErrorKind::BrokenPipe.into()) } else { Ok(()) }
    }

    /// How much of this the process lives to do.
    fn spend(&mut self, wanted: usize) -> usize {
        let Some(budget) = &mut self.budget else { return wanted };
        let done = wanted.min(*budget);
        *budget -= done;
        if done < wanted {
            let last = self.last_process;
            self.dead.extend(1..=last);
            self.locked.clear();
            self.budget = None;
        }
        done
    }

    fn change(&mut self, process: u32) -> io::Result<()> {
        self.check(process)?;
        if self.spend(1) == 1 { Ok(()) } else { Err(ErrorKind::BrokenPipe.into()) }
    }
}

impl Disk for Process {
    fn list(&self) -> io::Result<Vec<Listed>> {
        let state = self.state.borrow();
        state.check(self.id)?;
        let listed = |(name, bytes): (&String, &Vec<u8>)| Listed {
            name: name.clone(),
            bytes: bytes.len() as u64,
        };
        Ok(state.files.iter().map(listed).collect())
    }

    fn create(&self, name: &str) -> io::Result<Box<dyn DiskFile>> {
        let mut state = self.state.borrow_mut();
        if state.files.contains_key(name) {
            return Err(ErrorKind::AlreadyExists.into());
        }
        state.change(self.id)?;
        state.files.insert(name.to_owned(), Vec::new());
        drop(state);
        self.open(name)
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn DiskFile>> {
        let state = self.state.borrow();
        state.check(self.id)?;
        if !state.files.contains_key(name) {
            return Err(ErrorKind::NotFound.into());
        }
        let state = Rc::clone(&self.state);
        Ok(Box::new(OpenFile { state, process: self.id, name: name.to_owned() }))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        let mut state = self.state.borrow_mut();
        state.change(self.id)?;
        state.files.remove(name).map(drop).ok_or_else(|| ErrorKind::NotFound.into())
    }

    fn lock(&self, name: &str) -> io::Result<Option<Box<dyn Lock>>> {
        let mut state = self.state.borrow_mut();
        state.change(self.id)?;
        state.files.entry(name.to_owned()).or_default();
        if state.locked.contains_key(name) {
            return Ok(None);
        }
        state.locked.insert(name.to_owned(), self.id);
        let state = Rc::clone(&self.state);
        Ok(Some(Box::new(Held { state, process: self.id, name: name.to_owned() })))
    }
}

struct Held {
    state: Rc<RefCell<State>>,
    process: u32,
    name: String,
}

impl Lock for Held {
    fn is_there(&self) -> bool {
        self.state.borrow().files.contains_key(&self.name)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut state = self.state.borrow_mut();
        if state.locked.get(&self.name) == Some(&self.process) {
            state.locked.remove(&self.name);
        }
    }
}

struct OpenFile {
    state: Rc<RefCell<State>>,
    process: u32,
    name: String,
}

impl DiskFile for OpenFile {
    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.state.borrow_mut();
        state.check(self.process)?;
        let offset = usize::try_from(offset).expect("an offset");
        let there = state.files.get(&self.name).map_or(0, Vec::len);
        let grows = (offset + bytes.len()).saturating_sub(there);
        // What is overwritten needs no room.
        let fits = state.room.map_or(bytes.len(), |room| bytes.len() - grows.saturating_sub(room));
        let done = state.spend(fits);
        if let Some(room) = &mut state.room {
            *room -= (offset + done).saturating_sub(there).min(*room);
        }
        // A file that was removed while it is open takes what is written to it.
        if let Some(file) = state.files.get_mut(&self.name) {
            if file.len() < offset + done {
                file.resize(offset + done, 0);
            }
            file[offset..offset + done].copy_from_slice(&bytes[..done]);
        }
        match done == bytes.len() {
            true => Ok(()),
            false if done < fits => Err(ErrorKind::BrokenPipe.into()),
            false => Err(ErrorKind::StorageFull.into()),
        }
    }

    fn read_at(&mut self, offset: u64, max_bytes: usize) -> io::Result<Vec<u8>> {
        let state = self.state.borrow();
        state.check(self.process)?;
        let file = state.files.get(&self.name).map_or(&[][..], Vec::as_slice);
        let begin = file.len().min(usize::try_from(offset).expect("an offset"));
        Ok(file[begin..file.len().min(begin + max_bytes)].to_vec())
    }

    fn truncate(&mut self, bytes: u64) -> io::Result<()> {
        let mut state = self.state.borrow_mut();
        state.change(self.process)?;
        let bytes = usize::try_from(bytes).expect("a length");
        let State { files, room, .. } = &mut *state;
        if let Some(file) = files.get_mut(&self.name) {
            if let Some(room) = room {
                *room += file.len().saturating_sub(bytes);
            }
            file.truncate(bytes);
        }
        Ok(())
    }
}
