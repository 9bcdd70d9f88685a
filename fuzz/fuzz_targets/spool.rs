//! Whatever lies in a spool's directory under a name of ours: it is read to its end.
//!
//! Beyond not panicking: records do not overlap and lie inside the bytes, what was cut off at the end
//! changes nothing before it, and a record's payload is what its header says.
#![no_main]

use catalyst_tracing::spool::{Found, scan};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(whole) = scan(bytes) else { return };
    let mut end = 0;
    for record in &whole.records {
        assert!(record.at >= end, "records overlap");
        end = record.at + 24 + record.payload.len() as u64;
        assert!(end <= bytes.len() as u64, "a record is longer than the file");
    }
    assert!(whole.waiting_spans() <= u64::from(u32::MAX) * whole.records.len() as u64);
    let Some(cut) = bytes.len().checked_sub(1) else { return };
    if let (Ok(shorter), Some(last)) = (scan(&bytes[..cut]), whole.records.last()) {
        let is_untouched = |record: &&Found<'_>| record.at + 24 + (record.payload.len() as u64) <= cut as u64;
        let before: Vec<_> = whole.records.iter().filter(is_untouched).collect();
        let after: Vec<_> = shorter.records.iter().filter(|record| record.at <= last.at).collect();
        for record in before {
            assert!(after.contains(&record), "a record depends on what is behind it");
        }
    }
});
