//! Which documents match, in two phases: candidates first, from document ids alone, then the
//! positions of those candidates that can still reach the results.
//!
//! tantivy's boolean queries have one phase: each member of an intersection reads the positions of
//! documents that another member would have ruled out, and a document that scores too little is
//! matched exactly before it is dropped. Here a candidate is confirmed last (Lucene calls it
//! two-phase iteration), and a caller that needs no count confirms only what would be among the
//! best.
//!
//! Candidates come one by one ([`Matcher::seek`]) or a [`DocWindow`] at a time ([`Matcher::fill`]):
//! setting the bits of a whole block of a posting list costs as much as looking up eight of its
//! documents.

use std::cmp::Reverse;
use std::sync::Arc;

use tantivy::query::{BooleanQuery, EnableScoring, Occur, Query, Scorer};
use tantivy::{DocId, DocSet, SegmentReader, TERMINATED};
use wensou_index::{Cursor, Part, Postings, Unit, UnitKey, Unpacked};

use crate::exec::cache::OpenedPostings;
use crate::exec::phrase::Phrase;
use crate::exec::postings_query::{Leaf, PostingsQuery};
use crate::exec::window::DocWindow;

/// Opens the posting list of a term, from a cache or from the file.
pub(crate) type Open<'o> = &'o dyn Fn(&Postings, UnitKey) -> Option<OpenedPostings>;

/// The documents of one segment that may match, in ascending order.
pub(crate) enum Matcher {
    Nothing,
    /// A word, a bigram or a unigram, on disk.
    Cursor(Box<Cursor>),
    /// The same, decoded in memory.
    Bitset(Arc<Unpacked>),
    /// A sequence of three characters or more.
    Phrase(Box<Phrase>),
    /// Any query that only tantivy can run.
    Tantivy(TantivyDocs),
    And(And),
    Or(Or),
    AndNot(Box<AndNot>),
}

impl Matcher {
    /// The matcher of `query` in the segment of `reader`.
    pub(crate) fn of(
        query: &dyn Query,
        scoring: EnableScoring<'_>,
        reader: &SegmentReader,
        open: Open<'_>,
    ) -> tantivy::Result<Self> {
        if let Some(query) = query.downcast_ref::<PostingsQuery>() {
            let postings = query.segment_postings(reader)?;
            return Ok(Self::leaf(postings, &query.fields, &query.leaf, open));
        }
        if let Some(query) = query.downcast_ref::<BooleanQuery>()
            && let Some(matcher) = Self::boolean(query, scoring, reader, open)?
        {
            return Ok(matcher);
        }
        let weight = query.weight(scoring)?;
        Ok(Self::Tantivy(TantivyDocs { scorer: weight.scorer(reader, 1.0)?, not_before: None }))
    }

    /// The matcher of a plain AND, OR or NOT; `None` for any other boolean query.
    fn boolean(
        query: &BooleanQuery,
        scoring: EnableScoring<'_>,
        reader: &SegmentReader,
        open: Open<'_>,
    ) -> tantivy::Result<Option<Self>> {
        let (mut must, mut should, mut not) = (Vec::new(), Vec::new(), Vec::new());
        for (occur, query) in query.clauses() {
            let members = match occur {
                Occur::Must => &mut must,
                Occur::Should => &mut should,
                Occur::MustNot => &mut not,
            };
            members.push(Self::of(query.as_ref(), scoring, reader, open)?);
        }
        let min_should_match = query.get_minimum_number_should_match();
        let included = match (must.is_empty(), should.is_empty()) {
            (false, true) if min_should_match == 0 => And::of(must),
            (true, false) if min_should_match == 1 => Self::or(should),
            _ => return Ok(None),
        };
        Ok(Some(match not.is_empty() {
            true => included,
            false => Self::AndNot(Box::new(AndNot { included, excluded: Self::or(not) })),
        }))
    }

