//! Writes the table of the page's files, `assets.rs`: whatever is in `page/` and can be shown by a
//! browser is embedded under its path.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

const SHOWN: [&str; 8] = ["css", "html", "ico", "js", "mjs", "png", "svg", "woff2"];

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed=page");
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR").unwrap_or_default()).join("page");
    let mut files = Vec::new();
    collect(&folder, &mut files)?;
    files.sort();
    let mut table = String::from("[\n");
    for file in &files {
        let name = file.strip_prefix(&folder).unwrap_or(file);
        let name = name.to_string_lossy().replace('\\', "/");
        table += &format!(
            "    ({name:?}, include_bytes!({:?}).as_slice()),\n",
            file.display().to_string()
        );
    }
    table += "]\n";
    fs::write(Path::new(&env::var("OUT_DIR").unwrap_or_default()).join("assets.rs"), table)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|ext| SHOWN.iter().any(|shown| ext == *shown)) {
            files.push(path);
        }
    }
    Ok(())
}
