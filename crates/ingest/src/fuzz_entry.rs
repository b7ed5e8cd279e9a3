//! Parsers and readers for the fuzz targets to call, without files. The module is hidden, because
//! it is not part of the public interface.

use std::borrow::Cow;
use std::io::{Cursor, Read};
use std::ops::ControlFlow;

use encoding_rs::{Encoding, UTF_8};

use crate::date;
use crate::encoding::decode::Decoded;
use crate::fields::{self, field_map::FieldMap};
use crate::file_table::FileStamp;
use crate::input::file_list::SourceFile;
use crate::input::last_io_error::LastIoError;
use crate::input::{self, DumpKind, Event, FileFormat, Input, Kind};
use crate::mail;
use crate::options::Options;
use crate::page::byline;
use crate::page::labels::Labels;
use crate::pipeline::read_event::ReadEvent;
use crate::pipeline::reader::Reader;
use crate::record::{Moment, Record};
use crate::report::{Reason, Skipped};

/// A decoded text and the offsets of its characters.
#[derive(Debug)]
pub struct DecodedOffsets<'a> {
    /// The text.
    pub text: Cow<'a, str>,
    /// Whether bytes were replaced or left out, or lines are in another encoding than the others.
    pub lossy: bool,
    /// The encoding that was used.
    pub encoding: &'static Encoding,
    /// For each character and for the end: its byte offset in the text and in the file.
    pub offsets: Vec<(usize, usize)>,
}

/// Decodes a file with the encoding named `label`, or else with the detected one.
///
/// # Errors
///
/// As [`decode`](crate::decode()).
pub fn decode_with_offsets<'a>(
    raw: &'a [u8],
    label: Option<&str>,
) -> Result<DecodedOffsets<'a>, Reason> {
    let encoding = label.and_then(|label| Encoding::for_label(label.as_bytes()));
    let hint = None;
    let decoded = Decoded::new(raw, encoding, hint)?;
    let offsets = || decoded.text.char_indices().map(|(at, _)| at).chain([decoded.text.len()]);
    let map = decoded.offset_map(offsets());
    let offsets = offsets().map(|at| (at, map.byte_at(at) as usize)).collect();
    Ok(DecodedOffsets {
        lossy: decoded.lossy || decoded.is_mixed(),
        encoding: decoded.encoding,
        offsets,
        text: decoded.text,
    })
}

/// The date at the beginning of a text, and the number of bytes that it takes. The date is `None`
/// if there is no such day, for example.
#[must_use]
pub fn date_prefix(text: &str) -> Option<(Option<Moment>, usize)> {
    date::parse_prefix(text).map(|found| (found.moment, found.bytes))
}

/// The date that a value states.
#[must_use]
pub fn date_value(text: &str) -> Option<Moment> {
    date::parse_any(text)
}

/// The values of a line that is read as a byline, and whether it is only a byline.
#[must_use]
pub fn byline(line: &str) -> Option<(Vec<&str>, bool)> {
    let reading = byline::read(line, Labels::builtin())?;
    Some((reading.fields.iter().map(|field| field.value).collect(), reading.is_whole))
}

/// Passes to `emit` every record of a JSONL dump in UTF-8, with its line number, and everything
/// that is skipped.
pub fn records(
    raw: &[u8],
    options: &Options,
    emit: &mut dyn FnMut(Result<(Record, u64), Skipped>),
) {
    dump(DumpKind::JsonLines, Some(UTF_8), raw, options, emit);
}

/// Does the same as [`records`] for a dump of any kind and in any encoding. Every number `kind`
/// stands for a kind, so that a fuzzer can choose one.
pub fn records_of_kind(
    kind: u8,
    raw: &[u8],
    options: &Options,
    emit: &mut dyn FnMut(Result<(Record, u64), Skipped>),
) {
    const KINDS: [DumpKind; 8] = [
        DumpKind::Json,
        DumpKind::Csv,
        DumpKind::Tsv,
        DumpKind::Feed,
        DumpKind::Sogou,
        DumpKind::Labelled,
        DumpKind::Mbox,
        DumpKind::JsonLines,
    ];
    let encoding = None;
    dump(KINDS[usize::from(kind) % KINDS.len()], encoding, raw, options, emit);
}

fn dump(
    kind: DumpKind,
    encoding: Option<&'static Encoding>,
    mut raw: &[u8],
    options: &Options,
    emit: &mut dyn FnMut(Result<(Record, u64), Skipped>),
) {
    // The name does not matter, because `kind` is given.
    let input = Input {
        path: "a.jsonl".to_owned(),
        relative: "a.jsonl".to_owned(),
        kind: Kind::Dump(kind),
        bytes: None,
        charset: None,
        url: None,
        preprocessed_file_bytes: None,
        root: None,
        read: &mut raw,
        last_io_error: &LastIoError::default(),
    };
    let _ = Reader { options, encoding, one_root: false }.read_dump(input, &mut |found| {
        match found {
            ReadEvent::Record { record, line } => emit(Ok((*record, line))),
            ReadEvent::Skipped(skipped) => emit(Err(skipped)),
            _ => {}
        }
        ControlFlow::Continue(())
    });
}

/// The text of a message, and its title.
#[must_use]
pub fn message(raw: &[u8]) -> Option<(String, Option<String>)> {
    mail::read(raw, mail::MailSource::File).map(|mail| (mail.text, mail.metadata.title))
}

/// The title and the tags that front matter states.
#[must_use]
pub fn front_matter(text: &str) -> (Option<String>, Vec<String>) {
    let metadata = fields::front_matter::metadata(text, &FieldMap::default(), Labels::builtin());
    (metadata.title, metadata.tags)
}

/// Whether a file is a container, by its name or by its content.
#[must_use]
pub fn is_container(name: &str, raw: &[u8]) -> bool {
    input::is_container(FileFormat::named(name), raw)
}

/// Passes to `emit` the path of the file, or of each member if the file is a container; and a
/// reader of the bytes at that path, if they can be read.
pub fn members(
    name: &str,
    raw: &[u8],
    options: &Options,
    emit: &mut dyn FnMut(&str, Option<&mut dyn Read>),
) {
    let source = SourceFile {
        path: name.into(),
        relative: name.to_owned(),
        format: FileFormat::named(name),
        stamp: FileStamp { bytes: raw.len() as u64, ..FileStamp::default() },
        is_root: true,
    };
    let file = Cursor::new(raw);
    let _ = input::visit_open_file(
        &source,
        options,
        file,
        source.stamp.bytes,
        Cursor::into_inner,
        &mut |event| {
            match event {
                Event::Input(input) => emit(&input.path, Some(input.read)),
                Event::Skipped(skipped) => emit(&skipped.path.to_string_lossy(), None),
                Event::Ignored(path) | Event::NonUtf8Name(path) => {
                    emit(&path.to_string_lossy(), None);
                }
            }
            ControlFlow::Continue(())
        },
    );
}
