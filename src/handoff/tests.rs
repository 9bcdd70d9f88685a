//! The decoder against a small writer of its own, byte by byte, and against bytes that nobody meant.

mod adversarial;
mod from_json;
mod json;
mod keys;
mod properties;
mod records;
mod time;
mod values;
mod writer;
