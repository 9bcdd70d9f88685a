//! Where spans are kept and found: a SQLite database that one thread writes, in transactions of as
//! many requests as wait, and that any number of readers read meanwhile. HTTP and the command line
//! use the same queries: `traces`, `spans`, `sessions`, `facets`, `stats`.
//!
//! What `ingest` has confirmed is committed, and every query sees it.

pub mod facets;
pub mod filter;
mod insert;
mod keys;
pub mod retention;
mod schema;
pub mod search;
pub mod sessions;
mod sources;
pub mod spans;
pub mod stats;
pub mod summary;
#[cfg(test)]
mod tests;
pub mod trace;
pub mod traces;
pub mod writer;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use rusqlite::{Connection, OpenFlags};

use crate::intake::Received;
use schema::Role;
use writer::Writer;
pub use writer::{Receipt, Written};

#[derive(Debug)]
pub enum StoreError {
    /// A later version of this program made the store.
    Newer {
        version: i64,
    },
    /// There is no such file, and none should be made.
    Missing,
    /// The file is a database of something else.
    Foreign,
    /// Its folder or file cannot be made or read.
    File(std::io::Error),
    Sql(rusqlite::Error),
    /// More waits to be written than may.
    Full,
    /// The store is closing.
    Closed,
}

impl fmt::Display for StoreError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Newer { version } => write!(
                formatter,
                "it was made by a later version of catalyst-tracing (format {version}): update the \
                 package, or choose another file with --db"
            ),
            Self::Missing => formatter.write_str("there is no such file"),
            Self::Foreign => formatter
                .write_str("it is a database of something else: choose another file with --db"),
            Self::File(error) => error.fmt(formatter),
            Self::Sql(error) => error.fmt(formatter),
            Self::Full => formatter.write_str("more spans wait to be stored than fit into memory"),
            Self::Closed => formatter.write_str("the store is closed"),
        }
    }
}

impl std::error::Error for StoreError {}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    File(PathBuf),
    Memory,
}

/// Cheap to clone; the last clone closes the store.
#[derive(Clone)]
pub struct Store(Arc<Shared>);

struct Shared {
    location: Location,
    /// Connections that nobody uses at the moment.
    readers: Mutex<Vec<Connection>>,
    /// Nothing where the store is only read.
    writer: Option<Writer>,
}

/// What SQLite is told to open.
#[derive(Clone)]
struct Location {
    /// Absolute, so that SQLite takes no name for one of its own.
    name: PathBuf,
    flags: OpenFlags,
}

/// More are opened when they are needed, and closed afterwards.
const KEPT_READERS: usize = 4;

impl Store {
    pub fn open(place: &Place) -> Result<Self, StoreError> {
        let location = Location::of(place)?;
        let mut connection = location.open(Role::Writer)?;
        schema::prepare(&mut connection)?;
        let writer = Writer::start(connection)?;
        Ok(Self(Arc::new(Shared { location, readers: Mutex::default(), writer: Some(writer) })))
    }

    /// For reading alone, also while another process writes. Makes no file.
    pub fn open_to_read(path: &Path) -> Result<Self, StoreError> {
        let location = Location::existing(path)?;
        let connection = location.open(Role::Reader)?;
        schema::check(&connection)?;
        let readers = Mutex::new(vec![connection]);
        Ok(Self(Arc::new(Shared { location, readers, writer: None })))
    }

    /// Hands spans to the writer; the receipt says when they are stored.
    pub fn ingest(&self, spans: Vec<Received>) -> Result<Receipt, StoreError> {
        self.writer()?.send(spans)
    }

    /// Does something between two transactions, on the thread that writes.
    pub fn maintain<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.writer()?.run(work)
    }

    /// Another number after every transaction of another process.
    pub fn others_version(&self) -> Result<i64, StoreError> {
        self.maintain(|connection| {
            connection.query_row("PRAGMA data_version", [], |row| row.get(0))
        })
    }

    /// Calls `listener` with the keys of the traces that each transaction changed.
    pub fn on_change(&self, listener: impl Fn(&[i64]) + Send + 'static) {
        if let Ok(writer) = self.writer() {
            writer.on_change(Box::new(listener));
        }
    }

    fn writer(&self) -> Result<&Writer, StoreError> {
        self.0.writer.as_ref().ok_or(StoreError::Closed)
    }

    /// Runs queries that see one state of the store.
    pub fn read<T>(
        &self,
        queries: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut connection = match self.idle().pop() {
            Some(connection) => connection,
            None => self.0.location.open(Role::Reader)?,
        };
        let transaction = connection.transaction()?;
        let answer = queries(&transaction);
        drop(transaction);
        let mut idle = self.idle();
        if idle.len() < KEPT_READERS {
            idle.push(connection);
        }
        answer
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.0.readers.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Location {
    fn of(place: &Place) -> Result<Self, StoreError> {
        static MEMORIES: AtomicU64 = AtomicU64::new(0);
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        Ok(match place {
            Place::Memory => {
                // A name that begins with a slash is shared by the connections of this process.
                let number = MEMORIES.fetch_add(1, Ordering::Relaxed);
                let name = format!("file:/catalyst-{number}?vfs=memdb").into();
                Self { name, flags: flags | OpenFlags::SQLITE_OPEN_URI }
            }
            Place::File(path) => {
                make_folder(path).map_err(StoreError::File)?;
                protect(path).map_err(StoreError::File)?;
                Self { name: std::path::absolute(path).map_err(StoreError::File)?, flags }
            }
        })
    }

    fn existing(path: &Path) -> Result<Self, StoreError> {
        match std::fs::metadata(path) {
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(StoreError::Missing);
            }
            Err(error) => return Err(StoreError::File(error)),
        }
        let name = std::path::absolute(path).map_err(StoreError::File)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        Ok(Self { name, flags })
    }

    fn open(&self, role: Role) -> Result<Connection, StoreError> {
        let connection = Connection::open_with_flags(&self.name, self.flags)?;
        schema::configure(&connection, role)?;
        Ok(connection)
    }
}

/// Prompts are nobody else's business: a folder that is made here is its owner's alone.
fn make_folder(path: &Path) -> std::io::Result<()> {
    let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) else {
        return Ok(());
    };
    if folder.is_dir() {
        return Ok(());
    }
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// The file is its owner's alone before anything is in it; SQLite gives its companions, the log and
/// the index of the log, the same mode.
#[cfg(unix)]
fn protect(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
    let options = &mut std::fs::OpenOptions::new();
    let file =
        options.read(true).write(true).create(true).truncate(false).mode(0o600).open(path)?;
    file.set_permissions(std::fs::Permissions::from_mode(0o600))
}

#[cfg(not(unix))]
fn protect(_: &Path) -> std::io::Result<()> {
    Ok(())
}
