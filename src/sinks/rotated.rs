//! The names of files that are full: `traces.jsonl` becomes `traces-20261121T180215.042-4711.jsonl`,
//! by time and process. No two get the same name, so that processes that rotate at one moment
//! overwrite nothing of each other's, without a lock between them; and in the order of their names
//! they are in the order of their ends.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// What a file that is full now is called from now on.
pub(super) fn name(path: &Path) -> PathBuf {
    static LAST_MS: AtomicU64 = AtomicU64::new(0);
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let now = u64::try_from(since.as_millis()).unwrap_or_default();
    // Later than every name before it, in this process.
    let later = |last: u64| Some(now.max(last + 1));
    let last = LAST_MS.fetch_update(Ordering::Relaxed, Ordering::Relaxed, later);
    let ms = last.map_or(now, |last| now.max(last + 1));
    let (start, end) = around(path);
    path.with_file_name(format!("{start}{}-{}{end}", stamp(ms), std::process::id()))
}

/// Leaves so many of those that are full.
pub(super) fn delete_oldest(path: &Path, max_files: u32) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let (start, end) = around(path);
    let mut names: Vec<String> = fs::read_dir(folder.unwrap_or(Path::new(".")))?
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| {
            let middle = name.strip_prefix(&start).and_then(|rest| rest.strip_suffix(&end));
            middle.is_some_and(is_stamp_and_process)
        })
        .collect();
    names.sort();
    let too_many = names.len().saturating_sub(max_files as usize);
    for name in names.into_iter().take(too_many) {
        match fs::remove_file(path.with_file_name(name)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            removed => removed?,
        }
    }
    Ok(())
}

/// What stands before and after the time in a name.
fn around(path: &Path) -> (String, String) {
    let text = |part: Option<&OsStr>| part.unwrap_or_default().to_string_lossy().into_owned();
    let extension = text(path.extension());
    let dot = if extension.is_empty() { "" } else { "." };
    (format!("{}-", text(path.file_stem())), format!("{dot}{extension}"))
}

fn is_stamp_and_process(text: &str) -> bool {
    const SHAPE: &str = "00000000T000000.000-";
    let fits = |(shape, char): (char, char)| match shape {
        '0' => char.is_ascii_digit(),
        other => char == other,
    };
    text.len() > SHAPE.len()
        && SHAPE.chars().zip(text.chars()).all(fits)
        && text.chars().skip(SHAPE.len()).all(|char| char.is_ascii_digit())
}

/// UTC in ISO 8601's basic form, which is allowed in names everywhere.
fn stamp(ms: u64) -> String {
    let (days, ms_of_day) = (ms / 86_400_000, ms % 86_400_000);
    let (year, month, day) = date(days);
    let (seconds, millis) = (ms_of_day / 1000, ms_of_day % 1000);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}.{millis:03}")
}

/// The date so many days after 1970-01-01.
fn date(days: u64) -> (u64, u64, u64) {
    let is_leap = |year: u64| {
        (year.is_multiple_of(4) && !year.is_multiple_of(100)) || year.is_multiple_of(400)
    };
    let (mut year, mut left) = (1970, days);
    loop {
        let length = if is_leap(year) { 366 } else { 365 };
        if left < length {
            break;
        }
        left -= length;
        year += 1;
    }
    let february = if is_leap(year) { 29 } else { 28 };
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if left < length {
            break;
        }
        left -= length;
        month += 1;
    }
    (year, month, left + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_is_the_time_in_utc() {
        for (ms, expected) in [
            (0, "19700101T000000.000"),
            (951_782_400_123, "20000229T000000.123"),
            (1_709_251_199_999, "20240229T235959.999"),
            (1_735_689_599_000, "20241231T235959.000"),
            (1_763_748_135_042, "20251121T180215.042"),
            (4_107_542_400_000, "21000301T000000.000"),
        ] {
            assert_eq!(stamp(ms), expected);
        }
    }

    #[test]
    fn names_follow_each_other_and_keep_what_programs_know_a_file_by() {
        let names: Vec<PathBuf> = (0..100).map(|_| name(Path::new("a/traces.jsonl"))).collect();
        assert!(names.is_sorted_by(|one, next| one < next));
        for name in names {
            let name = name.to_str().expect("text");
            let middle = name.strip_prefix("a/traces-").and_then(|s| s.strip_suffix(".jsonl"));
            assert!(middle.is_some_and(is_stamp_and_process), "{name}");
        }
        assert!(!is_stamp_and_process("20240229T235959.999-"));
        assert!(!is_stamp_and_process("20240229T235959.999-1x"));
        assert!(!is_stamp_and_process("notes"));
    }
}
