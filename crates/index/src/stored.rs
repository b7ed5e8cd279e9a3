//! Reads records of the existing index for files that cannot be read at the moment, when a build or
//! a check reads the archive.
//!
//! Records are read straight from the document stores of tantivy, so that none is lost because
//! another file of the index is damaged. A store is used only if its own checksum matches.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use foldhash::{HashMap, HashSet};
use tantivy::DocId;
use tantivy::directory::footer::Footer;
use tantivy::directory::{FileSlice, OwnedBytes};
use tantivy::fastfield::AliveBitSet;
use tantivy::store::StoreReader;
use wensou_ingest::{FileEntry, Record, StoredRecords};

use crate::engine::record_store::{for_each_record, read_record};
use crate::error::Error;
use crate::file_changes::{FileBefore, path_hash};
use crate::file_table::{FileTable, is_under, sort_key};
use crate::files::Folder;
use crate::mapping::Mapping;
use crate::meta::Settings;
use crate::roots::canonical;

/// The number of decompressed blocks of a store that are cached.
const CACHED_BLOCKS: usize = 8;

/// Reads the records of one generation by the paths of the files in which they occur.
///
/// *This build* is the run that reads the archive: a build or a check. Its roots may differ from
/// those that the index was built with. The paths that callers pass, and those of the records and
/// files that they get, begin with the roots of this build, unless a method says otherwise. Paths
/// in the index begin with the roots of the index.
pub(crate) struct Stored {
    generation: Folder,
    roots: Vec<CommonRoot>,
    /// The number of records according to the description, if that can be read.
    expected: Option<u64>,
    /// Read when first needed: most builds can read all files of the archive.
    stores: Option<Stores>,
    /// The table of files; the inner `None` if the generation has none that can be read. Opened
    /// when first needed.
    file_table: Option<Option<FileTable>>,
    /// The [`sort_key`]s of the roots that [`Stored::forget`] was called for.
    forgotten: Vec<String>,
}

/// What a root of the old index and a root of this build have in common, if one lies inside the
/// other or they are the same: the inner one of the two, with everything in it.
struct CommonRoot {
    /// Its path in the old index.
    old: PathBuf,
    /// Its path as this build was given it.
    new: PathBuf,
}

/// The index of a store in [`Stores::readers`], and a document in that store.
type Location = (usize, DocId);

/// The document stores of the generation, with the locations of all records in them.
struct Stores {
    /// The stores whose checksums match.
    readers: Vec<StoreReader>,
    /// Locations by [`sort_key`] of the path.
    by_path: BTreeMap<String, Vec<Location>>,
    /// The number of records that could not be read, at least.
    lost: u64,
}

/// How many records of a store can be read, and how many cannot.
struct RecordCounts {
    read: u64,
    lost: u64,
}

impl Stored {
    /// The records of a generation. `settings` are those that it was built with, `expected` is the
    /// number of its records, and `roots` are those of this build.
    pub(crate) fn new(
        generation: Folder,
        settings: &Settings,
        expected: Option<u64>,
        roots: &[PathBuf],
    ) -> Self {
        let mut common = Vec::new();
        for (old, old_absolute) in settings.given.iter().zip(&settings.roots) {
            let old_absolute = canonical(old_absolute);
            for new in roots {
                let new_absolute = canonical(new);
                // A root may have become part of another one, or another one part of it.
                if let Ok(below) = old_absolute.strip_prefix(&new_absolute) {
                    common.push(CommonRoot { old: old.clone(), new: join(new, below) });
                } else if let Ok(below) = new_absolute.strip_prefix(&old_absolute) {
                    common.push(CommonRoot { old: join(old, below), new: new.clone() });
                }
            }
        }
        // The innermost root comes first, because the first match is used.
        common.sort_by_key(|root| std::cmp::Reverse(root.old.components().count()));
        Self {
            generation,
            roots: common,
            expected,
            stores: None,
            file_table: None,
            forgotten: Vec::new(),
        }
    }

    /// The number of records that occur in a file or folder; 0 if no store can be read.
    pub(crate) fn count_under(&mut self, path: &Path) -> u64 {
        self.locations(path).map_or(0, |locations| locations.len() as u64)
    }

    /// The number of records that occur in a folder, without those that also occur in one of the
    /// files or folders `except` in it; 0 if no store can be read.
    pub(crate) fn count_outside(&mut self, folder: &Path, except: &[PathBuf]) -> u64 {
        let mut left: HashSet<Location> =
            self.locations(folder).unwrap_or_default().into_iter().collect();
        for path in except {
            for location in self.locations(path).unwrap_or_default() {
                left.remove(&location);
            }
        }
        left.len() as u64
    }

    /// Leaves out the records of a root from now on. It has no files now, and the user has accepted
    /// the loss of its records (`--allow-empty`).
    pub(crate) fn forget(&mut self, root: &Path) {
        self.forgotten.push(sort_key(&root.to_string_lossy()));
    }

