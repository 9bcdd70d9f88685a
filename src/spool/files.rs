//! The real file system: one folder, for this user alone.

use std::fs::{DirBuilder, File, Metadata, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::disk::{Disk, DiskFile, Listed, Lock};

/// A folder on this machine.
#[derive(Debug, Clone)]
pub struct Folder(PathBuf);

impl Folder {
    /// The folder as it is, for looking at it.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// Makes it if needed, with nobody else let in, and sees to it that it is this user's own:
    /// whoever owns a folder can put other files in the place of ours.
    ///
    /// # Errors
    /// When it cannot be made or written to, or belongs to somebody else.
    pub fn prepare(&self) -> io::Result<()> {
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&self.0)?;
        let probe = format!(".probe-{}-{:016x}", std::process::id(), fastrand::u64(..));
        let path = self.path(&probe);
        let made = private().write(true).create_new(true).open(&path)?.metadata();
        let _ = std::fs::remove_file(&path);
        if is_same_owner(&made?, &std::fs::metadata(&self.0)?) {
            return Ok(());
        }
        Err(io::Error::new(io::ErrorKind::PermissionDenied, "it belongs to another user"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub fn as_path(&self) -> &Path {
        &self.0
    }
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

#[cfg(unix)]
fn is_same_owner(a: &Metadata, b: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    a.uid() == b.uid()
}

/// Elsewhere a folder's access list decides, and it lets nobody in who may not be.
#[cfg(not(unix))]
fn is_same_owner(_: &Metadata, _: &Metadata) -> bool {
    true
}

#[cfg(unix)]
fn is_same_file(a: &Metadata, b: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (a.dev(), a.ino()) == (b.dev(), b.ino())
}

/// Elsewhere a file that is open keeps its name.
#[cfg(not(unix))]
fn is_same_file(_: &Metadata, _: &Metadata) -> bool {
    true
}

impl Disk for Folder {
    fn list(&self) -> io::Result<Vec<Listed>> {
        let folder = std::fs::metadata(&self.0)?;
        let mut listed = Vec::new();
        for entry in std::fs::read_dir(&self.0)? {
            // A file that goes while others are looked at is no error; links are not followed.
            let Ok(metadata) =
                entry.as_ref().map_err(drop).and_then(|it| it.metadata().map_err(drop))
            else {
                continue;
            };
            let Some(name) = entry.ok().and_then(|it| it.file_name().into_string().ok()) else {
                continue;
            };
            if metadata.is_file() && is_same_owner(&metadata, &folder) {
                listed.push(Listed { name, bytes: metadata.len() });
            }
        }
        Ok(listed)
    }

    fn create(&self, name: &str) -> io::Result<Box<dyn DiskFile>> {
        let file = private().read(true).write(true).create_new(true).open(self.path(name))?;
        Ok(Box::new(OpenFile(file)))
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn DiskFile>> {
        let file = private().read(true).write(true).open(self.path(name))?;
        Ok(Box::new(OpenFile(file)))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        std::fs::remove_file(self.path(name))
    }

    fn lock(&self, name: &str) -> io::Result<Option<Box<dyn Lock>>> {
        let path = self.path(name);
        let file = private().read(true).write(true).create(true).truncate(false).open(&path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Box::new(LockedFile { file, path }))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

struct LockedFile {
    file: File,
    path: PathBuf,
}

impl Lock for LockedFile {
    fn is_there(&self) -> bool {
        let found = std::fs::metadata(&self.path).and_then(|it| Ok((it, self.file.metadata()?)));
        found.is_ok_and(|(there, ours)| is_same_file(&there, &ours))
    }
}

struct OpenFile(File);

impl DiskFile for OpenFile {
    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.0.seek(SeekFrom::Start(offset))?;
        self.0.write_all(bytes)
    }

    fn read_at(&mut self, offset: u64, max_bytes: usize) -> io::Result<Vec<u8>> {
        self.0.seek(SeekFrom::Start(offset))?;
        let mut bytes = Vec::new();
        Read::by_ref(&mut self.0).take(max_bytes as u64).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn truncate(&mut self, bytes: u64) -> io::Result<()> {
        self.0.set_len(bytes)
    }
}
