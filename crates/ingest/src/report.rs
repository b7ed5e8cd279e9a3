//! Reports what a run found and what it had to leave out.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::record::Span;

/// Counts of one run, and the files with problems.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Report {
    /// Pages that were parsed.
    pub pages: u64,
    /// Dumps that were read to their end, or abandoned.
    pub dumps: u64,
    /// Bytes of all pages and dumps that were read.
    pub bytes: u64,
    /// Articles emitted, from pages and dumps.
    pub articles: u64,
    /// Distinct flash items emitted.
    pub flashes_distinct: u64,
    /// Occurrences of flash items.
    #[serde(rename = "flashes_seen")]
    pub flash_occurrences: u64,
    /// Articles whose Tags line could not be split into tags.
    pub unsplit_tags: u64,
    /// Articles without a date, stated or inferred.
    pub undated: u64,
    /// Dates that pages and records state in forms that could not be parsed.
    #[serde(default)]
    pub unread_dates: Vec<UnreadDate>,
    /// Articles of dumps that were left out because they repeat an earlier article of the same dump
    /// exactly, id included.
    #[serde(default)]
    pub repeated_records: u64,
    /// Keys of dumps that were not used, each once: they stand for no known field, or another key
    /// gave the value of their field.
    #[serde(default)]
    pub unused_keys: Vec<KeyCount>,
    /// Keys of dumps whose values were of a type that cannot be read, each once.
    #[serde(default, rename = "mistyped_keys")]
    pub keys_of_wrong_type: Vec<KeyCount>,
    /// Articles of dumps that have a title and no text.
    #[serde(default)]
    pub records_without_text: u64,
    /// Kinds of records of dumps that are no articles, such as the pictures and menu items of a
    /// blog, each once. The key is the kind.
    #[serde(default)]
    pub other_kinds: Vec<KeyCount>,
    /// Lines of bodies left out because they recur over the pages of a site: menus, footers,
    /// counters.
    #[serde(default)]
    pub boilerplate_lines: u64,
    /// Files in which mojibake was turned back into text, and files with lines in another encoding
    /// than their other lines.
    #[serde(default)]
    pub repaired: Vec<PathBuf>,
    /// HTML pages whose whole text was kept, because their article was not found or not looked for,
    /// and HTML pages without text.
    #[serde(default)]
    pub unextracted: Vec<UnextractedPage>,
    /// Lines and other texts, such as titles, whose mojibake was turned back into text, completely
    /// or in part.
    pub mojibake_repaired: u64,
    /// Where mojibake could not be repaired, or only in part: it was left as it is, or lost
    /// characters became U+FFFD. Each entry is a record of a dump or a line of a page; or the whole
    /// page, if the mojibake is in a text that is not a line, such as a title.
    pub mojibake_kept: Vec<FileSpan>,
    /// Files with invalid bytes, which were replaced by U+FFFD, or with NUL bytes, which were
    /// removed.
    pub lossy: Vec<PathBuf>,
    /// Files and members whose names are not UTF-8, with the names as far as they can be decoded.
    #[serde(default, rename = "odd_names")]
    pub non_utf8_names: Vec<PathBuf>,
    /// Records carried over from an earlier index, because their files cannot be read now.
    #[serde(default)]
    pub records_kept: u64,
    /// What could not be read.
    pub skipped: Vec<Skipped>,
    /// What was left out on purpose: hidden files and folders, links to what is read anyway, files
    /// of other formats than those of pages, dumps and containers, responses in WARC and ARC files
    /// that are neither pages nor dumps, attachments of messages, output of searches, and whatever
    /// [`Options`](crate::Options) or an ignore file excludes.
    pub ignored: Vec<PathBuf>,
}

/// A date that could not be parsed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnreadDate {
    /// The file.
    pub path: PathBuf,
    /// Line number in a dump, from 1; `None` for a page.
    #[serde(default)]
    pub line: Option<u64>,
    /// The date as written.
    pub text: String,
}

/// How often a key of dumps was not used, or had a value of a type that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyCount {
    /// The first hundred characters of the key.
    pub key: String,
    /// Number of records, in all dumps, in which the key was not used or had such a value.
    pub count: u64,
    /// The dump that has the first of these records.
    pub path: PathBuf,
    /// The line on which the first of these records begins, from 1.
    pub line: u64,
}

/// Maximum number of keys in [`Report::unused_keys`], in [`Report::keys_of_wrong_type`] and in
/// [`Report::other_kinds`].
const MAX_KEYS: usize = 1_000;

