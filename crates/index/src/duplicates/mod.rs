//! Near-duplicates: articles with the same text, or nearly the same, as sister sites publish them.
//!
//! Each build of an index finds them; [`resemblance`](crate::resemblance) says which texts are
//! alike. An update compares the articles that it has added with all others. For two articles that
//! it keeps, it takes over what an earlier build found out: whether they are near-duplicates (the
//! verdicts, in `groups_file`). So the groups do not depend on which articles an update keeps and
//! which it writes again.
//!
//! Every article stays a document of its own. A search shows the hits of a group as one.

mod groups_file;

use foldhash::{HashMap, HashSet};
use wensou_ingest::Record;

pub use self::groups_file::DuplicateGroups;
use self::groups_file::SegmentGroups;
pub(crate) use self::groups_file::{BaseArticles, Verdicts};
use crate::engine::DocId;
use crate::error::Error;
use crate::files::{DUPLICATES, Folder};
use crate::resemblance::{Comparable, Groups, Likeness, Samples, Sketch, candidate_pairs};

/// A [`TextCache`] is emptied when it has more texts than this. The texts of most pairs are close
/// to each other in the archive, so few of them are read twice.
const MAX_CACHED_TEXTS: usize = 256;

/// The articles of one segment.
#[derive(Debug, Default)]
pub(crate) struct SegmentArticles {
    /// The name of the segment; empty if there is no such segment.
    pub(crate) segment: String,
    /// The sketch of each article, ascending by document.
    pub(crate) sketches: Vec<(DocId, Sketch)>,
}

/// The articles of a generation.
pub(crate) struct Articles {
    /// The segment that the next update starts from.
    pub(crate) base: SegmentArticles,
    /// The segment beside it, if there is one.
    pub(crate) recent: SegmentArticles,
    /// What earlier builds found out about pairs of articles of the base, ascending.
    pub(crate) verdicts: Verdicts,
    /// The samples of the articles that this build has added: those of `recent`, or, in a whole
    /// build, those of `base`.
    pub(crate) samples: Samples,
}

impl BaseArticles {
    /// Leaves out all sketches and verdicts but those of the documents in `kept`.
    pub(crate) fn keep(mut self, kept: &HashSet<DocId>) -> Self {
        self.sketches.retain(|(doc, _)| kept.contains(doc));
        self.verdicts.retain(|(a, b, _)| kept.contains(a) && kept.contains(b));
        self
    }

    /// The sketches, ascending by document, and the verdicts.
    pub(crate) fn into_parts(self) -> (Vec<(DocId, Sketch)>, Verdicts) {
        (self.sketches, self.verdicts)
    }
}

/// Finds the near-duplicates of a generation and writes them into its folder. `read` takes the name
/// of a segment and a document, and reads the record of that document.
///
/// # Errors
///
/// [`Error::Io`] if the samples cannot be read or the file cannot be written, and the errors of
/// `read`.
pub(crate) fn find_and_write(
    folder: &Folder,
    articles: Articles,
    read: &mut dyn FnMut(&str, DocId) -> Result<Record, Error>,
) -> Result<(), Error> {
    let Articles { base, recent, verdicts: known, mut samples } = articles;
    // Texts are numbered: first those of the base, then those of the recent segment.
    let base_count = base.sketches.len();
    // The first text of which this build has a sample. Without a recent segment, this is a whole
    // build, which has samples of all texts, or an update that added no document. The latter has no
    // samples, so comparing them always gives `Unknown`.
    let first_sampled = if recent.segment.is_empty() { 0 } else { base_count };
    let articles = || base.sketches.iter().chain(&recent.sketches);
    let sketches: Vec<Sketch> = articles().map(|(_, sketch)| *sketch).collect();
    let documents: Vec<DocId> = articles().map(|(doc, _)| *doc).collect();
    let mut texts = TextCache::new(|text: u32| {
        let in_recent = text as usize >= base_count;
        let segment = if in_recent { &recent.segment } else { &base.segment };
        Ok(Comparable::of(&read(segment, documents[text as usize])?))
    });
    // Pairs come in ascending order, so the verdicts are sorted.
    let mut verdicts = Verdicts::new();
    let mut groups = Groups::new(sketches.len());
    let mut compare_samples = |[a, b]: [usize; 2]| {
        samples.compare(a, b).map_err(Error::io("read a temporary file in", folder.path()))
    };
    for (a, b) in candidate_pairs(&sketches) {
        if groups.are_joined(a, b) {
            continue;
        }
        // `a` is less than `b`, so if `b` is in the base, both are.
        let both_in_base = (b as usize) < base_count;
        let (doc_a, doc_b) = (documents[a as usize], documents[b as usize]);
        let known_verdict = if both_in_base { verdict_on(&known, (doc_a, doc_b)) } else { None };
        let likeness = match known_verdict {
            Some(true) => Likeness::Same,
            Some(false) => Likeness::Different,
            None if (a as usize) < first_sampled => Likeness::Unknown,
            None => compare_samples([a, b].map(|text| text as usize - first_sampled))?,
        };
        let verdict = match likeness {
            Likeness::Same => true,
            Likeness::Different => false,
            Likeness::Unknown => texts.are_near_duplicates([a, b])?,
        };
        if both_in_base {
            verdicts.push((doc_a, doc_b, verdict));
        }
        if verdict {
            groups.join(a, b);
        }
    }
    let members = groups.into_members();
    let groups = by_segment(&members, &documents, [&base, &recent]);
    let base = BaseArticles { sketches: base.sketches, verdicts };
    let written = groups_file::write(folder, &groups, base);
    written.map_err(Error::io("write", &folder.path_of(DUPLICATES)))
}

