//! The segments of an open index, as tantivy reads them: ids, whole values such as tags, columns
//! and stored documents. The terms of texts, and four more columns (tie breaker, content hash, id
//! number, date), are in the [postings](super::segment_postings).

use std::sync::OnceLock;

use tantivy::collector::TopDocs;
use tantivy::columnar::StrColumn;
use tantivy::index::SegmentId;
use tantivy::postings::TermInfo;
use tantivy::query::TermQuery;
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::store::StoreReader;
use tantivy::{
    DocAddress, DocId, Index, IndexReader, InvertedIndexReader, ReloadPolicy, Searcher,
    SegmentOrdinal, SegmentReader, Term,
};

use super::deletion::Deletion;
use super::generation_directory::GenerationDirectory;
use super::schema::{Fields, schema};
use super::stored_document::stored_record;

/// The number of decompressed blocks of a document store that are cached: enough for the hits that
/// are shown at once.
const CACHED_BLOCKS: usize = 100;

/// The segments of an open index.
pub(crate) struct Segments {
    searcher: Searcher,
    fields: Fields,
    /// The readers of each segment, by ordinal.
    lazy_readers: Vec<LazyReaders>,
}

/// The readers of a segment's store and of its column `external_id`. Each is opened when it is
/// first needed: opening one takes longer than reading from it what a query needs.
#[derive(Default)]
struct LazyReaders {
    external_id: OnceLock<Option<StrColumn>>,
    store: OnceLock<StoreReader>,
}

/// Returns the value of a cell, and makes it first if the cell is empty.
fn get_or_try_init<T>(
    cell: &OnceLock<T>,
    make: impl FnOnce() -> tantivy::Result<T>,
) -> tantivy::Result<&T> {
    if let Some(value) = cell.get() {
        return Ok(value);
    }
    let value = make()?;
    Ok(cell.get_or_init(|| value))
}

/// A segment with its documents, for updates and checks.
#[derive(Debug, Clone)]
pub(crate) struct SegmentInfo {
    id: SegmentId,
    pub(crate) ordinal: SegmentOrdinal,
    /// The number of documents, deleted ones included.
    pub(crate) max_doc: u64,
    /// Documents that are not deleted, ascending.
    pub(crate) living: Vec<DocId>,
}

impl SegmentInfo {
    /// tantivy's name of the segment, which the names of its files start with.
    pub(crate) fn name(&self) -> String {
        self.id.uuid_string()
    }

    /// The number of documents that are deleted.
    pub(crate) fn num_deleted(&self) -> u64 {
        self.max_doc - self.living.len() as u64
    }

    /// The deletion of some documents of the segment, given in ascending order.
    pub(crate) fn deletion_of(&self, documents: Vec<DocId>) -> Deletion {
        Deletion { segment: self.id, documents }
    }
}

