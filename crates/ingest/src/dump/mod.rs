//! Reads dumps record by record, as streams, so that a dump may have any length.
//!
//! | module | what it does |
//! |---|---|
//! | `text_reader` | decodes any encoding to UTF-8, with offsets in the file |
//! | `lines` | reads JSON lines and labelled lines |
//! | `json` | reads other JSON: arrays of objects, objects one after another, and wrapped records |
//! | `json_scanner` | finds where a value in JSON begins and ends |
//! | `json_record` | passes on the record in a JSON text, or the records that it wraps |
//! | `columns` | reads tables in JSON |
//! | `json_repair` | repairs records that are not valid JSON because of damaged characters |
//! | `table` | reads CSV and TSV |
//! | `broken_quotes` | splits rows that a missing quotation mark has joined |
//! | `elements`, `feed`, `feed_head`, `feed_kind`, `sogou` | read RSS, Atom and Sogou files |
//! | `mbox` | reads messages |
//! | `wrapped` | unwraps records that a search engine or a database has exported |
//! | `record` | makes records from fields, which `crate::fields` interprets |
//! | `exported` | makes records from the fields of records that `wensou export` has written |
//! | `sink` | receives the records of all readers, and watches the limits |

mod broken_quotes;
mod columns;
mod elements;
mod exported;
mod feed;
mod feed_head;
mod feed_kind;
mod json;
mod json_record;
mod json_repair;
mod json_scanner;
mod lines;
mod location;
mod mbox;
mod record;
mod sink;
mod sogou;
mod table;
mod text_reader;
mod wrapped;

use std::io::BufRead;
use std::ops::ControlFlow;

use encoding_rs::UTF_8;
use record::RecordReader;
use sink::{End, Flow, RecentRecords, Sink};
use text_reader::TextReader;

use crate::fields::key_counts::KeyCounts;
use crate::input::own_output;
use crate::input::{self, DumpKind, Input, Kind};
use crate::pipeline::read_event::{DumpKeys, ReadEvent, skipped};
use crate::pipeline::reader::Reader;
use crate::record::DateOrigin;
use crate::report::Reason;

impl Reader<'_> {
    /// Passes to `emit` every record of a dump, and also what is unusual about the dump. Does not
    /// emit [`ReadEvent::DumpBegins`].
    pub(crate) fn read_dump(
        &self,
        input: Input<'_>,
        emit: &mut dyn FnMut(ReadEvent) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let Input { path, bytes, preprocessed_file_bytes, last_io_error, charset, .. } = input;
        // The caller passes only dumps.
        let kind = if let Kind::Dump(kind) = input.kind { kind } else { DumpKind::JsonLines };
        // Each message states its own encoding.
        let is_mail = kind == DumpKind::Mbox;
        let encoding = if is_mail { Some(UTF_8) } else { self.encoding.or(charset) };
        let mut file = TextReader::new(input.read, encoding, self.options.max_line_bytes);
        // Only uncompressed dumps have a length here. For compressed ones, the limits on
        // decompression suffice.
        if bytes.is_some() && file.fill_buf().is_ok_and(is_nothing_but_nul) {
            let line = None;
            return emit(skipped(&path, line, Reason::Binary));
        }
        // Whether the dump is the output of a search, or an export of the archive that it lies in.
        let is_own = |start: &[u8]| own_output::is_output_of_archive(start, input.root.as_deref());
        match file.fill_buf() {
            Ok(start) if is_own(start) => return emit(ReadEvent::Ignored(path.into())),
            Ok(_) => {}
            Err(error) => {
                let reason = last_io_error.take().unwrap_or_else(|| input::reason(&error));
                let line = Some(1);
                return emit(skipped(&path, line, reason));
            }
        }
        let origin = if is_mail { DateOrigin::Mail } else { DateOrigin::Field };
        let mut records = RecordReader::new(&self.options.map, self.options.labels(), origin);
        records.derives_titles = kind == DumpKind::Labelled;
        let mut sink = Sink {
            path: &path,
            options: self.options,
            records,
            preprocessed_file_bytes,
            last_io_error,
            recent: RecentRecords::new(),
            next_id: None,
            repaired: 0,
            is_lossy: false,
            open_wrappers: 0,
            other_kinds: KeyCounts::default(),
            count: 0,
            emit,
        };
        let flow = read(kind, &mut file, &mut sink);
        let Sink { count, repaired, is_lossy, records, other_kinds, .. } = sink;
        // What is invalid in a message is decided by the encodings that the message states.
        let is_lossy = is_lossy || !is_mail && file.is_lossy();
        let line = None;
        match flow {
            Flow::Break(End::ReceiverStopped) => ControlFlow::Break(()),
            Flow::Break(End::Failed) => ControlFlow::Continue(()),
            Flow::Continue(()) if count == 0 => emit(skipped(&path, line, Reason::Empty)),
            _ => {
                let unused = records.keys.unused.into_sorted();
                let of_wrong_type = records.keys.of_wrong_type.into_sorted();
                let other_kinds = other_kinds.into_sorted();
                let keys = DumpKeys { unused, of_wrong_type, other_kinds };
                let bytes = file.bytes_read();
                let keys = Box::new(keys);
                emit(ReadEvent::DumpEnds { path, bytes, repaired, is_lossy, keys })
            }
        }
    }
}

/// Reads the dump with the reader for its kind, which passes every record to `sink`.
fn read(kind: DumpKind, file: &mut TextReader<'_>, sink: &mut Sink<'_>) -> Flow {
    match kind {
        DumpKind::JsonLines => lines::json_lines(file, sink),
        DumpKind::Json => json::each(file, sink),
        DumpKind::Csv => {
            // The header shows the separator, which need not be a comma.
            let separator = None;
            table::each(file, sink, separator)
        }
        DumpKind::Tsv => table::each(file, sink, Some(b'\t')),
        DumpKind::Feed => feed::each(file, sink),
        DumpKind::Sogou => sogou::each(file, sink),
        DumpKind::Labelled => lines::labelled_lines(file, sink),
        DumpKind::Mbox => mbox::each(file, sink),
    }
}

/// Whether the first bytes of a dump are all NUL. Most likely the file is sparse: it has its full
/// length, but its content was never written.
fn is_nothing_but_nul(bytes: &[u8]) -> bool {
    !bytes.is_empty() && bytes.iter().all(|byte| *byte == 0)
}
