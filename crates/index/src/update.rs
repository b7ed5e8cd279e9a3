//! The generation that an update starts from, and which of its documents are unchanged.
//!
//! An update reads the whole archive, because one page can decide how another is read, and compares
//! record by record with what is stored. Unchanged documents of the *base*, the segment of the last
//! whole build, stay as they are; all others are written into one *recent* segment beside it. There
//! are never more than two segments, and the result has the documents of a whole build.

use rustc_hash::{FxHashMap, FxHashSet};
use tantivy::index::SegmentId;
use tantivy::{DocAddress, DocId, SegmentReader};

use crate::engine::deletion::Deletion;
use crate::engine::segment_postings::Totals;
use crate::error::Error;
use crate::generation::Draft;
use crate::meta::Base;
use crate::open::Index;
use crate::record::Encoded;

/// One in so many documents may be deleted or changed before everything is built again.
const MAX_CHANGED: u64 = 4;

/// The generation in use, to be updated.
pub(crate) struct Previous {
    index: Index,
    base: SegmentId,
    /// Number of the base among the segments.
    ordinal: u32,
    /// Documents of the base that no record has claimed yet, by [`Encoded::identity`].
    unclaimed: FxHashMap<(u64, u64), DocId>,
    /// All documents of the base that are not deleted.
    living: Vec<DocId>,
    kept: FxHashSet<DocId>,
}

impl Previous {
    /// `None` if there is no base to keep, or too little of it is left.
    pub(crate) fn new(index: Index) -> Result<Option<Self>, Error> {
        let Some(base) = &index.meta().base else { return Ok(None) };
        let segments = index.searcher().segment_readers();
        let is_base = |reader: &SegmentReader| reader.segment_id().uuid_string() == base.segment;
        let Some(ordinal) = segments.iter().position(is_base) else { return Ok(None) };
        let reader = &segments[ordinal];
        let all = index.searcher().num_docs() + u64::from(reader.num_deleted_docs());
        let recent = all - u64::from(reader.max_doc());
        if (recent + u64::from(reader.num_deleted_docs())) * MAX_CHANGED > all {
            return Ok(None);
        }
        let columns = index.columns(ordinal as u32)?;
        let living: Vec<DocId> = reader.doc_ids_alive().collect();
        let mut unclaimed = FxHashMap::default();
        for doc in &living {
            unclaimed.insert(index.identity(columns, *doc)?, *doc);
        }
        let base = reader.segment_id();
        Ok(Some(Self {
            base,
            ordinal: ordinal as u32,
            unclaimed,
            living,
            kept: FxHashSet::default(),
            index,
        }))
    }

    /// Shares every file of the generation with the draft except those that are always written
    /// again. tantivy's lists of files are copied, because it writes into them.
    pub(crate) fn share(&self, draft: &mut Draft) -> Result<(), Error> {
        let generation = self.index.generation();
        let page_sums = self.index.page_sums()?;
        for (name, sum) in &self.index.meta().files {
            match name.rsplit_once('.') {
                None | Some((_, "tsv")) => {}
                Some((_, "json")) => draft.copy(generation, name)?,
                Some(_) => draft.share(
                    generation,
                    name,
                    *sum,
                    page_sums.of(name).map(|sums| sums.as_slice()),
                )?,
            }
        }
        Ok(())
    }

    /// Whether the base has exactly this record, which then stays.
    pub(crate) fn keeps(&mut self, record: &Encoded) -> bool {
        match self.unclaimed.remove(&record.identity()) {
            Some(doc) => self.kept.insert(doc),
            None => false,
        }
    }

    /// The documents that no record has claimed, to be deleted, and the base without them.
    pub(crate) fn finish(self) -> Result<(Deletion, Base), Error> {
        let mut deleted = match &self.index.meta().base {
            Some(base) => base.deleted,
            None => Totals::default(),
        };
        let gone: Vec<DocId> =
            self.living.iter().copied().filter(|doc| !self.kept.contains(doc)).collect();
        for doc in &gone {
            deleted.add(&self.index.record(DocAddress::new(self.ordinal, *doc))?);
        }
        let base = Base { segment: self.base.uuid_string(), deleted };
        Ok((Deletion { segment: self.base, documents: gone }, base))
    }

    /// All documents of every segment but the base.
    pub(crate) fn recent(&self) -> Vec<Deletion> {
        let segments = self.index.searcher().segment_readers().iter();
        let others = segments.filter(|reader| reader.segment_id() != self.base);
        others
            .map(|reader| Deletion {
                segment: reader.segment_id(),
                documents: reader.doc_ids_alive().collect(),
            })
            .collect()
    }
}
