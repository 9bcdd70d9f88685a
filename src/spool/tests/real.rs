//! The real file system.

use std::path::PathBuf;

use super::super::{Folder, Spool};
use super::{adopt, append, numbers, terms, tickets};

/// A folder that goes with the test.
struct Temporary(PathBuf);

impl Temporary {
    fn new(name: &str) -> Self {
        let name = format!("catalyst-spool-{name}-{:016x}", fastrand::u64(..));
        Self(std::env::temp_dir().join(name))
    }

    fn spool(&self) -> Spool {
        let folder = Folder::new(&self.0);
        folder.prepare().expect("a folder");
        Spool::open(Box::new(folder), terms()).expect("a spool")
    }

    fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.0).expect("a folder");
        entries
            .map(|entry| entry.expect("an entry").file_name().into_string().expect("text"))
            .collect()
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn what_one_left_another_takes_over_and_the_folder_is_empty_in_the_end() {
    let folder = Temporary::new("takeover");
    let mut one = folder.spool();
    let done = append(&mut one, 1, 1_000);
    append(&mut one, 2, 1_000);
    one.acknowledge([done]).expect("a disk");
    let mut other = folder.spool();
    assert_eq!(numbers(&adopt(&mut other)), [0; 0]);
    drop(one);
    let salvages = adopt(&mut other);
    assert_eq!(numbers(&salvages), [2]);
    other.acknowledge(tickets(&salvages)).expect("a disk");
    drop(other);
    assert_eq!(folder.names(), Vec::<String>::new());
}

#[cfg(unix)]
#[test]
fn nobody_else_may_read_what_is_written() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Temporary::new("modes");
    let mut spool = folder.spool();
    append(&mut spool, 1, 10);
    let mode = |path: PathBuf| std::fs::metadata(path).expect("there").permissions().mode() & 0o777;
    assert_eq!(mode(folder.0.clone()), 0o700);
    for name in folder.names() {
        assert_eq!(mode(folder.0.join(name)), 0o600);
    }
}

#[test]
fn links_and_folders_are_none_of_ours() {
    let folder = Temporary::new("links");
    let mut spool = folder.spool();
    let odd = "000000000000001-000001-1-0000000000000001-0000000000000001.spool";
    std::fs::create_dir(folder.0.join(odd)).expect("a folder");
    assert!(adopt(&mut spool).is_empty());
    drop(spool);
    assert_eq!(folder.names(), [odd]);
}

#[test]
fn a_path_that_is_a_file_is_an_error() {
    let folder = Temporary::new("file");
    std::fs::write(&folder.0, "text").expect("a file");
    assert!(Folder::new(&folder.0).prepare().is_err());
    std::fs::remove_file(&folder.0).expect("a file");
}
