//! Compares the vectors of docs/FORMAT.md with what is written; for the tests of several crates.

use std::fmt::Write as _;
use std::path::Path;

/// The hexadecimal lines of some bytes.
fn hex(bytes: &[u8]) -> String {
    let mut lines = String::new();
    for line in bytes.chunks(32) {
        let words: Vec<String> = line
            .chunks(4)
            .map(|word| word.iter().map(|byte| format!("{byte:02x}")).collect())
            .collect();
        writeln!(lines, "{}", words.join(" ")).unwrap();
    }
    lines
}

/// Fails unless the blocks of docs/FORMAT.md with these names have these bytes, and no other block
/// is `ours`. Renews the blocks instead if the environment variable `WENSOU_BLESS` is set.
pub(crate) fn check(vectors: &[(&str, Vec<u8>)], ours: impl Fn(&str) -> bool) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/FORMAT.md");
    let before = std::fs::read_to_string(&path).unwrap();
    let mut after = before.clone();
    for (name, bytes) in vectors {
        let opening = format!("```hex {name}\n");
        let start = after.find(&opening).expect(name) + opening.len();
        let end = start + after[start..].find("```").expect(name);
        after.replace_range(start..end, &hex(bytes));
    }
    let blocks = after.lines().filter_map(|line| line.strip_prefix("```hex "));
    let blocks: Vec<&str> = blocks.filter(|name| ours(name)).collect();
    let names: Vec<&str> = vectors.iter().map(|(name, _)| *name).collect();
    assert_eq!(blocks, names, "every block has a vector, in the order of the page");
    if std::env::var_os("WENSOU_BLESS").is_some() {
        std::fs::write(&path, after).unwrap();
    } else {
        assert!(before == after, "docs/FORMAT.md differs: renew it with `just golden`");
    }
}
