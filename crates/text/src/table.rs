//! Tables that may be edited: one entry a line, `#` begins a comment.

/// A line of a table that is no entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableError {
    /// The line, from 1.
    pub line: usize,
    /// What a line must be.
    pub reason: &'static str,
}

/// FNV-1a over the bytes of a table.
pub(crate) const fn fingerprint(table: &str) -> u64 {
    let bytes = table.as_bytes();
    let (mut hash, mut at) = (0xcbf2_9ce4_8422_2325_u64, 0);
    while at < bytes.len() {
        hash = (hash ^ bytes[at] as u64).wrapping_mul(0x0100_0000_01b3);
        at += 1;
    }
    hash
}

/// The lines of a table that say something, with their numbers from 1.
pub(crate) fn lines(table: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = (1..).zip(table.lines().map(str::trim));
    lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
}
