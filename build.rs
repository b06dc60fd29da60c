//! Puts the script of the journal's worker together for `src/journal/worker.rs`: one text, without comments and indentation,
//! which are a quarter of what it would take in the module.

use std::path::Path;
use std::{env, fs};

/// The parts, each of which uses only what is before it, or runs later.
const PARTS: [&str; 6] = ["values", "frames", "files", "mirror", "database", "messages"];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut script = String::new();
    for part in PARTS {
        let path = format!("src/journal/worker/{part}.js");
        println!("cargo::rerun-if-changed={path}");
        for line in fs::read_to_string(&path)?.lines().map(str::trim) {
            if !line.is_empty() && !["//", "/*", "*"].iter().any(|comment| line.starts_with(comment)) {
                script.push_str(line);
                script.push('\n');
            }
        }
    }
    fs::write(Path::new(&env::var("OUT_DIR")?).join("journal_worker.js"), script)?;
    Ok(())
}