impl Report {
    /// Adds the keys of the dump at `path` to `counts`. `keys` has each key, the number of records
    /// to count for it, and the line of the first of these.
    pub(crate) fn add_keys(counts: &mut Vec<KeyCount>, path: &str, keys: Vec<(String, u64, u64)>) {
        for (key, count, line) in keys {
            if let Some(known) = counts.iter_mut().find(|known| known.key == key) {
                known.count += count;
            } else if counts.len() < MAX_KEYS {
                counts.push(KeyCount { key, count, path: path.into(), line });
            }
        }
    }

    /// The number of ignored files and folders by ending: `.png`, `hidden` for names that begin
    /// with a dot, `from crawls` for records of WARC and ARC files, and `no ending`.
    #[must_use]
    pub fn ignored_by_ending(&self) -> BTreeMap<String, u64> {
        /// A longer text after the last dot is no ending, but part of the name.
        const MAX_ENDING_BYTES: usize = 12;
        let mut counts = BTreeMap::new();
        for path in &self.ignored {
            let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
            // The name of a record is its number.
            let is_in_crawl = || {
                path.parent()
                    .is_some_and(|above| above.as_os_str().as_encoded_bytes().ends_with(b"!"))
                    && name.bytes().all(|byte| byte.is_ascii_digit())
            };
            let ending = match name.rsplit_once('.') {
                None if is_in_crawl() => "from crawls".to_owned(),
                Some(("", _)) => "hidden".to_owned(),
                _ if name.starts_with('.') => "hidden".to_owned(),
                Some((_, ending)) if ending.len() <= MAX_ENDING_BYTES && !ending.contains(' ') => {
                    format!(".{}", ending.to_lowercase())
                }
                _ => "no ending".to_owned(),
            };
            *counts.entry(ending).or_default() += 1;
        }
        counts
    }
}

/// Why the whole text of an HTML page was kept instead of its article, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Unextracted {
    /// The page is too large, or has too many elements or character references.
    TooLarge,
    /// Its elements are nested too deeply, or misnested too often.
    TooDeep,
    /// No part of the page reads like an article.
    NoArticle,
    /// The page has no text, except perhaps a title and a byline. Nothing was kept.
    NoText,
    /// The page has no such text but in its scripts, in a form that is not read. Nothing was kept.
    OnlyInScripts,
}

impl Unextracted {
    /// Whether the page has text, all of which was kept.
    #[must_use]
    pub const fn keeps_text(self) -> bool {
        !matches!(self, Self::NoText | Self::OnlyInScripts)
    }

    /// Whether the article was not looked for, because the page is beyond a limit.
    pub(crate) const fn is_by_limits(self) -> bool {
        matches!(self, Self::TooLarge | Self::TooDeep)
    }
}

impl fmt::Display for Unextracted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLarge => "the page is too large to look for its article",
            Self::TooDeep => {
                "its elements are nested too deeply or wrongly to look for its article"
            }
            Self::NoArticle => "no article was found in it",
            Self::NoText => "the page has none",
            Self::OnlyInScripts => "it stands only in a script",
        })
    }
}

/// An HTML page whose whole text was kept instead of its article, or that has none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnextractedPage {
    /// The file.
    pub path: PathBuf,
    /// Why its whole text was kept, or none.
    pub reason: Unextracted,
}

/// A byte range in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileSpan {
    /// The file.
    pub path: PathBuf,
    /// The byte range.
    pub span: Span,
}

/// Something that should have been read and was left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    /// The file or folder; for a member of a container `container!/member`.
    pub path: PathBuf,
    /// Line number in a dump, from 1; `None` if the whole file, folder or member was left out.
    pub line: Option<u64>,
    /// The reason.
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

