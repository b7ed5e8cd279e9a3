//! An open index: the searcher, the fields, the postings and the description of one generation.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use tantivy::collector::TopDocs;
use tantivy::columnar::StrColumn;
use tantivy::postings::TermInfo;
use tantivy::query::{Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::store::StoreReader;
use tantivy::{
    DocAddress, DocId, Index as TantivyIndex, InvertedIndexReader, ReloadPolicy, Searcher,
    SegmentOrdinal, SegmentReader, Term,
};
use wensou_ingest::{Record, id};
use wensou_postings::Columns;
use xxhash_rust::xxh3::xxh3_64;

use crate::analysis::{Analysis, TableMeta};
use crate::engine::generation_directory::GenerationDirectory;
use crate::engine::schema::{Fields, schema};
use crate::engine::segment_postings::SegmentPostings;
use crate::engine::stored_document::stored_record;
use crate::error::Error;
use crate::generation::{Current, Folder, PageSums, current};
use crate::meta::Meta;
use crate::record::decode;

/// An index opened for reading. It keeps the generation that it opened, whatever is built later.
pub struct Index {
    dir: PathBuf,
    directory: GenerationDirectory,
    meta: Meta,
    fields: Fields,
    searcher: Searcher,
    postings: SegmentPostings,
    /// Of each segment, opened when first asked for: to open one takes longer than a query reads
    /// from it.
    opened: Vec<Opened>,
    /// Made when it is first asked for: a query of filters alone needs no words.
    analysis: OnceLock<Analysis>,
}

impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Index").field("dir", &self.dir).finish_non_exhaustive()
    }
}

/// What tantivy has of a segment.
#[derive(Default)]
struct Opened {
    external_id: OnceLock<Option<StrColumn>>,
    store: OnceLock<StoreReader>,
}

/// Decompressed blocks of a store that are cached: those of a page of hits.
const STORE_BLOCKS: usize = 100;

/// The value of a slot, which is made if it is missing.
fn once<T>(slot: &OnceLock<T>, make: impl FnOnce() -> tantivy::Result<T>) -> tantivy::Result<&T> {
    match slot.get() {
        Some(there) => Ok(there),
        None => {
            let made = make()?;
            Ok(slot.get_or_init(|| made))
        }
    }
}

/// What an id, or the beginning of one, stands for.
#[derive(Debug)]
pub enum Lookup {
    /// This document.
    Found(DocAddress),
    /// No document.
    Missing,
    /// More than one id begins so: these, at most ten.
    Ambiguous(Vec<String>),
}

