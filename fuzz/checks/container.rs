//! The laws of compressed files and containers: their output is bounded, whatever is in them.

use std::io::Read;

use wensou_ingest::{Options, fuzz_entry};

/// The names of files that the first byte chooses from.
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
    // The number of bytes that the limits allow: in proportion to the length of the file, but at
    // least as many as a page may have and at most as many as a container may have; but never fewer
    // than the file has itself.
    let allowed = (raw.len() as u64 * options.max_ratio)
        .max(options.max_file_bytes)
        .min(options.max_container_bytes)
        .max(raw.len() as u64);
    // An event is a file or member that is read, or reported because it is not.
    let (mut bytes, mut events) = (0, 0);
    let mut buffer = [0; 4096];
    fuzz_entry::members(name, raw, &options, &mut |path, mut reader| {
        events += 1;
        // A member that is not read is reported under its own name, which may lead out of the
        // container. A member that is read has a path inside the container.
        let is_inside = !path.split('/').any(|part| part == "..");
        assert!(path.starts_with(name) && (is_inside || reader.is_none()));
        while let Some(reader) = reader.as_mut() {
            match reader.read(&mut buffer) {
                Ok(0) | Err(_) => break,
                Ok(count) => bytes += count as u64,
            }
        }
    });
    assert!(bytes <= allowed, "{bytes} bytes, and {allowed} are allowed");
    // Some containers cause no event: folders and the records that describe a crawl are no members.
    // The content decides whether a file is a container, whatever its name says.
    let is_single_file =
        !fuzz_entry::is_container(name, raw) && (name.contains(".txt") || name.contains(".jsonl"));
    assert!(!is_single_file || events == 1, "a file is read or reported once");
    assert!(events as u64 <= allowed, "each event takes at least one of the allowed bytes");
}
