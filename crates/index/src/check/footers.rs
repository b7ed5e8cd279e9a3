//! Checks the footers of tantivy's files, and bytes of these files that no other comparison reads.

use std::collections::BTreeMap;
use std::path::Path;

use tantivy::directory::{ManagedDirectory, OwnedBytes};
use tantivy::{Directory, HasLen, SegmentReader};

use super::findings::{Findings, file_name, guarded};
use crate::engine::generation_directory::GenerationDirectory;
use crate::error::Error;
use crate::files::Folder;
use crate::generation::Current;
use crate::meta::Meta;
use crate::open::Index;

/// The text before the checksum in a footer, which is JSON.
const CHECKSUM: &str = ",\"crc\":";
/// A length in bytes that no footer of tantivy exceeds.
const MAX_FOOTER: u64 = 4096;
/// Bytes of the length (u32) and the magic number (u32) that follow a footer.
const TAIL: u64 = 8;
/// tantivy's magic number, with which every file that has a footer ends.
const MAGIC: u32 = 1337;
/// Bytes at the end of a store that are reserved for later versions of tantivy.
const RESERVED: usize = 15;

/// Compares the files of segments with the checksums in their footers, the lists of deleted
/// documents with their segments, and the reserved bytes of stores with zeros.
pub(super) fn compare(index: &Index, findings: &mut Findings<'_>) -> Result<(), Error> {
    let tantivy = index.searcher().index();
    let directory = tantivy.directory();
    // For each segment: the name of its first file, and the version in the footer of that file.
    let mut versions: BTreeMap<String, (String, String)> = BTreeMap::new();
    for path in tantivy.load_metas()?.list_segment_files() {
        let name = path.display().to_string();
        // tantivy also lists a file of deleted documents for a segment that has none.
        if !index.meta().files.contains_key(&name) {
            continue;
        }
        guarded(findings, &name, |findings| {
            if !directory.validate_checksum(&path).map_err(tantivy::TantivyError::from)? {
                findings.damage(&name, "checksum mismatch");
            }
            let version = footer_version(index.generation(), &name)?;
            // One version writes all files of a segment, except the list of deleted documents.
            let segment = name.split('.').next().unwrap_or_default().to_owned();
            match version {
                None => findings.damage(&name, "its footer is not as tantivy writes it"),
                Some(_) if name.ends_with(".del") => {}
                Some(version) => {
                    let (first_file, first_version) =
                        versions.entry(segment).or_insert_with(|| (name.clone(), version.clone()));
                    if *first_version != version {
                        let what = format!(
                            "its footer names another version of tantivy than that of {first_file}"
                        );
                        findings.damage(&name, what);
                    }
                }
            }
            Ok(())
        });
    }
    for reader in index.searcher().segment_readers() {
        check_deleted(index, reader, findings)?;
        check_reserved(index, reader, findings)?;
    }
    Ok(())
}

/// A message that names the first file of an index that differs from the checksum in its footer;
/// for an index that cannot be opened.
pub(super) fn first_damaged(folder: &Folder, current: &Current, meta: &Meta) -> Option<String> {
    let generation = folder.folder(&current.name).ok()?;
    let directory = GenerationDirectory::new(generation, meta.files.clone());
    let managed = ManagedDirectory::wrap(Box::new(directory)).ok()?;
    let is_intact = |name: &&String| {
        let validate = || managed.validate_checksum(Path::new(name)).unwrap_or(false);
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(validate)).unwrap_or(false)
    };
    let mut names = meta.files.keys().filter(|name| has_footer(name));
    let damaged = names.find(|name| !is_intact(name))?;
    Some(format!("checksum mismatch in {}/{damaged}", current.name))
}

/// Whether a file of this name belongs to a segment, so that it has a footer of tantivy's.
fn has_footer(name: &str) -> bool {
    let extension = name.rsplit('.').next().unwrap_or_default();
    ["store", "fast", "term", "idx", "pos", "fieldnorm", "post", "del"].contains(&extension)
}

