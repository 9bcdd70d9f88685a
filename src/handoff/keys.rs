//! The keys that a chunk interns. They live as long as the chunk's bytes and mean nothing outside.

use super::reader::{Reader, Result};
use super::text::Text;

/// The writer interns far fewer; a larger id is nonsense and must not make us allocate.
const MAX_KEYS: usize = 65_536;

/// The writer interns keys of up to 128 characters. A long one that is used again and again would
/// make a few bytes ask for much text.
const MAX_INTERNED_BYTES: usize = 256;

#[derive(Debug, Default)]
pub struct Keys<'a> {
    by_id: Vec<Option<Text<'a>>>,
}

impl<'a> Keys<'a> {
    /// Reads a key and remembers it where it is defined. Used once over all of a record, before
    /// anything is looked up: a definition may stand inside a value that nobody reads.
    pub(super) fn define(&mut self, reader: &mut Reader<'a>) -> Result<()> {
        let header = reader.length()?;
        if header == 0 {
            return reader.text().map(|_| ());
        }
        let id = header >> 1;
        if header & 1 == 1 {
            let text = reader.text()?;
            if text.bytes().len() > MAX_INTERNED_BYTES {
                return reader.fail("interned key too long");
            }
            if id == 0 || id >= MAX_KEYS {
                return reader.fail("key id out of range");
            }
            if id >= self.by_id.len() {
                self.by_id.resize(id + 1, None);
            }
            if let Some(slot) = self.by_id.get_mut(id) {
                *slot = Some(text);
            }
            return Ok(());
        }
        match self.by_id.get(id) {
            Some(Some(_)) => Ok(()),
            _ => reader.fail("key used before it was defined"),
        }
    }

    /// Reads a key in bytes that [`Keys::define`] has accepted.
    pub(super) fn read(&self, reader: &mut Reader<'a>) -> Result<Text<'a>> {
        let header = reader.length()?;
        if header == 0 || header & 1 == 1 {
            return reader.text();
        }
        match self.by_id.get(header >> 1) {
            Some(Some(text)) => Ok(*text),
            _ => reader.fail("unknown key"),
        }
    }
}
