//! An open index: one generation with its description, segments, postings and analysis.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use wensou_ingest::{FileEntry, Record, id};
use wensou_postings::{Columns, Postings};
use xxhash_rust::xxh3::xxh3_64;

use crate::analysis::{Analysis, TableMeta};
use crate::duplicates::DuplicateGroups;
use crate::engine::generation_directory::GenerationDirectory;
use crate::engine::schema::Fields;
use crate::engine::segment_postings::SegmentPostings;
use crate::engine::segments::{SegmentInfo, Segments};
use crate::engine::{DocAddress, DocId, Field, Searcher, SegmentOrdinal};
use crate::error::Error;
use crate::file_table::FileTable;
use crate::files::{DUPLICATES, FILES, Folder, PageSums};
use crate::generation::{Current, current};
use crate::meta::Meta;
use crate::parts::PartsFile;
use crate::record::decode;

/// The maximum number of ids in [`Lookup::Ambiguous`].
const MAX_AMBIGUOUS_IDS: usize = 10;
/// Separates the path of a container from that of its member.
const MEMBER_SEPARATOR: &str = "!/";

/// An index that is open for reading. It keeps the generation that it opened, whatever is built
/// afterwards; open it again to see a newer one.
///
/// Opening reads small files whole and maps large ones into memory. A page of a large file is
/// verified when a query reads it.
pub struct Index {
    dir: PathBuf,
    directory: GenerationDirectory,
    meta: Meta,
    segments: Segments,
    postings: SegmentPostings,
    /// Made when it is first needed: a query of filters alone segments no text.
    analysis: OnceLock<Analysis>,
    /// The open file [`FILES`]; `None` if it cannot be opened.
    files: Option<PartsFile>,
    /// The file table in `files`. Read when it is first needed; `None` if it cannot be read.
    file_table: OnceLock<Option<FileTable>>,
    /// The open file [`DUPLICATES`]; `None` if it cannot be opened.
    duplicates: Option<PartsFile>,
    /// The groups in `duplicates`. Read when they are first needed.
    groups: OnceLock<DuplicateGroups>,
}

impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Index").field("dir", &self.dir).finish_non_exhaustive()
    }
}

/// The outcome of looking up an id or a prefix of one.
#[derive(Debug)]
pub enum Lookup {
    /// The document with this id, or the only document whose id starts with it.
    Found(DocAddress),
    /// No document has this id or one that starts with it.
    Missing,
    /// No document has this id, and several ids start with it: the first ten of them.
    Ambiguous(Vec<String>),
}

impl Index {
    /// Opens the current generation of the index folder `dir`.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`], [`Error::Format`], [`Error::Denied`] or [`Error::Unreadable`].
    pub fn open(dir: &Path) -> Result<Self, Error> {
        let folder = Folder::of_index(dir)?;
        loop {
            let current = current(&folder)?;
            match Self::open_generation(&folder, &current) {
                // A build may have replaced and removed the generation meanwhile: try again.
                Err(Error::Unreadable { .. }) if self::current(&folder)? != current => {}
                outcome => return outcome,
            }
        }
    }

    /// Opens a generation of an index folder.
    pub(crate) fn open_generation(folder: &Folder, current: &Current) -> Result<Self, Error> {
        let dir = folder.path();
        let generation = folder
            .folder(&current.name)
            .map_err(|source| Error::unopened(dir, &current.name, &source))?;
        let meta = Meta::read(dir, &generation, current.checksum)?;
        let files = PartsFile::open(&generation, FILES).ok();
        let duplicates = PartsFile::open(&generation, DUPLICATES).ok();
        let directory = GenerationDirectory::new(generation, meta.files.clone());
        let segments =
            Segments::open(directory.clone()).map_err(|source| Error::unreadable(dir, source))?;
        let deleted = meta.base.as_ref().map(|base| base.deleted).unwrap_or_default();
        let postings = SegmentPostings::open(segments.searcher(), deleted)
            .map_err(|source| Error::unreadable(dir, source))?;
        let index = Self {
            dir: dir.to_path_buf(),
            directory,
            meta,
            segments,
            postings,
            analysis: OnceLock::new(),
            files,
            file_table: OnceLock::new(),
            duplicates,
            groups: OnceLock::new(),
        };
        // A later build may remove the generation. All files that searches read are open, so they
        // stay readable, except the copies of the user's tables: read these now.
        if index.meta.tables != TableMeta::default() {
            index.analysis()?;
        }
        Ok(index)
    }

    /// The index folder, as it was given.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The folder of the generation that was opened.
    pub(crate) fn generation(&self) -> &Folder {
        self.directory.folder()
    }

