//! Which documents match, in two phases: candidates by the lists alone, and the places only of those
//! that could still matter.
//!
//! The engine's own trees of queries know one phase: each member of an intersection looks at the
//! places of documents that another member would have ruled out, and a document that scores too
//! little is found exactly before it is dropped. Here a candidate is confirmed last ("two-phase iteration" as
//! Lucene has it), and whoever needs no count confirms only what would be among the best.
//!
//! Candidates come document by document ([`Matcher::seek`]), or a [`DocWindow`] at a time ([`Matcher::fill`]): to
//! set the bits of a whole block costs as much as to look for eight of its documents.

use std::cmp::Reverse;
use std::sync::Arc;

use tantivy::query::{BooleanQuery, EnableScoring, Occur, Query, Scorer};
use tantivy::{DocId, DocSet, Score, SegmentReader, TERMINATED};
use wensou_index::{Cursor, Part, Postings, Unit, UnitKey, Unpacked};

use crate::exec::cache::OpenedPostings;
use crate::exec::postings_query::{Leaf, PostingsQuery};
use crate::exec::window::DocWindow;

/// How the list of a unit is opened.
pub(crate) type Open<'o> = &'o dyn Fn(&Postings, UnitKey) -> Option<OpenedPostings>;

/// Documents of one segment that may match, ascending.
pub(crate) enum Matcher {
    Nothing,
    /// A word, two characters, or one.
    Cursor(Box<Cursor>),
    /// The same, in memory.
    Bitset(Arc<Unpacked>),
    /// Three characters or more.
    Phrase(Box<Phrase>),
    /// Whatever the engine finds.
    Tantivy(TantivyDocs),
    And(And),
    Or(Or),
    AndNot(Box<AndNot>),
}

impl Matcher {
    /// What finds the documents of `query` in a segment.
    pub(crate) fn of(
        query: &dyn Query,
        scoring: EnableScoring<'_>,
        reader: &SegmentReader,
        open: Open<'_>,
    ) -> tantivy::Result<Self> {
        if let Some(query) = query.downcast_ref::<PostingsQuery>() {
            let postings = query.of_segment(reader)?;
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

    /// `None` for what has more to it than AND, OR and NOT.
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
        let needed = query.get_minimum_number_should_match();
        let included = match (must.is_empty(), should.is_empty()) {
            (false, true) if needed == 0 => And::of(must),
            (true, false) if needed == 1 => Self::or(should),
            _ => return Ok(None),
        };
        Ok(Some(match not.is_empty() {
            true => included,
            false => Self::AndNot(Box::new(AndNot { included, excluded: Self::or(not) })),
        }))
    }

    /// Documents that have something in one of the parts.
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
        // What most documents have is asked first.
        members.sort_by_key(|member| Reverse(member.cost()));
        match members.len() {
            0 => Self::Nothing,
            1 => members.remove(0),
            _ => Self::Or(Or { next: vec![0; members.len()], marked: Vec::new(), members }),
        }
    }

    /// About how many documents there are.
    pub(crate) fn cost(&self) -> u64 {
        match self {
            Self::Nothing => 0,
            Self::Cursor(list) => u64::from(Cursor::count(list)),
            Self::Bitset(list) => u64::from(list.count()),
            // Of the documents that have its rarest pair, few have it whole.
            Self::Phrase(phrase) => u64::from(phrase.bigrams[0].cursor.count() / 4 + 1),
            Self::Tantivy(docs) => docs.scorer.cost(),
            Self::And(and) => and.members[0].cost(),
            Self::Or(or) => or.members.iter().map(Self::cost).sum(),
            Self::AndNot(and_not) => and_not.included.cost(),
        }
    }

    fn size_hint(&self) -> u32 {
        self.cost().try_into().unwrap_or(u32::MAX)
    }

    /// The first candidate from `target` on. Targets ascend.
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

    /// Whether `doc` is a candidate; if not, the next one is not before the document returned.
    /// Documents ascend, or stay, and lie behind none that [`Matcher::seek`] returned.
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

    /// Puts the candidates of a stretch into the window, and goes behind it. No candidate of the
    /// stretch may have been gone by.
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

