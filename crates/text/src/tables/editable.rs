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

/// A table that is made of others, as long as it is of what they are now: its first line says of which
/// analysis, and perhaps something more. Else it is only slower.
pub(crate) fn precomputed(table: &'static str) -> Option<(&'static str, &'static str)> {
    let (header, lines) = table.split_once('\n')?;
    let header = header.strip_prefix("# ")?;
    let (number, more) = header.split_once(' ').unwrap_or((header, ""));
    (number == format!("{:016x}", crate::analysis_fingerprint())).then_some((more, lines))
}

/// Compares a table that is made of others with what it must be, or writes it if asked to: then it returns `false`, and the
/// program has to be compiled again to have it.
#[cfg(test)]
pub(crate) fn assert_precomputed(name: &str, table: &str, more: &str, lines: &str) -> bool {
    let wanted = format!("# {:016x} {more}\n{lines}", crate::analysis_fingerprint());
    if std::env::var_os("WENSOU_BLESS").is_some() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(name);
        std::fs::write(path, wanted).unwrap();
        return false;
    }
    let cure = "write it with: WENSOU_BLESS=1 cargo test -p wensou-text --lib made";
    assert!(table == wanted, "data/{name} is not of these tables: {cure}");
    true
}
