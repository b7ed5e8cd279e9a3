//! Tables that people edit: one entry a line. A line that starts with `#` is a comment.

/// A line of a table that is not a valid entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableError {
    /// The line number, from 1.
    pub line: usize,
    /// What the line should be.
    pub reason: &'static str,
}

/// The lines of a table that are neither empty nor comments, with their numbers from 1.
pub(crate) fn lines(table: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = (1..).zip(table.lines().map(str::trim));
    lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
}