    /// Leaves out of a window what is no candidate. As [`Matcher::fill`], but not for what was gone
    /// through with [`Matcher::seek`].
    fn retain(&mut self, window: &mut DocWindow) {
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

    /// Whether its candidates are found by our own lists alone.
    fn is_postings_only(&self) -> bool {
        match self {
            Self::Nothing | Self::Cursor(_) | Self::Bitset(_) | Self::Phrase(_) => true,
            Self::Tantivy(_) => false,
            Self::And(and) => and.members.iter().all(Self::is_postings_only),
            Self::Or(or) => or.members.iter().all(Self::is_postings_only),
            Self::AndNot(and_not) => and_not.included.is_postings_only(),
        }
    }

    /// Whether every candidate matches.
    pub(crate) fn is_exact(&self) -> bool {
        match self {
            Self::Nothing | Self::Cursor(_) | Self::Bitset(_) | Self::Tantivy(_) => true,
            Self::Phrase(_) | Self::AndNot(_) => false,
            Self::And(and) => and.members.iter().all(Self::is_exact),
            Self::Or(or) => or.members.iter().all(Self::is_exact),
        }
    }

    /// Whether [`Matcher::confirm`] can go back to the beginning of a window that was marked.
    pub(crate) fn can_rewind(&self) -> bool {
        match self {
            Self::Nothing | Self::Cursor(_) | Self::Bitset(_) => true,
            Self::Tantivy(_) | Self::Phrase(_) => true,
            Self::AndNot(_) => false,
            Self::And(and) => and.members.iter().all(Self::can_rewind),
            Self::Or(or) => or.members.iter().all(Self::can_rewind),
        }
    }

    /// Whether the candidate `doc` matches. Documents ascend, or stay, unless [`Matcher::can_rewind`].
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

/// Documents of the engine.
pub(crate) struct TantivyDocs {
    scorer: Box<dyn Scorer>,
    /// It has said that there is none before this one, and knows no more.
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

/// Documents that are candidates of every member, of which there is one at least.
pub(crate) struct And {
    /// The one with the fewest leads.
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

/// Documents that are candidates of a member.
pub(crate) struct Or {
    members: Vec<Matcher>,
    /// No candidate of the member is before this one: most are asked for documents that few have.
    next: Vec<DocId>,
    /// The candidates of each in the window at hand, where they come by windows.
    marked: Vec<DocWindow>,
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
        self.marked.clear();
        for member in &mut self.members {
            let mut own = window.empty_like();
            member.fill(&mut own);
            window.union(&own);
            self.marked.push(own);
        }
    }

    fn retain(&mut self, window: &mut DocWindow) {
        self.marked.clear();
        let mut all = window.empty_like();
        for member in &mut self.members {
            let mut own = window.clone();
            member.retain(&mut own);
            all.union(&own);
            self.marked.push(own);
        }
        *window = all;
    }

    fn confirm(&mut self, doc: DocId) -> bool {
        if self.marked.is_empty() {
            return self.probe(doc, |member| member.confirm(doc)).is_ok();
        }
        let mut members = self.members.iter_mut().zip(&self.marked);
        members.any(|(member, marked)| marked.contains(doc) && member.confirm(doc))
    }

    /// As [`Matcher::probe`], for a member that is `wanted`.
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

/// Documents of one that do not match another.
pub(crate) struct AndNot {
    included: Matcher,
    excluded: Matcher,
}

/// Leaves out of a window what the list has not.
fn retain_postings(list: &mut Cursor, window: &mut DocWindow) {
    if window.is_dense(Cursor::count(list), window.count()) {
        let mut own = window.empty_like();
        list.mark(own.start(), own.bits());
        window.intersect(&own);
    } else {
        window.retain(|doc| list.seek(doc) == doc);
    }
}

/// The pairs that a sequence of three characters or more is found by, with their offsets: every
/// second one covers all characters; the last one may overlap.
pub(crate) fn cover(length: usize) -> impl Iterator<Item = usize> {
    let last = length.saturating_sub(2);
    (0..last).step_by(2).chain([last])
}

/// Three characters or more in one part: pairs in the same document, at their distances.
pub(crate) struct Phrase {
    /// The shortest list first.
    bigrams: Vec<PhraseBigram>,
    /// The same lists at the last document that was confirmed, where they have gone by it.
    rewound: Option<Vec<Cursor>>,
    /// Where the phrase may begin in the document at hand; then places of one pair.
    starts: Vec<u32>,
    positions: Vec<u32>,
}

/// One pair of a phrase.
struct PhraseBigram {
    /// Where the pair stands in the phrase.
    offset: u32,
    cursor: Cursor,
    /// The list in memory, if it is there: then only the places are read from the list itself.
    bitset: Option<Arc<Unpacked>>,
}

impl PhraseBigram {
    fn fill(&mut self, window: &mut DocWindow) {
        match &self.bitset {
            Some(list) => window.insert_postings(list),
            None => self.cursor.mark(window.start(), window.bits()),
        }
    }

    fn retain(&mut self, window: &mut DocWindow) {
        match &self.bitset {
            Some(list) => window.retain_postings(list),
            None => retain_postings(&mut self.cursor, window),
        }
    }

    fn seek(&mut self, target: DocId) -> DocId {
        match &self.bitset {
            Some(list) => list.next(target),
            None => self.cursor.seek(target),
        }
    }
}

impl Phrase {
    /// `None` where no document can have it.
    fn new(postings: &Postings, field: Part, key: &[char], open: Open<'_>) -> Option<Self> {
        let mut bigrams = Vec::new();
        for at in cover(key.len()) {
            let bigram = UnitKey::pair(field, key[at], key[at + 1]);
            let (cursor, bitset) = match open(postings, bigram)? {
                OpenedPostings::OnDisk(list) => (*list, None),
                OpenedPostings::Cached(bitset) => (postings.list(bigram)?, Some(bitset)),
            };
            bigrams.push(PhraseBigram { offset: at as u32, cursor, bitset });
        }
        bigrams.sort_by_key(|bigram| bigram.cursor.count());
        Some(Self { bigrams, rewound: None, starts: Vec::new(), positions: Vec::new() })
    }

    fn fill(&mut self, window: &mut DocWindow) {
        let Some((first, others)) = self.bigrams.split_first_mut() else { return };
        let mut own = window.empty_like();
        first.fill(&mut own);
        others.iter_mut().for_each(|list| list.retain(&mut own));
        window.union(&own);
    }

    fn retain(&mut self, window: &mut DocWindow) {
        self.bigrams.iter_mut().for_each(|list| list.retain(window));
    }

    fn seek(&mut self, target: DocId) -> DocId {
        let mut doc = self.bigrams[0].seek(target);
        while doc != TERMINATED
            && let Err(next) = self.probe(doc)
        {
            doc = self.bigrams[0].seek(next);
        }
        doc
    }

    fn probe(&mut self, doc: DocId) -> Result<(), DocId> {
        self.bigrams.iter_mut().try_for_each(|list| match list.seek(doc) {
            found if found == doc => Ok(()),
            next => Err(next),
        })
    }

    /// Whether the pairs of the candidate stand at their distances.
    fn confirm(&mut self, doc: DocId) -> bool {
        let Self { bigrams, rewound, starts, positions } = self;
        let has_passed = |list: &Cursor| list.doc() > doc;
        let mut rewound = if bigrams.iter().any(|bigram| has_passed(&bigram.cursor)) {
            rewound.take_if(|rewound| rewound.iter().any(has_passed));
            let rewind = || bigrams.iter().map(|bigram| bigram.cursor.rewound()).collect();
            Some(rewound.get_or_insert_with(rewind))
        } else {
            None
        };
        for (number, bigram) in bigrams.iter_mut().enumerate() {
            let list = rewound.as_mut().map_or(&mut bigram.cursor, |rewound| &mut rewound[number]);
            // Only of a damaged list, which contradicts itself, is it no document.
            if list.seek(doc) != doc {
                return false;
            }
            list.places(positions);
            if number == 0 {
                starts.clear();
                starts.extend(
                    positions.iter().filter_map(|position| position.checked_sub(bigram.offset)),
                );
                continue;
            }
            let mut ahead = positions.iter().copied().peekable();
            starts.retain(|start| {
                let wanted = start.saturating_add(bigram.offset);
                while ahead.next_if(|position| *position < wanted).is_some() {}
                ahead.peek() == Some(&wanted)
            });
            if starts.is_empty() {
                return false;
            }
        }
        !starts.is_empty()
    }
}

/// The documents that match, as the engine asks for them. They score nothing.
pub(crate) struct ConfirmedDocs {
    matcher: Matcher,
    doc: DocId,
}

impl ConfirmedDocs {
    pub(crate) fn new(matcher: Matcher) -> Self {
        let mut confirmed = Self { matcher, doc: 0 };
        confirmed.advance_to(0);
        confirmed
    }

    fn advance_to(&mut self, target: DocId) -> DocId {
        let mut doc = self.matcher.seek(target);
        while doc != TERMINATED && !self.matcher.confirm(doc) {
            doc = self.matcher.seek(doc + 1);
        }
        self.doc = doc;
        doc
    }
}

impl DocSet for ConfirmedDocs {
    fn advance(&mut self) -> DocId {
        match self.doc {
            TERMINATED => TERMINATED,
            doc => self.advance_to(doc + 1),
        }
    }

    fn seek(&mut self, target: DocId) -> DocId {
        if self.doc < target { self.advance_to(target) } else { self.doc }
    }

    fn doc(&self) -> DocId {
        self.doc
    }

    fn size_hint(&self) -> u32 {
        self.matcher.size_hint()
    }
}

impl Scorer for ConfirmedDocs {
    fn score(&mut self) -> Score {
        0.0
    }
}
