//! The records of an index as a build can fall back on them, for files that cannot be read now.
//!
//! They are read straight from the document stores, so that damage to any other file of the index
//! takes no record along. A store is used only if its own checksum holds.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tantivy::DocId;
use tantivy::directory::footer::Footer;
use tantivy::directory::{FileSlice, OwnedBytes};
use tantivy::fastfield::AliveBitSet;
use tantivy::schema::Field;
use tantivy::store::StoreReader;
use wensou_ingest::{Record, StoredRecords};

use crate::engine::schema::RECORD_FIELD;
use crate::engine::stored_document::stored_record;
use crate::error::Error;
use crate::generation::Folder;
use crate::mapping::Mapping;
use crate::meta::Settings;
use crate::record::decode;

/// The field of records in indexes of formats 4 and 5.
const OLD_RECORD_FIELD: u32 = 17;
/// Blocks of a store that are kept unpacked.
const CACHED_BLOCKS: usize = 8;

/// The records of one generation, found by the paths where they occur, spelled as this run spells
/// them.
pub(crate) struct Stored {
    generation: Folder,
    roots: Vec<Root>,
    /// Records that the description counts, if it can be read.
    expected: Option<u64>,
    /// Made when the first file cannot be read, which is hardly ever.
    table: Option<Table>,
    /// Roots whose records are not wanted.
    forgotten: Vec<String>,
}

/// How a root was spelled then, where it is, and how it is spelled now.
struct Root {
    then: PathBuf,
    now: PathBuf,
}

/// Where the records are.
struct Table {
    stores: Vec<StoreReader>,
    /// Records by path, folders before the names that begin like them, as a walk goes.
    by_path: BTreeMap<String, Vec<(usize, DocId)>>,
    /// Records that are in the index and could not be read.
    lost: u64,
}

impl Stored {
    pub(crate) fn new(
        generation: Folder,
        settings: &Settings,
        expected: Option<u64>,
        roots: &[PathBuf],
    ) -> Self {
        let absolute =
            |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
        let mut pairs = Vec::new();
        for (then, old) in settings.given.iter().zip(&settings.roots) {
            for now in roots {
                let new = absolute(now);
                // A root may have become part of another one, or another one part of it.
                if let Ok(below) = old.strip_prefix(&new) {
                    pairs.push(Root { then: then.clone(), now: join(now, below) });
                } else if let Ok(below) = new.strip_prefix(old) {
                    pairs.push(Root { then: join(then, below), now: now.clone() });
                }
            }
        }
        // Where one root lies in another, the inner one is meant.
        pairs.sort_by_key(|pair| std::cmp::Reverse(pair.then.components().count()));
        Self { generation, roots: pairs, expected, table: None, forgotten: Vec::new() }
    }

    /// Records that occur in a file or folder.
    pub(crate) fn count_under(&mut self, path: &Path) -> u64 {
        self.locations(path).map_or(0, |found| found.len() as u64)
    }

    /// Leaves out the records of a root from now on.
    pub(crate) fn forget(&mut self, root: &Path) {
        self.forgotten.push(key(&root.to_string_lossy()));
    }

    /// Records that were asked for and could not be read, if there are any.
    pub(crate) fn lost_records(&self) -> Option<u64> {
        self.table.as_ref().map(|table| table.lost).filter(|lost| *lost > 0)
    }

