//! tantivy's lists of segments and files, the settings, the copies of the user's tables, the table
//! of files, and the groups of near-duplicates.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use xxhash_rust::xxh3::xxh3_64;

use super::findings::Findings;
use crate::analysis::{LABELS, SYNONYMS, WORDS};
use crate::duplicates::BaseArticles;
use crate::engine::writer::settings;
use crate::error::Error;
use crate::file_table::FileTable;
use crate::files::{DESCRIPTION, DUPLICATES, FILES, SETTINGS};
use crate::meta::Settings;
use crate::open::Index;

const META: &str = "meta.json";
const MANAGED: &str = ".managed.json";
/// Length of one of these files at most, in bytes. The user's tables are the longest.
const LIMIT: u64 = 64 << 20;

/// Compares these files with what a build writes for the segments that there are.
pub(super) fn compare(index: &Index, findings: &mut Findings<'_>) -> Result<(), Error> {
    let generation = index.generation();
    let read = |name: &str| {
        let read = generation.read(name, LIMIT);
        read.map_err(Error::io("read", &generation.path_of(name)))
    };
    if read(SETTINGS)? != Settings::from(index.meta()).to_bytes()? {
        findings.damage(SETTINGS, "it differs from the description");
    }
    let metas = index.searcher().index().load_metas()?;
    let mut wanted = serde_json::to_vec_pretty(&metas)
        .map_err(std::io::Error::from)
        .map_err(Error::io("write", Path::new(META)))?;
    wanted.push(b'\n');
    let last = metas.segments.iter().filter_map(tantivy::SegmentMeta::delete_opstamp).max();
    let intact = read(META)? == wanted
        && metas.index_settings == settings()
        && metas.payload.is_none()
        && last <= Some(metas.opstamp);
    if !intact {
        findings.damage(META, "it differs from what tantivy writes for these segments");
    }
    let managed: Option<Vec<PathBuf>> = serde_json::from_slice(&read(MANAGED)?).ok();
    let mut wanted: BTreeSet<PathBuf> = metas.list_segment_files().into_iter().collect();
    wanted.retain(|path| path.to_str().is_some_and(|name| generation.kind(name).is_some()));
    wanted.insert(PathBuf::from(META));
    let count = managed.as_ref().map_or(0, Vec::len);
    let managed: Option<BTreeSet<PathBuf>> = managed.map(|paths| paths.into_iter().collect());
    if managed.as_ref() != Some(&wanted) || count != wanted.len() {
        findings.damage(MANAGED, "it does not list the files of the segments");
    }
    files(index, findings);
    duplicates(index, findings);
    let tables = &index.meta().tables;
    for (name, table) in
        [(WORDS, &tables.words), (SYNONYMS, &tables.synonyms), (LABELS, &tables.labels)]
    {
        let Some(table) = table else { continue };
        if format!("{:016x}", xxh3_64(&read(name)?)) != table.hash {
            findings.damage(name, "it differs from the table that the index was built with");
        }
    }
    if !index.meta().analysis.ends_with(&tables.version_suffix()) {
        findings.damage(DESCRIPTION, "its analysis version contradicts the hashes of its tables");
    }
    Ok(())
}

/// Reads the groups of near-duplicates, which have checksums of their own, and looks their
/// documents up.
fn duplicates(index: &Index, findings: &mut Findings<'_>) {
    if !index.meta().files.contains_key(DUPLICATES) {
        return;
    }
    let read = || -> Result<bool, Error> {
        let failed = Error::io("read", &index.generation().path_of(DUPLICATES));
        BaseArticles::read(index.generation()).map_err(failed)?;
        let groups = index.duplicates()?;
        let exist = index.segments().iter().all(|segment| {
            let mut documents = groups.documents(segment.ordinal);
            documents.all(|doc| segment.living.binary_search(&doc).is_ok())
        });
        let failed = Error::io("read", &index.generation().path_of(DUPLICATES));
        Ok(exist && groups.is_intact().map_err(failed)?)
    };
    match read() {
        Err(error) => findings.damage(DUPLICATES, error),
        Ok(false) => findings.damage(DUPLICATES, "it has documents that the index does not have"),
        Ok(true) => {}
    }
}

/// Reads every part of the table of files, which has checksums of its own, and counts its files.
fn files(index: &Index, findings: &mut Findings<'_>) {
    let read = || FileTable::open(index.generation())?.verify();
    match read() {
        Err(error) => findings.damage(FILES, error),
        Ok(files) if files != index.meta().file_counts.files => {
            findings.damage(FILES, "it has another number of files than the description says");
        }
        Ok(_) => {}
    }
}
