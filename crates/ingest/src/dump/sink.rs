//! Receives the records of a dump from the reader of its format, and watches the limits.

use std::io;
use std::ops::ControlFlow;

use serde_json::Value;
use xxhash_rust::xxh3::xxh3_64;

use super::location::Location;
use super::record::{ReadRecord, RecordReader};
use crate::direct_mapped_cache::DirectMappedCache;
use crate::fields::key_counts::KeyCounts;
use crate::fields::key_reader::RawFields;
use crate::input::{self, last_io_error::LastIoError};
use crate::options::Options;
use crate::pipeline::read_event::{ReadEvent, member_path, skipped};
use crate::record::{Article, FlashItem, Record, Span};
use crate::report::{FileSpan, Reason, UnreadDate};

/// The reading of a dump ends at a line or record that is longer than `max_line_bytes` times this,
/// because skipping it could take forever.
const SKIPPABLE_MULTIPLE: u64 = 16;

/// Why the reading of a dump ends early.
pub(super) enum End {
    /// The receiver of the records has stopped.
    ReceiverStopped,
    /// A limit was exceeded; this has been reported.
    Abandoned,
    /// The dump cannot be read; this has been reported.
    Failed,
}

/// Whether the reading of a dump goes on, or why it ends.
pub(super) type Flow<T = ()> = ControlFlow<End, T>;

/// Receives the records of one dump.
pub(super) struct Sink<'a> {
    pub(super) path: &'a str,
    pub(super) options: &'a Options,
    pub(super) records: RecordReader<'a>,
    /// The length of the file that a command (`--pre`) has read, if the command printed the dump.
    /// Every span is then the whole file.
    pub(super) preprocessed_file_bytes: Option<u64>,
    pub(super) last_io_error: &'a LastIoError,
    pub(super) recent: RecentRecords,
    /// The id that an action of a bulk request (see [`super::wrapped`]) states for the record after
    /// it.
    pub(super) next_id: Option<Value>,
    /// Number of texts (titles, names, tags and paragraphs) whose mojibake was repaired.
    pub(super) repaired: u64,
    /// Whether invalid bytes or characters of a record were replaced by U+FFFD, or NUL removed.
    pub(super) is_lossy: bool,
    /// The number of JSON objects around the records that are being read.
    pub(super) open_wrappers: usize,
    /// The kinds of records that are not read.
    pub(super) other_kinds: KeyCounts,
    /// Number of lines or records so far.
    pub(super) count: u64,
    pub(super) emit: &'a mut dyn FnMut(ReadEvent) -> ControlFlow<()>,
}

