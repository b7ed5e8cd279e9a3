//! What reading threads send to the thread that makes records: the records and diagnostics of a
//! file. Also the limit on diagnostics for one file.

use std::io;
use std::ops::ControlFlow;
use std::path::PathBuf;

use crate::file_table::{FileStamp, SurveyedFile};
use crate::flash::dedup::ItemHashes;
use crate::input::file_list::SourceFile;
use crate::input::folder_walk::lossy_path;
use crate::page::parsed::PageNotes;
use crate::record::{Article, FlashItem, Record, Span};
use crate::report::{FileSpan, Reason, Skipped, UnreadDate};

/// One step of reading an archive: something was read, or was left out. An
/// [`input::Event`](crate::input::Event) is an earlier step: it says only that a page or dump was
/// opened.
pub(crate) enum ReadEvent {
    /// A page was read.
    Page(Box<FoundPage>),
    /// A record of a dump was read; `line` is the number of its first line.
    Record { record: Box<Record>, line: u64 },
    /// A dump was opened; its records follow.
    DumpBegins(DumpPaths),
    /// A dump was read to its end, or abandoned. This event does not come if reading fails, or if
    /// the dump is left out or empty.
    DumpEnds {
        path: String,
        bytes: u64,
        /// Number of texts (titles, names, tags and paragraphs) whose mojibake was repaired.
        repaired: u64,
        /// Whether invalid bytes or characters were replaced by U+FFFD, or NUL bytes removed.
        is_lossy: bool,
        keys: Box<DumpKeys>,
    },
    /// Everything in a file that can be read has been read. The events since the last `FileRead`
    /// belong to this file, except `NotWalked`.
    FileRead(Box<ReadFile>),
    /// A record of a dump states a date that could not be parsed.
    UnreadDate(UnreadDate),
    /// A record of a dump has mojibake that was not repaired completely.
    MojibakeKept(FileSpan),
    /// The file or a part of it cannot be read for now, see [`Reason::keeps_records`]: the records
    /// of an earlier index are carried over.
    Refused(Box<SourceFile>),
    /// The walk could not access this file or folder. The event comes where the file or folder is
    /// in the walk.
    NotWalked(PathBuf),
    /// Something could not be read.
    Skipped(Skipped),
    /// Something was left out on purpose, see [`Report::ignored`](crate::Report::ignored).
    Ignored(PathBuf),
    /// The name of a file or member is not UTF-8.
    NonUtf8Name(PathBuf),
    /// The list of files, or what the survey has stored in a temporary file, cannot be read.
    TemporaryFileFailed(io::Error),
}

impl ReadEvent {
    /// Why something was skipped; `None` for all other events.
    fn reason(&self) -> Option<&Reason> {
        if let Self::Skipped(skipped) = self { Some(&skipped.reason) } else { None }
    }

    /// Approximate size of the event in bytes.
    pub(crate) fn weight(&self) -> u64 {
        let length = |span: Span| span.end - span.start;
        match self {
            Self::Page(page) => page.bytes,
            Self::Record { record, .. } => match &**record {
                Record::Article(article) => length(article.span),
                Record::Flash(flash) => {
                    flash.occurrences.first().map_or(0, |occurrence| length(occurrence.span))
                }
            },
            // Small; the paths are short.
            Self::DumpBegins(_)
            | Self::DumpEnds { .. }
            | Self::UnreadDate(_)
            | Self::MojibakeKept(_)
            | Self::Skipped(_)
            | Self::Ignored(_)
            | Self::NonUtf8Name(_)
            | Self::Refused(_)
            | Self::NotWalked(_)
            | Self::TemporaryFileFailed(_) => 0,
            Self::FileRead(file) => file.surveyed.contribution.len() as u64,
        }
    }
}

/// A file in which everything that can be read has been read.
pub(crate) struct ReadFile {
    pub(crate) path: String,
    pub(crate) stamp: FileStamp,
    pub(crate) surveyed: SurveyedFile,
}

/// The paths of a dump.
#[derive(Debug, Default)]
pub(crate) struct DumpPaths {
    /// The path that its records have: of a file, or `container!/member`.
    pub(crate) path: String,
    /// The same path below the root.
    pub(crate) relative: String,
    /// The path below the root of the file that is the dump or contains it.
    pub(crate) file: String,
}

