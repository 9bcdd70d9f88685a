//! The spool: spans on disk until somebody has taken them, so that a process that is killed loses
//! none of them. Off unless a directory is given. What is written here has passed `redact`.
//!
//! # On disk
//!
//! A directory holds any number of *instances*, each one destination's queue in one process. An
//! instance has a lock file, `<pid>-<random>-<destination>.lock`, which it holds locked for as long as
//! it lives: whoever gets that lock may take over what a dead instance left behind, and nobody else
//! may. Process ids are for people; nothing depends on them.
//!
//! An instance's *segments*, `<milliseconds>-<number>-<instance>.spool`, sort by age. All numbers are
//! little-endian. A segment begins with
//!
//! | bytes | what |
//! |---|---|
//! | 8 | `CATSPOOL` |
//! | 2 | version of the format: 1 |
//! | 2 | length of this header |
//! | 8 | when it was created, milliseconds since 1970 |
//! | 4 | id of the process |
//! | 8 | salt: random, goes into every checksum after this header |
//! | … | the destination, UTF-8: where its spans may be sent |
//! | 4 | checksum of the header up to here |
//!
//! and goes on with *records*. A record is some finished spans, never changed again:
//!
//! | bytes | what |
//! |---|---|
//! | 4 | marker |
//! | 1 | state: `w` waiting, `d` done; in no checksum |
//! | 3 | zero |
//! | 4 | number of spans |
//! | 4 | length of the payload |
//! | 4 | checksum of the payload |
//! | 4 | checksum of this header, with its place in the file and without the state |
//! | … | the payload, an OTLP `ExportTraceServiceRequest` |
//!
//! Checksums are CRC-32, as in gzip.
//!
//! The ledger of what has been delivered, or given up for good, is the state: one byte, overwritten
//! in place. It cannot be torn, and it needs no room on a disk that is full. A segment whose records
//! are all done is deleted, or emptied if it is still written to.
//!
//! # What holds
//!
//! - A record is written with one `write`, before its spans join a batch, and is not synced: it outlives
//!   the process, however that ends, but not the machine's power.
//! - A record that is cut off, or that does not match its checksums, is skipped and counted, and reading
//!   goes on at the next marker. The salt keeps text inside a span from passing for a record.
//! - The segments of a directory stay within its bound: before a new one is begun the oldest go. The
//!   bound is overstepped by one segment for each process at most.
//! - A newer version's segments are neither read nor deleted.
//! - Everything that touches files is behind [`Disk`], and nothing here panics or waits.

mod disk;
mod files;
mod format;
mod names;
mod scan;
mod segment;
mod store;
mod survey;

#[cfg(test)]
mod tests;

pub use disk::{Disk, DiskFile, Listed, Lock};
pub use files::Folder;
pub use scan::{Found, Scan, Unreadable, scan};
pub use store::{Appended, Evicted, Refused, Salvage, Spool, Terms, Ticket, segment_bytes};
pub use survey::{Survey, clear, survey};
