//! The names of files in a spool's directory. What is called otherwise is none of ours.

use std::hash::Hasher;

const SEGMENT_SUFFIX: &str = ".spool";
const LOCK_SUFFIX: &str = ".lock";

/// One destination's queue in one process.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Instance(String);

impl Instance {
    pub(super) fn new(pid: u32, random: u64, destination: &str) -> Self {
        Self(format!("{pid}-{random:016x}-{:016x}", fingerprint(destination)))
    }

    pub(super) fn lock_name(&self) -> String {
        format!("{}{LOCK_SUFFIX}", self.0)
    }

    /// The age comes first, so that names sort by it.
    pub(super) fn segment_name(&self, created_ms: u64, number: u32) -> String {
        format!("{created_ms:015}-{number:06}-{}{SEGMENT_SUFFIX}", self.0)
    }

    /// Whether its spans may go to this destination; segments say it again, in full.
    pub(super) fn is_for(&self, destination: &str) -> bool {
        self.0.ends_with(&format!("-{:016x}", fingerprint(destination)))
    }

    pub(super) fn pid(&self) -> Option<u32> {
        self.0.split('-').next()?.parse().ok()
    }

    fn parse(text: &str) -> Option<Self> {
        let [pid, random, destination] = parts(text)?;
        let is_hex = |text: &str| text.len() == 16 && text.bytes().all(|b| b.is_ascii_hexdigit());
        let is_ours = is_number(pid) && is_hex(random) && is_hex(destination);
        is_ours.then(|| Self(text.to_owned()))
    }

    /// Whose lock file is called so.
    pub(super) fn of_lock(name: &str) -> Option<Self> {
        Self::parse(name.strip_suffix(LOCK_SUFFIX)?)
    }

    /// Whose segment is called so.
    pub(super) fn of_segment(name: &str) -> Option<Self> {
        let stem = name.strip_suffix(SEGMENT_SUFFIX)?;
        let (created, rest) = stem.split_once('-')?;
        let (number, instance) = rest.split_once('-')?;
        if is_number(created) && is_number(number) { Self::parse(instance) } else { None }
    }
}

fn parts(text: &str) -> Option<[&str; 3]> {
    let mut parts = text.split('-');
    let found = [parts.next()?, parts.next()?, parts.next()?];
    parts.next().is_none().then_some(found)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// FNV-1a: short, and the same in every version and on every machine.
fn fingerprint(text: &str) -> u64 {
    struct Fnv(u64);
    impl Hasher for Fnv {
        fn finish(&self) -> u64 {
            self.0
        }
        fn write(&mut self, bytes: &[u8]) {
            for byte in bytes {
                self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
            }
        }
    }
    let mut hasher = Fnv(0xcbf2_9ce4_8422_2325);
    hasher.write(text.as_bytes());
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_whose_they_are_and_sort_by_age() {
        let instance = Instance::new(42, 7, "http://h/v1/traces");
        let names = [(5, 2), (5, 10), (1_763_740_000_000, 1)]
            .map(|(created_ms, number)| instance.segment_name(created_ms, number));
        assert!(names.is_sorted());
        for name in &names {
            assert_eq!(Instance::of_segment(name), Some(instance.clone()));
        }
        assert_eq!(Instance::of_lock(&instance.lock_name()), Some(instance.clone()));
        assert_eq!(instance.pid(), Some(42));
        assert!(instance.is_for("http://h/v1/traces"));
        assert!(!instance.is_for("http://other/v1/traces"));
    }

    #[test]
    fn other_names_are_nobodys() {
        for name in ["", ".lock", "a.lock", "1-2-3.lock", "x.spool", "1-1.spool", "notes.txt"] {
            assert_eq!((Instance::of_lock(name), Instance::of_segment(name)), (None, None));
        }
    }
}