    fn table(&mut self) -> io::Result<&mut Table> {
        if self.table.is_none() {
            self.table = Some(self.read()?);
        }
        self.table.as_mut().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    /// Where the records of a file or folder are, in the order of a walk and without repetition.
    fn locations(&mut self, path: &Path) -> io::Result<Vec<(usize, DocId)>> {
        let path = key(&path.to_string_lossy());
        let forgotten = self.forgotten.iter().any(|root| is_under(&path, root));
        let table = self.table()?;
        if forgotten {
            return Ok(Vec::new());
        }
        let mut found: Vec<(usize, DocId)> = Vec::new();
        let mut known = rustc_hash::FxHashSet::default();
        let entries = table.by_path.range(path.clone()..);
        for (_, places) in entries
            .take_while(|(key, _)| key.starts_with(&path))
            .filter(|(key, _)| is_under(key, &path))
        {
            found.extend(places.iter().filter(|place| known.insert(**place)));
        }
        Ok(found)
    }

    /// Reads every store that is as it was written.
    fn read(&self) -> io::Result<Table> {
        let mut table = Table { stores: Vec::new(), by_path: BTreeMap::new(), lost: 0 };
        let entries = self.generation.entries()?;
        let (mut read, mut damaged) = (0, 0);
        for entry in &entries {
            let Some(segment) = entry.name.strip_suffix(".store") else { continue };
            let deleted = entries.iter().filter_map(|other| {
                let stamp = other.name.strip_prefix(segment)?.strip_prefix('.')?;
                Some((stamp.strip_suffix(".del")?.parse::<u64>().ok()?, other.name.as_str()))
            });
            let deleted = deleted.max().map(|(_, name)| name);
            match self.store(&entry.name, deleted, table.stores.len(), &mut table.by_path) {
                Ok((store, records)) => {
                    table.stores.push(store);
                    read += records;
                }
                Err(_) => damaged += 1,
            }
        }
        table.lost = match self.expected {
            Some(expected) => expected.saturating_sub(read),
            // Nobody knows how many; there are some.
            None => damaged,
        };
        Ok(table)
    }

    /// Opens a store and notes where each record occurs.
    fn store(
        &self,
        name: &str,
        deleted: Option<&str>,
        number: usize,
        by_path: &mut BTreeMap<String, Vec<(usize, DocId)>>,
    ) -> Result<(StoreReader, u64), Error> {
        let failed = |error| Error::io("read", &self.generation.path_of(name))(error);
        let store = self.verified(name).map_err(failed)?;
        let store = StoreReader::open(store, CACHED_BLOCKS).map_err(failed)?;
        // Without the list of what was deleted, too much is better than too little.
        let alive = deleted.and_then(|name| self.verified(name).ok()?.read_bytes().ok());
        let alive =
            alive.filter(|bytes| bytes.len() >= 4 && bytes.len() % 8 == 4).map(AliveBitSet::open);
        let mut found = Vec::new();
        for doc in 0.. {
            let Ok(record) = read_record(&store, doc) else { break };
            if alive.as_ref().is_none_or(|alive| alive.is_alive(doc)) {
                found.push((doc, paths(&record)));
            }
        }
        let records = found.len() as u64;
        for (doc, paths) in found {
            for path in paths.iter().filter_map(|path| self.spelled_now(path)) {
                let places = by_path.entry(key(&path)).or_default();
                if places.last() != Some(&(number, doc)) {
                    places.push((number, doc));
                }
            }
        }
        Ok((store, records))
    }

    /// A file of tantivy's without its footer, if its checksum holds.
    fn verified(&self, name: &str) -> io::Result<FileSlice> {
        let (file, _) = self.generation.file(name)?;
        let bytes = OwnedBytes::new(Mapping::new(&file, &self.generation.path_of(name))?);
        let (footer, body) = Footer::extract_footer(FileSlice::new(Arc::new(bytes)))?;
        match crc32fast::hash(&body.read_bytes()?) == footer.crc {
            true => Ok(body),
            false => Err(io::Error::new(io::ErrorKind::InvalidData, "checksum mismatch")),
        }
    }

    /// A path of the index as this run spells it; `None` if no root has it now.
    fn spelled_now(&self, path: &str) -> Option<String> {
        let path = Path::new(path);
        let root = self.roots.iter().find(|root| path.starts_with(&root.then))?;
        let below = path.strip_prefix(&root.then).ok()?;
        Some(join(&root.now, below).to_string_lossy().into_owned())
    }
}

/// The record of a document of a store, of this format or an older one.
fn read_record(store: &StoreReader, doc: DocId) -> Result<Record, Error> {
    let document = store.get_document_bytes(doc)?;
    let fields = [RECORD_FIELD, OLD_RECORD_FIELD].map(Field::from_field_id);
    let record = fields.into_iter().find_map(|field| stored_record(&document, field));
    decode(record.ok_or(Error::Record(None))?)
}

impl StoredRecords for Stored {
    fn records_under(&mut self, path: &Path) -> io::Result<Vec<Record>> {
        let found = self.locations(path)?;
        let mut records = Vec::with_capacity(found.len());
        for (store, doc) in found {
            let store = &self.table()?.stores[store];
            let mut record = read_record(store, doc).map_err(io::Error::other)?;
            each_path(&mut record, &mut |path| {
                // What no root has now keeps its old spelling, and is taken over by nobody.
                if let Some(now) = self.spelled_now(path) {
                    *path = now;
                }
            });
            records.push(record);
        }
        let is_flash = |record: &Record| matches!(record, Record::Flash(_));
        records.sort_by_key(is_flash);
        Ok(records)
    }
}

/// `path` with `below` behind it, which may be nothing.
fn join(path: &Path, below: &Path) -> PathBuf {
    if below.as_os_str().is_empty() { path.to_path_buf() } else { path.join(below) }
}

/// A path as it is sorted: `a/b` before `a.txt`, as a walk that sorts names goes.
fn key(path: &str) -> String {
    path.trim_end_matches('/').replace('/', "\0")
}

/// Whether a path is this file or folder, below it, or a member of it (`archive.zip!/page.txt`).
fn is_under(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| {
        rest.is_empty() || folder.is_empty() || rest.starts_with('\0') || rest.starts_with("!\0")
    })
}

fn paths(record: &Record) -> Vec<String> {
    match record {
        Record::Article(article) => vec![article.path.clone()],
        Record::Flash(flash) => {
            flash.all_occurrences().map(|occurrence| occurrence.path.clone()).collect()
        }
    }
}

/// Every path in a record.
pub(crate) fn each_path(record: &mut Record, each: &mut dyn FnMut(&mut String)) {
    match record {
        Record::Article(article) => each(&mut article.path),
        Record::Flash(flash) => {
            let others = flash.variants.iter_mut().flat_map(|writing| &mut writing.occurrences);
            flash
                .occurrences
                .iter_mut()
                .chain(others)
                .for_each(|sighting| each(&mut sighting.path));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_under_a_path_is_told_by_whole_names() {
        let under = |path: &str, folder: &str| is_under(&key(path), &key(folder));
        for path in ["a/b", "a/b/c.txt", "a/b!/c.txt"] {
            assert!(under(path, "a/b"), "{path}");
            assert!(under(path, "a/b/"), "{path}");
        }
        for path in ["a/bc", "a", "a/b.txt", "a/b!c"] {
            assert!(!under(path, "a/b"), "{path}");
        }
    }
}
