//! Reads the members of a zip archive, in the order of the central directory.

use std::io::{BufReader, Read};
use std::ops::ControlFlow;

use flate2::bufread::DeflateDecoder;
use rawzip::{
    CompressionMethod, MAX_CENTRAL_DIRECTORY_RECORD_SIZE, ReaderAt, ZipArchive,
    ZipFileHeaderRecord, ZipLocator,
};

use super::codec::Codec;
use super::container::Container;
use super::fault::{damage_reason, truncated};
use super::meter::Metered;
use super::name::SeenNames;
use super::zip_context::{Context, context};
use super::{FileFormat, Visit};
use crate::report::Reason;

/// Passes every page and dump of an archive of `bytes` bytes to `visit`.
pub(super) fn visit_members(
    container: &Container<'_>,
    file: impl ReaderAt,
    bytes: u64,
    visit: Visit<'_>,
) -> ControlFlow<()> {
    let mut buffer = vec![0; MAX_CENTRAL_DIRECTORY_RECORD_SIZE];
    let archive = match ZipLocator::new().locate_in_reader(file, &mut buffer, bytes) {
        Ok(archive) => archive,
        Err((_, error)) => return container.skip_file(damage(error), visit),
    };
    let context = match context(&archive, bytes) {
        Ok(Context::Member) => return container.skip_file(truncated(), visit),
        Ok(context) => context,
        Err(error) => return container.skip_file(damage_reason(&error), visit),
    };
    let mut seen_names = SeenNames::default();
    let mut members = 0_u64;
    let mut entries = archive.entries(&mut buffer);
    loop {
        let entry = match entries.next_entry() {
            Ok(Some(entry)) => entry,
            Ok(None) => break,
            Err(error) => return container.skip_file(damage(error), visit),
        };
        members += 1;
        container.meter.count_member();
        if entry.is_dir() {
            continue;
        }
        let raw = entry.file_path();
        let admitted = container.admit(&mut seen_names, raw.as_bytes(), visit)?;
        if let Some(member) = admitted {
            read_member(container, &archive, &entry, member, visit)?;
        }
        if let Some(reason) = container.meter.exceeded() {
            return container.skip_file(reason, visit);
        }
    }
    if members == 0 {
        return container.skip_file(Reason::Empty, visit);
    }
    if members < archive.entries_hint() {
        return container.skip_file(truncated(), visit);
    }
    if context == Context::Neighbour {
        let what = "it has several archives, of which one is read";
        return container.skip_file(Reason::Damaged(what.to_owned()), visit);
    }
    ControlFlow::Continue(())
}

/// Passes a member to `visit`, or reports why it cannot be read. `(path, format)` is what
/// [`Container::admit`] returned for it.
fn read_member(
    container: &Container<'_>,
    archive: &ZipArchive<impl ReaderAt>,
    entry: &ZipFileHeaderRecord<'_>,
    (path, format): (String, FileFormat),
    visit: Visit<'_>,
) -> ControlFlow<()> {
    let method = entry.compression_method();
    if entry.mode().is_symlink() {
        return container.skip_member(&path, Reason::Special, visit);
    }
    if entry.flags().is_encrypted() || method == CompressionMethod::AES {
        return container.skip_member(&path, Reason::Encrypted, visit);
    }
    let found = match archive.get_entry(entry.wayfinder()) {
        Ok(found) => found,
        Err(error) => return container.skip_member(&path, damage(error), visit),
    };
    match decompress(method, found.reader()) {
        Err(reason) => container.skip_member(&path, reason, visit),
        Ok(inner) => {
            let inner = found.verifying_reader(inner);
            let bytes = entry.uncompressed_size_hint();
            if format.codec == Codec::Plain {
                return container.emit(&path, format, bytes, inner, visit);
            }
            // `emit` counts the bytes that come out of the codec of a member such as `a.txt.gz`.
            // The bytes that go into the codec are decompressed from the zip, so they count, too.
            let inner = Metered { inner, meter: container.meter };
            container.emit(&path, format, bytes, inner, visit)
        }
    }
}

/// A reader of a member's decompressed data.
fn decompress<'a>(
    method: CompressionMethod,
    raw: impl Read + 'a,
) -> Result<Box<dyn Read + 'a>, Reason> {
    match method {
        CompressionMethod::STORE => Ok(Box::new(raw)),
        CompressionMethod::DEFLATE => Ok(Box::new(DeflateDecoder::new(BufReader::new(raw)))),
        CompressionMethod::ZSTD => Codec::Zstd.reader(raw).map_err(|error| damage_reason(&error)),
        other => {
            let name = other.name().map_or_else(|| other.as_u16().to_string(), str::to_owned);
            Err(Reason::Unsupported(format!("compressed with method {name}")))
        }
    }
}

/// The reason to skip what could not be read.
fn damage(error: rawzip::Error) -> Reason {
    match error.into_kind() {
        rawzip::ErrorKind::IO(error) => damage_reason(&error),
        rawzip::ErrorKind::Eof => truncated(),
        other => Reason::Damaged(other.to_string()),
    }
}
