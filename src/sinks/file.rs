//! Spans as lines of a file, each an OTLP/JSON request with one span: what the OpenTelemetry
//! Collector's file exporter writes, and its `otlpjsonfile` receiver reads.
//!
//! A line is appended by one write, so that several processes can share a file. What could not be
//! written, because the disk is full or the folder is not ours, waits and is written later. A line
//! that was cut short by that is ended before the next one, so that it spoils no other. Files are
//! readable by their owner alone, because prompts are in them.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::task::spawn_blocking;

use super::rotated;
use crate::export::{EncodedBatch, Loss, Observer, Report, json_of, split};

#[derive(Debug, Clone)]
pub struct FileTarget {
    pub path: PathBuf,
    /// Over this size a file is followed by a new one.
    pub max_bytes: u64,
    /// The current one included; older ones are deleted.
    pub max_files: u32,
}

pub struct FileSink {
    writer: Arc<Mutex<Writer>>,
}

impl FileSink {
    pub fn new(target: FileTarget, observer: Arc<dyn Observer>) -> Self {
        let writer = Writer { target, observer, current: None };
        Self { writer: Arc::new(Mutex::new(writer)) }
    }

    /// Appends what can be written now.
    pub async fn append(&self, batch: EncodedBatch) -> Report {
        let mut writer = Arc::clone(&self.writer).lock_owned().await;
        let kept = batch.clone();
        let written = spawn_blocking(move || writer.append(batch)).await;
        // The runtime is ending and starts no thread any more.
        written.unwrap_or_else(|_| Report { unsent: vec![kept], ..Report::default() })
    }
}

struct Writer {
    target: FileTarget,
    observer: Arc<dyn Observer>,
    /// Nothing after a fault: the next line finds out anew what there is.
    current: Option<Current>,
}

struct Current {
    file: File,
    identity: Identity,
    /// A device or a pipe has no size and is not renamed.
    is_regular: bool,
    bytes: u64,
    /// Its last line has no end.
    is_cut: bool,
}

impl Writer {
    fn append(&mut self, batch: EncodedBatch) -> Report {
        let mut report = Report::default();
        let Ok(lines) = split(&batch, 1) else {
            report.lose(Loss::Unreadable, batch.spans);
            return report;
        };
        self.leave_if_replaced();
        let mut lines = lines.into_iter();
        while let Some(line) = lines.next() {
            let Ok(mut json) = json_of(&line.protobuf) else {
                report.lose(Loss::Unreadable, line.spans);
                continue;
            };
            json.push(b'\n');
            if let Err(error) = self.write(&json) {
                self.current = None;
                self.warn("file_unwritable", "spans wait and are written later", &error);
                report.unsent = std::iter::once(line).chain(lines).collect();
                return report;
            }
            report.delivered += line.spans;
        }
        report
    }

    /// In one write, unless the disk fills up in the middle of it.
    fn write(&mut self, line: &[u8]) -> io::Result<()> {
        self.make_room(line.len() as u64)?;
        let current = self.current()?;
        if std::mem::take(&mut current.is_cut) {
            current.file.write_all(b"\n")?;
        }
        current.file.write_all(line)?;
        current.bytes += line.len() as u64;
        Ok(())
    }

    fn current(&mut self) -> io::Result<&mut Current> {
        let opened = match self.current.take() {
            Some(current) => current,
            None => Current::open(&self.target.path)?,
        };
        Ok(self.current.insert(opened))
    }

    /// Somebody else may have rotated the file, or deleted it.
    fn leave_if_replaced(&mut self) {
        let Some(current) = &self.current else { return };
        let there = fs::metadata(&self.target.path).ok();
        if there.is_none_or(|there| Identity::of(&there) != current.identity) {
            self.current = None;
        }
    }

    fn make_room(&mut self, line_bytes: u64) -> io::Result<()> {
        let max_bytes = self.target.max_bytes;
        let is_full = |current: &Current| {
            current.is_regular && current.bytes > 0 && current.bytes + line_bytes > max_bytes
        };
        if !is_full(self.current()?) {
            return Ok(());
        }
        // Others write too, and may have been first.
        self.leave_if_replaced();
        let current = self.current()?;
        current.bytes = current.file.metadata()?.len();
        if !is_full(current) {
            return Ok(());
        }
        if let Err(error) = self.rotate() {
            self.warn("file_not_rotated", "it grows beyond its size meanwhile", &error);
        }
        Ok(())
    }

    fn rotate(&mut self) -> io::Result<()> {
        match fs::rename(&self.target.path, rotated::name(&self.target.path)) {
            // Another process was first.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            renamed => renamed?,
        }
        self.current = None;
        rotated::delete_oldest(&self.target.path, self.target.max_files.saturating_sub(1))
    }

    fn warn(&self, code: &'static str, meanwhile: &str, error: &io::Error) {
        let path = self.target.path.display();
        self.observer.warning(
            code,
            format!(
                "the file {path} cannot be written ({error}); check its folder, its rights and the \
                 room on the disk; {meanwhile}"
            ),
        );
    }
}

impl Current {
    /// The file, which begins to exist.
    fn open(path: &Path) -> io::Result<Self> {
        if let Some(folder) = path.parent() {
            create_folder(folder)?;
        }
        // Read for its last byte. A pipe that nobody reads could only be waited for otherwise.
        let mut options = OpenOptions::new();
        options.read(true).append(true).create(true);
        private(&mut options);
        let mut file = options.open(path)?;
        let metadata = file.metadata()?;
        let is_regular = metadata.is_file();
        let bytes = if is_regular { metadata.len() } else { 0 };
        let identity = Identity::of(&metadata);
        let is_cut = is_regular && is_cut(&mut file)?;
        Ok(Self { file, identity, is_regular, bytes, is_cut })
    }
}

/// Whether the last line has no end, and nobody is about to write it.
fn is_cut(file: &mut File) -> io::Result<bool> {
    /// A line that is being written is not there at once.
    const PAUSE: Duration = Duration::from_millis(10);
    let mut bytes_before = None;
    loop {
        let bytes = file.metadata()?.len();
        if bytes == 0 {
            return Ok(false);
        }
        let mut last = [0];
        file.seek(SeekFrom::Start(bytes - 1))?;
        file.read_exact(&mut last)?;
        if last == *b"\n" || bytes_before == Some(bytes) {
            return Ok(last != *b"\n");
        }
        bytes_before = Some(bytes);
        std::thread::sleep(PAUSE);
    }
}

#[cfg(unix)]
fn private(options: &mut OpenOptions) {
    use std::os::unix::fs::OpenOptionsExt;
    options.mode(0o600);
}

#[cfg(not(unix))]
fn private(_options: &mut OpenOptions) {}

fn create_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(folder)
}

/// Tells one file from another that later has the same path.
#[derive(Debug, PartialEq, Eq)]
struct Identity {
    #[cfg(unix)]
    device_and_inode: (u64, u64),
    #[cfg(not(unix))]
    created: Option<std::time::SystemTime>,
}

impl Identity {
    #[cfg(unix)]
    fn of(metadata: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        Self { device_and_inode: (metadata.dev(), metadata.ino()) }
    }

    #[cfg(not(unix))]
    fn of(metadata: &Metadata) -> Self {
        Self { created: metadata.created().ok() }
    }
}