    /// The matcher of documents that have `leaf` in one of the fields.
    pub(crate) fn leaf(postings: &Postings, fields: &[Part], leaf: &Leaf, open: Open<'_>) -> Self {
        let list = |key| {
            open(postings, key).map(|list| match list {
                OpenedPostings::Cached(list) => Self::Bitset(list),
                OpenedPostings::OnDisk(list) => Self::Cursor(list),
            })
        };
        let sequence = |field: Part, key: &[char]| match key {
            [] => None,
            [one] => list(UnitKey::single(field, *one)),
            [first, second] => list(UnitKey::pair(field, *first, *second)),
            _ => Phrase::new(postings, field, key, open).map(|it| Self::Phrase(Box::new(it))),
        };
        let in_field = |field: &Part| match leaf {
            Leaf::Sequence(key) => sequence(*field, key),
            Leaf::Word(word) => list(postings.key(*field, Unit::Word, word)?),
            Leaf::Prefix(_) | Leaf::Path { .. } => None,
        };
        match leaf {
            Leaf::Prefix(prefix) => Self::Bitset(Arc::new(postings.with_prefix(fields, prefix))),
            Leaf::Path { name, whole } => Self::Bitset(Arc::new(postings.in_paths(name, *whole))),
            _ => Self::or(fields.iter().filter_map(in_field).collect()),
        }
    }

    fn or(mut members: Vec<Self>) -> Self {
        members.retain(|member| !matches!(member, Self::Nothing));
        // The most frequent member comes first: it is the most likely to match.
        members.sort_by_key(|member| Reverse(member.cost()));
        match members.len() {
            0 => Self::Nothing,
            1 => members.remove(0),
            _ => Self::Or(Or { next: vec![0; members.len()], in_window: Vec::new(), members }),
        }
    }

    /// An estimate of the number of candidates.
    pub(crate) fn cost(&self) -> u64 {
        match self {
            Self::Nothing => 0,
            Self::Cursor(list) => u64::from(Cursor::count(list)),
            Self::Bitset(list) => u64::from(list.count()),
            // Few of the documents that have the phrase's rarest bigram have all of it.
            Self::Phrase(phrase) => u64::from(phrase.bigrams[0].cursor.count() / 4 + 1),
            Self::Tantivy(docs) => docs.scorer.cost(),
            Self::And(and) => and.members[0].cost(),
            Self::Or(or) => or.members.iter().map(Self::cost).sum(),
            Self::AndNot(and_not) => and_not.included.cost(),
        }
    }

    pub(super) fn size_hint(&self) -> u32 {
        self.cost().try_into().unwrap_or(u32::MAX)
    }

    /// The first candidate that is not before `target`. Targets must ascend.
    pub(crate) fn seek(&mut self, target: DocId) -> DocId {
        match self {
            Self::Nothing => TERMINATED,
            Self::Cursor(list) => list.seek(target),
            Self::Bitset(list) => list.next(target),
            Self::Phrase(phrase) => phrase.seek(target),
            Self::Tantivy(docs) => docs.seek(target),
            Self::And(and) => and.seek(target),
            Self::Or(or) => or.seek(target),
            Self::AndNot(and_not) => and_not.included.seek(target),
        }
    }

    /// Checks one document: `Ok` if `doc` is a candidate, else a lower bound of the next one.
    /// Documents must not descend, and must not be before one that [`Matcher::seek`] returned.
    fn probe(&mut self, doc: DocId) -> Result<(), DocId> {
        let next = match self {
            Self::Tantivy(docs) => return docs.probe(doc),
            Self::And(and) => {
                return and.members.iter_mut().try_for_each(|member| member.probe(doc));
            }
            Self::Or(or) => return or.probe(doc, |_| true),
            Self::AndNot(and_not) => return and_not.included.probe(doc),
            Self::Phrase(phrase) => return phrase.probe(doc),
            Self::Cursor(list) => list.seek(doc),
            Self::Bitset(list) => list.next(doc),
            Self::Nothing => TERMINATED,
        };
        if next == doc { Ok(()) } else { Err(next) }
    }

    /// Sets the bit of every candidate in the window, and advances past its end. The matcher must
    /// not have advanced past `window.start()`.
    pub(crate) fn fill(&mut self, window: &mut DocWindow) {
        match self {
            Self::Nothing => {}
            Self::Cursor(list) => list.mark(window.start(), window.bits()),
            Self::Bitset(list) => window.insert_postings(list),
            Self::Phrase(phrase) => phrase.fill(window),
            Self::Tantivy(docs) => docs.fill(window),
            Self::And(and) => and.fill(window),
            Self::Or(or) => or.fill(window),
            Self::AndNot(and_not) => and_not.included.fill(window),
        }
    }

