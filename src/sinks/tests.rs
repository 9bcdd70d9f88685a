//! Files as they are found afterwards, whoever else uses them.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
use prost::Message;

use super::{FileSink, FileTarget};
use crate::export::{EncodedBatch, Observer, Report};

/// A folder of a test's own, deleted with it.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static LAST: AtomicU32 = AtomicU32::new(0);
        let number = LAST.fetch_add(1, Ordering::Relaxed);
        let name = format!("catalyst-file-sink-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder).expect("a folder");
        Self(folder)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).expect("a folder").flatten();
        let mut names: Vec<String> =
            entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[derive(Default)]
struct Warnings(Mutex<Vec<String>>);

impl Observer for Warnings {
    fn request(&self, _bytes: usize) {}
    fn retried(&self) {}
    fn warning(&self, code: &'static str, message: String) {
        self.0.lock().expect("warnings").push(format!("{code}: {message}"));
    }
}

struct Tried {
    sink: FileSink,
    warnings: Arc<Warnings>,
}

fn sink(path: &Path, max_bytes: u64, max_files: u32) -> Tried {
    let warnings: Arc<Warnings> = Arc::default();
    let target = FileTarget { path: path.to_owned(), max_bytes, max_files };
    Tried { sink: FileSink::new(target, Arc::clone(&warnings) as Arc<dyn Observer>), warnings }
}

impl Tried {
    fn append(&self, names: &[&str]) -> Report {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(self.sink.append(batch(names)))
    }

    fn warnings(&self) -> Vec<String> {
        self.warnings.0.lock().expect("warnings").clone()
    }
}

fn batch(names: &[&str]) -> EncodedBatch {
    let spans: Vec<Span> =
        names.iter().map(|name| Span { name: (*name).to_owned(), ..Span::default() }).collect();
    let scope_spans = vec![ScopeSpans { spans, ..ScopeSpans::default() }];
    let resource_spans = vec![ResourceSpans { scope_spans, ..ResourceSpans::default() }];
    let request = ExportTraceServiceRequest { resource_spans };
    EncodedBatch { protobuf: request.encode_to_vec().into(), spans: names.len() }
}

/// The names of the spans in a file, each in a line of its own; lines that are none are in brackets.
fn names_in(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).expect("a file");
    assert!(text.is_empty() || text.ends_with('\n'), "{text}");
    text.lines()
        .map(|line| {
            let request: Option<serde_json::Value> = serde_json::from_str(line).ok();
            let spans = request.as_ref().and_then(|request| {
                request.pointer("/resourceSpans/0/scopeSpans/0/spans")?.as_array()
            });
            match spans.map(Vec::as_slice) {
                Some([span]) => span["name"].as_str().expect("a name").to_owned(),
                _ => format!("[{line}]"),
            }
        })
        .collect()
}

#[test]
fn each_span_is_a_line_and_what_was_there_stays() {
    let folder = Folder::new();
    let path = folder.file("deep/er/t.jsonl");
    assert_eq!(sink(&path, 10_000, 3).append(&["a", "b"]).delivered, 2);
    assert_eq!(sink(&path, 10_000, 3).append(&["c\n"]).delivered, 1);
    assert_eq!(names_in(&path), ["a", "b", "c\n"]);
}

#[cfg(unix)]
#[test]
fn nobody_else_may_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    let path = folder.file("new/t.jsonl");
    sink(&path, 10_000, 3).append(&["a"]);
    let mode = |path: &Path| fs::metadata(path).expect("metadata").permissions().mode() & 0o777;
    assert_eq!((mode(&path), mode(&folder.file("new"))), (0o600, 0o700));
}

#[test]
fn at_its_size_a_file_is_followed_by_another_and_the_oldest_goes() {
    let folder = Folder::new();
    let path = folder.file("t.jsonl");
    let probe = folder.file("probe");
    sink(&probe, 10_000, 1).append(&["1"]);
    let two_lines = fs::metadata(&probe).expect("metadata").len() * 2;
    fs::remove_file(&probe).expect("it was there");
    fs::write(folder.file("notes.jsonl"), "").expect("a file that is none of ours");
    let tried = sink(&path, two_lines, 3);
    assert_eq!(tried.append(&["1", "2", "3", "4", "5"]).delivered, 5);
    assert_eq!(names_in(&path), ["5"]);
    assert_eq!(tried.append(&["6", "7", "8", "9"]).delivered, 4);
    let mut files = folder.files();
    assert_eq!(files.remove(0), "notes.jsonl");
    let written: Vec<_> = files.iter().map(|file| names_in(&folder.file(file))).collect();
    assert_eq!(written, [vec!["5", "6"], vec!["7", "8"], vec!["9"]], "{files:?}");
    assert_eq!(files[2], "t.jsonl");
    assert_eq!(tried.warnings(), [""; 0]);
}

