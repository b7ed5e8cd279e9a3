//! Finds near-duplicates among articles that are spread over several indexes, such as the shares of
//! several machines. A build of one index does the same in [`duplicates`](crate::duplicates).

use std::vec;

use wensou_ingest::Record;
use wensou_postings::DocumentTerms;
use wensou_text::key_of;

use super::candidates::candidate_pairs;
use super::compare::Comparable;
use super::groups::Groups;
use super::samples::{Likeness, Sample, sketch_and_sample};
use super::sketch::Sketch;
use crate::record::RecordExt;

impl Sketch {
    /// The sketch of an article, by which a [`NearDuplicateFinder`] chooses the pairs to compare.
    #[must_use]
    pub fn of_article(record: &Record, terms: &DocumentTerms) -> Self {
        let (sketch, _) =
            sketch_and_sample(&terms.title.key, &terms.body.key, &record.texts().body);
        sketch
    }
}

/// The text of an article, ready to be compared with others.
#[derive(Debug)]
pub struct ArticleText {
    sample: Sample,
    text: Comparable,
}

impl ArticleText {
    /// The text of a record.
    #[must_use]
    pub fn of(record: &Record) -> Self {
        let texts = record.texts();
        let [title_key, body_key] = [&texts.title, &texts.body].map(|text| key_of(text));
        let (_, sample) = sketch_and_sample(&title_key, &body_key, &texts.body);
        Self { sample, text: Comparable::of(record) }
    }

    /// Whether two articles are near-duplicates, by the same rules as in a build of an index.
    #[must_use]
    pub fn is_near_duplicate(&self, other: &Self) -> bool {
        match self.sample.compare(&other.sample) {
            Likeness::Same => true,
            Likeness::Different => false,
            Likeness::Unknown => self.text.is_near_duplicate(&other.text),
        }
    }
}

/// Finds the groups of near-duplicates among articles, given their sketches in the order of the
/// walk. Articles are identified by their indexes in that order. The groups are those that a build
/// of one index with all of these articles would find.
///
/// ```
/// use wensou_index::{ArticleText, NearDuplicateFinder, Sketch, analyse_record};
/// use wensou_ingest::{Article, Record};
/// use wensou_text::Segmenter;
///
/// # fn main() -> Result<(), wensou_index::Error> {
/// let text = "比特幣價格週一突破三萬美元，創下一年來的新高。".repeat(3);
/// let (mut sketches, mut texts) = (Vec::new(), Vec::new());
/// for source in ["甲社：", "乙社："] {
///     let paragraphs = vec![format!("{source}{text}")];
///     let record = Record::Article(Article { paragraphs, ..Article::default() });
///     let (_, terms) = analyse_record(0, &record, &Segmenter::standard())?;
///     sketches.push(Sketch::of_article(&record, &terms));
///     texts.push(ArticleText::of(&record));
/// }
/// let mut finder = NearDuplicateFinder::new(&sketches);
/// while let Some([a, b]) = finder.next_candidates() {
///     if texts[a as usize].is_near_duplicate(&texts[b as usize]) {
///         finder.join([a, b]);
///     }
/// }
/// assert_eq!(finder.into_groups(), [[0, 1]]);
/// # Ok(())
/// # }
/// ```
pub struct NearDuplicateFinder {
    candidates: vec::IntoIter<(u32, u32)>,
    groups: Groups,
}

impl NearDuplicateFinder {
    /// Chooses the pairs to compare by the sketches. Each article begins in a group of its own.
    #[must_use]
    pub fn new(sketches: &[Sketch]) -> Self {
        let groups = Groups::new(sketches.len());
        Self { candidates: candidate_pairs(sketches).into_iter(), groups }
    }

    /// The next pair of articles to compare. Pairs that are in one group already are skipped.
    pub fn next_candidates(&mut self) -> Option<[u32; 2]> {
        let Self { candidates, groups } = self;
        candidates.find(|(a, b)| !groups.are_joined(*a, *b)).map(|(a, b)| [a, b])
    }

    /// Joins the groups of two near-duplicates.
    pub fn join(&mut self, [a, b]: [u32; 2]) {
        self.groups.join(a, b);
    }

    /// The groups of two articles or more, each ascending, in the order of their first articles.
    #[must_use]
    pub fn into_groups(self) -> Vec<Vec<u32>> {
        let mut members = self.groups.into_members();
        members.sort_unstable_by_key(|(text, first)| (*first, *text));
        let groups = members.chunk_by(|(_, first_a), (_, first_b)| first_a == first_b);
        groups.map(|group| group.iter().map(|(text, _)| *text).collect()).collect()
    }
}
