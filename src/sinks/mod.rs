//! Places for spans that are no collector. Like `export`'s `Delivery`, each takes encoded batches and
//! says what became of every span; unlike it, they work with files, which may block: that is done on
//! threads of the runtime's own, so that a disk or a terminal that hangs holds up nothing else.

mod console;
mod file;
mod held;
mod rotated;
mod tree;

pub use console::Console;
pub use file::{FileSink, FileTarget};

#[cfg(test)]
mod tests;
