//! Tables that people edit: one entry a line; `#` starts a comment.

/// A line of a table that is not a valid entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableError {
    /// The line number, from 1.
    pub line: usize,
    /// What the line should be.
    pub reason: &'static str,
}

/// FNV-1a hash over the bytes of a table.
pub(crate) const fn fingerprint(table: &str) -> u64 {
    let bytes = table.as_bytes();
    let (mut hash, mut at) = (0xcbf2_9ce4_8422_2325_u64, 0);
    while at < bytes.len() {
        hash = (hash ^ bytes[at] as u64).wrapping_mul(0x0100_0000_01b3);
        at += 1;
    }
    hash
}

/// The lines of a table that are neither empty nor comments, with their numbers from 1.
pub(crate) fn lines(table: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = (1..).zip(table.lines().map(str::trim));
    lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
}

/// The contents of a precomputed table, if it is up to date: what else its first line says, and the
/// other lines. The first line has the fingerprint of the analysis that it was computed by. `None`
/// if that differs; the caller then computes the table, which is slower.
pub(crate) fn precomputed(table: &'static str) -> Option<(&'static str, &'static str)> {
    let (header, lines) = table.split_once('\n')?;
    let header = header.strip_prefix("# ")?;
    let (number, more) = header.split_once(' ').unwrap_or((header, ""));
    (number == format!("{:016x}", crate::analysis_fingerprint())).then_some((more, lines))
}

/// Compares a precomputed table with what it should be. With `WENSOU_BLESS` set it writes the table
/// and returns `false`: the crate has to be compiled again to see it.
#[cfg(test)]
pub(crate) fn assert_precomputed(name: &str, table: &str, more: &str, lines: &str) -> bool {
    let wanted = format!("# {:016x} {more}\n{lines}", crate::analysis_fingerprint());
    if std::env::var_os("WENSOU_BLESS").is_some() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(name);
        std::fs::write(path, wanted).unwrap();
        return false;
    }
    let cure = "renew it with: WENSOU_BLESS=1 cargo test -p wensou-text --lib made";
    assert!(table == wanted, "data/{name} is out of date: {cure}");
    true
}