    /// The description of the index.
    #[must_use]
    pub fn meta(&self) -> &Meta {
        &self.meta
    }

    /// The analysis of the documents of this index. Queries must be analysed in the same way.
    ///
    /// # Errors
    ///
    /// [`Error::Unreadable`] if the copies of the user's tables cannot be read.
    pub fn analysis(&self) -> Result<&Analysis, Error> {
        if let Some(analysis) = self.analysis.get() {
            return Ok(analysis);
        }
        let analysis = Analysis::of_generation(self.generation(), &self.meta.tables)
            .map_err(|source| Error::unreadable(&self.dir, source))?;
        Ok(self.analysis.get_or_init(|| analysis))
    }

    /// The texts of the user's words and synonyms, in this order, with which the documents of this
    /// index were analysed.
    ///
    /// # Errors
    ///
    /// [`Error::Unreadable`] if the copies of these tables cannot be read.
    pub fn table_texts(&self) -> Result<[Option<String>; 2], Error> {
        Analysis::table_texts(self.generation(), &self.meta.tables)
            .map_err(|source| Error::unreadable(&self.dir, source))
    }

    /// The fields of the tantivy schema.
    #[must_use]
    pub fn fields(&self) -> &Fields {
        self.segments.fields()
    }

    /// tantivy's searcher over this generation.
    #[must_use]
    pub fn searcher(&self) -> &Searcher {
        self.segments.searcher()
    }

    /// All segments, by ordinal.
    pub(crate) fn segments(&self) -> Vec<SegmentInfo> {
        self.segments.infos()
    }

    /// The postings of all segments.
    #[must_use]
    pub fn postings(&self) -> &SegmentPostings {
        &self.postings
    }