    /// The number of records that could not be read, at least. `None` if none is lost, or if the
    /// stores were not read because no record was needed.
    pub(crate) fn lost_records(&self) -> Option<u64> {
        self.stores.as_ref().map(|stores| stores.lost).filter(|lost| *lost > 0)
    }

    /// The stores, which are read when this is first called.
    fn stores(&mut self) -> io::Result<&mut Stores> {
        if self.stores.is_none() {
            self.stores = Some(self.read_stores()?);
        }
        self.stores.as_mut().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    /// The locations of the records of a file or folder, in the order of the walk and without
    /// duplicates.
    fn locations(&mut self, path: &Path) -> io::Result<Vec<Location>> {
        let path = sort_key(&path.to_string_lossy());
        let is_forgotten = self.forgotten.iter().any(|root| is_under(&path, root));
        let stores = self.stores()?;
        if is_forgotten {
            return Ok(Vec::new());
        }
        let mut found: Vec<Location> = Vec::new();
        let mut seen = HashSet::default();
        let entries = stores.by_path.range(path.clone()..);
        for (_, locations) in entries
            .take_while(|(key, _)| key.starts_with(&path))
            .filter(|(key, _)| is_under(key, &path))
        {
            found.extend(locations.iter().filter(|location| seen.insert(**location)));
        }
        Ok(found)
    }

    /// Reads every store whose checksum matches.
    fn read_stores(&self) -> io::Result<Stores> {
        let mut stores = Stores { readers: Vec::new(), by_path: BTreeMap::new(), lost: 0 };
        let entries = self.generation.entries()?;
        let (mut read, mut lost) = (0, 0);
        for entry in &entries {
            let Some(segment) = entry.name.strip_suffix(".store") else { continue };
            // The name of a list of deleted documents contains its opstamp, by which tantivy
            // numbers operations. Of several lists, the one with the highest opstamp is in use.
            let deleted = entries.iter().filter_map(|other| {
                let suffix = other.name.strip_prefix(segment)?.strip_prefix('.')?;
                let opstamp: u64 = suffix.strip_suffix(".del")?.parse().ok()?;
                Some((opstamp, other.name.as_str()))
            });
            let deleted = deleted.max().map(|(_, name)| name);
            let store_index = stores.readers.len();
            match self.read_store(&entry.name, deleted, store_index, &mut stores.by_path) {
                Ok((reader, counts)) => {
                    stores.readers.push(reader);
                    read += counts.read;
                    lost += counts.lost;
                }
                // The number of its records is unknown, but it has at least one.
                Err(_) => lost += 1,
            }
        }
        stores.lost = match self.expected {
            Some(expected) => expected.saturating_sub(read),
            None => lost,
        };
        Ok(stores)
    }

    /// Opens the store in the file `name` and adds the locations of its records to `by_path`.
    /// `store_index` is the index that the store will have in [`Stores::readers`], and `deleted`
    /// the file that lists its deleted documents. Returns the store and how many records it has.
    fn read_store(
        &self,
        name: &str,
        deleted: Option<&str>,
        store_index: usize,
        by_path: &mut BTreeMap<String, Vec<Location>>,
    ) -> Result<(StoreReader, RecordCounts), Error> {
        let failed = |error| Error::io("read", &self.generation.path_of(name))(error);
        let store = self.read_verified(name).map_err(failed)?;
        let store = StoreReader::open(store, CACHED_BLOCKS).map_err(failed)?;
        // If the list of deleted documents is damaged, keep all: a deleted record is better than a
        // lost one. tantivy panics unless the list is one u32 and then whole words of 64 bits.
        let alive = deleted.and_then(|name| self.read_verified(name).ok()?.read_bytes().ok());
        let alive =
            alive.filter(|bytes| bytes.len() >= 4 && bytes.len() % 8 == 4).map(AliveBitSet::open);
        let mut read = 0;
        let lost = for_each_record(&store, alive.as_ref(), |doc, record| {
            read += 1;
            for path in paths(record).iter().filter_map(|path| self.new_path(path)) {
                let locations = by_path.entry(sort_key(&path)).or_default();
                if locations.last() != Some(&(store_index, doc)) {
                    locations.push((store_index, doc));
                }
            }
        });
        Ok((store, RecordCounts { read, lost }))
    }

    /// Maps one of tantivy's files, compares it with the checksum in its footer, and returns it
    /// without the footer.
    fn read_verified(&self, name: &str) -> io::Result<FileSlice> {
        let (file, _) = self.generation.file(name)?;
        let bytes = OwnedBytes::new(Mapping::new(&file, &self.generation.path_of(name))?);
        let (footer, body) = Footer::extract_footer(FileSlice::new(Arc::new(bytes)))?;
        match crc32fast::hash(&body.read_bytes()?) == footer.crc {
            true => Ok(body),
            false => Err(io::Error::new(io::ErrorKind::InvalidData, "checksum mismatch")),
        }
    }

    /// The table of files; `None` if there is none, or if it is damaged.
    pub(crate) fn file_table(&mut self) -> Option<&FileTable> {
        let generation = &self.generation;
        self.file_table.get_or_insert_with(|| FileTable::open(generation).ok()).as_ref()
    }

    /// The files of the index, by the hashes of their paths in this build. `None` if the index has
    /// no table of files. A file outside all roots of this build gets a hash that no path of this
    /// build is likely to have.
    pub(crate) fn files_before(&mut self) -> io::Result<Option<HashMap<u64, FileBefore>>> {
        if self.file_table().is_none() {
            return Ok(None);
        }
        let mut found = HashMap::default();
        if let Some(Some(files)) = &self.file_table {
            files.for_each(|entry| {
                let hash = match self.new_path(&entry.path) {
                    Some(path) => path_hash(&path),
                    None => path_hash(&entry.path).wrapping_add(1),
                };
                let FileEntry { stamp, content_hash, records, .. } = entry;
                found.insert(hash, FileBefore { stamp, content_hash, has_records: records > 0 });
            })?;
        }
        Ok(Some(found))
    }

    /// The paths, spelled as in the index, of the files that have records and that this build has
    /// not seen. `seen` has the [`path_hash`]es of the files that it has seen, computed from their
    /// paths in this build.
    pub(crate) fn unseen_files(&mut self, seen: &HashSet<u64>) -> io::Result<Vec<String>> {
        let mut missing = Vec::new();
        // Opens the table, so that `self.file_table` has it.
        self.file_table();
        if let Some(Some(files)) = &self.file_table {
            files.for_each(|entry| {
                let now = self.new_path(&entry.path);
                if entry.records > 0 && now.is_none_or(|path| !seen.contains(&path_hash(&path))) {
                    missing.push(entry.path);
                }
            })?;
        }
        Ok(missing)
    }

    /// The paths in the index for a path in this build: one if a common root contains the path, and
    /// otherwise those of all common roots below it.
    fn old_paths(&self, path: &Path) -> Vec<PathBuf> {
        if let Some((root, below)) =
            self.roots.iter().find_map(|root| Some((root, path.strip_prefix(&root.new).ok()?)))
        {
            return vec![join(&root.old, below)];
        }
        let below = self.roots.iter().filter(|root| root.new.starts_with(path));
        below.map(|root| root.old.clone()).collect()
    }

    /// The path in this build for a path in the index; `None` if no root of this build contains it.
    pub(crate) fn new_path(&self, path: &str) -> Option<String> {
        let path = Path::new(path);
        let root = self.roots.iter().find(|root| path.starts_with(&root.old))?;
        let below = path.strip_prefix(&root.old).ok()?;
        Some(join(&root.new, below).to_string_lossy().into_owned())
    }
}

impl StoredRecords for Stored {
    fn records_under(&mut self, path: &Path) -> io::Result<Vec<Record>> {
        let found = self.locations(path)?;
        let mut records = Vec::with_capacity(found.len());
        for (store, doc) in found {
            let store = &self.stores()?.readers[store];
            let mut record = read_record(store, doc).map_err(io::Error::other)?;
            for_each_path(&mut record, &mut |path| {
                // A path outside all roots of this build stays as it is: this build reads no such
                // file.
                if let Some(new) = self.new_path(path) {
                    *path = new;
                }
            });
            records.push(record);
        }
        // Articles come first. The sort is stable, so both kinds stay in their order.
        let is_flash = |record: &Record| matches!(record, Record::Flash(_));
        records.sort_by_key(is_flash);
        Ok(records)
    }

