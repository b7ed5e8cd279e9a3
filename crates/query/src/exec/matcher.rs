//! Finds the documents of a segment that match an expression, in two phases. The first finds
//! candidates from document ids alone. The second reads the positions of those candidates that can
//! still reach the results.
//!
//! A boolean query of tantivy has one phase: each member of an intersection reads the positions of
//! documents that another member would have ruled out, and a document that scores too little is
//! matched exactly before it is dropped. Here a candidate is confirmed last (Lucene calls this
//! two-phase iteration), and a search that counts no matches confirms only candidates that would be
//! among the best.
//!
//! Candidates are found one by one ([`Candidates::seek`]) or a [`DocWindow`] at a time
//! ([`Candidates::fill`]). Filling is faster for many candidates: setting the bits of a whole block
//! of a posting list takes as long as looking up eight of its documents.

use std::sync::Arc;

use wensou_index::{BitsetPostings, Cursor, Postings, TermKey, TermKind, TextField};
use wensou_text::Pattern;

use super::boolean::{And, AndNot, Or};
use super::cache::{OpenedPostings, PostingsOpener};
use super::candidates::Candidates;
use super::date_range::DateRange;
use super::doc_id::{DocId, TERMINATED};
use super::filter::{self, FilterDocs};
use super::min_should_match::MinShouldMatch;
use super::near::NearPassage;
use super::phrase::Phrase;
use super::segment::Segment;
use super::verified::{TextCondition, Verified};
use super::window::{DocWindow, retain_postings};
use crate::error::Error;
use crate::plan::MatchExpr;
use crate::plan::needle::Needle;

