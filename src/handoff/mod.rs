//! The bytes that cross from JS to Rust, and their decoder.
//!
//! JS (`js/handoff/`) writes; this module reads and treats every byte as untrusted: whatever comes
//! in, it returns a value or a [`Malformed`], in time linear in the input, without recursion and
//! without allocating more than a small multiple of it.
//!
//! # The format
//!
//! A *chunk* is a row of records and needs nothing from any other chunk. Numbers are little-endian;
//! `varint` is LEB128 of at most 32 bits; `f64` is IEEE 754.
//!
//! ```text
//! record  = type:u8 length:u32 body[length]
//! PART    (1) = spanId:8 index:varint kind:u8 value          a snapshot, sent when it is taken
//! END     (2) = traceId:16 spanId:8 parentSpanId:8           zero parent: a root
//!               flags:u8 kind:u8 status:u8 traceFlags:u8
//!               anchor:f64 start:time end:time
//!               name:text scopeName:key scopeVersion:key
//!               [statusMessage:text] [traceState:text]       as flags say
//!               [dropped attributes, events, links: varint]  by who recorded the span, as flags say
//!               parts:varint                                 how many PARTs this span has sent
//!               attributes events links
//! DISCARD (3) = spanId:8                                     its PARTs will never be needed
//! WRITTEN (4) = spanId:8 index:varint kind:u8 text           a PART, of which the text is the JSON
//!
//! attributes = count:varint { key value }
//! events     = count:varint { absolute:u8 at:time name:key attributes }
//! links      = count:varint { traceId:16 spanId:8 traceFlags:u8 traceState:text attributes }
//! time       = f64: milliseconds since `anchor`, itself milliseconds since 1970
//!            | seconds:f64 nanos:u32: absolute, when the caller gave the time
//!
//! text  = header:varint bytes        header = length*2: Latin-1, `length` bytes
//!                                    header = length*2+1: UTF-16, `length` units
//! key   = 0 text                     not interned
//!       | id*2+1 text                defines `id` (1 and up) for the rest of the chunk
//!       | id*2                       uses it
//! value = 0 null | 1 false | 2 true
//!       | 3 int:varint               zigzag
//!       | 4 number:f64
//!       | 5 text
//!       | 6 length:u32 { value }     array
//!       | 7 length:u32 { key value } object, in the order of its keys
//!       | 8 length:varint bytes      Node's Buffer
//!       | 9 element:u8 length:varint bytes   another typed array
//!       | 10 index:varint            in attributes only: the JSON of the span's PART `index`
//! ```
//!
//! Strings stay as JS holds them: one-byte or two-byte, lone surrogates included. Turning them into
//! UTF-8 or JSON is this side's work.

mod from_json;
mod json;
mod keys;
mod reader;
mod records;
mod selective;
mod snapshot;
mod text;
mod value;

pub use json::{write_json, write_text};
pub use keys::Keys;
pub use reader::Malformed;
pub use records::{
    Dropped, End, EndFlags, EventRecord, LinkRecord, Part, Record, Records, Scan, Written, scan,
};
pub use selective::{Field, write_array, write_object};
pub use snapshot::{Growing, Snapshot, SnapshotWriter};
pub use text::Text;
pub use value::{Element, Fields, Items, Value};

#[cfg(test)]
mod tests;