/// The footer of a file up to [`CHECKSUM`], which states tantivy's version; `None` if the footer is
/// not as tantivy writes it.
fn footer_version(generation: &Folder, name: &str) -> Result<Option<String>, Error> {
    let bytes = tail_of(generation, name)?;
    let parsed = || {
        let (remaining, magic) = bytes.split_last_chunk::<4>()?;
        let (remaining, length) = remaining.split_last_chunk::<4>()?;
        let length = u32::from_le_bytes(*length) as usize;
        let footer =
            std::str::from_utf8(remaining.get(remaining.len().checked_sub(length)?..)?).ok()?;
        let (version, checksum) = footer.split_once(CHECKSUM)?;
        let number: u32 = checksum.strip_suffix('}')?.parse().ok()?;
        let canonical = checksum == format!("{number}}}");
        (canonical && *magic == MAGIC.to_le_bytes()).then(|| version.to_owned())
    };
    Ok(parsed())
}

/// Whether a file was written by the version of tantivy that this program is built with. Only then
/// is it compared with what this version writes.
pub(super) fn is_of_this_version(index: &Index, name: &str) -> Result<bool, Error> {
    let wanted = serde_json::to_string(tantivy::version()).unwrap_or_default();
    let found = footer_version(index.generation(), name)?;
    Ok(found.is_some_and(|found| found == format!("{{\"version\":{wanted}")))
}

/// The last bytes of a file: its whole footer, and some bytes before the footer.
fn tail_of(generation: &Folder, name: &str) -> Result<Vec<u8>, Error> {
    use std::io::{Read, Seek, SeekFrom};

    let read = || -> std::io::Result<Vec<u8>> {
        let (mut file, length) = generation.file(name)?;
        file.seek(SeekFrom::Start(length.saturating_sub(MAX_FOOTER + TAIL)))?;
        let mut bytes = Vec::new();
        file.take(MAX_FOOTER + TAIL).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    read().map_err(Error::io("read", &generation.path_of(name)))
}

/// The bytes of a file without its footer.
pub(super) fn without_footer(index: &Index, name: &str) -> Result<OwnedBytes, Error> {
    let directory = index.searcher().index().directory();
    let slice = directory.open_read(Path::new(name)).map_err(tantivy::TantivyError::from)?;
    Ok(slice.read_bytes().map_err(tantivy::TantivyError::from)?)
}

/// Reports a list of deleted documents whose length or count does not fit its segment, or that has
/// bits beyond the last document.
fn check_deleted(
    index: &Index,
    reader: &SegmentReader,
    findings: &mut Findings<'_>,
) -> Result<(), Error> {
    let Some(opstamp) = reader.delete_opstamp() else { return Ok(()) };
    let name = file_name(reader.segment_id(), &format!("{opstamp}.del"));
    let bytes = without_footer(index, &name)?;
    // The file has the number of documents as a u32, and then a bit for each document, 1 if it is
    // not deleted, in words of 64 bits.
    let max = reader.max_doc();
    let words = bytes.get(4..).unwrap_or_default().chunks(8);
    let alive: u32 = bytes.iter().skip(4).map(|byte| byte.count_ones()).sum();
    let used_bits = max % 64;
    let unused_bits = match words.clone().next_back() {
        Some(word) if used_bits != 0 => {
            let word = word.iter().rev().fold(0, |word: u64, byte| word << 8 | u64::from(*byte));
            word >> used_bits
        }
        _ => 0,
    };
    let intact = bytes.get(..4) == Some(&max.to_le_bytes())
        && bytes.len() == 4 + 8 * max.div_ceil(64) as usize
        && alive == reader.num_docs()
        && unused_bits == 0;
    if !intact {
        findings.damage(&name, "it does not fit the documents of its segment");
    }
    Ok(())
}

/// Reports a store whose reserved bytes are not zero.
fn check_reserved(
    index: &Index,
    reader: &SegmentReader,
    findings: &mut Findings<'_>,
) -> Result<(), Error> {
    let name = file_name(reader.segment_id(), "store");
    let directory = index.searcher().index().directory();
    let slice = directory.open_read(Path::new(&name)).map_err(tantivy::TantivyError::from)?;
    let end = slice.slice_from_end(RESERVED.min(slice.len()));
    let end = end.read_bytes().map_err(tantivy::TantivyError::from)?;
    if end.iter().any(|byte| *byte != 0) {
        findings.damage(&name, "its reserved bytes are not zero");
    }
    Ok(())
}
