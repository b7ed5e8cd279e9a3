//! Decides which documents of the previous generation stay in an update.
//!
//! An update reads the whole archive, because one page can decide how another is parsed. By the
//! hashes of its id and of its content, each record is compared with the documents of the index.
//! Unchanged documents of the *base*, the segment of the last whole build, stay where they are. All
//! other records are written into one *recent* segment beside it, which replaces the recent segment
//! of the update before. So there are never more than two segments, and they contain the documents
//! that a whole build would contain.

use foldhash::{HashMap, HashSet};

use crate::duplicates::BaseArticles;
use crate::engine::deletion::Deletion;
use crate::engine::segments::SegmentInfo;
use crate::engine::{DocAddress, DocId};
use crate::error::Error;
use crate::generation::Draft;
use crate::meta::Base;
use crate::open::Index;
use crate::record::Encoded;

/// If more than one in this many documents is deleted or in the recent segment, the next build is a
/// whole one.
const MAX_CHANGED_ONE_IN: u64 = 4;

/// The generation in use, which is to be updated.
pub(crate) struct Previous {
    index: Index,
    base: SegmentInfo,
    /// All other segments.
    recent: Vec<SegmentInfo>,
    /// The documents of the base that no record of the archive has claimed yet, by
    /// [`Encoded::identity`].
    unclaimed: HashMap<(u64, u64), DocId>,
    /// Documents of the base that a record has claimed.
    kept: HashSet<DocId>,
    /// The sketches of the articles of the base, and the verdicts on pairs of them (whether the two
    /// are near-duplicates), from the file `duplicates`.
    articles: BaseArticles,
}

/// The base after an update.
pub(crate) struct UpdatedBase {
    /// The documents that no record has claimed, to be deleted.
    pub(crate) deletion: Deletion,
    /// The base, with the totals of all its deleted documents, those of `deletion` included.
    pub(crate) base: Base,
    /// The sketches and verdicts of those articles of the base that stay.
    pub(crate) articles: BaseArticles,
}

impl Previous {
    /// Prepares an update of `index`; `None` if it has no base, if too many documents are deleted
    /// or outside the base, or if the sketches of the base cannot be read.
    pub(crate) fn new(index: Index) -> Result<Option<Self>, Error> {
        let Some(base) = &index.meta().base else { return Ok(None) };
        let mut recent = index.segments();
        let Some(at) = recent.iter().position(|segment| segment.name() == base.segment) else {
            return Ok(None);
        };
        let base = recent.swap_remove(at);
        let changed = recent.iter().map(|segment| segment.living.len() as u64).sum::<u64>()
            + base.num_deleted();
        let all = changed + base.living.len() as u64;
        if changed * MAX_CHANGED_ONE_IN > all {
            return Ok(None);
        }
        let Ok(articles) = BaseArticles::read(index.generation()) else { return Ok(None) };
        let columns = index.columns(base.ordinal)?;
        let mut unclaimed = HashMap::default();
        for doc in &base.living {
            unclaimed.insert(index.identity(columns, *doc)?, *doc);
        }
        Ok(Some(Self { base, recent, unclaimed, kept: HashSet::default(), articles, index }))
    }

    /// Adds the files of the segments to the draft, as hard links where the file system has them.
    /// tantivy's lists of segments and files (`.json`) are copied, because tantivy changes them.
    /// Every build writes the remaining files again: the user's tables (`.tsv`), and the files
    /// without an extension.
    pub(crate) fn reuse_files(&self, draft: &mut Draft) -> Result<(), Error> {
        let generation = self.index.generation();
        let page_sums = self.index.page_sums()?;
        for (name, sum) in &self.index.meta().files {
            match name.rsplit_once('.') {
                None | Some((_, "tsv")) => {}
                Some((_, "json")) => draft.copy(generation, name)?,
                Some(_) => draft.reuse(
                    generation,
                    name,
                    *sum,
                    page_sums.of(name).map(wensou_postings::OwnedBytes::as_slice),
                )?,
            }
        }
        Ok(())
    }

    /// Claims the document of the base that has exactly this record. Returns whether there is one,
    /// which then stays.
    pub(crate) fn claim(&mut self, record: &Encoded) -> bool {
        match self.unclaimed.remove(&record.identity()) {
            Some(doc) => self.kept.insert(doc),
            None => false,
        }
    }

    /// Divides the base into the documents that are deleted and those that are kept.
    pub(crate) fn finish(self) -> Result<UpdatedBase, Error> {
        let Self { index, base, kept, articles, .. } = self;
        let mut deleted = index.meta().base.as_ref().map(|base| base.deleted).unwrap_or_default();
        let unclaimed: Vec<DocId> =
            base.living.iter().copied().filter(|doc| !kept.contains(doc)).collect();
        for doc in &unclaimed {
            deleted.add(&index.record(DocAddress::new(base.ordinal, *doc))?);
        }
        let articles = articles.keep(&kept);
        let deletion = base.deletion_of(unclaimed);
        let base = Base { segment: base.name(), deleted };
        Ok(UpdatedBase { deletion, base, articles })
    }

    /// The deletions of all documents outside the base. Records of these documents that are still
    /// in the archive are written again.
    pub(crate) fn recent_deletions(&self) -> Vec<Deletion> {
        self.recent.iter().map(|segment| segment.deletion_of(segment.living.clone())).collect()
    }
}