/// Keys of a dump that were not used, or whose values have a wrong type, and kinds of records that
/// were not read, each with its count and the number of the first line that has it.
#[derive(Debug, Default)]
pub(crate) struct DumpKeys {
    pub(crate) unused: Vec<(String, u64, u64)>,
    pub(crate) of_wrong_type: Vec<(String, u64, u64)>,
    pub(crate) other_kinds: Vec<(String, u64, u64)>,
}

/// A page and its flash items, before ids are assigned.
pub(crate) struct FoundPage {
    pub(crate) article: Article,
    pub(crate) flashes: Vec<FoundItem>,
    pub(crate) notes: PageNotes,
    /// The [hash](crate::pipeline::ids::path_hash) of the path below the root, from which the id
    /// of the article is made.
    pub(crate) path_hash: u64,
    /// Length in bytes of the page, decompressed. If `--pre` made the page: length of the file that
    /// the command has read.
    pub(crate) bytes: u64,
    /// Whether the text lacks something of the file, or has U+FFFD in its place.
    pub(crate) lossy: bool,
    /// Whether mojibake or lines in another encoding were repaired.
    pub(crate) repaired: bool,
    /// Where in the file mojibake could not be repaired.
    pub(crate) mojibake_kept: Vec<Span>,
    /// The names of attachments, which are not read.
    pub(crate) attachments: Vec<String>,
}

/// A flash item found in a page. If the thread that assigns ids has received an equal item before,
/// it needs only the hashes of this one.
pub(crate) struct FoundItem {
    pub(crate) hashes: ItemHashes,
    /// `None` if the reading thread has sent an equal item before.
    pub(crate) item: Option<Box<FlashItem>>,
    pub(crate) span: Span,
}

/// Maximum number of diagnostics for one file. The report is held in memory, and a hostile file can
/// have millions of bad lines or members.
const MAX_DIAGNOSTICS: u64 = 100_000;

/// Passes on the first diagnostics of a file and counts the rest.
pub(crate) struct DiagnosticLimit {
    /// How many more diagnostics are passed on.
    remaining: u64,
    /// How many diagnostics were not passed on.
    suppressed: u64,
    /// Whether a part of the file cannot be read for now, see [`Reason::keeps_records`].
    refused: bool,
}

impl DiagnosticLimit {
    pub(crate) fn new() -> Self {
        Self { remaining: MAX_DIAGNOSTICS, suppressed: 0, refused: false }
    }

    /// Passes an event to `emit`, unless it is a diagnostic beyond the limit.
    pub(crate) fn emit(
        &mut self,
        event: ReadEvent,
        emit: &mut dyn FnMut(ReadEvent) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let reason = event.reason();
        self.refused |= reason.is_some_and(Reason::keeps_records);
        if matches!(
            event,
            ReadEvent::Skipped(_)
                | ReadEvent::Ignored(_)
                | ReadEvent::NonUtf8Name(_)
                | ReadEvent::UnreadDate(_)
                | ReadEvent::MojibakeKept(_)
        ) {
            // The reason why a dump was abandoned is always reported.
            if self.remaining == 0 && !matches!(reason, Some(Reason::Abandoned(_))) {
                self.suppressed += 1;
                return ControlFlow::Continue(());
            }
            self.remaining = self.remaining.saturating_sub(1);
        }
        emit(event)
    }

    /// Emits how many diagnostics were not passed on, and [`ReadEvent::Refused`] if a part of the
    /// file cannot be read for now.
    pub(crate) fn finish(
        self,
        source: &SourceFile,
        emit: &mut dyn FnMut(ReadEvent) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        if self.suppressed > 0 {
            let reason = Reason::More { count: self.suppressed };
            emit(ReadEvent::Skipped(Skipped {
                path: lossy_path(&source.path),
                line: None,
                reason,
            }))?;
        }
        match self.refused {
            true => emit(ReadEvent::Refused(Box::new(source.clone()))),
            false => ControlFlow::Continue(()),
        }
    }
}

/// The path of a part of a file, such as the attachment of a message.
pub(crate) fn member_path(path: &str, name: &str) -> PathBuf {
    format!("{path}!/{name}").into()
}

/// The event that something could not be read.
pub(crate) fn skipped(path: &str, line: Option<u64>, reason: Reason) -> ReadEvent {
    ReadEvent::Skipped(Skipped { path: path.into(), line, reason })
}
