//! Compares the test vectors in docs/FORMAT.md with the bytes that the code writes. The tests of
//! this crate use it, and those of `crates/index`, which includes this file by its path.

use std::fmt::Write as _;
use std::path::Path;

/// Compares `vectors`, each a name and bytes, with the code blocks of docs/FORMAT.md that have
/// these names. `is_ours` takes the name of a block and returns whether that block belongs to the
/// calling crate. If the environment variable `WENSOU_BLESS` is set, renews the blocks instead.
///
/// # Panics
///
/// If a block has other bytes and is not renewed, or if the blocks that `is_ours` accepts do not
/// have the names of `vectors`, in the same order.
pub(crate) fn check(vectors: &[(&str, Vec<u8>)], is_ours: impl Fn(&str) -> bool) {
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
    let blocks: Vec<&str> = blocks.filter(|name| is_ours(name)).collect();
    let names: Vec<&str> = vectors.iter().map(|(name, _)| *name).collect();
    assert_eq!(
        blocks, names,
        "the blocks of docs/FORMAT.md and the vectors must have the same names in the same order"
    );
    if std::env::var_os("WENSOU_BLESS").is_some() {
        std::fs::write(&path, after).unwrap();
    } else {
        assert!(before == after, "docs/FORMAT.md differs: renew it with `just golden`");
    }
}

/// Bytes in hexadecimal, as the code blocks have them: 32 bytes a line, in groups of four.
fn hex(bytes: &[u8]) -> String {
    let mut lines = String::new();
    for line in bytes.chunks(32) {
        let groups: Vec<String> = line
            .chunks(4)
            .map(|group| group.iter().map(|byte| format!("{byte:02x}")).collect())
            .collect();
        writeln!(lines, "{}", groups.join(" ")).unwrap();
    }
    lines
}