/// A match expression, opened in one segment. Iterates over the documents that may match, see
/// [`Candidates`].
pub(crate) enum Matcher<'i> {
    /// No document.
    Nothing,
    /// Every document of a segment, which has this many.
    Everything(u32),
    /// The posting list of a word, a bigram or a unigram, read from the disk.
    Cursor(Box<Cursor>),
    /// A posting list, or a union of several, decoded in memory.
    Bitset(Arc<BitsetPostings>),
    /// A sequence of three characters or more.
    Phrase(Box<Phrase>),
    /// Candidates whose stored text must be read to confirm them.
    Verified(Box<Verified<'i, Self>>),
    Filter(FilterDocs),
    Dates(DateRange<'i>),
    And(And<Self>),
    Or(Or<Self>),
    MinShouldMatch(MinShouldMatch<Self>),
    AndNot(Box<AndNot<Self>>),
}

impl<'i> Matcher<'i> {
    /// The matcher of `expr` in a segment. `open` opens posting lists.
    pub(crate) fn of(
        expr: &MatchExpr,
        segment: &Segment<'i>,
        open: PostingsOpener<'_>,
    ) -> Result<Self, Error> {
        let matchers_of = |members: &[MatchExpr]| -> Result<Vec<Self>, Error> {
            members.iter().map(|member| Self::of(member, segment, open)).collect()
        };
        let postings = segment.postings();
        Ok(match expr {
            MatchExpr::All => Self::Everything(segment.documents()),
            MatchExpr::None => Self::Nothing,
            MatchExpr::And(members) => Self::and(matchers_of(members)?, segment),
            MatchExpr::Or(members) => Self::or(matchers_of(members)?),
            MatchExpr::MinShouldMatch(count, members) => match *count {
                0 => Self::Everything(segment.documents()),
                1 => Self::or(matchers_of(members)?),
                count if count > members.len() => Self::Nothing,
                count => Self::MinShouldMatch(MinShouldMatch::of(count, matchers_of(members)?)),
            },
            MatchExpr::AndNot(included, excluded) => Self::AndNot(Box::new(AndNot::new(
                Self::of(included, segment, open)?,
                Self::of(excluded, segment, open)?,
            ))),
            MatchExpr::Term { fields, word } => Self::in_fields(fields, |field| {
                match postings.term_key(field, TermKind::Word, word) {
                    Some(key) => Self::posting_list(postings, key, open),
                    None => Self::Nothing,
                }
            }),
            MatchExpr::Phrase { fields, key } => {
                let key: Vec<char> = key.chars().collect();
                Self::in_fields(fields, |field| Self::char_sequence(postings, field, &key, open))
            }
            MatchExpr::Near { fields, words, needles, distance } => {
                let (needles, distance) = (needles.clone(), *distance);
                let passage = NearPassage { needles, words: words.len(), distance };
                let candidates = Self::and(matchers_of(words)?, segment);
                Self::verified(candidates, segment, fields, TextCondition::Near(passage))
            }
            MatchExpr::Exact { fields, needle } => Self::exact(fields, needle, segment, open),
            MatchExpr::Prefix { fields, prefix } => {
                Self::Bitset(Arc::new(postings.docs_with_word_prefix(fields, prefix)))
            }
            MatchExpr::Path { name, whole } => {
                Self::Bitset(Arc::new(postings.docs_in_path(name, *whole)))
            }
            MatchExpr::Filter(filter) => match filter::date_range(filter) {
                Some((from, until)) => Self::Dates(DateRange::new(segment, from, until)?),
                None => Self::Filter(FilterDocs::open(segment, filter)?),
            },
        })
    }

    /// The documents of a posting list.
    fn posting_list(postings: &Postings, key: TermKey, open: PostingsOpener<'_>) -> Self {
        match open(postings, key) {
            None => Self::Nothing,
            Some(OpenedPostings::Cached(list)) => Self::Bitset(list),
            Some(OpenedPostings::OnDisk(list)) => Self::Cursor(list),
        }
    }

    /// The documents that have the key characters in sequence in a field.
    fn char_sequence(
        postings: &Postings,
        field: TextField,
        key: &[char],
        open: PostingsOpener<'_>,
    ) -> Self {
        match key {
            [] => Self::Nothing,
            [one] => Self::posting_list(postings, TermKey::unigram(field, *one), open),
            [first, second] => {
                Self::posting_list(postings, TermKey::bigram(field, *first, *second), open)
            }
            _ => match Phrase::new(postings, field, key, open) {
                Some(phrase) => Self::Phrase(Box::new(phrase)),
                None => Self::Nothing,
            },
        }
    }

    /// Those of `candidates` whose text in one of the fields satisfies a condition.
    fn verified(
        candidates: Self,
        segment: &Segment<'i>,
        fields: &[TextField],
        condition: TextCondition,
    ) -> Self {
        let (segment, fields) = (*segment, fields.to_vec());
        Self::Verified(Box::new(Verified { candidates, segment, fields, condition }))
    }

    /// The documents that contain the text of `needle` with its symbols.
    fn exact(
        fields: &[TextField],
        needle: &Needle,
        segment: &Segment<'i>,
        open: PostingsOpener<'_>,
    ) -> Self {
        let pattern = needle.pattern();
        let candidates =
            Self::in_fields(fields, |field| Self::with_terms_of(&pattern, field, segment, open));
        // A single symbol is a term of the index: its posting list has exactly the documents that
        // match.
        match pattern.is_one_symbol() {
            true => candidates,
            false => {
                let condition = TextCondition::Exact(needle.clone());
                Self::verified(candidates, segment, fields, condition)
            }
        }
    }

    /// The documents that have all terms of a pattern in one field.
    fn with_terms_of(
        pattern: &Pattern,
        field: TextField,
        segment: &Segment<'i>,
        open: PostingsOpener<'_>,
    ) -> Self {
        let postings = segment.postings();
        let mut members = Vec::new();
        if !pattern.key().is_empty() {
            members.push(Self::char_sequence(postings, field, pattern.key(), open));
        }
        for term in pattern.symbol_terms() {
            members.push(match postings.term_key(field, TermKind::Word, &term) {
                Some(key) => Self::posting_list(postings, key, open),
                None => return Self::Nothing,
            });
        }
        Self::and(members, segment)
    }

    /// The documents that match in one of the fields; `matcher` makes the matcher of a field.
    fn in_fields(fields: &[TextField], matcher: impl Fn(TextField) -> Self) -> Self {
        Self::or(fields.iter().map(|field| matcher(*field)).collect())
    }

    fn and(mut members: Vec<Self>, segment: &Segment<'i>) -> Self {
        match members.len() {
            0 => Self::Everything(segment.documents()),
            1 => members.remove(0),
            _ => Self::And(And::of(members)),
        }
    }

    fn or(mut members: Vec<Self>) -> Self {
        members.retain(|member| !matches!(member, Self::Nothing));
        match members.len() {
            0 => Self::Nothing,
            1 => members.remove(0),
            _ => Self::Or(Or::of(members)),
        }
    }
}

impl Candidates for Matcher<'_> {
    fn cost(&self) -> u64 {
        match self {
            Self::Nothing => 0,
            Self::Everything(documents) => u64::from(*documents),
            Self::Cursor(list) => u64::from(Cursor::doc_freq(list)),
            Self::Bitset(list) => u64::from(list.doc_freq()),
            Self::Phrase(phrase) => phrase.cost(),
            Self::Verified(verified) => verified.cost(),
            Self::Filter(docs) => docs.cost(),
            Self::Dates(docs) => docs.cost(),
            Self::And(and) => and.cost(),
            Self::Or(or) => or.cost(),
            Self::MinShouldMatch(group) => group.cost(),
            Self::AndNot(and_not) => and_not.cost(),
        }
    }

    fn seek(&mut self, target: DocId) -> DocId {
        match self {
            Self::Nothing => TERMINATED,
            Self::Everything(documents) if target < *documents => target,
            Self::Everything(_) => TERMINATED,
            Self::Cursor(list) => list.seek(target),
            Self::Bitset(list) => list.next(target),
            Self::Phrase(phrase) => phrase.seek(target),
            Self::Verified(verified) => verified.seek(target),
            Self::Filter(docs) => docs.seek(target),
            Self::Dates(docs) => docs.seek(target),
            Self::And(and) => and.seek(target),
            Self::Or(or) => or.seek(target),
            Self::MinShouldMatch(group) => group.seek(target),
            Self::AndNot(and_not) => and_not.seek(target),
        }
    }

    fn probe(&mut self, doc: DocId) -> Result<(), DocId> {
        let next = match self {
            Self::Phrase(phrase) => return phrase.probe(doc),
            Self::Verified(verified) => return verified.probe(doc),
            Self::Filter(docs) => return docs.probe(doc),
            Self::Dates(docs) => return docs.probe(doc),
            Self::And(and) => return and.probe(doc),
            Self::Or(or) => return or.probe(doc),
            Self::MinShouldMatch(group) => return group.probe(doc),
            Self::AndNot(and_not) => return and_not.probe(doc),
            Self::Nothing | Self::Everything(_) | Self::Cursor(_) | Self::Bitset(_) => {
                self.seek(doc)
            }
        };
        if next == doc { Ok(()) } else { Err(next) }
    }

    fn fill(&mut self, window: &mut DocWindow) {
        match self {
            Self::Nothing => {}
            Self::Everything(documents) => window.insert_all(*documents),
            Self::Cursor(list) => list.fill(window.start(), window.bits()),
            Self::Bitset(list) => window.insert_postings(list),
            Self::Phrase(phrase) => phrase.fill(window),
            Self::Verified(verified) => verified.fill(window),
            Self::Filter(docs) => docs.fill(window),
            Self::Dates(docs) => docs.fill(window),
            Self::And(and) => and.fill(window),
            Self::Or(or) => or.fill(window),
            Self::MinShouldMatch(group) => group.fill(window),
            Self::AndNot(and_not) => and_not.fill(window),
        }
    }

    fn retain(&mut self, window: &mut DocWindow) {
        // If all candidates come from posting lists, which fill a window quickly, and scanning the
        // lists costs less than looking up each document: fill another window with the candidates,
        // and intersect the two. A bitset is intersected directly.
        let candidates = self.cost().try_into().unwrap_or(u32::MAX);
        let scan_is_cheaper = || window.scan_is_cheaper(candidates, window.count());
        if !matches!(self, Self::Bitset(_)) && self.is_postings_only() && scan_is_cheaper() {
            let mut filled = window.empty_like();
            self.fill(&mut filled);
            return window.intersect(&filled);
        }
        match self {
            Self::Nothing => *window = window.empty_like(),
            Self::Everything(_) => {}
            Self::Cursor(list) => retain_postings(list, window),
            Self::Bitset(list) => window.retain_postings(list),
            Self::Phrase(phrase) => phrase.retain(window),
            Self::Verified(verified) => verified.retain(window),
            Self::Filter(docs) => docs.retain(window),
            Self::Dates(docs) => docs.retain(window),
            Self::And(and) => and.retain(window),
            Self::Or(or) => or.retain(window),
            Self::MinShouldMatch(group) => group.retain(window),
            Self::AndNot(and_not) => and_not.retain(window),
        }
    }

    fn is_postings_only(&self) -> bool {
        match self {
            Self::Nothing | Self::Everything(_) | Self::Cursor(_) | Self::Bitset(_) => true,
            Self::Phrase(phrase) => phrase.is_postings_only(),
            Self::Verified(verified) => verified.is_postings_only(),
            Self::Filter(docs) => docs.is_postings_only(),
            Self::Dates(docs) => docs.is_postings_only(),
            Self::And(and) => and.is_postings_only(),
            Self::Or(or) => or.is_postings_only(),
            Self::MinShouldMatch(group) => group.is_postings_only(),
            Self::AndNot(and_not) => and_not.is_postings_only(),
        }
    }

    fn is_exact(&self) -> bool {
        match self {
            Self::Nothing | Self::Everything(_) | Self::Cursor(_) | Self::Bitset(_) => true,
            Self::Phrase(phrase) => phrase.is_exact(),
            Self::Verified(verified) => verified.is_exact(),
            Self::Filter(docs) => docs.is_exact(),
            Self::Dates(docs) => docs.is_exact(),
            Self::And(and) => and.is_exact(),
            Self::Or(or) => or.is_exact(),
            Self::MinShouldMatch(group) => group.is_exact(),
            Self::AndNot(and_not) => and_not.is_exact(),
        }
    }

    fn can_rewind(&self) -> bool {
        match self {
            Self::Nothing | Self::Everything(_) | Self::Cursor(_) | Self::Bitset(_) => true,
            Self::Phrase(phrase) => phrase.can_rewind(),
            Self::Verified(verified) => verified.can_rewind(),
            Self::Filter(docs) => docs.can_rewind(),
            Self::Dates(docs) => docs.can_rewind(),
            Self::And(and) => and.can_rewind(),
            Self::Or(or) => or.can_rewind(),
            Self::MinShouldMatch(group) => group.can_rewind(),
            Self::AndNot(and_not) => and_not.can_rewind(),
        }
    }

    fn confirm(&mut self, doc: DocId) -> bool {
        match self {
            Self::Nothing => false,
            Self::Everything(_) | Self::Cursor(_) | Self::Bitset(_) => true,
            Self::Phrase(phrase) => phrase.confirm(doc),
            Self::Verified(verified) => verified.confirm(doc),
            Self::Filter(docs) => docs.confirm(doc),
            Self::Dates(docs) => docs.confirm(doc),
            Self::And(and) => and.confirm(doc),
            Self::Or(or) => or.confirm(doc),
            Self::MinShouldMatch(group) => group.confirm(doc),
            Self::AndNot(and_not) => and_not.confirm(doc),
        }
    }
}