impl Sink<'_> {
    /// Maximum length in bytes of a record that is read.
    pub(super) fn max_record_bytes(&self) -> usize {
        self.options.max_line_bytes
    }

    /// Maximum length in bytes of a record that is skipped. A longer one ends the reading of the
    /// dump.
    pub(super) fn max_skippable_bytes(&self) -> u64 {
        (self.max_record_bytes() as u64).saturating_mul(SKIPPABLE_MULTIPLE)
    }

    /// Notes that a line or record begins. Ends the reading of the dump after too many consecutive
    /// lines or records of which none gave a new record.
    pub(super) fn begin(&mut self, line: u64) -> Flow {
        self.count += 1;
        self.recent.barren += 1;
        if self.recent.barren > self.options.max_barren_lines {
            let lines = self.options.max_barren_lines;
            let what = format!("{lines} consecutive lines without a new record");
            return self.abandon(line, what);
        }
        Flow::Continue(())
    }

    /// Reports that a record of `bytes` bytes is too long. Ends the reading of the dump if the
    /// record is longer than [`max_skippable_bytes`](Self::max_skippable_bytes).
    pub(super) fn too_long(&mut self, line: u64, bytes: u64) -> Flow {
        if bytes > self.max_skippable_bytes() {
            let what = format!("a line of more than {} bytes", self.max_skippable_bytes());
            return self.abandon(line, what);
        }
        self.skip(line, Reason::TooLarge { bytes, limit: self.max_record_bytes() as u64 })
    }

    /// Ends the reading of the dump, with the reason.
    pub(super) fn abandon(&mut self, line: u64, what: String) -> Flow {
        self.skip(line, Reason::Abandoned(what))?;
        Flow::Break(End::Abandoned)
    }

    /// Reports that the dump cannot be read from here on.
    pub(super) fn failed(&mut self, line: u64, error: &io::Error) -> Flow {
        let reason = self.last_io_error.take().unwrap_or_else(|| input::reason(error));
        self.skip(line, reason)?;
        Flow::Break(End::Failed)
    }

    /// Reports that a record is malformed, and in which way.
    pub(super) fn malformed(&mut self, line: u64, what: String) -> Flow {
        self.skip(line, Reason::Malformed(what))
    }

    /// Reports a part of a record that is not read, such as an attachment.
    pub(super) fn ignored(&mut self, name: &str) -> Flow {
        self.emit(ReadEvent::Ignored(member_path(self.path, name)))
    }

    fn skip(&mut self, line: u64, reason: Reason) -> Flow {
        self.emit(skipped(self.path, Some(line), reason))
    }

    /// Counts a record of another kind than those that are read. `bytes` is what it was read from.
    pub(super) fn other_kind(&mut self, kind: &str, bytes: &[u8], line: u64) {
        self.recent.note_key(xxh3_64(bytes));
        self.other_kinds.add(kind, line);
    }

    /// Passes on a record with these fields. `bytes` is what they were read from; repetitions of a
    /// record without an id are recognised by it.
    pub(super) fn record(
        &mut self,
        fields: &RawFields,
        bytes: &[u8],
        span: Span,
        line: u64,
    ) -> Flow {
        let span = self.preprocessed_file_bytes.map_or(span, |end| Span { start: 0, end });
        match self.records.read(fields, Location { path: self.path, span, line }) {
            Err(what) => self.malformed(line, what),
            Ok(ReadRecord { record, unread_date, mended }) => {
                self.recent.note(&record, bytes);
                self.repaired += u64::from(mended.repaired);
                if mended.keeps_mojibake {
                    let kept = FileSpan { path: self.path.into(), span };
                    self.emit(ReadEvent::MojibakeKept(kept))?;
                }
                if let Some(text) = unread_date {
                    let path = self.path.into();
                    self.emit(ReadEvent::UnreadDate(UnreadDate { path, line: Some(line), text }))?;
                }
                self.emit(ReadEvent::Record { record: Box::new(record), line })
            }
        }
    }

    fn emit(&mut self, event: ReadEvent) -> Flow {
        match (self.emit)(event) {
            ControlFlow::Continue(()) => Flow::Continue(()),
            ControlFlow::Break(()) => Flow::Break(End::ReceiverStopped),
        }
    }
}

/// Detects dumps that yield nothing new.
pub(super) struct RecentRecords {
    /// Number of lines or records since the last new record.
    barren: u64,
    /// Hashes of the ids or bytes of recent records. Records that a dump keeps repeating are
    /// recognised if they are fewer than this cache holds.
    keys: DirectMappedCache<()>,
}

/// Slots for recent records, at 8 bytes each.
const SLOTS: usize = 1 << 16;

impl RecentRecords {
    pub(super) fn new() -> Self {
        Self { barren: 0, keys: DirectMappedCache::new(SLOTS) }
    }

    /// Notes a record, identified by its id or else by its bytes.
    fn note(&mut self, record: &Record, bytes: &[u8]) {
        let (Record::Article(Article { id, .. }) | Record::Flash(FlashItem { id, .. })) = record;
        self.note_key(if id.is_empty() { xxh3_64(bytes) } else { xxh3_64(id.as_bytes()) });
    }

    /// Notes a record, identified by a hash.
    fn note_key(&mut self, key: u64) {
        if self.keys.get(key).is_none() {
            self.keys.insert(key, ());
            self.barren = 0;
        }
    }
}
