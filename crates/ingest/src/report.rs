//! What a read found, counted, and everything that it had to leave out, named.

use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::record::Span;

/// Counts of one read of an archive.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Report {
    /// Page files that were parsed.
    pub pages: u64,
    /// JSONL files that were read.
    pub dumps: u64,
    /// Bytes of all files that were read.
    pub bytes: u64,
    /// Articles handed on, from pages and dumps.
    pub articles: u64,
    /// Flash items handed on: each counts once.
    pub flashes_distinct: u64,
    /// Places where flash items stand.
    #[serde(rename = "flashes_seen")]
    pub flash_occurrences: u64,
    /// Articles whose Tags line could not be split whole.
    pub unsplit_tags: u64,
    /// Articles without a date, stated or inferred.
    pub undated: u64,
    /// Paragraphs of mojibake that were turned back into text.
    pub mojibake_repaired: u64,
    /// Paragraphs of mojibake that could not be, and stayed as they are.
    pub mojibake_kept: Vec<FileSpan>,
    /// Files that had bytes invalid in their encoding, which read as U+FFFD, or NUL bytes.
    pub lossy: Vec<PathBuf>,
    /// Files and members of archives whose name is not UTF-8: the name as it could be read.
    #[serde(default, rename = "odd_names")]
    pub non_utf8_names: Vec<PathBuf>,
    /// Records taken over from an earlier index, because their files cannot be read now.
    #[serde(default)]
    pub records_kept: u64,
    /// What should have been read and could not be.
    pub skipped: Vec<Skipped>,
    /// What a folder or an archive holds that is not a page by its name: hidden files and other formats;
    /// of a WARC file, other responses than pages. Also what [`Options`](crate::Options) excludes.
    pub ignored: Vec<PathBuf>,
}

/// A place in a file that deserves a look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileSpan {
    /// The file.
    pub path: PathBuf,
    /// Where in it.
    pub span: Span,
}

/// Something that was left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    /// The file or folder; of a member of an archive `archive!/member`.
    pub path: PathBuf,
    /// Line in a JSONL file, from 1.
    pub line: Option<u64>,
    /// Why.
    pub reason: Reason,
}

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, ": {}", self.reason)
    }
}

/// Why something was left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Reason {
    /// The system refused; its message. Records that an earlier index has of it are kept.
    Unreadable(String),
    /// No text at all.
    Empty,
    /// Not text: NUL bytes or mostly control characters.
    Binary,
    /// Longer than the limit.
    TooLarge {
        /// Length in bytes, or how many there were when the reading stopped.
        bytes: u64,
        /// The limit: [`Options::max_file_bytes`](crate::Options::max_file_bytes) of a page,
        /// [`Options::max_line_bytes`](crate::Options::max_line_bytes) of a JSONL line.
        limit: u64,
    },
    /// A pipe, socket or device: never opened.
    Special,
    /// A symbolic link that leads back to a folder above it.
    #[serde(rename = "Loop")]
    SymlinkLoop,
    /// A symbolic link to a folder outside of every root.
    #[serde(rename = "LeadsOut")]
    SymlinkOutsideRoots,
    /// A JSONL line that is no record; what is wrong with it.
    Malformed(String),
    /// A JSONL record whose id another record has already.
    DuplicateId(String),
    /// Compressed data or an archive that is cut short or wrong; what is wrong.
    Damaged(String),
    /// A member of an archive that needs a password.
    Encrypted,
    /// Written in a way that is not read; in which.
    Unsupported(String),
    /// An archive inside an archive.
    Nested,
    /// A compressed file that becomes too much; what of. It is not read on from there.
    Bomb(String),
    /// A dump that is left unread from there on; why. Its records up to there count.
    Abandoned(String),
    /// A member whose name is absolute, leads out of the archive or is longer than names are.
    UnsafeName,
    /// A member whose name another member had before.
    DuplicateName,
    /// Further lines or members of the same file, which has too many to name each.
    More {
        /// How many.
        count: u64,
    },
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(message) => write!(f, "unreadable: {message}"),
            Self::Empty => f.write_str("empty"),
            Self::Binary => f.write_str("binary"),
            Self::TooLarge { bytes, limit } => {
                write!(f, "too large: {bytes} bytes or more, and the limit is {limit}")
            }
            Self::Special => f.write_str("not a regular file"),
            Self::SymlinkLoop => f.write_str("a link that leads back to a folder above it"),
            Self::SymlinkOutsideRoots => f.write_str(
                "a link to a folder outside of the archive: name that folder, too, if it belongs to it",
            ),
            Self::Malformed(what) => write!(f, "malformed record: {what}"),
            Self::DuplicateId(id) => write!(f, "another record has the id `{id}` already"),
            Self::Damaged(what) => write!(f, "damaged: {what}"),
            Self::Encrypted => f.write_str("encrypted"),
            Self::Unsupported(what) => write!(f, "cannot be read: {what}"),
            Self::Nested => f.write_str("an archive inside an archive: unpack it first"),
            Self::Bomb(what) | Self::Abandoned(what) => write!(f, "left unread from there on: {what}"),
            Self::UnsafeName => f.write_str("its name leads out of the archive"),
            Self::DuplicateName => f.write_str("another member has its name already"),
            Self::More { count } => write!(f, "{count} more of it could not be read"),
        }
    }
}
