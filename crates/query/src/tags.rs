//! Tags with the number of documents that have them.

use std::collections::{BTreeMap, HashMap};

use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::StrColumn;
use tantivy::{DocId, Score, SegmentOrdinal, SegmentReader};
use wensou_index::{FACET_SEPARATOR, Index};
use wensou_text::{Segmenter, fold};

use crate::error::Error;
use crate::lang::Query;
use crate::plan::{Mode, plan};
use crate::stats::Statistics;

/// A tag and how many documents have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagCount {
    /// The form that stands in most documents; script and case vary from page to page.
    pub tag: String,
    /// Documents that have it in any form.
    pub documents: u64,
}

/// Tags of the documents that a query matches, most frequent first, then by name. With `prefix`,
/// only those that begin so once folded.
///
/// # Errors
///
/// If the query cannot be answered or the index fails.
pub fn tags(index: &Index, query: &Query, prefix: Option<&str>) -> Result<Vec<TagCount>, Error> {
    let statistics = Statistics::new(index)?;
    let plan = plan(index, &Segmenter::standard(), &statistics, query, Mode::Strict)?;
    let counts = index.searcher().search(&plan.query, &FacetCounts { column: "tag_facet" })?;
    let prefix = prefix.map(fold).unwrap_or_default();
    // Forms of one tag are counted together and shown as the most frequent of them.
    let mut tags: HashMap<&str, (u64, &str, u64)> = HashMap::new();
    for (facet, count) in &counts {
        let Some((folded, form)) = facet.split_once(FACET_SEPARATOR) else { continue };
        if folded.starts_with(&prefix) {
            let (total, best, most) = tags.entry(folded).or_insert((0, form, 0));
            *total += count;
            if (*count, form) > (*most, *best) {
                (*best, *most) = (form, *count);
            }
        }
    }
    let mut tags: Vec<(&str, TagCount)> = tags
        .into_iter()
        .map(|(folded, (documents, tag, _))| (folded, TagCount { tag: tag.to_owned(), documents }))
        .collect();
    tags.sort_by(|(a, one), (b, other)| other.documents.cmp(&one.documents).then(a.cmp(b)));
    Ok(tags.into_iter().map(|(_, tag)| tag).collect())
}

/// Every folded tag with the number of documents that have it, by name.
pub(crate) fn all_tags(index: &Index) -> Result<Vec<(String, u64)>, Error> {
    let mut tags: BTreeMap<String, u64> = BTreeMap::new();
    for reader in index.searcher().segment_readers() {
        let inverted = reader.inverted_index(index.fields().tag)?;
        let mut terms = inverted.terms().stream().map_err(tantivy::TantivyError::from)?;
        while let Some((tag, info)) = terms.next() {
            *tags.entry(String::from_utf8_lossy(tag).into_owned()).or_default() +=
                u64::from(info.doc_freq);
        }
    }
    Ok(tags.into_iter().collect())
}

/// Counts the values of a column over the documents that match.
struct FacetCounts {
    column: &'static str,
}

struct SegmentCounts {
    column: Option<StrColumn>,
    counts: HashMap<u64, u64>,
}

impl Collector for FacetCounts {
    type Fruit = HashMap<String, u64>;
    type Child = SegmentCounts;

    fn for_segment(
        &self,
        _segment: SegmentOrdinal,
        reader: &SegmentReader,
    ) -> tantivy::Result<SegmentCounts> {
        Ok(SegmentCounts { column: reader.fast_fields().str(self.column)?, counts: HashMap::new() })
    }

    fn requires_scoring(&self) -> bool {
        false
    }

    fn merge_fruits(&self, segments: Vec<HashMap<String, u64>>) -> tantivy::Result<Self::Fruit> {
        let mut all = HashMap::new();
        for (value, count) in segments.into_iter().flatten() {
            *all.entry(value).or_default() += count;
        }
        Ok(all)
    }
}

impl SegmentCollector for SegmentCounts {
    type Fruit = HashMap<String, u64>;

    fn collect(&mut self, doc: DocId, _score: Score) {
        if let Some(column) = &self.column {
            for ord in column.term_ords(doc) {
                *self.counts.entry(ord).or_default() += 1;
            }
        }
    }

    fn harvest(self) -> HashMap<String, u64> {
        let Some(column) = &self.column else { return HashMap::new() };
        let mut value = String::new();
        let mut counts = HashMap::new();
        for (ord, count) in self.counts {
            value.clear();
            if column.ord_to_str(ord, &mut value).unwrap_or(false) {
                counts.insert(value.clone(), count);
            }
        }
        counts
    }
}