impl Index {
    /// Opens the current generation of the index folder `dir`.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`], [`Error::Format`] or [`Error::Unreadable`].
    pub fn open(dir: &Path) -> Result<Self, Error> {
        let folder = Folder::of_index(dir)?;
        loop {
            let current = current(&folder)?;
            match Self::open_generation(&folder, &current) {
                // A build may have swapped and collected between the two steps: look once more.
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
            .map_err(|source| Error::unreadable(dir, format!("{}: {source}", current.name)))?;
        let meta = Meta::read(dir, &generation, current.checksum)?;
        let unreadable = |source: tantivy::TantivyError| Error::unreadable(dir, source);
        let directory = GenerationDirectory::new(generation, meta.files.clone());
        let tantivy = TantivyIndex::open(directory.clone()).map_err(unreadable)?;
        let (expected, fields) = schema();
        if tantivy.schema() != expected {
            return Err(Error::unreadable(dir, "its fields are not those of its format"));
        }
        let reader = tantivy
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            .try_into()
            .map_err(unreadable)?;
        let searcher = reader.searcher();
        let deleted = meta.base.as_ref().map(|base| base.deleted).unwrap_or_default();
        let postings = SegmentPostings::open(&searcher, deleted)
            .map_err(|source| Error::unreadable(dir, source))?;
        let index = Self {
            dir: dir.to_path_buf(),
            fields,
            opened: searcher.segment_readers().iter().map(|_| Opened::default()).collect(),
            searcher,
            postings,
            analysis: OnceLock::new(),
            meta,
            directory,
        };
        // Every other file is open by now, and stays so when the generation is collected.
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

    /// What the index says of itself.
    #[must_use]
    pub fn meta(&self) -> &Meta {
        &self.meta
    }

    /// How its documents were cut into words, for queries to be cut alike, and which words mean the
    /// same.
    ///
    /// # Errors
    ///
    /// If the tables of the user's that it was built with cannot be read.
    pub fn analysis(&self) -> Result<&Analysis, Error> {
        if let Some(analysis) = self.analysis.get() {
            return Ok(analysis);
        }
        let analysis = Analysis::read(self.generation(), &self.meta.tables)
            .map_err(|source| Error::unreadable(&self.dir, source))?;
        Ok(self.analysis.get_or_init(|| analysis))
    }

    /// The fields.
    #[must_use]
    pub fn fields(&self) -> &Fields {
        &self.fields
    }

    /// tantivy's view of this generation.
    #[must_use]
    pub fn searcher(&self) -> &Searcher {
        &self.searcher
    }

    /// The postings files of all segments.
    #[must_use]
    pub fn postings(&self) -> &SegmentPostings {
        &self.postings
    }

    /// Bytes of its files.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.meta.files.values().map(|sum| sum.bytes).sum()
    }

    /// The columns of a segment: tie breakers, content hashes, id numbers and dates.
    ///
    /// # Errors
    ///
    /// If there is no such segment.
    pub fn columns(&self, segment: SegmentOrdinal) -> Result<&Columns, Error> {
        self.postings.at(segment).map(wensou_postings::Postings::columns).ok_or(Error::Record(None))
    }

    /// What tells the record of a document from every other one: the hashes of its id and of the
    /// record.
    pub(crate) fn identity(&self, columns: &Columns, doc: DocId) -> Result<(u64, u64), Error> {
        match (columns.tie_breaker(doc), columns.content_hash(doc)) {
            (Some(tie_breaker), Some(content_hash)) => Ok((tie_breaker, content_hash)),
            _ => Err(self.verify_reads().err().unwrap_or(Error::Record(None))),
        }
    }

    /// The checksums of the pages of tantivy's files.
    pub(crate) fn page_sums(&self) -> Result<&PageSums, Error> {
        self.directory.page_sums().map_err(|error| Error::unreadable(&self.dir, error))
    }

    /// Fails if a page of a postings file was read whose checksum does not match. Whoever reads
    /// lists or columns asks this at the end, and discards the result: a damaged list merely ends
    /// early.
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

    /// The record of a document. One whose content hash does not match is an error: text is never
    /// wrong.
    ///
    /// # Errors
    ///
    /// If the store is damaged.
    pub fn record(&self, address: DocAddress) -> Result<Record, Error> {
        let reader = self.searcher.segment_reader(address.segment_ord);
        let Opened { store, .. } = &self.opened[address.segment_ord as usize];
        let content_hash = self.columns(address.segment_ord)?.content_hash(address.doc_id);
        let store = once(store, || Ok(reader.get_store_reader(STORE_BLOCKS)?))?;
        let document = store.get_document_bytes(address.doc_id)?;
        let record = stored_record(&document, self.fields.record);
        match record.filter(|record| content_hash == Some(xxh3_64(record))) {
            Some(record) => decode(record),
            None => Err(Error::Record(None)),
        }
    }

    /// Calls `each` with every term of a field and the number of documents that have it: segment by
    /// segment, in the order of bytes.
    ///
    /// # Errors
    ///
    /// If tantivy fails.
    pub fn terms(&self, field: Field, mut each: impl FnMut(&str, u64)) -> tantivy::Result<()> {
        for reader in self.searcher.segment_readers() {
            let inverted = reader.inverted_index(field)?;
            let mut terms = inverted.terms().stream()?;
            while let Some((term, info)) = terms.next() {
                let count = living(reader, &inverted, info)?;
                if count > 0 {
                    each(&String::from_utf8_lossy(term), count);
                }
            }
        }
        Ok(())
    }

    /// The id of a document, from a column: its record is not read.
    ///
    /// # Errors
    ///
    /// If tantivy fails.
    pub fn id(&self, address: DocAddress) -> Result<String, Error> {
        let reader = self.searcher.segment_reader(address.segment_ord);
        let Opened { external_id, .. } = &self.opened[address.segment_ord as usize];
        if let Some(number) = self.columns(address.segment_ord)?.id_number(address.doc_id) {
            return Ok(id::of_number(number));
        }
        self.verify_reads()?;
        let mut id = String::new();
        if let Some(column) = once(external_id, || reader.fast_fields().str("external_id"))?
            && let Some(ord) = column.term_ords(address.doc_id).next()
        {
            column.ord_to_str(ord, &mut id).map_err(into_tantivy)?;
        }
        Ok(id)
    }

    /// Finds a document by its id, or by the beginning of one where no id is exactly so.
    ///
    /// # Errors
    ///
    /// If tantivy fails.
    pub fn lookup(&self, id: &str) -> Result<Lookup, Error> {
        let term = Term::from_field_text(self.fields.id, id);
        if let Some(address) =
            self.first(&TermQuery::new(term.clone(), IndexRecordOption::Basic))?
        {
            return Ok(Lookup::Found(address));
        }
        let found = self.ids(id, 10)?;
        match found.as_slice() {
            [] => Ok(Lookup::Missing),
            [whole] => {
                let term = Term::from_field_text(self.fields.id, whole);
                let query = TermQuery::new(term, IndexRecordOption::Basic);
                Ok(self.first(&query)?.map_or(Lookup::Missing, Lookup::Found))
            }
            _ => Ok(Lookup::Ambiguous(found)),
        }
    }

    /// The first `limit` ids that begin with `prefix`, in their order.
    ///
    /// # Errors
    ///
    /// If tantivy fails.
    pub fn ids(&self, prefix: &str, limit: usize) -> Result<Vec<String>, Error> {
        let mut found = Vec::new();
        for reader in self.searcher.segment_readers() {
            let inverted = reader.inverted_index(self.fields.id)?;
            let range = inverted.terms().range().ge(prefix.as_bytes());
            let mut terms = range.into_stream().map_err(into_tantivy)?;
            let mut left = limit;
            while left > 0 && terms.advance() && terms.key().starts_with(prefix.as_bytes()) {
                if living(reader, &inverted, terms.value())? > 0 {
                    found.push(String::from_utf8_lossy(terms.key()).into_owned());
                    left -= 1;
                }
            }
        }
        found.sort();
        found.dedup();
        found.truncate(limit);
        Ok(found)
    }

    fn first(&self, query: &dyn Query) -> Result<Option<DocAddress>, Error> {
        let top = self.searcher.search(query, &TopDocs::with_limit(1).order_by_score())?;
        Ok(top.first().map(|(_, address)| *address))
    }

    /// Addresses of every document in the order of the walk.
    ///
    /// Documents of the base are in order among themselves. Those beside it know their positions
    /// among all documents, see [`Fields::ordinal`].
    ///
    /// # Errors
    ///
    /// If tantivy fails.
    pub fn in_order(&self) -> Result<Vec<DocAddress>, Error> {
        let readers = self.searcher.segment_readers();
        let base = self.meta.base.as_ref().map(|base| base.segment.as_str());
        let mut rest = Vec::new();
        let mut numbered = Vec::new();
        for (segment, reader) in (0..).zip(readers) {
            let documents = reader.doc_ids_alive().map(|doc| DocAddress::new(segment, doc));
            if Some(reader.segment_id().uuid_string().as_str()) == base {
                rest.extend(documents);
            } else {
                let ords = reader.fast_fields().u64("ordinal")?;
                numbered
                    .extend(documents.map(|at| (ords.first(at.doc_id).unwrap_or(u64::MAX), at)));
            }
        }
        numbered.sort_unstable();
        let mut all = Vec::with_capacity(rest.len() + numbered.len());
        let mut rest = rest.into_iter();
        for (ordinal, address) in numbered {
            let before = usize::try_from(ordinal).unwrap_or(usize::MAX).saturating_sub(all.len());
            all.extend(rest.by_ref().take(before));
            all.push(address);
        }
        all.extend(rest);
        Ok(all)
    }
}

/// Documents that have a term and are not deleted.
fn living(
    reader: &SegmentReader,
    inverted: &InvertedIndexReader,
    info: &TermInfo,
) -> tantivy::Result<u64> {
    let Some(alive) = reader.alive_bitset() else { return Ok(u64::from(info.doc_freq)) };
    let list = inverted.read_postings_from_terminfo(info, IndexRecordOption::Basic)?;
    Ok(u64::from(list.doc_freq_given_deletes(alive)))
}

fn into_tantivy(source: std::io::Error) -> Error {
    Error::Engine(source.into())
}