/// Why something was left out. If a reason has a text, its description says after a semicolon what
/// the text is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Reason {
    /// The system refused to read a file or folder; the message of the system. The records that an
    /// earlier index has of the file or folder are kept.
    Unreadable(String),
    /// No text at all.
    Empty,
    /// Output of a search. Not found in a report: the reader lists such a file in
    /// [`Report::ignored`].
    OwnOutput,
    /// Not text: NUL bytes or mostly control characters.
    Binary,
    /// Longer than the limit.
    TooLarge {
        /// Length in bytes, or the number of bytes read before giving up.
        bytes: u64,
        /// The limit: [`Options::max_file_bytes`](crate::Options::max_file_bytes) for a page,
        /// [`Options::max_line_bytes`](crate::Options::max_line_bytes) for a record of a dump.
        limit: u64,
    },
    /// A pipe, socket or device: never opened.
    Special,
    /// A symbolic link that leads back to a folder above it.
    #[serde(rename = "Loop")]
    SymlinkLoop,
    /// A symbolic link to a folder outside every root.
    #[serde(rename = "LeadsOut")]
    SymlinkOutsideRoots,
    /// A pattern of files to leave out that is not valid, and so is not applied; what is wrong with
    /// it.
    BadPattern(String),
    /// A JSONL line or another part of a dump that is not a valid record; what is wrong with it.
    Malformed(String),
    /// A record whose id another record of the same dump has; the id.
    DuplicateId(String),
    /// Compressed data or a container that is truncated or corrupt; what is wrong.
    Damaged(String),
    /// A member of a container that needs a password.
    Encrypted,
    /// Compressed or encoded in an unsupported way; which.
    Unsupported(String),
    /// A container inside a container.
    Nested,
    /// A compressed file that exceeds a limit of decompressed data; which limit. The rest of the
    /// file is not read.
    Bomb(String),
    /// A dump that was abandoned; why. Its records up to there are kept.
    Abandoned(String),
    /// A member whose name is absolute, leads out of the container, is empty, contains NUL or is
    /// too long.
    UnsafeName,
    /// A member with the name of an earlier member.
    DuplicateName,
    /// A response in a crawl that is no page: a redirection or an error; its status.
    HttpStatus(u16),
    /// The command of [`Options::pre`](crate::Options::pre) failed; how.
    CommandFailed(String),
    /// Further problems of the same file, which are too many to list.
    More {
        /// How many.
        count: u64,
    },
}

/// The end of the message about a document that a command could turn into text;
/// [`Reason::keeps_records`] recognises such a message by it.
pub(crate) const PRE_OPTION_HINT: &str = "`--pre COMMAND` can turn it into text";

impl Reason {
    /// Whether the records of an earlier index are kept: the file may be what it was, but it cannot
    /// be read for now. The records of a document that only `--pre` can read are kept, too, because
    /// an earlier run may have read the document with that option.
    #[must_use]
    pub fn keeps_records(&self) -> bool {
        match self {
            Self::Unreadable(_) | Self::CommandFailed(_) => true,
            Self::Unsupported(what) => what.ends_with(PRE_OPTION_HINT),
            _ => false,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(message) => write!(f, "unreadable: {message}"),
            Self::Empty => f.write_str("empty"),
            Self::OwnOutput => f.write_str("output of a search"),
            Self::Binary => f.write_str("binary"),
            Self::TooLarge { bytes, limit } => {
                write!(f, "too large: at least {bytes} bytes, and the limit is {limit}")
            }
            Self::Special => f.write_str("not a regular file"),
            Self::SymlinkLoop => f.write_str("a symbolic link loop: it leads to a folder above it"),
            Self::SymlinkOutsideRoots => f.write_str(
                "a link to a folder outside the archive: add that folder as well if it belongs to it",
            ),
            Self::BadPattern(what) => write!(f, "a pattern of files to leave out: {what}"),
            Self::Malformed(what) => write!(f, "malformed record: {what}"),
            Self::DuplicateId(id) => write!(f, "the id `{id}` is already taken by another record"),
            Self::Damaged(what) => write!(f, "damaged: {what}"),
            Self::Encrypted => f.write_str("encrypted"),
            Self::Unsupported(what) => write!(f, "unsupported: {what}"),
            Self::Nested => f.write_str("a container inside a container: unpack it first"),
            Self::Bomb(what) | Self::Abandoned(what) => write!(f, "the rest was not read: {what}"),
            Self::UnsafeName => f.write_str("its name is too long or no path inside the container"),
            Self::DuplicateName => f.write_str("another member already has this name"),
            Self::HttpStatus(status) => write!(f, "the server answered with status {status}"),
            Self::CommandFailed(what) => write!(f, "the command of --pre failed: {what}"),
            Self::More { count } => write!(f, "{count} more could not be read"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_stored_reports_do_not_change() {
        let skip = |reason| Skipped { path: "a".into(), line: None, reason };
        let report = Report {
            flash_occurrences: 3,
            non_utf8_names: vec!["b".into()],
            skipped: vec![skip(Reason::SymlinkLoop), skip(Reason::SymlinkOutsideRoots)],
            ..Report::default()
        };
        let json = serde_json::to_value(&report).unwrap();
        assert_eq!((&json["flashes_seen"], &json["odd_names"][0]), (&3.into(), &"b".into()));
        assert_eq!(json["skipped"][0]["reason"], "Loop");
        assert_eq!(json["skipped"][1]["reason"], "LeadsOut");
        assert_eq!(serde_json::from_value::<Report>(json).unwrap(), report);
    }
}
