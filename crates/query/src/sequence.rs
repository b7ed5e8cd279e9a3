//! Documents that have key characters in sequence, from the postings of pairs.

use tantivy::query::{EmptyScorer, EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::{DocId, DocSet, Score, SegmentReader, TERMINATED, TantivyError};
use wensou_index::{Cursor, PairKey, Part, Postings, SegmentPostings};

/// Matches documents that have the characters in sequence in one of the parts. Scores nothing.
#[derive(Debug, Clone)]
pub(crate) struct Sequence {
    pub(crate) postings: SegmentPostings,
    pub(crate) parts: Vec<Part>,
    pub(crate) key: Vec<char>,
}

impl Query for Sequence {
    fn weight(&self, _: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        Ok(Box::new(SequenceWeight(self.clone())))
    }
}

struct SequenceWeight(Sequence);

impl Weight for SequenceWeight {
    fn scorer(&self, reader: &SegmentReader, _: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let segment = reader.segment_id();
        let Some(postings) = self.0.postings.of(segment) else {
            let cause = format!("no postings of the segment {}", segment.short_uuid_string());
            return Err(TantivyError::InternalError(cause));
        };
        let parts = self.0.parts.iter();
        let walks: Vec<Walk> =
            parts.filter_map(|part| Walk::new(postings, *part, &self.0.key)).collect();
        Ok(match walks.is_empty() {
            true => Box::new(EmptyScorer),
            false => Box::new(Parts::new(walks)),
        })
    }

    fn explain(&self, _: &SegmentReader, _: DocId) -> tantivy::Result<Explanation> {
        // What a hit is worth is explained by `crate::explain`.
        Ok(Explanation::new("characters in sequence", 0.0))
    }
}

/// The pairs that a sequence of three characters or more is found by, with their offsets: every
/// second one covers all characters; the last one may overlap.
pub(crate) fn cover(length: usize) -> impl Iterator<Item = usize> {
    let last = length.saturating_sub(2);
    (0..last).step_by(2).chain([last])
}

/// The union over parts.
struct Parts {
    walks: Vec<Walk>,
    doc: DocId,
}

impl Parts {
    fn new(walks: Vec<Walk>) -> Self {
        let mut parts = Self { walks, doc: 0 };
        parts.settle();
        parts
    }

    fn settle(&mut self) -> DocId {
        self.doc = self.walks.iter().map(Walk::doc).min().unwrap_or(TERMINATED);
        self.doc
    }
}

impl DocSet for Parts {
    fn advance(&mut self) -> DocId {
        let doc = self.doc;
        for walk in &mut self.walks {
            if walk.doc() == doc {
                walk.advance();
            }
        }
        self.settle()
    }

    fn seek(&mut self, target: DocId) -> DocId {
        for walk in &mut self.walks {
            walk.seek(target);
        }
        self.settle()
    }

    fn doc(&self) -> DocId {
        self.doc
    }

    fn size_hint(&self) -> u32 {
        self.walks.iter().map(Walk::size_hint).fold(0, u32::saturating_add)
    }
}

impl Scorer for Parts {
    fn score(&mut self) -> Score {
        0.0
    }
}

/// One part.
enum Walk {
    List(Box<Cursor>),
    Phrase(Phrase),
}

impl Walk {
    /// `None` where no document can have it.
    fn new(postings: &Postings, part: Part, key: &[char]) -> Option<Self> {
        Some(match key {
            [] => return None,
            [one] => Self::List(Box::new(postings.list(PairKey::single(part, *one))?)),
            [first, second] => {
                Self::List(Box::new(postings.list(PairKey::pair(part, *first, *second))?))
            }
            _ => Self::Phrase(Phrase::new(postings, part, key)?),
        })
    }

    fn doc(&self) -> DocId {
        match self {
            Self::List(list) => list.doc(),
            Self::Phrase(phrase) => phrase.doc,
        }
    }

    fn advance(&mut self) -> DocId {
        match self {
            Self::List(list) => list.advance(),
            Self::Phrase(phrase) => phrase.advance(),
        }
    }

    fn seek(&mut self, target: DocId) -> DocId {
        match self {
            Self::List(list) => list.seek(target),
            Self::Phrase(phrase) => phrase.seek(target),
        }
    }

    fn size_hint(&self) -> u32 {
        match self {
            Self::List(list) => Cursor::count(list),
            // Of the documents that have its rarest pair, few have it whole.
            Self::Phrase(phrase) => phrase.lists[0].1.count() / 4 + 1,
        }
    }
}

/// Three characters or more: pairs in the same document, at their distances.
struct Phrase {
    /// Offset in the phrase, and list: the shortest list first.
    lists: Vec<(u32, Cursor)>,
    doc: DocId,
    /// Where the phrase may begin in the document at hand; then places of one pair.
    starts: Vec<u32>,
    places: Vec<u32>,
}

impl Phrase {
    fn new(postings: &Postings, part: Part, key: &[char]) -> Option<Self> {
        let mut lists = Vec::new();
        for at in cover(key.len()) {
            let list = postings.list(PairKey::pair(part, key[at], key[at + 1]))?;
            lists.push((at as u32, list));
        }
        lists.sort_by_key(|(_, list)| list.count());
        let mut phrase = Self { lists, doc: 0, starts: Vec::new(), places: Vec::new() };
        phrase.settle();
        Some(phrase)
    }

    fn advance(&mut self) -> DocId {
        self.lists[0].1.advance();
        self.settle()
    }

    fn seek(&mut self, target: DocId) -> DocId {
        if self.doc < target {
            self.lists[0].1.seek(target);
            self.settle();
        }
        self.doc
    }

    /// Goes on from where the first list is to the next document that has the phrase.
    fn settle(&mut self) -> DocId {
        let mut target = self.lists[0].1.doc();
        'documents: while target != TERMINATED {
            for at in 1..self.lists.len() {
                let doc = self.lists[at].1.seek(target);
                if doc > target {
                    target = self.lists[0].1.seek(doc);
                    continue 'documents;
                }
            }
            if self.is_here() {
                break;
            }
            target = self.lists[0].1.advance();
        }
        self.doc = target;
        target
    }

    /// Whether the pairs of the document that all lists are at stand at their distances.
    fn is_here(&mut self) -> bool {
        let Self { lists, starts, places, .. } = self;
        let mut lists = lists.iter_mut();
        let Some((offset, list)) = lists.next() else { return false };
        list.places(places);
        starts.clear();
        starts.extend(places.iter().filter_map(|place| place.checked_sub(*offset)));
        for (offset, list) in lists {
            if starts.is_empty() {
                return false;
            }
            list.places(places);
            let mut there = places.iter().copied().peekable();
            starts.retain(|start| {
                let wanted = start.saturating_add(*offset);
                while there.next_if(|place| *place < wanted).is_some() {}
                there.peek() == Some(&wanted)
            });
        }
        !starts.is_empty()
    }
}