/// Whether two documents are near-duplicates according to `verdicts`; `None` if they have no such
/// pair.
fn verdict_on(verdicts: &[(DocId, DocId, bool)], pair: (DocId, DocId)) -> Option<bool> {
    let at = verdicts.binary_search_by_key(&pair, |(a, b, _)| (*a, *b)).ok()?;
    let (_, _, is_near_duplicate) = verdicts[at];
    Some(is_near_duplicate)
}

/// Reads and compares texts, with a cache for those that were read.
struct TextCache<R> {
    read: R,
    cached: HashMap<u32, Comparable>,
}

impl<R: FnMut(u32) -> Result<Comparable, Error>> TextCache<R> {
    fn new(read: R) -> Self {
        Self { read, cached: HashMap::default() }
    }

    /// Whether two texts are near-duplicates. When the cache is emptied, `a` stays, because the
    /// next pairs may begin with the same text.
    fn are_near_duplicates(&mut self, [a, b]: [u32; 2]) -> Result<bool, Error> {
        if self.cached.len() > MAX_CACHED_TEXTS {
            self.cached.retain(|text, _| *text == a);
        }
        for text in [a, b] {
            if !self.cached.contains_key(&text) {
                self.cached.insert(text, (self.read)(text)?);
            }
        }
        Ok(self.cached[&a].is_near_duplicate(&self.cached[&b]))
    }
}

/// The members of all groups, divided by segment. `members` has each text that is in a group, with
/// the first text of the group. Groups are numbered in the order of their first texts.
fn by_segment(
    members: &[(u32, u32)],
    documents: &[DocId],
    [base, recent]: [&SegmentArticles; 2],
) -> Vec<SegmentGroups> {
    let base_count = base.sketches.len() as u32;
    let mut numbers: HashMap<u32, u32> = HashMap::default();
    let mut segments = [base, recent]
        .map(|articles| SegmentGroups { segment: articles.segment.clone(), documents: Vec::new() });
    for (text, first) in members {
        let next = numbers.len() as u32;
        let number = *numbers.entry(*first).or_insert(next);
        let segment = usize::from(*text >= base_count);
        segments[segment].documents.push((documents[*text as usize], number));
    }
    segments.into_iter().filter(|segment| !segment.documents.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use wensou_text::key_of;

    use super::*;
    use crate::parts::PartsFile;
    use crate::resemblance::{SamplesWriter, sketch_and_sample};

    /// The groups, as sorted lists, of ten articles: three texts with two articles each, which
    /// differ by a word at the end, and four texts with one. The first `base_count` articles are in
    /// the base, with these verdicts, and the others in the recent segment.
    fn groups_of(base_count: usize, verdicts: Verdicts) -> Vec<Vec<usize>> {
        let text = |number: usize| -> String {
            // Two articles with the same salt have nearly the same text. Those with different salts
            // have no character in common but those of 後記: the greater salts are squares, because
            // the texts with the salts 1 and 6 would share 75 of 120 characters.
            let salt = if number < 6 { number % 3 } else { number * number } as u32;
            let chars = (0..120).map(|n| 0x4E00 + (n * 7919 + salt * 104_729) % 20_000);
            chars.filter_map(char::from_u32).collect::<String>() + &"後記".repeat(number % 2)
        };
        let article = |number: usize| {
            let (sketch, _) = sketch_and_sample(&[], &key_of(&text(number)), &text(number));
            (number as DocId, sketch)
        };
        let dir = tempfile::tempdir().unwrap();
        let mut samples = SamplesWriter::new(dir.path());
        for number in base_count..10 {
            let (_, sample) = sketch_and_sample(&[], &key_of(&text(number)), &text(number));
            samples.push(&sample).unwrap();
        }
        let segment = |name: &str, numbers: std::ops::Range<usize>| SegmentArticles {
            segment: name.to_owned(),
            sketches: numbers.map(article).collect(),
        };
        let articles = Articles {
            base: segment("base", 0..base_count),
            recent: segment("recent", base_count..10),
            verdicts,
            samples: samples.finish().unwrap(),
        };
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::open(dir.path()).unwrap();
        let mut read = |_: &str, doc: DocId| {
            let article = wensou_ingest::Article {
                paragraphs: vec![text(doc as usize)],
                ..wensou_ingest::Article::default()
            };
            Ok(Record::Article(article))
        };
        find_and_write(&folder, articles, &mut read).unwrap();
        // The segments of an index may be in another order than those of the file.
        let names = ["recent".to_owned(), "base".to_owned()];
        let file = PartsFile::open(&folder, DUPLICATES).unwrap();
        let groups = DuplicateGroups::read(file, &names).unwrap();
        let base = BaseArticles::read(&folder).unwrap();
        assert_eq!(base.sketches.len(), base_count);
        let group = |number: u32| -> Vec<usize> {
            let mut members: Vec<usize> =
                groups.members(number).unwrap().iter().map(|at| at.doc_id as usize).collect();
            members.sort_unstable();
            members
        };
        let mut all: Vec<Vec<usize>> = (0..groups.count() as u32).map(group).collect();
        all.sort();
        all
    }

    #[test]
    fn groups_do_not_depend_on_which_articles_are_in_the_base() {
        let expected = [vec![0, 3], vec![1, 4], vec![2, 5]];
        for base_count in [10, 7, 4, 1] {
            assert_eq!(groups_of(base_count, Verdicts::new()), expected, "{base_count}");
        }
        // The verdict of an earlier build is taken over without a comparison.
        assert_eq!(groups_of(10, vec![(0, 3, false)]), [vec![1, 4], vec![2, 5]]);
    }
}