#[test]
fn a_sole_file_begins_anew_and_a_line_over_the_size_is_written_all_the_same() {
    let folder = Folder::new();
    let path = folder.file("t.jsonl");
    let tried = sink(&path, 1, 1);
    assert_eq!(tried.append(&["1", "2", "3"]).delivered, 3);
    assert_eq!(folder.files(), ["t.jsonl"]);
    assert_eq!(names_in(&path), ["3"]);
}

#[test]
fn a_line_that_was_cut_short_spoils_no_other() {
    let folder = Folder::new();
    let path = folder.file("t.jsonl");
    fs::write(&path, "{\"resourceSp").expect("written");
    sink(&path, 10_000, 3).append(&["a", "b"]);
    assert_eq!(names_in(&path), ["[{\"resourceSp]", "a", "b"]);
}

#[test]
fn a_file_that_somebody_else_renamed_or_deleted_is_made_anew() {
    let folder = Folder::new();
    let path = folder.file("t.jsonl");
    let tried = sink(&path, 10_000, 3);
    tried.append(&["a"]);
    fs::rename(&path, folder.file("elsewhere")).expect("renamed");
    tried.append(&["b"]);
    fs::remove_file(&path).expect("deleted");
    tried.append(&["c"]);
    assert_eq!(
        (names_in(&folder.file("elsewhere")), names_in(&path)),
        (vec!["a".into()], vec!["c".into()])
    );
}

#[test]
fn what_cannot_be_written_waits_and_is_written_when_it_can() {
    let folder = Folder::new();
    let path = folder.file("t.jsonl");
    fs::create_dir(&path).expect("a folder in its place");
    let tried = sink(&path, 10_000, 3);
    let report = tried.append(&["a", "b"]);
    assert_eq!((report.delivered, report.lost.len(), report.unsent.len()), (0, 0, 2));
    let warnings = tried.warnings();
    assert!(warnings[0].starts_with("file_unwritable: the file "), "{warnings:?}");
    assert!(warnings[0].contains("t.jsonl cannot be written ("), "{warnings:?}");
    fs::remove_dir(&path).expect("the folder goes");
    for batch in report.unsent {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        assert_eq!(runtime.block_on(tried.sink.append(batch)).delivered, 1);
    }
    assert_eq!(names_in(&path), ["a", "b"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_loses_nothing() {
    let folder = Folder::new();
    let path = folder.file("t.jsonl");
    std::os::unix::fs::symlink("/dev/full", &path).expect("a link");
    let tried = sink(&path, 10_000, 3);
    let report = tried.append(&["a", "b", "c"]);
    assert_eq!((report.delivered, report.lost.len(), report.unsent.len()), (0, 0, 3));
    assert!(tried.warnings()[0].contains("No space left on device"));
    fs::remove_file(&path).expect("the link goes");
    assert_eq!(tried.append(&["d"]).delivered, 1);
    assert_eq!(names_in(&path), ["d"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_device_is_never_renamed() {
    let folder = Folder::new();
    let path = folder.file("null");
    std::os::unix::fs::symlink("/dev/null", &path).expect("a link");
    assert_eq!(sink(&path, 1, 3).append(&["a", "b", "c"]).delivered, 3);
    assert_eq!(folder.files(), ["null"]);
}

#[test]
fn several_writers_of_one_file_leave_every_line_whole() {
    const WRITERS: usize = 4;
    const ROUNDS: usize = 50;
    let folder = Folder::new();
    let path = folder.file("t.jsonl");
    std::thread::scope(|scope| {
        for writer in 0..WRITERS {
            let path = &path;
            scope.spawn(move || {
                // Small enough that they rotate under each other's hands, and that none is deleted.
                let tried = sink(path, 20_000, 1_000);
                for round in 0..ROUNDS {
                    let name = format!("{writer}/{round}/{}", "x".repeat(round * 20));
                    assert_eq!(tried.append(&[&name, &name]).delivered, 2);
                }
            });
        }
    });
    let mut names: Vec<String> =
        folder.files().iter().flat_map(|file| names_in(&folder.file(file))).collect();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), WRITERS * ROUNDS);
    assert!(folder.files().len() > 2);
}

#[test]
fn bytes_that_are_no_request_are_lost_by_name() {
    let folder = Folder::new();
    let tried = sink(&folder.file("t.jsonl"), 10_000, 3);
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let garbage = EncodedBatch { protobuf: vec![0xFF; 10].into(), spans: 3 };
    let report = runtime.block_on(tried.sink.append(garbage));
    assert_eq!((report.delivered, report.unsent.len()), (0, 0));
    assert_eq!(report.lost, [(crate::export::Loss::Unreadable, 3)]);
}
