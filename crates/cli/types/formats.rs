//! Output formats.

use clap::ValueEnum;

/// How hits are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum HitFormat {
    /// For people
    Text,
    /// One array
    Json,
    /// One object per line
    Jsonl,
    /// One id per line
    Ids,
    /// A header line, then one hit per line
    Tsv,
    /// path:line:column:text, one line per match
    Vimgrep,
}

/// How a command prints its only result, such as an explanation or statistics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ShowFormat {
    /// For people
    Text,
    /// One object
    Json,
}

/// How one record is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RecordFormat {
    /// For people
    Text,
    /// As `export` writes it
    Json,
    /// One line for quoting: author, title, source, site, date, address, path and byte range
    Cite,
}

/// How a list is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    /// For people
    Text,
    /// One array
    Json,
    /// One object per line
    Jsonl,
    /// A header line, then one entry per line
    Tsv,
}

/// How records are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportFormat {
    /// One object per line
    Jsonl,
}