    /// Clears the bit of every document of the window that is no candidate. The same contract as
    /// [`Matcher::fill`]; in addition [`Matcher::seek`] must not have been called.
    pub(crate) fn retain(&mut self, window: &mut DocWindow) {
        let is_bitset = matches!(self, Self::Bitset(_));
        if !is_bitset
            && self.is_postings_only()
            && window.is_dense(self.size_hint(), window.count())
        {
            let mut own = window.empty_like();
            self.fill(&mut own);
            return window.intersect(&own);
        }
        match self {
            Self::Nothing => *window = window.empty_like(),
            Self::Cursor(list) => retain_postings(list, window),
            Self::Bitset(list) => window.retain_postings(list),
            Self::Phrase(phrase) => phrase.retain(window),
            Self::Tantivy(docs) => window.retain(|doc| docs.probe(doc).is_ok()),
            Self::And(and) => and.members.iter_mut().for_each(|member| member.retain(window)),
            Self::Or(or) => or.retain(window),
            Self::AndNot(and_not) => and_not.included.retain(window),
        }
    }

    /// Whether all candidates come from our own postings.
    fn is_postings_only(&self) -> bool {
        match self {
            Self::Nothing | Self::Cursor(_) | Self::Bitset(_) | Self::Phrase(_) => true,
            Self::Tantivy(_) => false,
            Self::And(and) => and.members.iter().all(Self::is_postings_only),
            Self::Or(or) => or.members.iter().all(Self::is_postings_only),
            Self::AndNot(and_not) => and_not.included.is_postings_only(),
        }
    }

    /// Whether every candidate matches, so that none needs to be confirmed.
    pub(crate) fn is_exact(&self) -> bool {
        match self {
            Self::Nothing | Self::Cursor(_) | Self::Bitset(_) | Self::Tantivy(_) => true,
            Self::Phrase(_) | Self::AndNot(_) => false,
            Self::And(and) => and.members.iter().all(Self::is_exact),
            Self::Or(or) => or.members.iter().all(Self::is_exact),
        }
    }

    /// Whether [`Matcher::confirm`] may return to the start of a window that was filled.
    pub(crate) fn can_rewind(&self) -> bool {
        match self {
            Self::Nothing | Self::Cursor(_) | Self::Bitset(_) => true,
            Self::Tantivy(_) | Self::Phrase(_) => true,
            Self::AndNot(_) => false,
            Self::And(and) => and.members.iter().all(Self::can_rewind),
            Self::Or(or) => or.members.iter().all(Self::can_rewind),
        }
    }

    /// Whether the candidate `doc` matches. Documents must not descend, unless
    /// [`Matcher::can_rewind`].
    pub(crate) fn confirm(&mut self, doc: DocId) -> bool {
        match self {
            Self::Nothing => false,
            Self::Cursor(_) | Self::Bitset(_) | Self::Tantivy(_) => true,
            Self::Phrase(phrase) => phrase.confirm(doc),
            Self::And(and) => and.members.iter_mut().all(|member| member.confirm(doc)),
            Self::Or(or) => or.confirm(doc),
            Self::AndNot(and_not) => {
                let AndNot { included, excluded } = and_not.as_mut();
                included.confirm(doc) && !(excluded.probe(doc).is_ok() && excluded.confirm(doc))
            }
        }
    }
}

/// The documents of a tantivy scorer.
pub(crate) struct TantivyDocs {
    scorer: Box<dyn Scorer>,
    /// The scorer has no document before this one, and has not yet settled on one.
    not_before: Option<DocId>,
}

impl TantivyDocs {
    fn seek(&mut self, target: DocId) -> DocId {
        let doc = self.scorer.doc();
        if doc < target { self.scorer.seek(target) } else { doc }
    }

    fn fill(&mut self, window: &mut DocWindow) {
        let mut doc = self.seek(window.start());
        while doc < window.end() {
            window.insert(doc);
            doc = self.scorer.advance();
        }
    }

