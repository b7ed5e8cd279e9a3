//! The laws of compressed files and containers: whatever they hold, what comes out is bounded.

use std::io::Read;

use wensou_ingest::{Options, direct};

const NAMES: [&str; 10] = [
    "a.zip",
    "a.tar",
    "a.warc",
    "a.txt.gz",
    "a.txt.zst",
    "a.txt.xz",
    "a.tar.gz",
    "a.tar.zst",
    "a.warc.gz",
    "a.jsonl.xz",
];

/// Panics if `data` breaks a law: its first byte chooses the name, the rest is the file.
pub fn check(data: &[u8]) {
    let Some((first, raw)) = data.split_first() else { return };
    let name = NAMES[usize::from(*first) % NAMES.len()];
    let mut options = Options::default();
    options.max_file_bytes = 1 << 16;
    options.max_container_bytes = 1 << 18;
    options.max_ratio = 20;
    let allowed = (raw.len() as u64 * options.max_ratio)
        .max(options.max_file_bytes)
        .min(options.max_container_bytes)
        .max(raw.len() as u64);
    let (mut bytes, mut events) = (0, 0);
    let mut buffer = [0; 4096];
    direct::members(name, raw, &options, &mut |path, mut read| {
        events += 1;
        // What is left out is named as it is called, what is read by a path inside.
        let inside = !path.split('/').any(|part| part == "..");
        assert!(path.starts_with(name) && (inside || read.is_none()));
        while let Some(read) = read.as_mut() {
            match read.read(&mut buffer) {
                Ok(0) | Err(_) => break,
                Ok(some) => bytes += some as u64,
            }
        }
    });
    assert!(bytes <= allowed, "{bytes} of {allowed}");
    // Of a container folders and what describes a crawl are no content; it may hold nothing else.
    // Its content makes a file a container, whatever its name says.
    let single =
        !direct::is_container(name, raw) && (name.contains(".txt") || name.contains(".jsonl"));
    assert!(!single || events == 1, "named, not dropped in silence");
    assert!(events as u64 <= allowed, "an event costs a byte at least");
}
