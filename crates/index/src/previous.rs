//! The generation that an update starts from: which of its documents the archive still says.
//!
//! An update reads the whole archive, since what one page says can decide how another is read, and
//! compares record by record with what is stored. Documents of the *base*, the segment of the last
//! whole build, that are the same stay as they are; all others are written into one *recent*
//! segment beside it. So there are never more than two segments, and the outcome has the documents
//! that a whole build would have.

use rustc_hash::{FxHashMap, FxHashSet};
use tantivy::index::SegmentId;
use tantivy::query::{EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::{DocAddress, DocId, DocSet, Score, SegmentReader, TERMINATED};

use crate::document::{Encoded, add_to_totals};
use crate::error::Error;
use crate::generation::Draft;
use crate::meta::Base;
use crate::open::Index;
use crate::postings::Totals;

/// Of the base's documents, one in so many may be deleted or changed before all is built anew.
const TOO_MANY: u64 = 4;

/// The generation in use, to be updated.
pub(crate) struct Previous {
    index: Index,
    base: SegmentId,
    /// Number of the base among the segments.
    ordinal: u32,
    /// Documents of the base that no record has claimed yet, by [`Fields::tie`](crate::Fields::tie)
    /// and digest.
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
        if (recent + u64::from(reader.num_deleted_docs())) * TOO_MANY > all {
            return Ok(None);
        }
        let columns = reader.fast_fields();
        let (ties, digests) = (columns.u64("tie")?, columns.u64("digest")?);
        let living: Vec<DocId> = reader.doc_ids_alive().collect();
        let key =
            |doc| (ties.first(doc).unwrap_or_default(), digests.first(doc).unwrap_or_default());
        let unclaimed = living.iter().map(|doc| (key(*doc), *doc)).collect();
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

    /// Gives the draft every file of the generation but for the settings and the user's tables,
    /// which are written anew. tantivy's lists of files are copied, for it writes into them.
    pub(crate) fn share(&self, draft: &mut Draft) -> Result<(), Error> {
        let generation = self.index.generation();
        for (name, sum) in &self.index.meta().files {
            match name.rsplit_once('.') {
                None | Some((_, "tsv")) => {}
                Some((_, "json")) => draft.copy(generation, name)?,
                Some(_) => draft.share(generation, name, *sum)?,
            }
        }
        Ok(())
    }

    /// Whether the base has exactly this record; if so, it stays.
    pub(crate) fn keeps(&mut self, record: &Encoded) -> bool {
        match self.unclaimed.remove(&(record.tie(), record.digest)) {
            Some(doc) => self.kept.insert(doc),
            None => false,
        }
    }

    /// What no record has claimed, to be deleted; and the base without it.
    pub(crate) fn finish(self) -> Result<(Exactly, Base), Error> {
        let mut deleted = match &self.index.meta().base {
            Some(base) => base.deleted,
            None => Totals::default(),
        };
        let gone: Vec<DocId> =
            self.living.iter().copied().filter(|doc| !self.kept.contains(doc)).collect();
        for doc in &gone {
            add_to_totals(&mut deleted, &self.index.record(DocAddress::new(self.ordinal, *doc))?);
        }
        let base = Base { segment: self.base.uuid_string(), deleted };
        Ok((Exactly { segment: self.base, documents: gone }, base))
    }

    /// All documents of every segment but the base.
    pub(crate) fn recent(&self) -> Vec<Exactly> {
        let segments = self.index.searcher().segment_readers().iter();
        let others = segments.filter(|reader| reader.segment_id() != self.base);
        others
            .map(|reader| Exactly {
                segment: reader.segment_id(),
                documents: reader.doc_ids_alive().collect(),
            })
            .collect()
    }
}

/// These documents of this segment. The engine deletes by queries; by an id it would delete
/// whatever else has that id.
#[derive(Debug, Clone)]
pub(crate) struct Exactly {
    pub(crate) segment: SegmentId,
    /// Ascending.
    pub(crate) documents: Vec<DocId>,
}

impl Query for Exactly {
    fn weight(&self, _: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        Ok(Box::new(self.clone()))
    }
}

impl Weight for Exactly {
    fn scorer(&self, reader: &SegmentReader, _: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let documents = match reader.segment_id() == self.segment {
            true => self.documents.clone(),
            false => Vec::new(),
        };
        Ok(Box::new(Listed { documents, at: 0 }))
    }

    fn explain(&self, _: &SegmentReader, _: DocId) -> tantivy::Result<Explanation> {
        Ok(Explanation::new("deleted", 0.0))
    }
}

/// Documents one after the other.
struct Listed {
    documents: Vec<DocId>,
    at: usize,
}

impl DocSet for Listed {
    fn advance(&mut self) -> DocId {
        self.at += 1;
        self.doc()
    }

    fn doc(&self) -> DocId {
        self.documents.get(self.at).copied().unwrap_or(TERMINATED)
    }

    fn size_hint(&self) -> u32 {
        self.documents.len() as u32
    }
}

impl Scorer for Listed {
    fn score(&mut self) -> Score {
        0.0
    }
}