    /// The size of all files that the description lists, in bytes.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.meta.files.values().map(|sum| sum.bytes).sum()
    }

    /// The columns of a segment: tie breakers, content hashes, id numbers and dates.
    ///
    /// # Errors
    ///
    /// [`Error::NoSegment`] if there is no such segment.
    pub fn columns(&self, segment: SegmentOrdinal) -> Result<&Columns, Error> {
        let columns = self.postings.of_segment(segment).map(Postings::columns);
        columns.ok_or_else(|| Error::NoSegment { segment: segment.to_string() })
    }

    /// The tie breaker (a hash of the id) and the content hash of a document, which together
    /// identify its record. Fails if one of them cannot be read.
    pub(crate) fn identity(&self, columns: &Columns, doc: DocId) -> Result<(u64, u64), Error> {
        match (columns.tie_breaker(doc), columns.content_hash(doc)) {
            (Some(tie_breaker), Some(content_hash)) => Ok((tie_breaker, content_hash)),
            _ => Err(self.verify_reads().err().unwrap_or(Error::Record(None))),
        }
    }

    /// The table of files; `None` if it cannot be read.
    pub(crate) fn file_table(&self) -> Option<&FileTable> {
        let read = || FileTable::of(self.files.clone()?).ok();
        self.file_table.get_or_init(read).as_ref()
    }

    /// The file in which a record occurs, as the build found it. `path` is that of the record, and
    /// may name a member of the file. `None` if the table of files does not have it or cannot be
    /// read.
    #[must_use]
    pub fn file_entry(&self, path: &str) -> Option<FileEntry> {
        let files = self.file_table()?;
        // The name of a folder may end with `!`, so the whole path is tried first.
        let containers = path.match_indices(MEMBER_SEPARATOR).map(|(at, _)| &path[..at]);
        [path].into_iter().chain(containers).find_map(|path| files.entry(path).ok().flatten())
    }

    /// The groups of near-duplicates.
    ///
    /// # Errors
    ///
    /// [`Error::Unreadable`] if they cannot be read.
    pub fn duplicates(&self) -> Result<&DuplicateGroups, Error> {
        if let Some(groups) = self.groups.get() {
            return Ok(groups);
        }
        // Versions that did not look for near-duplicates wrote no groups.
        if !self.meta.files.contains_key(DUPLICATES) {
            return Ok(self.groups.get_or_init(DuplicateGroups::default));
        }
        // If the file could not be opened, try again: that returns the error.
        let file = match &self.duplicates {
            Some(file) => Ok(file.clone()),
            None => PartsFile::open(self.generation(), DUPLICATES),
        };
        let groups = file.and_then(|file| DuplicateGroups::read(file, &self.segments.names()));
        let groups = groups.map_err(|source| Error::unreadable(&self.dir, source))?;
        Ok(self.groups.get_or_init(|| groups))
    }

    /// The group of near-duplicates that a document is in, itself included; empty if it has no
    /// near-duplicates.
    ///
    /// # Errors
    ///
    /// [`Error::Unreadable`] if the groups cannot be read.
    pub fn near_duplicates(&self, address: DocAddress) -> Result<Vec<DocAddress>, Error> {
        let groups = self.duplicates()?;
        let Some(group) = groups.group_of(address) else { return Ok(Vec::new()) };
        groups.members(group).map_err(|source| Error::unreadable(&self.dir, source))
    }

    /// The page checksums of tantivy's files.
    pub(crate) fn page_sums(&self) -> Result<&PageSums, Error> {
        self.directory.page_sums().map_err(|error| Error::unreadable(&self.dir, error))
    }

    /// Fails if a damaged page of a postings file has been read.
    ///
    /// A damaged posting list merely ends early. So call this after reading posting lists or
    /// columns, and discard what was read if it fails.
    ///
    /// # Errors
    ///
    /// [`Error::Unreadable`], with the file and the page.
    pub fn verify_reads(&self) -> Result<(), Error> {
        match self.postings.damage() {
            None => Ok(()),
            Some(what) => Err(Error::unreadable(&self.dir, what)),
        }
    }

    /// The record of a document, compared with its content hash: a damaged record is an error and
    /// never wrong text.
    ///
    /// # Errors
    ///
    /// [`Error::Record`] if the content hash does not match or the record cannot be decoded,
    /// [`Error::NoSegment`] if there is no such segment, and [`Error::Engine`] if the store cannot
    /// be read.
    pub fn record(&self, address: DocAddress) -> Result<Record, Error> {
        let content_hash = self.columns(address.segment_ord)?.content_hash(address.doc_id);
        self.segments.stored_record(address, |bytes| {
            match bytes.filter(|bytes| content_hash == Some(xxh3_64(bytes))) {
                Some(bytes) => decode(bytes),
                None => Err(Error::Record(None)),
            }
        })?
    }

    /// Calls `each` with every term of a field and the number of documents that contain it: one
    /// segment after another, and the terms of each segment in the order of bytes. If two segments
    /// have a term, `each` is called for both.
    ///
    /// # Errors
    ///
    /// [`Error::Engine`] if the terms cannot be read.
    pub fn for_each_term(&self, field: Field, each: impl FnMut(&str, u64)) -> Result<(), Error> {
        Ok(self.segments.for_each_term(field, each)?)
    }

    /// The id of a document, read from a column and not from its record.
    ///
    /// # Errors
    ///
    /// [`Error::Unreadable`] or [`Error::Engine`] if the columns cannot be read, and
    /// [`Error::NoSegment`] if there is no such segment.
    pub fn id(&self, address: DocAddress) -> Result<String, Error> {
        if let Some(number) = self.columns(address.segment_ord)?.id_number(address.doc_id) {
            return Ok(id::of_number(number));
        }
        self.verify_reads()?;
        Ok(self.segments.external_id(address)?)
    }

    /// Finds a document by its id, or else by a prefix of it.
    ///
    /// # Errors
    ///
    /// [`Error::Engine`] if the ids cannot be read.
    pub fn lookup(&self, id: &str) -> Result<Lookup, Error> {
        if let Some(address) = self.segments.document_with_id(id)? {
            return Ok(Lookup::Found(address));
        }
        let ids = self.ids(id, MAX_AMBIGUOUS_IDS)?;
        match ids.as_slice() {
            [] => Ok(Lookup::Missing),
            [only] => {
                let address = self.segments.document_with_id(only)?;
                Ok(address.map_or(Lookup::Missing, Lookup::Found))
            }
            _ => Ok(Lookup::Ambiguous(ids)),
        }
    }

    /// The first `limit` ids that start with `prefix`, in the order of bytes.
    ///
    /// # Errors
    ///
    /// [`Error::Engine`] if the ids cannot be read.
    pub fn ids(&self, prefix: &str, limit: usize) -> Result<Vec<String>, Error> {
        Ok(self.segments.ids(prefix, limit)?)
    }

    /// The addresses of all documents that are not deleted, in the order of the walk. `export`
    /// prints them in this order.
    ///
    /// # Errors
    ///
    /// [`Error::Engine`] if the column of ordinals cannot be read.
    pub fn in_walk_order(&self) -> Result<Vec<DocAddress>, Error> {
        let base = self.meta.base.as_ref().map(|base| base.segment.as_str());
        Ok(self.segments.in_walk_order(base)?)
    }
}

#[cfg(all(test, unix))]
mod tests;