    fn probe(&mut self, doc: DocId) -> Result<(), DocId> {
        use tantivy::SeekDangerResult::{Found, SeekLowerBound};

        let next = match self.not_before {
            Some(next) if doc < next => return Err(next),
            Some(_) => self.scorer.seek_danger(doc),
            None if self.scorer.doc() < doc => self.scorer.seek_danger(doc),
            None if self.scorer.doc() == doc => Found,
            None => return Err(self.scorer.doc()),
        };
        match next {
            Found => {
                self.not_before = None;
                Ok(())
            }
            SeekLowerBound(next) => Err(*self.not_before.insert(next)),
        }
    }
}

/// Documents that are candidates of every member. There is at least one member.
pub(crate) struct And {
    /// Ascending by cost: the first one leads.
    members: Vec<Matcher>,
}

impl And {
    fn of(mut members: Vec<Matcher>) -> Matcher {
        members.sort_by_key(Matcher::cost);
        match members.len() {
            1 => members.remove(0),
            _ => Matcher::And(Self { members }),
        }
    }

    fn fill(&mut self, window: &mut DocWindow) {
        let Some((first, others)) = self.members.split_first_mut() else { return };
        let mut own = window.empty_like();
        first.fill(&mut own);
        others.iter_mut().for_each(|member| member.retain(&mut own));
        window.union(&own);
    }

    fn seek(&mut self, target: DocId) -> DocId {
        let Some((first, others)) = self.members.split_first_mut() else { return TERMINATED };
        let mut doc = first.seek(target);
        while doc != TERMINATED
            && let Err(next) = others.iter_mut().try_for_each(|member| member.probe(doc))
        {
            doc = first.seek(next);
        }
        doc
    }
}

/// Documents that are candidates of at least one member.
pub(crate) struct Or {
    members: Vec<Matcher>,
    /// For each member, a lower bound of its next candidate. It saves most look-ups of frequent
    /// documents in rare members.
    next: Vec<DocId>,
    /// For each member, its candidates in the current window, if candidates come by windows.
    in_window: Vec<DocWindow>,
}

impl Or {
    fn seek(&mut self, target: DocId) -> DocId {
        for (member, next) in self.members.iter_mut().zip(&mut self.next) {
            if *next < target || target == 0 {
                *next = member.seek(target);
            }
        }
        self.next.iter().copied().min().unwrap_or(TERMINATED)
    }

    fn fill(&mut self, window: &mut DocWindow) {
        self.in_window.clear();
        for member in &mut self.members {
            let mut own = window.empty_like();
            member.fill(&mut own);
            window.union(&own);
            self.in_window.push(own);
        }
    }

    fn retain(&mut self, window: &mut DocWindow) {
        self.in_window.clear();
        let mut all = window.empty_like();
        for member in &mut self.members {
            let mut own = window.clone();
            member.retain(&mut own);
            all.union(&own);
            self.in_window.push(own);
        }
        *window = all;
    }

    fn confirm(&mut self, doc: DocId) -> bool {
        if self.in_window.is_empty() {
            return self.probe(doc, |member| member.confirm(doc)).is_ok();
        }
        let mut members = self.members.iter_mut().zip(&self.in_window);
        members.any(|(member, candidates)| candidates.contains(doc) && member.confirm(doc))
    }

    /// As [`Matcher::probe`], over the members that are `wanted`.
    fn probe(&mut self, doc: DocId, wanted: impl Fn(&mut Matcher) -> bool) -> Result<(), DocId> {
        for (member, next) in self.members.iter_mut().zip(&mut self.next) {
            if *next > doc {
                continue;
            }
            match member.probe(doc) {
                Ok(()) if wanted(member) => return Ok(()),
                Ok(()) => {}
                Err(from) => *next = from,
            }
        }
        Err(self.next.iter().copied().min().unwrap_or(TERMINATED))
    }
}

/// Documents of one matcher that another one does not match.
pub(crate) struct AndNot {
    included: Matcher,
    excluded: Matcher,
}

/// Clears the bit of every document of the window that the list lacks.
pub(super) fn retain_postings(list: &mut Cursor, window: &mut DocWindow) {
    if window.is_dense(Cursor::count(list), window.count()) {
        let mut own = window.empty_like();
        list.mark(own.start(), own.bits());
        window.intersect(&own);
    } else {
        window.retain(|doc| list.seek(doc) == doc);
    }
}
