//! Checks the files of a generation that belong to no segment: tantivy's lists of segments and
//! files, the settings, the copies of the user's tables, the file table, and the groups of
//! near-duplicates.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use tantivy::{IndexMeta, SegmentMeta};
use xxhash_rust::xxh3::xxh3_64;

use super::findings::Findings;
use crate::analysis::{LABELS, SYNONYMS, WORDS};
use crate::duplicates::BaseArticles;
use crate::engine::writer::index_settings;
use crate::error::Error;
use crate::file_table::FileTable;
use crate::files::{DESCRIPTION, DUPLICATES, FILES, SETTINGS};
use crate::meta::Settings;
use crate::open::Index;

/// tantivy's list of segments.
const SEGMENT_LIST: &str = "meta.json";
/// tantivy's list of files.
const FILE_LIST: &str = ".managed.json";
/// The maximum length, in bytes, of a file that is read whole here: twice the limit for a table of
/// the user.
const MAX_BYTES: u64 = 64 << 20;

/// Compares each file that belongs to no segment with what a build writes, or checks it by its own
/// checksums.
pub(super) fn compare(index: &Index, findings: &mut Findings<'_>) -> Result<(), Error> {
    if read(index, SETTINGS)? != Settings::from(index.meta()).to_bytes()? {
        findings.damage(SETTINGS, "it differs from the description");
    }
    let metas = index.searcher().index().load_metas()?;
    compare_segment_list(index, &metas, findings)?;
    compare_file_list(index, &metas, findings)?;
    verify_file_table(index, findings);
    verify_duplicates(index, findings);
    compare_tables(index, findings)
}

/// Reads a file of the generation.
fn read(index: &Index, name: &str) -> Result<Vec<u8>, Error> {
    let generation = index.generation();
    generation.read(name, MAX_BYTES).map_err(Error::io("read", &generation.path_of(name)))
}

/// Compares tantivy's list of segments with what tantivy writes for these segments.
fn compare_segment_list(
    index: &Index,
    metas: &IndexMeta,
    findings: &mut Findings<'_>,
) -> Result<(), Error> {
    let mut expected = serde_json::to_vec_pretty(metas)
        .map_err(std::io::Error::from)
        .map_err(Error::io("write", Path::new(SEGMENT_LIST)))?;
    expected.push(b'\n');
    let last_delete = metas.segments.iter().filter_map(SegmentMeta::delete_opstamp).max();
    let intact = read(index, SEGMENT_LIST)? == expected
        && metas.index_settings == index_settings()
        && metas.payload.is_none()
        && last_delete <= Some(metas.opstamp);
    if !intact {
        findings.damage(SEGMENT_LIST, "it differs from what tantivy writes for these segments");
    }
    Ok(())
}

/// Compares tantivy's list of files with the existing files of all segments and the list of
/// segments.
fn compare_file_list(
    index: &Index,
    metas: &IndexMeta,
    findings: &mut Findings<'_>,
) -> Result<(), Error> {
    let paths: Option<Vec<PathBuf>> = serde_json::from_slice(&read(index, FILE_LIST)?).ok();
    let mut expected: BTreeSet<PathBuf> = metas.list_segment_files().into_iter().collect();
    let is_there = |name: &str| index.generation().kind(name).is_some();
    expected.retain(|path| path.to_str().is_some_and(is_there));
    expected.insert(PathBuf::from(SEGMENT_LIST));
    // The set drops a name that the list has twice, so compare the number of names, too.
    let count = paths.as_ref().map_or(0, Vec::len);
    let paths: Option<BTreeSet<PathBuf>> = paths.map(|paths| paths.into_iter().collect());
    if paths.as_ref() != Some(&expected) || count != expected.len() {
        findings.damage(FILE_LIST, "it does not list the files of the segments");
    }
    Ok(())
}

/// Compares the copies of the user's tables with their hashes in the description.
fn compare_tables(index: &Index, findings: &mut Findings<'_>) -> Result<(), Error> {
    let tables = &index.meta().tables;
    for (name, table) in
        [(WORDS, &tables.words), (SYNONYMS, &tables.synonyms), (LABELS, &tables.labels)]
    {
        let Some(table) = table else { continue };
        if format!("{:016x}", xxh3_64(&read(index, name)?)) != table.hash {
            findings.damage(name, "it differs from the table that the index was built with");
        }
    }
    if !index.meta().analysis.ends_with(&tables.version_suffix()) {
        findings.damage(DESCRIPTION, "its analysis version contradicts the hashes of its tables");
    }
    Ok(())
}

/// Reads the file of near-duplicates, whose parts have checksums of their own, and checks that the
/// documents in groups exist and that the groups are consistent.
fn verify_duplicates(index: &Index, findings: &mut Findings<'_>) {
    if !index.meta().files.contains_key(DUPLICATES) {
        return;
    }
    let verify = || -> Result<bool, Error> {
        let failed = Error::io("read", &index.generation().path_of(DUPLICATES));
        // Only updates need the part of the file with the sketches and verdicts of the base. Here
        // it is only read, which verifies its checksum.
        BaseArticles::read(index.generation()).map_err(failed)?;
        let groups = index.duplicates()?;
        let all_exist = index.segments().iter().all(|segment| {
            let mut documents = groups.documents(segment.ordinal);
            documents.all(|doc| segment.living.binary_search(&doc).is_ok())
        });
        let failed = Error::io("read", &index.generation().path_of(DUPLICATES));
        Ok(all_exist && groups.is_intact().map_err(failed)?)
    };
    match verify() {
        Err(error) => findings.damage(DUPLICATES, error),
        Ok(false) => {
            let what = "its groups are inconsistent or have documents that the index does not have";
            findings.damage(DUPLICATES, what);
        }
        Ok(true) => {}
    }
}

/// Reads every part of the file table, which has a checksum of its own, and compares the number of
/// files in the table with the description.
fn verify_file_table(index: &Index, findings: &mut Findings<'_>) {
    let verify = || FileTable::open(index.generation())?.verify();
    match verify() {
        Err(error) => findings.damage(FILES, error),
        Ok(files) if files != index.meta().file_counts.files => {
            findings.damage(FILES, "it has another number of files than the description says");
        }
        Ok(_) => {}
    }
}