    fn files_under(&mut self, path: &Path) -> io::Result<Vec<FileEntry>> {
        let old_paths = self.old_paths(path);
        let is_forgotten = {
            let path = sort_key(&path.to_string_lossy());
            self.forgotten.iter().any(|root| is_under(&path, root))
        };
        let Some(files) = self.file_table().filter(|_| !is_forgotten) else {
            return Ok(Vec::new());
        };
        let mut found = Vec::new();
        for old in old_paths {
            found.extend(files.entries_under(&old.to_string_lossy())?);
        }
        for entry in &mut found {
            if let Some(path) = self.new_path(&entry.path) {
                entry.path = path;
            }
        }
        Ok(found)
    }
}

/// `path` joined with `below`, which may be empty.
fn join(path: &Path, below: &Path) -> PathBuf {
    if below.as_os_str().is_empty() { path.to_path_buf() } else { path.join(below) }
}

/// The paths of the files in which a record occurs.
fn paths(record: &Record) -> Vec<String> {
    match record {
        Record::Article(article) => vec![article.path.clone()],
        Record::Flash(flash) => {
            flash.all_occurrences().map(|occurrence| occurrence.path.clone()).collect()
        }
    }
}

/// Calls `each` with every path in a record, variants included.
pub(crate) fn for_each_path(record: &mut Record, each: &mut dyn FnMut(&mut String)) {
    match record {
        Record::Article(article) => each(&mut article.path),
        Record::Flash(flash) => {
            let of_variants =
                flash.variants.iter_mut().flat_map(|variant| &mut variant.occurrences);
            let occurrences = flash.occurrences.iter_mut().chain(of_variants);
            occurrences.for_each(|occurrence| each(&mut occurrence.path));
        }
    }
}

#[cfg(test)]
mod tests;
