//! One segment file as its owner knows it: how far it is written, and how much of it waits.

use std::io;

use super::disk::{Disk, DiskFile};
use super::format::{RECORD_HEADER_BYTES, RecordHeader, STATE_OFFSET, SegmentHeader, payload_crc};
use super::names::Instance;
use super::scan::DONE_BYTE;

pub(super) struct Segment {
    pub name: String,
    /// Whose lock guards it.
    pub instance: Instance,
    /// Up to here it is written. What is behind, after a write that failed, is nothing.
    pub bytes: u64,
    /// Records that are not done.
    pub waiting: usize,
    /// Where records begin.
    begin: u64,
    salt: u64,
    file: Option<Box<dyn DiskFile>>,
}

impl Segment {
    /// Begins a new file. One that could not be begun is not left behind.
    pub(super) fn create(
        disk: &dyn Disk,
        name: String,
        instance: Instance,
        header: &SegmentHeader,
    ) -> io::Result<Self> {
        let mut file = disk.create(&name)?;
        let bytes = header.write();
        if let Err(error) = file.write_at(0, &bytes) {
            let _ = disk.remove(&name);
            return Err(error);
        }
        let bytes = bytes.len() as u64;
        let (waiting, begin, salt) = (0, bytes, header.salt);
        Ok(Self { name, instance, bytes, waiting, begin, salt, file: Some(file) })
    }

    /// One that was found, with so many records that are not done.
    pub(super) fn found(
        name: String,
        instance: Instance,
        bytes: u64,
        salt: u64,
        waiting: usize,
    ) -> Self {
        Self { name, instance, bytes, waiting, begin: bytes, salt, file: None }
    }

    /// Writes a record and returns its place.
    pub(super) fn append(
        &mut self,
        disk: &dyn Disk,
        payload: &[u8],
        spans: u32,
    ) -> io::Result<u64> {
        let at = self.bytes;
        let record = RecordHeader::record(self.salt, at, payload, spans)
            .ok_or_else(|| io::Error::from(io::ErrorKind::FileTooLarge))?;
        let file = self.file(disk)?;
        if let Err(error) = file.write_at(at, &record) {
            // The next record is written over what there may be of this one.
            let _ = file.truncate(at);
            return Err(error);
        }
        self.bytes += record.len() as u64;
        self.waiting += 1;
        Ok(at)
    }

    /// The payload of the record at this place, if it is what was written.
    pub(super) fn read(&mut self, disk: &dyn Disk, at: u64, bytes: u32) -> io::Result<Vec<u8>> {
        let salt = self.salt;
        let mut record = self.file(disk)?.read_at(at, RECORD_HEADER_BYTES + bytes as usize)?;
        let header = RecordHeader::read(salt, at, &record);
        let payload = record.split_off(RECORD_HEADER_BYTES.min(record.len()));
        let is_whole = header.is_some_and(|header| {
            payload.len() == header.payload_bytes as usize
                && payload_crc(salt, &payload) == header.payload_crc
        });
        if is_whole { Ok(payload) } else { Err(io::ErrorKind::InvalidData.into()) }
    }

    /// The record at this place is done: it is not sent again.
    pub(super) fn acknowledge(&mut self, disk: &dyn Disk, at: u64) -> io::Result<()> {
        self.waiting = self.waiting.saturating_sub(1);
        self.file(disk)?.write_at(at + STATE_OFFSET, &DONE_BYTE)
    }

    /// Everything in it is done and goes: nothing delivered stays on disk for long.
    pub(super) fn empty(&mut self, disk: &dyn Disk) {
        let begin = self.begin;
        if self.bytes > begin && self.file(disk).is_ok_and(|file| file.truncate(begin).is_ok()) {
            self.bytes = begin;
        }
    }

    /// Gives the file back until it is needed again.
    pub(super) fn close(&mut self) {
        self.file = None;
    }

    fn file(&mut self, disk: &dyn Disk) -> io::Result<&mut dyn DiskFile> {
        let file = match self.file.take() {
            Some(file) => file,
            None => disk.open(&self.name)?,
        };
        Ok(&mut **self.file.insert(file))
    }
}