impl Segments {
    /// Opens the segments of a generation.
    ///
    /// # Errors
    ///
    /// If a file is missing or damaged, or if the schema is not [`schema`].
    pub(crate) fn open(
        directory: GenerationDirectory,
    ) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let index = Index::open(directory)?;
        let (expected, fields) = schema();
        if index.schema() != expected {
            return Err("its fields are not those of its format".into());
        }
        Ok(Self::of(&index, fields)?)
    }

    /// The segments of an index of tantivy with these fields.
    pub(crate) fn of(index: &Index, fields: Fields) -> tantivy::Result<Self> {
        let reader: IndexReader =
            index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let searcher = reader.searcher();
        let segments = searcher.segment_readers().iter();
        let lazy_readers = segments.map(|_| LazyReaders::default()).collect();
        Ok(Self { searcher, fields, lazy_readers })
    }

    pub(crate) fn searcher(&self) -> &Searcher {
        &self.searcher
    }

    pub(crate) fn fields(&self) -> &Fields {
        &self.fields
    }

    /// The names of all segments, by ordinal.
    pub(crate) fn names(&self) -> Vec<String> {
        let readers = self.searcher.segment_readers().iter();
        readers.map(|reader| reader.segment_id().uuid_string()).collect()
    }

    /// All segments, by ordinal.
    pub(crate) fn infos(&self) -> Vec<SegmentInfo> {
        let readers = (0..).zip(self.searcher.segment_readers());
        let infos = readers.map(|(ordinal, reader)| SegmentInfo {
            id: reader.segment_id(),
            ordinal,
            max_doc: u64::from(reader.max_doc()),
            living: reader.doc_ids_alive().collect(),
        });
        infos.collect()
    }

    /// Passes the encoded record of a document to `read`, or `None` if the stored document does not
    /// consist of one record. Returns what `read` returns.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub(crate) fn stored_record<T>(
        &self,
        address: DocAddress,
        read: impl FnOnce(Option<&[u8]>) -> T,
    ) -> tantivy::Result<T> {
        let reader = self.searcher.segment_reader(address.segment_ord);
        let LazyReaders { store, .. } = &self.lazy_readers[address.segment_ord as usize];
        let store = get_or_try_init(store, || Ok(reader.get_store_reader(CACHED_BLOCKS)?))?;
        let document = store.get_document_bytes(address.doc_id)?;
        Ok(read(stored_record(&document, self.fields.record)))
    }

    /// The external id of a document; empty if it has none, because the column of id numbers in the
    /// postings holds its id.
    pub(crate) fn external_id(&self, address: DocAddress) -> tantivy::Result<String> {
        let reader = self.searcher.segment_reader(address.segment_ord);
        let LazyReaders { external_id, .. } = &self.lazy_readers[address.segment_ord as usize];
        let mut id = String::new();
        let column = get_or_try_init(external_id, || reader.fast_fields().str("external_id"))?;
        if let Some(column) = column
            && let Some(ordinal) = column.term_ords(address.doc_id).next()
        {
            column.ord_to_str(ordinal, &mut id)?;
        }
        Ok(id)
    }

    /// The document that has this id, or that has a variant with this id.
    pub(crate) fn document_with_id(&self, id: &str) -> tantivy::Result<Option<DocAddress>> {
        let term = Term::from_field_text(self.fields.id, id);
        let query = TermQuery::new(term, IndexRecordOption::Basic);
        let top = self.searcher.search(&query, &TopDocs::with_limit(1).order_by_score())?;
        Ok(top.first().map(|(_, address)| *address))
    }

    /// The first `limit` ids that start with `prefix`, in the order of bytes.
    pub(crate) fn ids(&self, prefix: &str, limit: usize) -> tantivy::Result<Vec<String>> {
        let mut ids = Vec::new();
        for reader in self.searcher.segment_readers() {
            let inverted = reader.inverted_index(self.fields.id)?;
            let mut terms = inverted.terms().range().ge(prefix.as_bytes()).into_stream()?;
            let mut remaining = limit;
            while remaining > 0 && terms.advance() && terms.key().starts_with(prefix.as_bytes()) {
                if doc_freq(reader, &inverted, terms.value())? > 0 {
                    ids.push(String::from_utf8_lossy(terms.key()).into_owned());
                    remaining -= 1;
                }
            }
        }
        ids.sort();
        ids.dedup();
        ids.truncate(limit);
        Ok(ids)
    }

    /// Calls `each` with every term of a field and the number of documents that contain it: one
    /// segment after another, and the terms of each segment in the order of bytes. If two segments
    /// have a term, `each` is called for both.
    pub(crate) fn for_each_term(
        &self,
        field: Field,
        mut each: impl FnMut(&str, u64),
    ) -> tantivy::Result<()> {
        for reader in self.searcher.segment_readers() {
            let inverted = reader.inverted_index(field)?;
            let mut terms = inverted.terms().stream()?;
            while let Some((term, info)) = terms.next() {
                let count = doc_freq(reader, &inverted, info)?;
                if count > 0 {
                    each(&String::from_utf8_lossy(term), count);
                }
            }
        }
        Ok(())
    }

    /// All documents that are not deleted, in the order of the walk.
    ///
    /// Doc ids in the segment `base` ascend in that order. The ordinal of every other document is
    /// its index among all documents in that order, see [`Fields::ordinal`].
    pub(crate) fn in_walk_order(&self, base: Option<&str>) -> tantivy::Result<Vec<DocAddress>> {
        let mut in_base = Vec::new();
        let mut others = Vec::new();
        for (segment, reader) in (0..).zip(self.searcher.segment_readers()) {
            let documents = reader.doc_ids_alive().map(|doc| DocAddress::new(segment, doc));
            if Some(reader.segment_id().uuid_string().as_str()) == base {
                in_base.extend(documents);
            } else {
                let ordinals = reader.fast_fields().u64("ordinal")?;
                others.extend(
                    documents.map(|address| {
                        (ordinals.first(address.doc_id).unwrap_or(u64::MAX), address)
                    }),
                );
            }
        }
        others.sort_unstable();
        let mut all = Vec::with_capacity(in_base.len() + others.len());
        let mut in_base = in_base.into_iter();
        for (ordinal, address) in others {
            // Put documents of the base before this one, until its index equals its ordinal.
            let before = usize::try_from(ordinal).unwrap_or(usize::MAX).saturating_sub(all.len());
            all.extend(in_base.by_ref().take(before));
            all.push(address);
        }
        all.extend(in_base);
        Ok(all)
    }
}

/// The number of documents that contain a term, without deleted ones.
fn doc_freq(
    reader: &SegmentReader,
    inverted: &InvertedIndexReader,
    info: &TermInfo,
) -> tantivy::Result<u64> {
    let Some(alive) = reader.alive_bitset() else { return Ok(u64::from(info.doc_freq)) };
    let postings = inverted.read_postings_from_terminfo(info, IndexRecordOption::Basic)?;
    Ok(u64::from(postings.doc_freq_given_deletes(alive)))
}
