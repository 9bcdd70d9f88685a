//! What the spool needs of a file system, small enough that a test can be one that fails.

use std::io;

/// A directory and the files in it; names have no folders.
pub trait Disk {
    /// The regular files of this directory that belong to this user.
    ///
    /// # Errors
    /// As the file system says.
    fn list(&self) -> io::Result<Vec<Listed>>;

    /// A file that was not there before, to read and write.
    ///
    /// # Errors
    /// As the file system says; [`io::ErrorKind::AlreadyExists`] for one that was.
    fn create(&self, name: &str) -> io::Result<Box<dyn DiskFile>>;

    /// A file that is there, to read and write.
    ///
    /// # Errors
    /// As the file system says.
    fn open(&self, name: &str) -> io::Result<Box<dyn DiskFile>>;

    /// # Errors
    /// As the file system says.
    fn remove(&self, name: &str) -> io::Result<()>;

    /// Locks this file, making it if needed, against everybody else, this process included. `None`
    /// when somebody has it.
    ///
    /// # Errors
    /// As the file system says.
    fn lock(&self, name: &str) -> io::Result<Option<Box<dyn Lock>>>;
}

/// Held until it is dropped, or its process ends.
pub trait Lock {
    /// Whether the file that was locked is still the one in the directory.
    fn is_there(&self) -> bool;
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Listed {
    pub name: String,
    pub bytes: u64,
}

pub trait DiskFile {
    /// Writes all of it, or fails having written some of it.
    ///
    /// # Errors
    /// As the file system says.
    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()>;

    /// As much as there is, at most so many bytes.
    ///
    /// # Errors
    /// As the file system says.
    fn read_at(&mut self, offset: u64, max_bytes: usize) -> io::Result<Vec<u8>>;

    /// Cuts off what is behind.
    ///
    /// # Errors
    /// As the file system says.
    fn truncate(&mut self, bytes: u64) -> io::Result<()>;
}
